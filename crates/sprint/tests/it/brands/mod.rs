//! Bar 5 of the concepts on simulated brands: two years of orders, a catalogue with categories, costs and stock, and reviews
//! that repeat something about each product. Shared by the test and by `cargo xtask soak concepts`.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Cursor,
};

use domain::{
    Currency, Day, DayRange, InstantMs,
    facts::{Fact, Product, ProductReview},
    sprint::{Brief, Concept},
};
use lake::ReviewFact;
use simulate::{BrandKind, Config, World};
use sprint::{
    concepts::{self, Drafted, Known, Quotes},
    miners::{self, Found},
};
use store::products::{self, Origin};
use writer::quotes::Review;

/// What customers repeat; each product gets one of its own.
const SAID: [&str; 12] = [
    "lasts for ages",
    "smells like home",
    "fits perfectly everywhere",
    "feels wonderfully soft",
    "makes mornings easier",
    "survived the dishwasher",
    "my daughter loves",
    "replaced three others",
    "never lets me down",
    "tastes of summer",
    "worth every penny",
    "quiet as a mouse",
];
const SENTENCES: [&str; 5] = [
    "Honestly it {}, and I did not expect that.",
    "What I tell friends: it {} and that is rare.",
    "Third one already. It {} as promised!",
    "We were sceptical but this {} from day to day.",
    "Good. Really {}, no complaints at all.",
];

/// A simulated brand with everything that concepts are drawn from.
pub struct Brand {
    _folder: tempfile::TempDir,
    pub ctx: sprint::Context,
    pub brief: Brief,
    pub found: Found,
    pub quotes: Quotes,
    pub reviews: Vec<Review>,
}

fn catalogue(world: &World, day: Day) -> Vec<Product> {
    let files = world.exports(DayRange { from: day.plus(-1), to: day });
    let file = files.into_iter().find(|file| file.name.starts_with("products")).unwrap();
    let options = formats::ReadOptions { currency: Currency::parse("EUR").ok(), ..Default::default() };
    let rows = formats::open(formats::Source::Shopify, Cursor::new(file.bytes), &options).unwrap();
    let products = rows.filter_map(|row| match row.unwrap().fact {
        Fact::Product(product) => Some(product),
        _ => None,
    });
    products.collect()
}

fn reviews(products: &[Product], today: Day, seed: u64) -> Vec<ProductReview> {
    let mut all = Vec::new();
    for (at, product) in products.iter().enumerate() {
        let said = SAID[(at + seed as usize) % SAID.len()];
        for (number, sentence) in SENTENCES.iter().enumerate() {
            all.push(ProductReview {
                platform: "judge_me".into(),
                review_id: format!("rv-{at}-{number}"),
                day: today.plus(-7 * number as i32 - 1 - (at % 5) as i32),
                product_id: product.product_id.clone(),
                handle: None,
                product_title: Some(product.title.clone()),
                rating: 4 + (number % 2) as i64,
                title: String::new(),
                body: format!("Delivery was fast. {} Would order again.", sentence.replace("{}", said)),
                is_verified: Some(true),
                is_published: true,
            });
        }
    }
    all
}

/// Two years of a brand, mined on `today` for a flight that begins two days later. Odd seeds have no reviews and no offer.
pub async fn brand(kind: BrandKind, config: Config) -> Brand {
    let seed = config.seed;
    let planted = crate::truth::plant(Config { brand: kind, ..config }).await;
    let (ctx, today) = (planted.ctx.clone(), planted.today);
    let products = catalogue(&planted.world, today.plus(-1));
    let written = if seed.is_multiple_of(2) { reviews(&products, today, seed) } else { Vec::new() };
    let mut tx = ctx.store.begin().await.unwrap();
    let seq = store::seq::allocate(&mut tx, (products.len() + written.len()) as i64).await.unwrap();
    let rows: Vec<(i64, Product)> = (seq..).zip(products.clone()).collect();
    products::insert(&mut tx, Origin::Catalogue, &rows).await.unwrap();
    let keys: Vec<String> = written.iter().map(ProductReview::key).collect();
    let first = seq + products.len() as i64;
    let facts: Vec<ReviewFact<'_>> = written
        .iter()
        .zip(&keys)
        .zip(first..)
        .map(|((row, key), seq)| ReviewFact { seq, fact_key: key, row })
        .collect();
    ctx.lake.write_product_reviews(&mut tx, &facts, ctx.now).await.unwrap();
    tx.commit().await.unwrap();
    let mut brief = crate::common::brief(ctx.brand.currency, DayRange { from: today.plus(2), to: today.plus(15) });
    brief.facts = vec!["Every parcel is made up by hand from small batches".into()];
    if seed % 2 == 1 {
        brief.offers.clear();
    }
    let snapshot = ctx.lake.snapshot(ctx.now).await.unwrap();
    let frame = miners::Frame::load(&snapshot, brief.flight, brief.currency, &[]).await.unwrap().unwrap();
    let found = miners::mine(&snapshot, &frame).await.unwrap();
    let quotes = Quotes::load(&snapshot, &found).await.unwrap();
    let reviews = written
        .into_iter()
        .map(|review| Review {
            id: review.review_id,
            product_id: review.product_id,
            rating: u8::try_from(review.rating).unwrap(),
            body: review.body,
        })
        .collect();
    Brand { _folder: planted.into_folder(), ctx, brief, found, quotes, reviews }
}

/// What a sheet of a brand came to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Measured {
    pub concepts: usize,
    pub insights: usize,
    pub discount_led: usize,
    pub segments: usize,
    pub quoted: usize,
    pub alike: f64,
    /// Most fields on a card's face.
    pub fields: usize,
    /// Quotes that the independent checker did not find in the reviews.
    pub false_quotes: usize,
    /// Concepts that do not say why now.
    pub timeless: usize,
}

impl Measured {
    /// The rules of section 3 for a sheet of twenty.
    #[allow(dead_code, reason = "a tenth of a shop may carry fewer than twenty")]
    pub fn holds(&self) -> bool {
        self.concepts == 20
            && self.insights >= 8
            && self.discount_led <= 5
            && self.segments >= 4
            && self.alike <= 0.6
            && self.fields <= 6
            && self.false_quotes == 0
            && self.timeless == 0
    }
}

/// Draws a sheet and measures it, knowing nothing of how it was drawn.
pub fn sheet(brand: &Brand, seed: u64) -> (Drafted, Measured) {
    let known = Known { quotes: brand.quotes.clone(), ..Known::default() };
    let drafted = concepts::draft_knowing(&brand.found, &brand.brief, seed, InstantMs(7), &BTreeSet::new(), &known);
    let all = &drafted.concepts;
    let texts: Vec<String> = all.iter().map(concepts::text).collect();
    let face = |concept: &Concept| serde_json::to_value(concepts::face(concept, None)).unwrap();
    let measured = Measured {
        concepts: all.len(),
        insights: concepts::distinct_insights(all),
        discount_led: all.iter().filter(|concept| concept.is_discount_led()).count(),
        segments: all.iter().map(|concept| &concept.segment).collect::<BTreeSet<_>>().len(),
        quoted: all.iter().filter(|concept| concept.quote.is_some()).count(),
        alike: concepts::largest_similarity(&texts),
        fields: all.iter().map(|concept| face(concept).as_object().unwrap().len()).max().unwrap_or_default(),
        false_quotes: all.iter().map(|concept| false_quotes(concept, &brand.reviews).len()).sum(),
        timeless: all.iter().filter(|concept| concept.why_now.trim().is_empty()).count(),
    };
    (drafted, measured)
}

/// The independent checker: it knows nothing of how quotes are found. Whatever stands between quotation marks in a concept
/// is, character for character, in a review (or a phrase that the reviews really repeat), and so is the quote it names.
pub fn false_quotes(concept: &Concept, reviews: &[Review]) -> Vec<String> {
    let lower: Vec<String> = reviews.iter().map(|review| review.body.to_lowercase()).collect();
    let mut wrong = Vec::new();
    for text in [&concept.title, &concept.hook, &concept.insight] {
        for part in text.split('“').skip(1) {
            let inside = part.split('”').next().unwrap();
            let verbatim = reviews.iter().any(|review| review.body.contains(inside));
            let repeated = lower.iter().filter(|body| body.contains(inside)).count() >= 3;
            if !(verbatim || repeated) {
                wrong.push(format!("“{inside}” of {text}"));
            }
        }
    }
    if let Some(quote) = &concept.quote {
        let say = lower.iter().filter(|body| body.contains(&quote.phrase)).count();
        let is_there = reviews.iter().find(|review| review.id == quote.review_id).is_some_and(|review| {
            review.body.contains(&quote.words)
                && review.rating == quote.rating
                && concept.product_ids.contains(&review.product_id)
        });
        let is_told = concept.insight.contains(&quote.words) && concept.insight.contains(&quote.review_id);
        if !is_there || !is_told || say < quote.reviews as usize {
            wrong.push(format!("{quote:?}, in {say} reviews"));
        }
    }
    wrong
}

/// Figures of a sheet's reasons for now that stand neither in its evidence nor in its brief, with the sentence.
pub fn unfounded(concept: &Concept, brief: &Brief) -> Vec<String> {
    let mut known: BTreeMap<String, ()> = BTreeMap::new();
    let mut add = |number: f64| {
        for at in [number, number / 7.0, number / 30.44, number / 365.25] {
            known.insert(domain::group_thousands(at.abs().round() as u64), ());
        }
        known.insert(format!("{number:.1}"), ());
        known.insert(format!("{:.2}", number / 100.0), ());
        known.insert(format!("{:.2}", number / 1e6), ());
        // Money is rounded to its smallest unit first.
        for whole in [(number / 1e6).abs().floor(), (number / 1e6).abs().ceil()] {
            known.insert(domain::group_thousands(whole as u64), ());
        }
    };
    for value in concept.evidence.iter().flat_map(|evidence| evidence.values.values()) {
        value.as_f64().into_iter().for_each(&mut add);
    }
    for day in [brief.flight.from, brief.flight.to].into_iter().chain(brief.offers.iter().map(|offer| offer.ends_on)) {
        add(f64::from(day.0.day()));
    }
    add(concept.pool.people as f64);
    // A season's pace, as the miner defines it: shrunk orders of four weeks against a third of the twelve before.
    for evidence in &concept.evidence {
        let n = |key: &str| evidence.values.get(key).and_then(serde_json::Value::as_f64);
        if let (Some(season), Some(prior)) = (n("orders_season"), n("orders_prior")) {
            add((season + 5.0) / (prior / 3.0 + 5.0));
        }
    }
    // Windows that sentences name: a quarter of days.
    add(90.0);
    let told = concept.why_now.replace(|c: char| !(c.is_ascii_digit() || c == '.' || c == ','), " ");
    let numbers = told.split_whitespace().map(|number| number.trim_matches(['.', ',']).to_owned());
    let titles = concept.product_titles.join(" ")
        + " "
        + &brief.offers.iter().map(|offer| offer.label.as_str()).collect::<String>();
    let unknown =
        numbers.filter(|number| !number.is_empty() && !known.contains_key(number) && !titles.contains(number));
    unknown.map(|number| format!("{number} in “{}”", concept.why_now)).collect()
}
