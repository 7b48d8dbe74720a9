use super::*;

mod laws;
mod published;
