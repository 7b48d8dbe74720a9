//! Are people tired of an ad? Its click rate falls while it is shown on and on.

use super::{
    line::{Found, Line, Severity},
    scope::{Scope, ours},
};
use crate::SprintError;

/// Days compared: the first of the flight and the last reported.
const SPAN_DAYS: i32 = 3;
/// Fewer impressions than this in either span tell nothing.
const FEWEST_IMPRESSIONS: i64 = 1_000;
/// The click rate must have fallen by this share.
const FALL: f64 = 0.25;
/// And by this many standard errors (two-proportion z test): about one in two hundred by chance.
const STANDARD_ERRORS: f64 = 2.6;

pub(super) async fn check(scope: &Scope, found: &mut Found) -> Result<(), SprintError> {
    if scope.paid().is_empty() {
        return Ok(());
    }
    let Some(through) = scope.ads_through() else {
        found.skip("fatigue", "whether people tire of an ad; the report of an ad platform of the launch is missing.");
        return Ok(());
    };
    let to = through.min(scope.flight.to).min(scope.yesterday);
    let (early, late) = (scope.live_on.plus(SPAN_DAYS - 1), to.plus(1 - SPAN_DAYS));
    if late <= early {
        found.skip("fatigue", "whether people tire of an ad; that needs six days of reports since the launch.");
        return Ok(());
    }
    let mut enough = false;
    for launched in &scope.launch.document.concepts {
        let mut tired: Option<Line> = None;
        for (channel, platform) in scope.paid() {
            let sum = |column: &str, from: domain::Day, to: domain::Day, name: &str| {
                format!(
                    "COALESCE(SUM(CASE WHEN day >= DATE '{from}' AND day <= DATE '{to}' THEN {column} END), 0) AS {name}"
                )
            };
            let sql = format!(
                "SELECT {}, {}, {}, {}, {}, {} FROM ad_totals WHERE platform = '{platform}' AND {}",
                sum("impressions", scope.live_on, early, "impressions_early"),
                sum("clicks", scope.live_on, early, "clicks_early"),
                sum("impressions", late, to, "impressions_late"),
                sum("clicks", late, to, "clicks_late"),
                sum("impressions", scope.live_on, to, "impressions"),
                sum("spend_micros", late, to, "spend_late_micros"),
                ours(&[&launched.utm_content])
            );
            let (table, evidence) =
                scope.ask(&format!("click rate of {} on {platform}", launched.utm_content), &sql).await?;
            let row = table.first()?;
            let (early, clicks_early) = (row.int("impressions_early")?, row.int("clicks_early")?);
            let (late, clicks_late) = (row.int("impressions_late")?, row.int("clicks_late")?);
            if early < FEWEST_IMPRESSIONS || late < FEWEST_IMPRESSIONS {
                continue;
            }
            enough = true;
            if !is_tired((clicks_early, early), (clicks_late, late)) {
                continue;
            }
            let percent = |clicks: i64, shown: i64| clicks as f64 * 100.0 / shown as f64;
            let at_stake_minor = scope.money(row.int("spend_late_micros")? / i64::from(SPAN_DAYS)).minor;
            if let Some(line) = &mut tired {
                let also = format!(
                    "The same on {}: {:.2} % to {:.2} %.",
                    channel.label(),
                    percent(clicks_early, early),
                    percent(clicks_late, late)
                );
                line.cause = line.cause.take().map(|cause| format!("{cause} {also}"));
                line.at_stake_minor += at_stake_minor;
                line.evidence.push(evidence);
                continue;
            }
            tired = Some(Line {
                key: format!("fatigue:{}", launched.utm_content),
                check: "fatigue".into(),
                severity: Severity::Watch,
                sentence: format!(
                    "“{}” on {}: the click rate fell from {:.2} % in its first {SPAN_DAYS} days to {:.2} % in the last {SPAN_DAYS}.",
                    launched.title,
                    channel.label(),
                    percent(clicks_early, early),
                    percent(clicks_late, late)
                ),
                cause: Some(format!(
                    "It has been shown {} times, {} of them in the last {SPAN_DAYS} days: the same people see it again.",
                    domain::group_thousands(row.int("impressions")?.unsigned_abs()),
                    domain::group_thousands(late.unsigned_abs())
                )),
                action: "Bring a new picture or another angle of the concept; its image directions and video angles are in the studio.".into(),
                is_provisional: false,
                at_stake_minor,
                evidence: vec![evidence],
            });
        }
        found.lines.extend(tired);
    }
    if !enough {
        found.skip(
            "fatigue",
            &format!(
                "whether people tire of an ad; that needs {} impressions of an ad at the start and at the end.",
                domain::group_thousands(FEWEST_IMPRESSIONS.unsigned_abs())
            ),
        );
    }
    Ok(())
}

/// Whether the later click rate (clicks, impressions) is clearly below the earlier one.
fn is_tired((clicks_early, early): (i64, i64), (clicks_late, late): (i64, i64)) -> bool {
    let (a, b) = (clicks_early as f64 / early as f64, clicks_late as f64 / late as f64);
    let pooled = (clicks_early + clicks_late) as f64 / (early + late) as f64;
    let error = (pooled * (1.0 - pooled) * (1.0 / early as f64 + 1.0 / late as f64)).sqrt();
    b < a * (1.0 - FALL) && error > 0.0 && (a - b) / error > STANDARD_ERRORS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_rate_must_fall_far_and_surely() {
        for (early, late, tired) in [
            ((200, 10_000), (110, 10_000), true),
            ((200, 10_000), (170, 10_000), false),
            ((20, 1_000), (11, 1_000), false),
            ((200, 10_000), (260, 10_000), false),
        ] {
            assert_eq!(is_tired(early, late), tired, "{early:?} {late:?}");
        }
    }
}
