//! The built-in map: how a DTC team's fortnight usually goes, before anything is changed.

use domain::workflow::{Redesign, Stage, Stream};

/// Five stages: about two days to find ideas, one to two weeks to make assets, a post-mortem that is rarely written.
/// A start to be corrected by the team, not a measurement.
pub fn template() -> Stream {
    Stream {
        stages: vec![
            stage(
                "Ideas",
                (12.0, 2.0, 1.0),
                3,
                3,
                "Everybody looks for numbers, few look at the same ones.",
                (3.0, 0.5, 0.0, "20 concepts from the brief and recent performance; the team picks 3."),
            ),
            stage(
                "Assets",
                (40.0, 6.0, 2.0),
                4,
                5,
                "Copy waits for briefs, images wait for copy, everybody waits for review.",
                (
                    16.0,
                    3.0,
                    0.5,
                    "Drafts per concept on day 2; people edit and approve instead of starting from nothing.",
                ),
            ),
            stage(
                "Launch",
                (8.0, 1.0, 1.0),
                2,
                4,
                "Ads are typed in by hand; links and dates are checked when it is too late.",
                (2.0, 0.5, 0.0, "Checks block mistakes, files for the ad platforms come out paused."),
            ),
            stage(
                "Review",
                (10.0, 5.0, 0.0),
                2,
                3,
                "Dashboards are read, decisions are not written down.",
                (3.0, 5.0, 0.0, "At most five lines a morning, with the cause and the action."),
            ),
            stage(
                "Post-mortem",
                (4.0, 1.0, 3.0),
                3,
                4,
                "Rarely written; the next sprint begins without it.",
                (2.0, 1.0, 0.0, "Drafted from data on the last day; signed before the next sprint begins."),
            ),
        ],
    }
}

fn stage(
    name: &str,
    (hands_on_hours, elapsed_days, waiting_days): (f64, f64, f64),
    people: u32,
    pain: u8,
    note: &str,
    (hours, elapsed, waiting, how): (f64, f64, f64, &str),
) -> Stage {
    let redesign =
        Redesign { hands_on_hours: hours, elapsed_days: elapsed, waiting_days: waiting, how: how.to_owned() };
    Stage {
        name: name.to_owned(),
        hands_on_hours,
        elapsed_days,
        waiting_days,
        cost_minor: 0,
        people,
        pain,
        note: note.to_owned(),
        redesign: Some(redesign),
    }
}
