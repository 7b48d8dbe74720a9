//! What a sprint is made of: brief, concepts, drafts, changes, reviews, post-mortem.

use serde::{Deserialize, Serialize};

use crate::{ActionId, ConceptId, Currency, Day, DayRange, InstantMs};

/// Where a sprint stands. Stages follow each other in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SprintStage {
    /// The brief is being written.
    Brief,
    /// Concepts are drafted and picked.
    Concepts,
    /// Copy is drafted, edited and approved.
    Studio,
    /// Launch checks and export.
    Launch,
    /// Live: reviewed every morning.
    Live,
    /// The post-mortem is drafted and refined.
    PostMortem,
    /// Signed: the sprint is over.
    Signed,
}

/// The channels a brief may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Google responsive search ads.
    GoogleSearch,
    /// Meta feed ads.
    Meta,
    /// E-mail.
    Email,
}

/// The figure a sprint is run for. Money, never output counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kpi {
    /// Net revenue of the shop.
    NetRevenue,
    /// Contribution after ad spend.
    ContributionAfterAds,
    /// Net revenue from first-time customers.
    NewCustomerRevenue,
    /// Net revenue from returning customers.
    RepeatRevenue,
}

/// An offer the brand really makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// What people read, e.g. `10% off refills`.
    pub label: String,
    /// Voucher code, if any.
    #[serde(default)]
    pub code: Option<String>,
    /// Percent off, if it is a discount.
    #[serde(default)]
    pub percent_off: Option<u8>,
    /// Last day on which it is honoured.
    pub ends_on: Day,
}

/// The brief of a sprint, by form or TOML.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    /// Name of the sprint.
    pub title: String,
    /// What shall be different in two weeks, in a sentence.
    pub objective: String,
    /// The figure that judges it.
    pub kpi: Kpi,
    /// What must not get worse, in a sentence (`blended CAC stays under €35`).
    #[serde(default)]
    pub guardrail: String,
    /// Whom it is for, in a sentence.
    #[serde(default)]
    pub audience: String,
    /// Product ids or categories to feature; empty for the whole catalogue.
    #[serde(default)]
    pub products: Vec<String>,
    /// Offers that may be used.
    #[serde(default)]
    pub offers: Vec<Offer>,
    /// Channels to write for.
    pub channels: Vec<Channel>,
    /// Ad budget of the flight, minor units.
    pub budget_minor: i64,
    /// Currency of the budget.
    pub currency: Currency,
    /// First and last day on which ads run.
    pub flight: DayRange,
    /// Words that must not appear in any copy.
    #[serde(default)]
    pub banned_words: Vec<String>,
    /// Address the ads lead to.
    pub landing_url: String,
    /// Facts about the brand that copy may state (materials, guarantees, shipping), one a line.
    #[serde(default)]
    pub facts: Vec<String>,
    /// How many concepts are drafted.
    #[serde(default = "default_concepts")]
    pub concept_count: u32,
    /// How many are picked.
    #[serde(default = "default_picks")]
    pub pick_count: u32,
    /// Open action items of the last sprint, carried in.
    #[serde(default)]
    pub carried_actions: Vec<ActionItem>,
}

fn default_concepts() -> u32 {
    20
}

fn default_picks() -> u32 {
    3
}

/// The persuasive angle of a concept (the list marketers plan variety by).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Angle {
    /// A problem and its end.
    ProblemSolution,
    /// What others do: numbers of buyers, repeat rates.
    SocialProof,
    /// How to use, combine, care for.
    Education,
    /// Why it is made as it is.
    Craft,
    /// Never run out, done in a minute.
    Convenience,
    /// New or rising.
    Novelty,
    /// The moment of the year.
    Season,
    /// A present for somebody.
    Gift,
    /// Things that belong together.
    Bundle,
    /// For those who are already customers.
    Belonging,
    /// A price, honestly.
    Value,
    /// Time or stock is really short.
    Urgency,
}

/// How much work a concept is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effort {
    /// Copy only.
    Small,
    /// Copy and new stills.
    Medium,
    /// Needs video or a landing page.
    Large,
}

/// Where a number comes from: the query, its parameters and the snapshot, so that it can be recomputed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The miner's or report's name.
    pub name: String,
    /// The SQL that was run on the snapshot.
    pub sql: String,
    /// Facts with a greater `seq` did not exist yet.
    pub as_of_seq: i64,
    /// Facts at or after this instant are not seen.
    pub as_of: InstantMs,
    /// The values that were read, by column name of the first row.
    pub values: serde_json::Map<String, serde_json::Value>,
}

/// The people a concept could reach, counted, with the money they have spent so far. Not a forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// People.
    pub people: i64,
    /// What they have spent so far, minor units.
    pub past_revenue_minor: i64,
}

/// A customer's words out of a review, never altered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// A part of the review's text, character for character.
    pub words: String,
    /// Id of the review on its platform.
    pub review_id: String,
    /// Its stars, 1 to 5.
    pub rating: u8,
    /// What customers repeat about the product: the phrase that made the quote worth reading.
    pub phrase: String,
    /// Reviews of the product that say it.
    pub reviews: u32,
    /// Reviews of the product.
    pub of: u32,
}

/// How well grounded it is that a concept's people can be reached and moved; no figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Band {
    /// Counted people, a clear signal, and customers' own words or a result of the past behind it.
    A,
    /// Counted people and a clear signal.
    B,
    /// A weak signal, or people who were not counted by a miner.
    C,
}

/// What past ads make likely: an effect against ads of the same account and period. Grade D, never a win.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Predicted {
    /// Return on ad spend against its siblings, in per cent: 12 is a return 12 % above theirs.
    pub percent: i32,
    /// Lower end of the 80 % interval.
    pub low_percent: i32,
    /// Upper end.
    pub high_percent: i32,
    /// Labelled past ads behind it.
    pub past_ads: u32,
}

/// What may be expected of a concept, before it ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectation {
    /// The band.
    pub band: Band,
    /// Why this band, in a sentence.
    pub reason: String,
    /// What past ads make likely; `None` with fewer of them than a prediction needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicted: Option<Predicted>,
}

/// An idea the team could run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concept {
    /// Id.
    pub id: ConceptId,
    /// Title on the card.
    pub title: String,
    /// What is known that makes this worth a bet, in a sentence with its numbers.
    pub insight: String,
    /// What holds in these weeks that did not before, in a sentence with its numbers; empty where nobody said.
    #[serde(default)]
    pub why_now: String,
    /// First line a customer would read.
    pub hook: String,
    /// Whom it is for.
    pub segment: String,
    /// The countable people.
    pub pool: Pool,
    /// Work.
    pub effort: Effort,
    /// Angle.
    pub angle: Angle,
    /// Product ids, sorted.
    pub product_ids: Vec<String>,
    /// Product titles, for people.
    pub product_titles: Vec<String>,
    /// The brief's offer used, by index; `None` for full price.
    pub offer: Option<usize>,
    /// Channels.
    pub channels: Vec<Channel>,
    /// What should be seen if it works, in money.
    pub hypothesis: String,
    /// The miner it came out of.
    pub miner: String,
    /// Where its numbers come from.
    pub evidence: Vec<Evidence>,
    /// The customer's words that the insight quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quote>,
    /// What may be expected of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Expectation>,
    /// The person whose own idea it is; `None` for what was drawn from data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brought_by: Option<String>,
}

impl Concept {
    /// Whether its argument is a lower price.
    pub fn is_discount_led(&self) -> bool {
        self.offer.is_some() && matches!(self.angle, Angle::Value | Angle::Urgency)
    }
}

/// Something somebody promised to do, with a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionItem {
    /// Id.
    pub id: ActionId,
    /// What.
    pub text: String,
    /// Who.
    pub owner: String,
    /// By when.
    pub due_on: Day,
    /// Done?
    #[serde(default)]
    pub done: bool,
}

/// How sure a baseline is, from randomised to told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BaselineGrade {
    /// Randomised: a holdout of the change's own.
    A,
    /// Regions or switched periods stand against each other.
    B,
    /// A counterfactual whose intervals are checked on the brand's own past.
    C,
    /// Before and after: it proves nothing and never yields a win.
    D,
}

/// What may be said of a change's result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResultWord {
    /// It earned more than its baseline, beyond what chance explains.
    Won,
    /// It earned less than its baseline, beyond what chance explains.
    Lost,
    /// What it set out to earn is out of reach.
    Futile,
    /// It ran, it had a baseline; the judge has no verdict yet.
    NotYetProvable,
    /// It never ran, or nothing was recorded.
    NotTested,
}

/// One thing that a draft says in a slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotText {
    /// Slot, e.g. `headline`, `description`, `primary_text`, `subject`, `preheader`, `body`, `image_direction`, `video_angle`.
    pub slot: String,
    /// The text.
    pub text: String,
}

/// Where a draft came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Prompt template name, or `composer`, or `paste`.
    pub prompt: String,
    /// Its immutable version.
    pub prompt_version: u32,
    /// Model, or `composer`.
    pub model: String,
    /// blake3 of the inputs, hex.
    pub inputs_digest: String,
    /// Cost in millionths of a US dollar; 0 for the composer.
    pub cost_micro_usd: i64,
    /// Time it took.
    pub latency_ms: i64,
    /// Names of the checks it passed when made.
    pub checks_passed: Vec<String>,
    /// When.
    pub made_at: InstantMs,
}
