//! How a change was read over time: its net money each morning, and the test's z against its boundary.

use domain::Day;
use measure::{Detail, LookPoint};

use super::say;
use crate::{
    chart::{self, CoursePoint, RefLine},
    pages::desk::Desk,
    view,
    views::ChangePageView,
};

fn short(day: Day) -> String {
    day.0.strftime("%-d %b").to_string()
}

/// The estimate day by day: per unit where units were drawn, else the net money as each day's verdict had it.
pub fn daily(view: &mut ChangePageView, desk: &Desk, detail: &Detail) {
    let days = measure::day_estimates(detail, desk.ctx.today());
    match days.len() {
        0 | 1 => net(view, desk, detail),
        _ => per_unit(view, desk, &days),
    }
}

fn per_unit(view: &mut ChangePageView, desk: &Desk, days: &[measure::DayEstimate]) {
    let money = |major: f64| say::per_unit(desk, major);
    let chart = &mut view.net;
    chart.title = "Net revenue per unit beyond the baseline, all units so far".into();
    chart.note =
        "By day of first meeting, before cost. The range may be read on any day; the verdict rests on the test below."
            .into();
    chart.columns =
        ["Units who met it until", "Difference a unit", "From", "To", "Baseline", "Change"].map(str::to_owned).to_vec();
    let point = |day: &measure::DayEstimate| CoursePoint {
        label: short(day.day),
        mid: Some(day.estimate),
        range: Some((day.low, day.high)),
    };
    let points: Vec<CoursePoint> = days.iter().map(point).collect();
    let last = days[days.len() - 1];
    let text = format!(
        "{} days; last {}, range {} to {}",
        days.len(),
        money(last.estimate),
        money(last.low),
        money(last.high)
    );
    chart.svg = chart::course(&points, &[], &chart.title, &text, |major| say::on_axis(desk, major));
    let row = |day: &measure::DayEstimate| {
        vec![
            view::weekday(day.day),
            money(day.estimate),
            money(day.low),
            money(day.high),
            view::plural(day.units[0] as i64, "unit", "units"),
            view::plural(day.units[1] as i64, "unit", "units"),
        ]
    };
    chart.rows = days.iter().rev().map(row).collect();
}

/// Net money as each day's verdict had it.
fn net(view: &mut ChangePageView, desk: &Desk, detail: &Detail) {
    let chart = &mut view.net;
    chart.title = "Net money beyond the baseline, as read each day".into();
    chart.note = "After what it cost. Only a verdict says whether it is more than luck.".into();
    chart.none = "The chart begins with the second day on which something can be said about money.".into();
    chart.columns = ["Day", "Net money", "From", "To", "Cost so far", "Verdict"].map(str::to_owned).to_vec();
    let read =
        |verdict: &measure::VerdictRow| Some([verdict.net_low_micros?, verdict.net_micros?, verdict.net_high_micros?]);
    let points: Vec<CoursePoint> = detail
        .verdicts
        .iter()
        .skip_while(|verdict| read(verdict).is_none())
        .map(|verdict| CoursePoint {
            label: short(verdict.day),
            mid: read(verdict).map(|net| net[1] as f64 / 1e6),
            range: read(verdict).map(|net| (net[0] as f64 / 1e6, net[2] as f64 / 1e6)),
        })
        .collect();
    let description = match detail.verdicts.last().and_then(read) {
        Some(net) => {
            format!("{} days; last {}, range {}", points.len(), say::signed(desk, net[1]), say::range(desk, net))
        }
        None => String::new(),
    };
    let axis = |major: f64| say::on_axis(desk, major);
    chart.svg = chart::course(&points, &[], &chart.title, &description, axis);
    let row = |verdict: &measure::VerdictRow| {
        let net = read(verdict);
        let cell = |i: usize| net.map_or_else(|| "–".to_owned(), |net| say::signed(desk, net[i]));
        let word = verdict.word.parse::<domain::sprint::ResultWord>().map_or("", domain::sprint::ResultWord::label);
        vec![
            view::weekday(verdict.day),
            cell(1),
            cell(0),
            cell(2),
            say::money(desk, verdict.cost_micros),
            word.to_owned(),
        ]
    };
    chart.rows = detail.verdicts.iter().rev().map(row).collect();
}

/// The test's z at each look, with what stops it.
pub fn z(view: &mut ChangePageView, desk: &Desk, looks: &[LookPoint]) {
    let chart = &mut view.z;
    chart.title = "The test, look by look".into();
    chart.none = "No look was taken yet: the first is when the first units’ windows are over.".into();
    chart.columns = ["Look", "Units", "Planned data seen", "Difference a unit", "From", "To", "z", "Stops beyond ±"]
        .map(str::to_owned)
        .to_vec();
    let points: Vec<CoursePoint> =
        looks.iter().map(|look| CoursePoint { label: short(look.day), mid: look.z, range: None }).collect();
    let bounds = looks.iter().map(|look| look.boundary.filter(|bound| *bound < 8.0));
    let upper = RefLine { values: bounds.clone().collect(), is_limit: true };
    let lower = RefLine { values: bounds.map(|bound| bound.map(|bound| -bound)).collect(), is_limit: true };
    let futile = RefLine { values: looks.iter().map(|look| look.futility).collect(), is_limit: false };
    let description = match looks.last() {
        Some(look) => format!(
            "{} looks; last z {}, boundary {}",
            looks.len(),
            look.z.map_or_else(|| "none".into(), view::ratio),
            look.boundary.map_or_else(|| "none yet".into(), view::ratio)
        ),
        None => String::new(),
    };
    chart.svg = chart::course(&points, &[upper, lower, futile], &chart.title, &description, view::decimal);
    let or_dash = |value: Option<f64>, text: &dyn Fn(f64) -> String| value.map_or_else(|| "–".to_owned(), text);
    let money = |major: f64| say::per_unit(desk, major);
    chart.rows = looks
        .iter()
        .rev()
        .map(|look| {
            vec![
                view::weekday(look.day),
                view::count((look.units[0] + look.units[1]) as i64),
                view::percent(look.information),
                or_dash(look.estimate, &money),
                or_dash(look.low, &money),
                or_dash(look.high, &money),
                or_dash(look.z, &view::ratio),
                or_dash(look.boundary, &view::ratio),
            ]
        })
        .collect();
}

/// By region: what the regions with the change took beside what those they are compared with took, weighted.
pub fn compared(view: &mut ChangePageView, desk: &Desk, detail: &Detail) {
    let Some(of) = detail.findings.as_ref().and_then(|found| found.compared.as_ref()) else { return };
    let Some(first) = of.first.filter(|_| of.days.len() > 1) else { return };
    view.weights = of.weights.iter().map(|(name, weight)| [name.clone(), view::percent(*weight)]).collect();
    let chart = &mut view.compared;
    chart.title = "What its regions took, beside what they would have taken".into();
    chart.note = format!(
        "Net revenue a day. The other line is a weighted mix of regions without it that followed these before the start; the \
         range of the verdict rests on {} other ways to choose the regions.",
        of.placebos
    );
    chart.columns = ["Day", "Taken", "Without it"].map(str::to_owned).to_vec();
    let day = |at: usize| first.plus(at as i32);
    let points: Vec<CoursePoint> = of
        .days
        .iter()
        .enumerate()
        .map(|(at, (taken, _))| CoursePoint { label: short(day(at)), mid: Some(*taken), range: None })
        .collect();
    let without = RefLine { values: of.days.iter().map(|(_, without)| Some(*without)).collect(), is_limit: false };
    let money = |major: f64| say::money(desk, (major * 1e6) as i64);
    let sum = |pick: fn(&(f64, f64)) -> f64| of.days.iter().map(pick).sum::<f64>();
    let text =
        format!("{} days; {} in all, {} without it", of.days.len(), money(sum(|day| day.0)), money(sum(|day| day.1)));
    chart.svg = chart::course(&points, &[without], &chart.title, &text, |major| say::on_axis(desk, major));
    let row =
        |(at, (taken, without)): (usize, &(f64, f64))| vec![view::weekday(day(at)), money(*taken), money(*without)];
    chart.rows = of.days.iter().enumerate().rev().map(row).collect();
}
