//! Labelled ads as the model takes them: the confirmed past, and what earlier sprints launched.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Day,
    sprint::{Brief, Channel, Concept, Effort},
};
use stats::predict::{PastAd, Traits};
use store::{concepts as rows, past_ads};

use super::tags;
use crate::{Context, SprintError, miners::SegmentKind};

/// Ads with what they were; those without labels are in it as siblings.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Labelled {
    /// All ads.
    pub ads: Vec<PastAd>,
    /// Ads whose tags a person confirmed.
    pub confirmed: usize,
    /// Ads that earlier sprints launched.
    pub launched: usize,
    /// By concept id and platform: the place in `ads` of what a sprint launched.
    pub of_concept: BTreeMap<(String, String), usize>,
}

/// What a concept's ads on a channel will be.
pub fn traits(concept: &Concept, brief: &Brief, channel: Channel) -> Traits {
    let offer = concept.offer.and_then(|index| brief.offers.get(index));
    let format = match (channel, concept.effort) {
        (Channel::GoogleSearch, _) => Some("text"),
        (Channel::Meta, Effort::Large) => Some("video"),
        (Channel::Meta, _) => Some("still"),
        (Channel::Email, _) => None,
    };
    [
        Some(concept.angle.as_str().to_owned()),
        people(&concept.segment).map(str::to_owned),
        platform(channel).map(str::to_owned),
        Some(tags::of_offer(offer).to_owned()),
        format.map(str::to_owned),
    ]
}

/// The platform of a paid channel.
fn platform(channel: Channel) -> Option<&'static str> {
    match channel {
        Channel::Meta => Some("meta"),
        Channel::GoogleSearch => Some("google"),
        Channel::Email => None,
    }
}

/// A concept's segment in the coarse words that a campaign's name can say.
fn people(segment: &str) -> Option<&'static str> {
    let is = |kind: SegmentKind| segment == kind.label();
    if is(SegmentKind::NewFaces) || is(SegmentKind::TiredAudience) {
        Some("strangers")
    } else if is(SegmentKind::LapsedBest) || is(SegmentKind::BoughtOnce) {
        Some("lapsed")
    } else if is(SegmentKind::LookedAtIt) {
        Some("visitors")
    } else {
        Some("customers")
    }
}

/// Account and calendar quarter: ads that share both are siblings.
fn siblings(platform: &str, account: &str, day: Day) -> String {
    let date = day.0;
    format!("{platform} {account} {} Q{}", date.year(), (date.month() - 1) / 3 + 1)
}

/// All labelled ads: the past that a person confirmed, and the concepts that earlier sprints launched, with what their
/// platforms claim. Ads that nobody labelled stand beside them as siblings.
///
/// # Errors
/// The database refused, or a query fails.
pub async fn labelled(ctx: &Context) -> Result<Labelled, SprintError> {
    let mut all = Labelled::default();
    let marks = launched(ctx).await?;
    let money = |micros: i64| micros as f64 / 1e6;
    for ad in past_ads::list(&ctx.store).await? {
        // What a sprint launched is known from the lake, day by day.
        if marks.keys().any(|mark| ad.name.contains(mark.as_str())) {
            continue;
        }
        let Some(day) = ad.first_day.or(ad.last_day) else { continue };
        let confirmed = ad.confirmed_at.is_some();
        let known = |tag: &Option<String>| tag.clone().filter(|_| confirmed);
        all.confirmed += usize::from(confirmed);
        all.ads.push(PastAd {
            traits: [
                known(&ad.tags.angle),
                known(&ad.tags.segment),
                Some(ad.platform.clone()).filter(|_| confirmed),
                known(&ad.tags.offer),
                known(&ad.tags.format),
            ],
            siblings: siblings(&ad.platform, &ad.account_id, day),
            spend: money(ad.spend_micros),
            value: money(ad.value_micros),
            sales: money(ad.conversions_micros),
        });
    }
    let known: BTreeSet<String> = all.ads.iter().map(|ad| ad.siblings.clone()).collect();
    let snapshot = ctx.lake.snapshot(ctx.now).await?;
    let table = snapshot
        .query(
            "SELECT platform, account_id, ad_name, MIN(day) AS first_day, SUM(spend_micros) AS spend, \
             SUM(conversions_micros) AS sales, SUM(value_micros) AS value FROM ad_totals \
             GROUP BY platform, account_id, ad_name ORDER BY platform, account_id, ad_name",
        )
        .await?;
    for row in table.iter() {
        let (platform, name) = (row.text("platform")?, row.text("ad_name")?);
        let Some(day) = row.opt_day("first_day")? else { continue };
        let own = marks.iter().find(|(mark, _)| name.contains(mark.as_str())).map(|(_, own)| own);
        let group = siblings(platform, row.text("account_id")?, day);
        // Ads that a learned file has, too, would stand twice.
        if own.is_none() && known.contains(&group) {
            continue;
        }
        let channel = if platform == "google" { Channel::GoogleSearch } else { Channel::Meta };
        if let Some((id, _, _)) = own {
            all.of_concept.insert((id.clone(), platform.to_owned()), all.ads.len());
            all.launched += 1;
        }
        all.ads.push(PastAd {
            traits: own.map(|(_, concept, brief)| traits(concept, brief, channel)).unwrap_or_default(),
            siblings: group,
            spend: money(row.int("spend")?),
            value: money(row.int("value")?),
            sales: money(row.int("sales")?),
        });
    }
    Ok(all)
}

/// Launched concepts by the mark in their ads' names.
async fn launched(ctx: &Context) -> Result<BTreeMap<String, (String, Concept, Brief)>, SprintError> {
    let mut marks = BTreeMap::new();
    for sprint in crate::sprints::list(ctx).await? {
        let Some(brief) = sprint.brief.clone().filter(|_| sprint.stage >= domain::sprint::SprintStage::Live) else {
            continue;
        };
        for row in rows::picked(&ctx.store, sprint.id).await? {
            marks.insert(row.concept.id.utm_content(), (row.concept.id.to_string(), row.concept, brief.clone()));
        }
    }
    Ok(marks)
}
