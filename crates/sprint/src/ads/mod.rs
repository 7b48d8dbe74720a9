//! The user's own past ads: learned out of the platforms' exports, tagged by rules or a model, confirmed by a person, and
//! from then on what a prediction rests on.

mod calibration;
mod labelled;
mod learn;
mod model;
mod tags;

pub use calibration::{Calibrated, calibration};
pub use labelled::{Labelled, labelled, traits};
pub use learn::{Account, Learned, accounts, confirm, confirmed, learn, list, set_tag};
pub use model::{Proposed, tag_with};
pub use tags::{ANGLES, FORMATS, OFFERS, SEGMENTS, Tag, tag};

pub use stats::predict::MIN_ADS;
