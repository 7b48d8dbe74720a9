//! One customer or product: what each model says, what the rules make of it, and why.

use axum::{
    Extension,
    extract::{Query, State},
    http::HeaderMap,
};
use personalize::{
    Ask, Look, Looked, Placement, Service,
    service::browse::{BoughtLine, CustomerLine, ProductLine},
};
use serde::Deserialize;

use super::say;
use crate::{
    App,
    auth::access::Who,
    frame::Nav,
    html::{self, Page},
    pages::desk::Desk,
    problem::Problem,
    view,
    views::{
        Badge, BlendLine, Choice, LeftOut, MemberColumn, MemberPick, OpinionLine, PickLine, Tab, WorkbenchPage,
        WorkbenchView,
    },
};

/// Products of an answer, of a member's own list, and purchases that are shown.
const ITEMS: usize = 8;
const MOST_BOUGHT: usize = 30;
const MOST_FOUND: usize = 12;
const MOST_LEFT_OUT: usize = 40;

/// Whom or what to look at.
#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    from: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    place: String,
    #[serde(default)]
    model: String,
}

/// `GET /recommend/workbench`
pub async fn show(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let service = app.recommendations().await?.clone();
    let now = app.now();
    let view = tokio::task::spawn_blocking(move || {
        let view = made(&service, &desk, &asked, now);
        (desk, view)
    });
    let (desk, view) = view.await.map_err(Problem::internal)?;
    html::page(&WorkbenchPage { frame: desk.frame(Nav::Workbench, "Workbench"), view })
}

/// The address of one look.
pub fn href(from: &str, q: &str, place: &str) -> String {
    let place = if place.is_empty() { String::new() } else { format!("&place={place}") };
    format!("/recommend/workbench?from={from}&q={}{place}", say::encode(q))
}

fn made(service: &Service, desk: &Desk, asked: &Asked, now: domain::InstantMs) -> WorkbenchView {
    let status = service.status();
    let is_product = asked.from == "product";
    let mode = if is_product { "product" } else { "customer" };
    let usual = if is_product { Placement::Product } else { Placement::Home };
    let placement: Placement = asked.place.parse().unwrap_or(usual);
    let is_challenger = asked.model == "challenger" && status.challenger.is_some();
    let mut models = vec![Choice::new("", format!("Version {}, serves", status.model_version), !is_challenger)];
    if let Some(version) = status.challenger {
        models.push(Choice::new("challenger", format!("Version {version}, challenger"), is_challenger));
    }
    let tab = |key: &str, label: &str| Tab {
        href: format!("/recommend/workbench?from={key}"),
        label: label.into(),
        count: String::new(),
        on: key == mode,
    };
    let query = asked.q.trim();
    let mut view = WorkbenchView {
        modes: vec![tab("customer", "A customer"), tab("product", "A product")],
        mode,
        query: query.to_owned(),
        placements: Placement::ALL.map(|each| Choice::new(each.as_str(), each.label(), each == placement)).to_vec(),
        models,
        ..WorkbenchView::default()
    };
    if status.meta.is_none() {
        view.none = match status.products {
            0 => "Import orders or a catalogue and train a model; then this page shows, customer by customer, what it \
                  would recommend and why."
                .into(),
            _ => "Train a model first; then this page shows, customer by customer, what it would recommend and why."
                .into(),
        };
        return view;
    }
    let place = asked.place.as_str();
    let ask = if is_product {
        let Some(product) = find_product(service, desk, query, place, &mut view) else { return view };
        view.subject = product.title.clone();
        view.subject_note = product_note(desk, &product);
        Ask { product: Some(product.product_id.to_string()), ..Ask::default() }
    } else {
        let Some(customer) = find_customer(service, query, place, &mut view) else { return view };
        let bought = service.bought(&customer.pseudonym, MOST_BOUGHT);
        view.subject = customer.pseudonym.clone();
        view.subject_note = customer_note(&customer, true);
        view.bought = bought.iter().map(bought_line).collect();
        beside(Ask { customer: Some(customer.pseudonym), ..Ask::default() }, placement, &bought)
    };
    let ask = Ask { placement: Some(placement), limit: ITEMS, ..ask };
    let looked = service.look(&ask, &Look { rules: None, challenger: is_challenger, explain: true }, now);
    answer(&mut view, desk, &looked);
    let alone = service.alone(&ask, is_challenger, ITEMS, now);
    view.members =
        if looked.opinions.is_empty() { Vec::new() } else { alone.iter().map(|one| member(one, &looked)).collect() };
    view
}

/// On a product page or in a cart something is at hand: what the customer bought last stands for it.
pub fn beside(ask: Ask, placement: Placement, bought: &[BoughtLine]) -> Ask {
    let last = || bought.first().map(|line| line.product_id.clone());
    match placement {
        Placement::Product => Ask { product: last(), ..ask },
        Placement::Cart | Placement::AfterPurchase => Ask { cart: last().into_iter().collect(), ..ask },
        _ => ask,
    }
}

fn find_customer(service: &Service, query: &str, place: &str, view: &mut WorkbenchView) -> Option<CustomerLine> {
    if let Some(customer) = service.customer(query) {
        return Some(customer);
    }
    let mut found = service.customers(query, MOST_FOUND);
    if found.len() == 1 && !query.is_empty() {
        return found.pop();
    }
    if found.is_empty() {
        view.problem = match query {
            "" => "No customer with an order is known to the model.".into(),
            _ => format!("No customer’s pseudonym begins with “{query}”. The export per customer lists them."),
        };
    }
    view.found_note =
        if query.is_empty() { "Customers who bought lately" } else { "More than one begins like this" }.into();
    let pick = |customer: &CustomerLine| PickLine {
        href: href("customer", &customer.pseudonym, place),
        name: customer.pseudonym.clone(),
        note: customer_note(customer, false),
    };
    view.found = found.iter().map(pick).collect();
    None
}

fn find_product(
    service: &Service,
    desk: &Desk,
    query: &str,
    place: &str,
    view: &mut WorkbenchView,
) -> Option<ProductLine> {
    if let Some(product) = service.product(query) {
        return Some(product);
    }
    let mut found = service.products(query, MOST_FOUND);
    if let Some(exact) = found.iter().position(|product| product.title.eq_ignore_ascii_case(query)) {
        return Some(found.swap_remove(exact));
    }
    if found.len() == 1 && !query.is_empty() {
        return found.pop();
    }
    if found.is_empty() {
        view.problem = match query {
            "" => "The catalogue is empty.".into(),
            _ => format!("No product has “{query}” in its title or id."),
        };
    }
    view.found_note = if query.is_empty() { "Best-sellers" } else { "More than one fits" }.into();
    let pick = |product: &ProductLine| PickLine {
        href: href("product", &product.product_id, place),
        name: product.title.clone(),
        note: product_note(desk, product),
    };
    view.found = found.iter().map(pick).collect();
    None
}

/// How often and when somebody bought.
pub fn customer_note(customer: &CustomerLine, is_long: bool) -> String {
    let days = view::plural(customer.order_days as i64, "day with an order", "days with an order");
    let last = customer.last.map(|day| format!(", the last {}", view::day(day))).unwrap_or_default();
    match is_long {
        true => format!("{days}, {}{last}", view::plural(customer.products as i64, "product", "products")),
        false => format!("{days}{last}"),
    }
}

fn product_note(desk: &Desk, product: &ProductLine) -> String {
    let price = product.price_minor.map(|minor| view::money(minor, desk.ctx.brand.currency));
    let stock = product.stock_units.map(|units| format!("{} in stock", view::count(units)));
    let category = Some(product.category.clone()).filter(|category| !category.is_empty());
    let off = (!product.is_active).then(|| "not on sale".to_owned());
    [price, category, stock, off].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn bought_line(line: &BoughtLine) -> [String; 2] {
    let day = view::day(line.day);
    let note = if line.category.is_empty() { day } else { format!("{}, {day}", line.category) };
    [line.title.clone(), note]
}

fn answer(view: &mut WorkbenchView, desk: &Desk, looked: &Looked) {
    let answer = &looked.answer;
    let (text, tone) = match (answer.model.version, answer.personalised) {
        (0, _) => ("Best-sellers".to_owned(), "warn"),
        (version, true) => (format!("Personalised, version {version}"), "good"),
        (version, false) => (format!("Not personal, version {version}"), "line"),
    };
    view.made_by = Badge { text, tone, title: String::new() };
    view.notes.clone_from(&answer.notes);
    let line = |shown: &personalize::Shown| {
        let opinions = looked.opinions.iter().find(|of| of.product_id == shown.product_id);
        let steps = looked.trace.iter().find(|of| of.product_id == shown.product_id);
        BlendLine {
            position: shown.position,
            href: href("product", &shown.product_id, ""),
            title: shown.title.to_string(),
            note: shown.price_minor.map(|minor| view::money(minor, desk.ctx.brand.currency)).unwrap_or_default(),
            reason: shown.reason.text.clone(),
            source: say::source(shown.source),
            opinions: opinions.map(|of| of.members.iter().map(opinion).collect()).unwrap_or_default(),
            steps: steps.map(|of| of.steps.clone()).unwrap_or_default(),
        }
    };
    view.blend = answer.items.iter().map(line).collect();
    let is_shown = |id: &str| answer.items.iter().any(|shown| shown.product_id.as_ref() == id);
    let out = looked.trace.iter().filter(|of| !is_shown(&of.product_id));
    // What was full before its turn is no news.
    let told = out.filter(|of| of.steps.iter().any(|step| step.starts_with("left out")));
    view.left_out =
        told.take(MOST_LEFT_OUT).map(|of| LeftOut { title: of.title.clone(), steps: of.steps.clone() }).collect();
    view.left_out_note = format!(
        "{}, and why",
        view::plural(view.left_out.len() as i64, "product was left out", "products were left out")
    );
}

fn opinion(one: &personalize::service::Opinion) -> OpinionLine {
    OpinionLine {
        model: say::model(one.model).0.into(),
        share: view::percent(f64::from(one.weight)),
        rank: one.rank.map_or_else(|| "not known to it".to_owned(), say::ordinal),
        percent: (one.relative * 100.0).round().clamp(0.0, 100.0) as u32,
    }
}

fn member(one: &personalize::service::browse::Alone, looked: &Looked) -> MemberColumn {
    let pick = |(index, (id, title)): (usize, &(String, String))| {
        let shown = looked.answer.items.iter().find(|shown| shown.product_id.as_ref() == id);
        MemberPick {
            rank: index as u32 + 1,
            title: title.clone(),
            note: shown.map(|shown| say::ordinal(shown.position as u32)).unwrap_or_default(),
            is_in: shown.is_some(),
        }
    };
    MemberColumn {
        name: say::model_name(one.model),
        share: view::percent(f64::from(one.weight)),
        picks: one.items.iter().enumerate().map(pick).collect(),
    }
}
