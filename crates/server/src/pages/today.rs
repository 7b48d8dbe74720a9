//! Today: the brand's own money in sentences, and what must be decided now.

use axum::{
    Extension, Form,
    extract::State,
    http::{HeaderMap, header},
    response::IntoResponse,
};
use domain::sprint::{Evidence, SprintStage};
use sprint::{
    review::Severity,
    today::{Today, WINDOW_DAYS},
};
use store::sprints::SprintRow;

use super::{
    desk::{Desk, context, told},
    evidence::{of_review, of_today},
    sprints::{Pairs, field, flight, page_of},
};
use crate::{
    App,
    auth::access::Who,
    chart,
    frame::Nav,
    html::{self, Page},
    problem::Problem,
    view,
    views::{DayMark, Item, Part, Stat, Step, Takeaway, TodayPage, TodayView},
};

/// `GET /`
pub async fn show(State(app): State<App>, Extension(who): Extension<Who>, headers: HeaderMap) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let mut frame = desk.frame(Nav::Today, "Today");
    let Some(today) = sprint::today::read(&desk.ctx).await? else {
        return html::page(&TodayPage { frame, view: TodayView { is_empty: true, ..TodayView::default() } });
    };
    frame = frame.as_of(format!("Data up to {}", view::weekday(today.last_day)));
    let mut view = money(&desk, &today);
    view.calm = "The next review is tomorrow morning.".into();
    // Revenue and ads have their own place above; these are the sentences about people.
    for sentence in sprint::today::sentences(&desk.ctx).await?.into_iter().filter(|one| one.people.is_some()) {
        view.sentences.push(linked(&sentence));
        if who.can_edit() && sprint::today::segment::KEYS.contains(&sentence.key) {
            view.lists.push(Takeaway {
                key: sentence.key.into(),
                people: view::plural(sentence.people.unwrap_or_default(), "person", "people"),
                about: sentence.evidence.name.clone(),
                name: format!("{} {}", view::capital(&sentence.evidence.name), desk.ctx.today()),
            });
        }
    }
    for one in sprint::today::missing(&desk.ctx).await? {
        view.missing.push(Item {
            title: format!("{}.", one.export),
            why: match one.wakes.as_slice() {
                [] => one.adds.to_owned(),
                miners => format!("{} Wakes: {}.", one.adds, miners.join(", ")),
            },
            ..Item::default()
        });
    }
    stale(&mut view, &desk, &today);
    for row in sprint::sprints::list(&desk.ctx).await?.into_iter().filter(|row| row.stage != SprintStage::Signed) {
        waiting(&mut view, &desk, &row).await?;
    }
    if let Some(row) = desk.sprint.as_ref().filter(|row| row.stage == SprintStage::Live) {
        timeline(&mut view, &desk, row);
    }
    view.decide.sort_by_key(|item| match item.tone.as_str() {
        "bad" => 0,
        "warn" => 1,
        _ => 2,
    });
    html::page(&TodayPage { frame, view })
}

/// `POST /today/segment`: the people in a sentence as a CSV file; who took it is recorded.
pub async fn segment(State(app): State<App>, Extension(who): Extension<Who>, Form(form): Form<Pairs>) -> Page {
    let ctx = context(&app, &who).await?;
    match sprint::today::segment::export(&ctx, field(&form, "key"), field(&form, "name")).await.map_err(Problem::from) {
        Ok(list) => {
            super::studio::audit(&app, &who, "segment.export", &format!("{}: {}", list.name, list.told())).await?;
            let disposition = format!("attachment; filename=\"{}\"", list.file_name());
            let headers = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
                (header::CONTENT_DISPOSITION, disposition),
            ];
            Ok((headers, list.csv()).into_response())
        }
        Err(problem) => told(problem, "/"),
    }
}

/// The evidence of a figure of this page.
///
/// # Errors
/// The figures cannot be read.
pub async fn evidence(ctx: &sprint::Context, key: &str) -> Result<Option<Vec<Evidence>>, Problem> {
    let Some(today) = sprint::today::read(ctx).await? else { return Ok(None) };
    let list = |evidence: Evidence| Some(vec![evidence]);
    Ok(match key {
        "sales" => list(today.now.sales),
        "sales_before" => list(today.before.sales),
        "newcomers" => list(today.now.newcomers),
        "ads" => list(today.now.ads),
        "visits" => list(today.now.visits),
        "daily" => list(today.daily_evidence),
        _ => {
            let told = sprint::today::sentences(ctx).await?.into_iter().find(|sentence| sentence.key == key);
            told.map(|sentence| vec![sentence.evidence])
        }
    })
}

/// A sentence whose money and people open their rows.
fn linked(sentence: &sprint::today::Sentence) -> Vec<Part> {
    let people = sentence.people.map(view::count);
    let numbers = sentence.money.map(|money| money.to_string()).into_iter().chain(people);
    let mut places: Vec<(usize, usize)> =
        numbers.filter_map(|number| Some((sentence.text.find(&number)?, number.len()))).collect();
    places.sort_unstable();
    places.dedup_by(|later, first| later.0 < first.0 + first.1);
    let (mut parts, mut from) = (Vec::new(), 0);
    for (at, length) in places {
        parts.push(text(&sentence.text[from..at]));
        parts.push(figure(&sentence.text[at..at + length], sentence.key));
        from = at + length;
    }
    parts.push(text(&sentence.text[from..]));
    if parts.len() == 1 {
        parts.push(figure(" Rows", sentence.key));
    }
    parts
}

fn text(text: impl Into<String>) -> Part {
    Part { text: text.into(), href: String::new() }
}

fn figure(text: impl Into<String>, key: &str) -> Part {
    Part { text: text.into(), href: of_today(key) }
}

fn money(desk: &Desk, today: &Today) -> TodayView {
    let (now, before) = (&today.now, &today.before);
    let mut view = TodayView {
        period: format!("{WINDOW_DAYS} days, {} to {}", view::weekday(now.days.from), view::weekday(now.days.to)),
        headline_before: format!("{} made ", desk.ctx.brand.name),
        net: figure(desk.money(now.net.minor), "sales"),
        headline_after: " net in the last seven days.".into(),
        spark: chart::spark(
            &today.daily.iter().map(|(_, net)| net.minor as f64).collect::<Vec<_>>(),
            "Net revenue a day",
        ),
        spark_days: today.daily.len(),
        ..TodayView::default()
    };
    let difference = now.net.minor - before.net.minor;
    let mut line = vec![
        text("That is "),
        figure(
            format!("{} {}", desk.money(difference.abs()), if difference < 0 { "less" } else { "more" }),
            "sales_before",
        ),
        text(" than in the seven days before"),
    ];
    match today.expected {
        Some((low, high)) => {
            let place = match now.net.minor {
                net if net < low.minor => "below",
                net if net > high.minor => "above",
                _ => "inside",
            };
            line.push(text(format!(", {place} what the last eight weeks lead to expect (")));
            line.push(figure(format!("{} to {}", desk.money(low.minor), desk.money(high.minor)), "daily"));
            line.push(text(", at least nine weeks of ten)."));
        }
        None => line.push(text(". An expected range needs eight weeks of orders.")),
    }
    view.sentences.push(line);
    let mut stats = Vec::new();
    let stat = |label: &str, value: String, note: String, key: &str| Stat {
        label: label.into(),
        value,
        note,
        href: of_today(key),
    };
    let share = |claimed: i64, net: i64| if net > 0 { view::ratio(claimed as f64 / net as f64) } else { "–".into() };
    if let (Some(spend), Some(claimed)) = (now.spend, now.claimed) {
        let mut line = vec![
            text("Ads took "),
            figure(desk.money(spend.minor), "ads"),
            text(" and the platforms claim "),
            figure(desk.money(claimed.minor), "ads"),
            text(" of revenue"),
        ];
        match now.tagged {
            Some(tagged) => {
                line.push(text("; "));
                line.push(figure(desk.money(tagged.minor), "visits"));
                line.push(text(" arrived through their links."));
            }
            None => line.push(text(".")),
        }
        view.sentences.push(line);
        let last = before
            .claimed
            .map_or(String::new(), |claimed| format!("{} the week before", share(claimed.minor, before.net.minor)));
        stats.push(stat("Platform-claimed ÷ actual", share(claimed.minor, now.net.minor), last, "ads"));
        if spend.minor > 0 {
            let last = before.spend.filter(|spend| spend.minor > 0).map_or(String::new(), |spend| {
                format!("{} the week before", view::ratio(before.net.minor as f64 / spend.minor as f64))
            });
            stats.push(stat(
                "Net revenue ÷ ad spend",
                view::ratio(now.net.minor as f64 / spend.minor as f64),
                last,
                "ads",
            ));
        }
        let note = if now.new_customers > 0 {
            format!("{} of ads a head", desk.money(spend.minor / now.new_customers))
        } else {
            String::new()
        };
        stats.push(stat("New customers", view::count(now.new_customers), note, "newcomers"));
    } else {
        stats.push(stat("New customers", view::count(now.new_customers), String::new(), "newcomers"));
    }
    let mean = if now.orders > 0 {
        format!("{} on average", view::money(now.net.minor / now.orders, desk.ctx.brand.currency))
    } else {
        String::new()
    };
    stats.push(stat("Orders", view::count(now.orders), mean, "sales"));
    view.stats = stats;
    view
}

/// Data that ends early is the first thing to know.
fn stale(view: &mut TodayView, desk: &Desk, today: &Today) {
    let behind = desk.ctx.today().days_since(today.last_day) - 1;
    if behind > 0 {
        view.watch.push(Item {
            title: format!("Orders end {} ago.", view::plural(i64::from(behind) + 1, "day", "days")),
            why: "The figures above are of the last week that has any. Import a newer export.".into(),
            ..Item::default()
        });
    }
    match today.last_ad_day {
        // Said among what each missing export would add.
        None => {}
        Some(day) if day < today.last_day => view.watch.push(Item {
            title: format!("Ad reports end on {}.", view::weekday(day)),
            why: "Spend of the days after is not counted yet.".into(),
            ..Item::default()
        }),
        Some(_) => {}
    }
}

/// What a sprint waits for.
async fn waiting(view: &mut TodayView, desk: &Desk, row: &SprintRow) -> Result<(), Problem> {
    let ask = |title: String, why: &str, action: &str| Item {
        title,
        why: why.into(),
        href: page_of(row.number, row.stage),
        action: action.into(),
        ..Item::default()
    };
    let name = format!("Sprint {}", row.number);
    match row.stage {
        SprintStage::Brief if row.brief.is_some() => view.decide.push(ask(
            format!("{name}, “{}”, has a brief and no concepts yet", row.title),
            "Read it once more, then let concepts be drafted from your data.",
            "Open the brief",
        )),
        SprintStage::Brief => view.decide.push(ask(
            format!("{name}, “{}”, waits for its brief", row.title),
            "Concepts are drafted once it says what shall be different and for whom.",
            "Write the brief",
        )),
        SprintStage::Concepts => view.decide.push(ask(
            format!("{name} waits for its picks"),
            "Pick exactly as many concepts as the brief says, each with a reason.",
            "Pick concepts",
        )),
        SprintStage::Studio => view.decide.push(ask(
            format!("{name} has copy to approve"),
            "Nothing goes out that no person approved.",
            "Open Studio",
        )),
        SprintStage::Launch => view.decide.push(ask(
            format!("{name} is ready for its launch checks"),
            "The export stays shut while a check blocks.",
            "Open Launch",
        )),
        SprintStage::PostMortem => view.decide.push(ask(
            format!("{name} waits for its signature"),
            "The next sprint begins once its post-mortem is signed.",
            "Open the post-mortem",
        )),
        SprintStage::Signed => {}
        SprintStage::Live => {
            let reviews = sprint::review::list(&desk.ctx, row.id).await?;
            let Some(review) = reviews.first() else { return Ok(()) };
            for line in &review.doc.lines {
                if review.decisions.iter().any(|decision| decision.line_key == line.key) {
                    continue;
                }
                let item = Item {
                    title: line.sentence.clone(),
                    why: [line.cause.clone().unwrap_or_default(), line.action.clone()].join(" ").trim().to_owned(),
                    tone: match line.severity {
                        Severity::Act => "bad".into(),
                        Severity::Watch => "warn".into(),
                        Severity::Fine => String::new(),
                    },
                    href: page_of(row.number, row.stage),
                    action: "Decide in Review".into(),
                    evidence: if line.evidence.is_empty() {
                        String::new()
                    } else {
                        of_review("line", row.number, review.doc.day, &line.key)
                    },
                };
                match line.severity {
                    Severity::Act => view.decide.push(item),
                    Severity::Watch => view.watch.push(item),
                    Severity::Fine => view.know.push(item),
                }
            }
            for entry in measure::of_sprint(&desk.ctx.store, row.id, desk.ctx.today())
                .await
                .map_err(sprint::SprintError::from)?
            {
                let item = Item {
                    title: format!("Kill day of “{}” is {}.", entry.change.name, view::day(entry.change.kill_on)),
                    why: format!("Until then: {}.", entry.result.label().to_lowercase()),
                    ..Item::default()
                };
                if entry.is_overdue {
                    let overdue = Item {
                        title: format!("“{}” is past its kill day", entry.change.name),
                        why: "It has won, is off, or is kept by an owner: say which.".into(),
                        tone: "bad".into(),
                        href: format!("/sprints/{}/launch", row.number),
                        action: "Open the ledger".into(),
                        ..item
                    };
                    view.decide.push(overdue);
                } else if view.know.len() < 4 {
                    view.know.push(item);
                }
            }
        }
    }
    Ok(())
}

fn timeline(view: &mut TodayView, desk: &Desk, row: &SprintRow) {
    let Some(brief) = &row.brief else { return };
    let today = desk.ctx.today();
    view.sprint_title = format!("Sprint {}: {}", row.number, row.title);
    let days = crate::frame::sprint_days(brief.flight);
    view.sprint_dates = flight(days);
    let acts = view.decide.iter().any(|item| item.tone == "bad");
    view.days = (1..=days.len_days())
        .map(|number| {
            let day = days.from.plus(number - 1);
            let what = if day == brief.flight.from {
                ": ads switched on"
            } else if day == brief.flight.to {
                ": last day of the flight"
            } else {
                ""
            };
            DayMark {
                number,
                state: if day < today {
                    "past"
                } else if day == today {
                    "today"
                } else {
                    "next"
                },
                title: format!("{}{what}", view::weekday(day)),
                mark: if day == today && acts { "decide".into() } else { String::new() },
            }
        })
        .collect();
    let step = |label: String, text: String| Step { label, text };
    view.steps = vec![
        step(
            format!("{} live.", view::plural(i64::from(brief.pick_count), "bet", "bets")),
            "Expect none or one to win.".into(),
        ),
        step(
            format!(
                "{} for {}.",
                desk.money(brief.budget_minor),
                view::plural(i64::from(brief.flight.len_days()), "day", "days")
            ),
            "Pacing is checked every morning.".into(),
        ),
        step(format!("Post-mortem from {}.", view::weekday(brief.flight.to.plus(1))), "A person signs it.".into()),
    ];
}
