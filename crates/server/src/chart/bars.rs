//! Horizontal bars with their labels and values: reads on a phone, prints, needs no legend.

use super::{escape, n, open, shorten};

/// One bar.
#[derive(Debug, Clone)]
pub struct Bar {
    /// Name.
    pub label: String,
    /// Length.
    pub value: f64,
    /// The value as people read it, with its unit.
    pub text: String,
    /// Draw it in grey: a comparison, not the subject.
    pub quiet: bool,
}

/// Bars on one scale from zero.
pub fn bars(bars: &[Bar], title: &str) -> String {
    const ROW: f64 = 26.0;
    const LEFT: f64 = 150.0;
    const WIDTH: f64 = 520.0;
    if bars.is_empty() {
        return String::new();
    }
    let max = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    let description = bars.iter().map(|bar| format!("{}: {}", bar.label, bar.text)).collect::<Vec<_>>().join("; ");
    let mut svg = open("plot", WIDTH, ROW * bars.len() as f64, title, &description);
    for (i, bar) in bars.iter().enumerate() {
        let y = i as f64 * ROW;
        let length = if max > 0.0 { (WIDTH - LEFT - 90.0) * bar.value.max(0.0) / max } else { 0.0 };
        let class = if bar.quiet { "bar-quiet" } else { "bar-1" };
        svg.push_str(&format!(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text><rect class=\"{class}\" x=\"{LEFT}\" y=\"{}\" width=\"{}\" height=\"14\" rx=\"3\"/><text class=\"strong\" x=\"{}\" y=\"{}\">{}</text>",
            n(LEFT - 10.0),
            n(y + 16.0),
            escape(&shorten(&bar.label, 24)),
            n(y + 5.0),
            n(length.max(1.5)),
            n(LEFT + length.max(1.5) + 7.0),
            n(y + 16.0),
            escape(&bar.text),
        ));
    }
    svg.push_str("</svg>");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_share_a_scale() {
        let bar = |label: &str, value, quiet| Bar { label: label.into(), value, text: format!("€{value}"), quiet };
        insta::assert_snapshot!(bars(&[bar("This sprint", 40.0, false), bar("Last <sprint>", 20.0, true)], "MER"), @r#"<svg class="plot" viewBox="0 0 520 52" role="img" aria-label="MER. This sprint: €40; Last &lt;sprint&gt;: €20"><title>MER</title><desc>This sprint: €40; Last &lt;sprint&gt;: €20</desc><text x="140" y="16" text-anchor="end">This sprint</text><rect class="bar-1" x="150" y="5" width="280" height="14" rx="3"/><text class="strong" x="437" y="16">€40</text><text x="140" y="42" text-anchor="end">Last &lt;sprint&gt;</text><rect class="bar-quiet" x="150" y="31" width="140" height="14" rx="3"/><text class="strong" x="297" y="42">€20</text></svg>"#);
        assert_eq!(bars(&[], "nothing"), "");
    }
}
