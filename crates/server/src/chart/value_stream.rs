//! The value stream: stages one below the other on one scale of working days, waiting before work.

use domain::workflow::{HOURS_PER_DAY, Stream};

use super::{escape, n, open, shorten, ticks};
use crate::view::decimal;

/// Draws a stream on a scale of `scale_days` (so that today and redesigned compare), the bottleneck in another colour.
pub fn value_stream(stream: &Stream, scale_days: f64, title: &str) -> String {
    const ROW: f64 = 32.0;
    const WIDTH: f64 = 720.0;
    const LEFT: f64 = 132.0;
    const RIGHT: f64 = 96.0;
    if stream.stages.is_empty() {
        return String::new();
    }
    let marks = ticks(scale_days.max(stream.lead_time_days()), 6);
    let max = marks.last().copied().unwrap_or(1.0);
    let scale = (WIDTH - LEFT - RIGHT) / max;
    let height = ROW * stream.stages.len() as f64 + 28.0;
    let description = format!(
        "{} stages, {} working days from start to end, {} hours of work",
        stream.stages.len(),
        decimal(stream.lead_time_days()),
        decimal(stream.hands_on_hours())
    );
    let mut svg = open("plot", WIDTH, height, title, &description);
    for mark in &marks {
        let x = LEFT + mark * scale;
        svg.push_str(&format!(
            "<line class=\"axis\" x1=\"{0}\" x2=\"{0}\" y1=\"2\" y2=\"{1}\"/><text x=\"{0}\" y=\"{2}\" text-anchor=\"middle\">{3}</text>",
            n(x),
            n(height - 24.0),
            n(height - 8.0),
            n(*mark)
        ));
    }
    let mut at = 0.0;
    for (i, stage) in stream.stages.iter().enumerate() {
        let y = i as f64 * ROW + 6.0;
        let start = at + stage.waiting_days;
        let work_days = (stage.hands_on_hours / HOURS_PER_DAY).min(stage.elapsed_days);
        let hot = if stream.bottleneck() == Some(i) { " class=\"hot\"" } else { "" };
        svg.push_str(&format!(
            "<g{hot}><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            n(LEFT - 12.0),
            n(y + 14.0),
            escape(&shorten(&stage.name, 20))
        ));
        if stage.waiting_days > 0.0 {
            svg.push_str(&format!(
                "<line class=\"wait\" x1=\"{}\" x2=\"{}\" y1=\"{2}\" y2=\"{2}\"/>",
                n(LEFT + at * scale),
                n(LEFT + start * scale),
                n(y + 10.0)
            ));
        }
        svg.push_str(&format!(
            "<rect class=\"elapsed\" x=\"{0}\" y=\"{1}\" width=\"{2}\" height=\"20\" rx=\"4\"/><rect class=\"work\" x=\"{0}\" y=\"{1}\" width=\"{3}\" height=\"20\" rx=\"4\"/>",
            n(LEFT + start * scale),
            n(y),
            n((stage.elapsed_days * scale).max(2.0)),
            n((work_days * scale).max(2.0))
        ));
        let end = start + stage.elapsed_days;
        svg.push_str(&format!(
            "<text x=\"{}\" y=\"{}\"><tspan class=\"strong\">{} d</tspan> · {} h</text></g>",
            n(LEFT + end * scale + 8.0),
            n(y + 14.0),
            decimal(stage.elapsed_days + stage.waiting_days),
            decimal(stage.hands_on_hours)
        ));
        at = end;
    }
    svg.push_str("</svg>");
    svg
}

#[cfg(test)]
mod tests {
    use domain::workflow::Stage;

    use super::*;

    #[test]
    fn waiting_stands_before_work_and_the_bottleneck_is_marked() {
        let stage = |name: &str, hands_on_hours, elapsed_days, waiting_days| Stage {
            name: name.into(),
            hands_on_hours,
            elapsed_days,
            waiting_days,
            cost_minor: 0,
            people: 1,
            pain: 3,
            note: String::new(),
            redesign: None,
        };
        let stream = Stream { stages: vec![stage("Ideation", 6.0, 2.0, 0.0), stage("Approval", 1.0, 3.0, 2.0)] };
        let svg = value_stream(&stream, 7.0, "Today");
        assert_eq!(svg.matches("class=\"hot\"").count(), 1);
        assert!(svg.contains("7 working days"));
        insta::assert_snapshot!(svg, @r#"<svg class="plot" viewBox="0 0 720 92" role="img" aria-label="Today. 2 stages, 7 working days from start to end, 7 hours of work"><title>Today</title><desc>2 stages, 7 working days from start to end, 7 hours of work</desc><line class="axis" x1="132" x2="132" y1="2" y2="68"/><text x="132" y="84" text-anchor="middle">0</text><line class="axis" x1="255" x2="255" y1="2" y2="68"/><text x="255" y="84" text-anchor="middle">2</text><line class="axis" x1="378" x2="378" y1="2" y2="68"/><text x="378" y="84" text-anchor="middle">4</text><line class="axis" x1="501" x2="501" y1="2" y2="68"/><text x="501" y="84" text-anchor="middle">6</text><line class="axis" x1="624" x2="624" y1="2" y2="68"/><text x="624" y="84" text-anchor="middle">8</text><g><text x="120" y="20" text-anchor="end">Ideation</text><rect class="elapsed" x="132" y="6" width="123" height="20" rx="4"/><rect class="work" x="132" y="6" width="46.1" height="20" rx="4"/><text x="263" y="20"><tspan class="strong">2 d</tspan> · 6 h</text></g><g class="hot"><text x="120" y="52" text-anchor="end">Approval</text><line class="wait" x1="255" x2="378" y1="48" y2="48"/><rect class="elapsed" x="378" y="38" width="184.5" height="20" rx="4"/><rect class="work" x="378" y="38" width="7.7" height="20" rx="4"/><text x="570.5" y="52"><tspan class="strong">5 d</tspan> · 1 h</text></g></svg>"#);
        assert_eq!(value_stream(&Stream { stages: vec![] }, 7.0, "Today"), "");
    }
}
