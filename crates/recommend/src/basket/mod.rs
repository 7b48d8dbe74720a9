//! What a customer buys next, from orders alone: the next-basket protocol, its baselines and our recommender.
//!
//! The protocol is stated in [`evaluate`]'s module text and in `docs/recommend.md`.

mod blend;
mod command;
mod features;
mod frequent;
mod index;
mod keep;
mod log;
mod past;
mod protocol;
mod recommender;
mod renewal;
mod tifu;
mod trees;

#[cfg(test)]
mod tests;

pub use blend::{BlendOptions, Chain};
pub use command::{BASKET_MODELS, BasketAnswer, NextBasketError, evaluate_next_basket};
pub use features::FEATURES;
pub use frequent::{CategoryBestSellers, MostFrequent, Popular, decayed_popularity};
pub use index::{Near, bought_together};
pub use log::{Baskets, History, Line};
pub use past::Past;
pub use protocol::{BasketFigures, Learner, Protocol, Refit, evaluate, test_baskets};
pub use recommender::{BasketRecommender, Recommended, Workspace};
pub use renewal::{Own, Renewal, own_items};
pub use tifu::{Tifu, TifuOptions};
pub use trees::{Growth, Lists, Trees};

use crate::Scores;

/// Who is asking, and when.
#[derive(Debug, Clone, Copy)]
pub struct Shopper<'a> {
    /// The customer's number in the log the model was fitted on, if there is one.
    pub customer: Option<u32>,
    /// What they have bought, oldest first.
    pub history: History<'a>,
    /// The present instant, seconds since 1970.
    pub now_s: i64,
}

/// A model fitted on baskets.
pub trait BasketModel: Send + Sync {
    /// Its name in reports.
    fn name(&self) -> &'static str;

    /// Adds its scores (positive is better) to `scores`, which is empty when it is called.
    fn score(&self, shopper: &Shopper<'_>, scores: &mut Scores);
}

impl<M: BasketModel + ?Sized> BasketModel for &M {
    fn name(&self) -> &'static str {
        (**self).name()
    }

    fn score(&self, shopper: &Shopper<'_>, scores: &mut Scores) {
        (**self).score(shopper, scores);
    }
}
