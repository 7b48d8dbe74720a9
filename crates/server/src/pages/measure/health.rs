//! Whether the judge itself can be trusted: on the brand's own past, on re-tests, on forecasts.

use axum::{Extension, extract::State, http::HeaderMap};
use measure::{Health, SelfCheck};

use crate::{
    App,
    auth::access::Who,
    frame::Nav,
    html::{self, Page},
    pages::desk::{Desk, told},
    view,
    views::{Badge, HealthCard, HealthPage, HealthView},
};

/// `GET /measure/health`
pub async fn show(State(app): State<App>, Extension(who): Extension<Who>, headers: HeaderMap) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let health = measure::health(app.lake(), desk.ctx.today()).await?;
    let check = measure::last_self_check(app.store()).await?;
    let view = HealthView {
        lede: "Three questions that a judge must be asked before its verdicts are believed.".into(),
        cards: vec![aa(check.as_ref()), retests(&health), forecasts(&health)],
        can_check: who.can_edit(),
        checked: match &check {
            Some(check) => format!("Checked on this brand’s past on {}; again every week.", view::day(check.day)),
            None => "It is checked on this brand’s past once a week while Fortnight serves.".into(),
        },
    };
    html::page(&HealthPage { frame: desk.frame(Nav::Judge, "Health of the judge"), view })
}

fn badge(tone: &'static str, text: &str) -> Badge {
    Badge { text: text.into(), tone, title: String::new() }
}

fn aa(check: Option<&SelfCheck>) -> HealthCard {
    let question = "Does it find what is not there?".to_owned();
    let Some(found) = check.map(|check| check.found).filter(|found| found.runs > 0) else {
        return HealthCard {
            question,
            value: "Not checked".into(),
            pill: badge("line", "Too little history"),
            text: "It splits customers at random, changes nothing, and reads them daily for 30 days.".into(),
            next: "It needs 200 customers who bought before the last six weeks. Import more of your orders.".into(),
        };
    };
    let share = found.false_calls as f64 / found.runs as f64;
    HealthCard {
        question,
        value: format!("{} of {} runs", found.false_calls, found.runs),
        pill: if found.is_sound { badge("good", "As promised") } else { badge("bad", "Too often") },
        text: format!(
            "Experiments in which nothing was changed, played on {} of this brand and read daily: {} were called won or \
             lost. At most about {} may be.",
            view::plural(found.customers as i64, "customer", "customers"),
            view::percent(share),
            view::percent(found.alpha)
        ),
        next: if found.is_sound {
            String::new()
        } else {
            "Do not believe verdicts until this is mended: look for customers with extreme orders and declare a cap."
                .into()
        },
    }
}

fn retests(health: &Health) -> HealthCard {
    let tests = health.retests;
    let question = "Do wins hold when tested again?".to_owned();
    if tests.retested == 0 {
        return HealthCard {
            question,
            value: "No re-test yet".into(),
            pill: badge("line", "Unknown"),
            text: format!(
                "{} won so far; none was tested again.",
                view::plural(tests.won as i64, "change has", "changes have")
            ),
            next: "Run a winner again against a holdout and register it as a re-test of the first.".into(),
        };
    }
    let share = tests.held as f64 / tests.retested as f64;
    HealthCard {
        question,
        value: format!("{} of {} held", tests.held, tests.retested),
        pill: if share >= 0.5 { badge("good", "Most held") } else { badge("warn", "Few held") },
        text: format!(
            "{} won; {} tested again, {} won again and {} with money expected but not proven.",
            view::plural(tests.won as i64, "change has", "changes have"),
            view::plural(tests.retested as i64, "was", "were"),
            tests.held,
            view::plural(tests.open as i64, "ended", "ended")
        ),
        next: "With few re-tests this share is rough: 1 of 2 is no different from 2 of 2.".into(),
    }
}

fn forecasts(health: &Health) -> HealthCard {
    let found = health.forecasts;
    let question = "Do predictions come true?".to_owned();
    if found.judged == 0 {
        return HealthCard {
            question,
            value: "Nothing to compare".into(),
            pill: badge("line", "Unknown"),
            text: "No change with a prediction is over yet.".into(),
            next: "Say what a change is expected to earn, with a range, when it is registered.".into(),
        };
    }
    let ratio = found
        .ratio
        .map_or_else(|| "–".to_owned(), |ratio| format!("{}\u{a0}%", view::count((ratio * 100.0).round() as i64)));
    HealthCard {
        question,
        value: format!("{ratio} of what was predicted"),
        pill: if found.within * 2 >= found.judged {
            badge("good", "Mostly in range")
        } else {
            badge("warn", "Mostly off")
        },
        text: format!(
            "Of {} with a prediction, {} earned within the range that was predicted.",
            view::plural(found.judged as i64, "finished change", "finished changes"),
            found.within
        ),
        next: "Below 100 % predictions promise too much; above, too little.".into(),
    }
}

/// `POST /measure/health/check`
pub async fn check(State(app): State<App>, Extension(_): Extension<Who>) -> Page {
    match measure::self_check(app.lake(), app.now()).await {
        Ok(check) if check.found.runs > 0 => {
            Ok(html::done("/measure/health", "The judge was checked on this brand’s past."))
        }
        Ok(_) => Ok(html::go("/measure/health", "plain", "There is too little history to check the judge on.")),
        Err(error) => told(error.into(), "/measure/health"),
    }
}
