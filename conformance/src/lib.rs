//! Dialogues, simulation, real servers and benchmarks that prove Envoi right.

#[cfg(doctest)]
mod book;
pub mod certificates;
pub mod clockwork;
pub mod delivery;
pub mod dialogue;
pub mod fuzzing;
pub mod name_service;
pub mod parameter;
pub mod parameter_page;
pub mod route;
pub mod seeded;
pub mod sending;
pub mod servers;
pub mod simulation;
pub mod tally;
pub mod witness;
