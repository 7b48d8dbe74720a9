//! What a brief must satisfy.

use std::collections::BTreeSet;

use domain::{
    Currency, Day,
    sprint::{Brief, Offer},
};

use crate::FieldError;

/// Longest flight: two weeks of ads belong to a two-week sprint; a month leaves room for a holiday.
const MAX_FLIGHT_DAYS: i32 = 31;

/// Most concepts a sheet of one day can carry.
const MAX_CONCEPTS: u32 = 40;

pub(super) fn faults(brief: &Brief, today: Day, currency: Currency) -> Vec<FieldError> {
    let mut faults = Faults::default();
    faults.unless(!brief.title.trim().is_empty(), "title", "Give the sprint a name of a few words.");
    faults.unless(
        brief.title.chars().count() <= 80,
        "title",
        "Keep the name under 80 characters; it goes into campaign names.",
    );
    faults.unless(
        !brief.objective.trim().is_empty(),
        "objective",
        "Say in a sentence what shall be different in two weeks.",
    );
    faults.unless(!brief.channels.is_empty(), "channels", "Choose at least one of google_search, meta, email.");
    let distinct: BTreeSet<_> = brief.channels.iter().collect();
    faults.unless(distinct.len() == brief.channels.len(), "channels", "Name each channel once.");
    let paid = brief.channels.iter().any(|channel| *channel != domain::sprint::Channel::Email);
    faults.unless(
        brief.budget_minor > 0 || (!paid && brief.budget_minor == 0),
        "budget_minor",
        "The ad budget of the flight is a number above 0, in minor units (cents).",
    );
    if brief.currency != currency {
        let message = format!("The brand's money is in {currency}; write the budget in {currency} too.");
        faults.add("currency", &message);
    }
    flight(brief, today, &mut faults);
    faults.unless(
        is_https(&brief.landing_url),
        "landing_url",
        "Write the full address the ads lead to, beginning with https://.",
    );
    for (index, offer) in brief.offers.iter().enumerate() {
        self::offer(&format!("offers[{}]", index + 1), offer, brief, &mut faults);
    }
    for (index, word) in brief.banned_words.iter().enumerate() {
        faults.unless(
            !word.trim().is_empty(),
            &format!("banned_words[{}]", index + 1),
            "Write a word, or remove the line.",
        );
    }
    faults.unless(
        (1..=MAX_CONCEPTS).contains(&brief.concept_count),
        "concept_count",
        "A sheet has between 1 and 40 concepts; 20 is a good number.",
    );
    faults.unless(
        (1..=brief.concept_count.max(1)).contains(&brief.pick_count),
        "pick_count",
        "Pick at least 1 concept and no more than are drafted; 3 is a good number.",
    );
    faults.list
}

fn flight(brief: &Brief, today: Day, faults: &mut Faults) {
    let days = brief.flight.len_days();
    faults.unless(days >= 1, "flight.to", "The flight ends before it begins; its last day is counted.");
    if days > MAX_FLIGHT_DAYS {
        let message = format!("The flight is {days} days; keep it to {MAX_FLIGHT_DAYS} so that it can be judged.");
        faults.add("flight.to", &message);
    }
    if brief.flight.to < today {
        let message = format!("The flight ended on {} and today is {today}; choose days to come.", brief.flight.to);
        faults.add("flight.to", &message);
    }
}

fn offer(place: &str, offer: &Offer, brief: &Brief, faults: &mut Faults) {
    faults.unless(!offer.label.trim().is_empty(), &format!("{place}.label"), "Write the offer as customers read it.");
    if offer.ends_on < brief.flight.from {
        let message =
            format!("The offer ends on {}, before the flight begins on {}.", offer.ends_on, brief.flight.from);
        faults.add(&format!("{place}.ends_on"), &message);
    }
    if let Some(percent) = offer.percent_off {
        faults.unless(
            (1..=99).contains(&percent),
            &format!("{place}.percent_off"),
            "A discount is between 1 and 99 percent.",
        );
    }
    if let Some(code) = &offer.code {
        let is_code = !code.trim().is_empty() && !code.contains(char::is_whitespace);
        faults.unless(is_code, &format!("{place}.code"), "A code has no spaces; leave it out where there is none.");
    }
}

fn is_https(url: &str) -> bool {
    let host = url.strip_prefix("https://").map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    host.is_some_and(|host| host.contains('.') && !host.contains(char::is_whitespace))
}

#[derive(Default)]
struct Faults {
    list: Vec<FieldError>,
}

impl Faults {
    fn add(&mut self, field: &str, message: &str) {
        self.list.push(FieldError { field: field.to_owned(), message: message.to_owned() });
    }

    fn unless(&mut self, holds: bool, field: &str, message: &str) {
        if !holds {
            self.add(field, message);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn good() -> Brief {
        let eur = Currency::parse("EUR").unwrap();
        super::super::template::example("Halm", "https://halm.example", eur, Day::parse("2026-11-23").unwrap())
    }

    #[test]
    fn every_fault_names_its_field() {
        let today = Day::parse("2026-11-23").unwrap();
        let eur = Currency::parse("EUR").unwrap();
        assert_eq!(faults(&good(), today, eur), []);
        type Edit = fn(&mut Brief);
        let cases: [(&str, Edit); 12] = [
            ("title", |b| b.title = "  ".into()),
            ("objective", |b| b.objective.clear()),
            ("channels", |b| b.channels.clear()),
            ("channels", |b| b.channels.push(b.channels[0])),
            ("budget_minor", |b| b.budget_minor = 0),
            ("currency", |b| b.currency = Currency::parse("USD").unwrap()),
            ("flight.to", |b| b.flight.to = b.flight.from.plus(-1)),
            ("flight.to", |b| b.flight.to = b.flight.from.plus(40)),
            ("landing_url", |b| b.landing_url = "http://halm.example".into()),
            ("offers[1].ends_on", |b| b.offers[0].ends_on = b.flight.from.plus(-1)),
            ("offers[1].percent_off", |b| b.offers[0].percent_off = Some(0)),
            ("pick_count", |b| b.pick_count = 21),
        ];
        for (field, edit) in cases {
            let mut brief = good();
            edit(&mut brief);
            let found = faults(&brief, today, eur);
            assert!(found.iter().any(|fault| fault.field == field), "{field}: {found:?}");
        }
    }

    #[test]
    fn a_brief_survives_toml_and_bad_toml_names_its_line() {
        let brief = good();
        assert_eq!(super::super::from_toml(&super::super::to_toml(&brief)).unwrap(), brief);
        let error = super::super::from_toml("title = \"x\"\nkpi = \"likes\"\n").unwrap_err().to_string();
        assert!(error.starts_with("line 2: ") && error.contains("likes"), "{error}");
    }
}
