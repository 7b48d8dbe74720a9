//! The page about the rules of recommendations.

use server::views::*;

use crate::recommend_pages::{LONG, PLACES, badge, choices};

fn rule(path: &str, text: &str, place: &str, state: Badge, can_pause: bool) -> RuleLine {
    RuleLine {
        path: path.into(),
        text: text.into(),
        place: place.into(),
        is_paused: state.text == "Paused",
        state,
        problem: String::new(),
        can_pause,
        can_remove: can_pause,
        can_rise: path == "pins.1",
        can_sink: path == "pins.0",
    }
}

fn rule_groups(empty: bool) -> Vec<RuleGroup> {
    let none = || badge("line", "");
    let mut never = vec![
        rule("stock", "Only what is in stock: at least 1 unit", "Everywhere", none(), false),
        rule(
            "bought",
            "Not what was bought in the last 14 days, unless people buy it again and again",
            "Everywhere",
            none(),
            false,
        ),
    ];
    let mut together = Vec::new();
    let mut pins = Vec::new();
    let mut boosts = vec![rule("margin", "Margin does not count", "Everywhere", badge("line", "Off"), false)];
    if !empty {
        never.insert(
            1,
            rule("filters.0", "Never: category Samples, or under €2.00", "Cart, E-mail", badge("warn", "New"), true),
        );
        never.push(rule(
            "never_for.0",
            "Never for segment “wholesale”: vendor Nordlicht Home",
            "Everywhere",
            none(),
            true,
        ));
        together.push(rule(
            "never_together.0",
            &format!("Never together: tag alcohol with product {LONG}"),
            "Everywhere",
            badge("line", "Paused"),
            true,
        ));
        pins.push(rule("pins.0", "Gift card at position 1", "Home page, After purchase", none(), true));
        pins.push(RuleLine {
            problem: "There is no product p_4711.".into(),
            ..rule("pins.1", "p_4711 at position 3", "Everywhere", badge("warn", "Changed"), true)
        });
        boosts.insert(0, rule("boosts.0", "Refills count 1.5 times", "Everywhere", none(), true));
        boosts.insert(1, rule("boosts.1", "Bury category Clearance", "Everywhere", none(), true));
    }
    let group = |id, heading: &str, text: &str, lines, add: &[&str]| RuleGroup {
        id,
        heading: heading.into(),
        text: text.into(),
        lines,
        add: add.iter().map(|a| Choice::new("x", *a, false)).collect(),
    };
    vec![
        group(
            "never",
            "Never shown",
            "Nothing below brings these back, pins included.",
            never,
            &["Filter", "Never for a segment"],
        ),
        group(
            "together",
            "Never together",
            "Of two such products the one placed first stays; the cart was placed before all.",
            together,
            &["Pair"],
        ),
        group(
            "pins",
            "Pins",
            "They take their positions; of two on one, the later takes the next free one.",
            pins,
            &["Pin"],
        ),
        group(
            "boosts",
            "More and less",
            "Multiplies what the model says; a factor of 0 comes last.",
            boosts,
            &["Boost or bury"],
        ),
        group(
            "frequency",
            "Shown too often",
            "Moves back what was shown without a click; the list never gets shorter by it.",
            vec![rule("frequency", "No limit", "Everywhere", badge("line", "Off"), false)],
            &[],
        ),
        group(
            "diversity",
            "Diversity",
            "Moves back what is too much of the same; the list never gets shorter by it.",
            vec![rule("diversity", "At most 3 of one category", "Everywhere", none(), false)],
            &[],
        ),
    ]
}

pub(crate) fn rules(state: &str) -> RulesView {
    let empty = state == "empty";
    let field = |id: &str, label: &str, value: &str, hint: &str, kind: &'static str| RuleField {
        id: id.into(),
        label: label.into(),
        hint: hint.into(),
        value: value.into(),
        problem: String::new(),
        kind,
        on: false,
    };
    let item =
        |title: &str, mark: &'static str, word: &str| PreviewItem { title: title.into(), mark, word: word.into() };
    RulesView {
        lede: if empty {
            "The built-in rules are live. They stand here in the order in which they count.".into()
        } else {
            "Version 4 is live. Rules stand here in the order in which they count.".into()
        },
        problem: String::new(),
        changes: if empty {
            Vec::new()
        } else {
            vec!["New: never category Samples, or under €2.00".into(), "Changed: p_4711 at position 3".into()]
        },
        draft_note:
            "Begun by Mara Lindqvist, last changed 12 Nov 2026, 08:14 by Jonas Berg. Visitors see nothing of it.".into(),
        draft_warning: if state == "form" {
            "Version 4 was saved since this draft was begun. Saving replaces it; compare first.".into()
        } else {
            String::new()
        },
        groups: rule_groups(empty),
        form: (state == "form").then(|| RuleForm {
            path: "filters.0".into(),
            title: "Filter".into(),
            text: "Products that are never shown, or the only ones that are.".into(),
            groups: vec![FieldGroup {
                legend: "Never show".into(),
                hint: "Products that fit every field that is filled in. Several words in a field: any of them will do."
                    .into(),
                fields: vec![
                    field("without_products", "Products", "", "Ids, separated by commas.", "list"),
                    RuleField {
                        problem: "There is no category “Sampels”. There are Accessories, Care, Coffee, Samples.".into(),
                        ..field("without_categories", "Categories", "Sampels", "", "text")
                    },
                    field("without_vendors", "Vendors", "", "", "text"),
                    field("without_tags", "Tags", "", "", "text"),
                    field("without_price_from", "Price from", "", "In EUR.", "number"),
                    field("without_price_to", "Price to", "2.00", "In EUR.", "number"),
                ],
            }],
            placements: choices(&PLACES, 2),
            problem: "One field needs another look.".into(),
            is_new: false,
        }),
        products: vec![["p_1".into(), "Gift card".into()]],
        preview_places: choices(&PLACES, 0),
        preview_who: String::new(),
        is_previewed: state == "preview",
        preview: vec![
            PreviewLine {
                href: "#".into(),
                who: "c_9f3e21ab77".into(),
                note: "4 orders, last 2 Nov".into(),
                now: vec![item("Gift card", "", ""), item("Sample box", "gone", "Gone"), item("Kettle", "", "")],
                then: vec![item("Gift card", "", ""), item("Kettle", "up", "Up 1"), item(LONG, "new", "New")],
                is_same: false,
            },
            PreviewLine {
                href: "#".into(),
                who: "c_04be71c9a1".into(),
                note: "3 orders, last 11 Nov".into(),
                is_same: true,
                ..PreviewLine::default()
            },
        ],
        preview_note: "1 of 2 customers would see something else. Nothing is recorded.".into(),
        history: if empty {
            Vec::new()
        } else {
            vec![
                RulesVersion {
                    version: 4,
                    note: "Gift cards before Christmas".into(),
                    saved: "11 Nov 2026, 17:02 by Mara Lindqvist".into(),
                    is_live: true,
                },
                RulesVersion {
                    version: 3,
                    note: "Refills count more".into(),
                    saved: "2 Nov 2026, 09:40 by Jonas Berg".into(),
                    is_live: false,
                },
            ]
        },
        can_edit: true,
        can_save: true,
    }
}
