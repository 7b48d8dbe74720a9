//! A rule's form: fields out of a rule, and a rule out of what was typed, with every mistake at its field.

use domain::decimal::{DecimalMark, parse_micros};
use personalize::{
    Placement,
    rules::{Boost, FilterRule, NeverFor, NeverTogether, Pin, Rules, Selector},
};
use serde_json::Value;

use super::{
    edit::{self, Place},
    text::Teller,
};
use crate::{
    problem::Problem,
    view,
    views::{Choice, FieldGroup, RuleField, RuleForm},
};

/// What a browser sends: pairs, as a name may come more than once.
pub type Typed = Vec<(String, String)>;

/// A form under way: what was typed, or nothing yet, and the mistakes found.
pub struct Fields<'a> {
    teller: &'a Teller<'a>,
    typed: Option<&'a Typed>,
    problems: Vec<(String, String)>,
}

impl<'a> Fields<'a> {
    /// A form that shows a rule (`typed` is `None`) or what was typed.
    pub fn new(teller: &'a Teller<'a>, typed: Option<&'a Typed>) -> Fields<'a> {
        Fields { teller, typed, problems: Vec::new() }
    }

    fn value(&self, id: &str) -> &str {
        let found = self.typed.and_then(|typed| typed.iter().find(|(name, _)| name == id));
        found.map_or("", |(_, value)| value.trim())
    }

    fn is_on(&self, id: &str) -> bool {
        self.value(id) == "on"
    }

    fn wrong(&mut self, id: &str, text: impl Into<String>) {
        self.problems.push((id.to_owned(), text.into()));
    }

    fn number<T: std::str::FromStr + PartialOrd + std::fmt::Display + Default>(
        &mut self,
        id: &str,
        from: T,
        to: T,
    ) -> T {
        let text = self.value(id).replace(',', ".");
        match text.parse::<T>() {
            Ok(value) if value >= from && value <= to => value,
            _ => {
                self.wrong(id, format!("Write a number from {from} to {to}."));
                T::default()
            }
        }
    }

    fn words(&mut self, id: &str, known: &[String], kind: &str) -> Vec<String> {
        let names: Vec<String> = split(self.value(id));
        let mut kept = Vec::new();
        for name in names {
            match known.iter().find(|word| word.eq_ignore_ascii_case(&name)) {
                Some(word) => kept.push(word.clone()),
                None => {
                    let some: Vec<&str> = known.iter().take(8).map(String::as_str).collect();
                    let there = match some.is_empty() {
                        true => "The catalogue names none.".to_owned(),
                        false => format!("There are {}{}.", some.join(", "), if known.len() > 8 { " …" } else { "" }),
                    };
                    self.wrong(id, format!("There is no {kind} “{name}”. {there}"));
                    kept.push(name);
                }
            }
        }
        kept
    }

    fn product(&mut self, id: &str, name: &str) -> String {
        if self.teller.title(name).is_some() {
            return name.to_owned();
        }
        match self.teller.by_title(name) {
            Some(found) => found,
            None => {
                self.wrong(id, format!("There is no product “{name}”; write its id or its whole title."));
                name.to_owned()
            }
        }
    }

    fn price(&mut self, id: &str) -> Option<i64> {
        let text = self.value(id).to_owned();
        if text.is_empty() {
            return None;
        }
        match parse_micros(&text, DecimalMark::Point) {
            Ok(micros) if micros >= 0 => {
                Some(domain::Money::from_micros(i128::from(micros), self.teller.currency).minor)
            }
            _ => {
                self.wrong(id, "Write an amount such as 12.50.");
                None
            }
        }
    }

    fn selector(&mut self, prefix: &str) -> Selector {
        let id = |field: &str| format!("{prefix}_{field}");
        let known = self.teller.words().clone();
        let names = split(self.value(&id("products")));
        let products = names.iter().map(|name| self.product(&id("products"), name)).collect();
        let selector = Selector {
            products,
            categories: self.words(&id("categories"), &known.categories, "category"),
            vendors: self.words(&id("vendors"), &known.vendors, "vendor"),
            tags: self.words(&id("tags"), &known.tags, "tag"),
            price_from_minor: self.price(&id("price_from")),
            price_to_minor: self.price(&id("price_to")),
        };
        if let (Some(from), Some(to)) = (selector.price_from_minor, selector.price_to_minor)
            && from > to
        {
            self.wrong(&id("price_to"), "It lies below the other end.");
        }
        selector
    }

    fn needed(&mut self, prefix: &str) -> Selector {
        let selector = self.selector(prefix);
        if selector.is_empty() {
            self.wrong(&format!("{prefix}_products"), "Fill in at least one field.");
        }
        selector
    }

    fn placements(&self) -> Vec<Placement> {
        let typed = self.typed.into_iter().flatten().filter(|(name, _)| name == "place");
        typed.filter_map(|(_, value)| value.parse().ok()).collect()
    }

    /// The rules with what was typed in them.
    ///
    /// # Errors
    /// The place is gone; mistakes in fields are no error but stand in [`Fields::form`].
    pub fn read(&mut self, rules: &Rules, path: &str) -> Result<Option<Rules>, Problem> {
        let mut next = rules.clone();
        match path {
            "stock" => {
                next.stock.only_in_stock = self.is_on("only_in_stock");
                next.stock.least_units = self.number("least_units", 1, 1_000_000);
            }
            "bought" => {
                next.bought.exclude_days = self.number("exclude_days", 0, 3_650);
                next.bought.unless_replenishable = self.is_on("unless_replenishable");
                next.bought.always_again = Some(self.selector("again")).filter(|again| !again.is_empty());
            }
            "margin" => next.margin_weight = self.number::<f32>("margin_weight", 0.0, 100.0) / 100.0,
            "frequency" => {
                next.frequency.most_times = self.number("most_times", 0, 1_000);
                next.frequency.within_hours = self.number("within_hours", 1, 8_760);
            }
            "diversity" => next.diversity.most_per_category = self.number("most_per_category", 0, 100),
            _ => {
                let place = Place::parse(path).ok_or_else(|| Problem::not_found("such rule"))?;
                let rule = self.one(place.list)?;
                if self.problems.is_empty() {
                    next = edit::put(rules, place, rule)?;
                }
            }
        }
        Ok(self.problems.is_empty().then_some(next))
    }

    fn one(&mut self, list: &str) -> Result<Value, Problem> {
        let placements = self.placements();
        let made = match list {
            "filters" => {
                let (only, without) = (self.selector("only"), self.selector("without"));
                if only.is_empty() && without.is_empty() {
                    self.wrong("without_products", "Fill in what is never shown, or the only things that are.");
                }
                let some = |selector: Selector| Some(selector).filter(|selector| !selector.is_empty());
                serde_json::to_value(FilterRule { placements, only: some(only), without: some(without) })
            }
            "never_for" => {
                let segment = self.value("segment").to_owned();
                if segment.is_empty() {
                    self.wrong("segment", "Name the segment as requests name it.");
                }
                serde_json::to_value(NeverFor { segment, what: self.needed("what") })
            }
            "never_together" => {
                serde_json::to_value(NeverTogether { these: self.needed("these"), those: self.needed("those") })
            }
            "pins" => {
                let name = self.value("product").to_owned();
                let product = self.product("product", &name);
                serde_json::to_value(Pin { product, position: self.number("position", 1, 100), placements })
            }
            _ => {
                let (what, factor) = (self.needed("what"), self.number("factor", 0.0, 100.0));
                serde_json::to_value(Boost { what, factor, placements })
            }
        };
        made.map_err(Problem::internal)
    }

    /// The form of a rule. Shows what was typed where something was.
    pub fn form(&self, rules: &Rules, path: &str) -> Option<RuleForm> {
        let place = Place::parse(path);
        let rule = place.and_then(|place| edit::at(rules, place));
        if !edit::SINGLES.contains(&path) && (place.is_none() || rule.is_none() && !path.ends_with(".new")) {
            return None;
        }
        let what = |key: &str| -> Selector {
            let found = rule.as_ref().and_then(|rule| rule.get(key)).cloned();
            found.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
        };
        let text = |key: &str| -> String {
            match rule.as_ref().and_then(|rule| rule.get(key)) {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Number(number)) => plain(number.as_f64().unwrap_or(0.0)),
                _ => String::new(),
            }
        };
        let group = |legend: &str, hint: &str, fields: Vec<RuleField>| FieldGroup {
            legend: legend.into(),
            hint: hint.into(),
            fields,
        };
        let fit = "Products that fit every field that is filled in. Of several words in a field any will do.";
        let select =
            |legend: &str, prefix: &str, key: &str| group(legend, fit, self.selector_fields(prefix, &what(key)));
        let list = place.map_or(path, |place| place.list);
        let (title, about, groups): (&str, &str, Vec<FieldGroup>) = match list {
            "stock" => (
                "Stock",
                "What counts as in stock. Products whose stock is not tracked count as in stock.",
                vec![group(
                    "",
                    "",
                    vec![
                        self.check("only_in_stock", "Only what is in stock", "", rules.stock.only_in_stock),
                        self.input(
                            "least_units",
                            "Units that must be there",
                            &rules.stock.least_units.to_string(),
                            "",
                            "number",
                        ),
                    ],
                )],
            ),
            "bought" => (
                "Bought lately",
                "What somebody bought is not shown to them for a while.",
                vec![
                    group(
                        "",
                        "",
                        vec![
                            self.input(
                                "exclude_days",
                                "Days",
                                &rules.bought.exclude_days.to_string(),
                                "0: may be shown again at once.",
                                "number",
                            ),
                            self.check(
                                "unless_replenishable",
                                "Except what people buy again and again",
                                "Found in the orders, product by product.",
                                rules.bought.unless_replenishable,
                            ),
                        ],
                    ),
                    group(
                        "And always except",
                        fit,
                        self.selector_fields(
                            "again",
                            rules.bought.always_again.as_ref().unwrap_or(&Selector::default()),
                        ),
                    ),
                ],
            ),
            "margin" => (
                "Margin",
                "The score is multiplied by the product’s margin over the mean margin, to this power.",
                vec![group(
                    "",
                    "",
                    vec![self.input(
                        "margin_weight",
                        "Weight, 0 to 100",
                        &plain(f64::from(rules.margin_weight) * 100.0),
                        "0: not at all. 100: in order of expected margin.",
                        "number",
                    )],
                )],
            ),
            "frequency" => (
                "Shown too often",
                "Products that were shown without a click make room for others.",
                vec![group(
                    "",
                    "",
                    vec![
                        self.input(
                            "most_times",
                            "Times",
                            &rules.frequency.most_times.to_string(),
                            "0: no limit.",
                            "number",
                        ),
                        self.input(
                            "within_hours",
                            "Within hours",
                            &rules.frequency.within_hours.to_string(),
                            "",
                            "number",
                        ),
                    ],
                )],
            ),
            "diversity" => (
                "Diversity",
                "How many of one category a list may have, as long as others are left.",
                vec![group(
                    "",
                    "",
                    vec![self.input(
                        "most_per_category",
                        "Of one category at most",
                        &rules.diversity.most_per_category.to_string(),
                        "0: no limit.",
                        "number",
                    )],
                )],
            ),
            "filters" => (
                "Filter",
                "Products that are never shown, or the only ones that are. It really filters: lists are filled from the rest.",
                vec![select("Never show", "without", "without"), select("Show only", "only", "only")],
            ),
            "never_for" => (
                "Never for a segment",
                "Some products are not for everybody.",
                vec![
                    group(
                        "",
                        "",
                        vec![self.input(
                            "segment",
                            "Segment",
                            &text("segment"),
                            "As requests name it, e.g. wholesale.",
                            "text",
                        )],
                    ),
                    select("Is never shown", "what", "what"),
                ],
            ),
            "never_together" => (
                "Never together",
                "One of each never stands in the same list, nor beside the other in the cart.",
                vec![select("One", "these", "these"), select("The other", "those", "those")],
            ),
            "pins" => (
                "Pin",
                "A product on a position of its own, unless it must not be shown at all.",
                vec![group(
                    "",
                    "",
                    vec![
                        self.input("product", "Product", &text("product"), "Its id, or its whole title.", "list"),
                        self.input("position", "Position", &text("position"), "From 1.", "number"),
                    ],
                )],
            ),
            _ => (
                "Boost or bury",
                "What the model says is multiplied by the factor.",
                vec![
                    select("Products", "what", "what"),
                    group(
                        "",
                        "",
                        vec![self.input(
                            "factor",
                            "Factor",
                            &text("factor"),
                            "Above 1 counts more, below 1 less, 0 comes last.",
                            "number",
                        )],
                    ),
                ],
            ),
        };
        let holds_somewhere = matches!(list, "filters" | "pins" | "boosts");
        let here: Vec<Placement> = match self.typed {
            Some(_) => self.placements(),
            None => {
                let stored = rule.as_ref().and_then(|rule| rule.get("placements")).cloned();
                stored.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
            }
        };
        let choice = |each: Placement| Choice::new(each.as_str(), each.label(), here.contains(&each));
        Some(RuleForm {
            path: path.to_owned(),
            title: title.into(),
            text: about.into(),
            groups,
            placements: if holds_somewhere { Placement::ALL.map(choice).to_vec() } else { Vec::new() },
            problem: match self.problems.len() {
                0 => String::new(),
                1 => "One field needs another look.".into(),
                more => format!("{more} fields need another look."),
            },
            is_new: path.ends_with(".new"),
        })
    }

    fn selector_fields(&self, prefix: &str, selector: &Selector) -> Vec<RuleField> {
        let id = |field: &str| format!("{prefix}_{field}");
        let major = |minor: Option<i64>| {
            let exponent = self.teller.currency.exponent();
            minor
                .map(|minor| format!("{:.*}", exponent as usize, minor as f64 / 10f64.powi(exponent as i32)))
                .unwrap_or_default()
        };
        let money = format!("In {}.", self.teller.currency.code());
        vec![
            self.input(&id("products"), "Products", &selector.products.join(", "), "Ids, separated by commas.", "text"),
            self.input(
                &id("categories"),
                "Categories",
                &selector.categories.join(", "),
                &some_of(&self.teller.words().categories),
                "text",
            ),
            self.input(
                &id("vendors"),
                "Vendors",
                &selector.vendors.join(", "),
                &some_of(&self.teller.words().vendors),
                "text",
            ),
            self.input(&id("tags"), "Tags", &selector.tags.join(", "), &some_of(&self.teller.words().tags), "text"),
            self.input(&id("price_from"), "Price from", &major(selector.price_from_minor), &money, "number"),
            self.input(&id("price_to"), "Price to", &major(selector.price_to_minor), &money, "number"),
        ]
    }

    fn input(&self, id: &str, label: &str, value: &str, hint: &str, kind: &'static str) -> RuleField {
        let value = if self.typed.is_some() { self.value(id) } else { value };
        let problem = self.problems.iter().find(|(field, _)| field == id);
        RuleField {
            id: id.into(),
            label: label.into(),
            hint: hint.into(),
            value: value.into(),
            problem: problem.map(|(_, text)| text.clone()).unwrap_or_default(),
            kind,
            on: false,
        }
    }

    fn check(&self, id: &str, label: &str, hint: &str, on: bool) -> RuleField {
        let on = if self.typed.is_some() { self.is_on(id) } else { on };
        RuleField { on, ..self.input(id, label, "", hint, "check") }
    }
}

fn split(text: &str) -> Vec<String> {
    text.split([',', '\n']).map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

fn some_of(words: &[String]) -> String {
    match words.len() {
        0 => "The catalogue names none.".into(),
        1..=6 => format!("{}.", words.join(", ")),
        n => format!("{}, … ({})", words[..5].join(", "), view::count(n as i64)),
    }
}

/// A number without needless digits.
fn plain(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_and_numbers_are_plain() {
        assert_eq!(split(" a, b ,,\nc"), ["a", "b", "c"]);
        assert_eq!([plain(1.5), plain(10.0), plain(0.0)], ["1.5", "10", "0"]);
        assert_eq!(some_of(&[]), "The catalogue names none.");
    }
}
