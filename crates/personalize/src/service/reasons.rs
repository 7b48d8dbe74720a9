//! Why a product is recommended, found from what the visitor did and said in the visitor's language.

use domain::Day;
use recommend::{Item, Reason};

use super::state::Mounted;
use crate::{
    ask::Because,
    model::Bought,
    shelf::{Good, Shelf},
};

/// What the visitor has or saw, that a reason may point at; newest last.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Anchors<'a> {
    /// The cart, or what was just bought.
    pub(crate) cart: &'a [Good],
    /// What was seen.
    pub(crate) seen: &'a [Good],
    /// Earlier purchases.
    pub(crate) bought: Bought<'a>,
    /// Today.
    pub(crate) today: Day,
}

/// Days before the usual gap is over at which it is about time: four fifths of it.
fn is_due(last: Day, gap_days: u32, today: Day) -> bool {
    i64::from(today.days_since(last)) * 5 >= i64::from(gap_days) * 4
}

/// A finder for one answer: looks the anchors' neighbours up once.
pub(crate) struct Finder<'a> {
    model: &'a Mounted,
    anchors: Anchors<'a>,
    /// Neighbour, its weight, and the anchor it belongs to: cart first, then what was seen, then what was bought.
    near: Vec<(Item, f32, Item, Kind)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Cart,
    Seen,
    Bought,
}

/// A few items, asked for far more often than found.
struct Wanted {
    /// A bit for each item by its lowest bits: most of what is not wanted stops here.
    bits: [u64; 16],
    items: Vec<Item>,
}

impl Wanted {
    fn new(items: impl Iterator<Item = Item>) -> Wanted {
        let mut wanted = Wanted { bits: [0; 16], items: items.collect() };
        for item in &wanted.items {
            wanted.bits[*item as usize / 64 % 16] |= 1 << (item % 64);
        }
        wanted
    }

    fn has(&self, item: Item) -> bool {
        self.bits[item as usize / 64 % 16] >> (item % 64) & 1 == 1 && self.items.contains(&item)
    }
}

/// Anchors of each kind that are looked at.
const MOST_ANCHORS: usize = 6;

impl<'a> Finder<'a> {
    pub(crate) fn new(model: &'a Mounted, anchors: Anchors<'a>, wanted: &[Good]) -> Finder<'a> {
        let wanted = Wanted::new(wanted.iter().filter_map(|&good| model.item(good)));
        let mut finder = Finder { model, anchors, near: Vec::new() };
        let items = |goods: &[Good]| -> Vec<Item> {
            goods.iter().rev().take(MOST_ANCHORS).filter_map(|&good| model.item(good)).collect()
        };
        for anchor in items(anchors.cart) {
            finder.look(anchor, Kind::Cart, &wanted);
        }
        for anchor in items(anchors.seen) {
            finder.look(anchor, Kind::Seen, &wanted);
        }
        for &anchor in anchors.bought.items.iter().rev().take(MOST_ANCHORS) {
            finder.look(anchor, Kind::Bought, &wanted);
        }
        finder
    }

    fn look(&mut self, anchor: Item, kind: Kind, wanted: &Wanted) {
        for neighbour in self.model.trained.because.pairs().neighbours(anchor) {
            if wanted.has(neighbour.item) && neighbour.item != anchor {
                self.near.push((neighbour.item, neighbour.score, anchor, kind));
            }
        }
    }

    /// The reason that weighs most: time to restock, then what is in the cart, what was seen, what was bought, habit, sales.
    pub(crate) fn find(&self, good: Good) -> Reason {
        let Some(item) = self.model.item(good) else { return Reason::BestSeller };
        let bought = self.anchors.bought;
        if let Some((_, last)) = bought.iter().rev().find(|(of, _)| *of == item) {
            match self.model.trained.gap_days(item) {
                Some(gap) if is_due(last, gap, self.anchors.today) => {
                    return Reason::TimeToRestock { last, gap_days: gap.min(u32::from(u16::MAX)) as u16 };
                }
                _ if bought.items.iter().filter(|&&of| of == item).count() > 1 => return Reason::OftenBought,
                _ => {}
            }
        }
        let of = self.near.iter().filter(|(of, ..)| *of == item);
        let best = of.min_by(|a, b| a.3.cmp(&b.3).then(b.1.total_cmp(&a.1)));
        match best {
            Some((_, _, anchor, Kind::Seen)) => Reason::Viewed { item: *anchor },
            Some((_, _, anchor, _)) => Reason::BoughtWith { item: *anchor },
            None if bought.items.contains(&item) => Reason::OftenBought,
            None if self.anchors.seen.contains(&good) => Reason::Viewed { item },
            None => Reason::BestSeller,
        }
    }
}

/// A language that reasons are said in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    German,
    French,
    Spanish,
}

impl Language {
    pub(crate) fn of(locale: &str) -> Language {
        match locale.get(..2).map(str::to_ascii_lowercase).as_deref() {
            Some("de") => Language::German,
            Some("fr") => Language::French,
            Some("es") => Language::Spanish,
            _ => Language::English,
        }
    }
}

/// The reason as the shopper reads it. The day of a restock is not said: it is for the merchandiser.
pub(crate) fn said(reason: Reason, model: Option<&Mounted>, shelf: &Shelf, language: Language) -> Because {
    let pointed = reason.item().and_then(|item| model?.good(item));
    let title = pointed.map_or("", |good| shelf.title(good));
    let words = |english: &str, german: &str, french: &str, spanish: &str| {
        let phrase = match language {
            Language::English => english,
            Language::German => german,
            Language::French => french,
            Language::Spanish => spanish,
        };
        match phrase.split_once('§') {
            Some((before, after)) => [before, title, after].concat(),
            None => phrase.to_owned(),
        }
    };
    let text = match reason {
        Reason::BoughtWith { .. } => {
            words("bought with §", "zusammen gekauft mit §", "acheté avec §", "comprado con §")
        }
        Reason::Viewed { .. } => {
            words("because you viewed §", "weil Sie § angesehen haben", "parce que vous avez vu §", "porque viste §")
        }
        Reason::TimeToRestock { .. } => {
            words("time to restock", "Zeit zum Nachkaufen", "il est temps d’en racheter", "es hora de reponer")
        }
        Reason::OftenBought => {
            words("you buy it often", "kaufen Sie öfter", "vous l’achetez souvent", "lo compras a menudo")
        }
        Reason::Similar { .. } => words("similar to §", "ähnlich wie §", "semblable à §", "parecido a §"),
        Reason::BestSeller => words("best-seller", "meistverkauft", "meilleure vente", "más vendido"),
    };
    Because { kind: reason.word(), text, product_id: pointed.and_then(|good| Some(shelf.get(good)?.id.clone())) }
}

/// Said of what a rule pinned.
pub(crate) fn pinned(language: Language) -> Because {
    let text = match language {
        Language::English => "picked for you",
        Language::German => "für Sie ausgesucht",
        Language::French => "choisi pour vous",
        Language::Spanish => "elegido para ti",
    };
    Because { kind: "pinned", text: text.to_owned(), product_id: None }
}
