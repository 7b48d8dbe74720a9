//! Brief, concepts, comparison, studio.

use server::{frame::Nav, views::*};

use crate::{frame, html};

pub fn render(page: &str, state: &str) -> Option<Result<String, askama::Error>> {
    let frame = |nav, title| frame(nav, title, "Nordlicht");
    match page {
        "brief" => html(&BriefPage { frame: frame(Nav::Brief, "Brief"), view: brief(state) }),
        "concepts" => html(&ConceptsPage { frame: frame(Nav::Concepts, "Concepts"), view: concepts(state) }),
        "compare" => html(&ComparePage {
            frame: frame(Nav::Concepts, "Compare"),
            back: "#".into(),
            cards: if state == "full" { cards(false)[..3].to_vec() } else { vec![] },
        }),
        "studio" => html(&StudioPage { frame: frame(Nav::Studio, "Studio"), view: studio(state) }),
        _ => None,
    }
}

fn brief(state: &str) -> BriefView {
    BriefView {
        editable: true,
        action: "#".into(),
        toml_href: "#".into(),
        problems: if state == "error" {
            vec![Mistake {
                field: "flight.to".into(),
                message: "Flight: the last day (3 Nov) is before the first (5 Nov).".into(),
            }]
        } else {
            vec![]
        },
        carried: vec![("Photograph the refill pouch in daylight".into(), "Jonas, by 20 Nov 2026".into())],
        title: "Refills before the holidays".into(),
        objective: "People whose bar is nearly used up order the refill before they look elsewhere.".into(),
        kpis: ["Net revenue", "Contribution after ads", "New-customer revenue", "Repeat revenue"]
            .iter()
            .enumerate()
            .map(|(i, label)| Choice::new(*label, *label, i == 3))
            .collect(),
        guardrail: "Blended CAC stays under €35".into(),
        audience: "People who bought once or twice".into(),
        flight_from: "2026-11-05".into(),
        flight_to: "2026-11-18".into(),
        budget: "7,000.00".into(),
        budget_label: "Ad budget, EUR".into(),
        channels: vec![
            Choice::new("google_search", "Google search", true),
            Choice::new("meta", "Meta", true),
            Choice::new("email", "E-mail", false),
        ],
        concept_count: "20".into(),
        pick_count: "3".into(),
        products: "Cedar hand balm\nRefills".into(),
        facts: "Made in Malmö\nRefills come in paper".into(),
        offers: "10% off refills | REFILL10 | 10 | 2026-11-30".into(),
        banned_words: "miracle\nanti-ageing".into(),
        landing_url: "https://nordlicht.example/refills".into(),
        locked: String::new(),
    }
}

fn cards(long: bool) -> Vec<ConceptCard> {
    let base = [
        (
            "Refill in one minute",
            "Convenience",
            "980 people bought a bar 40 to 70 days ago and have not reordered; half of all refills came in that window.",
            "Your bar is nearly used up. The next one takes a minute.",
            "Refill due in 14 days",
            "980",
            "€88,210 so far",
        ),
        (
            "Two scents that 41 % buy together",
            "Bundle",
            "Of 1,597 buyers of cedar balm, 655 bought birch soap within 30 days.",
            "Cedar for the hands, birch for the sink.",
            "Bought one of both",
            "655",
            "€39,744 so far",
        ),
        (
            "Made in one room in Malmö",
            "Craft",
            "Sessions that saw the workshop page added to cart 2.1 times as often (1.8 to 2.4).",
            "Eleven people. One room. Every bar.",
            "New visitors",
            "–",
            "new people",
        ),
        (
            "It is dry-air season again",
            "Season",
            "Hand care sells 1.7 times its yearly mean from mid-November; last year 846 people bought for the first time then.",
            "Heating on. Hands out.",
            "Bought winter care last year",
            "846",
            "€71,402 so far",
        ),
        (
            "The second order is the one",
            "Belonging",
            "Of 5,204 first-time buyers 22 % came back within 90 days; of those who tried a refill, 61 %.",
            "You liked the first one. Keep the tin.",
            "Bought once",
            "4,059",
            "€189,114 so far",
        ),
        (
            "New: birch tar, rising since August",
            "Novelty",
            "Birch tar sold 214 units in four weeks, 61 the four before.",
            "Smells like a sauna at noon.",
            "Bought two or more scents",
            "731",
            "€101,930 so far",
        ),
    ];
    base.iter()
        .enumerate()
        .map(|(i, (title, angle, insight, hook, segment, people, past))| ConceptCard {
            id: format!("c{i}"),
            position: format!("{}", i + 1),
            title: if long {
                format!("{title} Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz")
            } else {
                (*title).into()
            },
            insight: if long { insight.repeat(3) } else { (*insight).into() },
            hook: (*hook).into(),
            segment: (*segment).into(),
            people: (*people).into(),
            past_revenue: (*past).into(),
            effort: ["Small", "Medium", "Large"][i % 3].into(),
            angle: (*angle).into(),
            tags: vec!["Meta".into(), "Google search".into()],
            hypothesis: "Repeat revenue of the pool rises against the same weeks of last year.".into(),
            before: if i == 1 {
                "Won before, the same people: “Refill in one minute” won, +8 % [1, 15], shrunk.".into()
            } else {
                String::new()
            },
            expect: "Band B: 138 counted people and a clear signal; nothing has run for it yet.".into(),
            evidence: "/evidence".into(),
            href: "#".into(),
            picked: i < 2,
            killed: i == 5,
            reason: if i < 2 { "Closest to the brief, copy only.".into() } else { String::new() },
            ..ConceptCard::default()
        })
        .collect()
}

fn concepts(state: &str) -> ConceptsView {
    let base = ConceptsView {
        heading: "20 concepts, pick 3".into(),
        bets: "Bets: of three, expect none or one to win.".into(),
        can_draft: true,
        can_pick: true,
        comparable: true,
        pick_count: 3,
        picked_text: "2 of 3 picked".into(),
        pick_href: "#".into(),
        draft_href: "#".into(),
        compare_href: "#".into(),
        ..ConceptsView::default()
    };
    if state == "empty" {
        return ConceptsView {
            heading: "Concepts".into(),
            brief_missing: true,
            brief_href: "#".into(),
            empty_title: "First the brief".into(),
            empty_text:
                "Concepts are drafted from your data for a brief: what shall be different, for whom, with which budget."
                    .into(),
            ..base
        };
    }
    let tab = |label: &str, count: &str, on| Tab { href: "#".into(), label: label.into(), count: count.into(), on };
    ConceptsView {
        cards: cards(state == "long"),
        filters: vec![
            tab("All", "20", true),
            tab("Convenience", "4", false),
            tab("Bundle", "3", false),
            tab("Season", "3", false),
            tab("Craft", "2", false),
            tab("Belonging", "4", false),
            tab("Novelty", "4", false),
        ],
        note: "Drafted from data up to 11 Nov 2026.".into(),
        silent: vec![("Lapsed high-value".into(), "Needs 12 months of orders with customers; there are 7.".into())],
        ..base
    }
}

fn studio(state: &str) -> StudioView {
    let base = StudioView {
        can_generate: true,
        can_edit: true,
        generate_href: "#".into(),
        models: vec![
            Choice::new("composer", "Composer, no model", true),
            Choice::new("model", "gpt-oss at localhost", false),
        ],
        ..StudioView::default()
    };
    if state == "empty" {
        return StudioView {
            empty_title: "Three picks first".into(),
            empty_text: "Copy is written for picked concepts only.".into(),
            empty_href: "#".into(),
            empty_action: "Pick concepts".into(),
            ..base
        };
    }
    let slot = |key: &str, label: &str, text: &str, limit: usize, findings: &[&str]| SlotView {
        key: key.into(),
        label: label.into(),
        text: text.into(),
        used: text.chars().count(),
        limit,
        over: text.chars().count() > limit,
        findings: findings.iter().map(|f| (*f).to_owned()).collect(),
    };
    let draft = |id: &str, channel: &str, blocked: usize, approved: &str, groups: Vec<GroupView>| DraftView {
        id: id.into(),
        channel: channel.into(),
        variant: "ad 1".into(),
        provenance: "Composer, version 3, 12 Nov 2026, 09:14. Edited once by Mara Lindqvist.".into(),
        groups,
        blocked,
        blocked_text: "1 check blocks".into(),
        approved: approved.into(),
        can_approve: approved.is_empty(),
        can_withdraw: !approved.is_empty(),
        note: if blocked > 0 { "Approve once no check blocks.".into() } else { String::new() },
        rejected: vec![(
            "Softer hands in 3 days".into(),
            "3 is in no fact of the brief and not counted in the data.".into(),
        )],
        save_href: "#".into(),
        approve_href: "#".into(),
        withdraw_href: "#".into(),
        prompt_href: "/evidence".into(),
        paste_href: "#".into(),
        paste_id: format!("paste-{id}"),
        history_href: "/evidence".into(),
    };
    StudioView {
        job: (state == "job").then(|| JobView {
            id: "j1".into(),
            title: "Drafting copy".into(),
            count: "11 of 24".into(),
            note: "Refill in one minute: Google descriptions".into(),
            href: "#".into(),
            done: 11,
            total: 24,
            running: true,
            failed: false,
        }),
        concepts: ["Refill in one minute", "Two scents that 41 % buy together", "Made in one room in Malmö"]
            .iter()
            .enumerate()
            .map(|(i, label)| Tab { href: "#".into(), label: (*label).into(), count: format!("{i}/3"), on: i == 0 })
            .collect(),
        progress: "4 of 9 ads approved".into(),
        drafts: vec![
            draft(
                "g1",
                "Google search",
                1,
                "",
                vec![
                    GroupView {
                        label: "Headlines".into(),
                        slots: vec![
                            slot("headline.1", "Headline 1", "Refill in one minute", 30, &[]),
                            slot("headline.2", "Headline 2", "Paper refills, made in Malmö", 30, &[]),
                            slot(
                                "headline.3",
                                "Headline 3",
                                "The refill that 980 people are due",
                                30,
                                &["34 characters; Google takes 30."],
                            ),
                        ],
                    },
                    GroupView {
                        label: "Descriptions".into(),
                        slots: vec![slot(
                            "description.1",
                            "Description 1",
                            "Your bar is nearly used up. The refill comes in paper and takes a minute to order.",
                            90,
                            &[],
                        )],
                    },
                ],
            ),
            draft(
                "m1",
                "Meta",
                0,
                "Mara",
                vec![GroupView {
                    label: "Primary text".into(),
                    slots: vec![slot(
                        "primary_text.1",
                        "Primary text 1",
                        "Your bar is nearly used up. The next one takes a minute and comes in paper.",
                        125,
                        &[],
                    )],
                }],
            ),
        ],
        ..base
    }
}
