//! `fortnight brand`: name the brand, its currency and time zone.

use domain::Currency;
use store::brand::Brand;

use crate::{args, failure::Failure, output::Output, wire::Wired};

/// Changes what is given and shows the whole.
pub async fn run(wired: &Wired, args: &args::Brand, out: Output) -> Result<(), Failure> {
    let mut brand = wired.brand.clone();
    if let Some(name) = &args.name {
        brand.name = name.trim().to_owned();
    }
    if let Some(code) = &args.currency {
        brand.currency = Currency::parse(code).map_err(|error| Failure::input("currency", error.to_string()))?;
    }
    if let Some(zone) = &args.time_zone {
        brand.time_zone = zone.trim().to_owned();
        brand.zone().map_err(|_| {
            Failure::input(
                "time_zone",
                format!("`{zone}` is not an IANA time zone; write e.g. Europe/Berlin or America/New_York"),
            )
        })?;
    }
    if let Some(url) = &args.site_url {
        brand.site_url = url.trim().to_owned();
    }
    if brand != wired.brand {
        let mut tx = wired.store.begin().await?;
        store::brand::set(&mut tx, &brand).await?;
        tx.commit().await?;
    }
    if let Some(rate) = args.usd_rate {
        sprint::studio::set_usd_rate(&wired.context(), rate).await?;
    }
    for text in &args.rate {
        let (of, rate_micros) = rate(text)?;
        let rate = intake::Rate { rate_micros, given_at: wired.now, given_by: wired.actor.clone() };
        intake::set_rate(&wired.store, of, rate).await?;
    }
    let rates = intake::rates(&wired.store).await?;
    out.put(&brand, |brand| {
        let mut text = text(brand);
        for (code, rate) in &rates {
            let micros = format!("{}.{:06}", rate.rate_micros / 1_000_000, rate.rate_micros % 1_000_000);
            let (day, by) = (rate.given_at.day_in(&jiff::tz::TimeZone::UTC), &rate.given_by);
            text += &format!("\n1 {code}      {micros} {} (given {day} by {by})", brand.currency);
        }
        text
    });
    Ok(())
}

/// `USD=0.92`.
fn rate(text: &str) -> Result<(Currency, i64), Failure> {
    let wrong = |why: String| Failure::input("rate", format!("`{text}` is not a rate: {why}; write e.g. USD=0.92"));
    let (code, rate) = text.split_once('=').ok_or_else(|| wrong("there is no `=`".into()))?;
    let of = Currency::parse(code.trim()).map_err(|error| wrong(error.to_string()))?;
    let micros = domain::decimal::parse_micros(rate.trim(), domain::decimal::DecimalMark::Point);
    Ok((of, micros.map_err(|error| wrong(error.to_string()))?))
}

fn text(brand: &Brand) -> String {
    let site = if brand.site_url.is_empty() { "not given" } else { &brand.site_url };
    format!("{}\ncurrency   {}\ntime zone  {}\nshop       {site}", brand.name, brand.currency, brand.time_zone)
}
