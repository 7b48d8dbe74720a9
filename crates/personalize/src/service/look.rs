//! A look at what would be answered, and why: for previews of rules, the workbench and the command line. Nothing is
//! assigned and nothing recorded.

use std::sync::Arc;

use domain::InstantMs;
use serde::Serialize;

use super::{
    Service,
    compose::{Maker, Making, Person},
    memory::Visitor,
    state,
};
use crate::{
    Placement,
    ask::{Answer, Ask, ModelName, Why},
    rules::{Rules, Step, Trace},
};

/// What to look with.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// These rules instead of the saved ones.
    pub rules: Option<Rules>,
    /// The challenger instead of the active model.
    pub challenger: bool,
    /// Also what every member of the blend says, and every step of every product.
    pub explain: bool,
}

/// What every model says of one product.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Opinions {
    /// The product.
    pub product_id: Arc<str>,
    /// Its title.
    pub title: String,
    /// One opinion a member: name, share of the blend, score relative to its own best, rank from 1.
    pub members: Vec<Opinion>,
}

/// What one member says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Opinion {
    /// The member.
    pub model: &'static str,
    /// Its share of the blend.
    pub weight: f32,
    /// Its score relative to its own best, which is 1.
    pub relative: f32,
    /// Where it would put the product.
    pub rank: Option<u32>,
}

/// What happened to one product.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Steps {
    /// The product.
    pub product_id: Arc<str>,
    /// Its title.
    pub title: String,
    /// Its steps in order, in words.
    pub steps: Vec<String>,
    /// The same for programs.
    pub raw: Vec<Step>,
}

/// What a look sees.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Looked {
    /// The answer.
    #[serde(flatten)]
    pub answer: Answer,
    /// What every model says, in the order of the list; only where it was to be explained.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub opinions: Vec<Opinions>,
    /// Why each product stands where it stands, those left out too; only where it was to be explained.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<Steps>,
}

/// Products of a trace that are told of.
const MOST_TRACED: usize = 100;

impl Service {
    /// What the model would answer to this request at this moment.
    pub fn look(&self, ask: &Ask, look: &Look, now: InstantMs) -> Looked {
        let state = self.state();
        let visitor: Visitor = self.inner.memory.of(ask.customer.as_deref(), ask.device.as_deref());
        let model = match look.challenger {
            true => state.challenger.as_deref(),
            false => state.active.as_deref(),
        };
        let own = look.rules.as_ref().map(|rules| state::compile(rules, &state.shelf, state.minor_micros, model));
        let rules = own.as_ref().unwrap_or(&state.rules);
        let gate = model.map(|model| &model.trained.meta.gate);
        let maker = match (model, gate) {
            (Some(model), Some(gate)) if gate.open => Maker::Model(model),
            (model, _) => Maker::BestSellers(model),
        };
        let person = Person::new(&state, model, rules, ask, &visitor, now);
        let limit = if ask.limit == 0 { crate::ask::USUAL_ITEMS } else { ask.limit };
        let making = Making {
            state: &state,
            near: &self.inner.near.load(),
            cold: &self.inner.cold.load(),
            rules,
            ask,
            person: &person,
            limit,
        };
        let mut trace = look.explain.then(Trace::default);
        let list = making.list(maker, trace.as_mut());
        let is_model = matches!(maker, Maker::Model(_));
        let answer = Answer {
            answer: String::new(),
            placement: ask.placement.unwrap_or(Placement::Home),
            items: making.show(maker, &list, 1.0),
            model: match model {
                Some(model) if is_model => {
                    list.name(ModelName { name: Arc::clone(&model.name), version: model.version })
                }
                _ => ModelName { name: "best_sellers".into(), version: 0 },
            },
            personalised: is_model && person.is_known(),
            change: None,
            arm: measure::Arm::Change,
            why: Why::Preview,
            contest: None,
            rules: if look.rules.is_some() { 0 } else { state.rules_version },
            notes: gate.map(crate::gate::Gate::notes).unwrap_or_default(),
        };
        let title = |good: u32| state.shelf.title(good).to_owned();
        let id = |good: u32| state.shelf.get(good).map_or_else(|| Arc::from(""), |stocked| stocked.id.clone());
        let mut opinions = Vec::new();
        if let (true, Some(model)) = (look.explain && is_model, model) {
            let items: Vec<_> =
                list.placed.iter().filter_map(|placed| Some((placed.good, model.item(placed.good)?))).collect();
            let numbers: Vec<_> = items.iter().map(|(_, item)| *item).collect();
            // The list was made with one of the model's workspaces; asking again fills this one the same way.
            let said = model.trained.with_workspace(|workspace| {
                let (session, history) = making.query(model);
                let mut answer = Vec::new();
                model.trained.recommender.recommend(&session, &history, 1, &|_| true, workspace, &mut answer);
                model.trained.recommender.explain(&numbers, workspace)
            });
            opinions = items
                .iter()
                .zip(said)
                .map(|((good, _), said)| Opinions {
                    product_id: id(*good),
                    title: title(*good),
                    members: said
                        .into_iter()
                        .map(|one| Opinion {
                            model: one.model,
                            weight: one.weight,
                            relative: one.relative,
                            rank: one.rank,
                        })
                        .collect(),
                })
                .collect();
        }
        let mut steps: Vec<Steps> = Vec::new();
        if let Some(trace) = trace {
            let mut goods: Vec<u32> = list.placed.iter().map(|placed| placed.good).collect();
            for (good, _) in &trace.steps {
                if goods.len() < MOST_TRACED && !goods.contains(good) {
                    goods.push(*good);
                }
            }
            steps = goods
                .into_iter()
                .map(|good| {
                    let raw: Vec<Step> = trace.of(good).collect();
                    let words = raw.iter().map(|step| step.text(title)).collect();
                    Steps { product_id: id(good), title: title(good), steps: words, raw }
                })
                .collect();
        }
        Looked { answer, opinions, trace: steps }
    }
}
