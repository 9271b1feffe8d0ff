//! The book's page of all parameters has columns.

use conformance::parameter_page::{Column, parameter_page};

#[test]
fn columns_stand_behind_the_others() {
    let page = parameter_page(&[Column { title: "test", cell: &|row| row.name.to_uppercase() }]);
    assert!(page.contains("| parameter | default | what it does | effect | test |\n"));
    assert!(page.contains(
        "| `max_use` | `100` | ends the process after so many requests | not yet | MAX_USE |\n"
    ));
}
