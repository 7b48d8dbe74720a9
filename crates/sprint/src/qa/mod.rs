//! The checks before a launch. What blocks is mended by a person; nothing is overridden.

mod copy;
mod money;

use domain::{DraftId, SprintId, sprint::SprintStage};
use serde::Serialize;
use store::{changes, drafts};

use crate::{
    Context, SprintError,
    ask::{count, day_words},
    launch,
    studio::Desk,
};

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing goes out until it is mended.
    Block,
    /// Worth a look; a person decides.
    Warn,
    /// Nothing to mend.
    Pass,
}

/// One thing a check says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Which check, e.g. `limits`.
    pub name: &'static str,
    /// How it came out.
    pub status: Status,
    /// Where: a draft's name, `Brief`, `Budget`.
    pub place: String,
    /// The draft, where it is about one.
    pub draft: Option<DraftId>,
    /// The draft's slot, where it is about one.
    pub slot: Option<String>,
    /// What is so, in a sentence.
    pub message: String,
    /// What to do; empty when it passes.
    pub mend: String,
}

/// All checks of a launch, what blocks first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The checks.
    pub checks: Vec<Check>,
}

impl Report {
    /// Whether anything blocks the launch.
    pub fn blocks(&self) -> bool {
        self.checks.iter().any(|check| check.status == Status::Block)
    }

    /// How many came out so.
    pub fn count(&self, status: Status) -> usize {
        self.checks.iter().filter(|check| check.status == status).count()
    }
}

/// Collects what checks say.
#[derive(Default)]
pub(crate) struct Findings(Vec<Check>);

impl Findings {
    fn add(&mut self, name: &'static str, status: Status, place: &str, message: String, mend: &str) {
        let (place, mend) = (place.to_owned(), mend.to_owned());
        self.0.push(Check { name, status, place, draft: None, slot: None, message, mend });
    }
}

/// Runs all checks on a sprint as it stands.
///
/// # Errors
/// There is no brief or no picked concept, or the store failed.
pub async fn run(ctx: &Context, sprint: SprintId) -> Result<Report, SprintError> {
    let desk = Desk::open(ctx, sprint).await?;
    let stored: Vec<drafts::Draft> = drafts::of_sprint(&ctx.store, sprint).await?;
    let stored: Vec<drafts::Draft> =
        stored.into_iter().filter(|draft| desk.concept(draft.concept_id).is_some()).collect();
    let plan = launch::plan(ctx, sprint, &desk.brief, desk.concepts.len()).await?;
    let mut findings = Findings::default();
    copy::check(&desk, &stored, &mut findings)?;
    links(&desk, &stored, &mut findings);
    money::check(&desk, &plan, &mut findings);
    flight(ctx, &desk, &mut findings);
    offers(&desk, &mut findings);
    registered(ctx, &desk, &mut findings).await?;
    let mut checks = findings.0;
    checks.sort_by_key(|check| check.status);
    Ok(Report { checks })
}

fn links(desk: &Desk, stored: &[drafts::Draft], findings: &mut Findings) {
    let landing = desk.brief.landing_url.trim();
    let host = landing.strip_prefix("https://").and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    if host.is_empty() || !host.contains('.') || landing.contains(char::is_whitespace) {
        let message = format!("The landing address `{landing}` is not an https address.");
        findings.add(
            "landing",
            Status::Block,
            "Brief",
            message,
            "Write the full address in the brief, https:// first.",
        );
        return;
    }
    findings.add("landing", Status::Pass, "Brief", format!("All ads lead to {landing}."), "");
    let mut urls: Vec<(String, String, domain::ConceptId)> = Vec::new();
    for (channel, concept) in stored.iter().map(|draft| (draft.channel, draft.concept_id)) {
        urls.push((channel.label().to_owned(), launch::tagged(landing, channel, &desk.brief.title, concept), concept));
    }
    for mail in launch::mails(desk, stored) {
        let concept = desk.concepts.iter().find(|concept| mail.file_name.contains(&concept.id.utm_content()));
        let text = if mail.text.contains(&mail.url) { mail.url } else { String::new() };
        urls.extend(concept.map(|concept| (mail.file_name.clone(), text, concept.id)));
    }
    let wrong: Vec<_> = urls.iter().filter(|(_, url, concept)| !launch::is_tagged(url, *concept)).collect();
    for (place, _, _) in &wrong {
        let message =
            "A link does not carry the concept's UTM parameters; its orders could not be found again.".to_owned();
        findings.add(
            "utm",
            Status::Block,
            place,
            message,
            "Give the sprint a title of letters or digits, and let the e-mail's text hold the landing address.",
        );
    }
    if wrong.is_empty() && !urls.is_empty() {
        let message = format!(
            "{} carry source, medium, campaign and the concept's utm_content.",
            count(urls.len() as i64, "link")
        );
        findings.add("utm", Status::Pass, "Links", message, "");
    }
}

fn flight(ctx: &Context, desk: &Desk, findings: &mut Findings) {
    let (flight, today) = (desk.brief.flight, ctx.today());
    let words = format!("{} to {}", day_words(flight.from), day_words(flight.to));
    if desk.sprint.stage >= SprintStage::Live {
        findings.add("flight", Status::Pass, "Brief", format!("The flight, {words}, is live."), "");
    } else if flight.len_days() < 1 {
        let message =
            format!("The flight ends on {} before it begins on {}.", day_words(flight.to), day_words(flight.from));
        findings.add("flight", Status::Block, "Brief", message, "Mend the flight's days in the brief.");
    } else if flight.from < today {
        let message = format!("The flight, {words}, begins in the past.");
        findings.add(
            "flight",
            Status::Block,
            "Brief",
            message,
            "Move the flight's first day to today or later in the brief.",
        );
    } else {
        let days = count(i64::from(flight.len_days()), "day");
        findings.add("flight", Status::Pass, "Brief", format!("The flight runs {words}, {days}."), "");
    }
}

/// An offer that ends inside the flight would be advertised after it is over.
fn offers(desk: &Desk, findings: &mut Findings) {
    let mut used = 0;
    for concept in &desk.concepts {
        let Some(offer) = concept.offer.and_then(|index| desk.brief.offers.get(index)) else { continue };
        used += 1;
        if offer.ends_on < desk.brief.flight.to {
            let message = format!(
                "“{}” ends on {}, the flight on {}: for the days between nobody could use it.",
                offer.label,
                day_words(offer.ends_on),
                day_words(desk.brief.flight.to)
            );
            findings.add(
                "offer_dates",
                Status::Block,
                &concept.title,
                message,
                "Let the offer last as long as the flight, or end the flight with it.",
            );
        }
    }
    if !findings.0.iter().any(|check| check.name == "offer_dates") {
        let message = match used {
            0 => "No concept uses an offer.".to_owned(),
            _ => format!("{} use an offer, and it lasts as long as the flight.", count(used, "concept")),
        };
        findings.add("offer_dates", Status::Pass, "Offers", message, "");
    }
}

/// Nothing AI-made goes live without a ledger entry. The export writes it; a change that was killed cannot go out again.
async fn registered(ctx: &Context, desk: &Desk, findings: &mut Findings) -> Result<(), SprintError> {
    let entries = changes::of_sprint(&ctx.store, desk.sprint.id).await?;
    let mut known = 0;
    for concept in &desk.concepts {
        match entries.iter().find(|entry| entry.concept == Some(concept.id)) {
            Some(entry) if !entry.status.is_served() && desk.sprint.stage < SprintStage::Live => {
                let message = "This change was switched off in the ledger; it does not go out again.".to_owned();
                findings.add(
                    "registered",
                    Status::Block,
                    &concept.title,
                    message,
                    "Pick another concept in its place.",
                );
            }
            Some(_) => known += 1,
            None => {}
        }
    }
    let all = desk.concepts.len() as i64;
    let message = match known == all {
        true => format!("{} in the ledger, each with a baseline and a kill day.", count(all, "concept")),
        false => format!(
            "{} will be entered into the ledger with the export, each with a baseline and a kill day.",
            count(all - known, "concept")
        ),
    };
    if !findings.0.iter().any(|check| check.name == "registered") {
        findings.add("registered", Status::Pass, "Ledger", message, "");
    }
    Ok(())
}
