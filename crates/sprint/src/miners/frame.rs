//! What all miners are told: the days that matter, the catalogue, and what the brief wants.

use std::collections::HashMap;

use domain::{Currency, Day, DayRange};
use lake::Snapshot;
use serde::{Deserialize, Serialize};

use super::sql::SOLD;
use crate::SprintError;

/// A product as concepts need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductInfo {
    /// Stock code or SKU.
    pub id: String,
    /// Title as the catalogue has it.
    pub title: String,
    /// Category.
    pub category: Option<String>,
    /// Units in stock, if tracked.
    pub stock_units: Option<i64>,
}

/// What all miners are told.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The first day that is not over, or the day after the last order where data is older than three days.
    pub until: Day,
    /// First day with an order.
    pub first_day: Day,
    /// Days on which ads will run.
    pub flight: DayRange,
    /// Currency of the money.
    pub currency: Currency,
    /// Orders with products so far.
    pub orders: i64,
    /// Known customers so far.
    pub customers: i64,
    products: HashMap<String, ProductInfo>,
    wanted: Vec<String>,
    knows_stock: bool,
}

impl Frame {
    /// Looks at the snapshot. `None` when there is no order at all.
    ///
    /// # Errors
    /// A query fails.
    pub async fn load(
        snapshot: &Snapshot,
        flight: DayRange,
        currency: Currency,
        wanted: &[String],
    ) -> Result<Option<Frame>, SprintError> {
        let today = snapshot.today();
        let sql = format!(
            "SELECT MIN(day) AS first_day, MAX(day) AS last_day, COUNT(DISTINCT order_id) AS orders, \
             COUNT(DISTINCT customer_id) AS customers FROM order_lines WHERE {SOLD}"
        );
        let table = snapshot.query(&sql).await?;
        let row = table.first()?;
        let (Some(first_day), Some(last_day)) = (row.opt_day("first_day")?, row.opt_day("last_day")?) else {
            return Ok(None);
        };
        let until = if last_day >= today.plus(-4) { today } else { last_day.plus(1) };
        let catalogue =
            snapshot.query("SELECT product_id, title, category, stock_units, is_active FROM products").await?;
        let mut products = HashMap::with_capacity(catalogue.len());
        for row in catalogue.iter() {
            let id = row.text("product_id")?.to_owned();
            let title = row.opt_text("title")?.unwrap_or_default().trim().to_owned();
            // A title that is a stock clerk's note (`?`, `damaged`, lower case among capitals) names nothing to sell.
            if title.chars().filter(|c| c.is_alphabetic()).count() < 4 || row.opt_flag("is_active")? == Some(false) {
                continue;
            }
            let category = row.opt_text("category")?.map(str::to_owned).filter(|text| !text.is_empty());
            let stock_units = row.opt_int("stock_units")?;
            products.insert(id.clone(), ProductInfo { id, title, category, stock_units });
        }
        Ok(Some(Frame {
            until,
            first_day,
            flight,
            currency,
            orders: row.int("orders")?,
            customers: row.int("customers")?,
            products,
            knows_stock: true,
            wanted: wanted.iter().map(|item| item.trim().to_lowercase()).filter(|item| !item.is_empty()).collect(),
        }))
    }

    /// The same on another day, for another flight.
    #[must_use]
    pub fn at(&self, until: Day, flight: DayRange) -> Frame {
        Frame { until, flight, ..self.clone() }
    }

    /// The same without what the catalogue says is in stock: it says so of today, not of the frame's day.
    #[must_use]
    pub(crate) fn without_stock(mut self) -> Frame {
        self.products.values_mut().for_each(|product| product.stock_units = None);
        self.knows_stock = false;
        self
    }

    /// Whether the catalogue's stock may be looked at.
    pub(super) fn knows_stock(&self) -> bool {
        self.knows_stock
    }

    /// The frame whose flight was over when this one begins, as long and as far ahead.
    #[must_use]
    pub(crate) fn earlier(&self) -> Frame {
        let back = self.flight.to.days_since(self.until).max(0) + 1;
        let flight = DayRange { from: self.flight.from.plus(-back), to: self.flight.to.plus(-back) };
        self.at(self.until.plus(-back), flight)
    }

    /// Days of history.
    pub fn history_days(&self) -> i32 {
        self.until.days_since(self.first_day)
    }

    /// A product that can be sold and named.
    pub fn product(&self, id: &str) -> Option<&ProductInfo> {
        self.products.get(id)
    }

    /// Whether the brief wants it: its id or its category is named, or the brief names none.
    pub fn wants(&self, product: &ProductInfo) -> bool {
        let is = |text: &str| self.wanted.iter().any(|wanted| *wanted == text.to_lowercase());
        self.wanted.is_empty() || is(&product.id) || product.category.as_deref().is_some_and(is)
    }

    /// Whether the brief names products, so that shop-wide opportunities would miss it.
    pub fn is_narrow(&self) -> bool {
        !self.wanted.is_empty()
    }
}
