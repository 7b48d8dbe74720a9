//! The rules in order of precedence, the draft that changes them, and the versions that were saved.

use axum::{
    Extension, Form,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
};
use personalize::{Placement, Service, rules::Rules};
use serde::Deserialize;
use store::recommend_rules::RulesRow;

use super::{
    edit::{self, Draft, Place},
    fields::{Fields, Typed},
    preview,
    text::{Teller, path},
};
use crate::{
    App,
    auth::access::Who,
    frame::Nav,
    html::{self, Page},
    pages::desk::{Desk, told},
    problem::Problem,
    views::{Badge, Choice, RuleForm, RuleGroup, RuleLine, RulesPage, RulesVersion, RulesView},
};

const TO: &str = "/recommend/rules";
/// Products that the form suggests.
const SUGGESTED: usize = 200;

/// What of the page is open.
#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    edit: String,
    #[serde(default)]
    add: String,
    #[serde(default)]
    preview: String,
    #[serde(default)]
    place: String,
    #[serde(default)]
    who: String,
}

/// `GET /recommend/rules`
pub async fn show(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let service = app.recommendations().await?;
    let teller = Teller::new(service, desk.ctx.brand.currency);
    let state = Standing::read(&app).await?;
    let mut view = page(&desk, &teller, &state);
    let wanted = match (asked.edit.as_str(), asked.add.as_str()) {
        ("", "") => None,
        ("", list) => Some(format!("{list}.new")),
        (path, _) => Some(path.to_owned()),
    };
    if let Some(wanted) = wanted.filter(|_| who.can_edit()) {
        view.form = Fields::new(&teller, None).form(state.rules(), &wanted);
        suggest(&mut view, service);
    }
    if asked.preview == "1" {
        preview::fill(&mut view, service, state.rules(), &asked.place, &asked.who, app.now()).await?;
    }
    html::page(&RulesPage { frame: desk.frame(Nav::Rules, "Rules"), view })
}

fn suggest(view: &mut RulesView, service: &Service) {
    if view.form.as_ref().is_some_and(|form: &RuleForm| form.path.starts_with("pins.")) {
        let found = service.products("", SUGGESTED);
        view.products = found.into_iter().map(|one| [one.product_id.to_string(), one.title]).collect();
    }
}

/// What is live, and the draft.
struct Standing {
    live: RulesRow<Rules>,
    draft: Option<Draft>,
    history: Vec<RulesRow<serde_json::Value>>,
}

impl Standing {
    async fn read(app: &App) -> Result<Standing, Problem> {
        let live = personalize::rules_of(app.store(), None).await?;
        Ok(Standing {
            live: live.ok_or_else(|| Problem::not_found("such version"))?,
            draft: edit::draft(app.store()).await?,
            history: personalize::rules_history(app.store()).await?,
        })
    }

    fn rules(&self) -> &Rules {
        self.draft.as_ref().map_or(&self.live.doc, |draft| &draft.rules)
    }
}

fn page(desk: &Desk, teller: &Teller<'_>, state: &Standing) -> RulesView {
    let live = match state.live.version {
        0 => "The built-in rules are live.".to_owned(),
        version => format!("Version {version} is live."),
    };
    let changes = state.draft.as_ref().map(|draft| teller.changes(&state.live.doc, &draft.rules)).unwrap_or_default();
    let note = |draft: &Draft| {
        format!(
            "Begun by {}, last changed {} by {}. Visitors see nothing of it.",
            draft.begun_by,
            desk.at(draft.changed_at),
            draft.changed_by
        )
    };
    let version = |row: &RulesRow<serde_json::Value>| RulesVersion {
        version: row.version,
        note: row.note.clone(),
        saved: format!("{} by {}", desk.at(row.saved_at), row.saved_by),
        is_live: row.version == state.live.version,
    };
    RulesView {
        lede: format!("{live} Rules stand here in the order in which they count."),
        draft_note: state.draft.as_ref().map(note).unwrap_or_default(),
        draft_warning: match &state.draft {
            Some(draft) if draft.base != state.live.version => format!(
                "Version {} was saved since this draft was begun. What is listed is what saving would change of it.",
                state.live.version
            ),
            _ => String::new(),
        },
        changes,
        groups: groups(teller, state),
        history: state.history.iter().map(version).collect(),
        can_edit: desk.who.can_edit(),
        can_save: desk.who.can_edit(),
        ..RulesView::default()
    }
}

type GroupPlan = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [(&'static str, &'static str)],
);

/// Groups in order of precedence: id, heading, text, rules that there is one of, lists, and what can be added.
const GROUPS: [GroupPlan; 6] = [
    (
        "never",
        "Never shown",
        "Nothing below brings these back, pins included. What is at hand or in the cart, and what is not on sale, is never shown either.",
        &["stock", "bought"],
        &["filters", "never_for"],
        &[("filters", "Filter"), ("never_for", "Never for a segment")],
    ),
    (
        "together",
        "Never together",
        "Of two such products the one placed first stays; what is in the cart was placed before all.",
        &[],
        &["never_together"],
        &[("never_together", "Pair")],
    ),
    (
        "pins",
        "Pins",
        "They take their positions, in this order; of two on one position the later takes the next free one.",
        &[],
        &["pins"],
        &[("pins", "Pin")],
    ),
    (
        "boosts",
        "More and less",
        "These multiply what the model says; a factor of 0 comes last.",
        &["margin"],
        &["boosts"],
        &[("boosts", "Boost or bury")],
    ),
    (
        "often",
        "Shown too often",
        "Moves back what was shown without a click; a list never gets shorter by it.",
        &["frequency"],
        &[],
        &[],
    ),
    (
        "mix",
        "Diversity",
        "Moves back what is too much of the same; a list never gets shorter by it.",
        &["diversity"],
        &[],
        &[],
    ),
];

fn groups(teller: &Teller<'_>, state: &Standing) -> Vec<RuleGroup> {
    let rules = state.rules();
    let (mut live, mut draft) = (edit::open(&state.live.doc), edit::open(rules));
    let badge = |text: &str, tone: &'static str| Badge { text: text.into(), tone, title: String::new() };
    let single = |name: &&'static str| {
        let (text, does) = teller.single(rules, name);
        let is_changed = text != teller.single(&state.live.doc, name).0;
        RuleLine {
            path: (*name).into(),
            text,
            place: "Everywhere".into(),
            state: match (is_changed, does) {
                (true, _) => badge("Changed", "warn"),
                (false, true) => Badge::default(),
                (false, false) => badge("Off", "line"),
            },
            ..RuleLine::default()
        }
    };
    let mut list = |name: &'static str, is_paused: bool| -> Vec<RuleLine> {
        let known = edit::list_of(&mut live, name, is_paused).cloned().unwrap_or_default();
        let own = edit::list_of(&mut draft, name, is_paused).cloned().unwrap_or_default();
        let last = own.len().saturating_sub(1);
        let line = |(index, rule): (usize, &serde_json::Value)| {
            let told = teller.rule(name, rule);
            RuleLine {
                path: path(name, index, is_paused),
                text: told.text,
                place: told.place,
                problem: told.problem,
                state: match (is_paused, known.contains(rule)) {
                    (true, _) => badge("Paused", "line"),
                    (false, true) => Badge::default(),
                    (false, false) => badge("Not live yet", "warn"),
                },
                is_paused,
                can_pause: true,
                can_remove: true,
                can_rise: name == "pins" && !is_paused && index > 0,
                can_sink: name == "pins" && !is_paused && index < last,
            }
        };
        own.iter().enumerate().map(line).collect()
    };
    let group = |(id, heading, text, singles, lists, add): &GroupPlan| {
        let mut lines: Vec<RuleLine> = singles.iter().map(single).collect();
        for name in *lists {
            lines.extend(list(name, false));
            lines.extend(list(name, true));
        }
        RuleGroup {
            id,
            heading: (*heading).into(),
            text: (*text).into(),
            lines,
            add: add.iter().map(|(key, label)| Choice::new(*key, *label, false)).collect(),
        }
    };
    GROUPS.iter().map(group).collect()
}

/// Changes the draft, which is begun where there is none.
async fn change(app: &App, who: &Who, work: impl FnOnce(&Rules) -> Result<Rules, Problem>) -> Result<(), Problem> {
    let state = Standing::read(app).await?;
    let rules = work(state.rules())?;
    let mut draft = state.draft.unwrap_or_else(|| Draft {
        base: state.live.version,
        rules: Rules::default(),
        begun_by: who.name.clone(),
        changed_by: String::new(),
        changed_at: app.now(),
    });
    let is_live = rules == state.live.doc;
    draft.rules = rules;
    draft.changed_by.clone_from(&who.name);
    draft.changed_at = app.now();
    let mut tx = app.store().begin().await?;
    edit::keep(&mut tx, Some(&draft).filter(|_| !is_live)).await?;
    tx.commit().await?;
    Ok(())
}

/// `POST /recommend/rules/edit`: a rule as it was typed, into the draft; or its form again with the mistakes named.
pub async fn edit(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Page {
    let path = typed.iter().find(|(name, _)| name == "path").map(|(_, value)| value.clone()).unwrap_or_default();
    let currency = store::brand::get_or_default(app.store()).await?.currency;
    let service = app.recommendations().await?;
    let teller = Teller::new(service, currency);
    let state = Standing::read(&app).await?;
    let mut fields = Fields::new(&teller, Some(&typed));
    match fields.read(state.rules(), &path) {
        Ok(Some(rules)) => match change(&app, &who, |_| Ok(rules)).await {
            Ok(()) => Ok(html::done(TO, "It stands in the draft. Preview it, then save.")),
            Err(problem) => told(problem, TO),
        },
        Ok(None) => {
            let desk = Desk::open(&app, &who, &headers).await?;
            let mut view = page(&desk, &teller, &state);
            view.form = fields.form(state.rules(), &path);
            suggest(&mut view, service);
            let page = RulesPage { frame: desk.frame(Nav::Rules, "Rules"), view };
            html::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(problem) => told(problem, TO),
    }
}

/// What to do with which rule.
#[derive(Deserialize)]
pub struct Act {
    #[serde(default)]
    path: String,
    #[serde(default, rename = "do")]
    verb: String,
}

/// `POST /recommend/rules/do`
pub async fn act(State(app): State<App>, Extension(who): Extension<Who>, Form(act): Form<Act>) -> Page {
    let done = change(&app, &who, |rules| {
        let place = Place::parse(&act.path).ok_or_else(|| Problem::invalid("There is no such rule."))?;
        edit::act(rules, place, &act.verb)
    });
    let word = match act.verb.as_str() {
        "pause" => "Paused in the draft.",
        "resume" => "Taken up again in the draft.",
        "remove" => "Removed from the draft.",
        _ => "Moved in the draft.",
    };
    match done.await {
        Ok(()) => Ok(html::done(TO, word)),
        Err(problem) => told(problem, TO),
    }
}

/// What changes, in a few words.
#[derive(Deserialize)]
pub struct Note {
    #[serde(default)]
    note: String,
}

/// `POST /recommend/rules/save`: the draft goes live as a new version.
pub async fn save(State(app): State<App>, Extension(who): Extension<Who>, Form(form): Form<Note>) -> Page {
    let done = async {
        let draft = edit::draft(app.store()).await?.ok_or_else(|| Problem::invalid("There is no draft to save."))?;
        let service = app.recommendations().await?;
        let version = personalize::save_rules(service, &draft.rules, &form.note, app.now(), &who.name).await?;
        let mut tx = app.store().begin().await?;
        edit::keep(&mut tx, None).await?;
        tx.commit().await?;
        Ok::<_, Problem>(version)
    };
    match done.await {
        Ok(version) => Ok(html::done(TO, &format!("Version {version} is live from the next answer on."))),
        Err(problem) => told(problem, TO),
    }
}

/// `POST /recommend/rules/discard`
pub async fn discard(State(app): State<App>) -> Page {
    let mut tx = app.store().begin().await?;
    edit::keep(&mut tx, None).await?;
    tx.commit().await?;
    Ok(html::done(TO, "The draft is gone; what is live stays."))
}

/// A version by its number.
#[derive(Deserialize)]
pub struct Version {
    #[serde(default)]
    version: i64,
}

/// `POST /recommend/rules/restore`: an older version becomes the draft.
pub async fn restore(State(app): State<App>, Extension(who): Extension<Who>, Form(form): Form<Version>) -> Page {
    let found = personalize::rules_of(app.store(), Some(form.version)).await?;
    let done =
        change(&app, &who, |_| found.map(|row| row.doc).ok_or_else(|| Problem::invalid("There is no such version.")));
    match done.await {
        Ok(()) => {
            let text = format!("Version {} is the draft now. Preview it, then save.", form.version);
            Ok(html::done(TO, &text))
        }
        Err(problem) => told(problem, TO),
    }
}

/// The placement that a preview shows.
pub fn placement_of(word: &str) -> Placement {
    word.parse().unwrap_or(Placement::Home)
}
