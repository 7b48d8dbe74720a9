//! How a sprint's budget is split over its paid channels.

use domain::{
    Money, SprintId,
    sprint::{Brief, Channel, SprintStage},
};
use serde::{Deserialize, Serialize};
use store::launches;

use crate::{Context, SprintError};

/// The budget of one paid channel. It sits on the campaign; the platform shares it out among the concepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelBudget {
    /// The channel.
    pub channel: Channel,
    /// Daily budget of its campaign, minor units.
    pub daily_minor: i64,
    /// The least each concept is meant to get of it in a day, minor units.
    pub min_daily_per_concept_minor: i64,
}

/// The split of a sprint's budget.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Paid channels in a fixed order.
    pub channels: Vec<ChannelBudget>,
}

impl Plan {
    /// The budget split evenly over days and paid channels; each concept is meant to get at least half of its even share.
    pub fn even(brief: &Brief, concepts: usize) -> Plan {
        let paid: Vec<Channel> = Channel::ALL
            .iter()
            .copied()
            .filter(|channel| *channel != Channel::Email && brief.channels.contains(channel))
            .collect();
        let parts = i64::from(brief.flight.len_days().max(1)) * paid.len().max(1) as i64;
        let daily_minor = brief.budget_minor / parts;
        let min_daily_per_concept_minor = daily_minor / (2 * concepts.max(1) as i64);
        let budget = |channel| ChannelBudget { channel, daily_minor, min_daily_per_concept_minor };
        Plan { channels: paid.into_iter().map(budget).collect() }
    }

    /// The budget of a channel, if it is a paid one.
    pub fn of(&self, channel: Channel) -> Option<&ChannelBudget> {
        self.channels.iter().find(|budget| budget.channel == channel)
    }

    /// Daily budget of all channels, minor units.
    pub fn daily_minor(&self) -> i64 {
        self.channels.iter().map(|budget| budget.daily_minor).sum()
    }

    /// What the plan costs over the whole flight.
    pub fn total(&self, brief: &Brief) -> Money {
        Money::new(self.daily_minor() * i64::from(brief.flight.len_days()), brief.currency)
    }
}

/// The plan of a sprint: what somebody wrote, else the even split.
///
/// # Errors
/// The store failed.
pub async fn plan(ctx: &Context, sprint: SprintId, brief: &Brief, concepts: usize) -> Result<Plan, SprintError> {
    Ok(launches::plan(&ctx.store, sprint).await?.unwrap_or_else(|| Plan::even(brief, concepts)))
}

/// Writes how a sprint's budget is split. Whether it fits is judged by the launch checks.
///
/// # Errors
/// An amount is negative, the sprint is live, or the store failed.
pub async fn set_plan(ctx: &Context, sprint: SprintId, plan: &Plan) -> Result<(), SprintError> {
    if plan.channels.iter().any(|budget| budget.daily_minor < 0 || budget.min_daily_per_concept_minor < 0) {
        return Err(SprintError::Refused("A budget cannot be negative.".into()));
    }
    let mut tx = ctx.store.begin().await?;
    if store::sprints::get_in(&mut tx, sprint).await?.stage >= SprintStage::Live {
        return Err(SprintError::Refused("This sprint is live; change its budgets on the platforms.".into()));
    }
    launches::set_plan(&mut tx, sprint, plan).await?;
    tx.commit().await?;
    Ok(())
}
