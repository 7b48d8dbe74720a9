//! Recommendations of the demo: a model of a week ago, the week's visits shown its answers, and then today's model.
//!
//! The visitors of this world do not react to recommendations: what they click they would have looked at anyway, and the
//! ledger has to find out that nothing is proven.

use std::{collections::HashSet, path::Path};

use domain::{
    InstantMs,
    event::{Event, EventName, EventProduct, Shown},
};
use lake::Lake;
use personalize::{Ask, Placement, Service, placements::Settings, train};
use store::inbox::Recorded;

use crate::{DemoError, plan::LEAD};

/// Days that are played.
const DAYS: i64 = 7;
/// Events that are played at most: the rest of the week would only cost time.
const MOST_EVENTS: usize = 6_000;
/// Work units of a demo's training.
const BUDGET: u64 = 5;

/// Trains, switches four placements on as of a week ago, and plays the week. Does nothing where a model serves already;
/// returns whether it did.
///
/// # Errors
/// The store or the lake refused.
pub async fn recommendations(lake: &Lake, data_dir: &Path, now: InstantMs) -> Result<bool, DemoError> {
    let failed = |error: personalize::PersonalizeError| DemoError::Refused(error.to_string());
    let store = lake.store();
    if store::recommend_models::serving(store).await?.0.is_some() {
        return Ok(false);
    }
    let options = train::Options { budget: BUDGET, ..train::Options::default() };
    let start = now.plus_days(-DAYS);
    let simple = train::Options { model: Some("tfidf".into()), ..options.clone() };
    train::train(lake, data_dir, &simple, start, LEAD, &|_| {}).await.map_err(failed)?;
    let service = Service::open(store.clone(), data_dir).await.map_err(failed)?;
    let settings = Settings { holdout_permille: 200, ..Settings::default() };
    for placement in [Placement::Home, Placement::Product, Placement::Cart, Placement::Email] {
        personalize::set_placement(&service, placement, &settings, start, LEAD).await.map_err(failed)?;
    }
    play(lake, &service, start, now).await?;
    service.flush().await;
    train::train(lake, data_dir, &options, now, LEAD, &|_| {}).await.map_err(failed)?;
    Ok(true)
}

/// Shows the visitors of the days since `start` what the service answers.
async fn play(lake: &Lake, service: &Service, start: InstantMs, now: InstantMs) -> Result<(), DemoError> {
    let failed = |error: lake::LakeError| DemoError::Refused(error.to_string());
    let snapshot = lake.snapshot(now).await.map_err(failed)?;
    let sql = format!(
        "SELECT ts_ms, day, name, device_id, customer_id, product_id FROM events WHERE ts_ms >= {} \
         AND product_id IS NOT NULL AND device_id IS NOT NULL AND name IN ('product_viewed', 'product_added') \
         ORDER BY ts_ms, seq, line_no LIMIT {MOST_EVENTS}",
        start.0
    );
    let mut met: HashSet<String> = HashSet::new();
    for row in snapshot.query(&sql).await.map_err(failed)?.iter() {
        let text = |column: &str| row.opt_text(column).map(|text| text.map(str::to_owned));
        let (device, customer) = (text("device_id").map_err(failed)?, text("customer_id").map_err(failed)?);
        let product = row.text("product_id").map_err(failed)?.to_owned();
        let at = InstantMs(row.int("ts_ms").map_err(failed)?);
        let name: EventName = row.text("name").map_err(failed)?.parse().map_err(DemoError::Refused)?;
        let ask = Ask { device: device.clone(), customer: customer.clone(), ..Ask::default() };
        if device.as_ref().is_some_and(|device| met.insert(device.clone())) {
            service.answer(&Ask { placement: Some(Placement::Home), ..ask.clone() }, InstantMs(at.0 - 1_000));
        }
        service.observe(&Recorded {
            seq: 0,
            day: row.day("day").map_err(failed)?,
            device_id: device,
            customer_id: customer,
            event: Event {
                message_id: String::new(),
                name,
                at,
                anonymous_id: None,
                user_id: None,
                products: vec![EventProduct::one(&product)],
                order_id: None,
                shown: Shown::default(),
            },
        });
        let ask = match name {
            EventName::ProductAdded => Ask { placement: Some(Placement::Cart), cart: vec![product], ..ask },
            _ => Ask { placement: Some(Placement::Product), product: Some(product), ..ask },
        };
        service.answer(&ask, InstantMs(at.0 + 1));
    }
    Ok(())
}
