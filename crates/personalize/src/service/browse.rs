//! What a person looks at in the workbench and while editing rules: customers, products, words, and each member of the
//! blend alone. Reads what the service holds in memory; nothing is assigned and nothing recorded.

use std::sync::Arc;

use domain::{Day, InstantMs};
use recommend::{Choice, Query, Scores, Session, Signal};

use super::{
    Service,
    compose::{Making, Person},
};
use crate::{
    Ask, Placement,
    model::Bought,
    shelf::{Shelf, Stocked},
};

/// A customer as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerLine {
    /// Pseudonym.
    pub pseudonym: String,
    /// Days with an order.
    pub order_days: usize,
    /// Products bought, repeats included.
    pub products: usize,
    /// Day of the last order.
    pub last: Option<Day>,
}

/// One purchase of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoughtLine {
    /// The shop's id.
    pub product_id: String,
    /// Title; the id where the catalogue lacks it.
    pub title: String,
    /// Category, where it has one.
    pub category: String,
    /// On which day.
    pub day: Day,
}

/// A product as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductLine {
    /// The shop's id.
    pub product_id: Arc<str>,
    /// Title.
    pub title: String,
    /// Category, where it has one.
    pub category: String,
    /// Price, minor units.
    pub price_minor: Option<i64>,
    /// Units in stock, where tracked.
    pub stock_units: Option<i64>,
    /// On sale at all.
    pub is_active: bool,
}

/// What one member of the blend would answer alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Alone {
    /// Its name.
    pub model: &'static str,
    /// Its share of the blend.
    pub weight: f32,
    /// Product id and title, best first.
    pub items: Vec<(String, String)>,
}

/// The words that rules may name, sorted, each as somebody first wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownWords {
    /// Categories.
    pub categories: Vec<String>,
    /// Vendors.
    pub vendors: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
}

impl Service {
    /// Customers with an order whose pseudonym begins with `begins`; those who bought last come first.
    pub fn customers(&self, begins: &str, most: usize) -> Vec<CustomerLine> {
        let state = self.state();
        let Some(model) = &state.active else { return Vec::new() };
        let mut found: Vec<(&str, Bought<'_>)> =
            model.trained.customers.iter().filter(|(name, _)| name.starts_with(begins)).collect();
        let last = |bought: &Bought<'_>| bought.days.last().copied().unwrap_or(0);
        found.sort_by(|a, b| last(&b.1).cmp(&last(&a.1)).then(a.0.cmp(b.0)));
        found.truncate(most);
        found.into_iter().map(|(name, bought)| customer_line(name, bought)).collect()
    }

    /// One customer with an order.
    pub fn customer(&self, pseudonym: &str) -> Option<CustomerLine> {
        let state = self.state();
        let bought = state.active.as_ref()?.trained.customers.of(pseudonym);
        (!bought.items.is_empty()).then(|| customer_line(pseudonym, bought))
    }

    /// What a customer bought, newest first.
    pub fn bought(&self, pseudonym: &str, most: usize) -> Vec<BoughtLine> {
        let state = self.state();
        let Some(model) = &state.active else { return Vec::new() };
        let catalogue = model.trained.recommender.catalogue();
        let line = |(item, day): (recommend::Item, Day)| {
            let id = catalogue.name(item);
            let stocked = state.shelf.number(id).and_then(|good| state.shelf.get(good));
            BoughtLine {
                product_id: id.to_owned(),
                title: stocked.map_or_else(|| id.to_owned(), |stocked| stocked.title.to_string()),
                category: stocked.map_or_else(String::new, |stocked| category(&state.shelf, stocked)),
                day,
            }
        };
        model.trained.customers.of(pseudonym).iter().rev().take(most).map(line).collect()
    }

    /// Products whose title or id has `words` in it; best-sellers first where a model knows them.
    pub fn products(&self, words: &str, most: usize) -> Vec<ProductLine> {
        let state = self.state();
        let wanted = words.trim().to_lowercase();
        let fits = |stocked: &Stocked| {
            wanted.is_empty()
                || stocked.title.to_lowercase().contains(&wanted)
                || stocked.id.to_lowercase().contains(&wanted)
        };
        let in_order: Vec<u32> = match &state.active {
            Some(model) => model.popular.clone(),
            None => (0..state.shelf.len() as u32).collect(),
        };
        let stocked = in_order.into_iter().filter_map(|good| state.shelf.get(good)).filter(|stocked| fits(stocked));
        stocked.take(most).map(|stocked| product_line(&state.shelf, stocked, state.minor_micros)).collect()
    }

    /// One product by its id.
    pub fn product(&self, product_id: &str) -> Option<ProductLine> {
        let state = self.state();
        let stocked = state.shelf.get(state.shelf.number(product_id.trim())?)?;
        Some(product_line(&state.shelf, stocked, state.minor_micros))
    }

    /// The words that products carry.
    pub fn words(&self) -> KnownWords {
        let state = self.state();
        let (words, goods) = (state.shelf.words(), state.shelf.goods());
        let gather = |numbers: &mut dyn Iterator<Item = u32>| {
            let mut names: Vec<String> = numbers.map(|number| words.name(number).to_owned()).collect();
            names.sort_unstable();
            names.dedup();
            names
        };
        KnownWords {
            categories: gather(&mut goods.iter().filter_map(|stocked| stocked.category)),
            vendors: gather(&mut goods.iter().filter_map(|stocked| stocked.vendor)),
            tags: gather(&mut goods.iter().flat_map(|stocked| stocked.tags.iter().copied())),
        }
    }

    /// Members of the blend in service with their shares; none for a plain model.
    pub fn members(&self) -> Vec<(&'static str, f32)> {
        let state = self.state();
        let Some(model) = &state.active else { return Vec::new() };
        model.trained.recommender.model().members().iter().map(|member| (member.model.name(), member.weight)).collect()
    }

    /// What serves a placement, and how well it did there on the newest visits; `None` where the model chose for none.
    pub fn chosen(&self, placement: Placement) -> Option<Choice> {
        let state = self.state();
        let report = state.active.as_ref()?.trained.recommender.model().report()?;
        report.choices.iter().find(|choice| choice.purpose == placement.purpose()).cloned()
    }

    /// What each member would answer alone, before any rule; the model itself where it is no blend.
    pub fn alone(&self, ask: &Ask, challenger: bool, most: usize, now: InstantMs) -> Vec<Alone> {
        let state = self.state();
        let mounted = if challenger { &state.challenger } else { &state.active };
        let Some(mounted) = mounted.as_deref() else { return Vec::new() };
        let visitor = self.inner.memory.of(ask.customer.as_deref(), ask.device.as_deref());
        let person = Person::new(&state, Some(mounted), &state.rules, ask, &visitor, now);
        let near = self.inner.near.load();
        let making = Making {
            state: &state,
            near: &near,
            cold: &self.inner.cold.load(),
            rules: &state.rules,
            ask,
            person: &person,
            limit: most,
        };
        let (session, history) = making.query(mounted);
        let recommender = &mounted.trained.recommender;
        let catalogue = recommender.catalogue();
        let known =
            |names: &[&str]| -> Vec<recommend::Item> { names.iter().filter_map(|name| catalogue.item(name)).collect() };
        let (items, history) = (known(&session), known(&history));
        let (signals, times_s) = (vec![Signal::View; items.len()], vec![0; items.len()]);
        let session = Session { items: &items, signals: &signals, times_s: &times_s, user: None };
        let query = Query { session, history: &history };
        let mut members = recommender.model().members();
        if members.is_empty() {
            members.push(recommend::Member { model: recommender.model(), weight: 1.0 });
        }
        let mut scores = Scores::new(catalogue.len());
        let mut best = Vec::new();
        let mut all = Vec::new();
        for member in members {
            scores.clear();
            best.clear();
            if !items.is_empty() || !history.is_empty() {
                member.model.score(&query, &mut scores);
            }
            scores.take_top_where(most, &|item| !items.contains(&item), &mut best);
            let named = |scored: &recommend::Scored| {
                let id = catalogue.name(scored.item);
                let title = state.shelf.number(id).map_or(id, |good| state.shelf.title(good));
                (id.to_owned(), title.to_owned())
            };
            let items = best.iter().map(named).collect();
            all.push(Alone { model: member.model.name(), weight: member.weight, items });
        }
        all
    }
}

fn customer_line(pseudonym: &str, bought: Bought<'_>) -> CustomerLine {
    let mut days = bought.days.to_vec();
    days.dedup();
    CustomerLine {
        pseudonym: pseudonym.to_owned(),
        order_days: days.len(),
        products: bought.items.len(),
        last: bought.iter().next_back().map(|(_, day)| day),
    }
}

fn category(shelf: &Shelf, stocked: &Stocked) -> String {
    stocked.category.map_or_else(String::new, |number| shelf.words().name(number).to_owned())
}

fn product_line(shelf: &Shelf, stocked: &Stocked, minor_micros: i64) -> ProductLine {
    ProductLine {
        product_id: Arc::clone(&stocked.id),
        title: stocked.title.to_string(),
        category: category(shelf, stocked),
        price_minor: stocked.price_micros.map(|micros| micros / minor_micros.max(1)),
        stock_units: stocked.stock_units,
        is_active: stocked.is_active,
    }
}
