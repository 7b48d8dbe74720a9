//! With a model: drawn concepts written anew by a recipe (list, then make bolder and different, then write), out of the
//! same plan, facts, quotes and past results that the composer had. What it answers passes the same rules, or the
//! composer's concept stays as it is.

use std::collections::BTreeMap;

use domain::{
    SprintId,
    sprint::{Brief, Concept},
};
use llm::Request;
use serde::{Deserialize, Serialize};
use serde_json::json;
use writer::{Facts, Ground, ProductFact, similarity::Vectors};

use super::{Drafted, MAX_SIMILARITY, draw::Known, text};
use crate::{Context, SprintError, studio::Engine};

/// Most characters of a title, an insight and a first line.
const MOST: [usize; 3] = [60, 280, 160];
/// Most tokens of an answer.
const ANSWER_TOKENS: u32 = 900;

/// Who wrote a concept's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The model; `composer` where its answer was not taken.
    pub by: String,
    /// Digest of what was asked; empty for the composer.
    pub digest: String,
    /// Cost in millionths of a US dollar; 0 where the price is not known.
    pub cost_micro_usd: i64,
    /// Why a model's answer was not taken; empty where it was.
    pub refused: String,
}

/// What the model answers; the two lists are its scratch paper.
#[derive(Debug, Deserialize)]
struct Sharpened {
    title: String,
    insight: String,
    hook: String,
}

/// Lets the model write the drawn concepts anew, in place, and says who wrote what. `standing` are concepts that stay.
pub(super) async fn write(
    ctx: &Context,
    engine: &Engine,
    sprint: SprintId,
    drafted: &mut Drafted,
    (brief, known): (&Brief, &Known),
) -> Result<(), SprintError> {
    let mut note = None;
    let titles: Vec<String> =
        drafted.concepts.iter().chain(&known.standing).map(|concept| concept.title.clone()).collect();
    // One after another: what each cost is booked on the sprint.
    for at in 0..drafted.concepts.len() {
        if note.is_some() {
            break;
        }
        let prompt = prompt(&drafted.concepts[at], brief, known, &titles);
        let mut request = Request::json(prompt, "concept", schema(), ANSWER_TOKENS);
        request.seed = Some(drafted.sheet.seed);
        let Some(answer) = engine.ask_json(ctx, sprint, &request, &mut note).await? else { continue };
        let taken = serde_json::from_str::<Sharpened>(&answer.text)
            .map_err(|_| "it was not of the form that was asked for".to_owned())
            .and_then(|words| sharpened(at, words, &drafted.concepts, brief, known));
        let refused = match taken {
            Ok(concept) => {
                drafted.concepts[at] = concept;
                String::new()
            }
            Err(reason) => reason,
        };
        let by = if refused.is_empty() { answer.model } else { "composer".to_owned() };
        let written = Written { by, digest: answer.digest, cost_micro_usd: answer.cost_micro_usd, refused };
        drafted.sheet.written.insert(drafted.concepts[at].id.to_string(), written);
    }
    let by_model = drafted.sheet.written.values().filter(|one| one.refused.is_empty()).count();
    let count = drafted.concepts.len();
    drafted.sheet.written_by = Some(match note {
        Some(note) => format!("{by_model} of {count} written by {}. {note}", engine.name()),
        None => format!("{by_model} of {count} written by {}, the others by the built-in composer.", engine.name()),
    });
    drafted.sheet.measure(drafted.concepts.iter().chain(&known.standing));
    Ok(())
}

/// The plan of a concept, and the recipe.
fn prompt(concept: &Concept, brief: &Brief, known: &Known, titles: &[String]) -> String {
    let offer = concept.offer.and_then(|at| brief.offers.get(at)).map_or("none, full price", |offer| &*offer.label);
    let mut plan = format!(
        "You sharpen one idea for a marketing sprint of two weeks.\n\nPLAN\nFor whom: {} ({} people)\nProducts: {}\n\
         Argument: {}\nOffer: {offer}\nWhat is known: {}\nWhy now: {}\nFirst line so far: {}\nTitle so far: {}\n",
        concept.segment,
        concept.pool.people,
        match concept.product_titles.is_empty() {
            true => "the whole shop".to_owned(),
            false => concept.product_titles.join("; "),
        },
        writer::prompt::angle_words(concept.angle),
        concept.insight,
        concept.why_now,
        concept.hook,
        concept.title,
    );
    if let Some(quote) = &concept.quote {
        plan.push_str(&format!("A customer wrote (review {}): “{}”\n", quote.review_id, quote.words));
    }
    if let Some(past) = known.says(concept) {
        plan.push_str(&format!("What it came to before: {past}\n"));
    }
    if !brief.facts.is_empty() {
        plan.push_str(&format!("\nFACTS\n- {}\n", brief.facts.join("\n- ")));
    }
    if !brief.banned_words.is_empty() {
        plan.push_str(&format!("\nNEVER USE: {}\n", brief.banned_words.join(", ")));
    }
    let others: Vec<&str> = titles.iter().filter(|title| **title != concept.title).map(String::as_str).collect();
    plan.push_str(&format!("\nALREADY ON THE SHEET, be different from: {}\n", others.join("; ")));
    plan.push_str(
        "\nSTEPS\n1. list: five different ways to open with this argument, one line each.\n2. bolder: take the two \
         strongest and make each bolder and more different from what is on the sheet.\n3. title, insight, hook: write the \
         better one. The title names the idea in at most 60 characters. The insight says in one or two sentences what is \
         known, with its figures as they stand. The hook is the first line a customer reads, at most 140 characters, and \
         speaks to them.\n\nRULES: no number, claim, date or product that is not above. A customer's words only letter by \
         letter between “ and ”. Nobody's name. Plain English.\n",
    );
    plan
}

fn schema() -> serde_json::Value {
    let text = || json!({"type": "string"});
    let list = |most: usize| json!({"type": "array", "items": {"type": "string"}, "maxItems": most});
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["list", "bolder", "title", "insight", "hook"],
        "properties": {
            "list": list(5), "bolder": list(2), "title": text(), "insight": text(), "hook": text(),
        },
    })
}

/// The concept with the model's words, or why it keeps the composer's.
fn sharpened(at: usize, words: Sharpened, sheet: &[Concept], brief: &Brief, known: &Known) -> Result<Concept, String> {
    let own = &sheet[at];
    let clean = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut concept = own.clone();
    concept.title = clean(&words.title);
    concept.hook = unquoted(&clean(&words.hook));
    // An insight that quotes a customer stays as it is: quote, review and count belong together.
    if own.quote.is_none() {
        concept.insight = clean(&words.insight);
    } else {
        concept.hook = clean(&words.hook);
    }
    let texts = [("title", &concept.title), ("insight", &concept.insight), ("hook", &concept.hook)];
    let ground = Ground::new(&facts(own, brief));
    for ((what, text), most) in texts.into_iter().zip(MOST) {
        let is_own = *text == own.insight;
        if text.is_empty() || (!is_own && text.chars().count() > most) {
            return Err(format!("its {what} has {} characters of at most {most}", text.chars().count()));
        }
        if text.contains(['{', '}', '<', '>']) || writer::prompt::echoes_instructions(text) {
            return Err(format!("its {what} repeats the instructions"));
        }
        let lower = text.to_lowercase();
        if let Some(word) =
            brief.banned_words.iter().find(|word| !word.is_empty() && lower.contains(&word.to_lowercase()))
        {
            return Err(format!("the brief bans “{word}”"));
        }
        if let Some(quoted) = strange_quote(text, own) {
            return Err(format!("“{quoted}” is in no review of this concept"));
        }
        if is_own {
            continue;
        }
        // "One" is a word before it is a number.
        let numbers = ground.ungrounded_numbers(text);
        if let Some(number) = numbers.iter().find(|number| !number.text.eq_ignore_ascii_case("one")) {
            return Err(format!("{} stands in none of its figures", number.text));
        }
        if let Some((word, _)) = ground.ungrounded_words(text).first() {
            return Err(format!("“{word}” stands in none of the facts"));
        }
    }
    let others: Vec<&Concept> = sheet
        .iter()
        .enumerate()
        .filter(|(other, _)| *other != at)
        .map(|(_, other)| other)
        .chain(&known.standing)
        .collect();
    if others.iter().any(|other| other.title.to_lowercase() == concept.title.to_lowercase()) {
        return Err("its title is on the sheet already".into());
    }
    let all: Vec<String> = others.iter().map(|other| text(other)).chain([text(&concept)]).collect();
    let vectors = Vectors::new(&all);
    if (0..others.len()).any(|other| vectors.cosine(other, others.len()) > MAX_SIMILARITY) {
        return Err("it is too like another concept".into());
    }
    Ok(concept)
}

/// A line without the quotation marks that a model puts around the whole of it.
fn unquoted(text: &str) -> String {
    let inside = text.strip_prefix(['“', '"']).and_then(|rest| rest.strip_suffix(['”', '"']));
    inside.filter(|inside| !inside.contains(['“', '”', '"'])).unwrap_or(text).to_owned()
}

/// Words between quotation marks that are not the customer's.
fn strange_quote(text: &str, own: &Concept) -> Option<String> {
    let said = |inside: &str| {
        own.quote.as_ref().is_some_and(|quote| quote.words.contains(inside) || quote.phrase == inside)
            || own.insight.contains(&format!("“{inside}”"))
    };
    let curly = text.split('“').skip(1).map(|part| part.split('”').next().unwrap_or_default());
    let straight = text.split('"').skip(1).step_by(2);
    curly.chain(straight).find(|inside| !said(inside)).map(str::to_owned)
}

/// Everything that the concept's words may rest on: the brief's facts and the plan itself.
fn facts(concept: &Concept, brief: &Brief) -> Facts {
    let products = concept.product_ids.iter().zip(&concept.product_titles).map(|(id, title)| ProductFact {
        id: id.clone(),
        title: title.clone(),
        ..ProductFact::default()
    });
    let mut facts = Facts::from_brief("", brief, products.collect(), Vec::new());
    facts.lines.extend([&concept.insight, &concept.why_now, &concept.hook, &concept.title].map(Clone::clone));
    facts.lines.extend(concept.quote.iter().map(|quote| quote.words.clone()));
    facts.lines.push(format!("{} people", domain::group_thousands(concept.pool.people.unsigned_abs())));
    facts
}

/// Written by whom, by concept id.
pub type WrittenBy = BTreeMap<String, Written>;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use domain::{ConceptId, InstantMs, sprint::*};

    use super::*;

    fn concept(title: &str) -> Concept {
        Concept {
            id: ConceptId::derive(InstantMs(0), &[title]),
            title: title.into(),
            insight: "286 of 437 people who began with the tea came back.".into(),
            why_now: "24 of them passed the usual 9 weeks within the last two weeks.".into(),
            hook: "For 286 people the tea was only the beginning.".into(),
            segment: "Bought once, not back yet".into(),
            pool: Pool { people: 24, past_revenue_minor: 100 },
            effort: Effort::Small,
            angle: Angle::SocialProof,
            product_ids: vec!["tea".into()],
            product_titles: vec!["Green tea".into()],
            offer: None,
            channels: vec![Channel::Meta],
            hypothesis: String::new(),
            miner: String::new(),
            evidence: vec![],
            quote: None,
            expect: None,
            brought_by: None,
        }
    }

    #[test]
    fn a_models_words_pass_the_same_rules_or_the_composers_stay() {
        let sheet = [
            concept("First the tea"),
            Concept { hook: "Something else, for the evening.".into(), ..concept("The other one") },
        ];
        let day = domain::Day::from_epoch_days(20_000);
        let brief = Brief {
            title: "Fortnight".into(),
            objective: "More second orders".into(),
            kpi: Kpi::NetRevenue,
            guardrail: String::new(),
            audience: String::new(),
            products: vec![],
            offers: vec![],
            channels: vec![Channel::Meta],
            budget_minor: 100_000,
            currency: domain::Currency::parse("EUR").unwrap(),
            flight: domain::DayRange { from: day, to: day.plus(13) },
            banned_words: vec!["detox".into()],
            landing_url: "https://shop.example".into(),
            facts: vec!["Packed by hand".into()],
            concept_count: 20,
            pick_count: 3,
            carried_actions: vec![],
        };
        let known = Known::default();
        let try_out = |title: &str, insight: &str, hook: &str| {
            let words = Sharpened { title: title.into(), insight: insight.into(), hook: hook.into() };
            sharpened(0, words, &sheet, &brief, &known)
        };
        let insight = "Of 437 people who began with the tea, 286 wanted more.";
        let good = try_out("The second cup decides", insight, "286 people poured a second cup. Yours is getting cold.")
            .unwrap();
        assert_eq!((good.title.as_str(), good.id), ("The second cup decides", sheet[0].id));
        assert_eq!(
            (&good.why_now, &good.evidence, &good.segment),
            (&sheet[0].why_now, &sheet[0].evidence, &sheet[0].segment)
        );
        for (title, insight, hook, why) in [
            ("", insight, "Fine.", "characters"),
            ("The second cup decides", insight, "Now 70% off for you.", "stands in none of its figures"),
            ("The second cup decides", insight, "The organic tea you know.", "stands in none of the facts"),
            ("The second cup decides", insight, "A detox for the evening.", "bans"),
            ("The second cup decides", insight, "“Best tea ever” says Ann.", "in no review"),
            ("The other one", insight, "A second cup is waiting.", "on the sheet already"),
            ("The second cup decides", insight, "{hook}", "instructions"),
        ] {
            let refused = try_out(title, insight, hook).unwrap_err();
            assert!(refused.contains(why), "{refused}");
        }
    }
}
