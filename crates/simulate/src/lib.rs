//! A store with known truth, which writes the export files a real shop would.
//!
//! [`World`] runs a brand day by day: customers with tastes, refills and goodbyes, ads that saturate and tire people,
//! platforms that claim more than they caused, incidents, and launched concepts. [`World::exports`] gives the files,
//! [`World::truth`] what they must add up to, [`World::planted`] what an analyst should find in them.
//!
//! [`World::treat`] says what a tool of the shop does to which customers; [`World::treatment_truths`] what that caused.
//!
//! [`World::events`] says what visitors did; [`World::shoppers`] are visitors who may be shown recommendations, and
//! [`World::buys`] how they respond, with and without.
//!
//! A world is not stored but replayed: [`World::new`], every [`World::launch`], [`World::treat`] and [`World::plant`], then
//! [`World::run_until`] give the same world, whether launches are told on their eve or all at once before the first
//! day. Two years take about 0.2 CPU-s in an optimised build.
//!
//! **Architecture invariant:** nothing here reads a clock, a disk or the network; the same config and launches give the
//! same bytes.

mod ads;
mod basket;
mod brand;
mod brands;
mod config;
mod day;
mod export;
mod funnel;
mod incident;
mod large;
mod launch;
mod order;
pub mod past_ads;
mod people;
mod plant;
mod pools;
mod rng;
mod run_ads;
mod season;
mod shoppers;
mod treatment;
mod truth;
mod visits;
mod world;

pub use ads::{
    FATIGUE_RATE, GOOGLE_OVERCLAIM, META_OVERCLAIM, RESTATED_DAYS, claimed_permille, effective_spend, fatigue,
};
pub use brand::{BrandKind, BrandSpec, Item, Season, Variant};
pub use config::{Config, ReportLocale, Scale};
pub use export::ExportFile;
pub use formats::Source;
pub use funnel::CONSENT;
pub use incident::Incident;
pub use large::LargeTruth;
pub use launch::{ConceptTruth, LaunchedConcept};
pub use plant::Planted;
pub use pools::PoolTruth;
pub use season::{demand_index, is_black_friday_weekend, product_index};
pub use shoppers::{Bought, Response, Shopper};
pub use treatment::{Treatment, TreatmentTruth};
pub use truth::{AdTruth, Ga4Truth, Truth};
pub use world::World;
