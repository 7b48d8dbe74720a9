//! Order lines of any shop, one line a row, lines of one order anywhere within a window.

use std::collections::{HashMap, VecDeque};

use domain::facts::{Order, OrderKind, OrderLine};
use jiff::tz::TimeZone;

use crate::{
    columns::Columns,
    common::{Currencies, OrderDraft, is_charge_title, is_total_word},
    dates::{Dates, When},
    error::FormatError,
    numbers::Numbers,
    reader::{Assemble, Out, Setup},
    records::{Problem, Rec},
};

/// An order is released when this many rows have passed since its last line. Lines of one order in the public Online
/// Retail file are up to 327 rows apart. When an order comes up again later still, it is emitted again under the same
/// number, and who stores orders has to put the two together.
const WINDOW_ROWS: u64 = 2_000;

/// Assembles orders out of lines.
pub(crate) struct Transactions {
    fields: Fields,
    zone: TimeZone,
    /// Whether `C…` and `A…` in front of a number say cancellation and adjustment: true when other orders of the file
    /// have plain numbers, since some shops begin every order number with such a letter.
    prefixes_mean_kind: bool,
    by_id: HashMap<String, usize>,
    slots: Vec<Option<OrderDraft>>,
    free: Vec<usize>,
    /// Rows with the slot they went to, oldest first.
    touched: VecDeque<(u64, usize)>,
    last_when: (String, Option<When>),
}

struct Fields {
    order_id: Option<usize>,
    placed_at: Dates,
    time: Option<usize>,
    product_id: Option<usize>,
    title: Option<usize>,
    quantity: Numbers,
    unit_price: Numbers,
    line_total: Numbers,
    customer_id: Option<usize>,
    country: Option<usize>,
    currencies: Currencies,
    line_discount: Numbers,
    discount_code: Option<usize>,
    order_amounts: [Numbers; 4],
    /// Whether codes of one or two characters (`M`, `C2`) are charges: true where real codes are longer.
    short_codes_are_special: bool,
}

impl Transactions {
    pub(crate) fn new(setup: &Setup<'_>) -> Result<Transactions, FormatError> {
        let columns = setup.columns;
        let numbers = |field: &str| Numbers::of(field, columns, setup.sample, setup.notation);
        let order_id = columns.at("order_id");
        let codes = setup.sample.iter().map(|rec| rec.get(columns.at("product_id")));
        let short = codes.filter(|code| code.len() <= 2).count();
        Ok(Transactions {
            prefixes_mean_kind: setup
                .sample
                .iter()
                .any(|rec| rec.get(order_id).starts_with(|c: char| c.is_ascii_digit())),
            fields: Fields {
                order_id,
                placed_at: Dates::of("placed_at", columns, setup.sample, setup.notation.mark()),
                time: columns.at("time"),
                product_id: columns.at("product_id"),
                title: columns.at("title"),
                quantity: numbers("quantity"),
                unit_price: numbers("unit_price"),
                line_total: numbers("line_total"),
                customer_id: columns.at("customer_id"),
                country: columns.at("country"),
                currencies: Currencies::required(setup)?,
                line_discount: numbers("line_discount"),
                discount_code: columns.at("discount_code"),
                order_amounts: ["order_discount", "order_shipping", "order_tax", "order_refunded"].map(numbers),
                short_codes_are_special: short * 4 <= setup.sample.len(),
            },
            zone: setup.options.zone.clone(),
            by_id: HashMap::new(),
            slots: Vec::new(),
            free: Vec::new(),
            touched: VecDeque::new(),
            last_when: (String::new(), None),
        })
    }

    /// Releases the orders whose last line is older than the window; all of them without a row.
    fn release(&mut self, row: Option<u64>, out: &mut Out) {
        while let Some(&(touched, slot)) = self.touched.front() {
            if row.is_some_and(|row| touched + WINDOW_ROWS > row) {
                return;
            }
            self.touched.pop_front();
            let is_last = |draft: &mut OrderDraft| draft.last_row == touched;
            if let Some(mut draft) = self.slots[slot].take_if(is_last) {
                self.by_id.remove(&draft.order.order_id);
                self.free.push(slot);
                draft.order.kind = self.kind_of(&draft.order);
                draft.emit(out);
            }
        }
    }

    /// The definitions of the shared data README, and for other files: only negative amounts are a cancellation.
    fn kind_of(&self, order: &Order) -> OrderKind {
        if self.prefixes_mean_kind {
            let (first, digits) = order.order_id.split_at(order.order_id.chars().next().map_or(0, char::len_utf8));
            let numbered = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            match first {
                "C" | "c" if numbered => return OrderKind::Cancellation,
                "A" | "a" if numbered => return OrderKind::Adjustment,
                _ => {}
            }
        }
        let paid = |line: &OrderLine| line.quantity > 0 && line.unit_price_micros > 0;
        let back = |line: &OrderLine| line.amount_micros() < 0;
        match () {
            () if order.lines.iter().any(paid) => OrderKind::Sale,
            () if order.lines.iter().any(back) => OrderKind::Cancellation,
            () => OrderKind::WriteOff,
        }
    }

    fn when(&mut self, rec: &Rec) -> Result<When, Problem> {
        let text = rec.get(self.fields.placed_at.column());
        let clock = rec.get(self.fields.time);
        if let (true, Some(when)) = (clock.is_empty() && self.last_when.0 == text, self.last_when.1) {
            return Ok(when);
        }
        let mut when = self.fields.placed_at.when(rec)?;
        if let (When::Local(local), false) = (when, clock.is_empty()) {
            let time = Dates::time_of_day(clock)
                .ok_or_else(|| Problem::new(self.fields.time, "Not a time of day; write it like 14:05"))?;
            when = When::Local(local.date().to_datetime(time));
        } else {
            self.last_when.0.clear();
            self.last_when.0.push_str(text);
            self.last_when.1 = Some(when);
        }
        Ok(when)
    }

    /// Adds one row to its order.
    fn add(&mut self, rec: &Rec, slot: usize) -> Result<(), Problem> {
        let when = self.when(rec)?.instant(&self.zone);
        let fields = &self.fields;
        let Some(draft) = self.slots[slot].as_mut() else { return Ok(()) };
        let order = &mut draft.order;
        let is_first = draft.rows == 1;
        // Lines of one order may differ by a minute; the earliest counts, so that their order in the file does not.
        order.placed_at = if is_first { when } else { order.placed_at.min(when) };
        let currency = fields.currencies.of(rec)?;
        match currency {
            None => return Err(Problem::new(None, "The row has no currency; fill it in or set the brand's currency")),
            Some(currency) if !is_first && currency != order.currency => {
                return Err(Problem::new(
                    None,
                    format!("The order has lines in {} and {currency}; split it", order.currency),
                ));
            }
            Some(currency) => order.currency = currency,
        }
        if order.customer_key.is_none() {
            order.customer_key = customer_key(rec.get(fields.customer_id));
        }
        if order.country.is_none() {
            order.country = some_text(rec.get(fields.country));
        }
        if order.discount_code.is_none() {
            order.discount_code = some_text(rec.get(fields.discount_code));
        }
        let line_discount = fields.line_discount.amount(rec)?.unwrap_or(0).abs();
        order.discount_micros = order.discount_micros.saturating_add(line_discount);
        if is_first {
            let [discount, shipping, tax, refunded] = &fields.order_amounts;
            order.discount_micros += discount.amount(rec)?.unwrap_or(0).abs();
            order.shipping_micros = shipping.amount(rec)?.unwrap_or(0).abs();
            order.tax_micros = tax.amount(rec)?.unwrap_or(0).abs();
            order.refunded_micros = refunded.amount(rec)?.unwrap_or(0).abs();
        }
        fields.lines(rec, &mut order.lines)
    }
}

impl Fields {
    fn lines(&self, rec: &Rec, lines: &mut Vec<OrderLine>) -> Result<(), Problem> {
        let title = rec.get(self.title);
        // The code counts as written, white space included: that is how the shop's own figures count it.
        let code = rec.raw(self.product_id);
        let product_id = if code.trim().is_empty() { title } else { code };
        if product_id.is_empty() {
            let column = self.product_id.or(self.title);
            return Err(Problem::new(column, "The line names no product; fill in its code or title"));
        }
        let quantity = match self.quantity.column() {
            None => 1,
            column => self
                .quantity
                .count(rec)?
                .ok_or_else(|| Problem::new(column, "The quantity is empty; fill it in, like 1"))?,
        };
        let is_special = is_special_code(product_id) && (product_id.len() > 2 || self.short_codes_are_special);
        let is_product = !is_special && !is_charge_title(title);
        let mut push = |quantity: i64, unit_price_micros: i64| {
            lines.push(OrderLine {
                product_id: product_id.to_owned(),
                title: title.to_owned(),
                quantity,
                unit_price_micros,
                is_product,
            });
        };
        if let Some(price) = self.unit_price.amount(rec)? {
            quantity.checked_mul(price).ok_or_else(|| {
                Problem::new(self.unit_price.column(), "Quantity times price is too large; correct the row")
            })?;
            push(quantity, price);
            return Ok(());
        }
        let column = self.unit_price.column().or(self.line_total.column());
        let total = self
            .line_total
            .amount(rec)?
            .ok_or_else(|| Problem::new(column, "The price is empty; fill it in, 0 where nothing was charged"))?;
        // A total that its units do not divide is kept exact: some units carry one millionth more.
        let (units, sign) = (quantity.abs().max(1), if quantity < 0 { -1 } else { 1 });
        let each = total.abs().div_euclid(units);
        let rest = total.abs().rem_euclid(units);
        let price_sign = if (total < 0) == (sign < 0) { 1 } else { -1 };
        push(sign * (units - rest), price_sign * each);
        if rest > 0 {
            push(sign * rest, price_sign * (each + 1));
        }
        Ok(())
    }
}

impl Assemble for Transactions {
    fn take(&mut self, rec: &Rec, shape: Option<Problem>, columns: &Columns, out: &mut Out) {
        self.release(Some(rec.row), out);
        let id = rec.get(self.fields.order_id);
        if rec.get(self.fields.placed_at.column()).is_empty()
            && (0..2).any(|column| is_total_word(rec.get(Some(column))))
        {
            return out.skip();
        }
        if id.is_empty() {
            let reason = "The order number is empty; fill it in";
            return out.reject(rec.reject(columns, self.fields.order_id, reason));
        }
        let slot = match self.by_id.get(id) {
            Some(&slot) => slot,
            None => {
                let slot = self.free.pop().unwrap_or_else(|| {
                    self.slots.push(None);
                    self.slots.len() - 1
                });
                self.by_id.insert(id.to_owned(), slot);
                self.slots[slot] = Some(OrderDraft::new(id));
                slot
            }
        };
        self.touched.push_back((rec.row, slot));
        if let Some(draft) = self.slots[slot].as_mut() {
            draft.rows += 1;
            draft.last_row = rec.row;
            if draft.bad.is_some() {
                return;
            }
        }
        let result = match shape {
            Some(problem) => Err(problem),
            None => self.add(rec, slot),
        };
        if let (Err(problem), Some(draft)) = (result, self.slots[slot].as_mut()) {
            draft.bad = Some(rec.reject(columns, problem.column, problem.reason));
        }
    }

    fn finish(&mut self, _: &Columns, out: &mut Out) {
        self.release(None, out);
    }
}

fn some_text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// `13085.0` (a number that went through a spreadsheet) is `13085`; e-mail addresses are lower case.
fn customer_key(text: &str) -> Option<String> {
    let whole = text.strip_suffix(".0").filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    match whole.unwrap_or(text) {
        "" | "nan" | "NaN" | "null" | "NULL" => None,
        email if email.contains('@') => Some(email.to_lowercase()),
        key => Some(key.to_owned()),
    }
}

/// Codes that shops use for postage, fees, samples, corrections, vouchers and tests instead of products. Exact, because
/// real codes come close (`DCGS0058`, `TESTER-30ML`, `GIFTBOX`).
fn is_special_code(code: &str) -> bool {
    const CODES: [&str; 20] = [
        "POST",
        "POSTAGE",
        "M",
        "MANUAL",
        "DOT",
        "D",
        "DISCOUNT",
        "BANK CHARGES",
        "S",
        "SAMPLE",
        "PADS",
        "AMAZONFEE",
        "GIFT",
        "B",
        "CRUK",
        "C2",
        "C3",
        "SHIPPING",
        "SHIP",
        "FEE",
    ];
    let code = code.trim();
    if CODES.iter().any(|special| special.eq_ignore_ascii_case(code)) {
        return true;
    }
    let after = |prefix: &str| {
        code.get(..prefix.len()).filter(|head| head.eq_ignore_ascii_case(prefix)).map(|_| &code[prefix.len()..])
    };
    let is_number = |rest: &str, least: usize| rest.len() >= least && rest.bytes().all(|byte| byte.is_ascii_digit());
    after("ADJUST").is_some_and(|rest| is_number(rest, 0))
        || after("TEST").is_some_and(|rest| is_number(rest, 0))
        || after("gift_").is_some_and(|rest| rest.split('_').all(|part| is_number(part, 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_codes_are_not_products_and_products_are() {
        for code in
            ["POST", "M", "m", "D", "ADJUST", "ADJUST2", "BANK CHARGES", "gift_0001_30", "TEST001", "GIFT", "C2", "B"]
        {
            assert!(is_special_code(code), "{code}");
        }
        for code in [
            "85123A",
            "DCGS0058",
            "DCGSSBOY",
            "SP1002",
            "47503J ",
            "GIFTBOX-01",
            "gift_set",
            "TESTER30",
            "POSTER",
            "BAG",
            "MUG",
        ] {
            assert!(!is_special_code(code), "{code}");
        }
    }

    #[test]
    fn customer_keys_are_tidied() {
        let cases = [
            ("13085.0", Some("13085")),
            ("13085", Some("13085")),
            ("", None),
            ("A.B@X.org", Some("a.b@x.org")),
            ("v1.0", Some("v1.0")),
        ];
        for (text, want) in cases {
            assert_eq!(customer_key(text).as_deref(), want, "{text}");
        }
    }
}
