//! The program, `envoi`.

fn main() {}
