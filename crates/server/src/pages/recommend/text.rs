//! Rules as sentences, and what in them names nothing.

use domain::Currency;
use personalize::{
    Placement, Service,
    rules::{Boost, FilterRule, NeverFor, NeverTogether, Pin, Rules, Selector},
    service::browse::KnownWords,
};
use serde_json::Value;

use super::edit::{LISTS, Place};
use crate::view;

/// What rules are told with.
pub struct Teller<'a> {
    service: &'a Service,
    words: KnownWords,
    /// The brand's currency.
    pub currency: Currency,
}

impl<'a> Teller<'a> {
    /// Reads the words that the catalogue knows.
    pub fn new(service: &'a Service, currency: Currency) -> Teller<'a> {
        Teller { service, words: service.words(), currency }
    }

    /// The words that the catalogue knows.
    pub fn words(&self) -> &KnownWords {
        &self.words
    }

    /// A product by its id.
    pub fn title(&self, id: &str) -> Option<String> {
        self.service.product(id).map(|product| product.title)
    }

    /// The id of a product by its whole title.
    pub fn by_title(&self, title: &str) -> Option<String> {
        let found = self.service.products(title, 20);
        let exact = found.into_iter().find(|product| product.title.eq_ignore_ascii_case(title.trim()));
        exact.map(|product| product.product_id.to_string())
    }

    fn product(&self, id: &str) -> String {
        self.title(id).unwrap_or_else(|| id.to_owned())
    }

    /// Which products a selector means, e.g. `category Tea or Coffee, under €20.00`.
    pub fn selector(&self, selector: &Selector) -> String {
        let some = |one: &str, many: &str, names: Vec<String>| match names.len() {
            0 => None,
            1 => Some(format!("{one}{}", names[0])),
            _ => Some(format!("{many}{}", or(&names))),
        };
        let price = |minor: i64| view::money(minor, self.currency);
        let prices = match (selector.price_from_minor, selector.price_to_minor) {
            (None, None) => None,
            (Some(from), None) => Some(format!("from {}", price(from))),
            (None, Some(to)) => Some(format!("up to {}", price(to))),
            (Some(from), Some(to)) => Some(format!("from {} to {}", price(from), price(to))),
        };
        let parts: Vec<String> = [
            some("", "", selector.products.iter().map(|id| self.product(id)).collect()),
            some("category ", "categories ", selector.categories.clone()),
            some("vendor ", "vendors ", selector.vendors.clone()),
            some("tag ", "tags ", selector.tags.clone()),
            prices,
        ]
        .into_iter()
        .flatten()
        .collect();
        if parts.is_empty() { "nothing".into() } else { parts.join(", ") }
    }

    /// What a selector names that is not there.
    pub fn unknown(&self, selector: &Selector) -> Option<String> {
        let missing = |names: &[String], known: &[String]| {
            names.iter().find(|name| !known.iter().any(|word| word.eq_ignore_ascii_case(name.trim()))).cloned()
        };
        let product = selector.products.iter().find(|id| self.title(id).is_none());
        product
            .map(|id| format!("There is no product {id}."))
            .or_else(|| {
                missing(&selector.categories, &self.words.categories).map(|w| format!("There is no category “{w}”."))
            })
            .or_else(|| missing(&selector.vendors, &self.words.vendors).map(|w| format!("There is no vendor “{w}”.")))
            .or_else(|| missing(&selector.tags, &self.words.tags).map(|w| format!("There is no tag “{w}”.")))
    }

    /// A rule of a list: its sentence, where it holds, and what it names that is not there.
    pub fn rule(&self, list: &str, rule: &Value) -> Told {
        let told = |text: String, places: &[Placement], unknown: Option<String>| Told {
            text,
            place: places_text(places),
            problem: unknown.unwrap_or_default(),
        };
        let lost = || Told { text: "A rule that this version cannot read".into(), ..Told::default() };
        match list {
            "filters" => serde_json::from_value(rule.clone()).map_or_else(
                |_| lost(),
                |filter: FilterRule| {
                    let only = filter.only.as_ref().map(|only| format!("only {}", self.selector(only)));
                    let without = filter.without.as_ref().map(|without| format!("never {}", self.selector(without)));
                    let text = [only, without].into_iter().flatten().collect::<Vec<_>>().join("; ");
                    let unknown =
                        [&filter.only, &filter.without].into_iter().flatten().find_map(|one| self.unknown(one));
                    told(view::capital(&text), &filter.placements, unknown)
                },
            ),
            "never_for" => serde_json::from_value(rule.clone()).map_or_else(
                |_| lost(),
                |never: NeverFor| {
                    let text = format!("Never for segment “{}”: {}", never.segment, self.selector(&never.what));
                    told(text, &[], self.unknown(&never.what))
                },
            ),
            "never_together" => serde_json::from_value(rule.clone()).map_or_else(
                |_| lost(),
                |pair: NeverTogether| {
                    let text = format!("Never {} beside {}", self.selector(&pair.these), self.selector(&pair.those));
                    told(text, &[], self.unknown(&pair.these).or_else(|| self.unknown(&pair.those)))
                },
            ),
            "pins" => serde_json::from_value(rule.clone()).map_or_else(
                |_| lost(),
                |pin: Pin| {
                    let unknown =
                        self.title(&pin.product).is_none().then(|| format!("There is no product {}.", pin.product));
                    told(
                        format!("{} at position {}", self.product(&pin.product), pin.position),
                        &pin.placements,
                        unknown,
                    )
                },
            ),
            _ => serde_json::from_value(rule.clone()).map_or_else(
                |_| lost(),
                |boost: Boost| {
                    let what = self.selector(&boost.what);
                    let text = match boost.factor {
                        0.0 => format!("Bury {what}"),
                        factor if factor >= 1.0 => format!("{}: counts {factor} times", view::capital(&what)),
                        factor => format!("{}: counts only {factor} times", view::capital(&what)),
                    };
                    told(text, &boost.placements, self.unknown(&boost.what))
                },
            ),
        }
    }

    /// A rule that there is one of: its sentence, and whether it does anything.
    pub fn single(&self, rules: &Rules, name: &str) -> (String, bool) {
        match name {
            "stock" => match rules.stock.only_in_stock {
                true => {
                    let units = view::plural(rules.stock.least_units, "unit", "units");
                    (format!("Only what is in stock: at least {units}"), true)
                }
                false => ("Stock does not matter".into(), false),
            },
            "bought" => match rules.bought.exclude_days {
                0 => ("What was bought may be shown again at once".into(), false),
                days => {
                    let days = view::plural(i64::from(days), "day", "days");
                    let mut text = format!("Not what was bought in the last {days}");
                    if rules.bought.unless_replenishable {
                        text.push_str(", unless people buy it again and again");
                    }
                    if let Some(always) = rules.bought.always_again.as_ref().filter(|always| !always.is_empty()) {
                        text.push_str(&format!("; always again: {}", self.selector(always)));
                    }
                    (text, true)
                }
            },
            "margin" => match rules.margin_weight {
                0.0 => ("Margin does not count".into(), false),
                weight => (format!("Margin counts {} of 100", (weight * 100.0).round()), true),
            },
            "frequency" => match rules.frequency.most_times {
                0 => ("No limit".into(), false),
                times => {
                    let hours = view::plural(i64::from(rules.frequency.within_hours), "hour", "hours");
                    let times = view::plural(i64::from(times), "time", "times");
                    (format!("After {times} without a click within {hours}, others come first"), true)
                }
            },
            _ => match rules.diversity.most_per_category {
                0 => ("No limit by category".into(), false),
                most => (format!("At most {most} of one category, as long as others are left"), true),
            },
        }
    }

    /// What differs, in sentences: `from` is live, `to` is the draft.
    pub fn changes(&self, from: &Rules, to: &Rules) -> Vec<String> {
        let mut all = Vec::new();
        for name in super::edit::SINGLES {
            let (before, after) = (self.single(from, name).0, self.single(to, name).0);
            if before != after {
                all.push(format!("{after} (now: {before})"));
            }
        }
        let (mut from, mut to) = (super::edit::open(from), super::edit::open(to));
        for list in LISTS {
            let of = |value: &mut Value, is_paused: bool| {
                super::edit::list_of(value, list, is_paused).map(std::mem::take).unwrap_or_default()
            };
            let (live, draft) = (of(&mut from, false), of(&mut to, false));
            let (live_paused, paused) = (of(&mut from, true), of(&mut to, true));
            let say = |rule: &Value| {
                let told = self.rule(list, rule);
                format!("{} ({})", told.text, told.place.to_lowercase())
            };
            for rule in draft.iter().filter(|rule| !live.contains(rule)) {
                let word = if live_paused.contains(rule) { "Resumed" } else { "New or changed" };
                all.push(format!("{word}: {}", say(rule)));
            }
            for rule in live.iter().filter(|rule| !draft.contains(rule)) {
                let word = if paused.contains(rule) { "Paused" } else { "Gone" };
                all.push(format!("{word}: {}", say(rule)));
            }
            for rule in live_paused.iter().filter(|rule| !paused.contains(rule) && !draft.contains(rule)) {
                all.push(format!("Gone, was paused: {}", say(rule)));
            }
            for rule in paused.iter().filter(|rule| !live_paused.contains(rule) && !live.contains(rule)) {
                all.push(format!("Paused and changed: {}", say(rule)));
            }
            let kept = |rules: &[Value], others: &[Value]| -> Vec<Value> {
                rules.iter().filter(|rule| others.contains(rule)).cloned().collect()
            };
            if kept(&live, &draft) != kept(&draft, &live) {
                all.push(format!("Another order: {}", list.replace('_', " ")));
            }
        }
        all
    }
}

/// A rule as it is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Its sentence.
    pub text: String,
    /// Where it holds.
    pub place: String,
    /// What it names that is not there.
    pub problem: String,
}

/// The path of a rule in a list, in words of addresses.
pub fn path(list: &'static str, index: usize, is_paused: bool) -> String {
    Place { list, index: Some(index), is_paused }.path()
}

fn places_text(places: &[Placement]) -> String {
    match places {
        [] => "Everywhere".into(),
        some => some.iter().map(|place| place.label()).collect::<Vec<_>>().join(", "),
    }
}

fn or(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} or {last}", all.join(", ")),
    }
}
