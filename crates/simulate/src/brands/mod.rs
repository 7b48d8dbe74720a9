//! The built-in brands. All names are invented.

mod coffee;

pub(crate) use coffee::COFFEE;
