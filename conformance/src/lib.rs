//! Dialogues, simulation, real servers and benchmarks that prove Envoi right.

pub mod dialogue;
pub mod servers;
