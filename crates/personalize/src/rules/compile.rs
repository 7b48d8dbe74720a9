//! Rules laid out over a shelf, so that a request looks things up instead of comparing words.

use std::{collections::HashMap, sync::Arc};

use super::{Matcher, Rules};
use crate::{
    Placement,
    shelf::{Good, Shelf, Stocked},
};

/// Margins below this share of the mean count as this share: a loss must not turn an order around.
const LEAST_MARGIN_RATIO: f32 = 0.05;

/// One bit a product.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    fn of(shelf: &Shelf, mut holds: impl FnMut(Good, &Stocked) -> bool) -> Bits {
        let mut bits = Bits(vec![0; shelf.len().div_ceil(64)]);
        for (good, stocked) in shelf.goods().iter().enumerate() {
            if holds(good as Good, stocked) {
                bits.0[good / 64] |= 1 << (good % 64);
            }
        }
        bits
    }

    pub(crate) fn has(&self, good: Good) -> bool {
        self.0.get(good as usize / 64).is_some_and(|word| word >> (good % 64) & 1 == 1)
    }
}

/// What holds in one placement.
#[derive(Debug)]
pub(crate) struct Local {
    /// May be shown at all, before anything is known of who asks.
    pub(crate) allowed: Bits,
    /// Factor of the score; empty where all are 1.
    pub(crate) factors: Vec<f32>,
    /// Positions (from 0) and products, in the order of the list.
    pub(crate) pins: Vec<(usize, Good)>,
}

impl Local {
    pub(crate) fn factor(&self, good: Good) -> f32 {
        self.factors.get(good as usize).copied().unwrap_or(1.0)
    }
}

/// [`Rules`] over a [`Shelf`].
#[derive(Debug)]
pub struct Compiled {
    pub(crate) rules: Rules,
    pub(crate) locals: Vec<Arc<Local>>,
    pub(crate) together: Vec<(Bits, Bits)>,
    pub(crate) never_for: HashMap<String, Vec<Bits>>,
    pub(crate) again: Bits,
}

impl Compiled {
    /// Lays the rules over a shelf. `replenishable` says of a product whether people buy it again and again;
    /// `minor_micros` is how many millionths a minor unit of the currency has.
    pub fn new(rules: &Rules, shelf: &Shelf, minor_micros: i64, replenishable: impl Fn(Good) -> bool) -> Compiled {
        let mut by_signature: HashMap<Vec<bool>, Arc<Local>> = HashMap::new();
        let margins = margins(rules, shelf);
        let locals = Placement::ALL.map(|placement| {
            let signature = signature(rules, placement);
            let make = || Arc::new(local(rules, shelf, minor_micros, placement, &margins));
            Arc::clone(by_signature.entry(signature).or_insert_with(make))
        });
        let bits = |matcher: Matcher| Bits::of(shelf, |good, stocked| matcher.fits(good, stocked));
        let mut never_for: HashMap<String, Vec<Bits>> = HashMap::new();
        for never in &rules.never_for {
            let segment = never.segment.trim().to_lowercase();
            never_for.entry(segment).or_default().push(bits(never.what.on(shelf, minor_micros)));
        }
        let pair = |pair: &super::NeverTogether| {
            (bits(pair.these.on(shelf, minor_micros)), bits(pair.those.on(shelf, minor_micros)))
        };
        let always = rules.bought.always_again.as_ref().map(|what| what.on(shelf, minor_micros));
        let again = Bits::of(shelf, |good, stocked| {
            rules.bought.unless_replenishable && replenishable(good)
                || always.as_ref().is_some_and(|always| always.fits(good, stocked))
        });
        Compiled {
            rules: rules.clone(),
            locals: locals.into(),
            together: rules.never_together.iter().map(pair).collect(),
            never_for,
            again,
        }
    }

    /// The rules as they were written.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    pub(crate) fn local(&self, placement: Placement) -> &Local {
        &self.locals[placement.index()]
    }

    /// Whether nothing but what is never shown stands between a model's order and the list.
    pub(crate) fn keep_order(&self, placement: Placement) -> bool {
        let (rules, local) = (&self.rules, self.local(placement));
        let moves_back = rules.frequency.most_times > 0 || rules.diversity.most_per_category > 0;
        local.factors.is_empty()
            && local.pins.is_empty()
            && self.together.is_empty()
            && self.never_for.is_empty()
            && !moves_back
    }

    /// Whether two products never stand together.
    pub(crate) fn conflict(&self, a: Good, b: Good) -> bool {
        self.together.iter().any(|(these, those)| these.has(a) && those.has(b) || these.has(b) && those.has(a))
    }
}

/// Which of the rules that name placements hold in one: placements with the same answer share their layout.
fn signature(rules: &Rules, placement: Placement) -> Vec<bool> {
    let here = |placements: &[Placement]| placements.is_empty() || placements.contains(&placement);
    let filters = rules.filters.iter().map(|filter| here(&filter.placements));
    let pins = rules.pins.iter().map(|pin| here(&pin.placements));
    let boosts = rules.boosts.iter().map(|boost| here(&boost.placements));
    filters.chain(pins).chain(boosts).collect()
}

/// The margin's factor of each product; empty where margins do not count.
fn margins(rules: &Rules, shelf: &Shelf) -> Vec<f32> {
    if rules.margin_weight <= 0.0 {
        return Vec::new();
    }
    let known: Vec<f64> = shelf
        .goods()
        .iter()
        .filter(|good| good.is_active)
        .filter_map(|good| Some(good.margin_micros? as f64))
        .collect();
    let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
    let factor = |good: &std::sync::Arc<Stocked>| match good.margin_micros {
        Some(margin) if mean > 0.0 => ((margin as f64 / mean) as f32).max(LEAST_MARGIN_RATIO).powf(rules.margin_weight),
        _ => 1.0,
    };
    shelf.goods().iter().map(factor).collect()
}

fn local(rules: &Rules, shelf: &Shelf, minor_micros: i64, placement: Placement, margins: &[f32]) -> Local {
    let here = |placements: &[Placement]| placements.is_empty() || placements.contains(&placement);
    let side = |side: &Option<super::Selector>| {
        side.as_ref().filter(|selector| !selector.is_empty()).map(|selector| selector.on(shelf, minor_micros))
    };
    let filters: Vec<(Option<Matcher>, Option<Matcher>)> = rules
        .filters
        .iter()
        .filter(|filter| here(&filter.placements))
        .map(|filter| (side(&filter.only), side(&filter.without)))
        .collect();
    let allowed = Bits::of(shelf, |good, stocked| {
        let in_stock = stocked.stock_units.is_none_or(|units| units >= rules.stock.least_units);
        stocked.is_active
            && (in_stock || !rules.stock.only_in_stock)
            && filters.iter().all(|(only, without)| {
                only.as_ref().is_none_or(|only| only.fits(good, stocked))
                    && !without.as_ref().is_some_and(|without| without.fits(good, stocked))
            })
    });
    let mut factors = margins.to_vec();
    for boost in rules.boosts.iter().filter(|boost| here(&boost.placements)) {
        factors.resize(shelf.len(), 1.0);
        let what = boost.what.on(shelf, minor_micros);
        for (good, stocked) in shelf.goods().iter().enumerate() {
            if what.fits(good as Good, stocked) {
                factors[good] *= boost.factor.max(0.0);
            }
        }
    }
    let pins = rules
        .pins
        .iter()
        .filter(|pin| here(&pin.placements))
        .filter_map(|pin| Some((pin.position.max(1) - 1, shelf.number(pin.product.trim())?)))
        .collect();
    Local { allowed, factors, pins }
}
