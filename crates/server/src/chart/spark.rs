//! Small charts that stand beside a number.

use super::{n, open};

/// A sparkline of a series, oldest first. Fewer than two points draw nothing: a line would invent a trend.
pub fn spark(values: &[f64], title: &str) -> String {
    let (Some(first), Some(last)) = (values.first(), values.last()) else { return String::new() };
    if values.len() < 2 {
        return String::new();
    }
    let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
    let span = if high > low { high - low } else { 1.0 };
    let points: Vec<String> = values
        .iter()
        .enumerate()
        .map(|(i, v)| {
            format!("{},{}", n(i as f64 * 100.0 / (values.len() - 1) as f64), n(30.0 - 26.0 * (v - low) / span))
        })
        .collect();
    let description = format!("From {} to {}, lowest {}, highest {}", n(*first), n(*last), n(low), n(high));
    let mut svg =
        open("spark", 100.0, 34.0, title, &description).replace("viewBox", "preserveAspectRatio=\"none\" viewBox");
    let line = points.join(" ");
    svg.push_str(&format!(
        "<polygon class=\"area\" points=\"0,34 {line} 100,34\"/><polyline class=\"line\" points=\"{line}\"/></svg>"
    ));
    svg
}

/// An estimate with its range on a scale that holds both and zero.
pub fn interval(low: f64, middle: f64, high: f64, title: &str, unit: &str) -> String {
    let from = low.min(0.0);
    let to = high.max(0.0);
    let span = if to > from { to - from } else { 1.0 };
    let x = |value: f64| 4.0 + 152.0 * (value - from) / span;
    let description = format!("{}{unit}, range {}{unit} to {}{unit}", n(middle), n(low), n(high));
    let mut svg = open("plot", 160.0, 18.0, title, &description);
    svg.push_str(&format!(
        "<line class=\"zero\" x1=\"{0}\" x2=\"{0}\" y1=\"1\" y2=\"17\"/><line class=\"range\" x1=\"{1}\" x2=\"{2}\" y1=\"9\" y2=\"9\"/><circle class=\"dot\" cx=\"{3}\" cy=\"9\" r=\"4.5\"/></svg>",
        n(x(0.0)),
        n(x(low)),
        n(x(high)),
        n(x(middle))
    ));
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sparkline_needs_two_points() {
        assert_eq!(spark(&[3.0], "Net revenue"), "");
        insta::assert_snapshot!(spark(&[1.0, 3.0, 2.0], "Net revenue"), @r#"<svg class="spark" preserveAspectRatio="none" viewBox="0 0 100 34" role="img" aria-label="Net revenue. From 1 to 2, lowest 1, highest 3"><title>Net revenue</title><desc>From 1 to 2, lowest 1, highest 3</desc><polygon class="area" points="0,34 0,30 50,4 100,17 100,34"/><polyline class="line" points="0,30 50,4 100,17"/></svg>"#);
    }

    #[test]
    fn an_interval_shows_zero() {
        insta::assert_snapshot!(interval(-2.0, 4.0, 10.0, "Lift", " %"), @r#"<svg class="plot" viewBox="0 0 160 18" role="img" aria-label="Lift. 4 %, range -2 % to 10 %"><title>Lift</title><desc>4 %, range -2 % to 10 %</desc><line class="zero" x1="29.3" x2="29.3" y1="1" y2="17"/><line class="range" x1="4" x2="156" y1="9" y2="9"/><circle class="dot" cx="80" cy="9" r="4.5"/></svg>"#);
    }
}
