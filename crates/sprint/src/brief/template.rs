//! A brief to start from.

use domain::{
    Currency, Day, DayRange,
    sprint::{Brief, Channel, Kpi, Offer},
};

use crate::Context;

/// A brief in TOML for this brand and day, with a comment on every field.
pub fn template(ctx: &Context) -> String {
    let site =
        if ctx.brand.site_url.starts_with("https://") { ctx.brand.site_url.as_str() } else { "https://shop.example" };
    let brief = example(&ctx.brand.name, site, ctx.brand.currency, ctx.today());
    commented(&brief)
}

/// The same as a value: flight from day 5 to day 14 of a sprint that begins on `day_one`.
pub(super) fn example(brand: &str, site: &str, currency: Currency, day_one: Day) -> Brief {
    let flight = DayRange { from: day_one.plus(4), to: day_one.plus(13) };
    Brief {
        title: format!("{brand} sprint {day_one}").chars().take(80).collect(),
        objective: "More of our customers buy a second time within the fortnight.".into(),
        kpi: Kpi::NetRevenue,
        guardrail: "Discounts stay under 10 % of gross sales.".into(),
        audience: "People who bought once in the last half year.".into(),
        products: Vec::new(),
        offers: vec![Offer {
            label: "10% off your second order".into(),
            code: Some("SECOND10".into()),
            percent_off: Some(10),
            ends_on: flight.to,
        }],
        channels: vec![Channel::GoogleSearch, Channel::Meta, Channel::Email],
        budget_minor: 200_000,
        currency,
        flight,
        banned_words: vec!["cheap".into()],
        landing_url: site.to_owned(),
        facts: Vec::new(),
        concept_count: 20,
        pick_count: 3,
        carried_actions: Vec::new(),
    }
}

/// What stands above each field.
const COMMENTS: [(&str, &str); 15] = [
    ("title", "Name of the sprint; it goes into campaign names."),
    ("objective", "What shall be different in two weeks, in a sentence."),
    ("kpi", "The figure that judges it: net_revenue, contribution_after_ads, new_customer_revenue or repeat_revenue."),
    ("guardrail", "What must not get worse."),
    ("audience", "Whom it is for."),
    ("products", "Product ids or categories to feature; empty for the whole catalogue."),
    ("channels", "google_search, meta, email."),
    ("budget_minor", "Ad budget of the whole flight in minor units (cents)."),
    ("banned_words", "Words that must not appear in any copy."),
    ("landing_url", "Where the ads lead."),
    ("facts", "What copy may state about the brand, one line each: materials, guarantees, shipping."),
    ("concept_count", "How many concepts are drafted, and how many are picked."),
    ("carried_actions", ""),
    ("[[offers]]", "An offer you really make; repeat the block for more, remove it for none."),
    ("[flight]", "First and last day on which ads run."),
];

fn commented(brief: &Brief) -> String {
    let mut text = String::from("# A sprint's brief: `fortnight sprint new brief.toml`\n\n");
    for line in super::to_toml(brief).lines() {
        let key = line.split(" =").next().unwrap_or_default();
        if key == "carried_actions" {
            continue;
        }
        if let Some((_, comment)) = COMMENTS.iter().find(|(name, _)| *name == key) {
            text.push_str(&format!("# {comment}\n"));
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_template_is_a_brief() {
        let day = Day::parse("2026-11-23").unwrap();
        let brief = example("Halm", "https://halm.example", Currency::parse("EUR").unwrap(), day);
        let text = commented(&brief);
        assert_eq!(super::super::from_toml(&text).unwrap(), brief);
        assert!(text.contains("# Where the ads lead.\nlanding_url"), "{text}");
    }
}
