//! Is the data there? A report that is late looks like a bad day.

use super::{
    line::{Found, Line, Severity},
    scope::Scope,
};
use crate::ask::{count, day_words};

/// From this many missing days on somebody should act, not only look.
const DAYS_TO_ACT: i32 = 3;

pub(super) fn check(scope: &Scope, found: &mut Found) {
    let mut wanted: Vec<&str> = scope.paid().into_iter().map(|(_, name)| name).collect();
    wanted.extend(["ga4", "orders"]);
    for source in scope.sources.iter().filter(|source| wanted.contains(&source.name.as_str())) {
        let Some(last) = source.last_day else {
            found.skip(
                "late_data",
                &format!(
                    "no {} data of the last 60 days is imported. Import its export on the data page.",
                    source.label
                ),
            );
            continue;
        };
        let missing = scope.yesterday.days_since(last);
        if missing < 1 {
            continue;
        }
        let which = if missing == 1 { "yesterday is" } else { "the days since are" };
        found.lines.push(Line {
            key: format!("late_data:{}", source.name),
            check: "late_data".into(),
            severity: if missing >= DAYS_TO_ACT { Severity::Act } else { Severity::Watch },
            sentence: format!(
                "{} reaches only to {}; {which} missing ({}).",
                writer::words::capitalise(source.label),
                day_words(last),
                count(i64::from(missing), "day")
            ),
            cause: None,
            action: format!(
                "Export {} up to {} and import it; the other lines stop at the days there are.",
                source.label,
                day_words(scope.yesterday)
            ),
            is_provisional: false,
            at_stake_minor: 0,
            evidence: vec![scope.sources_evidence.clone()],
        });
    }
}
