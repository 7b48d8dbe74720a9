//! The built-in brands. All names are invented.

mod coffee;
mod outdoor;
mod skincare;

pub(crate) use coffee::COFFEE;
pub(crate) use outdoor::OUTDOOR;
pub(crate) use skincare::SKINCARE;
