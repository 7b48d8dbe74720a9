//! Data debugging: sessions that mislead, with counts and reasons; leaving them out, and taking that back.

use std::collections::HashMap;

use axum::{Extension, Form, extract::State, http::HeaderMap};
use domain::InstantMs;
use personalize::{
    suspects::{self, Kind, Suspect, Suspects},
    train,
};
use store::settings;

use super::{tabs, workbench};
use crate::{
    App,
    auth::access::Who,
    frame::Nav,
    html::{self, Page},
    pages::desk::{Desk, told},
    problem::Problem,
    view,
    views::{SessionsPage, SessionsView, Stat, SuspectGroup, SuspectLine},
};

/// When the list was last changed: a model trained before does not know it.
const CHANGED: &str = "recommend.excluded_at";
const TO: &str = "/recommend/sessions";

/// `GET /recommend/sessions`
pub async fn show(State(app): State<App>, Extension(who): Extension<Who>, headers: HeaderMap) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let found = suspects::suspects(app.lake(), app.now()).await?;
    let excluded = train::excluded(app.store()).await?;
    let changed: Option<InstantMs> = settings::get(app.store(), CHANGED).await?;
    let service = app.recommendations().await?;
    let status = service.status();
    let trained = status.meta.as_ref().map(|meta| meta.trained_at);
    let pending = trained.zip(changed).is_some_and(|(trained, changed)| trained < changed);
    let mut groups = [Kind::Bot, Kind::Staff, Kind::Bulk].map(|kind| group(&found, &excluded, kind)).to_vec();
    // The workbench knows customers with orders; of a device there is nothing to look at.
    for line in groups.iter_mut().flat_map(|group| &mut group.lines) {
        if service.customer(&line.id).is_none() {
            line.href.clear();
        }
    }
    let view = SessionsView {
        tabs: tabs(TO),
        lede:
            "Some sessions teach the models what no shopper wants. Here they are, with the counts that say so; leave \
               them out, or take that back."
                .into(),
        problem: String::new(),
        is_empty: found.events == 0 && excluded.is_empty(),
        stats: stats(&desk, &found, &excluded, trained),
        groups,
        excluded: excluded.iter().map(|id| line(id, found.all.iter().find(|one| &one.who == id), &found)).collect(),
        pending: if pending {
            "The model in service was trained before the last change here.".into()
        } else {
            String::new()
        },
        can_exclude: who.can_edit(),
    };
    html::page(&SessionsPage { frame: desk.frame(Nav::Recommend, "Sessions that mislead"), view })
}

fn stats(desk: &Desk, found: &Suspects, excluded: &[String], trained: Option<InstantMs>) -> Vec<Stat> {
    let stat = |label: &str, value: String, note: String| Stat { label: label.into(), value, note, ..Stat::default() };
    let open: Vec<&Suspect> = found.all.iter().filter(|one| !excluded.contains(&one.who)).collect();
    vec![
        stat(
            "Looked at",
            view::plural(found.events, "event", "events"),
            format!("of {}, last {} days", view::plural(found.visitors, "visitor", "visitors"), suspects::DAYS),
        ),
        stat("Suspicious", view::count(open.len() as i64), share(open.iter().map(|one| one.events).sum(), found)),
        stat("Left out", view::count(excluded.len() as i64), "by pseudonym".into()),
        stat(
            "Model in service",
            trained.map_or_else(|| "none yet".to_owned(), |at| desk.at(at)),
            trained.map_or_else(String::new, |_| "trained then".into()),
        ),
    ]
}

fn share(events: i64, found: &Suspects) -> String {
    format!("{} of all events", view::percent(events as f64 / found.events.max(1) as f64))
}

fn group(found: &Suspects, excluded: &[String], kind: Kind) -> SuspectGroup {
    let of_kind: Vec<&Suspect> =
        found.all.iter().filter(|one| one.kind == kind && !excluded.contains(&one.who)).collect();
    let (id, heading, text) = match kind {
        Kind::Bot => ("bot", "Robots", "More products on one day than a person opens, and none put into a cart."),
        Kind::Staff => ("staff", "Staff", "Here on most days, or with orders for nothing."),
        Kind::Bulk => ("bulk", "Bulk buyers", "Orders far larger than nearly everybody’s, usually for resale."),
    };
    let events: i64 = of_kind.iter().map(|one| one.events).sum();
    SuspectGroup {
        id,
        heading: heading.into(),
        text: text.into(),
        sum: if of_kind.is_empty() {
            String::new()
        } else {
            format!("{}, {}", view::plural(events, "event", "events"), share(events, found))
        },
        lines: of_kind.iter().map(|one| line(&one.who, Some(one), found)).collect(),
    }
}

fn line(id: &str, suspect: Option<&Suspect>, found: &Suspects) -> SuspectLine {
    let events = suspect.map_or(0, |one| one.events);
    SuspectLine {
        id: id.to_owned(),
        who: id.to_owned(),
        href: workbench::href("customer", id, ""),
        why: suspect
            .map_or_else(|| "Named by hand, or no longer suspicious.".to_owned(), |one| view::capital(&one.why)),
        events: view::count(events),
        share: view::percent(events as f64 / found.events.max(1) as f64),
        last: suspect.map(|one| view::day(one.last)).unwrap_or_default(),
    }
}

/// A form with one or more people in it: pairs, as a name may come more than once.
type Pairs = Vec<(String, String)>;

fn values<'p>(pairs: &'p Pairs, name: &str) -> Vec<&'p str> {
    pairs
        .iter()
        .filter(|(key, _)| key == name)
        .map(|(_, value)| value.trim())
        .filter(|value| !value.is_empty())
        .collect()
}

/// `POST /recommend/sessions/exclude`
pub async fn exclude(State(app): State<App>, Extension(who): Extension<Who>, Form(pairs): Form<Pairs>) -> Page {
    let done = async {
        let mut ids: Vec<String> = values(&pairs, "who").into_iter().map(str::to_owned).collect();
        let kind = values(&pairs, "kind").first().copied().unwrap_or_default();
        if values(&pairs, "all") == ["yes"] {
            let kinds: HashMap<&str, Kind> =
                [("bot", Kind::Bot), ("staff", Kind::Staff), ("bulk", Kind::Bulk)].into_iter().collect();
            let found = suspects::suspects(app.lake(), app.now()).await?;
            ids = found.all.into_iter().filter(|one| kinds.get(kind) == Some(&one.kind)).map(|one| one.who).collect();
        }
        if ids.is_empty() {
            return Err(Problem::invalid("Tick whom to leave out, or write a pseudonym."));
        }
        let mut all = train::excluded(app.store()).await?;
        let before = all.len();
        for id in ids {
            if !all.contains(&id) {
                all.push(id);
            }
        }
        let added = all.len() - before;
        write(&app, &who, &all, "recommend.exclude", &format!("{added} ({kind})")).await?;
        Ok::<_, Problem>(added)
    };
    match done.await {
        Ok(added) => {
            let text = view::plural(added as i64, "is left out", "are left out");
            Ok(html::done(TO, &format!("{text} from the next training on.")))
        }
        Err(problem) => told(problem, TO),
    }
}

/// `POST /recommend/sessions/include`
pub async fn include(State(app): State<App>, Extension(who): Extension<Who>, Form(pairs): Form<Pairs>) -> Page {
    let ids = values(&pairs, "who");
    let mut all = train::excluded(app.store()).await?;
    all.retain(|id| !ids.contains(&id.as_str()));
    write(&app, &who, &all, "recommend.include", &ids.join(", ")).await?;
    Ok(html::done(TO, "Learnt from again from the next training on."))
}

async fn write(app: &App, who: &Who, all: &[String], verb: &str, what: &str) -> Result<(), Problem> {
    let mut tx = app.store().begin().await?;
    train::set_excluded(&mut tx, all).await?;
    settings::set(&mut tx, CHANGED, &app.now()).await?;
    store::audit::record(&mut tx, app.now(), &who.actor, verb, what, "").await?;
    tx.commit().await?;
    Ok(())
}
