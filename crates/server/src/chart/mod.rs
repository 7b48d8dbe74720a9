//! Charts as SVG text: they work without script, in print and in e-mail. Each carries a title and a description, and
//! every text in it is escaped here. Colours come from classes in `ui/css/charts.css`.

mod band;
mod bars;
mod course;
mod funnel;
mod ratios;
mod spark;
mod value_stream;

pub use band::{BandPoint, band};
pub use bars::{Bar, bars};
pub use course::{CoursePoint, RefLine, course, on_scale};
pub use funnel::{FunnelStep, funnel};
pub use ratios::{RatioRow, ratios};
pub use spark::{interval, spark};
pub use value_stream::value_stream;

/// Escapes text for SVG.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// A number with at most one decimal: keeps the SVG short and its snapshots readable.
pub(crate) fn n(x: f64) -> String {
    let text = format!("{x:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// Opens an SVG of a size in its own units, with title and description for screen readers.
pub(crate) fn open(class: &str, width: f64, height: f64, title: &str, description: &str) -> String {
    let (title, description) = (escape(title), escape(description));
    format!(
        "<svg class=\"{class}\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{title}. {description}\"><title>{title}</title><desc>{description}</desc>",
        n(width),
        n(height)
    )
}

/// Round steps for an axis from zero to at least `max`: 1, 2 or 5 times a power of ten.
pub(crate) fn ticks(max: f64, about: usize) -> Vec<f64> {
    if max.is_nan() || max <= 0.0 {
        return vec![0.0, 1.0];
    }
    let raw = max / about.max(1) as f64;
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|step| *step >= raw).unwrap_or(power);
    let count = (max / step).ceil() as usize;
    (0..=count).map(|i| i as f64 * step).collect()
}

/// Cuts a label that would not fit, with an ellipsis.
pub(crate) fn shorten(text: &str, chars: usize) -> String {
    if text.chars().count() <= chars {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(chars.saturating_sub(1)).collect();
    out.truncate(out.trim_end().len());
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_reach_the_top() {
        assert_eq!(ticks(0.0, 4), [0.0, 1.0]);
        assert_eq!(ticks(9.3, 4), [0.0, 5.0, 10.0]);
        assert_eq!(ticks(1_700.0, 4), [0.0, 500.0, 1_000.0, 1_500.0, 2_000.0]);
        assert_eq!(ticks(f64::NAN, 4), [0.0, 1.0]);
    }

    #[test]
    fn labels_are_cut_and_escaped() {
        assert_eq!(shorten("Ideation", 20), "Ideation");
        assert_eq!(shorten("Creative production", 10), "Creative…");
        assert_eq!(escape("<b>\"&'"), "&lt;b&gt;&quot;&amp;&#39;");
    }
}
