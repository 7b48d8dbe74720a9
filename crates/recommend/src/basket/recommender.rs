//! The fitted recommender of next baskets: lists with reasons, kept as sections of an artefact.

use std::cell::RefCell;

use domain::Day;

use super::{
    BasketModel, Shopper,
    blend::{BlendOptions, Chain},
    features::{FEATURES, Features, RENEWAL, WITH_ALL},
    index::{Index, Near},
    past::Past,
    renewal::{Own, Renewal, own_items},
    trees::Trees,
};
use crate::{
    Item, Reason, Scored, Scores,
    artefact::{ArtefactError, Reader, Writer, all_below},
    keep_top,
};

/// A customer's own item is "due" from this share of its usual gap on, until it was left for so many gaps.
const DUE: std::ops::RangeInclusive<f32> = 0.6..=4.0;
/// Weight of what goes with all baskets beside the renewal chance where nothing was learnt yet.
const UNLEARNT: f32 = 0.1;

/// What a customer will put into the next basket. Immutable once fitted; share it behind an `Arc`.
#[derive(Debug, Clone, Default)]
pub struct BasketRecommender {
    pub(super) index: Index,
    pub(super) trees: Trees,
}

/// One recommended item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recommended {
    /// The item.
    pub item: Item,
    /// Its weight among the candidates of this customer; only the order means something.
    pub score: f32,
    /// Why.
    pub reason: Reason,
}

/// What an answer is counted with; one per thread, reused.
#[derive(Debug, Clone, Default)]
pub struct Workspace {
    features: Features,
    best: Vec<Scored>,
}

impl BasketRecommender {
    /// Learns from what was bought before the instant of `past`, going forward through its last
    /// [`BlendOptions::steps`]. The same for any number of threads.
    pub fn fit(past: Past<'_>, options: BlendOptions) -> BasketRecommender {
        let mut chain = Chain::new(options);
        chain.advance(past);
        chain.into_model()
    }

    /// The best `k` `allowed` items, best first. Items beyond those it was fitted on are passed over in the history.
    /// Where the customer's candidates do not give `k`, best-sellers of all times fill up, as such.
    pub fn recommend(
        &self,
        shopper: &Shopper<'_>,
        k: usize,
        allowed: &dyn Fn(Item) -> bool,
        workspace: &mut Workspace,
        answer: &mut Vec<Recommended>,
    ) {
        answer.clear();
        self.rank(shopper, allowed, workspace);
        keep_top(k, &mut workspace.best);
        let own = own_items(shopper.history);
        answer.extend(workspace.best.iter().map(|scored| {
            let reason = self.reason(shopper, &own, scored.item);
            Recommended { item: scored.item, score: scored.score, reason }
        }));
        if answer.len() < k {
            let popularity = self.index.popularity[3].iter().enumerate();
            workspace.best.clear();
            workspace.best.extend(
                popularity
                    .map(|(item, &score)| Scored { item: item as Item, score })
                    .filter(|scored| scored.score > 0.0 && allowed(scored.item))
                    .filter(|scored| answer.iter().all(|one| one.item != scored.item)),
            );
            keep_top(k - answer.len(), &mut workspace.best);
            let fill = |scored: &Scored| Recommended { item: scored.item, score: 0.0, reason: Reason::BestSeller };
            answer.extend(workspace.best.iter().map(fill));
        }
    }

    fn rank(&self, shopper: &Shopper<'_>, allowed: &dyn Fn(Item) -> bool, workspace: &mut Workspace) {
        let Workspace { features, best } = workspace;
        features.fill(&self.index, shopper);
        best.clear();
        for (&item, row) in features.candidates.iter().zip(features.rows.chunks_exact(FEATURES.len())) {
            if allowed(item) {
                let score = match self.trees.is_empty() {
                    true => row[RENEWAL] + UNLEARNT * row[WITH_ALL] + 1e-9,
                    false => self.trees.score(row).clamp(-60.0, 60.0).exp(),
                };
                best.push(Scored { item, score });
            }
        }
    }

    /// Why an item is recommended: the customer's own habit first, then what goes with what they have.
    fn reason(&self, shopper: &Shopper<'_>, own: &[Own], item: Item) -> Reason {
        if let Ok(place) = own.binary_search_by_key(&item, |own| own.item) {
            let own = &own[place];
            if DUE.contains(&self.index.renewal.dueness(own, shopper.now_s)) {
                let last = Day::from_epoch_days(own.last_s.div_euclid(86_400) as i32);
                let gap_days = self.index.renewal.expected_gap_days(own).round().clamp(1.0, 3_650.0) as u16;
                return Reason::TimeToRestock { last, gap_days };
            }
            if own.times > 1 {
                return Reason::OftenBought;
            }
        }
        let mut best: Option<(f32, Item)> = None;
        for has in own.iter().filter(|has| has.item != item) {
            let weight = self.index.together.weight(has.item, item);
            if weight > best.map_or(0.0, |best| best.0) {
                best = Some((weight, has.item));
            }
        }
        best.map_or(Reason::BestSeller, |(_, item)| Reason::BoughtWith { item })
    }

    /// How many items it knows.
    pub fn item_count(&self) -> usize {
        self.index.first_s.len()
    }

    /// How often the trees ask for each of [`FEATURES`].
    pub fn uses(&self) -> Vec<usize> {
        self.trees.uses(FEATURES.len())
    }

    /// Writes its sections.
    pub fn save(&self, writer: &mut Writer) {
        let index = &self.index;
        writer.numbers("now", [index.now_s]);
        for (name, popularity) in
            ["popularity_0", "popularity_1", "popularity_2", "popularity_all"].iter().zip(&index.popularity)
        {
            writer.numbers(name, popularity.iter().copied());
        }
        writer.numbers("season", index.season.iter().copied());
        writer.numbers("first", index.first_s.iter().copied());
        writer.numbers("last", index.last_s.iter().copied());
        writer.numbers("money", index.money.iter().copied());
        writer.numbers("best", index.best.iter().copied());
        for (name, near) in [("together", &index.together), ("after", &index.after)] {
            writer.scope(name, |writer| near.save(writer));
        }
        writer.scope("renewal", |writer| index.renewal.save(writer));
        writer.scope("trees", |writer| self.trees.save(writer));
    }

    /// Reads its sections.
    ///
    /// # Errors
    /// If one is missing or does not fit the others.
    pub fn load(reader: &Reader) -> Result<BasketRecommender, ArtefactError> {
        let items = reader.array::<f32>("season")?.len();
        let sized = |name: &str| {
            let values = reader.array::<f32>(name)?;
            if values.len() == items { Ok(values.to_vec()) } else { Err(reader.unusable(name)) }
        };
        let times = |name: &str| -> Result<Vec<i64>, ArtefactError> {
            let values = reader.array::<i64>(name)?;
            if values.len() == items { Ok(values.to_vec()) } else { Err(reader.unusable(name)) }
        };
        let best = reader.array("best")?;
        if !all_below(&best, items) {
            return Err(reader.unusable("best"));
        }
        let index = Index {
            now_s: reader.array("now")?.first().copied().ok_or_else(|| reader.unusable("now"))?,
            popularity: [
                sized("popularity_0")?,
                sized("popularity_1")?,
                sized("popularity_2")?,
                sized("popularity_all")?,
            ],
            season: sized("season")?,
            first_s: times("first")?,
            last_s: times("last")?,
            money: sized("money")?,
            together: Near::load(&reader.scope("together"), items)?,
            after: Near::load(&reader.scope("after"), items)?,
            renewal: Renewal::load(&reader.scope("renewal"), items)?,
            best: best.to_vec(),
        };
        Ok(BasketRecommender { index, trees: Trees::load(&reader.scope("trees"), FEATURES.len())? })
    }
}

thread_local! {
    static WORKSPACE: RefCell<Workspace> = RefCell::default();
}

impl BasketModel for BasketRecommender {
    fn name(&self) -> &'static str {
        "baskets"
    }

    fn score(&self, shopper: &Shopper<'_>, scores: &mut Scores) {
        WORKSPACE.with_borrow_mut(|workspace| {
            self.rank(shopper, &|_| true, workspace);
            workspace.best.iter().for_each(|scored| scores.add(scored.item, scored.score));
        });
    }
}
