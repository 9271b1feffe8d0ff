//! The book's page of all parameters is that of the table.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::{env, fs};

use conformance::parameter_page::{Column, parameter_page};

#[test]
fn the_page_in_the_book_is_that_of_the_table() {
    let page = parameter_page(&[]);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/src/parameters.md");
    if env::var_os("ENVOI_WRITE").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let is_same = fs::read_to_string(&path).unwrap() == page;
    assert!(
        is_same,
        "book/src/parameters.md is stale; this writes it: \
         ENVOI_WRITE=1 cargo test -p conformance --test parameter_page"
    );
}

#[test]
fn columns_stand_behind_the_others() {
    let page = parameter_page(&[Column { title: "test", cell: &|row| row.name.to_uppercase() }]);
    assert!(page.contains("| parameter | default | what it does | effect | test |\n"));
    assert!(page.contains(
        "| `max_use` | `100` | ends the process after so many requests | not yet | MAX_USE |\n"
    ));
}
