//! The words that phrases are filled with: names, counts, money, stretches of time.

use std::collections::BTreeMap;

use domain::{Money, group_thousands, sprint::Brief};
use writer::names;

use crate::{calendar, miners::Opportunity};

/// From so many days before a moment on, a present for it is a reason of these weeks.
const GIFTS_DAYS: i32 = 42;
/// Names longer than this are shortened where a shorter one still names the thing.
const NAME_CHARS: usize = 38;

/// Words by the name they have in phrases.
pub(super) type Words = BTreeMap<&'static str, String>;

/// A product's name as it stands in a sentence, and whether it is a plural.
pub(super) fn name(title: &str) -> (String, bool) {
    let variants = names::variants(title);
    let fitting = variants.iter().find(|name| name.text.chars().count() <= NAME_CHARS).or(variants.last());
    match fitting {
        Some(name) => (name.text.clone(), name.is_plural),
        None => (title.to_owned(), false),
    }
}

/// A stretch of days as people say it: `9 days`, `6 weeks`, `3 months`.
pub(super) fn stretch(days: f64) -> String {
    let days = days.max(0.0).round();
    match days as i64 {
        0..=1 => "a day".into(),
        2..=13 => format!("{days} days"),
        14..=75 => format!("about {} weeks", (days / 7.0).round()),
        76..=700 => format!("about {} months", (days / 30.44).round()),
        _ => format!("about {} years", (days / 365.25).round()),
    }
}

/// A rhythm as people say it: `9 days`, `5 weeks or so`.
fn every(days: f64) -> String {
    let text = stretch(days);
    text.strip_prefix("about ").map_or(text.clone(), |rest| format!("{rest} or so"))
}

fn count(value: f64) -> String {
    group_thousands(value.max(0.0).round() as u64)
}

/// A share as people say it, exact enough to be recognised in the counts.
fn share(percent: f64) -> String {
    format!("{}%", percent.round().clamp(0.0, 100.0))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn day(day: domain::Day) -> String {
    day.0.strftime("%-d %B").to_string()
}

const SMALL: [&str; 13] =
    ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"];

/// All words of an opportunity; the offer's are there only when `offer` names one.
pub(super) fn words(item: &Opportunity, brief: &Brief, offer: Option<usize>) -> Words {
    let mut words = Words::new();
    let (x, plural) = item.products.first().map(|product| name(&product.title)).unwrap_or_default();
    let pick = |plural: bool, one: &str, many: &str| if plural { many } else { one }.to_owned();
    for (key, one, many) in [
        ("is", "is", "are"),
        ("was", "was", "were"),
        ("has", "has", "have"),
        ("it", "it", "them"),
        ("it_is", "it is", "they are"),
        ("looks", "looks", "look"),
        ("opens", "opens", "open"),
        ("its", "its", "their"),
        ("comes", "comes", "come"),
    ] {
        words.insert(key, pick(plural, one, many));
    }
    words.insert("X", capital(&x));
    words.insert("x", x);
    if let Some(second) = item.products.get(1) {
        let (y, plural) = name(&second.title);
        words.insert("isy", pick(plural, "is", "are"));
        words.insert("ity", pick(plural, "it", "them"));
        words.insert("y", y);
        let versions = crate::miners::are_versions(&item.products[0].title, &second.title);
        words.insert(if versions { "family" } else { "pairing" }, String::new());
    }
    if let Some(third) = item.products.get(2) {
        // Two sizes of one thing have one name, and a list that says it twice is no list.
        let z = name(&third.title).0;
        if words.get("y") != Some(&z) && words.get("x") != Some(&z) && words.get("x") != words.get("y") {
            words.insert("z", z);
        }
    }
    numbers(&mut words, item, brief);
    seasons(&mut words, item, brief);
    if let Some(offer) = offer.and_then(|index| brief.offers.get(index)) {
        words.insert("offer", capital(&offer.label));
        words.insert("offer_l", offer.label.clone());
        words.insert("ends", day(offer.ends_on));
    }
    words.insert("from", day(brief.flight.from));
    words.insert("to", day(brief.flight.to));
    words.insert("kpi", brief.kpi.label().to_lowercase());
    words
}

fn numbers(words: &mut Words, item: &Opportunity, brief: &Brief) {
    let money = |minor: i64| Money::new(minor, brief.currency).to_string();
    words.insert("people", count(item.pool.people as f64));
    words.insert("revenue", money(item.pool.past_revenue_minor));
    let n = |key: &str| item.numbers.get(key).copied();
    for (word, key) in [
        ("repeaters", "repeaters"),
        ("buyers", "buyers"),
        ("starters", "starters"),
        ("returned", "returned"),
        ("now", "orders_now"),
        ("shop_now", "shop_now"),
        ("shop_before", "shop_before"),
        ("buyers_now", "buyers_now"),
        ("units_now", "units_now"),
        ("both", "both_orders"),
        ("season_orders", "orders_season"),
        ("prior", "orders_prior"),
        ("buyers_then", "buyers_then"),
        ("newcomers", "newcomers"),
        ("back", "back"),
        ("reorders", "products"),
        ("viewers", "viewers"),
        ("adders", "adders"),
        ("stock_units", "stock_units"),
        ("units_sold", "units_sold"),
        ("tired_ads", "tired_ads"),
        ("ads", "ads"),
        ("coded_orders", "coded_orders"),
        ("their_orders", "their_orders"),
        ("buyers_new", "buyers_new"),
        ("orders_new", "orders_new"),
        ("here_orders", "here_orders"),
        ("here_shop", "here_shop"),
        ("there_orders", "there_orders"),
        ("there_shop", "there_shop"),
        ("say_it", "say_it"),
        ("praise", "praise"),
        ("gone_buyers", "gone_buyers"),
        ("both_buyers", "both_buyers"),
        ("stock_left", "substitute_units"),
        ("newly", "newly"),
        ("people_before", "people_before"),
        ("newcomers_before", "newcomers_before"),
        ("units_before", "units_before"),
        ("here_now", "here_now"),
        ("here_before", "here_before"),
        ("there_now", "there_now"),
        ("there_before", "there_before"),
        ("coded_late", "coded_late"),
        ("orders_late", "orders_late"),
        ("coded_prior", "coded_prior"),
        ("orders_prior_quarter", "orders_prior_quarter"),
        ("reviews", "reviews"),
        ("reviews_new", "reviews_new"),
    ] {
        if let Some(value) = n(key) {
            words.insert(word, count(value));
        }
    }
    for (word, key) in [
        ("gap", "gap_days"),
        ("past", "days_past"),
        ("silent", "silent_days"),
        ("cover", "cover_days"),
        ("usual_cover", "usual_cover_days"),
        ("age", "age_days"),
    ] {
        if let Some(value) = n(key) {
            words.insert(word, stretch(value));
        }
    }
    if let Some(gap) = n("gap_days") {
        words.insert("every", every(gap));
    }
    if let Some(before) = n("orders_before") {
        words.insert("before", count(before));
        if before >= 3.0 {
            words.insert("grown", String::new());
        }
        if before == 0.0 && n("orders_last_year") == Some(0.0) {
            words.insert("fresh", String::new());
        }
    }
    for gate in changes(item) {
        words.insert(gate, String::new());
    }
    for (word, key) in [("lift", "lift"), ("index", "season_index")] {
        if let Some(value) = n(key) {
            words.insert(word, format!("{value:.1}"));
        }
    }
    for (word, key) in [("margin", "margin_percent"), ("shop_coded", "shop_coded_percent")] {
        if let Some(value) = n(key) {
            words.insert(word, share(value));
        }
    }
    for (word, key) in [("ctr_before", "ctr_before_bp"), ("ctr_now", "ctr_now_bp")] {
        if let Some(value) = n(key) {
            words.insert(word, format!("{:.2}%", value / 100.0));
        }
    }
    if let Some(micros) = n("tired_spend_micros") {
        words.insert("tired_spend", Money::from_micros(micros as i128, brief.currency).to_string());
    }
    for (word, key) in [("country", "country"), ("in_words", "quote")] {
        if let Some(text) = item.words.get(key) {
            words.insert(word, text.clone());
        }
    }
    if let Some(phrase) = item.words.get("phrase") {
        words.insert("phrase_words", format!("“{phrase}”"));
    }
    if let Some(value) = n("share_percent") {
        words.insert("share", share(value));
    }
    if let (Some(starters), Some(returned)) = (n("starters"), n("returned")) {
        words.insert("returned_share", share(100.0 * returned / starters.max(1.0)));
    }
    if let Some(micros) = n("usual_micros") {
        words.insert("usual", Money::from_micros(micros as i128, brief.currency).to_string());
    }
    // Stock is short when it lasts less than two weeks at the pace of the last four.
    if let (Some(units), Some(stock)) = (n("units_now"), item.products.first().and_then(|product| product.stock_units))
        && stock > 0
        && (stock as f64) < units / 2.0
    {
        words.insert("stock", count(stock as f64));
    }
    if let Some(fact) = brief.facts.iter().map(|fact| fact.trim()).find(|fact| is_about_making(fact)) {
        let stop = if fact.ends_with(['.', '!', '?']) { "" } else { "." };
        words.insert("fact", format!("{}{stop}", capital(fact)));
    }
}

/// What has clearly changed of late, by the name of its gate in phrases: a sentence about a change is told only of one.
fn changes(item: &Opportunity) -> Vec<&'static str> {
    let n = |key: &str| item.numbers.get(key).copied().unwrap_or(f64::NAN);
    let people = item.pool.people as f64;
    let share = |part: &str, whole: &str| n(part) / n(whole).max(1.0);
    let gates = [
        ("newly_gate", n("newly") >= 5.0 && 5.0 * n("newly") >= people),
        ("barely", n("days_past") <= 28.0),
        // A sixth more of all newcomers than the quarter before begin with it.
        (
            "opening",
            n("newcomers_before") >= 50.0
                && people / n("newcomers").max(1.0) >= 7.0 / 6.0 * share("people_before", "newcomers_before"),
        ),
        ("slowing", 4.0 * n("units_sold") <= 3.0 * n("units_before")),
        ("widening", n("there_now") >= n("there_before") && n("here_now") <= n("here_before")),
        ("deepening", share("coded_late", "orders_late") > share("coded_prior", "orders_prior_quarter")),
        ("reviewed", n("reviews_new") >= 3.0),
    ];
    gates.into_iter().filter(|(_, holds)| *holds).map(|(gate, _)| gate).collect()
}

/// Whether a fact of the brief is about how things are made, so that it can carry an argument about craft; facts about
/// delivery and returns cannot.
fn is_about_making(fact: &str) -> bool {
    const MAKING: [&str; 30] = [
        "made",
        "craft",
        "hand-",
        "handmade",
        "woven",
        "knit",
        "glaze",
        "poured",
        "baked",
        "brewed",
        "roasted",
        "organic",
        "cotton",
        "wool",
        "linen",
        "leather",
        "ceramic",
        "steel",
        "wood",
        "recycled",
        "natural",
        "vegan",
        "tested",
        "designed",
        "printed",
        "painted",
        "sewn",
        "grown",
        "certified",
        "ingredient",
    ];
    const NOT: [&str; 8] = ["deliver", "ship", "return", "refund", "packed", "parcel", "dispatch", "working day"];
    let lower = fact.to_lowercase();
    MAKING.iter().any(|word| lower.contains(word)) && !NOT.iter().any(|word| lower.contains(word))
}

fn seasons(words: &mut Words, item: &Opportunity, brief: &Brief) {
    let from = brief.flight.from;
    if from.0.month() == 11 {
        words.insert("november", String::new());
    }
    let title = item.products.first().map(|product| product.title.as_str()).unwrap_or_default();
    let moment = match calendar::tied_to(title) {
        Some(tied) => calendar::ahead(from).into_iter().find(|moment| moment.name == tied),
        None => calendar::near(from, 10, 60),
    };
    let Some(moment) = moment.filter(|moment| (10..=75).contains(&moment.day.days_since(from))) else { return };
    let weeks = (f64::from(moment.day.days_since(from)) / 7.0).round() as usize;
    let number = SMALL.get(weeks).map_or_else(|| weeks.to_string(), |word| (*word).to_owned());
    words.insert("weeks_to", format!("{number} weeks to {}", moment.name));
    words.insert("moment", moment.name.to_owned());
    words.insert("moment_gate", String::new());
    if moment.day.days_since(from) <= GIFTS_DAYS {
        words.insert("gifts_now", String::new());
    }
}

/// Fills a phrase; `None` when one of its words is not there.
pub(super) fn fill(phrase: &str, words: &Words) -> Option<String> {
    let mut text = String::with_capacity(phrase.len() + 40);
    let mut rest = phrase;
    while let Some(open) = rest.find('{') {
        let close = open + rest[open..].find('}')?;
        text.push_str(&rest[..open]);
        text.push_str(words.get(&rest[open + 1..close])?);
        rest = &rest[close + 1..];
    }
    text.push_str(rest);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_said_as_people_say_it() {
        for (days, text) in [(1.0, "a day"), (9.4, "9 days"), (42.0, "about 6 weeks"), (98.0, "about 3 months")] {
            assert_eq!(stretch(days), text);
        }
    }

    #[test]
    fn a_phrase_without_its_words_is_left_out() {
        let words = Words::from([("x", "cake case".to_owned()), ("gate", String::new())]);
        assert_eq!(fill("The {x}{gate} again", &words).as_deref(), Some("The cake case again"));
        assert_eq!(fill("Until {ends}", &words), None);
    }
}
