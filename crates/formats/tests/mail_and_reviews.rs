//! Reviews, mail reports and contacts, on files in the exports' own columns.
#![allow(clippy::unwrap_used)]

mod common;
use common::show;
use formats::Source;

/// The facts without what is empty.
fn short(text: String) -> String {
    let none = ["first_name", "last_name", "country", "handle", "product_title", "orders", "revenue_micros"];
    let empty = ["flow_id", "flow_name", "variant", "subject", "audience", "channel"];
    let text = text.replace("Some(", "(");
    let text = none.into_iter().fold(text, |text, name| text.replace(&format!("{name}: None, "), ""));
    empty.into_iter().fold(text, |text, name| text.replace(&format!("{name}: \"\", "), ""))
}

#[test]
fn reviews_of_four_platforms_without_their_writers() {
    let files = [
        ("judgeme", include_str!("fixtures/judgeme_reviews.csv")),
        ("loox", include_str!("fixtures/loox_reviews.csv")),
        ("yotpo", include_str!("fixtures/yotpo_reviews.csv")),
        ("okendo", include_str!("fixtures/okendo_reviews.csv")),
    ];
    let shown: Vec<String> =
        files.iter().map(|(name, file)| format!("{name}\n{}", short(show(Source::Reviews, file)))).collect();
    let shown = shown.join("\n\n");
    insta::assert_snapshot!(shown);
    for person in ["Camille", "Rousseau", "Marc", "Julie", "Durand", "Lopez", "Zoe", "@example.org", "192.0.2.1"] {
        assert!(!shown.contains(person), "{person} is not to be kept:\n{shown}");
    }
}

#[test]
fn klaviyo_campaigns_flows_and_profiles() {
    let files = [
        include_str!("fixtures/klaviyo_campaigns.csv"),
        include_str!("fixtures/klaviyo_flows.csv"),
        include_str!("fixtures/klaviyo_profiles.csv"),
    ];
    let shown: Vec<String> = files.iter().map(|file| short(show(Source::Klaviyo, file))).collect();
    insta::assert_snapshot!(shown.join("\n\n"));
}

#[test]
fn mailchimp_campaigns_and_contacts() {
    let files = [include_str!("fixtures/mailchimp_campaigns.csv"), include_str!("fixtures/mailchimp_contacts.csv")];
    let shown: Vec<String> = files.iter().map(|file| short(show(Source::Mailchimp, file))).collect();
    insta::assert_snapshot!(shown.join("\n\n"));
}

#[test]
fn hubspot_emails_and_contacts() {
    let files = [include_str!("fixtures/hubspot_emails.csv"), include_str!("fixtures/hubspot_contacts.csv")];
    let shown: Vec<String> = files.iter().map(|file| short(show(Source::Hubspot, file))).collect();
    insta::assert_snapshot!(shown.join("\n\n"));
}
