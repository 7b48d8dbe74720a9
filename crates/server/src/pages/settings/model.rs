//! The language model that drafts.

use std::time::Duration;

use axum::{Extension, Form, extract::State, http::HeaderMap};
use domain::decimal::{DecimalMark, parse_micros};
use llm::Provider;
use serde::Deserialize;

use super::page;
use crate::{
    App,
    auth::access::Who,
    html::{self, Page},
    model::{self, KEY_NAMES, ModelSettings},
    pages::desk::{self, Desk},
    problem::{Code, Problem, sentence},
    views::{Choice, SettingsView},
};

/// Providers with their word in the form; the empty one is the composer alone.
const PROVIDERS: [(&str, Option<Provider>); 5] = [
    ("", None),
    ("openai", Some(Provider::OpenAi)),
    ("anthropic", Some(Provider::Anthropic)),
    ("gemini", Some(Provider::Gemini)),
    ("ollama", Some(Provider::Ollama)),
];

/// The model as the form sends it.
#[derive(Deserialize, Default, Clone)]
pub struct ModelForm {
    provider: String,
    model: String,
    url: String,
    key_env: String,
    budget: String,
    #[serde(default)]
    usd_rate: String,
}

/// `GET /settings/model`
pub async fn show(State(app): State<App>, Extension(who): Extension<Who>, headers: HeaderMap) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let chosen = model::get(app.store()).await?;
    let ceiling = sprint::studio::ceiling(&desk.ctx).await?;
    let usd_rate = sprint::studio::usd_rate(&desk.ctx).await?;
    let form = ModelForm {
        provider: word(chosen.as_ref().map(|chosen| chosen.provider)).into(),
        model: chosen.as_ref().map(|chosen| chosen.model.clone()).unwrap_or_default(),
        url: chosen.as_ref().map(|chosen| chosen.base_url.clone()).unwrap_or_default(),
        key_env: chosen.as_ref().map(|chosen| chosen.key_env.clone()).unwrap_or_default(),
        budget: dollars(ceiling),
        usd_rate: usd_rate.map(|rate| rate.to_string()).unwrap_or_default(),
    };
    page(&desk, view(&form))
}

/// `POST /settings/model`
pub async fn save(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    headers: HeaderMap,
    Form(form): Form<ModelForm>,
) -> Page {
    match try_save(&app, &who, &form).await {
        Ok(note) => Ok(html::done("/settings/model", note)),
        Err(problem) => told(&app, &who, &headers, &form, problem).await,
    }
}

/// `POST /settings/model/test`: saves, then asks one short question.
pub async fn test(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    headers: HeaderMap,
    Form(form): Form<ModelForm>,
) -> Page {
    let asked = match try_save(&app, &who, &form).await {
        Ok(_) => ask(&form).await,
        Err(problem) => Err(problem),
    };
    match asked {
        Ok(note) => Ok(html::done("/settings/model", &note)),
        Err(problem) => told(&app, &who, &headers, &form, problem).await,
    }
}

async fn told(app: &App, who: &Who, headers: &HeaderMap, form: &ModelForm, problem: Problem) -> Page {
    if !matches!(problem.code, Code::Invalid | Code::ModelFailed | Code::Conflict) {
        return Err(problem);
    }
    let mut view = view(form);
    view.problem = problem.message;
    page(&Desk::open(app, who, headers).await?, view)
}

async fn try_save(app: &App, who: &Who, form: &ModelForm) -> Result<&'static str, Problem> {
    let chosen = read(form)?;
    let micro_usd = parse_micros(&form.budget, DecimalMark::Point)
        .map_err(|error| Problem::invalid(format!("Spend ceiling: {error}. Write US dollars such as 5 or 2.50.")))?;
    let usd_rate: Option<f64> = match form.usd_rate.trim() {
        "" => None,
        text => Some(text.parse().map_err(|_| {
            Problem::invalid(format!("What a US dollar is: {text:?} is not a number. Write it such as 0.92."))
        })?),
    };
    if let Some(chosen) = &chosen {
        llm::connect(&chosen.config()).map_err(|error| Problem::invalid(sentence(&error.to_string())))?;
    }
    let context = desk::context(app, who).await?;
    sprint::studio::set_ceiling(&context, micro_usd).await?;
    if let Some(rate) = usd_rate {
        sprint::studio::set_usd_rate(&context, rate).await?;
    }
    let mut tx = app.store().begin().await?;
    model::set(&mut tx, chosen.as_ref()).await?;
    let subject = chosen.as_ref().map_or("composer alone".to_owned(), |chosen| chosen.model.clone());
    let detail = format!("ceiling US$ {} a sprint", dollars(micro_usd));
    store::audit::record(&mut tx, app.now(), &who.actor, "model.save", &subject, &detail).await?;
    tx.commit().await?;
    Ok(if chosen.is_some() { "The model is saved." } else { "Saved: the composer writes alone." })
}

fn read(form: &ModelForm) -> Result<Option<ModelSettings>, Problem> {
    let found = PROVIDERS.iter().find(|(word, _)| *word == form.provider);
    let provider = found.ok_or_else(|| Problem::invalid("Choose one of the providers in the list."))?.1;
    let Some(provider) = provider else { return Ok(None) };
    let model = form.model.trim();
    if model.is_empty() {
        return Err(Problem::invalid("Name the model as its provider calls it."));
    }
    if !form.key_env.is_empty() && !KEY_NAMES.contains(&form.key_env.as_str()) {
        return Err(Problem::invalid(format!("A key can be read from one of {}.", KEY_NAMES.join(", "))));
    }
    let base_url = form.url.trim().to_owned();
    Ok(Some(ModelSettings { provider, model: model.into(), base_url, key_env: form.key_env.clone() }))
}

async fn ask(form: &ModelForm) -> Result<String, Problem> {
    let Some(chosen) = read(form)? else {
        return Err(Problem::invalid("Choose a provider first; the composer cannot be asked."));
    };
    let failed = |error: llm::LlmError| Problem::new(Code::ModelFailed, sentence(&error.to_string()));
    let model = llm::connect(&chosen.config()).map_err(failed)?;
    let request = llm::Request {
        prompt: "Answer with the single word: ready".into(),
        schema: None,
        schema_name: "ready".into(),
        max_tokens: 64,
        temperature: 0.0,
        seed: None,
        timeout: Duration::from_secs(30),
    };
    let answer = model.complete(&request).await.map_err(failed)?;
    let said: String = answer.text.split_whitespace().take(12).collect::<Vec<_>>().join(" ");
    Ok(format!("Saved. {} answered: “{said}”.", answer.model))
}

fn word(provider: Option<Provider>) -> &'static str {
    PROVIDERS.iter().find(|(_, known)| *known == provider).map_or("", |(word, _)| word)
}

fn dollars(micro_usd: i64) -> String {
    format!("{:.2}", micro_usd as f64 / 1e6)
}

fn view(form: &ModelForm) -> SettingsView {
    let label = |provider: Option<Provider>| match provider {
        None => "None: the composer alone",
        Some(Provider::OpenAi) => "OpenAI, or a compatible server",
        Some(other) => other.label(),
    };
    let providers = PROVIDERS.iter().map(|(word, p)| Choice::new(*word, label(*p), *word == form.provider)).collect();
    let mut key_envs = vec![Choice::new("", "No key", form.key_env.is_empty())];
    key_envs.extend(KEY_NAMES.iter().map(|name| {
        let state = if model::key(name).is_some() { "set on this server" } else { "not set on this server" };
        Choice::new(*name, format!("{name} ({state})"), *name == form.key_env)
    }));
    let has_key = form.key_env.is_empty() || model::key(&form.key_env).is_some();
    let (model_state, model_tone) = match (form.provider.is_empty(), has_key) {
        (true, _) => ("Composer alone".to_owned(), "line"),
        (false, true) => (form.model.clone(), "good"),
        (false, false) => ("Key not set".to_owned(), "warn"),
    };
    SettingsView {
        tab: "model",
        providers,
        model: form.model.clone(),
        model_url: form.url.clone(),
        key_envs,
        budget: form.budget.clone(),
        usd_rate: form.usd_rate.clone(),
        can_test: !form.provider.is_empty(),
        model_state,
        model_tone,
        ..SettingsView::default()
    }
}
