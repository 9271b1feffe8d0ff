//! Postfix's configuration for the delivery client: main.cf, and the lookup tables that it names.

pub mod main_cf;
pub mod table;
