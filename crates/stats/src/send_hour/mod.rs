//! The hour at which a person reacts.
//!
//! A brand's customers share a curve over the day; each person lives some hours earlier or later. So a person's curve is
//! the brand's, turned by a shift; how common each shift is, is learnt from everybody without assuming a shape (as in
//! [`renewal`](crate::renewal)), shrunk by segment, and a person's own events weigh the shifts. Some events are no
//! person's: mail clients that fetch pictures, scanners that follow links. Those that their sender flags must be left out
//! before; for the rest every kind of signal has a share of strays, with hours of their own that no shift turns, learnt
//! along with the curve. Orders are never strays.
//!
//! All of it is one mixture fitted by expectation-maximisation (Dempster, Laird & Rubin (1977), JRSS B 39).

mod fit;

pub use fit::SendHours;

/// Half hours of a day; slot 0 begins at midnight where the person lives.
pub const SLOTS: usize = 48;

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    /// Ordered.
    Order,
    /// Visited the shop.
    Visit,
    /// Clicked in an e-mail.
    Click,
    /// Opened one.
    Open,
}

/// Something done at a time of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// Half hour since midnight where the person lives, below [`SLOTS`]; higher ones are taken modulo.
    pub slot: u8,
    /// What.
    pub signal: Signal,
}

/// One person's events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Person {
    /// What they did, machines left out where they are known.
    pub events: Vec<Event>,
    /// Their segment, by a number of the caller.
    pub segment: Option<u32>,
}

/// What an hour rests on in the main.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rests {
    /// The person's own events: three or more.
    Own,
    /// People of their segment.
    Segment,
    /// The whole brand.
    Brand,
}

/// When to write to somebody.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SendHour {
    /// Half hour since midnight where they live.
    pub slot: u8,
    /// Expected reactions at that time over those at the brand's best, at least 1.
    pub gain: f64,
    /// What it rests on.
    pub rests: Rests,
}

#[cfg(test)]
mod tests;
