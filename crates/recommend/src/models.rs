//! Every model by its name: the one place where a new one is entered.

use crate::{
    Model, Sessions,
    artefact::{ArtefactError, Reader},
    auto::{self, Auto, Hooks, MemberOptions},
    item_item::{ItemItem, Similarity},
    linear::{Ease, EaseOptions, Linear, LinearOptions, Tuning, tune},
    neighbours::{NeighbourOptions, Neighbours},
    popularity::{Popularity, PopularityOptions},
    rules::Rules,
};

/// What training may use.
#[derive(Debug, Clone, Copy)]
pub struct TrainOptions {
    /// Threads; the result is the same for any number.
    pub threads: usize,
    /// What tuning may spend, in work units: a trial of one option of one member on half a million events costs 5.
    pub budget: u64,
    /// For what is drawn.
    pub seed: u64,
}

impl Default for TrainOptions {
    fn default() -> Self {
        TrainOptions { threads: 1, budget: 300, seed: 1 }
    }
}

/// A step of training, for showing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What is being done, e.g. `fitting vsknn`.
    pub step: String,
    /// Steps done.
    pub done: usize,
    /// Steps in all, as far as known.
    pub total: usize,
}

/// Names that [`train`] knows, for help and for the error.
pub const NAMES: &[&str] = &[
    "popularity",
    "cosine",
    "tfidf",
    "lift",
    "rules",
    "vsknn",
    "stan",
    "vstan",
    "vmis",
    "slis",
    "slit",
    "slist",
    "swalk",
    "ease",
];

/// There is no model of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no model \"{name}\"; the models are {}", NAMES.join(", "))]
pub struct UnknownModel {
    /// The name.
    pub name: String,
}

/// As [`train_with`], with progress alone.
///
/// # Errors
/// If there is no such model.
pub fn train(
    name: &str,
    sessions: &Sessions,
    items: usize,
    options: &TrainOptions,
    progress: &dyn Fn(Progress),
) -> Result<Box<dyn Model>, UnknownModel> {
    train_with(name, sessions, items, options, Hooks::only(progress))
}

/// Fits the model called `name` on sessions over items `0..items`, with the options of its paper or our defaults. Stages are
/// kept, and the wall clock is asked, by `auto` alone.
///
/// # Errors
/// If there is no such model.
pub fn train_with(
    name: &str,
    sessions: &Sessions,
    items: usize,
    options: &TrainOptions,
    hooks: Hooks<'_>,
) -> Result<Box<dyn Model>, UnknownModel> {
    let (threads, progress) = (options.threads, hooks.progress);
    progress(Progress { step: format!("fitting {name}"), done: 0, total: 1 });
    let item_item = |similarity: Similarity| {
        Box::new(ItemItem::fit(sessions, items, similarity, &similarity.options(), threads)) as Box<dyn Model>
    };
    let neighbours = |name, options| Box::new(Neighbours::fit(name, sessions, items, &options)) as Box<dyn Model>;
    Ok(match name {
        "auto" => Box::new(auto::train(sessions, items, options, hooks)),
        "vsknn" => auto::tuned(MemberOptions::Vsknn(NeighbourOptions::vsknn()), sessions, items, options, hooks),
        "stan" => neighbours("stan", NeighbourOptions::stan()),
        "vstan" => neighbours("vstan", NeighbourOptions::vstan()),
        "vmis" => neighbours("vmis", NeighbourOptions::vmis()),
        "popularity" => Box::new(Popularity::fit(sessions, items, &PopularityOptions::default())),
        "cosine" => item_item(Similarity::Cosine),
        "tfidf" => item_item(Similarity::TfIdf),
        "lift" => item_item(Similarity::Lift),
        "ease" => Box::new(Ease::fit(sessions, items, &EaseOptions::new(items), threads, progress)),
        "rules" => Box::new(Rules::fit(sessions, items, &Rules::options(), threads)),
        _ => match LinearOptions::named(name, items) {
            Some(linear) => {
                let tuned = tune(sessions, items, linear, &Tuning::default(), threads);
                Box::new(Linear::fit(sessions, items, &tuned, threads, progress))
            }
            None => return Err(UnknownModel { name: name.to_owned() }),
        },
    })
}

/// Reads the model called `name` from its sections.
///
/// # Errors
/// If there is no such model or its sections do not fit.
pub fn load(name: &str, reader: &Reader, items: usize) -> Result<Box<dyn Model>, ArtefactError> {
    let item_item =
        |similarity| ItemItem::load(reader, items, similarity).map(|model| Box::new(model) as Box<dyn Model>);
    let neighbours = |name| Neighbours::load(name, reader, items).map(|model| Box::new(model) as Box<dyn Model>);
    Ok(match name {
        "auto" => Box::new(Auto::load(reader, items)?),
        "vsknn" => neighbours("vsknn")?,
        "stan" => neighbours("stan")?,
        "vstan" => neighbours("vstan")?,
        "vmis" => neighbours("vmis")?,
        "popularity" => Box::new(Popularity::load(reader, items)?),
        "cosine" => item_item(Similarity::Cosine)?,
        "tfidf" => item_item(Similarity::TfIdf)?,
        "lift" => item_item(Similarity::Lift)?,
        "ease" => Box::new(Ease::load(reader, items)?),
        "rules" => Box::new(Rules::load(reader, items)?),
        _ if LinearOptions::named(name, items).is_some() => Box::new(Linear::load(reader, items)?),
        _ => return Err(reader.unusable(name)),
    })
}
