//! A whole sprint on the command line, on a simulated shop that answers to what is launched.
#![allow(clippy::unwrap_used)]

mod common;
use std::collections::BTreeSet;

use common::{Brand, filters};
use domain::{Day, sprint::Concept};
use serde_json::Value;
use simulate::{Config, LaunchedConcept, World};

/// Exports of the morning, imported source by source.
fn import(brand: &Brand, world: &World, from: Option<Day>, now: &str) {
    let range = domain::DayRange { from: from.unwrap_or(world.span().from), to: world.today() };
    let mut by_source: Vec<(String, Vec<String>)> = Vec::new();
    for file in world.exports(range) {
        brand.write(&file.name, file.bytes);
        match by_source.iter_mut().find(|(source, _)| *source == file.source.to_string()) {
            Some((_, names)) => names.push(file.name),
            None => by_source.push((file.source.to_string(), vec![file.name])),
        }
    }
    for (source, names) in by_source {
        let mut args = vec!["import", source.as_str()];
        args.extend(names.iter().map(String::as_str));
        let report = brand.json(now, &args);
        assert!(report["rows_read"].as_u64().unwrap() > 0, "{source}: {report}");
    }
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

#[test]
fn brief_to_signed_post_mortem_and_the_next_sprint_carries_the_actions() {
    let day = |n: i32| Day::parse("2026-03-02").unwrap().plus(n);
    let at = |n: i32| format!("{}T09:00", day(n));
    let config = Config { start: day(-420), days: 420, ..Config::small(11, day(0)) };
    let mut world = World::new(config);
    world.run_until(day(-1));

    let brand = Brand::new();
    let spec = world.brand();
    let site = spec.shop_url;
    let set = ["brand", "--name", spec.name, "--currency", "EUR", "--time-zone", "Europe/Berlin", "--site-url", site];
    brand.ok(&at(0), &set);
    import(&brand, &world, None, &at(0));
    let gates = brand.json(&at(0), &["doctor"]);
    assert!(list(&gates["gates"]).iter().any(|gate| gate["verdict"] == "ready"), "{gates}");
    assert!(!list(&brand.json(&at(0), &["today"])["sentences"]).is_empty());

    // Day 1: brief, concepts, picks.
    brand.write("brief.toml", brand.ok(&at(0), &["sprint", "brief-template"]));
    brand.ok(&at(0), &["sprint", "new", "brief.toml"]);
    let sheet = brand.json(&at(0), &["sprint", "concepts", "--seed", "3"]);
    let rows = list(&sheet["concepts"]);
    assert!(rows.len() >= 6, "{} concepts", rows.len());
    let concepts: Vec<Concept> =
        rows.iter().map(|row| serde_json::from_value(row["concept"].clone()).unwrap()).collect();
    let angles: BTreeSet<_> = concepts.iter().map(|concept| concept.angle).collect();
    assert!(angles.len() >= 4, "{angles:?}");
    let text = brand.ok(&at(0), &["sprint", "concept", "1"]);
    assert!(text.contains("SELECT") && text.contains(&concepts[0].id.utm_content()), "{text}");
    let refused = brand.show(&at(0), &["sprint", "pick", "--pick", "1"]);
    assert!(refused.starts_with("exit 2") && refused.contains("needs a reason"), "{refused}");
    brand.ok(&at(0), &["sprint", "pick", "--pick", "1=the largest pool", "--pick", "2=new to us"]);
    let early = brand.show(&at(0), &["sprint", "drafts"]);
    assert!(early.starts_with("exit 2") && early.contains("pick 1 more"), "{early}");
    let picked = brand.json(&at(0), &["sprint", "pick", "--pick", "4=quick to make", "--kill", "3=we sold out of it"]);
    assert_eq!(list(&picked["picked"]).len(), 3);

    // Days 2 to 4: copy, approved one by one and then all.
    let studio = brand.json(&at(1), &["sprint", "drafts"]);
    let drafts = list(&studio["studio"]["drafts"]).len();
    assert_eq!(drafts, 9, "three concepts on three channels");
    let blocked = brand.show(&at(2), &["sprint", "check"]);
    assert!(blocked.starts_with("exit 2") && blocked.contains("BLOCK"), "{blocked}");
    let blocked = brand.show(&at(2), &["sprint", "launch", "--out", "launch"]);
    assert!(blocked.starts_with("exit 2") && !brand.path("launch").exists(), "{blocked}");
    brand.ok(&at(2), &["--as", "Ann", "sprint", "edit", "1", "headline", "1", "Tea that waits for you"]);
    let draft = brand.ok(&at(2), &["sprint", "draft", "1"]);
    assert!(draft.contains("Tea that waits for you") && draft.contains("22/30"), "{draft}");
    assert!(brand.ok(&at(2), &["sprint", "prompt", "1"]).len() > 200);
    let approved = brand.json(&at(3), &["--as", "Ann", "sprint", "approve", "--all", "--read"]);
    assert_eq!((approved["approved"].as_u64(), approved["spot_checks_open"].as_u64()), (Some(9), Some(0)));

    // Day 5: checks, export, live.
    let checks = brand.ok(&at(4), &["sprint", "check"]);
    assert!(checks.contains("Nothing blocks the launch."), "{checks}");
    let export = brand.json(&at(4), &["sprint", "launch", "--out", "launch"]);
    for name in list(&export["files"]) {
        let content = std::fs::read_to_string(brand.path("launch").join(name.as_str().unwrap())).unwrap();
        let marked = picked["picked"].as_array().unwrap().iter().any(|row| {
            let concept: Concept = serde_json::from_value(row["concept"].clone()).unwrap();
            content.contains(&concept.id.utm_content())
        });
        assert!(marked, "{name} carries no concept");
    }
    let live = brand.json(&at(4), &["sprint", "live"]);
    assert_eq!(live["kill_on"], day(34).to_string());
    for row in list(&picked["picked"]) {
        let concept: Concept = serde_json::from_value(row["concept"].clone()).unwrap();
        let flight = domain::DayRange { from: day(4), to: day(13) };
        world.launch(LaunchedConcept::of(&concept, "sprint", 6_000, flight));
    }

    // The flight: mornings with reviews.
    for morning in [7, 10] {
        world.run_until(day(morning - 1));
        import(&brand, &world, Some(day(morning - 28)), &at(morning));
        let review = brand.json(&at(morning), &["sprint", "review"]);
        assert!((1..=5).contains(&list(&review["lines"]).len()), "{review}");
        assert_eq!(review["flight_day"], morning - 3);
    }
    world.run_until(day(13));
    import(&brand, &world, Some(day(-14)), &at(14));

    // The end: post-mortem, action, signature.
    let markdown = brand.ok(&at(14), &["sprint", "postmortem"]);
    assert!(markdown.contains("€"), "{markdown}");
    brand.ok(&at(14), &["sprint", "action", "Ask ten buyers why", "--owner", "Ann", "--due", &day(20).to_string()]);
    insta::with_settings!({ filters => filters() }, {
        insta::assert_snapshot!("sprint_list", brand.show(&at(14), &["sprint", "list"]));
    });
    let unsigned = brand.show(&at(15), &["sprint", "new", "brief.toml"]);
    assert!(unsigned.starts_with("exit 2"), "{unsigned}");
    let signed = brand.json(&at(14), &["sprint", "sign", "--by", "Mara"]);
    assert_eq!(signed["signed_by"], "Mara");
    let again = brand.show(&at(15), &["sprint", "sign", "--by", "Mara"]);
    assert!(again.starts_with("exit 2"), "a signature stands: {again}");

    // The next sprint begins with what was promised.
    brand.write("next.toml", brand.ok(&at(15), &["sprint", "brief-template"]));
    let next = brand.json(&at(15), &["sprint", "new", "next.toml"]);
    assert_eq!(next["number"], 2);
    let carried = list(&next["brief"]["carried_actions"]);
    assert!(carried.iter().any(|action| action["text"] == "Ask ten buyers why"), "{carried:?}");
    let shown = brand.ok(&at(15), &["sprint", "show"]);
    assert!(shown.contains("Ask ten buyers why (Ann, due"), "{shown}");
}
