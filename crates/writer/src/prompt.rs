//! What a model is asked: one short prompt for each group of slots, made from facts that carry nobody's name.

use domain::sprint::Concept;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    check::{scrub, slot_words},
    facts::Facts,
    limits::SlotGroup,
    names, number, words,
};

/// Most tokens a prompt may be estimated at.
pub const PROMPT_TOKENS: usize = 700;
/// Most tokens an answer may have.
pub const ANSWER_TOKENS: usize = 500;

/// Name of the built-in template in the prompt library.
pub const BUILT_IN_NAME: &str = "draft";
/// Version of [`BUILT_IN`]. A change of its text is a new version.
pub const BUILT_IN_VERSION: u32 = 1;
/// The built-in template. What a template may use: `brand`, `facts` (lines), `products` (`title`, `about`, `price`),
/// `offer` (`label`, `code`, `percent_off`, `ends`), `numbers` (lines), `concept` (`title`, `hook`, `angle`, `audience`),
/// `banned`, `slots` (`key`, `name`, `count`, `limit`, `body_words`), `landing_url`.
pub const BUILT_IN: &str = include_str!("prompt.j2");

/// A prompt ready to send, or to copy into any chat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prompt {
    /// Name of the template it came from.
    pub template: String,
    /// Version of the template.
    pub version: u32,
    /// The group it fills, e.g. `google_headlines`.
    pub group: String,
    /// The text.
    pub text: String,
    /// JSON schema of the answer.
    pub schema: Value,
    /// Estimated tokens of `text`.
    pub tokens: usize,
    /// Most tokens the answer may have.
    pub max_answer_tokens: usize,
}

/// A prompt cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// The template is not valid, or uses what is not there.
    #[error("The prompt template `{name}` cannot be rendered: {reason}. Mend it in the prompt library.")]
    Template {
        /// Template name.
        name: String,
        /// What the engine says.
        reason: String,
    },
    /// Even with the fewest facts it is too long.
    #[error(
        "The prompt from `{name}` is about {tokens} tokens long, {PROMPT_TOKENS} are allowed. Shorten the template."
    )]
    TooLong {
        /// Template name.
        name: String,
        /// Estimate.
        tokens: usize,
    },
}

/// A template of the prompt library.
#[derive(Debug, Clone, Copy)]
pub struct Template<'a> {
    /// Name.
    pub name: &'a str,
    /// Immutable version.
    pub version: u32,
    /// minijinja source.
    pub source: &'a str,
}

impl Default for Template<'static> {
    fn default() -> Self {
        Template { name: BUILT_IN_NAME, version: BUILT_IN_VERSION, source: BUILT_IN }
    }
}

/// The prompt of the built-in template for one group of slots.
///
/// # Errors
/// Never for the built-in template and facts of ordinary length.
pub fn build(concept: &Concept, facts: &Facts, group: &SlotGroup) -> Result<Prompt, PromptError> {
    render(&Template::default(), concept, facts, group)
}

/// Renders a template. Facts are left out from the least telling end until the estimate is within [`PROMPT_TOKENS`].
///
/// # Errors
/// The template is invalid, or too long even without facts.
pub fn render(
    template: &Template<'_>,
    concept: &Concept,
    facts: &Facts,
    group: &SlotGroup,
) -> Result<Prompt, PromptError> {
    let mut tokens = 0;
    // (products, characters about each, fact lines, numbers, characters of hook and title)
    for budget in [
        (4, 320, 10, 4, 160),
        (3, 240, 8, 3, 120),
        (3, 140, 6, 2, 100),
        (2, 80, 4, 1, 80),
        (1, 60, 2, 1, 60),
        (1, 0, 0, 0, 40),
    ] {
        let text = render_within(template, concept, facts, group, budget)?;
        tokens = estimate_tokens(&text);
        if tokens <= PROMPT_TOKENS {
            return Ok(Prompt {
                template: template.name.to_owned(),
                version: template.version,
                group: group.name.to_owned(),
                text,
                schema: schema(group),
                tokens,
                max_answer_tokens: ANSWER_TOKENS,
            });
        }
    }
    Err(PromptError::TooLong { name: template.name.to_owned(), tokens })
}

fn render_within(
    template: &Template<'_>,
    concept: &Concept,
    facts: &Facts,
    group: &SlotGroup,
    (products, about, lines, numbers, title): (usize, usize, usize, usize, usize),
) -> Result<String, PromptError> {
    let product_values: Vec<Value> = facts
        .products_of(concept)
        .into_iter()
        .take(products)
        .map(|product| {
            json!({
                "title": clip(&scrub(&names::readable(&product.title)), 90),
                "about": clip(&scrub(&product.description), about),
                "price": product.price.map(|price| price.to_string()),
            })
        })
        .collect();
    let offer = facts.offer_of(concept).map(|offer| {
        json!({
            "label": clip(&scrub(&offer.label), 80), "code": offer.code, "percent_off": offer.percent_off,
            "ends": number::day_text(offer.ends_on, false),
        })
    });
    let slots: Vec<Value> = group
        .slots
        .iter()
        .map(|rule| {
            json!({
                "key": rule.slot, "name": slot_words(rule.slot), "count": rule.want, "limit": rule.limit,
                "body_words": (rule.slot == "body").then_some([crate::limits::BODY_WORDS.0, crate::limits::BODY_WORDS.1]),
            })
        })
        .collect();
    let context = json!({
        "brand": clip(&facts.brand, 60),
        "facts": facts.lines.iter().take(lines).map(|line| clip(&scrub(line), 160)).collect::<Vec<_>>(),
        "products": product_values,
        "offer": offer,
        "numbers": facts.numbers.iter().take(numbers).map(|number| clip(&scrub(&number.clause()), 120)).collect::<Vec<_>>(),
        "concept": {
            "title": clip(&scrub(&concept.title), title), "hook": clip(&scrub(&concept.hook), title),
            "angle": angle_words(concept.angle), "audience": clip(&scrub(&concept.segment), title),
        },
        "banned": facts.banned_words.iter().take(20).collect::<Vec<_>>(),
        "slots": slots,
        "landing_url": clip(&facts.landing_url, 120),
    });
    let fail =
        |error: minijinja::Error| PromptError::Template { name: template.name.to_owned(), reason: error.to_string() };
    let mut engine = minijinja::Environment::new();
    let syntax = minijinja::syntax::SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    engine.set_syntax(syntax.map_err(fail)?);
    engine.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    let rendered = engine.render_str(template.source, minijinja::value::Serde(&context)).map_err(fail)?;
    Ok(rendered.trim().to_owned())
}

/// A text cut at the last whole word within `most` characters.
fn clip(text: &str, most: usize) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.chars().count() <= most {
        return flat;
    }
    let cut: String = flat.chars().take(most).collect();
    cut.rsplit_once(' ').map_or(String::new(), |(head, _)| head.trim_end_matches([',', ';', ':', '-']).to_owned())
}

/// An angle in words a copywriter uses.
pub fn angle_words(angle: domain::sprint::Angle) -> &'static str {
    use domain::sprint::Angle;
    match angle {
        Angle::ProblemSolution => "a problem and its end",
        Angle::SocialProof => "what other customers do",
        Angle::Education => "how to use, combine or care for it",
        Angle::Craft => "how and why it is made",
        Angle::Convenience => "never run out, little effort",
        Angle::Novelty => "discovering it",
        Angle::Season => "the moment of the year",
        Angle::Gift => "a present for somebody",
        Angle::Bundle => "things that belong together",
        Angle::Belonging => "speaking to people who already buy here",
        Angle::Value => "the price, honestly",
        Angle::Urgency => "an end date that is real",
    }
}

/// The JSON schema of an answer: an object with an array of texts for each slot. Lengths are not in it: providers
/// ignore or refuse them, and in a grammar they cut words; [`crate::select`] judges them.
pub fn schema(group: &SlotGroup) -> Value {
    let mut properties = serde_json::Map::new();
    for rule in group.slots {
        properties.insert(
            rule.slot.to_owned(),
            json!({"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": rule.max}),
        );
    }
    let required: Vec<&str> = group.slots.iter().map(|rule| rule.slot).collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

/// Words of the built-in template in a row that no text may repeat.
const ECHO_WORDS: usize = 5;

/// Whether a text repeats the instructions instead of following them, as small models do.
pub fn echoes_instructions(text: &str) -> bool {
    let said = words::tokens(text);
    BUILT_IN
        .split(['{', '}', '\n', '.', ':'])
        .map(words::tokens)
        .any(|part| part.windows(ECHO_WORDS).any(|row| said.windows(ECHO_WORDS).any(|said_row| said_row == row)))
}

/// Tokens a chat template adds around a prompt.
const CHAT_TOKENS: usize = 40;

/// Tokens a prompt has at most: a token for each 5 letters of a word begun, one for each digit, mark, line end and letter
/// outside ASCII, what a chat template adds, and a tenth. An estimate on the safe side: for Qwen 2.5 it is 1.1 times the
/// real count (`soak_llm` prints both).
pub fn estimate_tokens(text: &str) -> usize {
    let mut tokens = CHAT_TOKENS;
    let mut letters = 0_usize;
    for c in text.chars().chain(std::iter::once(' ')) {
        if c.is_ascii_alphabetic() {
            letters += 1;
            continue;
        }
        tokens += letters.div_ceil(5);
        letters = 0;
        if c == '\n' || !c.is_whitespace() {
            tokens += 1;
        }
    }
    tokens + tokens / 10
}
