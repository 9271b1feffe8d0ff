//! The book, so that its code is compiled and run with the tests.

#[doc = include_str!("../../book/src/introduction.md")]
mod introduction {}

#[doc = include_str!("../../book/src/bytes.md")]
mod bytes {}

#[doc = include_str!("../../book/src/client.md")]
mod client {}

#[doc = include_str!("../../book/src/pipelining.md")]
mod pipelining {}

#[doc = include_str!("../../book/src/drivers.md")]
mod drivers {}

#[doc = include_str!("../../book/src/dialogues.md")]
mod dialogues {}

#[doc = include_str!("../../book/src/tls.md")]
mod tls {}

#[doc = include_str!("../../book/src/authentication.md")]
mod authentication {}

#[doc = include_str!("../../book/src/routing.md")]
mod routing {}

#[doc = include_str!("../../book/src/main-cf.md")]
mod main_cf {}

#[doc = include_str!("../../book/src/tables.md")]
mod tables {}

#[doc = include_str!("../../book/src/content.md")]
mod content {}

#[doc = include_str!("../../book/src/postfix.md")]
mod postfix {}
