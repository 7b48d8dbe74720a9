//! The brand: name, address, currency, time zone.

use axum::{Extension, Form, extract::State, http::HeaderMap};
use domain::Currency;
use serde::Deserialize;
use store::{brand::Brand, imports};

use super::page;
use crate::{
    App,
    auth::access::Who,
    html::{self, Page},
    pages::desk::Desk,
    problem::{Code, Problem},
    views::SettingsView,
};

/// `GET /settings`
pub async fn show(State(app): State<App>, Extension(who): Extension<Who>, headers: HeaderMap) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let brand = &desk.ctx.brand;
    let form = BrandForm {
        name: brand.name.clone(),
        site_url: brand.site_url.clone(),
        currency: brand.currency.to_string(),
        time_zone: brand.time_zone.clone(),
    };
    page(&desk, view(&form, brand, has_facts(&app).await?))
}

/// The brand as the form sends it.
#[derive(Deserialize)]
pub struct BrandForm {
    name: String,
    site_url: String,
    currency: String,
    time_zone: String,
}

/// `POST /settings`
pub async fn save(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    headers: HeaderMap,
    Form(form): Form<BrandForm>,
) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let is_fixed = has_facts(&app).await?;
    match try_save(&app, &who, &form, &desk.ctx.brand, is_fixed).await {
        Ok(()) => Ok(html::done("/settings", "The brand is saved.")),
        Err(problem) if problem.code == Code::Invalid => {
            let mut view = view(&form, &desk.ctx.brand, is_fixed);
            view.problem = problem.message;
            page(&desk, view)
        }
        Err(problem) => Err(problem),
    }
}

async fn try_save(app: &App, who: &Who, form: &BrandForm, old: &Brand, is_fixed: bool) -> Result<(), Problem> {
    let name = form.name.trim();
    if name.is_empty() {
        return Err(Problem::invalid("Name the brand: it stands at the top of every page."));
    }
    let site_url = form.site_url.trim();
    if !(site_url.is_empty() || site_url.starts_with("https://") || site_url.starts_with("http://")) {
        return Err(Problem::invalid(format!("`{site_url}` is not a web address; write it with https://.")));
    }
    let currency = Currency::parse(&form.currency).map_err(|error| Problem::invalid(error.to_string()))?;
    let brand =
        Brand { name: name.into(), site_url: site_url.into(), currency, time_zone: form.time_zone.trim().into() };
    if brand.zone().is_err() {
        return Err(Problem::invalid(format!(
            "`{}` is not a time zone; write one such as Europe/Berlin or America/New_York.",
            brand.time_zone
        )));
    }
    if is_fixed && (brand.currency != old.currency || brand.time_zone != old.time_zone) {
        return Err(Problem::invalid(fixed_note(old)));
    }
    let mut tx = app.store().begin().await?;
    store::brand::set(&mut tx, &brand).await?;
    let detail = format!("{}, {}, {}", brand.currency, brand.time_zone, brand.site_url);
    store::audit::record(&mut tx, app.now(), &who.actor, "brand.save", &brand.name, &detail).await?;
    tx.commit().await?;
    Ok(())
}

/// Days and amounts of facts were read with the currency and the time zone that stood when they came in.
async fn has_facts(app: &App) -> Result<bool, Problem> {
    Ok(!imports::recent(app.store(), 1).await?.is_empty())
}

fn fixed_note(brand: &Brand) -> String {
    format!(
        "What was imported is in {} and in days of {}, so these two stay. A brand in another currency or time zone \
         begins in a data folder of its own.",
        brand.currency, brand.time_zone
    )
}

fn view(form: &BrandForm, brand: &Brand, is_fixed: bool) -> SettingsView {
    SettingsView {
        tab: "brand",
        name: form.name.clone(),
        site_url: form.site_url.clone(),
        currency: form.currency.clone(),
        time_zone: form.time_zone.clone(),
        is_fixed,
        fixed_note: fixed_note(brand),
        ..SettingsView::default()
    }
}
