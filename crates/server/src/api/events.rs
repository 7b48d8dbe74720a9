//! Events come in: from storefronts with the public key, from pipelines with an API key.

use axum::{
    Extension,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
};
use domain::event::Event;
use intake::Outcome;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Answer, json};
use crate::{
    App,
    auth::{access::Who, storefront},
    problem::{Code, Problem},
};

/// Most events of one request.
const MOST_EVENTS: usize = 500;

/// What became of one event.
#[derive(Serialize, ToSchema)]
struct Taken {
    /// Its id, as sent or as made of its content; empty where it could not be read.
    message_id: String,
    /// `accepted`, `duplicate` or `rejected`.
    status: &'static str,
    /// Why it was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// What became of all of them.
#[derive(Serialize, ToSchema)]
pub struct TakenAll {
    /// Durable and counted from now on.
    accepted: usize,
    /// Seen before; nothing changed.
    duplicate: usize,
    /// Not taken, see `results`.
    rejected: usize,
    /// One for each event, in order.
    results: Vec<Taken>,
}

/// Takes `track` calls of the Segment e-commerce specification: one, an array, or `{"batch": [...]}` of at most 500.
/// Answered once what was accepted is durable; the same message id twice counts once.
#[utoipa::path(post, path = "/api/v1/events", tag = "events", request_body = serde_json::Value,
    responses((status = 200, description = "What became of each event", body = TakenAll), (status = 422, description = "The body is no JSON, or holds too many events", body = crate::problem::ProblemBody)))]
pub async fn take(State(app): State<App>, body: Result<Bytes, BytesRejection>) -> Answer {
    let body =
        body.map_err(|error| Problem::new(Code::TooLarge, format!("{}. Send less at once.", error.body_text())))?;
    let mut document: Value =
        serde_json::from_slice(&body).map_err(|error| Problem::invalid(format!("The body is no JSON: {error}.")))?;
    let sent_at = document.get("sentAt").cloned();
    let calls: Vec<Value> = match document.get_mut("batch").map(Value::take) {
        Some(Value::Array(calls)) => calls,
        Some(_) => return Err(Problem::invalid("`batch` is no list.")),
        None => match document {
            Value::Array(calls) => calls,
            one => vec![one],
        },
    };
    if calls.len() > MOST_EVENTS {
        let message =
            format!("{} events are more than the {MOST_EVENTS} of one request; send them in parts.", calls.len());
        return Err(Problem::new(Code::TooLarge, message));
    }
    let now = app.now();
    let mut results: Vec<Taken> = Vec::with_capacity(calls.len());
    let mut events: Vec<Event> = Vec::with_capacity(calls.len());
    let mut places = Vec::with_capacity(calls.len());
    for mut call in calls {
        if let (Some(sent_at), Some(call)) = (&sent_at, call.as_object_mut()) {
            call.entry("sentAt").or_insert_with(|| sent_at.clone());
        }
        let (message_id, reason) = match formats::segment::event(&call, Some(now)) {
            Ok(event) => {
                places.push(results.len());
                let id = event.message_id.clone();
                events.push(event);
                (id, None)
            }
            Err(reason) => {
                let id = call.get("messageId").and_then(Value::as_str).unwrap_or_default().chars().take(200).collect();
                (id, Some(reason))
            }
        };
        results.push(Taken { message_id, status: "rejected", reason });
    }
    let outcomes = app.live().await?.events.take(events).await?;
    for (place, outcome) in places.into_iter().zip(outcomes) {
        (results[place].status, results[place].reason) = match outcome {
            Outcome::Accepted => ("accepted", None),
            Outcome::Duplicate => ("duplicate", None),
            Outcome::Rejected(reason) => ("rejected", Some(reason)),
        };
    }
    let count = |status: &str| results.iter().filter(|taken| taken.status == status).count();
    let (accepted, duplicate, rejected) = (count("accepted"), count("duplicate"), count("rejected"));
    json(&TakenAll { accepted, duplicate, rejected, results })
}

/// The storefront's public key, which shop pages send with events and questions. Anybody may read it there.
#[utoipa::path(get, path = "/api/v1/storefront-key", tag = "events",
    responses((status = 200, description = "`key`", body = serde_json::Value)))]
pub async fn storefront_key(State(app): State<App>) -> Answer {
    json(&json!({ "key": storefront::key(&app).await? }))
}

/// Makes a new public key; the old one opens nothing any more.
#[utoipa::path(post, path = "/api/v1/storefront-key", tag = "events",
    responses((status = 200, description = "`key`", body = serde_json::Value)))]
pub async fn renew_storefront_key(State(app): State<App>, Extension(who): Extension<Who>) -> Answer {
    json(&json!({ "key": storefront::renew(&app, app.now(), &who.actor).await? }))
}
