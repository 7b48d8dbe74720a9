//! Concepts beyond drawing them: another draw after a wish, own ideas, the silent vote, verdicts; past ads and forecasts;
//! the people behind a sentence of Today.

use std::{collections::BTreeSet, io::Cursor};

use axum::{
    Extension,
    body::Bytes,
    extract::{Path, Query, State},
};
use domain::{ConceptId, facts::AdPlatform};
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::{Answer, Body, json};
use crate::{
    App,
    auth::access::Who,
    pages::{
        concepts::voter,
        desk::{context, sprint_of},
        studio::audit,
    },
    problem::Problem,
};

/// Largest export of an ad account that is read, bytes.
pub const MAX_ADS_BYTES: usize = 64 << 20;

/// What another draw shall have more or less of.
#[derive(Deserialize, ToSchema)]
pub struct Wish {
    /// In words, e.g. `less discount, more proof`; what is understood of it stands on the sheet.
    #[serde(default)]
    wish: String,
}

/// Draws the unpicked concepts again, after a wish.
#[utoipa::path(post, path = "/api/v1/sprints/{n}/concepts/redraw", tag = "concepts", params(("n" = i64, Path, description = "Number of the sprint")), request_body = Wish,
    responses((status = 200, description = "Concepts and sheet", body = serde_json::Value), (status = 409, description = "No brief, no orders, or live already", body = crate::problem::ProblemBody)))]
pub async fn redraw(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(n): Path<i64>,
    Body(wish): Body<Wish>,
) -> Answer {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, n).await?;
    let drafted = sprint::concepts::redraw(&ctx, row.id, &wish.wish).await?;
    json(&json!({"concepts": drafted.concepts, "sheet": drafted.sheet}))
}

/// Adds an own idea: `title`, `hook`, `angle`, and if you like `segment`, `product`, `insight`, `why_now`, `with_offer`.
#[utoipa::path(post, path = "/api/v1/sprints/{n}/concepts/own", tag = "concepts", params(("n" = i64, Path, description = "Number of the sprint")), request_body = serde_json::Value,
    responses((status = 200, description = "The concept, and how it was sized", body = serde_json::Value), (status = 409, description = "It stands already, was killed, is too like another, or live already", body = crate::problem::ProblemBody)))]
pub async fn own(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(n): Path<i64>,
    Body(idea): Body<sprint::concepts::Idea>,
) -> Answer {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, n).await?;
    let (concept, sized) = sprint::concepts::add_own(&ctx, row.id, &idea).await?;
    json(&json!({"concept": concept, "sized": sized, "told": sized.told()}))
}

/// Why a concept is killed.
#[derive(Deserialize, ToSchema)]
pub struct Kill {
    /// In a sentence; it stays with the idea across sprints.
    reason: String,
}

/// Kills a concept: its idea is not proposed again, and carries this verdict wherever a person brings it back.
#[utoipa::path(post, path = "/api/v1/concepts/{id}/kill", tag = "concepts", params(("id" = String, Path, description = "Concept id")), request_body = Kill,
    responses((status = 200, description = "The concept", body = serde_json::Value), (status = 409, description = "No reason, or live already", body = crate::problem::ProblemBody)))]
pub async fn kill(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    Body(kill): Body<Kill>,
) -> Answer {
    let missing = || Problem::not_found("such concept");
    let id: ConceptId = id.parse().map_err(|_| missing())?;
    sprint::concepts::kill(&context(&app, &who).await?, id, &kill.reason).await?;
    json(&store::concepts::get(app.store(), id).await?.ok_or_else(missing)?)
}

/// Where the silent vote stands: the own votes and how many handed in; names once it is closed.
#[utoipa::path(get, path = "/api/v1/sprints/{n}/vote", tag = "concepts", params(("n" = i64, Path, description = "Number of the sprint")),
    responses((status = 200, description = "The round", body = serde_json::Value)))]
pub async fn standing(State(app): State<App>, Extension(who): Extension<Who>, Path(n): Path<i64>) -> Answer {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, n).await?;
    json(&sprint::concepts::vote::standing(&ctx, row.id, &voter(&who)).await?)
}

/// What to do with the silent vote.
#[derive(Deserialize, ToSchema)]
pub struct Vote {
    /// `open`, `hand_in` (a signed-in person's) or `close` (an owner's).
    r#do: String,
    /// Ids of the concepts that are voted for; at most as many as the brief picks.
    #[serde(default)]
    concepts: Vec<String>,
}

/// Opens the silent vote, hands in, or closes it.
#[utoipa::path(post, path = "/api/v1/sprints/{n}/vote", tag = "concepts", params(("n" = i64, Path, description = "Number of the sprint")), request_body = Vote,
    responses((status = 200, description = "The round", body = serde_json::Value), (status = 409, description = "No round is open, too many votes, or live already", body = crate::problem::ProblemBody)))]
pub async fn vote(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(n): Path<i64>,
    Body(vote): Body<Vote>,
) -> Answer {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, n).await?;
    let refused = |text: &str| Problem::from(sprint::SprintError::refused(text));
    match vote.r#do.as_str() {
        "open" => sprint::concepts::vote::open(&ctx, row.id).await?,
        "close" if who.can_own() => sprint::concepts::vote::close(&ctx, row.id).await?,
        "close" => return Err(refused("Only an owner closes a vote before everybody has voted.")),
        "hand_in" if who.id.is_none() => return Err(refused("A vote is a person’s: a key cannot hand one in.")),
        "hand_in" => {
            let ids: Result<BTreeSet<ConceptId>, _> = vote.concepts.iter().map(|id| id.parse()).collect();
            let ids = ids.map_err(|_| Problem::not_found("such concept"))?;
            sprint::concepts::vote::hand_in(&ctx, row.id, &voter(&who), &ids).await?;
        }
        other => return Err(Problem::invalid(format!("“{other}”: say open, hand_in or close."))),
    }
    json(&sprint::concepts::vote::standing(&ctx, row.id, &voter(&who)).await?)
}

/// Past ads with their tags, the accounts as far as exports told, and how many confirmed ads a forecast needs.
#[utoipa::path(get, path = "/api/v1/ads", tag = "ads", responses((status = 200, description = "Past ads", body = serde_json::Value)))]
pub async fn ads(State(app): State<App>, Extension(who): Extension<Who>) -> Answer {
    let ctx = context(&app, &who).await?;
    let list = sprint::ads::list(&ctx).await?;
    let accounts = sprint::ads::accounts(&ctx).await?;
    json(&json!({"ads": list, "accounts": accounts, "needed": sprint::ads::MIN_ADS}))
}

/// Whose export it is.
#[derive(Deserialize, IntoParams)]
pub struct Whose {
    /// `meta` or `google`, where the file could be either's.
    #[serde(default)]
    platform: Option<String>,
}

/// Learns an export of the own ad account: the CSV file as it was downloaded is the body.
#[utoipa::path(post, path = "/api/v1/ads/learn", tag = "ads", params(Whose), request_body(content = String, content_type = "text/csv"),
    responses((status = 200, description = "What the file taught", body = serde_json::Value), (status = 409, description = "No such export", body = crate::problem::ProblemBody)))]
pub async fn learn(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Query(whose): Query<Whose>,
    file: Bytes,
) -> Answer {
    let ctx = context(&app, &who).await?;
    let platform = match whose.platform.as_deref() {
        None | Some("") => None,
        Some("meta") => Some(AdPlatform::Meta),
        Some("google") => Some(AdPlatform::Google),
        Some(other) => return Err(Problem::invalid(format!("“{other}” is no platform: say meta or google."))),
    };
    json(&sprint::ads::learn(&ctx, Cursor::new(file), platform).await?)
}

/// Past ads by key.
#[derive(Deserialize, ToSchema)]
pub struct Keys {
    /// Their keys, as the list has them.
    keys: Vec<String>,
    /// A tag to change before: `angle`, `segment`, `format` or `offer`.
    #[serde(default)]
    tag: Option<String>,
    /// Its new value; nothing takes the tag off.
    #[serde(default)]
    value: Option<String>,
}

/// Confirms the tags of past ads, or with `tag` changes one of them.
#[utoipa::path(post, path = "/api/v1/ads/confirm", tag = "ads", request_body = Keys,
    responses((status = 200, description = "How many", body = serde_json::Value), (status = 409, description = "No ad is named, or the value is none of the tag's", body = crate::problem::ProblemBody)))]
pub async fn confirm(State(app): State<App>, Extension(who): Extension<Who>, Body(keys): Body<Keys>) -> Answer {
    let ctx = context(&app, &who).await?;
    let changed = match keys.tag.as_deref() {
        Some(tag) => {
            let tag = tag.parse().map_err(|_| Problem::invalid(format!("“{tag}” is no tag.")))?;
            sprint::ads::set_tag(&ctx, &keys.keys, tag, keys.value.as_deref().filter(|value| !value.is_empty())).await?
        }
        None => sprint::ads::confirm(&ctx, &keys.keys).await?,
    };
    json(&json!({"changed": changed, "confirmed": sprint::ads::confirmed(&ctx).await?, "needed": sprint::ads::MIN_ADS}))
}

/// Forecast against what happened, newest sprint first.
#[utoipa::path(get, path = "/api/v1/ads/calibration", tag = "ads", responses((status = 200, description = "Concepts with forecast and actual, and their rank correlation", body = serde_json::Value)))]
pub async fn calibration(State(app): State<App>, Extension(who): Extension<Who>) -> Answer {
    let (concepts, rank_correlation) = sprint::ads::calibration(&context(&app, &who).await?).await?;
    json(&json!({"concepts": concepts, "rank_correlation": rank_correlation}))
}

/// What each export that was not imported would add.
#[utoipa::path(get, path = "/api/v1/today/missing", tag = "state", responses((status = 200, description = "Exports", body = serde_json::Value)))]
pub async fn missing(State(app): State<App>, Extension(who): Extension<Who>) -> Answer {
    json(&sprint::today::missing(&context(&app, &who).await?).await?)
}

/// A list that is to be taken.
#[derive(Deserialize, ToSchema)]
pub struct List {
    /// The sentence of Today: `due`, `once` or `quiet`.
    key: String,
    /// The list's name; it is recorded with who took it and when.
    name: String,
}

/// The people in a sentence of Today, without those who opted out, are suppressed or have no address; both are counted.
#[utoipa::path(post, path = "/api/v1/today/segments", tag = "state", request_body = List,
    responses((status = 200, description = "The list", body = serde_json::Value), (status = 409, description = "No name, or nobody in it", body = crate::problem::ProblemBody)))]
pub async fn segment(State(app): State<App>, Extension(who): Extension<Who>, Body(list): Body<List>) -> Answer {
    let ctx = context(&app, &who).await?;
    let segment = sprint::today::segment::export(&ctx, &list.key, &list.name).await?;
    audit(&app, &who, "segment.export", &format!("{}: {}", segment.name, segment.told())).await?;
    json(&segment)
}
