//! Products: the first row of a handle carries the product, further rows variants or images.

use domain::facts::{Fact, Product};

use crate::{
    columns::Columns,
    html,
    numbers::Numbers,
    reader::{Assemble, Out, Row, Setup},
    records::{Problem, Rec},
    texts::{some_text, tags, variant_title, yes_no},
};

/// Emits one product per variant, with the product-level values of the handle's first row.
pub(crate) struct Products {
    fields: Fields,
    head: Head,
    /// The last variant, held back because rows with further images belong to it.
    pending: Option<(Product, u32, u64)>,
}

struct Fields {
    text: [Option<usize>; 14],
    price: Numbers,
    cost: Numbers,
    stock: Numbers,
}

/// Index of each text column in [`Fields::text`].
#[derive(Clone, Copy)]
enum Text {
    Handle,
    Title,
    Description,
    Vendor,
    Type,
    Category,
    Tags,
    Published,
    Status,
    Sku,
    Option1,
    Option2,
    Option3,
    Tracker,
}

/// Product-level values of the handle being read.
#[derive(Default)]
struct Head {
    handle: String,
    title: String,
    description: String,
    vendor: Option<String>,
    category: Option<String>,
    tags: Vec<String>,
    image: Option<String>,
    is_active: bool,
}

impl Products {
    pub(crate) fn new(setup: &Setup<'_>) -> Products {
        let columns = setup.columns;
        let numbers = |field: &str| Numbers::of(field, columns, setup.sample, setup.notation);
        const TEXT: [&str; 14] = [
            "handle",
            "title",
            "description",
            "vendor",
            "type",
            "category",
            "tags",
            "published",
            "status",
            "product_id",
            "option1",
            "option2",
            "option3",
            "stock_tracker",
        ];
        Products {
            fields: Fields {
                text: TEXT.map(|field| columns.at(field)),
                price: numbers("price"),
                cost: numbers("cost"),
                stock: numbers("stock"),
            },
            head: Head::default(),
            pending: None,
        }
    }

    fn text<'r>(&self, rec: &'r Rec, column: Text) -> &'r str {
        rec.get(self.fields.text[column as usize])
    }

    fn flush(&mut self, out: &mut Out) {
        if let Some((product, rows, last_row)) = self.pending.take() {
            out.row(Row::new(Fact::Product(product), rows, last_row));
        }
    }

    fn read_head(&mut self, rec: &Rec, image: Option<usize>) {
        let published = yes_no(self.text(rec, Text::Published)).unwrap_or(true);
        let is_active = match self.text(rec, Text::Status).to_lowercase().as_str() {
            "" => published,
            status => status == "active",
        };
        // A category is a path ("Home > Candles"): its last part says what the thing is.
        let path = self.text(rec, Text::Category).rsplit('>').next().unwrap_or("");
        self.head = Head {
            handle: self.text(rec, Text::Handle).to_owned(),
            title: self.text(rec, Text::Title).to_owned(),
            description: html::to_text(self.text(rec, Text::Description)),
            vendor: some_text(self.text(rec, Text::Vendor)),
            category: some_text(self.text(rec, Text::Type)).or_else(|| some_text(path)),
            tags: tags(self.text(rec, Text::Tags)),
            image: some_text(rec.get(image)),
            is_active,
        };
    }

    fn variant(&self, rec: &Rec, image: Option<usize>) -> Result<Product, Problem> {
        let options = [Text::Option1, Text::Option2, Text::Option3].map(|option| self.text(rec, option));
        let title = variant_title(&self.head.title, &options);
        let product_id = some_text(self.text(rec, Text::Sku)).unwrap_or_else(|| title.clone());
        if product_id.is_empty() {
            let column = self.fields.text[Text::Title as usize];
            return Err(Problem::new(column, "The product has neither SKU nor title; fill one in"));
        }
        let untracked = self.fields.text[Text::Tracker as usize].is_some() && self.text(rec, Text::Tracker).is_empty();
        let stock = self.fields.stock.count(rec)?;
        Ok(Product {
            product_id,
            handle: some_text(&self.head.handle),
            title,
            description: self.head.description.clone(),
            category: self.head.category.clone(),
            vendor: self.head.vendor.clone(),
            tags: self.head.tags.clone(),
            price_micros: self.fields.price.amount(rec)?,
            cost_micros: self.fields.cost.amount(rec)?,
            stock_units: stock.filter(|_| !untracked),
            image_url: some_text(rec.get(image)).or_else(|| self.head.image.clone()),
            is_active: self.head.is_active,
        })
    }
}

impl Assemble for Products {
    fn take(&mut self, rec: &Rec, shape: Option<Problem>, columns: &Columns, out: &mut Out) {
        let handle = self.text(rec, Text::Handle);
        if let Some(problem) = shape {
            self.flush(out);
            return out.reject(rec.reject(columns, problem.column, problem.reason));
        }
        if handle.is_empty() {
            let column = self.fields.text[Text::Handle as usize];
            self.flush(out);
            return out.reject(rec.reject(columns, column, "The handle is empty; fill it in"));
        }
        let is_first = self.head.handle != handle;
        if is_first {
            self.read_head(rec, columns.at("image"));
        }
        let is_variant = is_first
            || [Text::Sku, Text::Option1].into_iter().any(|column| !self.text(rec, column).is_empty())
            || !rec.get(self.fields.price.column()).is_empty();
        if let (false, Some((_, rows, last_row))) = (is_variant, self.pending.as_mut()) {
            *rows += 1;
            *last_row = rec.row;
            return;
        }
        self.flush(out);
        if !is_variant {
            // An image of a product whose last variant was rejected.
            return out.skip();
        }
        match self.variant(rec, columns.at("variant_image")) {
            Ok(product) => self.pending = Some((product, 1, rec.row)),
            Err(problem) => out.reject(rec.reject(columns, problem.column, problem.reason)),
        }
    }

    fn finish(&mut self, _: &Columns, out: &mut Out) {
        self.flush(out);
    }
}
