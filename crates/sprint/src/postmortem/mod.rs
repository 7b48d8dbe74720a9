//! The post-mortem: drafted from data, edited and signed by a person, then immutable.

mod doc;
mod learn;
mod markdown;
mod score;
mod time;

use domain::{
    ActionId, DayRange, SprintId,
    sprint::{ActionItem, ResultWord, SprintStage},
};
use store::{actions, postmortems};

use crate::{
    Context, FieldError, SprintError,
    ask::{count, day_words, each},
    launch::LaunchDoc,
    review::{self, Scope, money_of},
    verdict,
};

pub use doc::{ConceptResult, NewAction, PostMortemDoc, ReviewSum, ScoreRow, StageTime, Words};

/// A stored post-mortem.
pub type PostMortem = postmortems::PostMortem<PostMortemDoc>;

/// Drafts the post-mortem of a live sprint from the data as it is now, or draws its numbers again; words that a person
/// edited stay. The sprint moves to its post-mortem.
///
/// # Errors
/// The sprint is not live or no day of it is over, the post-mortem is signed, or the store or the lake failed.
pub async fn draft(ctx: &Context, sprint: SprintId) -> Result<PostMortem, SprintError> {
    let old = get(ctx, sprint).await?;
    if old.as_ref().is_some_and(|old| old.signed_at.is_some()) {
        return Err(SprintError::Refused("The post-mortem is signed; it stays as it is.".into()));
    }
    let scope = Scope::open(ctx, sprint).await?;
    let mut doc = make(ctx, &scope, sprint).await?;
    learn::fill(ctx, sprint, &mut doc).await?;
    if let Some(old) = old.map(|old| old.document).filter(|old| old.is_edited) {
        (doc.summary, doc.keep, doc.stop, doc.try_next, doc.actions) =
            (old.summary, old.keep, old.stop, old.try_next, old.actions);
        doc.is_edited = true;
    }
    let mut tx = ctx.store.begin().await?;
    postmortems::put(&mut tx, sprint, &doc, ctx.now, &ctx.actor, ctx.now).await?;
    crate::sprints::advance(ctx, &mut tx, sprint, SprintStage::PostMortem).await?;
    ctx.record(&mut tx, (Some(sprint), Some(SprintStage::PostMortem)), "postmortem.draft", "post-mortem", "").await?;
    tx.commit().await?;
    found(ctx, sprint).await
}

/// The post-mortem of a sprint, if it was drafted.
///
/// # Errors
/// The store failed.
pub async fn get(ctx: &Context, sprint: SprintId) -> Result<Option<PostMortem>, SprintError> {
    Ok(postmortems::get(&ctx.store, sprint).await?)
}

/// Whether a sprint's post-mortem is signed.
///
/// # Errors
/// The store failed.
pub async fn is_signed(ctx: &Context, sprint: SprintId) -> Result<bool, SprintError> {
    Ok(postmortems::is_signed(&ctx.store, sprint).await?)
}

/// Writes a person's words. The numbers are not theirs to change.
///
/// # Errors
/// Nothing is drafted, it is signed, an action lacks text, owner or day, or the store failed.
pub async fn save(ctx: &Context, sprint: SprintId, words: &Words) -> Result<PostMortem, SprintError> {
    let old = found(ctx, sprint).await?;
    let clean = |items: &[String]| -> Vec<String> {
        items.iter().map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
    };
    let mut errors = Vec::new();
    let mut items: Vec<ActionItem> = Vec::new();
    for (index, action) in words.actions.iter().enumerate() {
        let (text, owner) = (action.text.trim(), action.owner.trim());
        for (field, value, message) in [
            ("text", text, "Write what is to be done."),
            ("owner", owner, "Name who does it; an action without an owner is not done."),
        ] {
            if value.is_empty() {
                errors.push(FieldError { field: format!("actions[{index}].{field}"), message: message.into() });
            }
        }
        let known =
            old.document.actions.iter().find(|known| known.text == text && !items.iter().any(|i| i.id == known.id));
        let id =
            known.map_or_else(|| ActionId::derive(ctx.now, &[&sprint.to_string(), &index.to_string(), text]), |k| k.id);
        items.push(ActionItem { id, text: text.into(), owner: owner.into(), due_on: action.due_on, done: false });
    }
    if !errors.is_empty() {
        return Err(SprintError::Invalid(errors));
    }
    let doc = PostMortemDoc {
        summary: words.summary.trim().to_owned(),
        keep: clean(&words.keep),
        stop: clean(&words.stop),
        try_next: clean(&words.try_next),
        actions: items,
        is_edited: true,
        ..old.document
    };
    let mut tx = ctx.store.begin().await?;
    postmortems::put(&mut tx, sprint, &doc, old.drafted_at, &ctx.actor, ctx.now).await?;
    ctx.record(&mut tx, (Some(sprint), Some(SprintStage::PostMortem)), "postmortem.edit", "post-mortem", "").await?;
    tx.commit().await?;
    found(ctx, sprint).await
}

/// Signs the post-mortem: it is immutable from now on, its actions are open, changes whose flight is over end, and the
/// sprint is over.
///
/// # Errors
/// Nothing is drafted, it says nothing, it is signed already, or the store failed.
pub async fn sign(ctx: &Context, sprint: SprintId) -> Result<PostMortem, SprintError> {
    let old = found(ctx, sprint).await?;
    if old.document.summary.trim().is_empty() {
        return Err(SprintError::Refused("Write in a sentence what was learned before you sign.".into()));
    }
    let row = crate::sprints::get(ctx, sprint).await?;
    let flight = crate::sprints::brief_of(&row)?.flight;
    let mut tx = ctx.store.begin().await?;
    postmortems::sign(&mut tx, sprint, &ctx.actor, ctx.now).await?;
    actions::replace(&mut tx, sprint, &old.document.actions, ctx.now).await?;
    if ctx.today() > flight.to {
        let reason = "The flight is over and the post-mortem signed.";
        measure::end_sprint(&mut tx, sprint, ctx.now, &ctx.actor, reason).await?;
    }
    crate::sprints::advance(ctx, &mut tx, sprint, SprintStage::Signed).await?;
    ctx.record(&mut tx, (Some(sprint), Some(SprintStage::Signed)), "postmortem.sign", "post-mortem", "").await?;
    tx.commit().await?;
    found(ctx, sprint).await
}

/// Ticks an action item off, or opens it again.
///
/// # Errors
/// There is no such item, or the store failed.
pub async fn set_done(ctx: &Context, id: ActionId, done: bool) -> Result<(), SprintError> {
    let mut tx = ctx.store.begin().await?;
    actions::set_done(&mut tx, id, done, &ctx.actor, ctx.now).await?;
    let verb = if done { "action.done" } else { "action.reopen" };
    ctx.record(&mut tx, (None, None), verb, &id.to_string(), "").await?;
    tx.commit().await?;
    Ok(())
}

/// The post-mortem as Markdown.
///
/// # Errors
/// Nothing is drafted, or the store failed.
pub async fn markdown(ctx: &Context, sprint: SprintId) -> Result<String, SprintError> {
    let stored = found(ctx, sprint).await?;
    let title = crate::sprints::get(ctx, sprint).await?.title;
    let signed = stored.signed_by.as_deref().zip(stored.signed_at.map(|at| at.day_in(&ctx.zone)));
    Ok(markdown::write(&title, &stored.document, signed))
}

async fn found(ctx: &Context, sprint: SprintId) -> Result<PostMortem, SprintError> {
    let stored = get(ctx, sprint).await?;
    stored.ok_or_else(|| SprintError::Refused("No post-mortem is drafted yet. Draft it from the data first.".into()))
}

async fn make(ctx: &Context, scope: &Scope, sprint: SprintId) -> Result<PostMortemDoc, SprintError> {
    let window = DayRange { from: scope.live_on, to: scope.yesterday.min(scope.flight.to) };
    if window.len_days() < 1 {
        return Err(SprintError::Refused("No day of the flight is over yet; there is nothing to look back on.".into()));
    }
    let (before, before_label) = compared_with(ctx, sprint, window).await?;
    let now_sums = score::sums(scope, window).await?;
    let before_sums = score::sums(scope, before).await?;
    let mut scorecard = score::rows(scope, &now_sums, &before_sums);
    scorecard.push(score::earned_row(ctx, sprint).await?);
    scorecard.push(score::output_row(ctx, scope, sprint).await?);
    let (stages, time_sentence) = time::stages(ctx, sprint).await?;
    let reviews = review::list(ctx, sprint).await?;
    let headline = format!(
        "The shop took {} net in {} ({}), {} in the window before.",
        scope.money(now_sums.net_micros),
        count(i64::from(window.len_days()), "day"),
        count(now_sums.orders, "order"),
        scope.money(before_sums.net_micros)
    );
    Ok(PostMortemDoc {
        is_provisional: window.to >= scope.provisional_from() || scope.yesterday < scope.flight.to,
        window,
        before,
        before_label,
        headline,
        caution:
            "Two windows side by side show what happened, not why: season, stock and everything else changed as well. \
                  What a concept itself brought needs a holdout."
                .into(),
        concepts: results(ctx, scope, sprint, window).await?,
        scorecard,
        stages,
        time_sentence,
        reviews: learn::review_sum(&reviews),
        summary: String::new(),
        keep: Vec::new(),
        stop: Vec::new(),
        try_next: Vec::new(),
        actions: Vec::new(),
        is_edited: false,
    })
}

/// The last signed sprint's days, cut to the same length; without one, the same number of days right before.
async fn compared_with(ctx: &Context, sprint: SprintId, window: DayRange) -> Result<(DayRange, String), SprintError> {
    let days = window.len_days();
    if let Some(last) = time::last_signed(ctx, sprint).await? {
        let launch = store::launches::get::<LaunchDoc>(&ctx.store, last.id).await?;
        if let Some(live_on) = launch.and_then(|launch| launch.live_on).filter(|live| live.plus(days - 1) < window.from)
        {
            let range = DayRange { from: live_on, to: live_on.plus(days - 1) };
            let label = format!(
                "sprint {} “{}”, {} to {}",
                last.number,
                last.title,
                day_words(range.from),
                day_words(range.to)
            );
            return Ok((range, label));
        }
    }
    let range = DayRange { from: window.from.plus(-days), to: window.from.plus(-1) };
    let label =
        format!("the {} before, {} to {}", count(i64::from(days), "day"), day_words(range.from), day_words(range.to));
    Ok((range, label))
}

/// The verdict of the ledger in a sentence: the word, the lift with its range, the money, and what it is held against.
fn judged_words(ctx: &Context, result: ResultWord, lesson: Option<&measure::Lesson>) -> String {
    let said = match verdict::is_decided(result) {
        true => format!("Against its baseline it {}", verdict::word(result)),
        false => "Whether they came because of it is not yet provable".to_owned(),
    };
    let Some(lesson) = lesson else { return format!("{said}.") };
    let figures: Vec<String> = [verdict::lift(lesson), verdict::net(ctx, lesson)].into_iter().flatten().collect();
    match figures.is_empty() {
        true => format!("{said}."),
        false => {
            format!("{said}: {} ({}).", figures.join(", "), verdict::grade(lesson.entry.change.baseline_grade))
        }
    }
}

async fn results(
    ctx: &Context,
    scope: &Scope,
    sprint: SprintId,
    window: DayRange,
) -> Result<Vec<ConceptResult>, SprintError> {
    let ledger = measure::of_sprint(&ctx.store, sprint, ctx.today()).await?;
    let lessons = measure::verdicts_of(&ctx.store, sprint, ctx.today()).await?;
    let mut results = Vec::new();
    for launched in &scope.launch.document.concepts {
        let money = money_of(scope, &launched.utm_content, window.from, window.to).await?;
        let entry = ledger.iter().find(|entry| entry.change.concept == Some(launched.concept_id));
        let is_silent = money.spend_micros == 0 && money.sessions == 0 && money.orders == 0;
        let result = match entry {
            Some(entry) if !is_silent => entry.result,
            _ => ResultWord::NotTested,
        };
        let (spend, revenue) = (scope.money(money.spend_micros), scope.money(money.revenue_micros));
        let sentence = match result {
            ResultWord::NotTested => "No spend, visit or order of it is in the reports.".to_owned(),
            result => {
                let cost = match money.orders {
                    n if n > 0 && money.spend_micros > 0 => {
                        format!(", {} an order", each(spend, n))
                    }
                    _ => String::new(),
                };
                let orders = count(money.orders, "order");
                let lesson = lessons.iter().find(|one| one.entry.change.concept == Some(launched.concept_id));
                let judged = judged_words(ctx, result, lesson);
                format!(
                    "{spend} of ads, {} and {orders} over its links worth {revenue}{cost}. {judged}",
                    count(money.sessions, "visit")
                )
            }
        };
        results.push(ConceptResult {
            concept_id: launched.concept_id,
            title: launched.title.clone(),
            utm_content: launched.utm_content.clone(),
            spend_minor: spend.minor,
            orders: money.orders,
            revenue_minor: revenue.minor,
            sessions: money.sessions,
            result,
            sentence,
            evidence: vec![money.evidence],
        });
    }
    Ok(results)
}
