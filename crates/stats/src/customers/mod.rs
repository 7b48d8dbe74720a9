//! The customer base: who is still there, how often they will buy, what they will spend.
//!
//! "Buy till you die" models need of each customer only the number of repeat purchases `x`, the time `tx` from the
//! first to the last of them, and the time `T` from the first purchase to the end of observation. Customers with the
//! same three numbers are one [`Group`] with a count, so five million customers are a few hundred thousand rows.
//!
//! | model | buys | leaves | source |
//! | --- | --- | --- | --- |
//! | BG/NBD | Poisson | with chance p after each repeat purchase | Fader, Hardie & Lee (2005), Marketing Science 24(2) |
//! | MBG/CNBD-k | every k-th event of a Poisson process | also after the first purchase | Reutterer, Platzer & Schröder (2021), IJRM 38(1) |
//! | Pareto/NBD | Poisson | after an exponential lifetime | Schmittlein, Morrison & Colombo (1987), Management Science 33(1) |
//! | Gamma-Gamma | – | – (spend per purchase) | Fader, Hardie & Lee (2005), JMR 42(4); Fader & Hardie (2013), note 25 |
//!
//! All are fitted by maximum likelihood with exact gradients and Hessians, by a damped Newton method on the logarithms
//! of the parameters. Times are in one unit throughout (weeks by custom); nothing else depends on which.

mod base;
mod chance;
mod dropout;
mod fit;
mod forecast;
mod gamma;
mod holdout;
mod jet;
mod newton;
mod parallel;
mod pareto;
mod purchases;
mod spend;
mod value;

pub use base::{Base, CustomerError, Group, History};
pub use fit::{Fit, Kind, Param, fit, fit_best_k};
pub use forecast::{BaseForecast, Model, NextPurchase};
pub(crate) use gamma::ln_gamma;
pub use holdout::{Accuracy, accuracy};
pub use purchases::{Purchase, Record, Records, summarise};
pub use spend::{Spend, SpendFit, Spender, fit_spend};
pub use value::{Value, ValueTerms, value};

#[cfg(test)]
mod tests;
