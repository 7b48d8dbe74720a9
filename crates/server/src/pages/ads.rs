//! Past ads: what each was, confirmed in bulk, and whether forecasts out of them came true.

use std::io::Cursor;

use axum::{
    Extension, Form,
    extract::{Multipart, State},
    http::HeaderMap,
};
use domain::facts::AdPlatform;
use sprint::ads::{self, Tag};

use super::{
    desk::{Desk, context, told},
    sprints::{Pairs, all, field},
};
use crate::{
    App,
    auth::access::Who,
    frame::Nav,
    html::{self, Page},
    problem::Problem,
    view,
    views::{AdLine, AdsPage, AdsView},
};

/// `GET /ads`
pub async fn show(State(app): State<App>, Extension(who): Extension<Who>, headers: HeaderMap) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let list = ads::list(&desk.ctx).await?;
    let confirmed = list.iter().filter(|ad| ad.confirmed_at.is_some()).count();
    let need = ads::MIN_ADS;
    let (calibrated, correlation) = ads::calibration(&desk.ctx).await?;
    let known = ads::accounts(&desk.ctx).await?;
    let signed = |percent: i32| format!("{percent:+} %").replace('-', "\u{2212}");
    let view = AdsView {
        standing: match confirmed >= need {
            true => format!(
                "{confirmed} of {} past ads are confirmed: concepts carry a forecast out of them, grade D, never a win.",
                list.len()
            ),
            false => format!(
                "{confirmed} of {} past ads are confirmed. From {need} on, concepts carry a forecast; until then a band with its reason.",
                list.len()
            ),
        },
        accounts: known
            .iter()
            .map(|(platform, account)| {
                let of = |what: &str, ids: &[String]| match ids.first() {
                    Some(id) => format!("{what} {id}"),
                    None => format!("no {what} seen"),
                };
                let naming = account.naming.as_ref().map_or_else(
                    || "no pattern in its names".to_owned(),
                    |(separator, parts, percent, example)| {
                        format!("{percent} % of names have {parts} parts with “{separator}” between, e.g. “{example}”")
                    },
                );
                format!(
                    "{platform}: {}, {}, {}, headers in {}, {naming}.",
                    of("account", &account.account_ids),
                    of("page", &account.page_ids),
                    of("pixel", &account.pixel_ids),
                    account.language
                )
            })
            .collect(),
        lines: list
            .iter()
            .map(|ad| AdLine {
                key: ad.key.clone(),
                name: ad.name.clone(),
                place: format!("{}, {}, {}", ad.platform, ad.campaign, ad.ad_group),
                spend: view::money_round(desk.ctx.money_from_micros(ad.spend_micros).minor, desk.ctx.brand.currency),
                angle: ad.tags.angle.clone().unwrap_or_default().replace('_', " "),
                segment: ad.tags.segment.clone().unwrap_or_default(),
                format: ad.tags.format.clone().unwrap_or_default(),
                offer: ad.tags.offer.clone().unwrap_or_default(),
                state: match (&ad.confirmed_by, ad.confirmed_at) {
                    (Some(by), Some(at)) => format!("Confirmed by {by}, {}", desk.at(at)),
                    _ => format!("Proposed by {}", ad.tagged_by),
                },
                confirmed: ad.confirmed_at.is_some(),
            })
            .collect(),
        tags: [Tag::Angle, Tag::Segment, Tag::Format, Tag::Offer]
            .map(|tag| (tag.as_str().to_owned(), tag.values().into_iter().map(str::to_owned).collect()))
            .to_vec(),
        can_edit: who.can_edit(),
        calibrated: calibrated
            .iter()
            .map(|one| {
                let (low, high) = (signed(one.predicted.low_percent), signed(one.predicted.high_percent));
                [
                    format!("{} {}", one.sprint, one.sprint_title),
                    one.title.clone(),
                    format!("{} [{low}, {high}]", signed(one.predicted.percent)),
                    one.actual_percent.map_or_else(|| "not yet".to_owned(), signed),
                    match one.inside {
                        Some(true) => "inside".to_owned(),
                        Some(false) => "outside".to_owned(),
                        None => String::new(),
                    },
                ]
            })
            .collect(),
        correlation: correlation
            .map(|it| format!("Rank correlation of predicted and actual: {it:.2}."))
            .unwrap_or_default()
            .replace('-', "\u{2212}"),
    };
    html::page(&AdsPage { frame: desk.frame(Nav::Ads, "Past ads"), view })
}

/// `POST /ads/learn`: reads exports of the own ad account, one after another.
pub async fn learn(State(app): State<App>, Extension(who): Extension<Who>, mut form: Multipart) -> Page {
    let ctx = context(&app, &who).await?;
    let broken = |_| Problem::invalid("The upload was cut off; send the file again.");
    let (mut platform, mut told_of) = (None, Vec::new());
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.file_name().unwrap_or_default().to_owned();
        let is_platform = field.name() == Some("platform");
        let bytes = field.bytes().await.map_err(broken)?;
        if is_platform {
            platform = match &bytes[..] {
                b"meta" => Some(AdPlatform::Meta),
                b"google" => Some(AdPlatform::Google),
                _ => None,
            };
            continue;
        }
        if bytes.is_empty() {
            continue;
        }
        let learned = match bytes.starts_with(&[0x1f, 0x8b]) {
            true => Err(sprint::SprintError::refused("Unpack the .gz first, or learn it by `fortnight ads learn`.")),
            false => ads::learn(&ctx, Cursor::new(bytes), platform).await,
        };
        match learned.map_err(Problem::from) {
            Ok(learned) => {
                let (read, skipped, rejected) = learned.rows;
                told_of.push(format!(
                    "{name}: {} out of {read} rows ({skipped} are no ads, {rejected} could not be read), {} with a proposed angle.",
                    view::plural(learned.ads as i64, "ad", "ads"),
                    learned.tagged
                ));
            }
            Err(problem) => {
                return told(Problem { message: format!("{name}: {}", problem.message), ..problem }, "/ads");
            }
        }
    }
    match told_of.is_empty() {
        true => told(Problem::invalid("No file arrived, or it was empty. Choose an export."), "/ads"),
        false => Ok(html::done("/ads", &told_of.join(" "))),
    }
}

/// `POST /ads`: confirms the selected ads, or changes one tag of all of them.
pub async fn change(State(app): State<App>, Extension(who): Extension<Who>, Form(form): Form<Pairs>) -> Page {
    let ctx = context(&app, &who).await?;
    let keys: Vec<String> = all(&form, "ad").into_iter().map(str::to_owned).collect();
    let result = match field(&form, "do").split_once(':') {
        Some(("set", tag)) => match tag.parse::<Tag>() {
            Ok(what) => {
                let value = field(&form, &format!("value-{tag}"));
                ads::set_tag(&ctx, &keys, what, Some(value).filter(|value| !value.is_empty())).await
            }
            Err(_) => Err(sprint::SprintError::refused("There is no such tag.")),
        },
        _ => ads::confirm(&ctx, &keys).await,
    };
    match result.map_err(Problem::from) {
        Ok(count) => Ok(html::done("/ads", &format!("{} saved.", view::plural(count as i64, "ad is", "ads are")))),
        Err(problem) => told(problem, "/ads"),
    }
}
