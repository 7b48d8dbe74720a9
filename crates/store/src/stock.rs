//! The newest known stock of every product at every place, out of dated snapshots of the inventory.

use std::collections::HashMap;

use domain::{Day, Micros, facts::StockDay};

use crate::{Result, Tx, Value};

/// What the newest snapshot of a product says, all places together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// The day of that snapshot.
    pub day: Day,
    /// Units over all places that it names; `None` where it has none.
    pub units: Option<i64>,
    /// Price in millionths, where it has one.
    pub price_micros: Option<Micros>,
}

/// Takes rows of a snapshot; a row that is older than what stands for its product and place changes nothing.
///
/// # Errors
/// The database refused.
pub async fn upsert(tx: &mut Tx, rows: &[&StockDay]) -> Result<()> {
    let rows: Vec<Vec<Value>> = rows
        .iter()
        .map(|row| {
            vec![
                (&row.product_id).into(),
                (&row.location).into(),
                row.day.epoch_days().into(),
                row.units().into(),
                row.price_micros.into(),
            ]
        })
        .collect();
    let conflict = "ON CONFLICT (product_id, location) DO UPDATE SET day = excluded.day, units = excluded.units, \
                    price_micros = excluded.price_micros WHERE excluded.day >= stock_levels.day";
    tx.insert_many("stock_levels", &["product_id", "location", "day", "units", "price_micros"], &rows, conflict)
        .await?;
    Ok(())
}

/// Forgets what is known of the named products, so that it can be said anew out of history.
///
/// # Errors
/// The database refused.
pub async fn forget(tx: &mut Tx, ids: &[&str]) -> Result<()> {
    for id in ids {
        tx.execute("DELETE FROM stock_levels WHERE product_id = $1", &[(*id).into()]).await?;
    }
    Ok(())
}

/// What the newest snapshot says of the named products, by id; places that it does not name any more are left out.
///
/// # Errors
/// The database refused.
pub async fn levels<'k>(tx: &mut Tx, ids: impl IntoIterator<Item = &'k str>) -> Result<HashMap<String, Level>> {
    let ids: Vec<Value> = ids.into_iter().map(Value::from).collect();
    let rows = tx.fetch_in("SELECT * FROM stock_levels WHERE product_id IN ", &[], &ids).await?;
    let mut levels: HashMap<String, Level> = HashMap::new();
    for row in &rows {
        let (id, units, price) = (row.text("product_id")?, row.opt_int("units")?, row.opt_int("price_micros")?);
        let day = Day::from_epoch_days(row.int("day")? as i32);
        let level = levels.entry(id).or_insert(Level { day, units: None, price_micros: None });
        if level.day < day {
            *level = Level { day, units: None, price_micros: None };
        }
        if level.day == day {
            level.units = match (level.units, units) {
                (Some(sum), Some(units)) => Some(sum.saturating_add(units)),
                (sum, units) => sum.or(units),
            };
            level.price_micros = level.price_micros.or(price);
        }
    }
    Ok(levels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_newest_snapshot_counts_and_places_are_summed() {
        for store in crate::testing::stores().await {
            let row = |day: &str, location: &str, units| StockDay {
                day: Day::parse(day).expect("a day"),
                product_id: "A".into(),
                handle: None,
                title: "A".into(),
                location: location.into(),
                available_units: units,
                on_hand_units: None,
                incoming_units: None,
                price_micros: None,
            };
            let mut tx = store.begin().await.expect("begin");
            let first = [row("2026-01-02", "Berlin", Some(3)), row("2026-01-02", "Paris", Some(4))];
            upsert(&mut tx, &first.iter().collect::<Vec<_>>()).await.expect("upsert");
            let late = row("2026-01-01", "Berlin", Some(99));
            upsert(&mut tx, &[&late]).await.expect("an older snapshot");
            let level = levels(&mut tx, ["A", "B"]).await.expect("levels");
            assert_eq!((level.len(), level["A"].units), (1, Some(7)));
            let next = row("2026-01-05", "Berlin", Some(1));
            upsert(&mut tx, &[&next]).await.expect("a newer one");
            let level = levels(&mut tx, ["A"]).await.expect("levels")["A"];
            assert_eq!((level.units, level.day), (Some(1), next.day), "Paris is not named any more");
        }
    }
}
