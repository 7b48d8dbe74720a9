//! The storefront's public key: what a shop's pages, which hide nothing, send with events and questions.
//!
//! It opens the routes of [`super::access::Access::Storefront`] and nothing else. Anybody can read it out of a page, so
//! it stops nobody; it tells whose shop it is, and a new one ends the use of one that is abused. Because it is no
//! secret, every origin may send it and no cookie comes along.

use std::{
    sync::RwLock,
    time::{Duration, Instant},
};

use axum::http::{HeaderMap, HeaderValue, Uri, header};
use domain::InstantMs;
use store::settings;

use super::secret::same;
use crate::App;

/// Setting that holds the key.
const SETTING: &str = "storefront.key";

/// How its text begins: it must never be taken for a key that is a secret.
pub const PREFIX: &str = "pk_";

/// Other servers may have made a new key: what is remembered is read again after this long.
const REMEMBERED: Duration = Duration::from_secs(30);

/// The key as it was last read.
#[derive(Default)]
pub struct Remembered(RwLock<Option<(Instant, String)>>);

/// The key; made on first use.
///
/// # Errors
/// The database refused.
pub async fn key(app: &App) -> Result<String, store::StoreError> {
    if let Some(key) = fresh(app) {
        return Ok(key);
    }
    let key = match settings::get::<String>(app.store(), SETTING).await? {
        Some(key) => key,
        None => {
            let mut tx = app.store().begin().await?;
            let key = settings::get_or_set(&mut tx, SETTING, &new_key(app)).await?;
            tx.commit().await?;
            key
        }
    };
    remember(app, &key);
    Ok(key)
}

/// Makes a new key; the old one opens nothing any more (on other servers within half a minute).
///
/// # Errors
/// The database refused.
pub async fn renew(app: &App, at: InstantMs, by: &str) -> Result<String, store::StoreError> {
    let key = new_key(app);
    let mut tx = app.store().begin().await?;
    settings::set(&mut tx, SETTING, &key).await?;
    store::audit::record(&mut tx, at, by, "storefront_key.renew", "storefront", "").await?;
    tx.commit().await?;
    remember(app, &key);
    Ok(key)
}

fn new_key(app: &App) -> String {
    format!("{PREFIX}{}", &app.token()[..32])
}

fn fresh(app: &App) -> Option<String> {
    let remembered = app.storefront().0.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    remembered.as_ref().filter(|(at, _)| at.elapsed() < REMEMBERED).map(|(_, key)| key.clone())
}

fn remember(app: &App, key: &str) {
    let mut remembered = app.storefront().0.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    *remembered = Some((Instant::now(), key.to_owned()));
}

/// The public key that a request carries: as bearer, or as `key=` in the address (a beacon has no headers).
pub fn carried<'r>(headers: &'r HeaderMap, uri: &'r Uri) -> Option<&'r str> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = bearer.and_then(|value| value.strip_prefix("Bearer ")).map(str::trim);
    let address = || uri.query()?.split('&').find_map(|pair| pair.strip_prefix("key="));
    bearer.or_else(address).filter(|key| key.starts_with(PREFIX))
}

/// Whether a request carries the key.
///
/// # Errors
/// The database refused.
pub async fn is_carried(app: &App, headers: &HeaderMap, uri: &Uri) -> Result<bool, store::StoreError> {
    match carried(headers, uri) {
        Some(given) => Ok(same(given, &key(app).await?)),
        None => Ok(false),
    }
}

/// Lets pages of every origin read the answer. No credentials are allowed along.
pub fn allow_to_read(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
}

/// What a browser wants to know before pages of other origins may ask.
pub fn allow_to_ask(headers: &mut HeaderMap) {
    allow_to_read(headers);
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST, OPTIONS"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization, content-type"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
}
