//! A line against the range it was expected in.

use super::{escape, n, open, ticks};

/// One day of the series.
#[derive(Debug, Clone)]
pub struct BandPoint {
    /// The day as people read it.
    pub label: String,
    /// What was measured; `None` where nothing was.
    pub actual: Option<f64>,
    /// Lower end of the expected range.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Draws the series; days outside their range get a ring.
pub fn band(points: &[BandPoint], title: &str, unit: &str) -> String {
    const WIDTH: f64 = 640.0;
    const HEIGHT: f64 = 220.0;
    const LEFT: f64 = 44.0;
    const BOTTOM: f64 = 26.0;
    if points.len() < 2 {
        return String::new();
    }
    let top = points.iter().map(|p| p.high.max(p.actual.unwrap_or(0.0))).fold(0.0, f64::max);
    let marks = ticks(top * 1.05, 4);
    let max = marks.last().copied().unwrap_or(1.0);
    let x = |i: usize| LEFT + (WIDTH - LEFT - 10.0) * i as f64 / (points.len() - 1) as f64;
    let y = |v: f64| 8.0 + (HEIGHT - BOTTOM - 8.0) * (1.0 - v / max);
    let outside = points.iter().filter(|p| p.actual.is_some_and(|v| v < p.low || v > p.high)).count();
    let description = format!("{} days, {outside} outside the expected range", points.len());
    let mut svg = open("plot", WIDTH, HEIGHT, title, &description);
    for mark in &marks {
        svg.push_str(&format!(
            "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{1}\" y2=\"{1}\"/><text x=\"{2}\" y=\"{3}\" text-anchor=\"end\">{4}{5}</text>",
            n(WIDTH - 10.0),
            n(y(*mark)),
            n(LEFT - 8.0),
            n(y(*mark) + 4.0),
            n(*mark),
            escape(unit)
        ));
    }
    let upper = points.iter().enumerate().map(|(i, p)| format!("{},{}", n(x(i)), n(y(p.high))));
    let lower = points.iter().enumerate().rev().map(|(i, p)| format!("{},{}", n(x(i)), n(y(p.low))));
    let outline = upper.chain(lower).collect::<Vec<_>>().join(" ");
    svg.push_str(&format!("<polygon class=\"band\" points=\"{outline}\"/>"));
    for run in runs(points) {
        let line = run.iter().map(|&(i, v)| format!("{},{}", n(x(i)), n(y(v)))).collect::<Vec<_>>().join(" ");
        svg.push_str(&format!("<polyline class=\"line\" points=\"{line}\"/>"));
    }
    for (i, point) in points.iter().enumerate() {
        if let Some(v) = point.actual.filter(|v| *v < point.low || *v > point.high) {
            svg.push_str(&format!("<circle class=\"dot\" cx=\"{}\" cy=\"{}\" r=\"4.5\"/>", n(x(i)), n(y(v))));
        }
    }
    let every = points.len().div_ceil(7);
    for (i, point) in points.iter().enumerate().step_by(every) {
        svg.push_str(&format!(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            n(x(i)),
            n(HEIGHT - 6.0),
            escape(&point.label)
        ));
    }
    svg.push_str("</svg>");
    svg
}

/// The measured days as unbroken runs: a gap is a gap, not a straight line.
fn runs(points: &[BandPoint]) -> Vec<Vec<(usize, f64)>> {
    let mut runs = vec![Vec::new()];
    for (i, point) in points.iter().enumerate() {
        match (point.actual, runs.last_mut()) {
            (Some(v), Some(run)) => run.push((i, v)),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| run.len() > 1);
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_breaks_the_line_and_an_outlier_is_marked() {
        let point = |label: &str, actual| BandPoint { label: label.into(), actual, low: 1.0, high: 3.0 };
        let days = [
            point("1", Some(2.0)),
            point("2", Some(4.0)),
            point("3", None),
            point("4", Some(2.0)),
            point("5", Some(2.5)),
        ];
        let svg = band(&days, "MER", "");
        assert_eq!(svg.matches("<polyline").count(), 2);
        assert_eq!(svg.matches("<circle").count(), 1);
        assert!(svg.contains("1 outside the expected range"));
        insta::assert_snapshot!(svg, @r#"<svg class="plot" viewBox="0 0 640 220" role="img" aria-label="MER. 5 days, 1 outside the expected range"><title>MER</title><desc>5 days, 1 outside the expected range</desc><line class="axis" x1="44" x2="630" y1="194" y2="194"/><text x="36" y="198" text-anchor="end">0</text><line class="axis" x1="44" x2="630" y1="132" y2="132"/><text x="36" y="136" text-anchor="end">2</text><line class="axis" x1="44" x2="630" y1="70" y2="70"/><text x="36" y="74" text-anchor="end">4</text><line class="axis" x1="44" x2="630" y1="8" y2="8"/><text x="36" y="12" text-anchor="end">6</text><polygon class="band" points="44,101 190.5,101 337,101 483.5,101 630,101 630,163 483.5,163 337,163 190.5,163 44,163"/><polyline class="line" points="44,132 190.5,70"/><polyline class="line" points="483.5,132 630,116.5"/><circle class="dot" cx="190.5" cy="70" r="4.5"/><text x="44" y="214" text-anchor="middle">1</text><text x="190.5" y="214" text-anchor="middle">2</text><text x="337" y="214" text-anchor="middle">3</text><text x="483.5" y="214" text-anchor="middle">4</text><text x="630" y="214" text-anchor="middle">5</text></svg>"#);
    }
}
