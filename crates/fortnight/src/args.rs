//! What can be said on the command line. `docs/cli.md` is generated from this.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Fortnight runs a DTC brand's two-week marketing sprint with AI, and proves what it earned.
#[derive(Parser)]
#[command(name = "fortnight", version, arg_required_else_help = true, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Flags that every command takes.
#[derive(Args, Clone)]
pub struct Global {
    /// Folder that holds everything of one brand
    #[arg(long, global = true, env = "FORTNIGHT_DATA", default_value = "data", value_name = "DIR")]
    pub data: PathBuf,
    /// Take this instant as now: `2011-11-01`, `2011-11-01T09:00`, or a full RFC 3339 time
    #[arg(long, global = true, env = "FORTNIGHT_NOW", value_name = "TIME")]
    pub now: Option<String>,
    /// Print one JSON object instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// State: `sqlite://PATH` (default: DATA/fortnight.db) or `postgres://…`
    #[arg(long, global = true, env = "FORTNIGHT_STORE", value_name = "URL", hide_env_values = true)]
    pub store: Option<String>,
    /// History: `file://DIR` (default: DATA/lake)
    #[arg(long, global = true, env = "FORTNIGHT_LAKE", value_name = "URL")]
    pub lake: Option<String>,
    /// Who acts: the name that stands beside what is picked, approved and launched
    #[arg(long = "as", global = true, env = "FORTNIGHT_AS", default_value = "command line", value_name = "NAME")]
    pub actor: String,
}

#[derive(Subcommand)]
pub enum Command {
    /// Serve the pages and the API
    Serve(Serve),
    /// Fill a demo brand and serve it, or play a whole sprint with `--headless`
    Demo(Demo),
    /// Name the brand, its currency and time zone
    Brand(Brand),
    /// Read export files
    Import(Import),
    /// Kinds of orders that opportunities leave out, and the rules by which they are recognised
    #[command(subcommand)]
    Orders(Orders),
    /// The data gate: what your data supports, with numbers and what would mend it
    Doctor,
    /// The brand's own money in sentences, and what must be decided today
    Today(TodayArgs),
    /// What the miners would have sized fortnights ago against what happened; sets how loudly each may speak
    Replay(ReplayArgs),
    /// The workflow map: stages, time, cost, pain, and the redesign
    #[command(subcommand)]
    Map(Map),
    /// A sprint from brief to signed post-mortem
    Sprint(Sprint),
    /// The judge alone, on plain CSV files: experiments, counterfactuals, anomalies, drivers, customers, policies
    #[command(subcommand)]
    Measure(judge::Measure),
    /// The ledger of changes: what is live, what it earned, what must be decided
    #[command(subcommand)]
    Ledger(Ledger),
    /// Recommendations: train, ask, export, and judge models on files
    #[command(subcommand)]
    Recommend(Recommend),
    /// Your own past ads: learn them from an export, confirm what they were
    #[command(subcommand)]
    Ads(Ads),
    /// The prompt library: templates with immutable versions
    #[command(subcommand)]
    Library(Library),
    /// People who may sign in
    #[command(subcommand)]
    User(User),
    /// Erase a person: their record, and what ties waiting events to them
    Erase {
        /// The customer as orders name them, for Shopify the e-mail address
        customer: String,
    },
    /// Print a digest of everything imported, to compare two stores
    #[command(hide = true)]
    Digest,
    /// Print a reference page generated from the code
    #[command(hide = true)]
    Reference {
        /// Which page
        #[arg(value_parser = ["cli", "errors"])]
        page: String,
    },
}

#[derive(Args)]
pub struct Serve {
    /// Address to listen on
    #[arg(long, env = "FORTNIGHT_HOST", default_value = "127.0.0.1")]
    pub host: String,
    /// Port; 0 takes a free one
    #[arg(long, env = "FORTNIGHT_PORT", default_value_t = 8014)]
    pub port: u16,
    #[command(flatten)]
    pub clean_up: CleanUp,
}

#[derive(Args)]
pub struct CleanUp {
    /// Program that cleans up outside once a change is off: told one task as JSON on its input, exit 0 is done; it may be
    /// told the same task again
    #[arg(long = "clean-up", env = "FORTNIGHT_CLEAN_UP", value_name = "PROGRAM")]
    pub program: Option<PathBuf>,
}

#[derive(Args)]
pub struct Demo {
    /// The store's random seed
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// Play one sprint from brief to signed post-mortem, print a summary and stop
    #[arg(long)]
    pub headless: bool,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    pub host: String,
    /// Port; 0 takes a free one
    #[arg(long, default_value_t = 8014)]
    pub port: u16,
    /// Keep the demo in this folder instead of a temporary one
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// Fill the brand and stop without serving
    #[arg(long, conflicts_with = "headless", requires = "keep")]
    pub fill_only: bool,
}

#[derive(Args)]
pub struct Brand {
    /// Name that people read
    #[arg(long)]
    pub name: Option<String>,
    /// Store currency, ISO 4217
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
    /// IANA time zone in which days are counted
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<String>,
    /// Address of the shop
    #[arg(long, value_name = "URL")]
    pub site_url: Option<String>,
    /// What a US dollar is in this currency: what models cost is booked at it
    #[arg(long, value_name = "RATE")]
    pub usd_rate: Option<f64>,
    /// What one unit of another currency is in the brand's, e.g. `USD=0.92`: reports in it are converted; repeat for more
    #[arg(long, value_name = "CODE=RATE")]
    pub rate: Vec<String>,
}

#[derive(Subcommand)]
pub enum Orders {
    /// How many orders and how much money each kind has
    Kinds {
        /// Count under the rules of this file, without saving them
        #[arg(long, value_name = "FILE")]
        rules: Option<PathBuf>,
    },
    /// Print the rules that stand, as TOML
    Rules,
    /// Save the rules of a TOML file as the next version
    Save {
        /// File
        file: PathBuf,
        /// What was changed
        #[arg(long, default_value = "", value_name = "TEXT")]
        note: String,
    },
}

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Import {
    #[command(subcommand)]
    pub command: Option<ImportCommand>,
    /// What the files are: shopify, meta, google, ga4, transactions, events, inventory, woocommerce, bigcommerce, reviews,
    /// klaviyo, mailchimp or hubspot
    #[arg(required = true)]
    pub source: Option<String>,
    /// Files, also `.gz`
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Report what would happen, change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Our column is theirs: `--map day=Datum`; a value that is no column stands for itself
    #[arg(long = "map", value_name = "OURS=THEIRS")]
    pub map: Vec<String>,
    /// Currency of amounts where the file does not say
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
    /// Day of files that do not say it: a snapshot of the inventory whose name has no day, a report without a day column
    #[arg(long, value_name = "DAY")]
    pub as_of: Option<String>,
    /// Rows of one transaction; tests make it small to kill imports between two
    #[arg(long, hide = true)]
    pub batch_rows: Option<u64>,
}

#[derive(Subcommand)]
pub enum ImportCommand {
    /// Imports, newest first, with their ids
    List {
        /// How many
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// Take an import back: its rows no longer count, what they replaced counts again
    Undo {
        /// Its id (see `import list`), the end of one, or `last`
        id: String,
    },
}

#[derive(Subcommand)]
pub enum Map {
    /// Show the map: lead time, flow efficiency, bottleneck, painful steps
    Show,
    /// Take the map from a TOML file (start from `map export`)
    Set {
        /// File
        file: PathBuf,
    },
    /// Print the map as TOML
    Export,
}

#[derive(Args)]
pub struct Sprint {
    /// Which sprint, by its number [default: the one being worked on]
    #[arg(long, global = true, value_name = "NUMBER")]
    pub sprint: Option<i64>,
    #[command(subcommand)]
    pub command: SprintCommand,
}

#[derive(Subcommand)]
pub enum SprintCommand {
    /// Start a sprint from a brief in TOML
    New {
        /// Brief
        brief: PathBuf,
        /// Start although the last post-mortem is unsigned (owner), for this reason
        #[arg(long, value_name = "REASON")]
        r#override: Option<String>,
    },
    /// Print a brief to start from
    BriefTemplate,
    /// Replace the brief of a sprint that is not live yet
    Brief {
        /// Brief
        brief: PathBuf,
    },
    /// All sprints
    List,
    /// Where the sprint stands, and what comes next
    Show,
    /// Draft the concepts; those picked or killed stay
    Concepts {
        /// Seed of the draw
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Only show the sheet as it stands
        #[arg(long)]
        show: bool,
        #[command(flatten)]
        model: Drafts,
    },
    /// Draw the unpicked concepts again, after a wish: `sprint redraw "less discount, more proof"`
    Redraw {
        /// The wish; what is understood of it is said
        #[arg(default_value = "")]
        wish: String,
        #[command(flatten)]
        model: Drafts,
    },
    /// Add your own idea: it is counted and checked like the drawn ones
    Idea {
        /// Its name
        title: String,
        /// First line a customer reads
        #[arg(long)]
        hook: String,
        /// Its argument, e.g. `gift` or `social_proof`
        #[arg(long)]
        angle: String,
        /// For whom, as cards say it, e.g. `Best customers gone quiet`
        #[arg(long = "for", default_value = "", value_name = "PEOPLE")]
        segment: String,
        /// A product by id or title [default: the whole shop]
        #[arg(long, default_value = "")]
        product: String,
        /// What you know that others do not
        #[arg(long, default_value = "")]
        insight: String,
        /// What has changed that makes it an idea for these weeks [default: what your data say]
        #[arg(long, default_value = "")]
        why_now: String,
        /// With the brief's offer
        #[arg(long)]
        offer: bool,
    },
    /// The silent vote: everybody votes before names show
    Vote {
        #[command(subcommand)]
        command: Vote,
    },
    /// Show one concept with its evidence
    Concept {
        /// Its number
        number: i64,
    },
    /// Pick concepts, each with its reason: `--pick 3="fits the season"`
    Pick {
        /// NUMBER=REASON, once for each pick
        #[arg(long = "pick", value_name = "NUMBER=REASON")]
        picks: Vec<String>,
        /// NUMBER=REASON: out of this sheet and never proposed again
        #[arg(long = "kill", value_name = "NUMBER=REASON")]
        kills: Vec<String>,
        /// NUMBER: back on the table
        #[arg(long = "put-back", value_name = "NUMBER")]
        put_back: Vec<i64>,
    },
    /// Draft copy for every picked concept and channel
    Drafts(Drafts),
    /// Show one draft text by text
    Draft {
        /// Its number
        number: usize,
    },
    /// Print the prompt of a draft, for any chat
    Prompt {
        /// Number of the draft
        number: usize,
        /// Slot group, or the whole ad
        #[arg(default_value = "whole")]
        group: String,
    },
    /// Take a chat's answer into a draft; what fails the checks is left out
    Paste {
        /// Number of the draft
        number: usize,
        /// File with the answer
        answer: PathBuf,
        /// Slot group, or the whole ad
        #[arg(default_value = "whole")]
        group: String,
    },
    /// Change one text of a draft
    Edit {
        /// Number of the draft
        number: usize,
        /// Slot, e.g. `headline`
        slot: String,
        /// Which text of the slot, from 1
        position: usize,
        /// The new text; empty takes it out
        text: String,
    },
    /// Approve drafts by number, or all of them
    Approve {
        /// Draft numbers as `sprint drafts` prints them
        numbers: Vec<usize>,
        /// All drafts
        #[arg(long, conflicts_with = "numbers")]
        all: bool,
        /// Say that these drafts were read word by word (the spot check)
        #[arg(long)]
        read: bool,
    },
    /// Run the launch checks
    Check,
    /// Export the launch into a folder and register every concept with its baseline
    Launch {
        /// Folder for the files
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Say that the paused ads were switched on
    Live {
        /// Since which day [default: today]
        #[arg(long, value_name = "DAY")]
        on: Option<String>,
    },
    /// Today's review
    Review,
    /// Draft the post-mortem, or show it once it is signed
    Postmortem,
    /// Add an action item to the post-mortem
    Action {
        /// What
        text: String,
        /// Who
        #[arg(long)]
        owner: String,
        /// By when
        #[arg(long, value_name = "DAY")]
        due: String,
    },
    /// Sign the post-mortem
    Sign {
        /// Who signs
        #[arg(long)]
        by: String,
    },
}

#[derive(Args)]
pub struct Drafts {
    /// Ask a model first, e.g. `openai:gpt-5`, `anthropic:…`, `gemini:…` or `ollama:…`; its key is read from
    /// FORTNIGHT_MODEL_KEY. Without one the built-in composer writes
    #[arg(long, env = "FORTNIGHT_MODEL", value_name = "PROVIDER:NAME")]
    pub model: Option<String>,
    /// Address of an OpenAI-compatible server
    #[arg(long, env = "FORTNIGHT_MODEL_URL", value_name = "URL")]
    pub model_url: Option<String>,
}

#[derive(Args)]
pub struct TodayArgs {
    /// Print the people of a sentence as CSV instead: due, once or quiet; without those who opted out
    #[arg(long, value_name = "WHICH", value_parser = ["due", "once", "quiet"], requires = "name")]
    pub people: Option<String>,
    /// Name of that list; recorded with who took it
    #[arg(long)]
    pub name: Option<String>,
}

#[derive(Subcommand)]
pub enum Vote {
    /// Open a round: nobody sees a vote before all are in
    Open,
    /// Hand in a person's votes, by the numbers of concepts
    HandIn {
        /// The person, by the e-mail address they sign in with
        #[arg(long = "of", value_name = "EMAIL")]
        person: String,
        /// Numbers of the concepts
        numbers: Vec<i64>,
    },
    /// Close the round before everybody voted: names show
    Close,
    /// How many handed in; names once it is closed
    Show,
}

#[derive(Subcommand)]
pub enum Ads {
    /// Read your own report or bulk export of Meta or Google: account, page and pixel ids, naming, and every past ad
    Learn {
        /// The export, also `.gz`
        file: PathBuf,
        /// Whose file, where it could be either's
        #[arg(long, value_parser = ["meta", "google"])]
        platform: Option<String>,
    },
    /// Past ads with their tags
    List,
    /// Confirm the tags of all past ads as they stand, or only of those whose name holds a text
    Confirm {
        /// Part of the ads' names
        #[arg(long, value_name = "TEXT")]
        name: Option<String>,
    },
    /// Let a model propose the tags that the rules left open; you confirm them like the others
    Tag(Drafts),
    /// Forecast against what happened, per sprint
    Calibration,
}

#[derive(Subcommand)]
pub enum Ledger {
    /// All changes with their state, verdict and net money beyond their baseline
    List {
        /// Only those that are running, won, killed or ended
        #[arg(long, value_parser = ["running", "won", "killed", "ended"])]
        state: Option<String>,
    },
    /// One change with its plan, verdicts, decisions and costs
    Show {
        /// Its id
        id: String,
    },
    /// What made money that would not have been made anyway
    Earned,
    /// Decide on a change: switch it off, keep it unproven, or confirm that it is off on its platform
    Decide(Decide),
    /// Which regions to give a change to, and what regions or days switched on and off could prove
    Regions {
        /// Days it would run
        #[arg(long, default_value_t = 28)]
        days: i32,
        /// Only what these products take, by id, separated by commas
        #[arg(long, value_delimiter = ',', value_name = "ID")]
        product: Vec<String>,
        /// Regions that must not get it, separated by commas
        #[arg(long, value_delimiter = ',', value_name = "REGION")]
        exclude: Vec<String>,
    },
    /// Register a change that only some regions get, or that is switched on and off; or split one that has not begun
    Split(Box<Split>),
    /// Do what is due: read every change, give verdicts, switch off what has reached its day, clean up outside
    Tick(CleanUp),
    /// What is off, and what that saved
    Killed,
    /// Whether the judge can be trusted: A/A on your own past, re-tests, forecasts
    Health {
        /// Check on the brand's own past now, not as it was last kept
        #[arg(long)]
        check: bool,
    },
}

#[derive(Args)]
pub struct Split {
    /// Id of a change that is registered and has not begun; without it a new one is registered
    #[arg(conflicts_with_all = ["name", "kind", "hypothesis", "on", "from", "to", "product"])]
    pub id: Option<String>,
    /// Regions that get it, by the name that orders carry, separated by commas
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "REGION",
        required_unless_present = "every",
        conflicts_with = "every"
    )]
    pub treated: Vec<String>,
    /// Regions that must not get it and are compared with [default: all others that sell enough]
    #[arg(long, value_delimiter = ',', value_name = "REGION", requires = "treated")]
    pub controls: Vec<String>,
    /// Instead of regions: switched on and off in blocks of this many days; a hash draws which
    #[arg(long, value_name = "DAYS")]
    pub every: Option<i32>,
    /// Name of the new change
    #[arg(long, required_unless_present = "id")]
    pub name: Option<String>,
    /// What it is
    #[arg(long, default_value = "ads")]
    pub kind: String,
    /// Why it should earn money
    #[arg(long, default_value = "")]
    pub hypothesis: String,
    /// The platform on which a person switches it
    #[arg(long, value_name = "PLATFORM", default_value = "the ad platforms")]
    pub on: String,
    /// First day
    #[arg(long, value_name = "DAY", required_unless_present = "id")]
    pub from: Option<String>,
    /// Last day, at most 30 days on
    #[arg(long, value_name = "DAY", required_unless_present = "id")]
    pub to: Option<String>,
    /// Products that it moves, by id, separated by commas [default: all]
    #[arg(long, value_delimiter = ',', value_name = "ID")]
    pub product: Vec<String>,
}

#[derive(Args)]
pub struct Decide {
    /// Id of the change
    pub id: String,
    /// Switch it off, for this reason
    #[arg(long, value_name = "REASON", required_unless_present_any = ["keep", "confirm"], conflicts_with_all = ["keep", "confirm"])]
    pub off: Option<String>,
    /// Keep it although nothing is proven, for this reason
    #[arg(long, value_name = "REASON", requires = "cap", requires = "until", conflicts_with = "confirm")]
    pub keep: Option<String>,
    /// What it may cost from now on, in the brand's currency
    #[arg(long, value_name = "AMOUNT")]
    pub cap: Option<String>,
    /// The day on which it becomes decidable
    #[arg(long, value_name = "DAY")]
    pub until: Option<String>,
    /// Confirm that it is off on this platform
    #[arg(long, value_name = "PLACE")]
    pub confirm: Option<String>,
}

#[derive(Subcommand)]
pub enum Recommend {
    /// Train on all orders and events; the new model serves from then on
    Train(RecommendTrain),
    /// What somebody would be recommended, and why
    Query(RecommendQuery),
    /// Judge a model on files of sessions; no brand is needed
    Evaluate(RecommendEvaluate),
    /// Write the best products per customer or product as CSV
    Export(RecommendExport),
}

#[derive(Args)]
pub struct RecommendTrain {
    /// What tuning may spend: work units of about a second of one core
    #[arg(long, default_value = "5m", value_name = "TIME")]
    pub budget: String,
    /// Name of the model [default: the best there is]
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// Only train: the present model goes on serving
    #[arg(long)]
    pub keep_active: bool,
    /// Threads [default: all cores]
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
}

#[derive(Args)]
pub struct RecommendQuery {
    /// Products seen in the session, oldest first, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "ID", required_unless_present_any = ["customer", "product"])]
    pub session: Vec<String>,
    /// A customer, by the identifier that orders use
    #[arg(long, value_name = "ID")]
    pub customer: Option<String>,
    /// The product at hand
    #[arg(long, value_name = "ID")]
    pub product: Option<String>,
    /// home, product, cart, after_purchase, email or search_empty [default: what fits]
    #[arg(long, value_name = "PLACEMENT")]
    pub placement: Option<String>,
    /// How many products
    #[arg(long, default_value_t = 8, value_name = "N")]
    pub limit: usize,
    /// Also what each model says, and every step of every product
    #[arg(long)]
    pub explain: bool,
}

#[derive(Args)]
pub struct RecommendEvaluate {
    /// Sessions to learn from: TSV or CSV with SessionId, ItemId, Time, also `.gz`
    #[arg(long, value_name = "FILE")]
    pub train: PathBuf,
    /// Sessions to be judged on; read after training has ended
    #[arg(long, value_name = "FILE")]
    pub test: PathBuf,
    /// Name of the model
    #[arg(long, default_value = "auto", value_name = "NAME")]
    pub model: String,
    /// Length of the lists
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub at: usize,
    /// next-item or next-basket
    #[arg(long, default_value = "next-item", value_name = "PROTOCOL")]
    pub protocol: String,
    /// Events that are revealed before the first prediction
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub min_prefix: usize,
    /// Leave products of the session out of the lists, and repeats out of what is asked
    #[arg(long)]
    pub no_repeats: bool,
    /// What tuning may spend: work units of about a second of one core
    #[arg(long, default_value = "5m", value_name = "TIME")]
    pub budget: String,
    /// Threads [default: all cores]
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
}

#[derive(Args)]
pub struct RecommendExport {
    /// File to write
    pub file: PathBuf,
    /// customer or product
    #[arg(long, value_name = "WHAT")]
    pub per: String,
    /// Products of each, at most 20
    #[arg(long, default_value_t = 5, value_name = "N")]
    pub top: usize,
}

#[derive(Subcommand)]
pub enum Library {
    /// All templates
    List,
    /// Print a template as Markdown
    Export {
        /// Name
        name: String,
        /// Which version [default: the newest]
        #[arg(long, value_name = "VERSION")]
        number: Option<u32>,
    },
    /// Take a template from Markdown as a new version
    Import {
        /// File
        file: PathBuf,
    },
}

#[derive(Subcommand)]
pub enum User {
    /// Add a person; the password is read from FORTNIGHT_PASSWORD or the terminal
    Add {
        /// E-mail address
        email: String,
        /// owner, editor, approver or viewer
        #[arg(long, default_value = "editor")]
        role: String,
        /// Name
        #[arg(long, default_value = "")]
        name: String,
    },
    /// Everybody who may sign in
    List,
}

/// What to replay.
#[derive(Args)]
pub struct ReplayArgs {
    /// How many fortnights, newest first; at most 26
    #[arg(long, default_value_t = sprint::replay::FORTNIGHTS)]
    pub fortnights: usize,
    /// Show the newest run instead of making one, if there is one
    #[arg(long)]
    pub show: bool,
}
