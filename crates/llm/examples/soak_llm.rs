//! Drafts by a real model through the same path as the product: prompt, call, choice, checks.
//!
//! `cargo run -p llm --example soak_llm -- BASE_URL MODEL [CONCEPTS] [SERVER_PID]`; `cargo xtask soak llm` calls it.
//! One call for each slot group. Fails when a prompt or an answer is over its tokens, or when anything that is offered is
//! over a limit or says what the facts do not.

use std::{
    collections::HashSet,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{
    ConceptId, Currency, Day, DayRange, InstantMs, Money,
    sprint::{Angle, Channel, Concept, Effort, Offer, Pool},
};
use llm::{Budget, Drafter, LlmError, MemoryCache, ModelConfig, Provider, Request, connect};
use writer::{Draft, Facts, NumberFact, Origin, ProductFact, Selection, limits, prompt};

fn day(text: &str) -> Day {
    Day::parse(text).unwrap_or(Day::from_epoch_days(20_000))
}

fn facts() -> Facts {
    let euro = Currency::parse("EUR").ok();
    let product = |id: &str, title: &str, category: &str, description: &str, minor: i64| ProductFact {
        id: id.into(),
        title: title.into(),
        category: Some(category.into()),
        description: description.into(),
        price: euro.map(|currency| Money::new(minor, currency)),
    };
    Facts {
        brand: "Brook & Barley".into(),
        lines: vec![
            "Free shipping over €40".into(),
            "Made in small batches in Leipzig".into(),
            "30 days to return".into(),
        ],
        products: vec![
            product(
                "S1",
                "Lavender & Thyme Hand Soap, 500 ml",
                "Hand soap",
                "Liquid hand soap with lavender and thyme oil. The glass bottle can be refilled. Vegan.",
                1_250,
            ),
            product(
                "S2",
                "Refill pouch for hand soap – 1 l",
                "Refills",
                "Fills the bottle twice. Pours without dripping.",
                1_490,
            ),
            product("R1", "WHITE HANGING HEART T-LIGHT HOLDER", "Home decor", "", 295),
        ],
        offers: vec![Offer {
            label: "10% off refills".into(),
            code: Some("REFILL10".into()),
            percent_off: Some(10),
            ends_on: day("2026-11-30"),
        }],
        numbers: vec![NumberFact {
            value: "1,240".into(),
            unit: "orders".into(),
            what: "orders of hand soap since January".into(),
            source: "example".into(),
        }],
        banned_words: vec!["cheap".into(), "chemical".into()],
        landing_url: "https://brookandbarley.example/autumn".into(),
        flight: DayRange { from: day("2026-11-16"), to: day("2026-11-29") },
    }
}

fn concepts() -> Vec<Concept> {
    let concept = |index: usize, angle, ids: &[&str], title: &str, hook: &str, offer| Concept {
        id: ConceptId::derive(InstantMs(0), &[title, &index.to_string()]),
        title: title.into(),
        insight: String::new(),
        hook: hook.into(),
        segment: "People who bought hand soap 60 to 120 days ago".into(),
        pool: Pool { people: 412, past_revenue_minor: 1_846_200 },
        effort: Effort::Small,
        angle,
        product_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        product_titles: Vec::new(),
        offer,
        channels: vec![Channel::GoogleSearch, Channel::Meta, Channel::Email],
        hypothesis: String::new(),
        miner: "example".into(),
        evidence: Vec::new(),
        quote: None,
        expect: None,
        why_now: String::new(),
        brought_by: None,
    };
    vec![
        concept(
            0,
            Angle::Convenience,
            &["S1", "S2"],
            "Refill before it runs out",
            "Your hand soap is about to run out.",
            Some(0),
        ),
        concept(1, Angle::Gift, &["R1"], "A small light for somebody", "A small present for a dark evening.", None),
        concept(2, Angle::Craft, &["S1"], "What is in the bottle", "Lavender, thyme and not much else.", None),
    ]
}

/// Numbers of a text in the rawest form, so that this check shares no code with the writer's.
fn digit_runs(text: &str) -> HashSet<String> {
    text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).map(str::to_owned).collect()
}

fn judge(draft: &Draft, facts: &Facts) -> Vec<String> {
    let said = format!("{facts:?} 12.50 14.90 2.95 30");
    let known = digit_runs(&said);
    let mut faults: Vec<String> = writer::check(draft, facts)
        .into_iter()
        .filter(|finding| finding.blocks())
        .map(|finding| format!("{} `{}`", finding.message, finding.text))
        .collect();
    for text in &draft.slots {
        let hard = limits::rule_of(draft.channel, &text.slot).map_or(0, |rule| rule.hard_limit);
        if text.text.chars().count() > hard {
            faults.push(format!("over {hard}: {}", text.text));
        }
        faults.extend(digit_runs(&text.text).difference(&known).map(|run| format!("number {run}: {}", text.text)));
    }
    faults
}

/// CPU seconds a process has used (Linux), of a server whose id was given.
fn cpu_seconds(pid: &str) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(ticks as f64 / 100.0)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (Some(url), Some(model)) = (arguments.first(), arguments.get(1)) else {
        eprintln!("Usage: soak_llm BASE_URL MODEL [CONCEPTS] [SERVER_PID], e.g. http://127.0.0.1:18082/v1 local");
        return ExitCode::from(2);
    };
    let count = arguments.get(2).and_then(|text| text.parse().ok()).unwrap_or(2);
    match soak(url, model, count, arguments.get(3).map(String::as_str)).await {
        Ok(0) => ExitCode::SUCCESS,
        Ok(faults) => {
            eprintln!("{faults} faults.");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn soak(url: &str, model: &str, count: usize, pid: Option<&str>) -> Result<usize, LlmError> {
    let config = ModelConfig::new(Provider::OpenAi, model).with_base_url(url);
    let drafter =
        Drafter::new(connect(&config)?).with_cache(Arc::new(MemoryCache::default())).with_budget(Budget::unlimited());
    let facts = facts();
    let (mut faults, mut kept, mut dropped, mut filled, mut invalid, mut calls) = (0, 0, 0, 0, 0, 0);
    let begun = Instant::now();
    let cpu_before = pid.and_then(cpu_seconds);
    println!(
        "{:<22} {:>9} {:>7} {:>7} {:>8} {:>6} {:>8} {:>7}",
        "group", "estimate", "prompt", "answer", "wall s", "taken", "dropped", "filled"
    );
    for concept in concepts().into_iter().take(count) {
        for channel in concept.channels.clone() {
            let mut selections = Vec::new();
            for group in limits::groups(channel) {
                let Ok(prompt) = prompt::build(&concept, &facts, group) else {
                    faults += 1;
                    continue;
                };
                let tokens = u32::try_from(prompt.max_answer_tokens).unwrap_or(500);
                let mut request = Request::json(prompt.text.clone(), group.name, prompt.schema.clone(), tokens);
                request.timeout = Duration::from_secs(300);
                request.seed = Some(7);
                let asked = Instant::now();
                calls += 1;
                let drafted = match drafter.draft(&request).await {
                    Ok(drafted) => drafted,
                    // A small model may fail twice: then the composer writes the group.
                    Err(LlmError::InvalidAnswer { errors, .. }) => {
                        invalid += 1;
                        println!("{:<22} invalid twice: {}", group.name, errors.join("; "));
                        selections.push(writer::select(channel, group.slots, &[], Origin::Model, &concept, &facts, 1));
                        continue;
                    }
                    Err(error) => return Err(error),
                };
                let per_call = u64::from(if drafted.is_repaired { 2_u32 } else { 1 });
                if prompt.tokens > prompt::PROMPT_TOKENS
                    || drafted.prompt_tokens / per_call > 700
                    || drafted.answer_tokens / per_call > 500
                {
                    println!("! {} is over its tokens", group.name);
                    faults += 1;
                }
                let texts = writer::parse_answer(&drafted.text, group.slots).unwrap_or_default();
                let selection = writer::select(channel, group.slots, &texts, Origin::Model, &concept, &facts, 1);
                let by_model = selection.count(Origin::Model);
                let by_composer = selection.count(Origin::Composer);
                println!(
                    "{:<22} {:>9} {:>7} {:>7} {:>8.1} {:>6} {:>8} {:>7}{}",
                    group.name,
                    prompt.tokens,
                    drafted.prompt_tokens,
                    drafted.answer_tokens,
                    asked.elapsed().as_secs_f64(),
                    by_model,
                    selection.dropped.len(),
                    by_composer,
                    if drafted.is_repaired { "  repaired" } else { "" }
                );
                for text in selection.dropped.iter().take(3) {
                    println!(
                        "    dropped: {:.70} ({})",
                        text.text.replace('\n', " "),
                        text.reasons.first().map_or("", String::as_str)
                    );
                }
                kept += by_model;
                filled += by_composer;
                dropped += selection.dropped.len();
                selections.push(selection);
            }
            let mut draft = Selection::into_draft(channel, selections);
            if channel == Channel::GoogleSearch {
                let paths: Vec<_> = limits::rules(channel).iter().filter(|rule| rule.slot == "path").copied().collect();
                draft.slots.extend(writer::compose_slots(&concept, &facts, channel, &paths, 1).slots);
            }
            for fault in judge(&draft, &facts) {
                println!("! {fault}");
                faults += 1;
            }
            println!("--- {} · {channel:?}\n{}", concept.title, draft.to_plain_text());
        }
    }
    let cpu = cpu_before.and_then(|before| pid.and_then(cpu_seconds).map(|after| after - before));
    println!(
        "{calls} calls, {invalid} invalid twice; texts of the model: {kept} offered, {dropped} dropped; {filled} filled by the composer; {faults} faults; wall {:.0} s{}",
        begun.elapsed().as_secs_f64(),
        cpu.map_or(String::new(), |seconds| format!(", server CPU {seconds:.0} s"))
    );
    Ok(faults)
}
