//! What switching off saved, in sum.

use serde::Serialize;

use crate::Killed;

/// The sum over what was killed, for the 30 days after each, at the pace it had.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Saved {
    /// Changes that are off.
    pub changes: usize,
    /// Of those, how many had a reading that says anything about money.
    pub read: usize,
    /// Cost that was not booked any more, millionths.
    pub cost_micros: i64,
    /// Net money that was not lost: low, middle, high; negative where they would have earned. Cost is part of it.
    pub net_micros: [i64; 3],
}

/// Adds up what was killed: middles add, and so do the squares of the half-widths.
pub fn saved(killed: &[Killed]) -> Saved {
    let (mut sum, mut below, mut above) = (Saved { changes: killed.len(), ..Saved::default() }, 0.0, 0.0);
    for one in killed {
        sum.cost_micros += one.saved_cost_micros;
        let Some([low, mid, high]) = one.saved_net_micros else { continue };
        sum.read += 1;
        sum.net_micros[1] += mid;
        below += ((mid - low) as f64).powi(2);
        above += ((high - mid) as f64).powi(2);
    }
    sum.net_micros[0] = sum.net_micros[1] - below.sqrt() as i64;
    sum.net_micros[2] = sum.net_micros[1] + above.sqrt() as i64;
    sum
}
