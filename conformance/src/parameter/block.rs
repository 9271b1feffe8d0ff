//! Lines that have a name.

use std::collections::BTreeMap;

/// Blocks by their names.
pub(super) type Blocks = BTreeMap<String, Vec<String>>;

/// Reads a file of blocks.
pub(super) fn read(text: &str) -> Blocks {
    let mut blocks = Blocks::new();
    let lines: Vec<_> = (1..).zip(text.lines()).collect();
    take(&lines, &mut blocks);
    blocks
}

/// Takes the blocks out of numbered lines, and gives what is left.
pub(super) fn take<'a>(lines: &[(usize, &'a str)], blocks: &mut Blocks) -> Vec<(usize, &'a str)> {
    let mut others = Vec::new();
    let mut current: Option<&str> = None;
    for (number, line) in lines {
        if let Some(name) = line.strip_prefix("block ") {
            current = Some(name.trim());
            blocks.insert(name.trim().to_owned(), Vec::new());
        } else if let (Some(name), Some(line)) = (current, line.strip_prefix("  ")) {
            blocks.entry(name.to_owned()).or_default().push(line.to_owned());
        } else {
            current = None;
            others.push((*number, *line));
        }
    }
    others
}

/// Writes out a line that may name a block, and the blocks that it names in turn.
pub(super) fn expand(line: &str, blocks: &Blocks) -> Result<Vec<String>, String> {
    let Some(call) = line.strip_prefix("do ") else {
        return Ok(vec![line.to_owned()]);
    };
    let mut words = call.split_whitespace();
    let name = words.next().unwrap_or_default();
    let block = blocks.get(name).ok_or_else(|| format!("there is no block {name:?}"))?;
    let words: Vec<_> = words.collect();
    let mut lines = Vec::new();
    for line in block {
        let set = |line: String, (place, word): (usize, &&str)| {
            line.replace(&format!("{{{place}}}"), word)
        };
        let line = (1..).zip(&words).fold(line.clone(), set);
        lines.extend(expand(&line, blocks)?);
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_name_others() {
        let blocks = read("block a\n  x {1}\n  do b {2}\nblock b\n  y {1}\n  \n");
        assert_eq!(expand("do a 1 2", &blocks).unwrap(), ["x 1", "y 2", ""]);
        assert_eq!(expand("x 1", &blocks).unwrap(), ["x 1"]);
        assert!(expand("do c", &blocks).is_err());
    }
}
