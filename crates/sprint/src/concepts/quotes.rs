//! Customers' own words for the products that opportunities are about, out of published reviews.

use std::collections::{BTreeMap, BTreeSet};

use lake::Snapshot;
use writer::quotes::{Review, Said, said};

use crate::{SprintError, miners::Found};

/// Only praise is put into an advertisement's mouth.
const MIN_RATING: i64 = 4;
/// Newest reviews that are read.
const MOST_REVIEWS: usize = 50_000;

/// What customers repeat, by product id.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Quotes {
    by_product: BTreeMap<String, Vec<Said>>,
}

impl Quotes {
    /// Out of reviews; `wanted` are the products to keep.
    pub fn of(reviews: &[Review], wanted: &BTreeSet<&str>) -> Quotes {
        let mut by_product = said(reviews);
        by_product.retain(|product, _| wanted.contains(product.as_str()));
        Quotes { by_product }
    }

    /// Reads the snapshot's published reviews of four and five stars; what was taken out of the store is not there and
    /// is not quoted. Nothing where no reviews were imported.
    ///
    /// # Errors
    /// A query fails.
    pub async fn load(snapshot: &Snapshot, found: &Found) -> Result<Quotes, SprintError> {
        let wanted: BTreeSet<&str> = found
            .opportunities
            .iter()
            .filter(|item| !item.is_shop_wide)
            .flat_map(|item| item.products.iter().map(|product| product.id.as_str()))
            .collect();
        Ok(Quotes::of(&reviews(snapshot).await?, &wanted))
    }

    /// What customers repeat about a product, the clearest first.
    pub fn about(&self, product_id: &str) -> &[Said] {
        self.by_product.get(product_id).map_or(&[], Vec::as_slice)
    }
}

/// Published reviews of four and five stars with the product they are about. A review names its product by the catalogue's
/// id or by its handle, as its platform does; a handle stands for all variants.
///
/// # Errors
/// A query fails.
pub async fn reviews(snapshot: &Snapshot) -> Result<Vec<Review>, SprintError> {
    let sql = format!(
        "SELECT r.review_id, r.rating, r.body, r.day, COALESCE(own.product_id, named.product_id, r.product_id) AS product_id \
         FROM product_reviews r \
         LEFT JOIN (SELECT DISTINCT product_id FROM products) own ON own.product_id = r.product_id \
         LEFT JOIN (SELECT handle, MIN(product_id) AS product_id FROM products WHERE handle IS NOT NULL GROUP BY handle) named \
           ON named.handle = r.handle \
         WHERE r.is_published AND r.rating >= {MIN_RATING} AND r.body <> '' \
         ORDER BY day DESC, review_id LIMIT {MOST_REVIEWS}"
    );
    let table = snapshot.query(&sql).await?;
    let read = table.iter().map(|row| {
        Ok(Review {
            id: row.text("review_id")?.to_owned(),
            product_id: row.text("product_id")?.to_owned(),
            rating: u8::try_from(row.int("rating")?).unwrap_or(5),
            body: row.text("body")?.to_owned(),
        })
    });
    read.collect::<Result<Vec<_>, lake::LakeError>>().map_err(SprintError::from)
}
