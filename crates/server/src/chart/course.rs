//! A series around zero with its range, or against boundaries; and one change's range on a scale shared by many.

use super::{escape, n, open};

/// A line of reference beside the series, e.g. a boundary.
#[derive(Debug, Clone, PartialEq)]
pub struct RefLine {
    /// A value for each point; none where it does not apply.
    pub values: Vec<Option<f64>>,
    /// Drawn as a limit (solid, in the warning colour) or as a dashed reference.
    pub is_limit: bool,
}

/// A point of a series.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CoursePoint {
    /// Under the axis.
    pub label: String,
    /// The value; none where nothing can be said.
    pub mid: Option<f64>,
    /// Its range.
    pub range: Option<(f64, f64)>,
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 10.0;
const BOTTOM: f64 = 26.0;

/// Draws a series around zero: ranges as a band, the middle as a line, references beside it. `text` writes the axis.
pub fn course(
    points: &[CoursePoint],
    refs: &[RefLine],
    title: &str,
    description: &str,
    text: impl Fn(f64) -> String,
) -> String {
    if points.len() < 2 {
        return String::new();
    }
    let values = points.iter().flat_map(|point| {
        [point.mid, point.range.map(|range| range.0), point.range.map(|range| range.1)].into_iter().flatten()
    });
    let beside = refs.iter().flat_map(|line| line.values.iter().copied().flatten());
    let (low, high) =
        values.chain(beside).filter(|v| v.is_finite()).fold((0f64, 0f64), |(l, h), v| (l.min(v), h.max(v)));
    let marks = around_zero(low, high);
    let (bottom, top) = (marks[0], marks[marks.len() - 1]);
    let x = |i: usize| LEFT + (WIDTH - LEFT - RIGHT) * i as f64 / (points.len() - 1) as f64;
    let y = |v: f64| 8.0 + (HEIGHT - BOTTOM - 8.0) * (top - v.clamp(bottom, top)) / (top - bottom);
    let mut svg = open("plot course", WIDTH, HEIGHT, title, description);
    for mark in &marks {
        let class = if *mark == 0.0 { "zero" } else { "axis" };
        svg.push_str(&format!(
            "<line class=\"{class}\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{1}\" y2=\"{1}\"/><text x=\"{2}\" y=\"{3}\" text-anchor=\"end\">{4}</text>",
            n(WIDTH - RIGHT),
            n(y(*mark)),
            n(LEFT - 8.0),
            n(y(*mark) + 4.0),
            escape(&text(*mark))
        ));
    }
    let ranges: Vec<Option<(f64, f64)>> = points.iter().map(|point| point.range).collect();
    for run in runs(&ranges) {
        let upper = run.iter().map(|(i, range)| format!("{},{}", n(x(*i)), n(y(range.1))));
        let lower = run.iter().rev().map(|(i, range)| format!("{},{}", n(x(*i)), n(y(range.0))));
        let outline = upper.chain(lower).collect::<Vec<_>>().join(" ");
        svg.push_str(&format!("<polygon class=\"band\" points=\"{outline}\"/>"));
    }
    let mut draw = |class: &str, values: &[Option<f64>]| {
        for run in runs(values) {
            let line = run.iter().map(|(i, v)| format!("{},{}", n(x(*i)), n(y(*v)))).collect::<Vec<_>>().join(" ");
            svg.push_str(&format!("<polyline class=\"{class}\" points=\"{line}\"/>"));
        }
    };
    for line in refs {
        draw(if line.is_limit { "line-limit" } else { "line-ref" }, &line.values);
    }
    let mids: Vec<Option<f64>> = points.iter().map(|point| point.mid).collect();
    draw("line", &mids);
    if let Some((i, Some(last))) = mids.iter().enumerate().rev().find(|(_, mid)| mid.is_some()) {
        svg.push_str(&format!("<circle class=\"dot\" cx=\"{}\" cy=\"{}\" r=\"4.5\"/>", n(x(i)), n(y(*last))));
    }
    let every = points.len().div_ceil(6);
    for (i, point) in points.iter().enumerate().step_by(every) {
        svg.push_str(&format!(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>",
            n(x(i)),
            n(HEIGHT - 6.0),
            if i + 1 == points.len() { "end" } else { "middle" },
            escape(&point.label)
        ));
    }
    svg.push_str("</svg>");
    svg
}

/// A change's range on a scale that many share: zero stands at the same place in every row. `is_proven` fills it in.
pub fn on_scale(range: [f64; 3], scale: (f64, f64), is_proven: bool, title: &str, description: &str) -> String {
    let (from, to) = (scale.0.min(0.0), scale.1.max(0.0));
    let span = if to > from { to - from } else { 1.0 };
    let x = |value: f64| 6.0 + 208.0 * (value.clamp(from, to) - from) / span;
    let [low, mid, high] = range;
    let (class, dot) =
        if is_proven { ("range range-good", "dot dot-good") } else { ("range range-open", "dot dot-open") };
    let mut svg = open("plot", 220.0, 20.0, title, description);
    svg.push_str(&format!(
        "<line class=\"zero\" x1=\"{0}\" x2=\"{0}\" y1=\"0\" y2=\"20\"/><line class=\"{class}\" x1=\"{1}\" x2=\"{2}\" y1=\"10\" y2=\"10\"/><circle class=\"{dot}\" cx=\"{3}\" cy=\"10\" r=\"4.5\"/></svg>",
        n(x(0.0)),
        n(x(low)),
        n(x(high)),
        n(x(mid))
    ));
    svg
}

/// Round marks from at most `low` to at least `high` through zero: steps of 1, 2 or 5 times a power of ten.
fn around_zero(low: f64, high: f64) -> Vec<f64> {
    let span = high - low;
    if span.is_nan() || span <= 0.0 {
        return vec![-1.0, 0.0, 1.0];
    }
    let raw = span / 4.0;
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|step| *step >= raw).unwrap_or(power);
    let (first, last) = ((low / step).floor() as i64, (high / step).ceil() as i64);
    (first..=last).map(|i| i as f64 * step).collect()
}

/// Values as unbroken runs of two and more: a gap is a gap, not a straight line.
fn runs<T: Copy>(values: &[Option<T>]) -> Vec<Vec<(usize, T)>> {
    let mut runs: Vec<Vec<(usize, T)>> = vec![Vec::new()];
    for (i, value) in values.iter().enumerate() {
        match (value, runs.last_mut()) {
            (Some(v), Some(run)) => run.push((i, *v)),
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
    fn marks_pass_through_zero_and_hold_both_ends() {
        assert_eq!(around_zero(-3.0, 9.0), [-5.0, 0.0, 5.0, 10.0]);
        assert_eq!(around_zero(0.0, 0.0), [-1.0, 0.0, 1.0]);
        assert_eq!(around_zero(f64::NAN, 1.0), [-1.0, 0.0, 1.0]);
    }

    #[test]
    fn a_course_has_its_band_its_limits_and_its_gaps() {
        let point = |label: &str, mid: Option<f64>| CoursePoint {
            label: label.into(),
            mid,
            range: mid.map(|mid| (mid - 1.0, mid + 1.0)),
        };
        let points = [
            point("1", Some(-1.0)),
            point("2", Some(1.0)),
            point("3", None),
            point("4", Some(2.0)),
            point("5", Some(3.0)),
        ];
        let limit = RefLine { values: vec![None, Some(4.0), Some(3.0), Some(2.5), Some(2.0)], is_limit: true };
        let svg = course(&points, &[limit], "Net <money>", "five days", |v| format!("€{v}"));
        assert_eq!(svg.matches("<polygon").count(), 2);
        assert_eq!(svg.matches("class=\"line\"").count(), 2);
        assert_eq!(svg.matches("line-limit").count(), 1);
        assert!(svg.contains("Net &lt;money&gt;") && svg.contains(">€-2<"), "{svg}");
        assert_eq!(course(&points[..1], &[], "", "", |v| v.to_string()), "");
    }

    #[test]
    fn rows_share_zero() {
        let at_zero = |svg: &str| svg.split("class=\"zero\" x1=\"").nth(1).map(|rest| rest[..5].to_owned());
        let one = on_scale([-2.0, 0.0, 2.0], (-10.0, 10.0), false, "a", "b");
        let other = on_scale([3.0, 5.0, 8.0], (-10.0, 10.0), true, "a", "b");
        assert_eq!(at_zero(&one), at_zero(&other));
        assert!(other.contains("range-good") && one.contains("range-open"));
    }
}
