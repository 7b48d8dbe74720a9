//! Bar 5: a thousand drafts over three brands, judged by code that is not the composer's.
#![allow(clippy::unwrap_used)]

mod support;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::LazyLock,
};

use domain::sprint::{Channel, Concept};
use support::{ANGLES, CHANNELS, brook, concept, loewenzahn, retro};
use writer::{Draft, Facts, compose, compose_visuals};

/// Judge of its own: knows no function of `writer`, only the facts.
struct Judge {
    numbers: HashSet<String>,
    words: HashSet<String>,
}

/// Words about what things are made of or can do, put together for this test.
const MATERIALS: &str = "acrylic alabaster almond aloe alpaca aluminium aluminum amber argan ash bamboo beech beeswax birch brass bronze cashmere \
    cedar ceramic charcoal chrome cinnamon clay coconut collagen concrete copper cork cotton crystal denim diamond enamel eucalyptus feather felt \
    fleece ginger glass gold golden granite hemp honey iron ivory jade jasmine jute lavender leather lemon linen magnesium mahogany maple marble \
    merino metal mint nylon oak oat olive paper pearl peppermint pewter pine plastic platinum polyester porcelain quartz rattan rose rosemary rubber \
    sandalwood satin sesame shea silicone silk silver slate soy steel sterling stone straw suede sugar teak terracotta thyme tin titanium vanilla \
    velvet vinyl viscose vitamin walnut wax wicker wood wooden wool zinc organic vegan recycled recyclable sustainable sustainably natural naturally \
    handmade handcrafted artisan certified fairtrade biodegradable compostable eco ethical waterproof durable unbreakable hypoallergenic clinically \
    dermatologist proven antibacterial healthy healing soothing hydrating best finest leading cheapest premium luxury luxurious exclusive perfect \
    ultimate unique guaranteed guarantee award bestseller popular trending limited free warranty discount sale cheap bargain dishwasher microwave \
    washable softest amazing incredible stunning";
const NUMBER_WORDS: &str = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen \
    nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million dozen dozens half double twice \
    triple thrice";

fn split_words(text: &str) -> Vec<String> {
    text.to_lowercase().split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn digit_runs(text: &str) -> Vec<String> {
    let mut runs = Vec::new();
    let mut run = String::new();
    for c in text.chars().chain(std::iter::once(' ')) {
        if c.is_numeric() || (matches!(c, '.' | ',') && !run.is_empty()) {
            run.push(c);
        } else if !run.is_empty() {
            runs.push(run.trim_end_matches(['.', ',']).to_owned());
            run.clear();
        }
    }
    runs
}

impl Judge {
    fn new(facts: &Facts) -> Judge {
        let mut said = vec![facts.brand.clone()];
        said.extend(facts.lines.iter().cloned());
        for product in &facts.products {
            said.extend([
                product.title.clone(),
                product.category.clone().unwrap_or_default(),
                product.description.clone(),
            ]);
            said.extend(product.price.map(|price| price.to_string()));
        }
        for offer in &facts.offers {
            said.extend([offer.label.clone(), offer.code.clone().unwrap_or_default()]);
            said.extend(offer.percent_off.map(|percent| percent.to_string()));
            said.push(offer.ends_on.0.day().to_string());
        }
        said.extend(facts.numbers.iter().map(|number| format!("{} {}", number.value, number.what)));
        let said = said.join("\n");
        Judge { numbers: digit_runs(&said).into_iter().collect(), words: split_words(&said).into_iter().collect() }
    }

    /// Numbers and materials of a text that the facts do not hold.
    fn strangers(&self, text: &str) -> Vec<String> {
        let text: String =
            text.split_whitespace().filter(|word| !word.starts_with("https://")).collect::<Vec<_>>().join(" ");
        let mut found: Vec<String> = digit_runs(&text).into_iter().filter(|run| !self.numbers.contains(run)).collect();
        let listed: HashSet<&str> = MATERIALS.split_whitespace().chain(NUMBER_WORDS.split_whitespace()).collect();
        for word in split_words(&text) {
            let root = word.strip_suffix('s').unwrap_or(&word);
            let is_listed = listed.contains(word.as_str()) || listed.contains(root);
            if is_listed
                && !self.words.contains(&word)
                && !self.words.contains(root)
                && !self.words.contains(&format!("{root}s"))
            {
                found.push(word);
            }
        }
        found
    }
}

/// Length by Google's rule for these alphabets; the brands here use no wide characters.
fn limit_of(channel: Channel, slot: &str) -> usize {
    match (channel, slot) {
        (Channel::GoogleSearch, "headline") => 30,
        (Channel::GoogleSearch, "description") => 90,
        (Channel::GoogleSearch, "path") => 15,
        (Channel::Meta, "primary_text") => 125,
        (Channel::Meta, "headline") => 40,
        (Channel::Meta, "description") => 30,
        (Channel::Email, "subject") => 60,
        (Channel::Email, "preheader") => 100,
        (Channel::Email, "body") => 1_600,
        (_, "image_direction") => 240,
        (_, "video_angle") => 300,
        _ => 0,
    }
}

fn counts(channel: Channel) -> &'static [(&'static str, usize)] {
    match channel {
        Channel::GoogleSearch => &[("headline", 15), ("description", 4)],
        Channel::Meta => {
            &[("primary_text", 5), ("headline", 5), ("description", 5), ("image_direction", 3), ("video_angle", 2)]
        }
        Channel::Email => &[("subject", 4), ("preheader", 2), ("body", 1)],
    }
}

/// 1,000 drafts: brand, concept, draft. Made once for all tests.
fn thousand() -> &'static [(Facts, Concept, Draft)] {
    static DRAFTS: LazyLock<Vec<(Facts, Concept, Draft)>> = LazyLock::new(make_thousand);
    &DRAFTS
}

fn make_thousand() -> Vec<(Facts, Concept, Draft)> {
    let mut drafts = Vec::new();
    for round in 0..10 {
        for facts in [brook(), retro(), loewenzahn()] {
            for angle in ANGLES {
                for channel in CHANNELS {
                    if drafts.len() < 1_000 {
                        let concept = concept(&facts, angle, round);
                        let draft = compose(&concept, &facts, channel, round as u64 + 1);
                        drafts.push((facts.clone(), concept, draft));
                    }
                }
            }
        }
    }
    drafts
}

#[test]
fn a_thousand_drafts_keep_limits_and_facts_and_differ() {
    let drafts = thousand();
    assert_eq!(drafts.len(), 1_000);
    let (mut over, mut strangers, mut short, mut texts) = (Vec::new(), Vec::new(), Vec::new(), 0);
    let mut whole: HashSet<String> = HashSet::new();
    let mut single: BTreeMap<&str, HashMap<String, usize>> = BTreeMap::new();
    for (facts, concept, draft) in drafts {
        let judge = Judge::new(facts);
        for text in &draft.slots {
            texts += 1;
            if text.text.chars().count() > limit_of(draft.channel, &text.slot) {
                over.push(format!("{} {}", text.slot, text.text));
            }
            strangers.extend(judge.strangers(&text.text).into_iter().map(|word| format!("{word}: {}", text.text)));
        }
        for (slot, count) in counts(draft.channel) {
            let found = draft.texts(slot).count();
            if found != *count {
                short.push(format!("{} {:?} {slot}: {found} of {count}", facts.brand, concept.angle));
            }
        }
        if draft.channel == Channel::Email {
            let words = draft.texts("body").next().unwrap_or_default().split_whitespace().count();
            if !(80..=150).contains(&words) {
                short.push(format!("{} {:?} body has {words} words", facts.brand, concept.angle));
            }
        }
        let words: Vec<&str> = draft.slots.iter().map(|text| text.text.as_str()).collect();
        whole.insert(words.join("\n"));
        for text in &draft.slots {
            let slot = match (draft.channel, text.slot.as_str()) {
                (Channel::GoogleSearch, "headline") => "google headline",
                (Channel::GoogleSearch, "description") => "google description",
                (Channel::Meta, "headline") => "meta headline",
                (Channel::Meta, "description") => "meta description",
                (_, "primary_text") => "meta primary text",
                (_, "subject") => "e-mail subject",
                (_, "preheader") => "e-mail preheader",
                (_, "body") => "e-mail body",
                (_, "image_direction") => "image direction",
                (_, "video_angle") => "video angle",
                _ => "path",
            };
            *single.entry(slot).or_default().entry(text.text.clone()).or_insert(0) += 1;
        }
    }
    println!(
        "drafts {}, texts {texts}, over a limit {}, outside the facts {}, short {}",
        drafts.len(),
        over.len(),
        strangers.len(),
        short.len()
    );
    println!("unique drafts {:.1} %", whole.len() as f64 / drafts.len() as f64 * 100.0);
    for (slot, texts) in &single {
        let all: usize = texts.values().sum();
        println!("  {slot}: {} different of {all} ({:.0} %)", texts.len(), texts.len() as f64 / all as f64 * 100.0);
    }
    for line in over.iter().chain(&strangers).chain(&short).take(40) {
        println!("  ! {line}");
    }
    assert!(over.is_empty() && strangers.is_empty() && short.is_empty());
    assert!(whole.len() >= 950);
}

#[test]
fn the_judge_would_notice() {
    let judge = Judge::new(&brook());
    for (text, count) in [
        ("Made of oak, 32 pieces", 2),
        ("Lavender and thyme, 500 ml for €12.50", 0),
        ("Twenty reasons, perfect gift", 2),
        ("10% off refills until 30 November", 0),
        ("20% off", 1),
    ] {
        assert_eq!(judge.strangers(text).len(), count, "{text}: {:?}", judge.strangers(text));
    }
}

#[test]
fn every_composed_draft_passes_the_checks() {
    let mut warnings: BTreeMap<&str, usize> = BTreeMap::new();
    for (facts, _, draft) in thousand().iter().step_by(7) {
        for finding in writer::check(draft, facts) {
            assert!(!finding.blocks(), "{finding:?}");
            *warnings.entry(finding.code.as_str()).or_insert(0) += 1;
        }
    }
    println!("warnings in 143 drafts: {warnings:?}");
}

#[test]
fn no_two_headlines_of_an_ad_say_nearly_the_same() {
    let mut alike = 0;
    for (facts, _, draft) in thousand() {
        let findings = writer::check::check(draft, facts);
        alike += findings
            .iter()
            .filter(|finding| {
                finding.code == writer::check::Code::NearDuplicate && finding.message.starts_with("Headline")
            })
            .count();
    }
    assert_eq!(alike, 0);
}

#[test]
fn the_same_seed_writes_the_same_draft() {
    let facts = retro();
    let concept = concept(&facts, ANGLES[7], 3);
    for channel in CHANNELS {
        assert_eq!(compose(&concept, &facts, channel, 5), compose(&concept, &facts, channel, 5));
        assert_ne!(compose(&concept, &facts, channel, 5), compose(&concept, &facts, channel, 6));
    }
    assert_eq!(compose_visuals(&concept, &facts, 5).len(), 5);
}

#[test]
fn an_ended_offer_is_not_mentioned() {
    let mut facts = retro();
    facts.offers[0].ends_on = support::day("2011-10-30");
    let concept = concept(&facts, ANGLES[10], 1);
    for channel in CHANNELS {
        let text = compose(&concept, &facts, channel, 1).to_plain_text();
        assert!(!text.contains("15%") && !text.contains("PARTY15"), "{text}");
    }
}

#[test]
fn nothing_to_go_on_still_gives_a_draft() {
    let mut facts = retro();
    facts.products.clear();
    facts.lines.clear();
    facts.numbers.clear();
    facts.offers.clear();
    facts.landing_url.clear();
    let mut concept = concept(&retro(), ANGLES[0], 1);
    concept.offer = None;
    for channel in CHANNELS {
        let draft = compose(&concept, &facts, channel, 1);
        assert!(writer::check(&draft, &facts).iter().all(|finding| !finding.blocks()), "{}", draft.to_plain_text());
    }
}
