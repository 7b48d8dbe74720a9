//! The catalogue in memory: what may be shown, at what price and margin, and how much of it is there.

use std::{collections::HashMap, sync::Arc};

use domain::facts::Product;

/// A product by its number on the [`Shelf`]. Numbers stay as long as the process lives, whatever is renewed.
pub type Good = u32;

/// A word (category, vendor, tag) by its number.
pub type WordNumber = u32;

/// One product as it stands on the shelf.
#[derive(Debug, Clone, PartialEq)]
pub struct Stocked {
    /// The shop's id of it.
    pub id: Arc<str>,
    /// Title.
    pub title: Arc<str>,
    /// Address of its page; `None` where neither the site's address nor its handle is known.
    pub url: Option<Arc<str>>,
    /// Address of its image.
    pub image_url: Option<Arc<str>>,
    /// Category.
    pub category: Option<WordNumber>,
    /// Vendor.
    pub vendor: Option<WordNumber>,
    /// Tags.
    pub tags: Vec<WordNumber>,
    /// Price, millionths.
    pub price_micros: Option<i64>,
    /// Price less cost, millionths; `None` where one of them is unknown.
    pub margin_micros: Option<i64>,
    /// Units in stock; `None` where it is not tracked.
    pub stock_units: Option<i64>,
    /// On sale at all.
    pub is_active: bool,
}

/// No category.
const NO_WORD: WordNumber = WordNumber::MAX;

/// Words and their numbers.
#[derive(Debug, Clone, Default)]
pub struct Words {
    names: Vec<String>,
    numbers: HashMap<String, WordNumber>,
}

impl Words {
    fn intern(&mut self, name: &str) -> WordNumber {
        let key = name.trim().to_lowercase();
        if let Some(&number) = self.numbers.get(&key) {
            return number;
        }
        let number = self.names.len() as WordNumber;
        self.names.push(name.trim().to_owned());
        self.numbers.insert(key, number);
        number
    }

    /// The number of a word, whatever its case.
    pub fn number(&self, name: &str) -> Option<WordNumber> {
        self.numbers.get(&name.trim().to_lowercase()).copied()
    }

    /// The word of a number.
    pub fn name(&self, number: WordNumber) -> &str {
        self.names.get(number as usize).map_or("", String::as_str)
    }

    /// All words.
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

/// All products that were ever seen by this process.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    goods: Vec<Arc<Stocked>>,
    /// The category of each product, [`NO_WORD`] for none: rules ask for many of them at once, and here they lie together.
    categories: Vec<WordNumber>,
    numbers: HashMap<Arc<str>, Good>,
    words: Words,
}

impl Shelf {
    /// The shelf after `products` were described anew: known ones keep their numbers, others stay as they are.
    pub fn renewed(&self, products: Vec<Product>, site_url: &str) -> Shelf {
        let mut shelf = self.clone();
        for product in products {
            shelf.put(product, site_url);
        }
        shelf
    }

    fn put(&mut self, product: Product, site_url: &str) {
        let known = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let category = known(product.category).map(|name| self.words.intern(&name));
        let vendor = known(product.vendor).map(|name| self.words.intern(&name));
        let tags = product.tags.iter().map(|name| self.words.intern(name)).collect();
        let site = site_url.trim_end_matches('/');
        let url = known(product.handle).filter(|_| !site.is_empty()).map(|handle| format!("{site}/products/{handle}"));
        let margin_micros = product.price_micros.zip(product.cost_micros).map(|(price, cost)| price - cost);
        let id: Arc<str> = product.product_id.into();
        let good = Stocked {
            id: Arc::clone(&id),
            title: product.title.into(),
            url: url.map(Into::into),
            image_url: known(product.image_url).map(Into::into),
            category,
            vendor,
            tags,
            price_micros: product.price_micros,
            margin_micros,
            stock_units: product.stock_units,
            is_active: product.is_active,
        };
        match self.numbers.get(&id) {
            Some(&number) => {
                self.categories[number as usize] = category.unwrap_or(NO_WORD);
                self.goods[number as usize] = Arc::new(good);
            }
            None => {
                self.numbers.insert(id, self.goods.len() as Good);
                self.categories.push(category.unwrap_or(NO_WORD));
                self.goods.push(Arc::new(good));
            }
        }
    }

    /// The number of a product.
    pub fn number(&self, product_id: &str) -> Option<Good> {
        self.numbers.get(product_id).copied()
    }

    /// A product by its number.
    pub fn get(&self, good: Good) -> Option<&Stocked> {
        self.goods.get(good as usize).map(Arc::as_ref)
    }

    /// Reads a little of everything that an answer says of these products. They lie all over memory, and a text is shared
    /// with a locked instruction that nothing overtakes: one after the other would be waited for one after the other.
    pub fn bring_near(&self, goods: &[Good]) {
        let stocked = || goods.iter().filter_map(|&good| self.get(good));
        std::hint::black_box(stocked().fold(0, |all, stocked| all ^ stocked.id.len() ^ usize::from(stocked.is_active)));
        let first = |text: Option<&str>| text.and_then(|text| text.bytes().next()).unwrap_or(0);
        let touch = |stocked: &Stocked| {
            first(Some(&stocked.id))
                ^ first(Some(&stocked.title))
                ^ first(stocked.url.as_deref())
                ^ first(stocked.image_url.as_deref())
        };
        std::hint::black_box(stocked().fold(0, |all, stocked| all ^ touch(stocked)));
    }

    /// The category of a product.
    pub fn category(&self, good: Good) -> Option<WordNumber> {
        self.categories.get(good as usize).copied().filter(|&category| category != NO_WORD)
    }

    /// The title of a product; empty for numbers that were never given.
    pub fn title(&self, good: Good) -> &str {
        self.get(good).map_or("", |good| &good.title)
    }

    /// All products by number.
    pub fn goods(&self) -> &[Arc<Stocked>] {
        &self.goods
    }

    /// Categories, vendors and tags.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// How many products, inactive ones too.
    pub fn len(&self) -> usize {
        self.goods.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.goods.is_empty()
    }
}
