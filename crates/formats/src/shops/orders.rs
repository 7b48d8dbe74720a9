//! Orders: a row a line with the order's values on each row or on the first, or (BigCommerce) a row an order.

use domain::{
    decimal::{DecimalMark, parse_micros},
    facts::{OrderKind, OrderLine},
};
use jiff::tz::TimeZone;

use super::details;
use crate::{
    columns::Columns,
    common::{Currencies, OrderDraft, is_charge_title, marks},
    dates::Dates,
    error::FormatError,
    numbers::Numbers,
    reader::{Assemble, Out, Setup},
    records::{Problem, Rec},
    texts::{person_key, some_text},
};

/// Statuses of orders that nobody paid. WooCommerce leaves `pending`, `failed` and `cancelled` out of its own reports
/// (<https://woocommerce.com/document/woocommerce-analytics/#analytics-settings>), and counts `on-hold`.
const UNPAID: [&str; 12] = [
    "pending",
    "pendingpayment",
    "failed",
    "cancelled",
    "canceled",
    "draft",
    "checkoutdraft",
    "trash",
    "autodraft",
    "incomplete",
    "declined",
    "awaitingpayment",
];

/// Two totals of an order are the same up to this, in millionths: a cent a line is lost in rounding.
const ROUNDING_MICROS: i128 = 20_000;

/// Assembles orders from consecutive rows of one number.
pub(crate) struct Orders {
    text: [Option<usize>; 14],
    placed_at: Dates,
    currencies: Currencies,
    zone: TimeZone,
    quantity: Numbers,
    net_quantity: Numbers,
    unit_price: Numbers,
    line_subtotal: Numbers,
    line_total: Numbers,
    amounts: [Numbers; 7],
    draft: Option<OrderDraft>,
    head: Head,
}

const TEXT: [&str; 14] = [
    "order_id",
    "status",
    "email",
    "phone",
    "customer_id",
    "shipping_country",
    "billing_country",
    "discount_code",
    "title",
    "product_id",
    "details",
    "tags",
    "source",
    "payment_method",
];

/// Index of each text column.
#[derive(Clone, Copy)]
enum Text {
    OrderId,
    Status,
    Email,
    Phone,
    Customer,
    ShipTo,
    BillTo,
    Code,
    Title,
    Sku,
    Details,
    Tags,
    Source,
    Payment,
}
const AMOUNTS: [&str; 7] = ["discount", "shipping", "tax", "refunded", "total", "subtotal", "fees"];

/// What the order's rows say beside its lines.
#[derive(Default)]
struct Head {
    total: Option<i64>,
    subtotal: Option<i64>,
    fees: i64,
    status: String,
}

impl Orders {
    pub(crate) fn new(setup: &Setup<'_>) -> Result<Orders, FormatError> {
        let columns = setup.columns;
        let numbers = |field: &str| Numbers::of(field, columns, setup.sample, setup.notation);
        Ok(Orders {
            text: TEXT.map(|field| columns.at(field)),
            placed_at: Dates::of("placed_at", columns, setup.sample, setup.notation.mark()),
            currencies: Currencies::required(setup)?,
            zone: setup.options.zone.clone(),
            quantity: numbers("quantity"),
            net_quantity: numbers("net_quantity"),
            unit_price: numbers("unit_price"),
            line_subtotal: numbers("line_subtotal"),
            line_total: numbers("line_total"),
            amounts: AMOUNTS.map(numbers),
            draft: None,
            head: Head::default(),
        })
    }

    fn get<'r>(&self, rec: &'r Rec, column: Text) -> &'r str {
        rec.get(self.text[column as usize])
    }

    /// Order-level values, from the first row.
    fn head(&mut self, rec: &Rec) -> Result<(), Problem> {
        if rec.get(self.placed_at.column()).is_empty() {
            let reason = "The order has no date; keep the rows of an order together as they were exported";
            return Err(Problem::new(self.placed_at.column(), reason));
        }
        let placed_at = self.placed_at.when(rec)?.instant(&self.zone);
        let currency = self.currencies.of(rec)?;
        let currency = currency
            .ok_or_else(|| Problem::new(None, "The order has no currency; fill it in or set the brand's currency"))?;
        let mut amounts = [None; 7];
        for (amount, numbers) in amounts.iter_mut().zip(&self.amounts) {
            *amount = numbers.amount(rec)?;
        }
        let [discount, shipping, tax, refunded, total, subtotal, fees] = amounts;
        let numbered = some_text(self.get(rec, Text::Customer)).filter(|id| id != "0");
        let customer_key = person_key(self.get(rec, Text::Email), self.get(rec, Text::Phone)).or(numbered);
        let country = some_text(self.get(rec, Text::ShipTo)).or_else(|| some_text(self.get(rec, Text::BillTo)));
        let code = coupon(self.get(rec, Text::Code));
        let status: String = self.get(rec, Text::Status).chars().filter(char::is_ascii_alphabetic).collect();
        let status = status.to_lowercase();
        let status = status.strip_prefix("wc").unwrap_or(&status).to_owned();
        self.head = Head { total, subtotal, fees: fees.unwrap_or(0), status };
        let marks = marks(self.get(rec, Text::Tags), self.get(rec, Text::Source), self.get(rec, Text::Payment));
        if let Some(draft) = self.draft.as_mut() {
            let order = &mut draft.order;
            order.placed_at = placed_at;
            order.currency = currency;
            order.customer_key = customer_key;
            order.country = country;
            order.discount_code = code;
            order.discount_micros = discount.unwrap_or(0).saturating_abs();
            order.shipping_micros = shipping.unwrap_or(0).saturating_abs();
            order.tax_micros = tax.unwrap_or(0).saturating_abs();
            order.refunded_micros = refunded.unwrap_or(0).saturating_abs();
            order.marks = marks;
        }
        Ok(())
    }

    /// The lines of a row: one, or all of the order.
    fn lines(&self, rec: &Rec) -> Result<Vec<OrderLine>, Problem> {
        let cell = self.get(rec, Text::Details);
        if self.text[Text::Title as usize].is_some() && !self.get(rec, Text::Title).is_empty() {
            return Ok(vec![self.line(rec)?]);
        }
        let lines = details::parse(cell);
        if lines.is_empty() {
            let column = self.text[Text::Details as usize].or(self.text[Text::Title as usize]);
            return Err(Problem::new(column, "The row names no product; export the orders with their products"));
        }
        lines.into_iter().map(|detail| self.detail(detail)).collect()
    }

    fn line(&self, rec: &Rec) -> Result<OrderLine, Problem> {
        let column = if self.quantity.column().is_some() { &self.quantity } else { &self.net_quantity };
        let quantity = column.count(rec)?.unwrap_or(1);
        let price = match (self.line_subtotal.amount(rec)?, self.unit_price.amount(rec)?, self.line_total.amount(rec)?)
        {
            (Some(subtotal), ..) if quantity != 0 => divided(subtotal, quantity),
            (_, Some(price), _) => price,
            (_, None, Some(total)) if quantity != 0 => divided(total, quantity),
            (_, None, _) if quantity == 0 => 0,
            _ => return Err(Problem::new(self.unit_price.column(), "The price of the line is empty; fill it in")),
        };
        if quantity.checked_mul(price).is_none() {
            return Err(Problem::new(self.unit_price.column(), "Quantity times price is too large; correct the row"));
        }
        let title = self.get(rec, Text::Title);
        let product_id = some_text(self.get(rec, Text::Sku)).unwrap_or_else(|| title.to_owned());
        let is_product = !is_charge_title(title);
        Ok(OrderLine { product_id, title: title.to_owned(), quantity, unit_price_micros: price, is_product })
    }

    fn detail(&self, detail: details::Detail) -> Result<OrderLine, Problem> {
        let bad = |what: &str| {
            Problem::new(self.text[Text::Details as usize], format!("The {what} of a product cannot be read"))
        };
        let quantity: i64 = detail.quantity.parse().map_err(|_| bad("quantity"))?;
        let price = parse_micros(&detail.unit_price, DecimalMark::Point).map_err(|_| bad("unit price"))?;
        if detail.name.is_empty() && detail.sku.is_empty() {
            return Err(bad("name"));
        }
        quantity.checked_mul(price).ok_or_else(|| bad("amount"))?;
        let product_id = some_text(&detail.sku).unwrap_or_else(|| detail.name.clone());
        let is_product = !is_charge_title(&detail.name);
        Ok(OrderLine { product_id, title: detail.name, quantity, unit_price_micros: price, is_product })
    }

    fn add(&mut self, rec: &Rec, is_first: bool) -> Result<(), Problem> {
        if is_first {
            self.head(rec)?;
        }
        let lines = self.lines(rec)?;
        if let Some(draft) = self.draft.as_mut() {
            draft.order.lines.extend(lines);
        }
        Ok(())
    }

    /// Emits the order read so far, its discount and refund settled by its totals.
    fn flush(&mut self, out: &mut Out) {
        let head = std::mem::take(&mut self.head);
        let Some(mut draft) = self.draft.take() else { return };
        let order = &mut draft.order;
        let lines = order.lines_micros();
        let charged = i128::from(order.shipping_micros) + i128::from(head.fees);
        let is_total = |sum: i128| {
            let is = |total: i64| (sum - i128::from(total)).abs() <= ROUNDING_MICROS * (1 + order.lines.len() as i128);
            // Prices with and without tax.
            head.total.is_some_and(is) || head.total.map(|t| t.saturating_sub(order.tax_micros)).is_some_and(is)
        };
        if order.discount_micros > 0 && is_total(lines + charged) {
            // The prices are those after the discount: it must not be taken off again.
            order.discount_micros = 0;
        }
        if let (0, Some(_), Some(subtotal), Some(total)) =
            (order.discount_micros, &order.discount_code, head.subtotal, head.total)
        {
            let given = i128::from(subtotal) + charged - i128::from(total);
            order.discount_micros = i64::try_from(given.max(0)).unwrap_or(0);
        }
        let is_net = self.quantity.column().is_none() && self.net_quantity.column().is_some();
        let sums_up = is_total(lines + charged - i128::from(order.discount_micros));
        if is_net && order.refunded_micros > 0 && !sums_up {
            // The refunded units are already left out of the lines.
            order.refunded_micros = 0;
        }
        let paid = i64::try_from(lines).unwrap_or(i64::MAX).saturating_sub(order.discount_micros).max(0);
        if UNPAID.contains(&head.status.as_str()) {
            // Nothing came in: the order nets to zero.
            order.is_cancelled = true;
            order.refunded_micros = order.refunded_micros.max(paid);
        } else if head.status == "refunded" && order.refunded_micros == 0 {
            order.refunded_micros = paid;
        }
        let sold = |line: &OrderLine| line.quantity > 0 && line.unit_price_micros > 0;
        let back = |line: &OrderLine| line.amount_micros() < 0;
        order.kind = match () {
            () if order.lines.iter().any(sold) => OrderKind::Sale,
            () if order.lines.iter().any(back) => OrderKind::Cancellation,
            () => OrderKind::WriteOff,
        };
        draft.emit(out);
    }
}

/// `Coupon Code: SAVE10, Coupon Value: 5.00` and the plain code.
fn coupon(text: &str) -> Option<String> {
    let code = text.split_once("Coupon Code:").map_or(text, |(_, rest)| rest);
    some_text(code.split([',', ';', '|']).next().unwrap_or(""))
}

/// Half away from zero; `quantity` is not 0.
fn divided(amount: i64, quantity: i64) -> i64 {
    let (amount, quantity) = (i128::from(amount), i128::from(quantity));
    let magnitude = (2 * amount.abs() + quantity.abs()) / (2 * quantity.abs());
    let sign = if (amount < 0) == (quantity < 0) { 1 } else { -1 };
    i64::try_from(sign * magnitude).unwrap_or(0)
}

impl Assemble for Orders {
    fn take(&mut self, rec: &Rec, shape: Option<Problem>, columns: &Columns, out: &mut Out) {
        let id = self.get(rec, Text::OrderId);
        if id.is_empty() {
            self.flush(out);
            return out.reject(rec.reject(
                columns,
                self.text[Text::OrderId as usize],
                "The order number is empty; fill it in",
            ));
        }
        let is_first = self.draft.as_ref().is_none_or(|draft| draft.order.order_id != id);
        if is_first {
            self.flush(out);
        }
        let draft = self.draft.get_or_insert_with(|| OrderDraft::new(id));
        draft.rows += 1;
        draft.last_row = rec.row;
        if draft.bad.is_some() {
            return;
        }
        let result = match shape {
            Some(problem) => Err(problem),
            None => self.add(rec, is_first),
        };
        if let (Err(problem), Some(draft)) = (result, self.draft.as_mut()) {
            draft.bad = Some(rec.reject(columns, problem.column, problem.reason));
        }
    }

    fn finish(&mut self, _: &Columns, out: &mut Out) {
        self.flush(out);
    }
}
