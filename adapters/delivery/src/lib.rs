//! What became of each recipient of a request, as a pure ledger.
