//! main.cf: parameters, where they were set, and what they say.
