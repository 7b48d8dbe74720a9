//! The answer in words and a small table.

use std::fmt::Write as _;

use super::answer::{Answer, Arm, LookLine};

/// Looks shown at the end of the table.
const LAST_LOOKS: usize = 7;

pub(super) fn text(answer: &Answer) -> String {
    let mut out = String::new();
    if !answer.is_trustworthy {
        out.push_str("Do not believe this result: the arms did not get the traffic they were planned to get.\n");
    }
    let several = !answer.arms.is_empty();
    let arms: Vec<&Arm> = if several { answer.arms.iter().collect() } else { vec![&answer.headline] };
    for arm in arms {
        let _ = writeln!(out, "{}", sentence(arm, &answer.control, several));
    }
    let units: Vec<String> = answer
        .units
        .iter()
        .map(|units| match units.mean {
            Some(mean) => format!("{} {} units, {mean:.4} each", units.arm, units.units),
            None => format!("{} no units", units.arm),
        })
        .collect();
    let _ = writeln!(out, "{}.", units.join("; "));
    if let Some(saved) = answer.headline.variance_saved {
        let _ = writeln!(out, "The covariate took away {:.1} % of the variance.", 100.0 * saved);
    }
    if let Some(shrunk) = &answer.headline.shrunk {
        let _ = writeln!(
            out,
            "To expect: {:+.1} % [{:+.1} %, {:+.1} %], shrunk from the observed {:+.1} %. Prior: {}",
            100.0 * shrunk.lift,
            100.0 * shrunk.low,
            100.0 * shrunk.high,
            100.0 * shrunk.observed,
            answer.prior
        );
    }
    for read in &answer.secondary {
        let word = if read.is_called { "changed" } else { "no proven change" };
        let _ = writeln!(
            out,
            "{} of {}: {word}, {:+.4} [{:+.4}, {:+.4}], corrected p = {:.3}.",
            read.metric, read.arm, read.estimate, read.ci_low, read.ci_high, read.p_adjusted
        );
    }
    for note in &answer.warnings {
        let _ = writeln!(out, "Note: {}", note.message);
    }
    let looks = &answer.headline.looks;
    if !looks.is_empty() {
        let _ = write!(
            out,
            "\n{:>5} {:>10} {:>9} {:>8} {:>9} {:>24}",
            "look", "units", "estimate", "z", "boundary", "interval"
        );
        for look in looks.iter().skip(looks.len().saturating_sub(LAST_LOOKS)) {
            let _ = write!(out, "\n{}", line(look));
        }
        out.push('\n');
    }
    out.trim_end().to_owned()
}

fn sentence(arm: &Arm, control: &str, several: bool) -> String {
    let when = arm.stopped_look.map_or_else(String::new, |look| format!(" at look {look}"));
    let word = match arm.decision {
        "won" => format!("won{when}"),
        "lost" => format!("lost{when}"),
        "futile" => format!("futile{when}: a win has become unlikely"),
        "running" => "still running, nothing proven yet".to_owned(),
        _ => "inconclusive: the horizon has come and nothing is proven".to_owned(),
    };
    let Some(estimate) = arm.estimate else {
        return format!("{} against {control}: there is nothing to compare.", arm.arm);
    };
    let range = match (arm.ci_low, arm.ci_high) {
        (Some(low), Some(high)) => format!("{estimate:+.4} [{low:+.4}, {high:+.4}] per unit"),
        _ => format!("{estimate:+.4} per unit, no interval yet"),
    };
    let per_cent = |part: f64| format!("{:+.1} %", 100.0 * part);
    let lift = match (arm.lift, arm.lift_low, arm.lift_high) {
        (Some(lift), Some(low), Some(high)) => format!(", {} [{}, {}]", per_cent(lift), per_cent(low), per_cent(high)),
        (Some(lift), _, _) => format!(", {}", per_cent(lift)),
        _ => String::new(),
    };
    let p = if several { arm.p_adjusted.zip(Some(" by Holm")) } else { arm.p_value.zip(Some("")) };
    let p = p.map_or_else(String::new, |(p, how)| format!(", p = {p:.3}{how}"));
    format!("{} against {control}: {word}. {range}{lift}{p}.", arm.arm)
}

fn line(look: &LookLine) -> String {
    let number = |value: Option<f64>, digits: usize| value.map_or_else(|| "–".to_owned(), |v| format!("{v:.digits$}"));
    let interval = match (look.ci_low, look.ci_high) {
        (Some(low), Some(high)) => format!("{low:.4} … {high:.4}"),
        _ => "–".to_owned(),
    };
    format!(
        "{:>5} {:>10} {:>9} {:>8} {:>9} {interval:>24}",
        look.look,
        look.n_control + look.n_treatment,
        number(look.estimate, 4),
        number(look.z, 3),
        number(look.boundary, 3),
    )
}
