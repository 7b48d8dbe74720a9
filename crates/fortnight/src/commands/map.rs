//! `fortnight map`: the team's value stream, today and redesigned.

use std::fmt::Write as _;

use domain::workflow::Stream;
use sprint::map::{self, Figures, MapView};

use crate::{
    args,
    failure::Failure,
    output::{Output, paragraph, row, table},
    wire::{self, Wired},
};

/// Shows, prints as TOML, or takes from TOML.
pub async fn run(wired: &Wired, command: &args::Map, out: Output) -> Result<(), Failure> {
    let ctx = wired.context();
    match command {
        args::Map::Show => {
            let view = map::show(&ctx).await?;
            out.put(&view, text);
        }
        args::Map::Export => {
            let toml = map::to_toml(&map::show(&ctx).await?.stream);
            out.put(&serde_json::json!({ "toml": toml }), |_| toml.clone());
        }
        args::Map::Set { file } => {
            let stream = map::from_toml(&wire::read_text(file)?)
                .map_err(|error| Failure::input("invalid", format!("{}: {error}", file.display())))?;
            let view = map::save(&ctx, &stream).await?;
            out.put(&view, text);
        }
    }
    Ok(())
}

fn text(view: &MapView) -> String {
    let mut text = String::new();
    if view.is_template {
        text.push_str(
            "The built-in template; write down your own with `fortnight map export` and `fortnight map set`.\n\n",
        );
    }
    text.push_str(&stages(&view.stream, &view.redesigned));
    text.push('\n');
    let mut rows = vec![row(["", "today", "redesigned"])];
    let pairs: [(&str, Read); 4] = [
        ("lead time, working days", |figures| number(figures.lead_time_days)),
        ("hands-on hours", |figures| number(figures.hands_on_hours)),
        ("flow efficiency", |figures| {
            figures.flow_efficiency.map_or_else(|| "none".into(), |share| format!("{:.0}%", share * 100.0))
        }),
        ("bottleneck", |figures| figures.bottleneck.clone().unwrap_or_else(|| "none".into())),
    ];
    for (name, of) in pairs {
        rows.push(row([name, &of(&view.today), &of(&view.redesign)]));
    }
    text.push_str(&table(&rows));
    if let Some(share) = view.saved_share() {
        let percent = (share.abs() * 100.0).round();
        let what = if share < 0.0 { "takes longer by" } else { "saves" };
        let _ = writeln!(text, "\nThe redesign {what} {percent}% of the lead time.");
    }
    if !view.today.painful.is_empty() {
        text.push_str(&paragraph("Painful steps: ", "  ", &view.today.painful.join(", ")));
    }
    text
}

/// Reads one line of the comparison.
type Read = fn(&Figures) -> String;

fn stages(today: &Stream, redesigned: &Stream) -> String {
    let mut rows = vec![row(["stage", "people", "pain", "hours", "days", "waiting", "→ hours", "→ days", "→ waiting"])];
    for (stage, after) in today.stages.iter().zip(&redesigned.stages) {
        let mut cells = vec![stage.name.clone(), stage.people.to_string(), stage.pain.to_string()];
        for stage in [stage, after] {
            cells.extend([stage.hands_on_hours, stage.elapsed_days, stage.waiting_days].map(number));
        }
        rows.push(cells);
    }
    table(&rows)
}

/// One decimal where there is one.
fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}
