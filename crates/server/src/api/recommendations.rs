//! Recommendations for the shop and the e-mail tool.

use axum::{Extension, extract::State};
use measure::Unit;
use personalize::{Answer as Recommended, Ask, Placement, rules::Selector};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{Answer, Body, json};
use crate::{
    App,
    auth::access::Who,
    problem::{Code, Problem},
};

/// Most requests of one batch.
const MOST_IN_BATCH: usize = 1_000;
/// Most products that a request may name as session or cart.
const MOST_NAMED: usize = 100;

/// Which products: those that fit every list that is given; within a list any entry will do.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Only {
    /// Product ids.
    pub products: Vec<String>,
    /// Categories.
    pub categories: Vec<String>,
    /// Vendors.
    pub vendors: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Lowest price, minor units (cents).
    pub price_from_minor: Option<i64>,
    /// Highest price, minor units.
    pub price_to_minor: Option<i64>,
}

impl From<Only> for Selector {
    fn from(only: Only) -> Selector {
        Selector {
            products: only.products,
            categories: only.categories,
            vendors: only.vendors,
            tags: only.tags,
            price_from_minor: only.price_from_minor,
            price_to_minor: only.price_to_minor,
        }
    }
}

/// Filters of a request.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Filters {
    /// Only these.
    pub only: Only,
    /// Not these.
    pub without: Only,
}

/// For whom, where, and what is known of the visit.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Request {
    /// `home`, `product`, `cart`, `after_purchase`, `email` or `search_empty`.
    pub placement: String,
    /// The customer, by the identifier that orders use (customer id or e-mail). Hashed on arrival, kept nowhere.
    pub customer: Option<String>,
    /// The customer's pseudonym, where the caller knows that instead.
    pub pseudonym: Option<String>,
    /// The device's id as events carry it (`anonymousId`). Hashed on arrival.
    pub anonymous_id: Option<String>,
    /// Products seen in this session, oldest first; added to what events told.
    pub session: Vec<String>,
    /// The product at hand.
    pub product: Option<String>,
    /// What is in the cart, or was just bought.
    pub cart: Vec<String>,
    /// Language of the reasons, e.g. `de-AT`.
    pub locale: String,
    /// How many products, at most 100; the placement's own number where it is left out.
    pub limit: usize,
    /// Segments the visitor is in.
    pub segments: Vec<String>,
    /// Which products.
    pub filters: Filters,
}

/// Requests of a mailing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// At most 1,000.
    pub requests: Vec<Request>,
}

impl Request {
    /// The request as the service takes it, ids hashed.
    pub(super) async fn ask(self, app: &App) -> Result<Ask, Problem> {
        let placement = match self.placement.is_empty() {
            true => Placement::Home,
            false => self.placement.parse().map_err(|word| {
                let all = Placement::ALL.map(Placement::as_str).join(", ");
                Problem::invalid(format!("`placement` is `{word}`; choose one of {all}."))
            })?,
        };
        if self.limit > personalize::rules::MOST_ITEMS {
            return Err(Problem::invalid(format!("`limit` is {}; 100 is the most.", self.limit)));
        }
        if self.session.len() > MOST_NAMED || self.cart.len() > MOST_NAMED {
            return Err(Problem::invalid("`session` and `cart` take 100 products each; send the newest."));
        }
        let (mut customer, mut device) = (None, None);
        if let Some(pseudonym) = self.pseudonym {
            Unit::customer(&pseudonym)?;
            customer = Some(pseudonym);
        }
        if self.customer.is_some() || self.anonymous_id.is_some() {
            let intake = &app.live().await?.intake;
            if let Some(key) = self.customer.as_deref().filter(|key| !key.trim().is_empty()) {
                customer = Some(intake.pseudonym(key));
            }
            device = self.anonymous_id.as_deref().filter(|id| !id.trim().is_empty()).map(|id| intake.device_id(id));
        }
        Ok(Ask {
            placement: Some(placement),
            customer,
            device,
            session: self.session,
            product: self.product,
            cart: self.cart,
            limit: self.limit,
            locale: self.locale,
            segments: self.segments,
            only: self.filters.only.into(),
            without: self.filters.without.into(),
        })
    }
}

/// What this visitor sees in this placement: products with their reasons, the model and its version, the change and the
/// arm. What is answered counts as shown.
#[utoipa::path(post, path = "/api/v1/recommendations", tag = "recommendations", request_body = Request,
    responses((status = 200, description = "Products, best first", body = serde_json::Value), (status = 422, description = "A field is wrong", body = crate::problem::ProblemBody)))]
pub async fn recommend(State(app): State<App>, Extension(who): Extension<Who>, Body(request): Body<Request>) -> Answer {
    // The storefront's key is public: with it anybody could ask what somebody else bought.
    if who.role.is_none() && (request.customer.is_some() || request.pseudonym.is_some()) {
        let message = "Shop pages name the visitor by `anonymous_id`; whose device it is, events say. \
                       `customer` and `pseudonym` take an API key, on a server.";
        return Err(Problem::new(Code::RoleTooLow, message));
    }
    let ask = request.ask(&app).await?;
    json(&app.recommendations().await?.answer(&ask, app.now()))
}

#[derive(Serialize)]
#[serde(untagged)]
enum One {
    Answered(Box<Recommended>),
    Refused { error: crate::problem::ProblemBody },
}

/// The same for many customers at once, e.g. for a mailing: one answer or error each, in order.
#[utoipa::path(post, path = "/api/v1/recommendations/batch", tag = "recommendations", request_body = Batch,
    responses((status = 200, description = "`answers`, one for each request", body = serde_json::Value), (status = 413, description = "More than 1,000 requests", body = crate::problem::ProblemBody)))]
pub async fn batch(State(app): State<App>, Body(batch): Body<Batch>) -> Answer {
    if batch.requests.len() > MOST_IN_BATCH {
        return Err(Problem::new(Code::TooLarge, "A batch takes 1,000 requests; send it in parts."));
    }
    let now = app.now();
    let mut answers = Vec::with_capacity(batch.requests.len());
    for request in batch.requests {
        answers.push(match request.ask(&app).await {
            Ok(ask) => One::Answered(Box::new(app.recommendations().await?.answer(&ask, now))),
            Err(problem) => One::Refused { error: problem.body() },
        });
    }
    json(&json!({ "answers": answers }))
}
