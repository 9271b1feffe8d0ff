//! `regexp:file`: the regular expressions of POSIX, by the C library.

use std::ffi::{CStr, CString, c_int};
use std::mem::MaybeUninit;
use std::ptr;

use super::error::Failure;
use super::posix_pattern::Survey;
use super::replacement::Groups;
use super::rules::{Engine, Toggle};

/// A pattern as regcomp(3) made it.
pub(super) struct Posix {
    /// On the heap, since nobody promises that it may move.
    compiled: Box<libc::regex_t>,
    survey: Survey,
    with_groups: bool,
}

// SAFETY: regexec(3) may run in several threads with one pattern (POSIX.1-2017, 2.9.1), nothing
// else touches it between regcomp(3) and regfree(3), and neither is tied to a thread.
#[allow(unsafe_code)]
unsafe impl Send for Posix {}
// SAFETY: as above.
#[allow(unsafe_code)]
unsafe impl Sync for Posix {}

/// Flags for regcomp(3).
#[derive(Clone, Copy, Debug)]
pub(super) struct Options(c_int);

impl Default for Options {
    fn default() -> Self {
        Self(libc::REG_EXTENDED | libc::REG_ICASE)
    }
}

impl Engine for Posix {
    type Options = Options;

    const HAS_EXCEPTIONS: bool = true;

    fn toggle(options: &mut Options, letter: u8) -> Toggle {
        options.0 ^= match letter {
            b'i' => libc::REG_ICASE,
            b'm' => libc::REG_NEWLINE,
            b'x' => libc::REG_EXTENDED,
            _ => return Toggle::Unknown,
        };
        Toggle::Done
    }

    fn compile(pattern: &[u8], options: Options, with_groups: bool) -> Result<Self, String> {
        let flags = if with_groups { options.0 } else { options.0 | libc::REG_NOSUB };
        let survey = Survey::of(pattern, flags & libc::REG_EXTENDED != 0);
        if survey.size > SIZE_MAX {
            return Err(format!("its counts make more than {SIZE_MAX} characters"));
        }
        let pattern = CString::new(pattern).map_err(|error| error.to_string())?;
        Ok(Self { compiled: compile(&pattern, flags)?, survey, with_groups })
    }

    fn groups(&self) -> usize {
        self.survey.groups
    }

    fn is_costly(&self, key: &[u8]) -> bool {
        let Survey { size, has_references, .. } = self.survey;
        has_references || size > SIZE_COSTLY || key.len() > KEY_COSTLY
    }

    #[allow(unsafe_code)]
    fn find(&self, key: &[u8]) -> Result<Option<Groups>, Failure> {
        let key = CString::new(key).map_err(|error| Failure::Pattern(error.to_string()))?;
        let slots = if self.with_groups { self.survey.groups + 1 } else { 0 };
        let mut places = vec![libc::regmatch_t { rm_so: -1, rm_eo: -1 }; slots];
        // SAFETY: the pattern was compiled and is not freed yet, the key ends with a NUL, and there
        // are as many places as are said.
        let code = unsafe {
            let places = places.as_mut_ptr();
            libc::regexec(&raw const *self.compiled, key.as_ptr(), slots, places, 0)
        };
        match code {
            0 => {}
            libc::REG_NOMATCH => return Ok(None),
            code => return Err(Failure::Pattern(message(code, &raw const *self.compiled))),
        }
        let groups = places.iter().map(|place| {
            let start = usize::try_from(place.rm_so).ok()?;
            usize::try_from(place.rm_eo).ok().map(|end| start..end)
        });
        Ok(Some(groups.collect()))
    }
}

impl Drop for Posix {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        // SAFETY: the pattern was compiled, and this is the only place that frees it.
        unsafe { libc::regfree(&raw mut *self.compiled) }
    }
}

impl std::fmt::Debug for Posix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Posix").field("survey", &self.survey).finish_non_exhaustive()
    }
}

#[allow(unsafe_code)]
fn compile(pattern: &CStr, flags: c_int) -> Result<Box<libc::regex_t>, String> {
    let mut compiled = Box::new(MaybeUninit::<libc::regex_t>::zeroed());
    // SAFETY: there is room for the result, and the pattern ends with a NUL.
    let code = unsafe { libc::regcomp(compiled.as_mut_ptr(), pattern.as_ptr(), flags) };
    if code != 0 {
        return Err(message(code, compiled.as_ptr()));
    }
    // SAFETY: regcomp(3) has filled it in.
    Ok(unsafe { compiled.assume_init() })
}

/// What regerror(3) says.
#[allow(unsafe_code)]
fn message(code: c_int, compiled: *const libc::regex_t) -> String {
    // SAFETY: a size of 0 asks for nothing but the room that the text takes.
    let room = unsafe { libc::regerror(code, compiled, ptr::null_mut(), 0) };
    let mut text = vec![0_u8; room];
    // SAFETY: there is as much room as is said.
    unsafe { libc::regerror(code, compiled, text.as_mut_ptr().cast(), room) };
    CStr::from_bytes_until_nul(&text).unwrap_or_default().to_string_lossy().into_owned()
}

/// How many characters and sets a pattern may have: the C library needs some 100 bytes for each.
const SIZE_MAX: usize = 100_000;
/// What makes a match take longer than a thread.
const SIZE_COSTLY: usize = 1000;
/// What takes longer than a thread: the C library starts again at each byte of a key.
const KEY_COSTLY: usize = 4096;
