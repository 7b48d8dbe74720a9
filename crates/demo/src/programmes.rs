//! What the shop's e-mail tool does on its own, each with a holdout: registered before it starts, drawn and exposed day
//! by day, paid for, read by the judge. The world knows what each truly does; the ledger has to find it out.

use std::collections::HashSet;

use domain::{ChangeId, Day, DayRange, InstantMs};
use measure::{Arm, Assignment, Cost, Keep, LivesOn, NewChange, Origin, Plan, Unit, Why};
use serde::{Deserialize, Serialize};
use simulate::Treatment;
use store::measure_exposures;

use crate::{
    DemoError,
    plan::{EDITOR, LEAD},
    play::Stage,
};

/// Where the programmes are switched.
const TOOL: &str = "the e-mail tool";

/// Hour at which the mails go out.
const SENDS_AT: i64 = 6;

/// A programme of the e-mail tool, and what it truly does.
struct Programme {
    key: &'static str,
    name: &'static str,
    hypothesis: &'static str,
    baseline: &'static str,
    owner: &'static str,
    /// First day.
    starts: Starts,
    /// Customers get it when their last order lies this many days back; on the first day all up to the second number.
    last_order_days: (i32, i32),
    treated_permille: i64,
    window_days: i32,
    is_always_on: bool,
    /// Units per arm (their mean) at which a reading without a horizon should be decidable.
    planned_units: Option<i64>,
    stops_for_futility: bool,
    /// What it truly does to orders and baskets. Nobody but the world sees these two.
    order_rate_factor: f64,
    basket_factor: f64,
    /// What making it cost, minor units.
    set_up_minor: i64,
}

/// When a programme starts, counted from the first day of the first sprint or from the day the story is told up to.
#[derive(Debug, Clone, Copy)]
enum Starts {
    BeforeFirst(i32),
    BeforeLast(i32),
}

/// A mail costs four tenths of a cent.
const MAIL_MICROS: i64 = 4_000;

const PROGRAMMES: [Programme; 3] = [
    Programme {
        key: "email:replenishment",
        name: "Replenishment reminder",
        hypothesis: "People whose bag is nearly empty order here when we remind them, not in the supermarket.",
        baseline: "A fifth of the customers who are due get no reminder.",
        owner: LEAD,
        starts: Starts::BeforeFirst(29),
        last_order_days: (24, 80),
        treated_permille: 800,
        window_days: 14,
        is_always_on: true,
        planned_units: Some(600),
        stops_for_futility: true,
        order_rate_factor: 4.0,
        basket_factor: 1.0,
        set_up_minor: 36_000,
    },
    Programme {
        key: "email:voucher",
        name: "20% if you order this week",
        hypothesis: "A voucher two weeks after the last order brings the next one forward.",
        baseline: "Half of the customers get the plain newsletter.",
        owner: EDITOR,
        starts: Starts::BeforeFirst(20),
        last_order_days: (14, 28),
        treated_permille: 500,
        window_days: 7,
        is_always_on: false,
        planned_units: None,
        stops_for_futility: true,
        order_rate_factor: 1.0,
        basket_factor: 0.8,
        set_up_minor: 18_000,
    },
    Programme {
        key: "email:goes-well-with",
        name: "What goes well with your last order",
        hypothesis: "A mail with the grinder, filter or bean that others bought with it brings a second basket.",
        baseline: "Half of the customers get no such mail.",
        owner: LEAD,
        starts: Starts::BeforeLast(28),
        last_order_days: (9, 9),
        treated_permille: 500,
        window_days: 7,
        is_always_on: false,
        planned_units: None,
        // Declared before the start: it may run to its day, because it costs next to nothing.
        stops_for_futility: false,
        order_rate_factor: 1.3,
        basket_factor: 1.0,
        set_up_minor: 6_000,
    },
];

/// A programme that runs, as the demo remembers it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Running {
    /// Key in the ledger.
    pub key: String,
    /// Its change.
    pub change: ChangeId,
    /// First day.
    pub from: Day,
    /// Mails sent that are not booked yet.
    pub unbooked: i64,
    /// Pseudonyms that met it; read back from the ledger.
    #[serde(skip)]
    met: Option<HashSet<String>>,
}

impl Running {
    fn programme(&self) -> Option<&'static Programme> {
        PROGRAMMES.iter().find(|programme| programme.key == self.key)
    }
}

/// The day before the first programme starts, in a story whose first sprint begins on `first`.
pub(crate) fn eve(first: Day) -> Day {
    let before = |programme: &Programme| match programme.starts {
        Starts::BeforeFirst(days) => days,
        Starts::BeforeLast(_) => 0,
    };
    first.plus(-PROGRAMMES.iter().map(before).max().unwrap_or(0) - 1)
}

impl Stage {
    /// Enters the programmes into the ledger, each on the day before its first; the story goes on to `last`.
    pub(crate) async fn register_programmes(&mut self, first: Day, last: Day) -> Result<(), DemoError> {
        for programme in &PROGRAMMES {
            let from = match programme.starts {
                Starts::BeforeFirst(days) => first.plus(-days),
                Starts::BeforeLast(days) => last.plus(-days),
            };
            let new = NewChange {
                hypothesis: programme.hypothesis,
                owner: programme.owner,
                is_always_on: programme.is_always_on,
                lives_on: LivesOn::Platform(TOOL),
                plan: Plan {
                    window_days: programme.window_days,
                    cap_micros: Some(60_000_000),
                    margin_permille: 550,
                    planned_units: programme.planned_units,
                    stops_for_futility: programme.stops_for_futility,
                    ..Plan::default()
                },
                ..NewChange::new(
                    Origin::Module(programme.key),
                    programme.name,
                    "email",
                    DayRange { from, to: from.plus(measure::KILL_AFTER_DAYS - 1) },
                )
                .randomised(programme.treated_permille, programme.baseline)
            };
            let at = self.instant(from.plus(-1), (16, 0));
            let mut tx = self.store().begin().await?;
            let change = measure::register(&mut tx, &new, at, programme.owner).await?.id();
            let made = Cost {
                change,
                key: "set-up".into(),
                day: from,
                kind: "work".into(),
                micros: programme.set_up_minor * 10_000,
                note: "Writing, design and setting up the tool".into(),
            };
            measure::book_cost(&mut tx, &made, at).await?;
            tx.commit().await?;
            let key = programme.key.to_owned();
            self.state.programmes.push(Running { key, change, from, unbooked: 0, met: Some(HashSet::new()) });
        }
        Ok(())
    }

    /// Lets the world run until the end of `last`, the programmes sending on each of its mornings.
    pub(crate) async fn live_until(&mut self, last: Day) -> Result<(), DemoError> {
        let mut sent: Vec<(InstantMs, Vec<Assignment>)> = Vec::new();
        while self.world.today() < last {
            let day = self.world.today().plus(1);
            for at in 0..self.state.programmes.len() {
                sent.extend(self.send(at, day).await?);
            }
            self.world.step();
        }
        let mut tx = self.store().begin().await?;
        for (at, assignments) in &sent {
            measure::expose_all(&mut tx, assignments, *at).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// One morning of one programme: who is due, who of them is drawn to get it, and the world hears of these.
    async fn send(&mut self, at: usize, day: Day) -> Result<Option<(InstantMs, Vec<Assignment>)>, DemoError> {
        let running = &self.state.programmes[at];
        let Some(programme) = running.programme().filter(|_| day >= running.from) else { return Ok(None) };
        let (change, is_first) = (running.change, day == running.from);
        let met = match &running.met {
            Some(met) => met,
            None => {
                let known = measure_exposures::of_scope(self.store(), &change.to_string()).await?;
                let known = known.into_iter().map(|exposure| exposure.unit).collect();
                self.state.programmes[at].met.insert(known)
            }
        };
        let (least, most) = programme.last_order_days;
        let range = DayRange { from: day.plus(if is_first { -most } else { -least }), to: day.plus(-least) };
        let mut due: Vec<u64> = Vec::new();
        let mut units: Vec<Unit> = Vec::new();
        for id in self.world.last_ordered(range) {
            let pseudonym = self.world.email_of(id).map(|email| self.intake.pseudonym(&email));
            if let Some(pseudonym) = pseudonym.filter(|pseudonym| !met.contains(pseudonym)) {
                due.push(id);
                units.push(Unit::customer(&pseudonym)?);
            }
        }
        let now = self.instant(day, (SENDS_AT, 0));
        let mut assignments = measure::assign_all(self.store(), change, &units, now).await?;
        let mut customers = Vec::new();
        for (id, assignment) in due.iter().zip(&assignments) {
            if assignment.why() == Why::Drawn && assignment.arm() == Arm::Change {
                customers.push(*id);
            }
        }
        assignments.retain(|assignment| assignment.why() == Why::Drawn);
        if assignments.is_empty() {
            return Ok(None);
        }
        let running = &mut self.state.programmes[at];
        running.unbooked += customers.len() as i64;
        if let Some(met) = &mut running.met {
            met.extend(units.iter().map(|unit| unit.id().to_owned()));
        }
        let treatment = Treatment {
            name: programme.name.into(),
            customers,
            days: DayRange { from: day, to: day.plus(programme.window_days - 1) },
            order_rate_factor: programme.order_rate_factor,
            basket_factor: programme.basket_factor,
        };
        self.state.treatments.push(treatment.clone());
        self.world.treat(treatment);
        Ok(Some((now, assignments)))
    }

    /// What the calendar does on a morning, once the files are imported: costs are booked, the judge reads, and an owner
    /// whose always-on programme is not decided by its day keeps it, unproven, within a cap.
    pub(crate) async fn judge(&mut self, day: Day) -> Result<(), DemoError> {
        let now = self.instant(day, (8, 0));
        let mut tx = self.store().begin().await?;
        for running in self.state.programmes.iter_mut().filter(|running| running.unbooked > 0) {
            let cost = Cost {
                change: running.change,
                key: format!("mails:{day}"),
                day: day.plus(-1),
                kind: "mails".into(),
                micros: running.unbooked * MAIL_MICROS,
                note: format!("{} mails", running.unbooked),
            };
            measure::book_cost(&mut tx, &cost, now).await?;
            running.unbooked = 0;
        }
        tx.commit().await?;
        let report = measure::tick(&self.intake.lake, now).await?;
        for (change, why) in &report.failed {
            tracing::warn!(%change, why, "a change could not be read");
        }
        for ask in measure::asks(self.store(), day).await? {
            let change = &ask.entry.change;
            if change.is_always_on && day.plus(1) >= ask.off_on && change.keeps == 0 {
                let keep = Keep {
                    cost_cap_micros: 100_000_000,
                    decidable_on: ask.decidable_on.unwrap_or(ask.off_on.plus(45)),
                    reason: "It costs little, and the months to come will tell.",
                };
                let mut tx = self.store().begin().await?;
                measure::keep_unproven(&mut tx, change.id, keep, self.instant(day, (9, 20)), &change.owner).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }
}
