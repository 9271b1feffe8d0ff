//! Questions to tables in the midst of a conversation.

use std::future::Future;
use std::pin::Pin;

/// An answer that may take its time.
pub type Asked<T> = Pin<Box<dyn Future<Output = T> + Send>>;
