//! Orders: one row a line, order-level values on the order's first row only.

use domain::facts::{OrderKind, OrderLine};
use jiff::tz::TimeZone;

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

/// Assembles orders from consecutive rows of one number. Rows of an order that stand apart (a re-sorted file) have no
/// order-level values and are rejected with that reason.
pub(crate) struct Orders {
    fields: Fields,
    zone: TimeZone,
    draft: Option<OrderDraft>,
    /// Discounts of the lines and the subtotal of the order being read, which decide what `Discount Amount` contains.
    line_discounts: i64,
    subtotal: Option<i64>,
    is_voided: bool,
    /// Paid through the platform's test gateway: nobody bought anything, so its rows are skipped.
    is_test: bool,
}

struct Fields {
    order_id: Option<usize>,
    email: Option<usize>,
    phone: Option<usize>,
    status: Option<usize>,
    placed_at: Dates,
    cancelled_at: Option<usize>,
    payment_method: Option<usize>,
    tags: Option<usize>,
    source: Option<usize>,
    shipping_country: Option<usize>,
    billing_country: Option<usize>,
    discount_code: Option<usize>,
    title: Option<usize>,
    product_id: Option<usize>,
    currencies: Currencies,
    quantity: Numbers,
    unit_price: Numbers,
    line_discount: Numbers,
    subtotal: Numbers,
    discount: Numbers,
    shipping: Numbers,
    tax: Numbers,
    refunded: Numbers,
}

impl Orders {
    pub(crate) fn new(setup: &Setup<'_>) -> Result<Orders, FormatError> {
        let columns = setup.columns;
        // The platform writes the point in every language, but a spreadsheet in between may not have kept it.
        let numbers = |field: &str| Numbers::of(field, columns, setup.sample, setup.notation);
        Ok(Orders {
            fields: Fields {
                order_id: columns.at("order_id"),
                email: columns.at("email"),
                phone: columns.at("phone"),
                status: columns.at("financial_status"),
                placed_at: Dates::of("placed_at", columns, setup.sample, setup.notation.mark()),
                cancelled_at: columns.at("cancelled_at"),
                payment_method: columns.at("payment_method"),
                tags: columns.at("tags"),
                source: columns.at("source"),
                shipping_country: columns.at("shipping_country"),
                billing_country: columns.at("billing_country"),
                discount_code: columns.at("discount_code"),
                title: columns.at("title"),
                product_id: columns.at("product_id"),
                currencies: Currencies::required(setup)?,
                quantity: numbers("quantity"),
                unit_price: numbers("unit_price"),
                line_discount: numbers("line_discount"),
                subtotal: numbers("subtotal"),
                discount: numbers("discount"),
                shipping: numbers("shipping"),
                tax: numbers("tax"),
                refunded: numbers("refunded"),
            },
            zone: setup.options.zone.clone(),
            draft: None,
            line_discounts: 0,
            subtotal: None,
            is_voided: false,
            is_test: false,
        })
    }

    /// Emits the order read so far.
    fn flush(&mut self, out: &mut Out) {
        let (line_discounts, subtotal) = (std::mem::take(&mut self.line_discounts), self.subtotal.take());
        let (is_voided, is_test) = (std::mem::take(&mut self.is_voided), std::mem::take(&mut self.is_test));
        let Some(mut draft) = self.draft.take() else { return };
        if is_test {
            return (0..draft.rows).for_each(|_| out.skip());
        }
        let order = &mut draft.order;
        order.discount_micros = all_discounts(order.lines_micros(), order.discount_micros, line_discounts, subtotal);
        if is_voided {
            // Never paid: nothing was refunded because nothing came in, so the order nets to zero.
            let unpaid = i64::try_from(order.lines_micros()).unwrap_or(i64::MAX).saturating_sub(order.discount_micros);
            order.is_cancelled = true;
            order.refunded_micros = order.refunded_micros.max(unpaid);
        }
        let paid = |line: &OrderLine| line.quantity > 0 && line.unit_price_micros > 0;
        let back = |line: &OrderLine| line.amount_micros() < 0;
        order.kind = match () {
            () if order.lines.iter().any(paid) => OrderKind::Sale,
            () if order.lines.iter().any(back) => OrderKind::Cancellation,
            () => OrderKind::WriteOff,
        };
        draft.emit(out);
    }

    /// Order-level values: on the first row, empty on the others.
    fn head(&mut self, rec: &Rec) -> Result<(), Problem> {
        let fields = &self.fields;
        let Some(draft) = self.draft.as_mut() else { return Ok(()) };
        let order = &mut draft.order;
        if rec.get(fields.placed_at.column()).is_empty() {
            let reason = "The order has no date; keep the rows of an order together as they were exported";
            return Err(Problem::new(fields.placed_at.column(), reason));
        }
        order.placed_at = fields.placed_at.when(rec)?.instant(&self.zone);
        order.customer_key = person_key(rec.get(fields.email), rec.get(fields.phone));
        order.currency = fields
            .currencies
            .of(rec)?
            .ok_or_else(|| Problem::new(None, "The order has no currency; fill it in or set the brand's currency"))?;
        order.country =
            some_text(rec.get(fields.shipping_country)).or_else(|| some_text(rec.get(fields.billing_country)));
        order.discount_code = some_text(rec.get(fields.discount_code));
        order.discount_micros = fields.discount.amount(rec)?.unwrap_or(0).abs();
        order.shipping_micros = fields.shipping.amount(rec)?.unwrap_or(0).abs();
        order.tax_micros = fields.tax.amount(rec)?.unwrap_or(0).abs();
        order.refunded_micros = fields.refunded.amount(rec)?.unwrap_or(0).abs();
        order.is_cancelled = !rec.get(fields.cancelled_at).is_empty();
        order.marks = marks(rec.get(fields.tags), rec.get(fields.source), rec.get(fields.payment_method));
        self.subtotal = fields.subtotal.amount(rec)?;
        self.is_voided = rec.get(fields.status).eq_ignore_ascii_case("voided");
        Ok(())
    }

    fn line(&mut self, rec: &Rec) -> Result<(), Problem> {
        let fields = &self.fields;
        let Some(draft) = self.draft.as_mut() else { return Ok(()) };
        let empty = |numbers: &Numbers, what: &str| {
            let reason = format!("The {what} of the line is empty; fill it in");
            Problem::new(numbers.column(), reason)
        };
        let quantity = fields.quantity.count(rec)?.ok_or_else(|| empty(&fields.quantity, "quantity"))?;
        let price = fields.unit_price.amount(rec)?.ok_or_else(|| empty(&fields.unit_price, "price"))?;
        if quantity.checked_mul(price).is_none() {
            return Err(Problem::new(fields.unit_price.column(), "Quantity times price is too large; correct the row"));
        }
        let title = rec.get(fields.title);
        let product_id = some_text(rec.get(fields.product_id)).or_else(|| some_text(title));
        let Some(product_id) = product_id else {
            return Err(Problem::new(fields.title, "The line names no product; fill in its SKU or name"));
        };
        let discount = fields.line_discount.amount(rec)?.unwrap_or(0).abs();
        self.line_discounts = self.line_discounts.saturating_add(discount);
        draft.order.lines.push(OrderLine {
            product_id,
            title: title.to_owned(),
            quantity,
            unit_price_micros: price,
            is_product: !is_charge_title(title),
        });
        Ok(())
    }

    fn add(&mut self, rec: &Rec, is_first: bool) -> Result<(), Problem> {
        if is_first {
            self.is_test = rec.get(self.fields.payment_method).to_lowercase().contains("bogus gateway");
            self.head(rec)?;
        }
        self.line(rec)
    }
}

/// `Discount Amount` holds the order's codes and automatic discounts; discounts put on a line by hand or by an app stand
/// in `Lineitem discount` and, depending on the shop's age, in both. The subtotal decides: it is the lines less every
/// discount. Without a subtotal that settles it, line discounts are added only when the order's amount is smaller
/// than their sum and so cannot contain them.
fn all_discounts(lines: i128, order: i64, of_lines: i64, subtotal: Option<i64>) -> i64 {
    let both = order.saturating_add(of_lines);
    if of_lines == 0 {
        return order;
    }
    match subtotal.map(|subtotal| lines - i128::from(subtotal)) {
        Some(given) if given == i128::from(order) => order,
        Some(given) if given == i128::from(both) => both,
        _ if order < of_lines => both,
        _ => order,
    }
}

impl Assemble for Orders {
    fn take(&mut self, rec: &Rec, shape: Option<Problem>, columns: &Columns, out: &mut Out) {
        let id = rec.get(self.fields.order_id);
        if id.is_empty() {
            self.flush(out);
            return out.reject(rec.reject(columns, self.fields.order_id, "The order number is empty; fill it in"));
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
