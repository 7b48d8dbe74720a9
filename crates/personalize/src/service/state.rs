//! Everything an answer is made of, as one value: an answer takes it once, so that no answer mixes two versions.

use std::{path::Path, sync::Arc};

use domain::ChangeId;
use measure::Draw;
use recommend::Item;
use store::{Store, products, recommend_models as models, recommend_rules as rule_rows};

use crate::{
    PersonalizeError, Placement,
    model::Trained,
    placements::{self, Settings},
    rules::{Compiled, Rules},
    shelf::{Good, Shelf},
    train,
};

/// No number: an item that is not on the shelf, or a product that the model does not know.
pub(crate) const NONE: u32 = u32::MAX;

/// A model over a shelf.
#[derive(Debug)]
pub(crate) struct Mounted {
    pub(crate) version: i64,
    pub(crate) name: Arc<str>,
    pub(crate) trained: Arc<Trained>,
    /// The product of each item.
    pub(crate) to_good: Vec<Good>,
    /// The item of each product.
    pub(crate) to_item: Vec<Item>,
    /// Products by sales, then all others.
    pub(crate) popular: Vec<Good>,
}

impl Mounted {
    fn new(version: i64, trained: Arc<Trained>, shelf: &Shelf) -> Mounted {
        let catalogue = trained.recommender.catalogue();
        let mut to_item = vec![NONE; shelf.len()];
        let to_good: Vec<Good> = (0..catalogue.len() as Item)
            .map(|item| {
                let good = shelf.number(catalogue.name(item)).unwrap_or(NONE);
                if let Some(slot) = to_item.get_mut(good as usize) {
                    *slot = item;
                }
                good
            })
            .collect();
        let ranking = trained.recommender.popularity().ranking();
        let mut popular: Vec<Good> =
            ranking.iter().map(|&(item, _)| to_good[item as usize]).filter(|&good| good != NONE).collect();
        let mut is_ranked = vec![false; shelf.len()];
        for &good in &popular {
            is_ranked[good as usize] = true;
        }
        popular.extend((0..shelf.len() as Good).filter(|&good| !is_ranked[good as usize]));
        Mounted { version, name: trained.meta.model.as_str().into(), trained, to_good, to_item, popular }
    }

    pub(crate) fn item(&self, good: Good) -> Option<Item> {
        self.to_item.get(good as usize).copied().filter(|&item| item != NONE)
    }

    pub(crate) fn good(&self, item: Item) -> Option<Good> {
        self.to_good.get(item as usize).copied().filter(|&good| good != NONE)
    }
}

/// A placement that serves.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) settings: Settings,
    /// `None` where the change cannot be read: then nobody gets it.
    pub(crate) draw: Option<Draw>,
    pub(crate) contest: Option<Draw>,
    /// The baseline's products where they are chosen by hand.
    pub(crate) chosen: Vec<Good>,
}

/// One state of the service.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) rules: Arc<Compiled>,
    pub(crate) rules_version: i64,
    pub(crate) active: Option<Arc<Mounted>>,
    pub(crate) challenger: Option<Arc<Mounted>>,
    pub(crate) lives: Vec<Option<Live>>,
    pub(crate) minor_micros: i64,
    pub(crate) site_url: String,
    pub(crate) zone: jiff::tz::TimeZone,
    /// The newest state of a product that the shelf shows.
    pub(crate) products_seq: i64,
}

impl State {
    /// Nothing: before the first refresh.
    pub(crate) fn empty() -> State {
        let shelf = Arc::new(Shelf::default());
        State {
            rules: Arc::new(Compiled::new(&Rules::default(), &shelf, 10_000, |_| false)),
            shelf,
            rules_version: 0,
            active: None,
            challenger: None,
            lives: Placement::ALL.map(|_| None).into(),
            minor_micros: 10_000,
            site_url: String::new(),
            zone: jiff::tz::TimeZone::UTC,
            products_seq: 0,
        }
    }

    pub(crate) fn live(&self, placement: Placement) -> Option<&Live> {
        self.lives.get(placement as usize).and_then(Option::as_ref).filter(|live| live.settings.is_on)
    }

    /// The next state: what changed in the store since `self` is read, the rest is kept.
    pub(crate) async fn next(&self, store: &Store, data_dir: &Path) -> Result<State, PersonalizeError> {
        let brand = store::brand::get_or_default(store).await?;
        let minor_micros = domain::Money::new(1, brand.currency).to_micros();
        let zone = brand.zone()?;
        let site_url = brand.site_url;
        let news = products::since(store, self.products_seq).await?;
        let products_seq = news.iter().map(|(seq, _)| *seq).max().unwrap_or(self.products_seq);
        let is_new_shelf = !news.is_empty() || site_url != self.site_url;
        let shelf = match is_new_shelf {
            true => {
                let products = match site_url == self.site_url {
                    true => news.into_iter().map(|(_, product)| product).collect(),
                    false => products::current(store).await?,
                };
                Arc::new(self.shelf.renewed(products, &site_url))
            }
            false => Arc::clone(&self.shelf),
        };

        let (active, challenger) = models::serving(store).await?;
        let mount = async |row: Option<models::ModelRow>, olds: [&Option<Arc<Mounted>>; 2]| {
            let Some(row) = row else { return Ok(None) };
            let old = olds.into_iter().flatten().find(|old| old.version == row.version);
            if let Some(old) = old.filter(|_| !is_new_shelf) {
                return Ok(Some(Arc::clone(old)));
            }
            let trained = match old {
                Some(old) => Arc::clone(&old.trained),
                None => train::load(data_dir, &row).await?,
            };
            Ok::<_, PersonalizeError>(Some(Arc::new(Mounted::new(row.version, trained, &shelf))))
        };
        let kept = |mounted: Result<Option<Arc<Mounted>>, PersonalizeError>, old: &Option<Arc<Mounted>>| match mounted {
            Ok(mounted) => mounted,
            // A model that cannot be loaded does not take the one down that serves.
            Err(error) => {
                tracing::error!(%error, "a recommender cannot be loaded; the one before goes on serving");
                old.as_ref().filter(|_| !is_new_shelf).map(Arc::clone)
            }
        };
        let active = kept(mount(active, [&self.active, &self.challenger]).await, &self.active);
        let challenger = kept(mount(challenger, [&self.challenger, &self.active]).await, &None);

        let stored = rule_rows::newest::<Rules>(store).await?;
        let rules_version = stored.as_ref().map_or(0, |row| row.version);
        let is_same_model = active.as_ref().map(|new| new.version) == self.active.as_ref().map(|old| old.version);
        let is_kept =
            rules_version == self.rules_version && minor_micros == self.minor_micros && is_same_model && !is_new_shelf;
        let rules = match is_kept {
            true => Arc::clone(&self.rules),
            false => {
                let rules = stored.map(|row| row.doc).unwrap_or_default();
                Arc::new(compile(&rules, &shelf, minor_micros, active.as_deref()))
            }
        };
        let lives = lives(store, &shelf).await?;
        Ok(State { shelf, rules, rules_version, active, challenger, lives, minor_micros, site_url, zone, products_seq })
    }
}

/// Rules over a shelf, with what the model knows of repeat purchases.
pub(crate) fn compile(rules: &Rules, shelf: &Shelf, minor_micros: i64, model: Option<&Mounted>) -> Compiled {
    Compiled::new(rules, shelf, minor_micros, |good| {
        model.is_some_and(|model| model.item(good).is_some_and(|item| model.trained.gap_days(item).is_some()))
    })
}

async fn lives(store: &Store, shelf: &Shelf) -> Result<Vec<Option<Live>>, PersonalizeError> {
    let mut lives = Vec::new();
    for state in placements::list(store).await? {
        let Some(settings) = state.settings else {
            lives.push(None);
            continue;
        };
        let draw = async |id: Option<ChangeId>| match id {
            Some(id) => Draw::load(store, id).await.map(Some),
            None => Ok(None),
        };
        let chosen = match &settings.baseline {
            placements::Baseline::Chosen { products } => {
                products.iter().filter_map(|id| shelf.number(id.trim())).collect()
            }
            _ => Vec::new(),
        };
        let contest = draw(state.contest).await?;
        lives.push(Some(Live { draw: draw(state.change).await?, contest, chosen, settings }));
    }
    Ok(lives)
}
