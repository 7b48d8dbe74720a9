//! Products: a row each, variations (WooCommerce) and variants (BigCommerce) with the texts of their parent.

use std::collections::HashMap;

use domain::facts::{Fact, Product};

use crate::{
    columns::Columns,
    html,
    numbers::Numbers,
    reader::{Assemble, Out, Row, Setup},
    records::{Problem, Rec},
    source::FileKind,
    texts::{some_text, tags, variant_title, yes_no},
};

/// Emits a product per row that can be bought.
pub(crate) struct Products {
    is_woocommerce: bool,
    text: [Option<usize>; 14],
    price: Numbers,
    sale_price: Numbers,
    cost: Numbers,
    stock: Numbers,
    /// Texts of products by number and SKU (WooCommerce), and of the last one (BigCommerce).
    parents: HashMap<String, Product>,
    last: Option<Product>,
}

const TEXT: [&str; 14] = [
    "id",
    "type",
    "title",
    "product_id",
    "published",
    "description",
    "short_description",
    "category",
    "tags",
    "image",
    "vendor",
    "parent",
    "stock_tracker",
    "options",
];

/// Index of each text column.
#[derive(Clone, Copy)]
enum Text {
    Id,
    Type,
    Title,
    Sku,
    Published,
    Long,
    Short,
    Category,
    Tags,
    Image,
    Vendor,
    Parent,
    Tracker,
    Options,
}

impl Products {
    pub(crate) fn new(setup: &Setup<'_>) -> Products {
        let columns = setup.columns;
        let numbers = |field: &str| Numbers::of(field, columns, setup.sample, setup.notation);
        Products {
            is_woocommerce: setup.kind == FileKind::WoocommerceProducts,
            text: TEXT.map(|field| columns.at(field)),
            price: numbers("price"),
            sale_price: numbers("sale_price"),
            cost: numbers("cost"),
            stock: numbers("stock"),
            parents: HashMap::new(),
            last: None,
        }
    }

    fn get<'r>(&self, rec: &'r Rec, column: Text) -> &'r str {
        rec.get(self.text[column as usize])
    }

    /// What the row itself says.
    fn read(&self, rec: &Rec) -> Result<Product, Problem> {
        let title = self.get(rec, Text::Title).to_owned();
        let product_id = some_text(self.get(rec, Text::Sku)).unwrap_or_else(|| title.clone());
        if product_id.is_empty() {
            return Err(Problem::new(
                self.text[Text::Title as usize],
                "The product has neither SKU nor name; fill one in",
            ));
        }
        let long = html::to_text(self.get(rec, Text::Long));
        let description = if long.is_empty() { html::to_text(self.get(rec, Text::Short)) } else { long };
        // The first of several paths ("Home > Candles, Sale" or "Home/Candles;Sale"), and its last part.
        let path = self.get(rec, Text::Category).split([',', ';']).next().unwrap_or("");
        let category = some_text(path.rsplit(['>', '/']).next().unwrap_or(""));
        let sale = self.sale_price.amount(rec)?.filter(|price| *price > 0);
        let untracked = matches!(self.get(rec, Text::Tracker).to_lowercase().as_str(), "none" | "no" | "n");
        let published = self.get(rec, Text::Published);
        Ok(Product {
            product_id,
            handle: None,
            title,
            description,
            category,
            vendor: some_text(self.get(rec, Text::Vendor)),
            tags: tags(self.get(rec, Text::Tags)),
            price_micros: sale.or(self.price.amount(rec)?),
            cost_micros: self.cost.amount(rec)?.filter(|cost| *cost > 0),
            stock_units: self.stock.count(rec)?.filter(|_| !untracked),
            image_url: some_text(self.get(rec, Text::Image).split(", ").next().unwrap_or("")),
            // WooCommerce writes -1 for drafts.
            is_active: published != "-1" && yes_no(published).unwrap_or(true),
        })
    }

    /// WooCommerce: `variable` and `grouped` products hold the texts, their variations are what is bought.
    fn woocommerce(&mut self, rec: &Rec) -> Result<Option<Product>, Problem> {
        let kinds = self.get(rec, Text::Type).to_lowercase();
        let is = |kind: &str| kinds.split(',').any(|word| word.trim() == kind);
        let product = self.read(rec)?;
        if is("variable") || is("grouped") {
            let number = format!("id:{}", self.get(rec, Text::Id));
            let sku = self.get(rec, Text::Sku).to_owned();
            for key in [number, sku] {
                self.parents.insert(key, product.clone());
            }
            return Ok(None);
        }
        let parent =
            Some(self.get(rec, Text::Parent)).filter(|_| is("variation")).and_then(|key| self.parents.get(key));
        Ok(Some(parent.map_or(product.clone(), |parent| with_parent(product, parent))))
    }

    /// BigCommerce: rows of variants follow their product; rules, images and videos are not products.
    fn bigcommerce(&mut self, rec: &Rec) -> Result<Option<Product>, Problem> {
        match self.get(rec, Text::Type).to_lowercase().as_str() {
            "product" => {
                let product = self.read(rec)?;
                self.last = Some(product.clone());
                Ok(Some(product))
            }
            "sku" | "variant" => {
                let options = self.get(rec, Text::Options);
                let options = if options.is_empty() { self.get(rec, Text::Title) } else { options };
                let values = option_values(options);
                let Some(parent) = &self.last else { return self.read(rec).map(Some) };
                let values: Vec<&str> = values.iter().map(String::as_str).collect();
                let title = variant_title(&parent.title, &values);
                let sku = some_text(self.get(rec, Text::Sku)).unwrap_or_else(|| title.clone());
                let row = Product {
                    product_id: sku,
                    title,
                    price_micros: self.price.amount(rec)?.filter(|price| *price > 0),
                    cost_micros: self.cost.amount(rec)?.filter(|cost| *cost > 0),
                    stock_units: self.stock.count(rec)?,
                    ..parent.clone()
                };
                Ok(Some(with_parent(row, parent)))
            }
            _ => Ok(None),
        }
    }
}

/// `[S]Color=Red,[RB]Size=L` and `Type=Swatch|Name=Color|Value=Red` to the values.
fn option_values(text: &str) -> Vec<String> {
    if text.contains("Value=") {
        let values = text.split("Value=").skip(1);
        return values.filter_map(|value| some_text(value.split(['|', ';', ']']).next().unwrap_or(""))).collect();
    }
    text.split(',').filter_map(|pair| some_text(pair.split_once('=')?.1)).collect()
}

/// A variation with what only its parent says.
fn with_parent(product: Product, parent: &Product) -> Product {
    let description = if product.description.is_empty() { parent.description.clone() } else { product.description };
    Product {
        description,
        category: product.category.or_else(|| parent.category.clone()),
        vendor: product.vendor.or_else(|| parent.vendor.clone()),
        tags: if product.tags.is_empty() { parent.tags.clone() } else { product.tags },
        price_micros: product.price_micros.or(parent.price_micros),
        cost_micros: product.cost_micros.or(parent.cost_micros),
        image_url: product.image_url.or_else(|| parent.image_url.clone()),
        is_active: product.is_active && parent.is_active,
        ..product
    }
}

impl Assemble for Products {
    fn take(&mut self, rec: &Rec, shape: Option<Problem>, columns: &Columns, out: &mut Out) {
        let read = match (shape, self.is_woocommerce) {
            (Some(problem), _) => Err(problem),
            (None, true) => self.woocommerce(rec),
            (None, false) => self.bigcommerce(rec),
        };
        match read {
            Ok(Some(product)) => out.row(Row::new(Fact::Product(product), 1, rec.row)),
            Ok(None) => out.skip(),
            Err(problem) => out.reject(rec.reject(columns, problem.column, problem.reason)),
        }
    }

    fn finish(&mut self, _: &Columns, _: &mut Out) {}
}
