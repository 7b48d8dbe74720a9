//! From approved drafts to what the platforms' files need.

use domain::{
    launch::{LaunchAd, LaunchCampaign},
    sprint::{Channel, Concept, SlotText},
};
use store::drafts::Draft;
use writer::{Facts, names};

use super::{
    links::tagged,
    plan::{ChannelBudget, Plan},
};
use crate::{ask::day_words, studio::Desk};

/// Most keywords of an ad group.
const MOST_KEYWORDS: usize = 10;
/// Google's limits of a keyword: 80 characters, 10 words.
const KEYWORD_LIMITS: (usize, usize) = (80, 10);

/// An e-mail of the launch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mail {
    /// File name.
    pub file_name: String,
    /// The address its link leads to.
    pub url: String,
    /// The file.
    pub text: String,
}

/// The campaign of a paid channel; `None` where it has no budget in the plan or no draft.
pub(crate) fn campaign(desk: &Desk, plan: &Plan, drafts: &[Draft], channel: Channel) -> Option<LaunchCampaign> {
    let budget = plan.of(channel)?;
    let ads: Vec<LaunchAd> =
        of_channel(desk, drafts, channel).map(|(concept, draft)| ad(desk, budget, concept, draft)).collect();
    (!ads.is_empty()).then(|| LaunchCampaign {
        name: campaign_name(desk, channel),
        daily_budget_minor: budget.daily_minor,
        currency: desk.brief.currency,
        flight: desk.brief.flight,
        account: desk.accounts.get(&channel).cloned().unwrap_or_default(),
        ads,
    })
}

/// Name of a channel's campaign.
pub(crate) fn campaign_name(desk: &Desk, channel: Channel) -> String {
    format!("{} · {}", desk.brief.title.trim(), channel.label())
}

/// The e-mails of the launch.
pub(crate) fn mails(desk: &Desk, drafts: &[Draft]) -> Vec<Mail> {
    of_channel(desk, drafts, Channel::Email).map(|(concept, draft)| mail(desk, concept, draft)).collect()
}

/// The drafts of a channel with their concepts, in the order of the sheet.
fn of_channel<'a>(
    desk: &'a Desk,
    drafts: &'a [Draft],
    channel: Channel,
) -> impl Iterator<Item = (&'a Concept, &'a Draft)> {
    desk.concepts.iter().flat_map(move |concept| {
        let own = drafts.iter().filter(move |draft| draft.concept_id == concept.id && draft.channel == channel);
        own.map(move |draft| (concept, draft))
    })
}

fn ad(desk: &Desk, budget: &ChannelBudget, concept: &Concept, draft: &Draft) -> LaunchAd {
    let visual = |text: &&SlotText| !writer::limits::VISUAL_SLOTS.contains(&text.slot.as_str());
    LaunchAd {
        name: draft.name.clone(),
        ad_group: format!("{} · {}", concept.title, concept.id.utm_content()),
        final_url: tagged(&desk.brief.landing_url, draft.channel, &desk.brief.title, concept.id),
        texts: draft.texts.iter().filter(visual).cloned().collect(),
        keywords: match (draft.channel, desk.facts.get(&concept.id)) {
            (Channel::GoogleSearch, Some(facts)) => keywords(concept, facts),
            _ => Vec::new(),
        },
        min_daily_budget_minor: budget.min_daily_per_concept_minor,
    }
}

/// Phrases people search for: the products' names and categories, with and without the brand.
pub(crate) fn keywords(concept: &Concept, facts: &Facts) -> Vec<String> {
    let plain = |text: &str| {
        let kept = |c: char| if c.is_alphanumeric() || c == '\'' { c } else { ' ' };
        text.to_lowercase().chars().map(kept).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let brand = plain(&facts.brand);
    let mut found: Vec<String> = Vec::new();
    let products = facts.products_of(concept);
    let mut add = |text: String| {
        let (characters, words) = KEYWORD_LIMITS;
        let fits = !text.is_empty() && text.chars().count() <= characters && text.split(' ').count() <= words;
        let banned = facts.banned_words.iter().any(|word| !word.is_empty() && text.contains(&plain(word)));
        if fits && !banned && found.len() < MOST_KEYWORDS && !found.contains(&text) {
            found.push(text);
        }
    };
    for product in &products {
        add(plain(&names::readable(&product.title)));
        for name in names::variants(&product.title).iter().take(2) {
            add(plain(&name.text));
        }
    }
    for product in &products {
        let category = product.category.as_deref().map(|path| plain(&names::category(path))).unwrap_or_default();
        if !category.is_empty() {
            add(format!("{brand} {category}"));
            add(category);
        }
    }
    add(brand.clone());
    found
}

fn mail(desk: &Desk, concept: &Concept, draft: &Draft) -> Mail {
    let url = tagged(&desk.brief.landing_url, Channel::Email, &desk.brief.title, concept.id);
    let of = |slot: &str| {
        draft.texts.iter().filter(|text| text.slot == slot).map(|text| text.text.as_str()).collect::<Vec<_>>()
    };
    let body = of("body").join("\n\n");
    let landing = desk.brief.landing_url.trim();
    let body = match !landing.is_empty() && body.contains(landing) {
        true => linked(&body, landing, &url),
        false => format!("{}\n\n{url}", body.trim_end()),
    };
    let subjects = of("subject");
    let mut text = format!("---\nname: {}\nsubject: {}\n", draft.name, subjects.first().copied().unwrap_or_default());
    for (number, subject) in subjects.iter().enumerate().skip(1) {
        text.push_str(&format!("subject_{}: {subject}\n", number + 1));
    }
    text.push_str(&format!("preheader: {}\n", of("preheader").first().copied().unwrap_or_default()));
    let (from, to) = (day_words(desk.brief.flight.from), day_words(desk.brief.flight.to));
    text.push_str(&format!(
        "send: by hand, between {from} and {to}; nothing is sent by this file\n---\n\n{}\n",
        body.trim()
    ));
    Mail { file_name: format!("email-{}.md", concept.id.utm_content()), url, text }
}

/// A body with its landing address replaced by the tagged one, also where it stands with a path or parameters.
fn linked(body: &str, landing: &str, url: &str) -> String {
    let mut out = String::new();
    let mut rest = body;
    while let Some(at) = rest.find(landing) {
        out.push_str(&rest[..at]);
        out.push_str(url);
        rest = &rest[at + landing.len()..];
        // What followed the address without a break belonged to it.
        let end =
            rest.find(|c: char| c.is_whitespace() || matches!(c, ')' | '>' | ']' | ',' | '"')).unwrap_or(rest.len());
        let tail = rest[..end].trim_end_matches(['.', '!', '?', ';', ':']);
        rest = &rest[tail.len()..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_keeps_its_sentence_around_the_link() {
        let (landing, url) = ("https://shop.example/", "https://shop.example/?utm_content=fn-x");
        for (body, wanted) in [
            ("See https://shop.example/.", "See https://shop.example/?utm_content=fn-x."),
            ("See https://shop.example/tea, then.", "See https://shop.example/?utm_content=fn-x, then."),
            ("https://shop.example/\n\nBye", "https://shop.example/?utm_content=fn-x\n\nBye"),
        ] {
            assert_eq!(linked(body, landing, url), wanted);
        }
    }
}
