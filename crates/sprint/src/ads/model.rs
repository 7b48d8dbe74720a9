//! A model proposes what the rules could not read off an ad's names and copy. A person confirms on the same page.

use std::collections::BTreeMap;

use domain::SprintId;
use llm::Request;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::past_ads;

use super::tags::Tag;
use crate::{Context, SprintError, studio::Engine};

/// Ads of one question.
const AT_ONCE: usize = 20;
/// Most characters of an ad's copy that are sent.
const MOST_COPY: usize = 300;
const TAGS: [Tag; 4] = [Tag::Angle, Tag::Segment, Tag::Format, Tag::Offer];

/// What a model proposed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Proposed {
    /// Ads that lacked a tag and were not confirmed.
    pub asked: usize,
    /// Tags that were filled in.
    pub tags: u64,
    /// Answers that were no tag, or of no such ad.
    pub refused: u64,
    /// Why the rest was not asked; empty where everything was.
    pub note: String,
}

#[derive(Deserialize)]
struct Answer {
    ads: Vec<One>,
}

#[derive(Deserialize)]
struct One {
    n: usize,
    #[serde(default)]
    angle: String,
    #[serde(default)]
    segment: String,
    #[serde(default)]
    format: String,
    #[serde(default)]
    offer: String,
}

/// Fills tags that the rules left open, of ads that nobody confirmed; what is known stays. They remain proposals.
///
/// # Errors
/// The database refused.
pub async fn tag_with(ctx: &Context, engine: &Engine, sprint: SprintId) -> Result<Proposed, SprintError> {
    let open: Vec<past_ads::PastAd> = past_ads::list(&ctx.store)
        .await?
        .into_iter()
        .filter(|ad| ad.confirmed_at.is_none() && TAGS.iter().any(|tag| of(ad, *tag).is_none()))
        .collect();
    let mut proposed = Proposed { asked: open.len(), ..Proposed::default() };
    let mut note = None;
    for some in open.chunks(AT_ONCE) {
        if note.is_some() {
            break;
        }
        let request = Request::json(prompt(some), "tags", schema(), 1_600);
        let Some(told) = engine.ask_json(ctx, sprint, &request, &mut note).await? else { continue };
        let Ok(answer) = serde_json::from_str::<Answer>(&told.text) else { continue };
        let mut changes: BTreeMap<(&str, String), Vec<String>> = BTreeMap::new();
        for one in answer.ads {
            let Some(ad) = one.n.checked_sub(1).and_then(|at| some.get(at)) else {
                proposed.refused += 1;
                continue;
            };
            for (tag, value) in TAGS.into_iter().zip([&one.angle, &one.segment, &one.format, &one.offer]) {
                if value.is_empty() || value == "unknown" || of(ad, tag).is_some() {
                    continue;
                }
                match tag.values().contains(&value.as_str()) {
                    true => changes.entry((tag.as_str(), value.clone())).or_default().push(ad.key.clone()),
                    false => proposed.refused += 1,
                }
            }
        }
        let mut tx = ctx.store.begin().await?;
        for ((tag, value), keys) in changes {
            proposed.tags += past_ads::set_tag(&mut tx, &keys, tag, Some(&value), &told.model).await?;
        }
        let detail = format!("{} of {} ads, by {}", proposed.tags, some.len(), told.model);
        ctx.record(&mut tx, (Some(sprint), None), "ads.tag_model", "past ads", &detail).await?;
        tx.commit().await?;
    }
    proposed.note = note.unwrap_or_default();
    Ok(proposed)
}

fn of(ad: &past_ads::PastAd, tag: Tag) -> Option<&String> {
    match tag {
        Tag::Angle => ad.tags.angle.as_ref(),
        Tag::Segment => ad.tags.segment.as_ref(),
        Tag::Format => ad.tags.format.as_ref(),
        Tag::Offer => ad.tags.offer.as_ref(),
    }
}

fn prompt(ads: &[past_ads::PastAd]) -> String {
    let mut text = String::from(
        "Say what each past ad was, by its names and its text. Leave out what they do not show; never guess. Use these words \
         only.\n",
    );
    for tag in TAGS {
        text.push_str(&format!("{}: {}\n", tag.as_str(), tag.values().join(", ")));
    }
    text.push_str("\nADS\n");
    for (at, ad) in ads.iter().enumerate() {
        let copy: String = ad.text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MOST_COPY).collect();
        text.push_str(&format!(
            "{}. {} | campaign {} | group {} | ad {} | text: {copy}\n",
            at + 1,
            ad.platform,
            ad.campaign,
            ad.ad_group,
            ad.name
        ));
    }
    text
}

fn schema() -> serde_json::Value {
    let word = |tag: Tag| {
        let mut values = tag.values();
        values.push("unknown");
        json!({"type": "string", "enum": values})
    };
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["ads"],
        "properties": {"ads": {"type": "array", "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["n", "angle", "segment", "format", "offer"],
            "properties": {
                "n": {"type": "integer"},
                "angle": word(Tag::Angle), "segment": word(Tag::Segment),
                "format": word(Tag::Format), "offer": word(Tag::Offer),
            },
        }}},
    })
}
