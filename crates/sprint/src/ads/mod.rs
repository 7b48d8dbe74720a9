//! The user's own past ads: learned out of the platforms' exports, tagged by rules or a model, confirmed by a person, and
//! from then on what a prediction rests on.

mod labelled;
mod tags;

pub use labelled::{Labelled, labelled, traits};
pub use tags::{ANGLES, FORMATS, OFFERS, SEGMENTS, Tag, tag};
