//! What blocks, what warns, what passes; what a prompt may carry; what is kept of an answer.
#![allow(clippy::unwrap_used)]

mod support;

use domain::sprint::{Channel, SlotText};
use support::{ANGLES, CHANNELS, brook, concept, day, loewenzahn, retro};
use writer::{
    Code, Draft, Origin, Severity, check, check_text, compose, limits, parse_answer,
    prompt::{self, Template},
    select,
};

fn blocking(channel: Channel, slot: &str, text: &str) -> Vec<Code> {
    check_text(channel, slot, text, &brook()).into_iter().filter(|f| f.blocks()).map(|f| f.code).collect()
}

#[test]
fn texts_are_held_against_the_facts() {
    use Code::*;
    for (text, wanted) in [
        ("Lavender & thyme hand soap, €12.50", vec![]),
        ("1,240 orders of hand soap since January", vec![]),
        ("10% off refills until 30 November with code REFILL10", vec![]),
        ("Refills use 70% less plastic", vec![]),
        ("Two tea towels of washed linen", vec![]),
        ("Vegan soap in a glass bottle", vec![]),
        ("12% off refills", vec![UngroundedNumber]),
        ("Only €9.99", vec![UngroundedNumber]),
        ("Loved by 5,000 people", vec![UngroundedNumber]),
        ("Seven reasons to refill", vec![UngroundedNumber]),
        ("A 32-pack of soap", vec![UngroundedNumber]),
        ("Since 1998", vec![UngroundedNumber]),
        ("The best hand soap", vec![UngroundedClaim]),
        ("Waterproof and dermatologically tested", vec![UngroundedClaim, UngroundedClaim]),
        ("Made of bamboo", vec![UngroundedClaim]),
        ("Organic, of course", vec![UngroundedClaim]),
        ("Guaranteed next day", vec![UngroundedClaim, UngroundedClaim]),
        ("10% off refills until 5 December", vec![UngroundedNumber, Offer]),
        ("Use code SOAP20 for refills", vec![UngroundedNumber, Offer]),
        ("Not cheap, not cheaper", vec![BannedWord]),
        ("No chemicals", vec![BannedWord]),
        ("A guilt-free wash", vec![BannedWord]),
        ("See http://brook.example", vec![InsecureUrl]),
        ("Ask jane@brook.example", vec![PersonalData]),
        ("Call +49 341 123 456 78", vec![UngroundedNumber, PersonalData]),
        ("Hello from [Your Name]", vec![Placeholder]),
        ("Hello {{ first_name }}", vec![Placeholder]),
        ("   ", vec![Empty]),
        ("Tick refills off your list, feel free to wait", vec![]),
    ] {
        let mut found = blocking(Channel::Meta, "primary_text", text);
        found.dedup_by(|a, b| a == b && *a == UngroundedNumber);
        assert_eq!(found, wanted, "{text}: {:#?}", check_text(Channel::Meta, "primary_text", text, &brook()));
    }
}

#[test]
fn an_offer_is_judged_by_the_flight() {
    let mut facts = brook();
    let severity = |facts: &writer::Facts| {
        check_text(Channel::Meta, "headline", "10% off refills", facts)
            .into_iter()
            .find(|f| f.code == Code::Offer)
            .map(|f| f.severity)
    };
    assert_eq!(severity(&facts), None, "ends after the flight");
    facts.offers[0].ends_on = day("2026-11-20");
    assert_eq!(severity(&facts), Some(Severity::Warn), "ends inside the flight");
    facts.offers[0].ends_on = day("2026-11-10");
    assert_eq!(severity(&facts), Some(Severity::Block), "is over");
}

#[test]
fn slots_are_counted_and_measured() {
    let mut draft = compose(&concept(&brook(), ANGLES[3], 1), &brook(), Channel::GoogleSearch, 1);
    draft.slots.retain(|text| text.slot != "description");
    draft.slots.push(SlotText { slot: "headline".into(), text: "This headline is a little bit too long".into() });
    draft.slots.push(SlotText { slot: "subject".into(), text: "Wrong place".into() });
    let codes: Vec<(Code, &'static str)> = check(&draft, &brook())
        .into_iter()
        .filter(|f| f.blocks())
        .map(|f| {
            (
                f.code,
                if f.slot == "headline" {
                    "headline"
                } else if f.slot == "description" {
                    "description"
                } else {
                    "other"
                },
            )
        })
        .collect();
    assert_eq!(
        codes,
        [
            (Code::OverLimit, "headline"),
            (Code::TooMany, "headline"),
            (Code::TooFew, "description"),
            (Code::TooMany, "other")
        ]
    );
    let long = "お得な石鹸お得な石鹸お得な石鹸は";
    assert_eq!(blocking(Channel::GoogleSearch, "headline", long), [Code::OverLimit], "wide characters count two");
    assert!(blocking(Channel::Meta, "headline", long).is_empty());
}

#[test]
fn style_only_warns() {
    for (text, code) in [
        ("SHOCKING news about the soap", Code::Shouting),
        ("Look at this!!", Code::Punctuation),
        ("Really?!", Code::Punctuation),
    ] {
        let findings = check_text(Channel::Email, "subject", text, &brook());
        assert!(findings.iter().any(|f| f.code == code && !f.blocks()), "{text}: {findings:?}");
    }
    let twins = Draft {
        channel: Channel::Meta,
        slots: ["Meet the lavender soap", "Meet the lavender soaps"]
            .map(|text| SlotText { slot: "headline".into(), text: text.into() })
            .to_vec(),
    };
    assert!(check(&twins, &brook()).iter().any(|f| f.code == Code::NearDuplicate && f.severity == Severity::Warn));
}

#[test]
fn prompts_are_short_enough_and_carry_nobody() {
    let mut worst = 0;
    for mut facts in [brook(), retro(), loewenzahn()] {
        facts.lines.push("Ask Jane Doe at jane.doe@mail.example or +44 20 7946 0958".into());
        facts.lines.rotate_right(1);
        facts.products[0].description.push_str(" Loved by customer Jane Doe (jane.doe@mail.example).");
        for angle in ANGLES {
            let mut concept = concept(&facts, angle, 0);
            concept.segment = "People like jane.doe@mail.example".into();
            for group in CHANNELS.into_iter().flat_map(limits::groups) {
                let prompt = prompt::build(&concept, &facts, group).unwrap();
                assert!(prompt.tokens <= prompt::PROMPT_TOKENS);
                worst = worst.max(prompt.tokens);
                assert!(!prompt.text.contains("jane.doe") && !prompt.text.contains("7946"), "{}", prompt.text);
                assert!(
                    !prompt.text.contains("412") && !prompt.text.contains("18462"),
                    "the pool is not for customers"
                );
                assert!(!prompt.text.contains("{{") && !prompt.text.contains("none"), "{}", prompt.text);
            }
        }
    }
    println!("longest prompt: about {worst} tokens");
}

#[test]
fn a_customers_name_is_taken_out_where_it_is_introduced() {
    let mut facts = brook();
    facts.lines = vec!["As our customer Jane Doe said, it lasts".into()];
    let prompt = prompt::build(&concept(&facts, ANGLES[1], 0), &facts, limits::group("email_body").unwrap()).unwrap();
    assert!(!prompt.text.contains("Jane") && !prompt.text.contains("Doe"), "{}", prompt.text);
}

#[test]
fn long_facts_are_left_out_from_the_end() {
    let mut facts = brook();
    facts.products.iter_mut().for_each(|product| product.description = "A rather long description of it. ".repeat(60));
    facts.lines = (0..60)
        .map(|n| format!("Fact number {n} about everything that can be said of this brand and its things"))
        .collect();
    let prompt = prompt::build(&concept(&facts, ANGLES[0], 2), &facts, limits::group("visuals").unwrap()).unwrap();
    assert!(prompt.tokens <= prompt::PROMPT_TOKENS && prompt.text.contains("Fact number 0"));
}

#[test]
fn templates_of_the_library_are_rendered_or_refused() {
    let (facts, group) = (brook(), limits::group("google_headlines").unwrap());
    let concept = concept(&facts, ANGLES[0], 0);
    let own = Template {
        name: "short",
        version: 3,
        source: "For {{ brand }}: {% for s in slots %}{{ s.count }} × {{ s.key }}{% endfor %}",
    };
    let prompt = prompt::render(&own, &concept, &facts, group).unwrap();
    assert_eq!((prompt.text.as_str(), prompt.version), ("For Brook & Barley: 15 × headline", 3));
    for (source, words) in [("{{ custmer }}", "undefined"), ("{% for %}", "syntax")] {
        let error = prompt::render(&Template { source, ..own }, &concept, &facts, group).unwrap_err().to_string();
        assert!(error.contains(words) && error.contains("`short`"), "{error}");
    }
    let endless = Template { source: &"word ".repeat(5_000), ..own };
    assert!(prompt::render(&endless, &concept, &facts, group).unwrap_err().to_string().contains("700"));
}

#[test]
fn the_prompt_reads_well() {
    let facts = brook();
    let prompt =
        prompt::build(&concept(&facts, ANGLES[4], 1), &facts, limits::group("email_subjects").unwrap()).unwrap();
    insta::assert_snapshot!(prompt.text);
    insta::assert_json_snapshot!(prompt.schema);
}

#[test]
fn only_what_passes_is_offered() {
    let (facts, group) = (brook(), limits::group("google_headlines").unwrap());
    let concept = concept(&facts, ANGLES[4], 1);
    let answer = r#"{"headline": ["Refill before it runs out", "The best soap in the world", "Refill before it runs out!",
        "A headline that is clearly longer than thirty characters", "Save 50% today", "Pours without dripping", "Cheap refills",
        "State only what the facts below say", "10 days to return"]}"#;
    let texts = parse_answer(answer, group.slots).unwrap();
    let selection = select(Channel::GoogleSearch, group.slots, &texts, Origin::Model, &concept, &facts, 1);
    assert_eq!(selection.count(Origin::Model), 2);
    assert_eq!(selection.offered.len(), 15, "filled up by the composer");
    assert_eq!(selection.dropped.len(), 7, "{:#?}", selection.dropped);
    assert!(selection.dropped.iter().all(|dropped| !dropped.reasons.is_empty() && !dropped.codes.is_empty()));
    let draft = Draft { channel: Channel::GoogleSearch, slots: selection.texts() };
    assert!(check(&draft, &facts).iter().filter(|f| f.blocks()).all(|f| f.slot == "description"));
}

#[test]
fn drafts_read_well() {
    let (brook, retro, loewenzahn) = (brook(), retro(), loewenzahn());
    for (name, facts, angle, channel, round) in [
        ("brook_google_convenience", &brook, 4, Channel::GoogleSearch, 1),
        ("retro_meta_gift", &retro, 7, Channel::Meta, 2),
        ("loewenzahn_email_craft", &loewenzahn, 3, Channel::Email, 0),
        ("retro_email_bundle", &retro, 8, Channel::Email, 4),
    ] {
        let draft = compose(&concept(facts, ANGLES[angle], round), facts, channel, 1);
        insta::assert_snapshot!(name, draft.to_plain_text());
    }
}
