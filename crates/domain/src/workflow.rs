//! The workflow map: a team's value stream, measured before anything is redesigned.

use serde::{Deserialize, Serialize};

/// One stage of the team's way from idea to learning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Name, e.g. `Ideation`.
    pub name: String,
    /// Hours somebody works on it in one sprint.
    pub hands_on_hours: f64,
    /// Elapsed working days from start to end of the stage, waiting inside included.
    pub elapsed_days: f64,
    /// Working days it waits before it starts.
    pub waiting_days: f64,
    /// Direct cost besides people's time in one sprint (agency, tools), minor units of the brand's currency.
    pub cost_minor: i64,
    /// How many people take part.
    pub people: u32,
    /// Pain, 1 (fine) to 5 (everybody dreads it).
    pub pain: u8,
    /// What hurts, in the team's words.
    pub note: String,
    /// What changes in the redesigned stream, `None` where the stage stays.
    pub redesign: Option<Redesign>,
}

/// How a stage looks in the redesigned stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Redesign {
    /// Hours somebody works on it.
    pub hands_on_hours: f64,
    /// Elapsed working days.
    pub elapsed_days: f64,
    /// Waiting days.
    pub waiting_days: f64,
    /// What is done differently.
    pub how: String,
}

/// Working hours in a working day, the divisor of [`Stream::flow_efficiency`].
pub const HOURS_PER_DAY: f64 = 8.0;

/// A value stream: stages in order, with the figures lean practice reads off it (Rother & Shook, *Learning to See*).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stream {
    /// Stages in order.
    pub stages: Vec<Stage>,
}

impl Stream {
    /// Working days from the first stage's wait to the last stage's end.
    pub fn lead_time_days(&self) -> f64 {
        self.stages.iter().map(|stage| stage.elapsed_days + stage.waiting_days).sum()
    }

    /// Hands-on hours of all stages.
    pub fn hands_on_hours(&self) -> f64 {
        self.stages.iter().map(|stage| stage.hands_on_hours).sum()
    }

    /// Touch time divided by lead time, 0 to 1; `None` when there is no lead time.
    pub fn flow_efficiency(&self) -> Option<f64> {
        let lead = self.lead_time_days() * HOURS_PER_DAY;
        (lead > 0.0).then(|| (self.hands_on_hours() / lead).min(1.0))
    }

    /// Index of the stage with the longest elapsed plus waiting time.
    pub fn bottleneck(&self) -> Option<usize> {
        let span = |stage: &Stage| stage.elapsed_days + stage.waiting_days;
        (0..self.stages.len()).max_by(|&a, &b| span(&self.stages[a]).total_cmp(&span(&self.stages[b])).then(b.cmp(&a)))
    }

    /// Indexes of the stages the team finds painful (pain 4 or 5), worst first.
    pub fn painful(&self) -> Vec<usize> {
        let mut indexes: Vec<usize> = (0..self.stages.len()).filter(|&i| self.stages[i].pain >= 4).collect();
        indexes.sort_by_key(|&i| (std::cmp::Reverse(self.stages[i].pain), i));
        indexes
    }

    /// The redesigned stream: every stage with its redesign applied.
    pub fn redesigned(&self) -> Stream {
        let stages = self.stages.iter().map(|stage| match &stage.redesign {
            Some(redesign) => Stage {
                hands_on_hours: redesign.hands_on_hours,
                elapsed_days: redesign.elapsed_days,
                waiting_days: redesign.waiting_days,
                note: redesign.how.clone(),
                redesign: None,
                ..stage.clone()
            },
            None => stage.clone(),
        });
        Stream { stages: stages.collect() }
    }
}
