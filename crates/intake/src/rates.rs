//! What another currency is worth in the brand's: given by a person, used for reports of ads, web and mail.

use std::collections::BTreeMap;

use domain::{Currency, InstantMs, facts::Fact};
use formats::Source;
use serde::{Deserialize, Serialize};
use store::{Store, settings};

use crate::IntakeError;

const KEY: &str = "report_rates";

/// A rate as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// One unit of the other currency in millionths of the brand's.
    pub rate_micros: i64,
    /// When it was given.
    pub given_at: InstantMs,
    /// By whom.
    pub given_by: String,
}

/// Rates by the code of the other currency.
pub type Rates = BTreeMap<String, Rate>;

/// All rates.
///
/// # Errors
/// The store refused.
pub async fn rates(store: &Store) -> Result<Rates, IntakeError> {
    Ok(settings::get(store, KEY).await?.unwrap_or_default())
}

/// Gives a rate. Reports that come in from now on are converted by it; a report that is imported again is converted
/// anew where other options or content let it be read again.
///
/// # Errors
/// The rate is not above 0, or the store refused.
pub async fn set_rate(store: &Store, of: Currency, rate: Rate) -> Result<(), IntakeError> {
    if rate.rate_micros <= 0 {
        return Err(IntakeError::Rate(of));
    }
    let mut all = rates(store).await?;
    let mut tx = store.begin().await?;
    let (by, micros) = (rate.given_by.clone(), rate.rate_micros);
    let at = rate.given_at;
    all.insert(of.code().to_owned(), rate);
    settings::set(&mut tx, KEY, &all).await?;
    let detail = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    store::audit::record(&mut tx, at, &by, "rate.set", of.code(), &detail).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether a source reports money that a rate converts; orders are never converted.
pub(crate) fn applies_to(source: Source) -> bool {
    use Source::{Ga4, Google, Hubspot, Klaviyo, Mailchimp, Meta};
    matches!(source, Meta | Google | Ga4 | Klaviyo | Mailchimp | Hubspot)
}

/// The currency of a report's row, where it names one.
pub(crate) fn currency_of(fact: &Fact) -> Option<Currency> {
    match fact {
        Fact::AdDay(row) => row.currency,
        Fact::FunnelDay(row) => row.currency,
        Fact::Mail(row) => row.currency,
        _ => None,
    }
}

/// The row's money in the brand's currency.
pub(crate) fn convert(fact: &mut Fact, rate: &Rate, brand: Currency) {
    let at = |micros: i64| times(micros, rate.rate_micros);
    match fact {
        Fact::AdDay(row) => {
            (row.spend_micros, row.value_micros, row.currency) =
                (at(row.spend_micros), at(row.value_micros), Some(brand));
        }
        Fact::FunnelDay(row) => (row.revenue_micros, row.currency) = (at(row.revenue_micros), Some(brand)),
        Fact::Mail(row) => (row.revenue_micros, row.currency) = (row.revenue_micros.map(at), Some(brand)),
        _ => {}
    }
}

/// Millionths times millionths, half away from zero.
fn times(amount: i64, rate: i64) -> i64 {
    let product = i128::from(amount) * i128::from(rate);
    let half = if product < 0 { -500_000 } else { 500_000 };
    i64::try_from((product + half) / 1_000_000).unwrap_or(if product < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::times;

    #[test]
    fn amounts_are_converted_half_away_from_zero() {
        assert_eq!(times(12_340_000, 920_000), 11_352_800);
        assert_eq!(times(1, 500_000), 1);
        assert_eq!(times(-1, 500_000), -1);
        assert_eq!(times(i64::MAX, 2_000_000), i64::MAX);
    }
}
