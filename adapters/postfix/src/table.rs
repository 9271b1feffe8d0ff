//! Lookup tables: `type:name`, as Postfix writes them.
