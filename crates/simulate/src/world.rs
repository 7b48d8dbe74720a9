//! The store: its state, and how it moves from day to day.

use std::collections::{BTreeMap, HashMap};

use domain::{Day, DayRange, facts::AdPlatform, sprint::Angle, sprint::Channel as LaunchChannel};

use crate::{
    Config,
    ads::{Ad, AdRow, Role, platform_id, slug},
    brand::{BrandSpec, Item, Variant},
    funnel::FunnelRow,
    incident::Incident,
    launch::{ConceptState, LaunchedConcept},
    order::Order,
    people::Customer,
    plant,
    treatment::TreatmentState,
};

/// Days that run before the first day of history, unseen, so that it begins with a shop that has customers.
const WARM_UP_DAYS: u32 = 300;

/// The shop's own id of a customer, as its export writes it.
pub(crate) fn shop_id(key: u32) -> u64 {
    7_200_000_000_000 + u64::from(key)
}

/// A variant on the shelf.
#[derive(Debug)]
pub(crate) struct Product {
    pub item: &'static Item,
    pub variant: &'static Variant,
    /// Units on the shelf.
    pub stock: i64,
    /// Smoothed units sold a day.
    pub pace: f64,
}

impl Product {
    /// Title with the variant where there is one, as order lines show it.
    pub fn title(&self) -> String {
        match self.variant.label {
            "" => self.item.title.to_owned(),
            label => format!("{} - {label}", self.item.title),
        }
    }
}

/// Something a customer is about to do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Due {
    pub customer: u32,
    /// The product that ran out; `None` for a visit.
    pub refill: Option<u16>,
}

/// A store with known truth. Pure: no clock, no disk; the same config and the same launches give the same bytes.
///
/// **Invariant:** what customers, ads and analytics do is drawn from streams keyed by who and when, so launching a
/// concept or planting an incident changes nothing but what it causes.
#[derive(Debug)]
pub struct World {
    pub(crate) config: Config,
    pub(crate) brand: &'static BrandSpec,
    pub(crate) products: Vec<Product>,
    /// Product indexes by category.
    pub(crate) shelves: Vec<Vec<u16>>,
    /// Pairs as product indexes.
    pub(crate) pairs: Vec<(u16, u16, f64)>,
    /// Cumulative weights of the categories, as tastes are drawn.
    pub(crate) likes: Vec<f64>,
    /// Days generated so far, the hidden ones before the first day of history included.
    pub(crate) elapsed: u32,
    pub(crate) customers: Vec<Customer>,
    /// What is due, by day.
    pub(crate) queue: Vec<Vec<Due>>,
    pub(crate) orders: Vec<Order>,
    /// Where each day's orders begin.
    pub(crate) day_orders: Vec<usize>,
    pub(crate) ads: Vec<Ad>,
    /// The ad that runs in each slot, with its generation.
    pub(crate) slots: Vec<Option<(u32, u32)>>,
    pub(crate) ad_rows: Vec<AdRow>,
    pub(crate) funnel: Vec<FunnelRow>,
    pub(crate) concepts: Vec<ConceptState>,
    pub(crate) treatments: Vec<TreatmentState>,
    /// Index of a customer by the shop's own id.
    pub(crate) by_shop_id: HashMap<u64, u32>,
    /// How often an audience has seen an angle and still remembers.
    pub(crate) frequency: BTreeMap<(Angle, String), f64>,
    pub(crate) incidents: Vec<Incident>,
    pub(crate) next_number: u32,
    /// Orders lost to empty shelves and slow pages, for the truth of incidents.
    pub(crate) lost_orders: Vec<u32>,
    /// Customers won by concepts so far: the low bits of their keys.
    pub(crate) won: u32,
}

impl World {
    /// A store on the eve of its first day of history, 300 unseen days old.
    pub fn new(config: Config) -> World {
        let brand = config.brand.spec();
        let mut products = Vec::new();
        let mut shelves = vec![Vec::new(); brand.categories.len()];
        for item in brand.items {
            let category = brand.categories.iter().position(|&name| name == item.category).unwrap_or(0);
            for variant in item.variants {
                shelves[category].push(products.len() as u16);
                let pace = variant.weight * 0.4 * config.size.factor();
                let stock = (pace * 60.0).ceil() as i64 + 20;
                products.push(Product { item, variant, stock, pace });
            }
        }
        let index = |sku: &str| products.iter().position(|product| product.variant.sku == sku);
        let pairs = brand.pairs.iter().filter_map(|&(a, b, p)| Some((index(a)? as u16, index(b)? as u16, p))).collect();
        let mut incidents = config.incidents.clone();
        if config.plant_history {
            incidents.extend(plant::history(&config));
        }
        let likes = shelves.iter().scan(0.0, |sum, shelf: &Vec<u16>| {
            *sum += shelf.iter().map(|&at| products[usize::from(at)].variant.weight).sum::<f64>();
            Some(*sum)
        });
        let likes = likes.collect();
        let mut world = World {
            brand,
            likes,
            products,
            shelves,
            pairs,
            elapsed: 0,
            customers: Vec::new(),
            queue: Vec::new(),
            orders: Vec::new(),
            day_orders: Vec::new(),
            ads: Vec::new(),
            slots: vec![None; crate::ads::SLOTS.len()],
            ad_rows: Vec::new(),
            funnel: Vec::new(),
            concepts: Vec::new(),
            treatments: Vec::new(),
            by_shop_id: HashMap::new(),
            frequency: BTreeMap::new(),
            incidents,
            next_number: 1_001,
            lost_orders: Vec::new(),
            won: 0,
            config,
        };
        for _ in 0..WARM_UP_DAYS {
            world.step();
        }
        world.forget_hidden_days();
        world
    }

    /// Nobody exports what lies before the first day of history; its customers come back all the same.
    fn forget_hidden_days(&mut self) {
        self.orders.clear();
        self.ad_rows.clear();
        self.funnel.clear();
        self.day_orders.fill(0);
        self.lost_orders.fill(0);
    }

    /// The config it was made of.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The brand's data.
    pub fn brand(&self) -> &'static BrandSpec {
        self.brand
    }

    /// The last day that has been generated; the day before the first where none has.
    pub fn today(&self) -> Day {
        self.day_at(self.elapsed).plus(-1)
    }

    /// All days generated so far.
    pub fn span(&self) -> DayRange {
        DayRange { from: self.config.start, to: self.today() }
    }

    /// Generates days until `day` is done; does nothing where it is.
    pub fn run_until(&mut self, day: Day) {
        while self.today() < day {
            self.step();
        }
    }

    /// Generates one day and returns it.
    pub fn step(&mut self) -> Day {
        self.run_day();
        self.elapsed += 1;
        self.today()
    }

    /// Switches a concept on. Days already generated stay as they are; from the next day within its flight it runs.
    /// A second launch with the same `utm_content` replaces the first one's plan and keeps its truth.
    pub fn launch(&mut self, concept: LaunchedConcept) {
        let products = concept.product_ids.iter().filter_map(|sku| self.product_index(sku)).collect();
        let index = self.concepts.iter().position(|state| state.launched.utm_content == concept.utm_content);
        let index = index.unwrap_or(self.concepts.len());
        let paid: Vec<AdPlatform> = concept
            .channels
            .iter()
            .filter_map(|channel| match channel {
                LaunchChannel::Meta => Some(AdPlatform::Meta),
                LaunchChannel::GoogleSearch => Some(AdPlatform::Google),
                LaunchChannel::Email => None,
            })
            .collect();
        let budget_minor = concept.daily_budget_minor as f64 / paid.len().max(1) as f64;
        let mut ads = Vec::new();
        for platform in paid {
            ads.push(self.ads.len() as u32);
            self.ads.push(Ad {
                platform,
                campaign_id: platform_id(platform, &concept.campaign),
                campaign: concept.campaign.clone(),
                ad_group_id: platform_id(platform, &format!("{}/{}", concept.campaign, concept.ad_group)),
                ad_group: concept.ad_group.clone(),
                ad_id: platform_id(platform, &format!("{}/{}", concept.campaign, concept.ad_name)),
                name: concept.ad_name.clone(),
                utm_campaign: slug(&concept.campaign),
                utm_content: concept.utm_content.clone(),
                segment: concept.segment.clone(),
                angle: concept.angle,
                role: Role::Concept(index as u16),
                budget_minor,
            });
        }
        let state = ConceptState::draw(self.config.seed, concept, products, ads);
        match self.concepts.get_mut(index) {
            Some(old) => {
                let lost = std::mem::take(&mut old.lost);
                *old = ConceptState { lost, ..state };
            }
            None => self.concepts.push(state),
        }
    }

    /// Plants an incident; it acts on the days still to come.
    pub fn plant(&mut self, incident: Incident) {
        self.incidents.push(incident);
    }

    /// Days since the first day of history; negative before it.
    pub(crate) fn age_days(&self, index: u32) -> f64 {
        f64::from(index) - f64::from(WARM_UP_DAYS)
    }

    pub(crate) fn product_index(&self, sku: &str) -> Option<u16> {
        self.products.iter().position(|product| product.variant.sku == sku).map(|index| index as u16)
    }

    /// Index of a day, clamped to the days generated so far.
    pub(crate) fn day_index(&self, day: Day) -> u32 {
        (day.days_since(self.config.start) + WARM_UP_DAYS as i32).clamp(0, self.elapsed as i32) as u32
    }

    /// The half-open index range of the generated days of `range`.
    pub(crate) fn day_indexes(&self, range: DayRange) -> std::ops::Range<u32> {
        self.day_index(range.from)..self.day_index(range.to.plus(1))
    }

    /// The orders of a range of days.
    pub(crate) fn orders_of(&self, days: &std::ops::Range<u32>) -> &[Order] {
        let edge = |day: u32| self.day_orders.get(day as usize).copied().unwrap_or(self.orders.len());
        &self.orders[edge(days.start)..edge(days.end).max(edge(days.start))]
    }

    /// The calendar day of an index.
    pub(crate) fn day_at(&self, index: u32) -> Day {
        self.config.start.plus(index as i32 - WARM_UP_DAYS as i32)
    }
}
