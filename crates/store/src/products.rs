//! Products, in every state they were seen in, so that a snapshot of yesterday joins yesterday's titles and stock.

use std::collections::HashMap;

use domain::facts::Product;

use crate::{Result, Row, Store, Tx, Value};

/// Who said what a product is. A catalogue file outranks titles found on order lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A products export.
    Catalogue,
    /// The title on an order line; everything else is unknown.
    OrderLines,
    /// Nobody any more: the imports that named it were undone.
    Gone,
}

impl Origin {
    fn as_str(self) -> &'static str {
        match self {
            Origin::Catalogue => "catalogue",
            Origin::OrderLines => "order_lines",
            Origin::Gone => "gone",
        }
    }
}

/// A state of a product: its `seq`, what it was said to be, and who said so.
pub type State = (i64, Product, Origin);

const COLUMNS: [&str; 14] = [
    "product_id",
    "seq",
    "origin",
    "title",
    "handle",
    "description",
    "category",
    "vendor",
    "tags",
    "price_micros",
    "cost_micros",
    "stock_units",
    "image_url",
    "is_active",
];

const CURRENT: &str = "SELECT p.* FROM products p JOIN (SELECT product_id, MAX(seq) AS newest FROM products \
                       WHERE seq <= $1 GROUP BY product_id) m ON m.product_id = p.product_id AND m.newest = p.seq \
                       WHERE p.origin <> 'gone'";

fn read(row: &Row) -> Result<(Product, Origin)> {
    let product = Product {
        product_id: row.text("product_id")?,
        handle: row.opt_text("handle")?,
        title: row.text("title")?,
        description: row.text("description")?,
        category: row.opt_text("category")?,
        vendor: row.opt_text("vendor")?,
        tags: row.json("tags")?,
        price_micros: row.opt_int("price_micros")?,
        cost_micros: row.opt_int("cost_micros")?,
        stock_units: row.opt_int("stock_units")?,
        image_url: row.opt_text("image_url")?,
        is_active: row.flag("is_active")?,
    };
    let origin = match row.text("origin")?.as_str() {
        "catalogue" => Origin::Catalogue,
        "gone" => Origin::Gone,
        _ => Origin::OrderLines,
    };
    Ok((product, origin))
}

/// A product of which only the title on an order line is known.
pub fn from_title(product_id: &str, title: &str) -> Product {
    Product {
        product_id: product_id.to_owned(),
        handle: None,
        title: title.to_owned(),
        description: String::new(),
        category: None,
        vendor: None,
        tags: Vec::new(),
        price_micros: None,
        cost_micros: None,
        stock_units: None,
        image_url: None,
        is_active: true,
    }
}

/// Records a state of each product under its `seq`.
///
/// # Errors
/// The database refused.
pub async fn insert(tx: &mut Tx, origin: Origin, products: &[(i64, Product)]) -> Result<()> {
    let rows: Vec<Vec<Value>> = products
        .iter()
        .map(|(seq, p)| {
            vec![
                (&p.product_id).into(),
                (*seq).into(),
                origin.as_str().into(),
                (&p.title).into(),
                p.handle.clone().into(),
                (&p.description).into(),
                p.category.clone().into(),
                p.vendor.clone().into(),
                Value::json(&p.tags),
                p.price_micros.into(),
                p.cost_micros.into(),
                p.stock_units.into(),
                p.image_url.clone().into(),
                p.is_active.into(),
            ]
        })
        .collect();
    tx.insert_many("products", &COLUMNS, &rows, "").await?;
    Ok(())
}

/// All products as they stood at `as_of_seq`, by id.
///
/// # Errors
/// The database refused.
pub async fn at(tx: &mut Tx, as_of_seq: i64) -> Result<Vec<Product>> {
    let sql = format!("{CURRENT} ORDER BY p.product_id");
    tx.fetch(&sql, &[as_of_seq.into()]).await?.iter().map(|row| Ok(read(row)?.0)).collect()
}

/// The newest state of all products, by id.
///
/// # Errors
/// The database refused.
pub async fn current(store: &Store) -> Result<Vec<Product>> {
    let sql = format!("{CURRENT} ORDER BY p.product_id");
    store.fetch(&sql, &[i64::MAX.into()]).await?.iter().map(|row| Ok(read(row)?.0)).collect()
}

/// Every state recorded with a `seq` above `seq`, oldest first: what somebody who holds the catalogue takes in. A product
/// that is gone comes as one that is not active.
///
/// # Errors
/// The database refused.
pub async fn since(store: &Store, seq: i64) -> Result<Vec<(i64, Product)>> {
    let sql = "SELECT * FROM products WHERE seq > $1 ORDER BY seq, product_id";
    store.fetch(sql, &[seq.into()]).await?.iter().map(|row| Ok((row.int("seq")?, read(row)?.0))).collect()
}

/// The newest state of the named products and who said so, by id; unknown ones are left out.
///
/// # Errors
/// The database refused.
pub async fn find<'k>(
    tx: &mut Tx,
    ids: impl IntoIterator<Item = &'k str>,
) -> Result<HashMap<String, (Product, Origin)>> {
    let ids: Vec<Value> = ids.into_iter().map(Value::from).collect();
    let sql = "SELECT p.* FROM products p WHERE p.seq = (SELECT MAX(q.seq) FROM products q WHERE q.product_id = \
               p.product_id) AND p.origin <> 'gone' AND p.product_id IN ";
    let rows = tx.fetch_in(sql, &[], &ids).await?;
    rows.iter()
        .map(|row| {
            let (product, origin) = read(row)?;
            Ok((product.product_id.clone(), (product, origin)))
        })
        .collect()
}

/// Every state of the products of which one was recorded under the numbers of `range` (both included), by product,
/// oldest first.
///
/// # Errors
/// The database refused.
pub async fn touched(tx: &mut Tx, range: (i64, i64)) -> Result<Vec<State>> {
    let sql = "SELECT * FROM products WHERE product_id IN (SELECT product_id FROM products WHERE seq BETWEEN $1 AND $2) \
               ORDER BY product_id, seq";
    tx.fetch(sql, &[range.0.into(), range.1.into()]).await?.iter().map(state).collect()
}

/// Every state of the named products.
///
/// # Errors
/// The database refused.
pub async fn states<'k>(tx: &mut Tx, ids: impl IntoIterator<Item = &'k String>) -> Result<Vec<State>> {
    let ids: Vec<Value> = ids.into_iter().map(Value::from).collect();
    tx.fetch_in("SELECT * FROM products WHERE product_id IN ", &[], &ids).await?.iter().map(state).collect()
}

fn state(row: &Row) -> Result<State> {
    let (product, origin) = read(row)?;
    Ok((row.int("seq")?, product, origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_snapshot_sees_the_product_as_it_was() {
        for store in crate::testing::stores().await {
            let mut tx = store.begin().await.expect("begin");
            let old = from_title("A", "Old title");
            let new = Product { stock_units: Some(3), tags: vec!["red".into()], ..from_title("A", "New title") };
            insert(&mut tx, Origin::OrderLines, &[(1, old.clone())]).await.expect("insert");
            insert(&mut tx, Origin::Catalogue, &[(5, new.clone())]).await.expect("insert");
            assert_eq!(at(&mut tx, 4).await.expect("at"), vec![old]);
            assert_eq!(at(&mut tx, 5).await.expect("at"), vec![new.clone()]);
            let found = find(&mut tx, ["A", "B"]).await.expect("find");
            assert_eq!(found.len(), 1);
            assert_eq!(found["A"], (new.clone(), Origin::Catalogue));
            tx.commit().await.expect("commit");
            assert_eq!(since(&store, 1).await.expect("since"), vec![(5, new.clone())]);
            assert_eq!(current(&store).await.expect("current"), vec![new.clone()]);
            let mut tx = store.begin().await.expect("begin");
            let states = touched(&mut tx, (5, 5)).await.expect("touched");
            assert_eq!(states.iter().map(|(seq, ..)| *seq).collect::<Vec<_>>(), [1, 5]);
            insert(&mut tx, Origin::Gone, &[(9, Product { is_active: false, ..new })]).await.expect("insert");
            assert!(at(&mut tx, 9).await.expect("at").is_empty() && at(&mut tx, 8).await.expect("at").len() == 1);
            assert!(find(&mut tx, ["A"]).await.expect("find").is_empty());
        }
    }
}
