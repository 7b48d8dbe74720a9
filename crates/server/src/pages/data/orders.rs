//! Kinds of orders: what the rules recognise, with counts, and the form that changes them.

use axum::{
    Extension, Form,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use domain::order_kinds::{OrderClass, OrderRule, OrderRules, RuleField};
use intake::{IntakeError, KindCount, OrderKinds};
use store::order_rules::RulesRow;

use super::work;
use crate::{
    App,
    auth::access::Who,
    frame::Nav,
    html::{self, Page},
    pages::desk::Desk,
    problem::Problem,
    view,
    views::{Choice, OrderKindLine, OrderRuleRow, OrderRulesVersion, OrdersPage, OrdersView},
};

const TO: &str = "/data/orders";
/// Empty rows at the end of the form.
const BLANK: usize = 2;
/// Versions that are listed.
const LISTED: usize = 20;

/// `GET /data/orders`
pub async fn show(State(app): State<App>, Extension(who): Extension<Who>, headers: HeaderMap) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let intake = work::open(&app).await?;
    let (_, rules) = intake::order_rules(&intake).await?;
    let counted = intake::order_kinds(&intake, None, app.now()).await?;
    let view = made(&desk, &counted, &rules, &intake::order_rules_history(&intake).await?);
    html::page(&OrdersPage { frame: desk.frame(Nav::Data, "Kinds of orders"), view })
}

/// `POST /data/orders`: counts under the rules of the form, or saves them as the next version.
pub async fn change(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    headers: HeaderMap,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let intake = work::open(&app).await?;
    let value = |name: &str| pairs.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.as_str());
    let (rules, note) = (read(&pairs)?, value("note").trim());
    let problem = if value("do") == "save" {
        match intake::save_order_rules(&intake, &rules, note, app.now(), &who.actor).await {
            Ok(version) => {
                let text = format!("Version {version} of the rules stands. What was seen before keeps its version.");
                return Ok(html::done(TO, &text));
            }
            Err(error) => wrong(error)?,
        }
    } else {
        String::new()
    };
    let tried = match problem.is_empty() {
        true => intake::order_kinds(&intake, Some(&rules), app.now()).await.map(Some).or_else(|error| {
            // Said beside the rules below.
            wrong(error).map(|_| None)
        })?,
        false => None,
    };
    let counted = intake::order_kinds(&intake, None, app.now()).await?;
    let mut view = made(&desk, &counted, &rules, &intake::order_rules_history(&intake).await?);
    view.problem = problem;
    if let (true, None, Err(error)) = (view.problem.is_empty(), &tried, rules.check()) {
        view.problem = error;
    }
    view.note = note.to_owned();
    if let Some(tried) = &tried {
        set_beside(&mut view, &desk, tried);
    }
    let status = if view.problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html::page_with(status, &OrdersPage { frame: desk.frame(Nav::Data, "Kinds of orders"), view })
}

/// What is wrong with the rules; every other error stays one.
fn wrong(error: IntakeError) -> Result<String, Problem> {
    match error {
        IntakeError::OrderRules(text) => Ok(text),
        other => Err(other.into()),
    }
}

/// The rules of a form, in the order of their numbers. A row without a kind is a rule that is taken out.
fn read(pairs: &[(String, String)]) -> Result<OrderRules, Problem> {
    let of = |name: &str, row: &str| {
        let wanted = format!("{name}.{row}");
        pairs.iter().find(|(field, _)| *field == wanted).map_or("", |(_, value)| value.trim())
    };
    let mut rows: Vec<(f64, OrderRule)> = Vec::new();
    for (name, class) in pairs {
        let Some(row) = name.strip_prefix("class.").filter(|_| !class.is_empty()) else { continue };
        let unknown =
            |what: &str, word: &str| Problem::invalid(format!("`{word}` is no {what}; choose one of the list."));
        let class = OrderClass::parse(class).ok_or_else(|| unknown("kind of order", class))?;
        let word = of("field", row);
        let field = RuleField::parse(word).ok_or_else(|| unknown("field of an order", word))?;
        let is = of("is", row).lines().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned).collect();
        // A number that is none keeps the row's place.
        let place = of("place", row).replace(',', ".").parse().unwrap_or(rows.len() as f64 + 1.0);
        rows.push((place, OrderRule { class, field, is }));
    }
    rows.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    Ok(OrderRules { rules: rows.into_iter().map(|(_, rule)| rule).collect() })
}

fn made(desk: &Desk, counted: &OrderKinds, rules: &OrderRules, history: &[RulesRow]) -> OrdersView {
    let standing = match counted.version {
        Some(0) | None => "The built-in rules stand.".to_owned(),
        Some(version) => format!("Version {version} of the rules stands."),
    };
    let mut rows: Vec<OrderRuleRow> =
        rules.rules.iter().enumerate().map(|(at, rule)| row(at + 1, Some(rule))).collect();
    rows.extend((0..BLANK).map(|blank| row(rules.rules.len() + blank + 1, None)));
    let version = |of: &RulesRow| OrderRulesVersion {
        name: format!("Version {}", of.version),
        note: of.note.clone(),
        saved: format!("{} by {}", desk.at(of.saved_at), of.saved_by),
        rules: view::plural(of.doc.rules.len() as i64, "rule", "rules"),
    };
    OrdersView {
        standing,
        is_empty: counted.orders == 0,
        next: history.first().map_or(0, |newest| newest.version) + 1,
        kinds: counted.kinds.iter().map(|kind| line(desk, kind)).collect(),
        columns: ["Orders", "Lines", "Net"],
        total: [
            view::count(counted.orders),
            view::count(counted.lines),
            view::money(counted.net_minor, counted.currency),
        ],
        rules: rows,
        history: history.iter().take(LISTED).map(version).collect(),
        ..OrdersView::default()
    }
}

fn cells(desk: &Desk, kind: &KindCount) -> [String; 3] {
    let money = view::money(kind.net_minor, desk.ctx.brand.currency);
    [view::count(kind.orders), view::count(kind.lines), money]
}

fn line(desk: &Desk, kind: &KindCount) -> OrderKindLine {
    OrderKindLine {
        key: kind.class.map_or("", OrderClass::as_str),
        name: kind.class.map_or("Ordinary orders", OrderClass::label),
        counts: cells(desk, kind),
        ..OrderKindLine::default()
    }
}

/// Puts what tried rules count beside what the standing ones do.
fn set_beside(view: &mut OrdersView, desk: &Desk, tried: &OrderKinds) {
    view.is_tried = true;
    let mut moved = 0;
    for line in &mut view.kinds {
        let key = line.key;
        let found = tried.kinds.iter().find(|kind| kind.class.map_or("", OrderClass::as_str) == key);
        line.tried = found.map(|kind| cells(desk, kind)).unwrap_or_default();
        line.is_moved = line.tried != line.counts;
        moved += usize::from(line.is_moved);
    }
    view.tried = match moved {
        0 => "These rules count every order as the standing ones do. Nothing was saved.".into(),
        _ => "Beside what stands: what these rules would count. Nothing was saved.".into(),
    };
}

fn row(place: usize, rule: Option<&OrderRule>) -> OrderRuleRow {
    let class = rule.map(|rule| rule.class);
    let field = rule.map_or(RuleField::Tag, |rule| rule.field);
    let none = if rule.is_some() { "Take this rule out" } else { "No rule" };
    let mut classes = vec![Choice::new("", none, rule.is_none())];
    classes.extend(OrderClass::ALL.map(|each| Choice::new(each.as_str(), each.label(), class == Some(each))));
    let texts = rule.map(|rule| rule.is.join("\n")).unwrap_or_default();
    // The rule alone is asked what is wrong with it; that all of them together are too many is said above.
    let alone = rule.and_then(|rule| OrderRules { rules: vec![rule.clone()] }.check().err());
    let problem = alone.map(|text| match text.split_once(") ").or_else(|| text.split_once("): ")) {
        Some((_, why)) => crate::problem::sentence(&format!("this {why}")),
        None => text,
    });
    OrderRuleRow {
        place,
        title: match rule {
            Some(rule) => format!("Rule {place}, {}", rule.class.label()),
            None => format!("New rule {place}"),
        },
        said: rule.map(said).unwrap_or_default(),
        lines: texts.lines().count().clamp(1, 8),
        classes,
        fields: RuleField::ALL.map(|each| Choice::new(each.as_str(), each.label(), each == field)).to_vec(),
        texts,
        problem: problem.unwrap_or_default(),
    }
}

/// A rule in a sentence, for those who may not change it.
fn said(rule: &OrderRule) -> String {
    match rule.field {
        RuleField::PriceZero => format!("{}: nothing was paid", rule.class.label()),
        field => format!("{}: {} is {}", rule.class.label(), field.label(), rule.is.join(" or ")),
    }
}
