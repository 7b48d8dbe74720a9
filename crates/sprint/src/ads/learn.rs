//! Learning from an export of the user's own ad account.

use std::{collections::BTreeMap, io::BufRead};

use domain::facts::AdPlatform;
use formats::past_ads::{AccountFile, LearnedAd, Naming};
use serde::{Deserialize, Serialize};
use store::{
    past_ads::{self, PastAd},
    settings,
};

use super::tags::{Tag, tag};
use crate::{Context, SprintError};

const SETTING: &str = "ads.accounts";

/// What is known of an ad account; what a launch file asks for is taken from here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Account numbers, else names.
    pub account_ids: Vec<String>,
    /// Pages.
    pub page_ids: Vec<String>,
    /// Pixels.
    pub pixel_ids: Vec<String>,
    /// Language of the exports' headers.
    pub language: String,
    /// How ads are named: separator, parts, per cent, an example.
    pub naming: Option<(String, usize, u32, String)>,
}

/// What a file taught.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Learned {
    /// `meta` or `google`.
    pub platform: String,
    /// Whether the file has figures.
    pub is_report: bool,
    /// The account as it is known now.
    pub account: Account,
    /// Ads in the file.
    pub ads: usize,
    /// Of those, with a proposed angle.
    pub tagged: usize,
    /// Data rows, rows that are no ad, and rows that could not be read: ads are made of the rest.
    pub rows: (u64, u64, u64),
    /// The first rows that could not be read, in words.
    pub rejects: Vec<String>,
    /// Confirmed past ads, and how many a prediction needs.
    pub confirmed: (usize, usize),
}

/// Reads a report or a bulk export of an ad account, proposes tags, and keeps both. Read twice it changes nothing but
/// figures.
///
/// # Errors
/// The file is neither, or the database refused.
pub async fn learn(
    ctx: &Context,
    input: impl BufRead + Send + 'static,
    platform: Option<AdPlatform>,
) -> Result<Learned, SprintError> {
    let options = formats::ReadOptions { currency: Some(ctx.brand.currency), ..formats::ReadOptions::default() };
    let file = formats::past_ads::read_account(input, platform, &options)
        .map_err(|error| SprintError::Refused(error.to_string()))?;
    let word = word(file.platform);
    let known = past_ads::list(&ctx.store).await?;
    let ads = rows(&file, word, &known);
    let mut accounts: BTreeMap<String, Account> = settings::get(&ctx.store, SETTING).await?.unwrap_or_default();
    let account = accounts.entry(word.to_owned()).or_default();
    take(account, &file);
    let account = account.clone();
    let mut tx = ctx.store.begin().await?;
    past_ads::learn(&mut tx, &ads, ctx.now).await?;
    settings::set(&mut tx, SETTING, &accounts).await?;
    let detail = format!("{} ads, {} pages, {} pixels", ads.len(), account.page_ids.len(), account.pixel_ids.len());
    ctx.record(&mut tx, (None, None), "ads.learn", word, &detail).await?;
    tx.commit().await?;
    let rejects = file
        .rejects
        .iter()
        .map(|reject| format!("row {}, column {}: {:?}: {}", reject.row, reject.column, reject.value, reject.reason));
    Ok(Learned {
        platform: word.to_owned(),
        is_report: file.is_report,
        account,
        ads: ads.len(),
        tagged: ads.iter().filter(|ad| ad.tags.angle.is_some()).count(),
        rows: (file.rows_read, file.rows_skipped, file.rows_rejected),
        rejects: rejects.collect(),
        confirmed: (confirmed(ctx).await?, stats::predict::MIN_ADS),
    })
}

fn word(platform: AdPlatform) -> &'static str {
    match platform {
        AdPlatform::Meta => "meta",
        AdPlatform::Google => "google",
    }
}

/// The file's ads as rows. A report and a bulk export of the same ad meet by its names: what one lacks is kept from the
/// other.
fn rows(file: &AccountFile, platform: &str, known: &[PastAd]) -> Vec<PastAd> {
    let mut rows: BTreeMap<String, PastAd> = BTreeMap::new();
    for ad in &file.ads {
        let key = key(platform, ad);
        let before = known.iter().find(|other| other.key == key);
        let text = if ad.text.is_empty() { before.map_or("", |other| other.text.as_str()) } else { &ad.text };
        let kept = before.filter(|_| !file.is_report);
        let row = PastAd {
            platform: platform.to_owned(),
            account_id: match (ad.account_id.is_empty(), before) {
                (true, Some(before)) => before.account_id.clone(),
                _ => ad.account_id.clone(),
            },
            campaign: ad.campaign.clone(),
            ad_group: ad.ad_group.clone(),
            name: ad.name.clone(),
            text: text.to_owned(),
            first_day: ad.first_day.or(kept.and_then(|other| other.first_day)),
            last_day: ad.last_day.or(kept.and_then(|other| other.last_day)),
            currency: ad.currency.clone().or(kept.and_then(|other| other.currency.clone())),
            spend_micros: kept.map_or(ad.spend_micros, |other| other.spend_micros),
            impressions: kept.map_or(ad.impressions, |other| other.impressions),
            clicks: kept.map_or(ad.clicks, |other| other.clicks),
            conversions_micros: kept.map_or(ad.conversions_micros, |other| other.conversions_micros),
            value_micros: kept.map_or(ad.value_micros, |other| other.value_micros),
            tags: tag(platform, &ad.campaign, &ad.ad_group, &ad.name, text),
            tagged_by: "rules".into(),
            confirmed_by: None,
            confirmed_at: None,
            key: key.clone(),
        };
        match rows.get_mut(&key) {
            // The same names under two ids are one ad to whoever named it.
            Some(known) => {
                known.spend_micros = known.spend_micros.saturating_add(row.spend_micros);
                known.impressions = known.impressions.saturating_add(row.impressions);
                known.clicks = known.clicks.saturating_add(row.clicks);
                known.conversions_micros = known.conversions_micros.saturating_add(row.conversions_micros);
                known.value_micros = known.value_micros.saturating_add(row.value_micros);
            }
            None => {
                rows.insert(key, row);
            }
        }
    }
    rows.into_values().collect()
}

/// Platform and names: what both kinds of file have.
fn key(platform: &str, ad: &LearnedAd) -> String {
    let plain = |text: &str| text.trim().to_lowercase();
    format!("{platform}|{}|{}|{}", plain(&ad.campaign), plain(&ad.ad_group), plain(&ad.name))
}

fn take(account: &mut Account, file: &AccountFile) {
    let merge = |known: &mut Vec<String>, new: &[String]| {
        // The newest file's come first: they are what a launch takes.
        let old = std::mem::take(known);
        known.extend(new.iter().cloned());
        known.extend(old.into_iter().filter(|id| !new.contains(id)));
    };
    merge(&mut account.account_ids, &file.account_ids);
    merge(&mut account.page_ids, &file.page_ids);
    merge(&mut account.pixel_ids, &file.pixel_ids);
    account.language = file.language.to_owned();
    let naming = |naming: &Naming| (naming.separator.clone(), naming.parts, naming.percent, naming.example.clone());
    account.naming = file.naming.as_ref().map(naming).or(account.naming.take());
}

/// What is known of the accounts, by platform.
///
/// # Errors
/// The database refused.
pub async fn accounts(ctx: &Context) -> Result<BTreeMap<String, Account>, SprintError> {
    Ok(settings::get(&ctx.store, SETTING).await?.unwrap_or_default())
}

/// All past ads, the dearest first.
///
/// # Errors
/// The database refused.
pub async fn list(ctx: &Context) -> Result<Vec<PastAd>, SprintError> {
    Ok(past_ads::list(&ctx.store).await?)
}

/// How many past ads have confirmed tags.
///
/// # Errors
/// The database refused.
pub async fn confirmed(ctx: &Context) -> Result<usize, SprintError> {
    Ok(list(ctx).await?.iter().filter(|ad| ad.confirmed_at.is_some()).count())
}

/// Sets a tag of several ads at once; `None` takes it off. They are a proposal again until they are confirmed.
///
/// # Errors
/// The value is none of the tag's, no ad is named, or the database refused.
pub async fn set_tag(ctx: &Context, keys: &[String], what: Tag, value: Option<&str>) -> Result<u64, SprintError> {
    named(keys)?;
    if let Some(value) = value.filter(|value| !what.values().contains(value)) {
        let known = what.values().join(", ");
        return Err(SprintError::Refused(format!("“{value}” is no {}; there are: {known}.", what.as_str())));
    }
    let mut tx = ctx.store.begin().await?;
    let changed = past_ads::set_tag(&mut tx, keys, what.as_str(), value, &ctx.actor).await?;
    let detail = format!("{changed} ads: {} is {}", what.as_str(), value.unwrap_or("unknown"));
    ctx.record(&mut tx, (None, None), "ads.tag", "past ads", &detail).await?;
    tx.commit().await?;
    Ok(changed)
}

/// Confirms the tags of several ads as they stand: from now on they count in predictions.
///
/// # Errors
/// No ad is named, or the database refused.
pub async fn confirm(ctx: &Context, keys: &[String]) -> Result<u64, SprintError> {
    named(keys)?;
    let mut tx = ctx.store.begin().await?;
    let changed = past_ads::confirm(&mut tx, keys, &ctx.actor, ctx.now).await?;
    ctx.record(&mut tx, (None, None), "ads.confirm", "past ads", &format!("{changed} ads")).await?;
    tx.commit().await?;
    Ok(changed)
}

fn named(keys: &[String]) -> Result<(), SprintError> {
    if keys.is_empty() { Err(SprintError::refused("Select the ads first.")) } else { Ok(()) }
}
