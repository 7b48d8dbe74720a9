//! `fortnight ledger regions` and `fortnight ledger split`: grade B before its start.

use domain::DayRange;
use measure::{LivesOn, NewChange, Origin, Plan, RegionOutlook, SeriesScope, Split};
use serde_json::json;

use super::ledger::id_of;
use crate::{
    args,
    failure::Failure,
    output::{Output, paragraph, row, table},
    wire::{self, Wired},
};

/// Proposes regions, and says what switched days could prove.
pub async fn regions(
    wired: &Wired,
    days: i32,
    products: &[String],
    exclude: &[String],
    out: Output,
) -> Result<(), Failure> {
    let scope = SeriesScope { product_ids: products.to_vec(), ..SeriesScope::default() };
    let by_region = measure::region_outlook(&wired.lake, wired.now, days, &scope, exclude).await?;
    let by_period = measure::period_outlook(&wired.lake, wired.now, days, &scope).await?;
    out.put(&json!({ "regions": by_region, "periods": by_period }), |_| {
        let mut text = proposed(&by_region);
        for period in &by_period {
            let block =
                if period.block_days == 1 { "day by day".to_owned() } else { format!("by {} days", period.block_days) };
            let what = format!(
                "switched {block}, {} blocks on and {} off: finds {:.0} % and more",
                period.blocks[0],
                period.blocks[1],
                100.0 * period.detectable_lift
            );
            text.push_str(&paragraph("- ", "  ", &what));
        }
        text
    });
    Ok(())
}

fn proposed(outlook: &RegionOutlook) -> String {
    if let Some(refusal) = &outlook.refusal {
        return paragraph("By region: ", "  ", refusal);
    }
    let mut rows = vec![row(["finds, 80 of 100 runs", "share of all", "drifts", "give it to", "regions compared"])];
    for choice in &outlook.choices {
        rows.push(row([
            &format!("{:.0} % and more", 100.0 * choice.detectable_lift),
            &format!("{:.0} %", 100.0 * choice.share),
            &format!("{:+.1} %", 100.0 * choice.bias),
            &choice.treated.join(", "),
            &choice.controls.len().to_string(),
        ]));
    }
    format!("What {} days could prove by region:\n{}", outlook.days, table(&rows))
}

/// Registers a change of grade B, or splits one that has not begun.
pub async fn register(wired: &Wired, asked: &args::Split, out: Output) -> Result<(), Failure> {
    let split = match asked.every {
        Some(block_days) => Split::Periods { block_days },
        None => Split::Regions { treated: asked.treated.clone(), controls: asked.controls.clone() },
    };
    let (registered, detectable) = match &asked.id {
        Some(id) => measure::split_change(&wired.lake, id_of(id)?, split, wired.now, &wired.actor).await?,
        None => {
            let day = |flag: &str, text: &Option<String>| wire::parse_day(flag, text.as_deref().unwrap_or_default());
            let flight = DayRange { from: day("--from", &asked.from)?, to: day("--to", &asked.to)? };
            let name = asked.name.as_deref().unwrap_or_default();
            let key = format!("split:{}:{name}", flight.from);
            let scope = SeriesScope { product_ids: asked.product.clone(), ..SeriesScope::default() };
            let new = NewChange {
                hypothesis: &asked.hypothesis,
                lives_on: LivesOn::Platform(&asked.on),
                plan: Plan { scope, ..Plan::default() },
                ..NewChange::new(Origin::Module(&key), name, &asked.kind, flight)
            };
            measure::register_split(&wired.lake, &new.split(split, ""), wired.now, &wired.actor).await?
        }
    };
    let change = registered.row();
    out.put(&json!({ "change": change, "detectable_lift": detectable }), |_| {
        let mut text = paragraph("", "", &format!("“{}” is registered with a baseline of grade B. {}", change.name, change.baseline_note));
        let what = format!(
            "It runs from {} to {}; a true lift of {:.0} % or more is found in 80 of 100 runs, smaller ones mostly are not.",
            change.starts_on,
            change.ends_on,
            100.0 * detectable
        );
        text.push_str(&paragraph("", "", &what));
        for (from, to, _) in measure::schedule(change).into_iter().filter(|(_, _, on)| *on) {
            text.push_str(&paragraph("- ", "  ", &format!("on from {from} to {to}")));
        }
        text.push_str(&paragraph("", "", &format!("fortnight ledger show {}", change.id)));
        text
    });
    Ok(())
}
