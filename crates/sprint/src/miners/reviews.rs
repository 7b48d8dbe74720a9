//! What reviews keep saying: a phrase that customers repeat about one product and hardly about others, in one customer's
//! words, and the customers of its category who lack the product.

use std::collections::BTreeMap;

use lake::{Snapshot, quote};
use writer::quotes::{Review, said};

use super::{
    Frame, Mined, Miner, SegmentKind, silent,
    sized::{Seen, near_taste, sized},
};
use crate::SprintError;

/// Only praise is repeated to customers.
const MIN_RATING: i64 = 4;
/// Newest reviews that are read.
const MOST: usize = 50_000;
/// Reviews of so many days are new; "eight weeks" in phrases.
const NEW_DAYS: i32 = 56;
const COLUMNS: [&str; 3] = ["reviews", "rating_tenths", "reviews_new"];

pub(super) async fn mine(snapshot: &Snapshot, frame: &Frame) -> Result<Mined, SprintError> {
    let t = frame.until;
    // A review names its product by the catalogue's id or by its handle, as its platform does.
    let base = format!(
        "SELECT r.review_id, r.rating, r.body, r.day, COALESCE(own.product_id, named.product_id) AS product_id \
         FROM product_reviews r LEFT JOIN (SELECT DISTINCT product_id FROM products) own ON own.product_id = r.product_id \
         LEFT JOIN (SELECT handle, MIN(product_id) AS product_id FROM products WHERE handle IS NOT NULL GROUP BY handle) named \
         ON named.handle = r.handle WHERE r.is_published AND r.body <> '' AND r.day < DATE '{t}'"
    );
    let sql = format!(
        "SELECT * FROM ({base}) AS b WHERE product_id IS NOT NULL AND rating >= {MIN_RATING} \
         ORDER BY day DESC, review_id LIMIT {MOST}"
    );
    let table = snapshot.query(&sql).await?;
    let mut reviews = Vec::with_capacity(table.len());
    for row in table.iter() {
        reviews.push(Review {
            id: row.text("review_id")?.to_owned(),
            product_id: row.text("product_id")?.to_owned(),
            rating: u8::try_from(row.int("rating")?).unwrap_or(5),
            body: row.text("body")?.to_owned(),
        });
    }
    let need = "reviews of four and five stars in which several customers of one product say the same";
    let have = format!("{} such reviews", reviews.len());
    let said = said(&reviews);
    let keys: Vec<String> = said.keys().map(|id| quote(id)).collect();
    if keys.is_empty() {
        let reason = "No phrase is repeated about one product more than about others.";
        return Ok(silent(Miner::ReviewsSay, reason, have, need));
    }
    let discovery = format!(
        "SELECT product_id AS k, COUNT(*) AS reviews, CAST(10 * SUM(rating) / COUNT(*) AS BIGINT) AS rating_tenths, \
         SUM(CASE WHEN day >= DATE '{}' THEN 1 ELSE 0 END) AS reviews_new \
         FROM ({base}) AS b WHERE product_id IN ({}) GROUP BY product_id",
        t.plus(-NEW_DAYS),
        keys.join(", ")
    );
    let about = (Miner::ReviewsSay, SegmentKind::PraisedUntried);
    let see = |row: &lake::Row<'_>| {
        let id = row.text("k")?;
        let Some(first) = said.get(id).and_then(|list| list.first()) else { return Ok(None) };
        Ok(Seen::product(frame, id).filter(|seen| seen.products[0].category.is_some()).map(|seen| Seen {
            words: BTreeMap::from([
                ("phrase".to_owned(), first.phrase.clone()),
                ("quote".to_owned(), first.words.clone()),
                ("review_id".to_owned(), first.review_id.clone()),
            ]),
            ..seen
        }))
    };
    let members = |keys: &[&str]| near_taste(t, keys);
    let mut all = sized(snapshot, frame, about, (&discovery, &COLUMNS, "reviews DESC, k"), see, members).await?;
    for item in &mut all {
        let first = said.get(&item.products[0].id).and_then(|list| list.first());
        if let Some(first) = first {
            item.numbers.insert("say_it".into(), f64::from(first.reviews));
            item.numbers.insert("praise".into(), f64::from(first.of));
            item.numbers.insert("lift".into(), first.lift);
        }
    }
    if all.is_empty() {
        let reason = "What is praised has no category, or everybody of its category has it.";
        return Ok(silent(Miner::ReviewsSay, reason, have, need));
    }
    Ok(Ok(all))
}
