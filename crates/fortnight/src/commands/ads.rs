//! `fortnight ads`: the brand's own past ads.

use std::io::BufReader;

use domain::facts::AdPlatform;
use sprint::ads;

use crate::{
    args,
    failure::Failure,
    output::{Output, paragraph, row, table},
    wire::Wired,
};

/// Learns, lists, confirms.
pub async fn run(wired: &Wired, command: &args::Ads, out: Output) -> Result<(), Failure> {
    let ctx = wired.context();
    match command {
        args::Ads::Learn { file, platform } => {
            let input = std::fs::File::open(file)
                .map_err(|error| Failure::input("file", format!("{}: {error}", file.display())))?;
            let platform = platform.as_deref().map(|word| match word {
                "google" => AdPlatform::Google,
                _ => AdPlatform::Meta,
            });
            let learned = match file.extension().is_some_and(|ending| ending == "gz") {
                true => ads::learn(&ctx, BufReader::new(flate2::read::MultiGzDecoder::new(input)), platform).await?,
                false => ads::learn(&ctx, BufReader::new(input), platform).await?,
            };
            out.put(&learned, text);
        }
        args::Ads::List => {
            let all = ads::list(&ctx).await?;
            out.put(&serde_json::json!({ "ads": all }), |_| {
                let mut rows = vec![row(["ad", "spend", "angle", "people", "format", "offer", "state"])];
                for ad in &all {
                    let spend = ctx.money_from_micros(ad.spend_micros).to_string();
                    let of = |tag: &Option<String>| tag.clone().unwrap_or_default();
                    let state =
                        ad.confirmed_by.as_ref().map_or("proposed".to_owned(), |by| format!("confirmed by {by}"));
                    let tags = [&ad.tags.angle, &ad.tags.segment, &ad.tags.format, &ad.tags.offer].map(of);
                    rows.push(row([&ad.name, &spend, &tags[0], &tags[1], &tags[2], &tags[3], &state]));
                }
                table(&rows)
            });
        }
        args::Ads::Confirm { name } => {
            let all = ads::list(&ctx).await?;
            let wanted = all.into_iter().filter(|ad| name.as_ref().is_none_or(|name| ad.name.contains(name.as_str())));
            let keys: Vec<String> = wanted.map(|ad| ad.key).collect();
            let count = ads::confirm(&ctx, &keys).await?;
            let (have, need) = (ads::confirmed(&ctx).await?, ads::MIN_ADS);
            out.put(&serde_json::json!({ "confirmed": count, "in_all": have, "needed": need }), |_| {
                format!("{count} ads confirmed, {have} in all; a forecast needs {need}.\n")
            });
        }
        args::Ads::Tag(model) => {
            let sprint = sprint::sprints::current(&ctx).await?.ok_or_else(|| {
                Failure::input("sprint", "Begin a sprint first: what a model costs is booked on one.".to_owned())
            })?;
            let engine = super::sprint::engine(&ctx, sprint.id, model).await?;
            let proposed = ads::tag_with(&ctx, &engine, sprint.id).await?;
            out.put(&proposed, |_| {
                let told = format!(
                    "{} tags proposed for {} ads; {} answers were no tag. {}",
                    proposed.tags, proposed.asked, proposed.refused, proposed.note
                );
                paragraph("", "", told.trim())
            });
        }
        args::Ads::Calibration => {
            let (all, correlation) = ads::calibration(&ctx).await?;
            out.put(&serde_json::json!({ "concepts": all, "rank_correlation": correlation }), |_| {
                if all.is_empty() {
                    return "No concept with a forecast has run yet.\n".to_owned();
                }
                let mut rows = vec![row(["sprint", "concept", "forecast %", "low", "high", "actual %"])];
                for one in &all {
                    let (it, actual) =
                        (one.predicted, one.actual_percent.map_or("not yet".into(), |it| it.to_string()));
                    let numbers = [one.sprint, it.percent.into(), it.low_percent.into(), it.high_percent.into()];
                    let numbers = numbers.map(|number| number.to_string());
                    rows.push(row([&numbers[0], &one.title, &numbers[1], &numbers[2], &numbers[3], &actual]));
                }
                table(&rows)
            });
        }
    }
    Ok(())
}

fn text(learned: &ads::Learned) -> String {
    let account = &learned.account;
    let of = |what: &str, ids: &[String]| match ids.is_empty() {
        true => format!("no {what} in the file"),
        false => format!("{what} {}", ids.join(", ")),
    };
    let (read, skipped, rejected) = learned.rows;
    let mut text = paragraph(
        "",
        "",
        &format!(
            "{} {}: {}, {}, {}; headers in {}.",
            learned.platform,
            if learned.is_report { "report" } else { "bulk export" },
            of("account", &account.account_ids),
            of("page", &account.page_ids),
            of("pixel", &account.pixel_ids),
            account.language
        ),
    );
    if let Some((separator, parts, percent, example)) = &account.naming {
        let line = format!("{percent} % of names have {parts} parts with “{separator}” between, e.g. “{example}”.");
        text.push_str(&paragraph("", "", &line));
    }
    text.push_str(&format!(
        "{} ads out of {read} rows ({skipped} are no ads, {rejected} could not be read); {} have a proposed angle.\n",
        learned.ads, learned.tagged
    ));
    for reject in &learned.rejects {
        text.push_str(&paragraph("  ", "  ", reject));
    }
    let (have, need) = learned.confirmed;
    text.push_str(&paragraph(
        "",
        "",
        &format!("{have} of the {need} confirmed ads that a forecast needs. Confirm them on the page /ads or by `fortnight ads confirm`."),
    ));
    text
}
