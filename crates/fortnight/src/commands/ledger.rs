//! `fortnight ledger`: what is live, what it earned against its baseline, and the decisions.

use domain::{ChangeId, Day, Money, sprint::ResultWord};
use measure::{Detail, Earned, Entry, Keep, Killed, Split, TickReport, off_on};
use serde_json::json;

use crate::{
    args,
    failure::Failure,
    output::{Output, count, paragraph, row, table},
    wire::{self, Wired},
};

/// Lists, shows, decides, reads.
pub async fn run(wired: &Wired, command: &args::Ledger, out: Output) -> Result<(), Failure> {
    let today = wired.now.day_in(&wired.zone);
    match command {
        args::Ledger::List { state } => {
            let mut all = measure::list(&wired.store, today).await?;
            all.retain(|entry| state.as_deref().is_none_or(|state| entry.change.status.as_str() == state));
            let asks = measure::asks(&wired.store, today).await?;
            let tasks = measure::open_instructions(&wired.store).await?;
            let clean_up = measure::open_clean_up(&wired.store).await?;
            let object = json!({ "changes": all, "asks": asks, "instructions": tasks, "clean_up": clean_up });
            out.put(&object, |_| {
                let mut text = listed(wired, &all);
                for ask in &asks {
                    let change = &ask.entry.change;
                    let what = format!("{}: off on {}, or keep it unproven? {}", change.name, ask.off_on, change.id);
                    text.push_str(&paragraph("Decide: ", "  ", &what));
                }
                for task in &tasks {
                    text.push_str(&paragraph("To do: ", "  ", &format!("{} ({})", task.text, task.change)));
                }
                for task in &clean_up {
                    let tried = task.last_error.as_deref().unwrap_or("not tried yet; `--clean-up` names the program");
                    text.push_str(&paragraph(
                        "To clean up: ",
                        "  ",
                        &format!("{} {tried} ({})", task.text, task.change),
                    ));
                }
                text
            });
        }
        args::Ledger::Show { id } => {
            let detail = measure::detail(&wired.store, id_of(id)?, today).await?;
            out.put(&detail, |detail| shown(wired, detail));
        }
        args::Ledger::Earned => {
            let earned = measure::earned(&wired.store, today).await?;
            out.put(&earned, |earned| earned_text(wired, earned));
        }
        args::Ledger::Decide(decide) => out.say(&decided(wired, decide).await?),
        args::Ledger::Regions { days, product, exclude } => {
            super::split::regions(wired, *days, product, exclude, out).await?
        }
        args::Ledger::Split(split) => super::split::register(wired, split, out).await?,
        args::Ledger::Tick(clean_up) => {
            let report = measure::tick(&wired.lake, wired.now).await?;
            let cleaned = super::clean::run(&wired.store, wired.now, clean_up.program.as_deref()).await?;
            let open = measure::open_clean_up(&wired.store).await?.len() as u64;
            let mut object = serde_json::to_value(&report).unwrap_or_default();
            object["cleaned"] = json!(cleaned.0);
            object["not_cleaned"] = json!(open);
            out.put(&object, |_| {
                let mut text = ticked(&report);
                if cleaned.0 + open > 0 {
                    let what = format!("{} outside, {open} still to do", count(cleaned.0, "clean-up"));
                    text.push_str(&paragraph("", "  ", &what));
                }
                text
            });
        }
        args::Ledger::Killed => {
            let killed = measure::killed(&wired.store, today).await?;
            let saved = measure::saved(&killed);
            out.put(&json!({ "killed": killed, "saved": saved }), |_| killed_text(wired, &killed));
        }
        args::Ledger::Health { check } => health(wired, *check, today, out).await?,
    }
    Ok(())
}

pub(super) fn id_of(text: &str) -> Result<ChangeId, Failure> {
    text.parse().map_err(|_| {
        Failure::input("change", format!("`{text}` is not the id of a change; `fortnight ledger list` prints them"))
    })
}

fn money(wired: &Wired, micros: i64) -> String {
    let text = Money::from_micros(i128::from(micros), wired.brand.currency).to_string();
    if micros > 0 { format!("+{text}") } else { text }
}

fn net(wired: &Wired, net: Option<[i64; 3]>) -> String {
    net.map_or_else(
        || "nothing can be said".into(),
        |net| format!("{} [{}, {}]", money(wired, net[1]), money(wired, net[0]), money(wired, net[2])),
    )
}

fn net_of(entry: &Entry) -> Option<[i64; 3]> {
    let verdict = entry.verdict.as_ref()?;
    Some([verdict.net_low_micros?, verdict.net_micros?, verdict.net_high_micros?])
}

fn listed(wired: &Wired, all: &[Entry]) -> String {
    if all.is_empty() {
        return "Nothing is on record: a launch registers its concepts when its files are exported.\n".into();
    }
    let mut rows = vec![row(["change", "state", "grade", "verdict", "net beyond baseline", "off by", "id"])];
    for entry in all {
        let change = &entry.change;
        let state = match (change.status.as_str(), change.kept_until) {
            ("running", Some(_)) => "kept, unproven",
            (state, _) => state,
        };
        let by = if change.status.is_served() { off_on(change).to_string() } else { String::new() };
        let (money, id) = (net(wired, net_of(entry)), change.id.to_string());
        rows.push(row([&change.name, state, change.baseline_grade.as_str(), entry.result.label(), &money, &by, &id]));
    }
    table(&rows)
}

fn shown(wired: &Wired, detail: &Detail) -> String {
    let (entry, change) = (&detail.entry, &detail.entry.change);
    let mut text = format!("{}\n", change.name);
    let mut say = |label: &str, what: &str| text.push_str(&paragraph(&format!("{label:<12}"), "            ", what));
    say("why", &change.hypothesis);
    say("owner", &change.owner);
    say(
        "baseline",
        &format!("{} ({}): {}", change.baseline_grade.as_str(), change.baseline_grade.label(), change.baseline_note),
    );
    say("runs", &format!("{} to {}, kill day {}", change.starts_on, change.ends_on, change.kill_on));
    say("verdict", &format!("{}: {}", entry.result.label(), net(wired, net_of(entry))));
    match &detail.plan.split {
        Some(Split::Regions { treated, controls }) => {
            say("gets it", &treated.join(", "));
            say("compared", &controls.join(", "));
        }
        Some(Split::Periods { .. }) => {
            let on = measure::schedule(change).into_iter().filter(|(_, _, on)| *on);
            let on: Vec<String> =
                on.map(|(from, to, _)| if from == to { from.to_string() } else { format!("{from} to {to}") }).collect();
            say("on", &on.join(", "));
        }
        None => {}
    }
    if let Some(found) = &detail.findings {
        say("method", &found.method);
        for note in found.breaches.iter().chain(&found.notes) {
            say("note", note);
        }
    }
    let cost: i64 = detail.costs.iter().map(|cost| cost.micros).sum();
    say("cost", money(wired, cost).trim_start_matches('+'));
    for decision in &detail.decisions {
        say("decided", &format!("{} on {} by {}: {}", decision.kind, decision.day, decision.actor, decision.reason));
    }
    for task in detail.tasks.iter().filter(|task| task.done_at.is_none()) {
        say("to do", &task.text);
    }
    text
}

fn earned_text(wired: &Wired, earned: &Earned) -> String {
    let sum = |sum: &measure::EarnedSum| {
        let range = net(wired, Some([sum.low_micros, sum.micros, sum.high_micros]));
        format!("{}, {range}", crate::output::count(sum.changes as u64, "change"))
    };
    let mut text = String::new();
    text.push_str(&paragraph("proven      ", "  ", &sum(&earned.proven)));
    text.push_str(&paragraph("unproven    ", "  ", &format!("{}; may be luck, never added", sum(&earned.unproven))));
    text.push_str(&paragraph("lost        ", "  ", &sum(&earned.lost)));
    text.push_str(&paragraph("it all cost ", "  ", money(wired, earned.cost_micros).trim_start_matches('+')));
    let mut rows = vec![row(["change", "grade", "verdict", "net beyond baseline"])];
    for line in &earned.lines {
        let change = &line.entry.change;
        rows.push(row([&change.name, change.baseline_grade.as_str(), line.word.label(), &net(wired, line.net_micros)]));
    }
    text.push('\n');
    text.push_str(&table(&rows));
    text
}

async fn decided(wired: &Wired, decide: &args::Decide) -> Result<String, Failure> {
    let id = id_of(&decide.id)?;
    let mut tx = wired.store.begin().await?;
    let said = if let Some(reason) = &decide.off {
        match measure::kill(&mut tx, id, wired.now, &wired.actor, reason).await? {
            true => "It is off: everybody gets the baseline.".to_owned(),
            false => "It was off already.".into(),
        }
    } else if let Some(reason) = &decide.keep {
        let (cap, until) = (decide.cap.as_deref().unwrap_or_default(), decide.until.as_deref().unwrap_or_default());
        let mark = domain::decimal::DecimalMark::Point;
        let cost_cap_micros = domain::decimal::parse_micros(cap, mark)
            .map_err(|_| Failure::input("cap", format!("--cap `{cap}` is not an amount; write 250 or 250.50")))?;
        let decidable_on = wire::parse_day("--until", until)?;
        let keep = Keep { cost_cap_micros, decidable_on, reason };
        measure::keep_unproven(&mut tx, id, keep, wired.now, &wired.actor).await?;
        format!("It is kept until {decidable_on}, unproven: not called or counted as a win.")
    } else {
        let place = decide.confirm.as_deref().unwrap_or_default();
        match measure::confirm(&mut tx, id, place, wired.now, &wired.actor).await? {
            true => format!("Confirmed: it is off on {place}."),
            false => format!("Nothing waits to be confirmed on `{place}`."),
        }
    };
    tx.commit().await?;
    Ok(said)
}

fn ticked(report: &TickReport) -> String {
    let mut text =
        format!("{} read, {} re-opened by late facts\n", count(report.read, "change"), count(report.reopened, "day"));
    for (_, name, step) in &report.steps {
        let what = match step {
            measure::Step::Stays => "has won and stays".to_owned(),
            measure::Step::Off(reason) => format!("is off. {reason}"),
            measure::Step::Reminded => "waits for its owner".into(),
        };
        text.push_str(&paragraph("- ", "  ", &format!("{name} {what}")));
    }
    for (id, why) in &report.failed {
        text.push_str(&paragraph("! ", "  ", &format!("{id} could not be read: {why}")));
    }
    text
}

fn killed_text(wired: &Wired, killed: &[Killed]) -> String {
    if killed.is_empty() {
        return "Nothing is off yet.\n".into();
    }
    let mut rows = vec![row(["change", "off by", "cost saved", "net saved in 30 days", "why"])];
    for one in killed {
        let (cost, saved) = (money(wired, one.saved_cost_micros), net(wired, one.saved_net_micros));
        rows.push(row([&one.entry.change.name, &one.by, cost.trim_start_matches('+'), &saved, &one.reason]));
    }
    let sum = measure::saved(killed);
    let all = format!(
        "In sum {} of cost and {} net over 30 days each.",
        money(wired, sum.cost_micros).trim_start_matches('+'),
        net(wired, Some(sum.net_micros))
    );
    table(&rows) + "\n" + &paragraph("", "", &all)
}

async fn health(wired: &Wired, check: bool, today: Day, out: Output) -> Result<(), Failure> {
    let aa = match check {
        true => Some(measure::self_check(&wired.lake, wired.now).await?),
        false => measure::last_self_check(&wired.store).await?,
    };
    let health = measure::health(&wired.lake, today).await?;
    out.put(&json!({ "aa": aa, "health": health }), |_| {
        let mut text = String::new();
        let said = match aa.map(|check| check.found).filter(|found| found.runs > 0) {
            Some(found) => format!(
                "{} of {} experiments in which nothing was changed were called {} or {}; at most about {:.0} % may be{}.",
                found.false_calls,
                found.runs,
                ResultWord::Won.as_str(),
                ResultWord::Lost.as_str(),
                found.alpha * 100.0,
                if found.is_sound { "" } else { ": too many, do not believe verdicts" }
            ),
            None => "not checked; `--check` does it, with 200 customers or more".into(),
        };
        text.push_str(&paragraph("A/A on the own past  ", "  ", &said));
        let tests = health.retests;
        let said = format!("{} won, {} tested again, {} held", tests.won, tests.retested, tests.held);
        text.push_str(&paragraph("re-tests             ", "  ", &said));
        let forecasts = health.forecasts;
        let ratio = forecasts.ratio.map_or_else(|| "–".into(), |ratio| format!("{:.0} %", ratio * 100.0));
        let said = format!("{} compared, {} in their range, {ratio} of what was predicted", forecasts.judged, forecasts.within);
        text.push_str(&paragraph("forecasts            ", "  ", &said));
        text
    });
    Ok(())
}
