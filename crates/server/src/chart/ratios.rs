//! Ratios with their intervals against one: what came over what was sized, on a scale where half and double are as far.

use super::{escape, n, open, shorten};

/// One ratio.
#[derive(Debug, Clone)]
pub struct RatioRow {
    /// Name.
    pub label: String,
    /// The ratio as people read it.
    pub text: String,
    /// Lower end of its interval.
    pub low: f64,
    /// The ratio.
    pub ratio: f64,
    /// Upper end.
    pub high: f64,
}

/// Draws the rows under one scale from a quarter to four times; what lies beyond ends at its edge. Names stand above
/// their lines, so that a phone reads them too.
pub fn ratios(rows: &[RatioRow], title: &str) -> String {
    const WIDTH: f64 = 360.0;
    const ROW: f64 = 34.0;
    const TOP: f64 = 22.0;
    const EDGE: f64 = 4.0;
    if rows.is_empty() {
        return String::new();
    }
    let x = |ratio: f64| {
        let log = if ratio > 0.0 { ratio.log2() } else { -2.0 };
        8.0 + (WIDTH - 16.0) * (log.clamp(-2.0, 2.0) + 2.0) / EDGE
    };
    let height = TOP + ROW * rows.len() as f64;
    let description = rows.iter().map(|row| format!("{}: {}", row.label, row.text)).collect::<Vec<_>>().join("; ");
    let mut svg = open("plot", WIDTH, height, title, &description);
    for (at, name) in [(0.25, "¼"), (0.5, "½"), (1.0, "as sized"), (2.0, "2 ×"), (4.0, "4 ×")] {
        let class = if at == 1.0 { "zero" } else { "axis" };
        svg.push_str(&format!(
            "<text x=\"{0}\" y=\"12\" text-anchor=\"middle\">{name}</text><line class=\"{class}\" x1=\"{0}\" x2=\"{0}\" y1=\"18\" y2=\"{1}\"/>",
            n(x(at)),
            n(height)
        ));
    }
    for (i, row) in rows.iter().enumerate() {
        let y = TOP + i as f64 * ROW;
        svg.push_str(&format!(
            "<text class=\"strong\" x=\"8\" y=\"{0}\">{1}</text><text x=\"{2}\" y=\"{0}\" text-anchor=\"end\">{3}</text><line class=\"range\" x1=\"{4}\" x2=\"{5}\" y1=\"{6}\" y2=\"{6}\"/><circle class=\"dot\" cx=\"{7}\" cy=\"{6}\" r=\"4.5\"/>",
            n(y + 12.0),
            escape(&shorten(&row.label, 28)),
            n(WIDTH - 8.0),
            escape(&row.text),
            n(x(row.low)),
            n(x(row.high)),
            n(y + 22.0),
            n(x(row.ratio))
        ));
    }
    svg.push_str("</svg>");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_and_double_are_as_far_and_nothing_leaves_the_scale() {
        let row = |low, ratio, high| RatioRow { label: "<Due>".into(), text: "0.5".into(), low, ratio, high };
        let svg = ratios(&[row(0.0, 0.5, 2.0), row(0.1, 1.0, f64::INFINITY)], "Calibration");
        // 344 units for four doublings: 86 each, one in the middle at 180.
        assert!(svg.contains("x1=\"8\" x2=\"266\"") && svg.contains("cx=\"94\""), "{svg}");
        assert!(svg.contains("x1=\"8\" x2=\"352\"") && svg.contains("cx=\"180\""), "{svg}");
        assert!(svg.contains("&lt;Due&gt;") && !svg.contains("NaN"));
        assert_eq!(ratios(&[], "nothing"), "");
    }
}
