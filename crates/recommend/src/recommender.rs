//! A trained model with the names of its items: what is kept, loaded and asked in service.
//!
//! ```no_run
//! # use recommend::*;
//! # let (sessions, catalogue): (Sessions, Catalogue) = Default::default();
//! let trained = Recommender::train("auto", &sessions, catalogue, &models::TrainOptions::default(), &|_| ())?;
//! let bytes = trained.save();
//! let served = Recommender::load(bytes)?;
//! let mut workspace = served.workspace(); // one per thread, reused
//! let mut answer = Vec::new();
//! served.recommend(&["sku-1", "sku-2"], &[], 10, &|_item| true, &mut workspace, &mut answer);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use bytes::Bytes;

use crate::{
    Catalogue, Hooks, Item, Model, Purpose, Query, Scored, Scores, Session, Sessions, Signal,
    artefact::{ArtefactError, Reader, Writer},
    models::{self, Progress, TrainOptions, UnknownModel},
    popularity::{Popularity, PopularityOptions},
};

/// A trained model and its catalogue. Immutable; share it behind an `Arc` and swap the `Arc` to take a new one in.
pub struct Recommender {
    catalogue: Catalogue,
    model: Box<dyn Model>,
    popularity: Popularity,
}

/// What an answer is counted with; one per thread.
#[derive(Debug, Clone)]
pub struct Workspace {
    scores: Scores,
    items: Vec<Item>,
    history: Vec<Item>,
    signals: Vec<Signal>,
    times_s: Vec<i64>,
    ranked: Vec<Scored>,
}

/// What is asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// The session so far, oldest first.
    pub session: &'a [&'a str],
    /// What happened to each of its items; views where it is shorter.
    pub signals: &'a [Signal],
    /// Products of earlier orders, oldest first.
    pub history: &'a [&'a str],
    /// Where the answer will stand.
    pub purpose: Purpose,
}

/// One recommended item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recommendation {
    /// The item, see [`Recommender::catalogue`].
    pub item: Item,
    /// The model's score; 0 for a best-seller that fills the list up.
    pub score: f32,
    /// Whether it only fills up: the model knew fewer allowed items than were wanted.
    pub best_seller: bool,
}

/// What one member of the blend thinks of an item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Opinion {
    /// The member.
    pub model: &'static str,
    /// Its share of the blend.
    pub weight: f32,
    /// Its score relative to its own best (which is 1).
    pub relative: f32,
    /// Where it would put the item, from 1; `None` if it does not know it for this query.
    pub rank: Option<u32>,
}

impl Recommender {
    /// Fits the model called `name` (see [`models::NAMES`]) on `sessions`, whose items `catalogue` names.
    ///
    /// # Errors
    /// If there is no such model.
    pub fn train(
        name: &str,
        sessions: &Sessions,
        catalogue: Catalogue,
        options: &TrainOptions,
        progress: &dyn Fn(Progress),
    ) -> Result<Recommender, UnknownModel> {
        Recommender::train_with(name, sessions, catalogue, options, Hooks::only(progress))
    }

    /// As [`Recommender::train`], with a stop and kept stages.
    ///
    /// # Errors
    /// If there is no such model.
    pub fn train_with(
        name: &str,
        sessions: &Sessions,
        catalogue: Catalogue,
        options: &TrainOptions,
        hooks: Hooks<'_>,
    ) -> Result<Recommender, UnknownModel> {
        let model = models::train_with(name, sessions, catalogue.len(), options, hooks)?;
        let popularity = Popularity::fit(sessions, catalogue.len(), &PopularityOptions::default());
        Ok(Recommender { catalogue, model, popularity })
    }

    /// The items by name and number.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The model.
    pub fn model(&self) -> &dyn Model {
        &*self.model
    }

    /// Best-sellers, decayed.
    pub fn popularity(&self) -> &Popularity {
        &self.popularity
    }

    /// What a thread needs to ask.
    pub fn workspace(&self) -> Workspace {
        Workspace {
            scores: Scores::new(self.catalogue.len()),
            items: Vec::new(),
            history: Vec::new(),
            signals: Vec::new(),
            times_s: Vec::new(),
            ranked: Vec::new(),
        }
    }

    /// The best `k` items that are `allowed`, best first, into `answer`; filled up with best-sellers where the model knows
    /// fewer, so there are `k` whenever `k` items are allowed and were ever seen. Names that the catalogue does not know are
    /// passed over; a session of none of them gets best-sellers. `session` and `history` (products of earlier orders) stand
    /// oldest first. Items of the session are not left out: that is for `allowed` to say.
    pub fn recommend(
        &self,
        session: &[&str],
        history: &[&str],
        k: usize,
        allowed: &dyn Fn(Item) -> bool,
        workspace: &mut Workspace,
        answer: &mut Vec<Recommendation>,
    ) {
        let asked = Asked { session, history, ..Asked::default() };
        self.recommend_for(&asked, k, allowed, workspace, answer);
    }

    /// As [`Recommender::recommend`], for a place and with what happened to the items.
    pub fn recommend_for(
        &self,
        asked: &Asked<'_>,
        k: usize,
        allowed: &dyn Fn(Item) -> bool,
        workspace: &mut Workspace,
        answer: &mut Vec<Recommendation>,
    ) {
        let known = |names: &[&str], into: &mut Vec<Item>| {
            into.clear();
            into.extend(names.iter().filter_map(|name| self.catalogue.item(name)));
        };
        workspace.items.clear();
        workspace.signals.clear();
        for (at, name) in asked.session.iter().enumerate() {
            if let Some(item) = self.catalogue.item(name) {
                workspace.items.push(item);
                workspace.signals.push(asked.signals.get(at).copied().unwrap_or_default());
            }
        }
        known(asked.history, &mut workspace.history);
        answer.clear();
        self.score(asked.purpose, workspace);
        workspace.scores.take_top_where(k, allowed, &mut workspace.ranked);
        answer.extend(workspace.ranked.iter().map(|&Scored { item, score }| Recommendation {
            item,
            score,
            best_seller: false,
        }));
        let found = answer.len();
        for &(item, _) in self.popularity.ranking() {
            if answer.len() >= k {
                break;
            }
            if allowed(item) && answer[..found].iter().all(|known| known.item != item) {
                answer.push(Recommendation { item, score: 0.0, best_seller: true });
            }
        }
    }

    /// What each member of the blend thinks of `items`, for the query last given to [`Recommender::recommend`] with this
    /// workspace. Costs about as much again as the answer did.
    pub fn explain(&self, items: &[Item], workspace: &mut Workspace) -> Vec<Vec<Opinion>> {
        let mut opinions = vec![Vec::new(); items.len()];
        let mut members = self.model.members();
        if members.is_empty() {
            members.push(crate::Member { model: &*self.model, weight: 1.0 });
        }
        for member in members {
            workspace.scores.clear();
            let query = query(&workspace.items, &workspace.signals, &workspace.times_s, &workspace.history);
            if !workspace.items.is_empty() {
                member.model.score(&query, &mut workspace.scores);
            }
            workspace.scores.take_top(usize::MAX, &mut workspace.ranked);
            let best = workspace.ranked.first().map_or(1.0, |best| best.score);
            for (item, opinions) in items.iter().zip(&mut opinions) {
                let rank = workspace.ranked.iter().position(|scored| scored.item == *item);
                opinions.push(Opinion {
                    model: member.model.name(),
                    weight: member.weight,
                    relative: rank.map_or(0.0, |rank| workspace.ranked[rank].score / best),
                    rank: rank.map(|rank| rank as u32 + 1),
                });
            }
        }
        opinions
    }

    fn score(&self, purpose: Purpose, workspace: &mut Workspace) {
        let length = workspace.items.len();
        workspace.times_s.clear();
        workspace.times_s.resize(length, 0);
        workspace.scores.clear();
        if length > 0 || !workspace.history.is_empty() {
            let query = query(&workspace.items, &workspace.signals, &workspace.times_s, &workspace.history);
            self.model.score_for(purpose, &query, &mut workspace.scores);
        }
    }

    /// The artefact's bytes: checksummed, versioned, the same for the same training.
    pub fn save(&self) -> Vec<u8> {
        let mut out = Writer::new();
        self.write(&mut out);
        out.finish()
    }

    /// Writes its sections, which share its memory.
    pub fn write(&self, out: &mut Writer) {
        let lengths = (0..self.catalogue.len() as Item).map(|item| self.catalogue.name(item).len() as u32);
        out.numbers("catalogue/lengths", lengths);
        let names = (0..self.catalogue.len() as Item).flat_map(|item| self.catalogue.name(item).bytes());
        out.bytes("catalogue/names", names.collect::<Vec<u8>>());
        out.json("model", &self.model.name());
        out.scope(self.model.name(), |out| self.model.save(out));
        out.scope("best-sellers", |out| self.popularity.save(out));
    }

    /// Reads what [`Recommender::save`] wrote. Most of it is not copied: `bytes`, a mapped file perhaps, live as long as this.
    ///
    /// # Errors
    /// If the bytes are damaged, of another version, or do not fit together.
    pub fn load(bytes: impl Into<Bytes>) -> Result<Recommender, ArtefactError> {
        Recommender::read(&Reader::new(bytes.into())?)
    }

    /// Reads what [`Recommender::write`] wrote.
    ///
    /// # Errors
    /// If a section is missing or they do not fit together.
    pub fn read(reader: &Reader) -> Result<Recommender, ArtefactError> {
        let names = reader.bytes("catalogue/names")?;
        let names = std::str::from_utf8(&names).map_err(|_| reader.unusable("catalogue/names"))?;
        let mut catalogue = Catalogue::default();
        let mut rest = names;
        let lengths = reader.array::<u32>("catalogue/lengths")?;
        catalogue.reserve(lengths.len(), names.len());
        for &length in &lengths {
            let (name, after) =
                rest.split_at_checked(length as usize).ok_or_else(|| reader.unusable("catalogue/lengths"))?;
            catalogue.intern(name);
            rest = after;
        }
        if catalogue.len() != lengths.len() {
            return Err(reader.unusable("catalogue/names"));
        }
        let name: String = reader.json("model")?;
        let model = models::load(&name, &reader.scope(&name), catalogue.len())?;
        let popularity = Popularity::load(&reader.scope("best-sellers"), catalogue.len())?;
        Ok(Recommender { catalogue, model, popularity })
    }
}

fn query<'a>(items: &'a [Item], signals: &'a [Signal], times_s: &'a [i64], history: &'a [Item]) -> Query<'a> {
    Query { session: Session { items, signals, times_s, user: None }, history }
}
