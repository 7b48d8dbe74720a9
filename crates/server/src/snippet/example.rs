//! The example page: a shop of the demo's products that loads the storefront's script.

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State},
};
use serde::Deserialize;

use crate::{
    App,
    auth::{access::Who, secret, storefront},
    html::{self, Page},
    problem::Problem,
};

/// Products on the first page of the example.
const MOST_PRODUCTS: usize = 24;

/// Which product.
#[derive(Deserialize)]
pub struct Which {
    product: Option<String>,
}

#[derive(Template)]
#[template(path = "demo_shop.html")]
struct Shop {
    title: String,
    key: String,
    visitor: String,
    product: Option<(String, String)>,
    products: Vec<(String, String)>,
    v: &'static str,
}

/// `GET /demo/shop`: only where a demo is served.
pub async fn shop(State(app): State<App>, Extension(who): Extension<Who>, Query(which): Query<Which>) -> Page {
    if !app.config().demo {
        return Err(Problem::not_found("demo here"));
    }
    let all = store::products::current(app.store()).await?;
    let mut products: Vec<(String, String)> = all
        .into_iter()
        .filter(|product| product.is_active)
        .map(|product| (product.product_id, product.title))
        .collect();
    let product = which.product.map(|id| products.iter().find(|(known, _)| *known == id).cloned());
    let product = match product {
        Some(None) => return Err(Problem::not_found("such product")),
        Some(found) => found,
        None => None,
    };
    products.truncate(MOST_PRODUCTS);
    let title = product.as_ref().map_or_else(|| "Example shop".to_owned(), |(_, title)| title.clone());
    // The visitor is the same as long as the session: a shop would give its own id of the device.
    let visitor = secret::token_hash(&who.csrf)[..24].to_owned();
    let key = storefront::key(&app).await?;
    html::page(&Shop { title, key, visitor, product, products, v: crate::assets::version() })
}
