//! A funnel: steps as bars from the left, with the share that goes on.

use super::{escape, n, open};

/// One step.
#[derive(Debug, Clone)]
pub struct FunnelStep {
    /// Name, e.g. `Add to cart`.
    pub label: String,
    /// How many.
    pub count: i64,
}

/// Steps in order, the first is the widest.
pub fn funnel(steps: &[FunnelStep], title: &str) -> String {
    const ROW: f64 = 34.0;
    const WIDTH: f64 = 520.0;
    const LEFT: f64 = 120.0;
    let Some(first) = steps.first().filter(|step| step.count > 0) else { return String::new() };
    let description = steps.iter().map(|step| format!("{}: {}", step.label, step.count)).collect::<Vec<_>>().join("; ");
    let mut svg = open("plot", WIDTH, ROW * steps.len() as f64, title, &description);
    let mut before: Option<i64> = None;
    for (i, step) in steps.iter().enumerate() {
        let y = i as f64 * ROW;
        let length = (WIDTH - LEFT - 130.0) * step.count as f64 / first.count as f64;
        let share = match before {
            Some(before) if before > 0 => {
                format!(" · {} go on", crate::view::percent(step.count as f64 / before as f64))
            }
            _ => String::new(),
        };
        svg.push_str(&format!(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text><rect class=\"bar-1\" x=\"{LEFT}\" y=\"{}\" width=\"{}\" height=\"20\" rx=\"3\"/><text x=\"{}\" y=\"{}\"><tspan class=\"strong\">{}</tspan>{share}</text>",
            n(LEFT - 10.0),
            n(y + 19.0),
            escape(&step.label),
            n(y + 5.0),
            n(length.max(1.5)),
            n(LEFT + length.max(1.5) + 7.0),
            n(y + 19.0),
            crate::view::count(step.count),
        ));
        before = Some(step.count);
    }
    svg.push_str("</svg>");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_tells_who_goes_on() {
        let step = |label: &str, count| FunnelStep { label: label.into(), count };
        insta::assert_snapshot!(funnel(&[step("Sessions", 1_000), step("Purchases", 23)], "Funnel"), @r#"<svg class="plot" viewBox="0 0 520 68" role="img" aria-label="Funnel. Sessions: 1000; Purchases: 23"><title>Funnel</title><desc>Sessions: 1000; Purchases: 23</desc><text x="110" y="19" text-anchor="end">Sessions</text><rect class="bar-1" x="120" y="5" width="270" height="20" rx="3"/><text x="397" y="19"><tspan class="strong">1,000</tspan></text><text x="110" y="53" text-anchor="end">Purchases</text><rect class="bar-1" x="120" y="39" width="6.2" height="20" rx="3"/><text x="133.2" y="53"><tspan class="strong">23</tspan> · 2.3 % go on</text></svg>"#);
        assert_eq!(funnel(&[step("Sessions", 0)], "Funnel"), "");
    }
}
