//! The brand: name, currency, time zone, address of its shop, and the salt of its customers' pseudonyms.

use domain::Currency;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::{Result, Store, StoreError, Tx, Value, settings};

const BRAND: &str = "brand";
const SALT: &str = "pseudonym_salt";

/// Settings of the brand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brand {
    /// Name as people read it.
    pub name: String,
    /// The currency of all money; amounts in another are refused at the door.
    pub currency: Currency,
    /// IANA time zone in which days begin and local times are read, e.g. `Europe/Berlin`.
    pub time_zone: String,
    /// Address of the shop, with scheme; empty where unknown.
    pub site_url: String,
}

impl Default for Brand {
    /// What stands until somebody fills in the settings: UTC and euros.
    fn default() -> Self {
        Brand {
            name: "My brand".into(),
            currency: Currency::parse("EUR").expect("three letters"),
            time_zone: "UTC".into(),
            site_url: String::new(),
        }
    }
}

impl Brand {
    /// The time zone's rules.
    ///
    /// # Errors
    /// The stored name is not in the time zone database.
    pub fn zone(&self) -> Result<TimeZone> {
        TimeZone::get(&self.time_zone)
            .map_err(|_| StoreError::Unknown { column: "brand.time_zone".into(), value: self.time_zone.clone() })
    }
}

/// The brand's settings, `None` before anybody gave them.
///
/// # Errors
/// The database refused.
pub async fn get(store: &Store) -> Result<Option<Brand>> {
    settings::get(store, BRAND).await
}

/// The brand's settings, or [`Brand::default`].
///
/// # Errors
/// The database refused.
pub async fn get_or_default(store: &Store) -> Result<Brand> {
    Ok(get(store).await?.unwrap_or_default())
}

/// The same inside a transaction.
///
/// # Errors
/// The database refused.
pub async fn get_in(tx: &mut Tx) -> Result<Brand> {
    match tx.fetch_one("SELECT value FROM settings WHERE key = $1", &[BRAND.into()]).await? {
        Some(row) => row.json("value"),
        None => Ok(Brand::default()),
    }
}

/// Writes the brand's settings.
///
/// # Errors
/// The time zone is unknown, or the database refused.
pub async fn set(tx: &mut Tx, brand: &Brand) -> Result<()> {
    brand.zone()?;
    settings::set(tx, BRAND, brand).await
}

/// The salt of the pseudonyms: `random` the first time, what stood there ever after.
///
/// # Errors
/// The database refused.
pub async fn pseudonym_salt(store: &Store, random: [u8; 32]) -> Result<[u8; 32]> {
    if let Some(row) = store.fetch_one("SELECT value FROM settings WHERE key = $1", &[SALT.into()]).await? {
        return row.json("value");
    }
    let mut tx = store.begin().await?;
    let salt = settings::get_or_set(&mut tx, SALT, &random).await?;
    tx.commit().await?;
    Ok(salt)
}

/// Writes the brand's settings only where there are none.
///
/// # Errors
/// The database refused.
pub async fn set_if_absent(tx: &mut Tx, brand: &Brand) -> Result<()> {
    let sql = "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
    tx.execute(sql, &[BRAND.into(), Value::json(brand)]).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_salt_is_made_once_and_an_unknown_zone_is_refused() {
        for store in crate::testing::stores().await {
            assert_eq!(pseudonym_salt(&store, [7; 32]).await.expect("salt"), [7; 32]);
            assert_eq!(pseudonym_salt(&store, [8; 32]).await.expect("salt"), [7; 32]);
            assert_eq!(get(&store).await.expect("get"), None);
            let mut tx = store.begin().await.expect("begin");
            let nowhere = Brand { time_zone: "Europe/Nowhere".into(), ..Brand::default() };
            assert!(set(&mut tx, &nowhere).await.is_err());
            let brand = Brand { time_zone: "Europe/Berlin".into(), ..Brand::default() };
            set(&mut tx, &brand).await.expect("set");
            set_if_absent(&mut tx, &Brand::default()).await.expect("kept");
            assert_eq!(get_in(&mut tx).await.expect("get"), brand);
            tx.commit().await.expect("commit");
            assert_eq!(get_or_default(&store).await.expect("get"), brand);
        }
    }
}
