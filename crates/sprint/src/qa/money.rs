//! Checks of the budget: what the plan costs against what the brief allows.

use domain::{Money, sprint::Channel};

use super::{Findings, Status};
use crate::{
    launch::{Plan, plan_words},
    studio::Desk,
};

pub(super) fn check(desk: &Desk, plan: &Plan, findings: &mut Findings) {
    let (brief, concepts) = (&desk.brief, desk.concepts.len() as i64);
    let money = |minor| Money::new(minor, brief.currency);
    for channel in desk.channels().into_iter().filter(|channel| *channel != Channel::Email) {
        let place = format!("Budget of {}", channel.label());
        let Some(budget) = plan.of(channel).filter(|budget| budget.daily_minor > 0) else {
            let message = format!("{} has ads but no daily budget.", channel.label());
            findings.add(
                "budget",
                Status::Block,
                &place,
                message,
                "Give it a daily budget, or take the channel out of the brief.",
            );
            continue;
        };
        let least = budget.min_daily_per_concept_minor * concepts;
        if least > budget.daily_minor {
            let message = format!(
                "The least for each of {concepts} concepts, {} a day, comes to {}; the campaign has {} a day.",
                money(budget.min_daily_per_concept_minor),
                money(least),
                money(budget.daily_minor)
            );
            findings.add(
                "budget",
                Status::Block,
                &place,
                message,
                "Lower the least per concept or raise the daily budget.",
            );
        } else if budget.min_daily_per_concept_minor == 0 {
            let message = "No concept has a minimum; the platform may give one of them everything.".to_owned();
            findings.add(
                "budget",
                Status::Warn,
                &place,
                message,
                "Set a least per concept, so that each gets a fair try.",
            );
        }
    }
    let total = plan.total(brief);
    if total.minor > brief.budget_minor {
        let message =
            format!("The plan spends {total} over the flight; the brief allows {}.", money(brief.budget_minor));
        findings.add(
            "budget",
            Status::Block,
            "Budget",
            message,
            "Lower the daily budgets, or raise the budget in the brief.",
        );
    }
    let blocked = findings.0.iter().any(|check| check.name == "budget" && check.status == Status::Block);
    if !blocked {
        findings.add("budget", Status::Pass, "Budget", plan_words(desk, plan), "");
    }
}
