#![allow(clippy::unwrap_used)]
use domain::{
    Currency, Day, DayRange,
    launch::{LaunchAd, LaunchCampaign},
    sprint::SlotText,
};

use super::*;

fn text(slot: &str, text: &str) -> SlotText {
    SlotText { slot: slot.into(), text: text.into() }
}

fn campaign() -> LaunchCampaign {
    let url = "https://shop.example/soap?ref=7&utm_source=x&utm_medium=paid&utm_campaign=s4&utm_content=c12#top";
    LaunchCampaign {
        name: "Sprint 4 – refill".into(),
        daily_budget_minor: 12_000,
        currency: Currency::parse("EUR").unwrap(),
        flight: DayRange { from: Day::parse("2026-01-05").unwrap(), to: Day::parse("2026-01-18").unwrap() },
        account: domain::launch::LaunchAccount::default(),
        ads: vec![
            LaunchAd {
                name: "c12 a".into(),
                ad_group: "c12 Refill due".into(),
                final_url: url.into(),
                texts: vec![
                    text("headline", "Time for a refill"),
                    text("headline", "-20% on refills, today"),
                    text("description", "Your soap lasts 38 days, \"on average\"."),
                    text("primary_text", "Line one.\nLine two."),
                    text("primary_text", "=HYPERLINK(\"http://evil.example\")"),
                    text("path", "soap"),
                    text("path", "refill"),
                ],
                keywords: vec![
                    "soap refill".into(),
                    "[refill soap]".into(),
                    "\"buy soap\"".into(),
                    "soap refill".into(),
                ],
                min_daily_budget_minor: 2_500,
            },
            LaunchAd {
                name: "@c12 b".into(),
                ad_group: "c12 Refill due".into(),
                final_url: "https://shop.example/".into(),
                texts: vec![text("headline", "Back\tin stock")],
                keywords: vec!["soap refill".into()],
                min_daily_budget_minor: 0,
            },
        ],
    }
}

/// The filled cells of a file, one block a row: readable in a review.
fn cells(file: &str) -> String {
    let mut reader = csv::ReaderBuilder::new().from_reader(file.as_bytes());
    let header = reader.headers().unwrap().clone();
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        assert_eq!(record.len(), header.len());
        let filled = header.iter().zip(record.iter().map(str::to_owned).collect::<Vec<_>>());
        let lines: Vec<String> =
            filled.filter(|(_, cell)| !cell.is_empty()).map(|(name, cell)| format!("{name}: {cell:?}")).collect();
        lines.join("\n")
    });
    rows.collect::<Vec<_>>().join("\n\n")
}

#[test]
fn google_editor_file() {
    let file = google_editor_csv(&campaign());
    insta::assert_snapshot!("google_header", file.lines().next().unwrap());
    insta::assert_snapshot!("google_cells", cells(&file));
}

#[test]
fn meta_bulk_file() {
    let file = meta_bulk_csv(&campaign());
    insta::assert_snapshot!("meta_header", file.lines().next().unwrap());
    insta::assert_snapshot!("meta_cells", cells(&file));
}

#[test]
fn nothing_is_ever_switched_on() {
    for file in [google_editor_csv(&campaign()), meta_bulk_csv(&campaign())] {
        let mut reader = csv::ReaderBuilder::new().from_reader(file.as_bytes());
        let header = reader.headers().unwrap().clone();
        for record in reader.records() {
            for (name, cell) in header.iter().zip(record.unwrap().iter()).filter(|(name, _)| name.contains("Status")) {
                assert!(cell.is_empty() || cell.eq_ignore_ascii_case("paused"), "{name}: {cell}");
            }
        }
    }
}

#[test]
fn no_cell_is_a_formula() {
    for file in [google_editor_csv(&campaign()), meta_bulk_csv(&campaign())] {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(file.as_bytes());
        for record in reader.records() {
            for cell in record.unwrap().iter() {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
            }
        }
    }
}

#[test]
fn texts_beyond_the_limit_are_left_out() {
    let mut many = campaign();
    many.ads[0].texts =
        (1..=20).flat_map(|n| [text("headline", &format!("H{n}")), text("description", &format!("D{n}"))]).collect();
    let google = cells(&google_editor_csv(&many));
    assert!(google.contains("Headline 15: \"H15\"") && !google.contains("H16") && !google.contains("\"D5\""));
    let meta = cells(&meta_bulk_csv(&many));
    assert!(meta.contains("Additional Title 4: \"H5\"") && !meta.contains("\"H6\""));
}

#[test]
fn learned_ids_stand_in_the_file() {
    let mut campaign = campaign();
    campaign.account.page_id = "112233445".into();
    campaign.account.pixel_id = "998877665".into();
    let file = meta_bulk_csv(&campaign);
    let header = file.lines().next().unwrap();
    assert!(header.ends_with("Link Object ID,Optimized Conversion Tracking Pixels"), "{header}");
    assert!(file.contains("o:112233445,tp:998877665"));
}
