//! What several kinds of file share: currencies, totals rows, special codes.

use domain::{
    Currency, InstantMs,
    facts::{Order, OrderKind},
    order_kinds::OrderMarks,
};

use crate::{
    error::{FormatError, Reject},
    reader::{Out, Row, Setup},
    records::{Problem, Rec},
};

/// The currency of a row: its column, else what the header, the map or the brand says.
#[derive(Debug)]
pub(crate) struct Currencies {
    column: Option<usize>,
    fallback: Option<Currency>,
}

impl Currencies {
    pub(crate) fn new(setup: &Setup<'_>) -> Currencies {
        let literal = setup.columns.literal("currency").and_then(|text| Currency::parse(text).ok());
        let fallback = literal.or(setup.columns.header_currency).or(setup.options.currency);
        Currencies { column: setup.columns.at("currency"), fallback }
    }

    /// For files whose amounts are worth nothing without a currency.
    pub(crate) fn required(setup: &Setup<'_>) -> Result<Currencies, FormatError> {
        let currencies = Currencies::new(setup);
        match (currencies.column, currencies.fallback) {
            (None, None) => Err(FormatError::NoCurrency),
            _ => Ok(currencies),
        }
    }

    /// The row's currency; `None` when nobody names one.
    pub(crate) fn of(&self, rec: &Rec) -> Result<Option<Currency>, Problem> {
        match rec.get(self.column) {
            "" | "--" => Ok(self.fallback),
            code => Currency::parse(code)
                .map(Some)
                .map_err(|_| Problem::new(self.column, "Not a currency code; write three letters such as EUR")),
        }
    }
}

/// An order while its rows come in.
#[derive(Debug)]
pub(crate) struct OrderDraft {
    pub(crate) order: Order,
    pub(crate) rows: u32,
    pub(crate) last_row: u64,
    /// The first thing wrong with any of its rows. Half an order is wrong money, so it rejects all of them.
    pub(crate) bad: Option<Reject>,
}

impl OrderDraft {
    /// An order of which nothing but the number is known yet.
    pub(crate) fn new(order_id: &str) -> OrderDraft {
        let order = Order {
            order_id: order_id.to_owned(),
            kind: OrderKind::Sale,
            placed_at: InstantMs(0),
            customer_key: None,
            currency: Currency::parse("XXX").expect("three letters are a code"),
            country: None,
            discount_micros: 0,
            discount_code: None,
            shipping_micros: 0,
            tax_micros: 0,
            refunded_micros: 0,
            is_cancelled: false,
            marks: Default::default(),
            lines: Vec::new(),
        };
        OrderDraft { order, rows: 0, last_row: 0, bad: None }
    }

    /// Emits the order, or one reject that counts all its rows.
    pub(crate) fn emit(self, out: &mut Out) {
        match self.bad {
            None => out.row(Row::new(domain::facts::Fact::Order(self.order), self.rows, self.last_row)),
            Some(mut reject) => {
                reject.rows = self.rows;
                if self.rows > 1 {
                    reject.reason = format!(
                        "{}. The whole order {} ({} rows) was left out",
                        reject.reason, self.order.order_id, self.rows
                    );
                }
                out.reject(reject);
            }
        }
    }
}

/// What an export says of an order beside its money; tags stand in one cell with commas between them.
pub(crate) fn marks(tags: &str, source: &str, payment: &str) -> OrderMarks {
    let tags = tags.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
    OrderMarks { tags, source: source.to_owned(), payment: payment.to_owned() }
}

/// Words with which exports begin a totals row, in four languages.
pub(crate) fn is_total_word(text: &str) -> bool {
    let lower = text.trim().to_lowercase();
    const WORDS: [&str; 16] = [
        "total",
        "totals",
        "grand total",
        "gesamt",
        "gesamtsumme",
        "gesamtergebnis",
        "insgesamt",
        "summe",
        "summen",
        "totaux",
        "total général",
        "ensemble",
        "totales",
        "total general",
        "subtotal",
        "zwischensumme",
    ];
    let head = lower.split([':', '–']).next().unwrap_or("").trim();
    let bracketed = head.split(" (").next().unwrap_or("").trim();
    WORDS.contains(&lower.as_str()) || (lower.contains(':') && WORDS.contains(&head)) || WORDS.contains(&bracketed)
}

/// Titles of things that are charged but are not products, in four languages.
pub(crate) fn is_charge_title(title: &str) -> bool {
    let lower = title.trim().to_lowercase();
    const WHOLE: [&str; 26] = [
        "tip",
        "trinkgeld",
        "pourboire",
        "propina",
        "postage",
        "shipping",
        "shipping charge",
        "shipping fee",
        "delivery",
        "delivery fee",
        "versand",
        "versandkosten",
        "porto",
        "frais de port",
        "livraison",
        "envío",
        "gastos de envío",
        "shipping protection",
        "shipping insurance",
        "package protection",
        "carriage",
        "dotcom postage",
        "gift wrapping",
        "handling fee",
        "rounding",
        "donation",
    ];
    const PARTS: [&str; 9] = [
        "gift card",
        "giftcard",
        "gift voucher",
        "e-gift",
        "geschenkgutschein",
        "geschenkkarte",
        "carte cadeau",
        "chèque cadeau",
        "tarjeta regalo",
    ];
    // "Greeting & gift card set" is a product; a gift card's title begins or ends with the words.
    WHOLE.contains(&lower.as_str())
        || PARTS.iter().any(|part| {
            lower.starts_with(part)
                || lower.ends_with(part)
                || lower.contains(&format!("{part} ")) && lower.contains(['€', '$', '£'])
        })
}
