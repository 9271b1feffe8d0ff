//! Dialogues, simulation, real servers and benchmarks that prove Envoi right.
