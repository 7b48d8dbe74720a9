//! Events of visitors as files: one JSON object a line, or a table with a row per product of an event.

use domain::{
    InstantMs,
    event::{Event, EventName, EventProduct, Shown},
    facts::Fact,
};
use jiff::tz::TimeZone;

use crate::{
    columns::Columns,
    dates::Dates,
    numbers::Numbers,
    reader::{Assemble, Out, Row, Setup},
    records::{Problem, Rec},
    segment,
};

/// One JSON object a line.
pub(crate) struct Lines;

impl Assemble for Lines {
    fn take(&mut self, rec: &Rec, _: Option<Problem>, columns: &Columns, out: &mut Out) {
        let read = serde_json::from_str(rec.get(Some(0)))
            .map_err(|error| format!("The line is no JSON object: {error}"))
            .and_then(|value| {
                segment::event(&value, None).map_err(|reason| format!("The event was left out: {reason}"))
            });
        match read {
            Ok(event) => out.row(Row::new(Fact::Event(event), 1, rec.row)),
            Err(reason) => {
                let mut reject = rec.reject(columns, None, reason);
                reject.value = rec.get(Some(0)).chars().take(200).collect();
                out.reject(reject);
            }
        }
    }

    fn finish(&mut self, _: &Columns, _: &mut Out) {}
}

/// A table. Rows that follow each other with one message id, or with one order of a visitor at one moment, are one event.
pub(crate) struct Table {
    event: Option<usize>,
    timestamp: Dates,
    texts: [Option<usize>; 8],
    quantity: Numbers,
    price: Numbers,
    zone: TimeZone,
    /// The event whose rows come in, with how many there were and the last of them.
    open: Option<(Event, u32, u64)>,
}

/// Fields that are taken as they are, in the order of [`Table::texts`].
const TEXTS: [&str; 8] =
    ["message_id", "anonymous_id", "user_id", "product_id", "order_id", "placement", "change_id", "arm"];

impl Table {
    pub(crate) fn new(setup: &Setup<'_>) -> Table {
        let columns = setup.columns;
        let numbers = |field: &str| Numbers::of(field, columns, setup.sample, setup.notation);
        Table {
            event: columns.at("event"),
            timestamp: Dates::of("timestamp", columns, setup.sample, setup.notation.mark()),
            texts: TEXTS.map(|field| columns.at(field)),
            quantity: numbers("quantity"),
            price: numbers("price"),
            zone: setup.options.zone.clone(),
            open: None,
        }
    }

    fn read(&self, rec: &Rec) -> Result<Event, Problem> {
        let name = EventName::parse(rec.get(self.event)).ok_or_else(|| {
            let names: Vec<&str> = EventName::ALL.iter().map(|name| name.spec()).collect();
            Problem::new(self.event, format!("Not an event that is taken; the names are {}", names.join(", ")))
        })?;
        let [message_id, anonymous_id, user_id, product_id, order_id, placement, change, arm] =
            self.texts.map(|column| Some(rec.get(column)).filter(|text| !text.is_empty()).map(str::to_owned));
        let at: InstantMs = match segment::parse_instant(rec.get(self.timestamp.column())) {
            Some(instant) => instant,
            None => self.timestamp.when(rec)?.instant(&self.zone),
        };
        let quantity = self.quantity.count(rec)?.unwrap_or(1);
        let price_micros = self.price.amount(rec)?;
        let products = product_id.into_iter().map(|product_id| EventProduct { product_id, quantity, price_micros });
        let event = Event {
            message_id: message_id.unwrap_or_default(),
            name,
            at,
            anonymous_id,
            user_id,
            products: products.collect(),
            order_id,
            shown: Shown { placement, change, arm },
        };
        event.check().map_err(|reason| Problem::new(None, format!("The event was left out: {reason}")))?;
        Ok(event)
    }

    fn emit(&mut self, out: &mut Out) {
        let Some((mut event, rows, last_row)) = self.open.take() else { return };
        if event.message_id.is_empty() {
            event.message_id = event.derive_id();
        }
        out.row(Row::new(Fact::Event(event), rows, last_row));
    }
}

/// Whether two rows are of one event.
fn is_same(a: &Event, b: &Event) -> bool {
    let ids = a.message_id == b.message_id
        && (!a.message_id.is_empty() || (a.order_id.is_some() && a.order_id == b.order_id));
    let same = (a.name, a.at, &a.anonymous_id, &a.user_id) == (b.name, b.at, &b.anonymous_id, &b.user_id);
    ids && same && a.products.len() < domain::event::MOST_PRODUCTS
}

impl Assemble for Table {
    fn take(&mut self, rec: &Rec, shape: Option<Problem>, columns: &Columns, out: &mut Out) {
        let read = match shape {
            Some(problem) => Err(problem),
            None => self.read(rec),
        };
        match (read, &mut self.open) {
            (Ok(event), Some((open, rows, last_row))) if is_same(open, &event) => {
                // A row again as it was is a copy, not one more unit.
                for product in event.products {
                    if !open.products.contains(&product) {
                        open.products.push(product);
                    }
                }
                (*rows, *last_row) = (*rows + 1, rec.row);
            }
            (Ok(event), _) => {
                self.emit(out);
                self.open = Some((event, 1, rec.row));
            }
            (Err(problem), _) => {
                self.emit(out);
                out.reject(rec.reject(columns, problem.column, problem.reason));
            }
        }
    }

    fn finish(&mut self, _: &Columns, out: &mut Out) {
        self.emit(out);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::{ReadOptions, Reject, Source, open};

    fn read(text: &str) -> (Vec<(Event, u32)>, Vec<Reject>) {
        let mut reader =
            open(Source::Events, Cursor::new(text.as_bytes().to_vec()), &ReadOptions::default()).expect("readable");
        let (mut events, mut rejects) = (Vec::new(), Vec::new());
        for item in reader.by_ref() {
            match item {
                Ok(Row { fact: Fact::Event(event), rows, .. }) => events.push((event, rows)),
                Ok(other) => panic!("{other:?}"),
                Err(reject) => rejects.push(reject),
            }
        }
        let counted = events.iter().map(|(_, rows)| u64::from(*rows)).sum::<u64>() + rejects.len() as u64;
        assert_eq!(reader.rows_read(), counted + reader.rows_skipped());
        (events, rejects)
    }

    #[test]
    fn lines_of_json() {
        let (events, rejects) = read(
            "\u{feff}{\"event\":\"Product Viewed\",\"anonymousId\":\"a\",\"timestamp\":\"2026-01-01T10:00:00Z\",\"properties\":{\"sku\":\"X\"}}\r\n\
             \n{\"event\":\"Cart Viewed\",\"timestamp\":\"2026-01-01T10:00:00Z\"}\nnonsense\n\
             {\"event\":\"Checkout Started\",\"userId\":\"u\",\"timestamp\":1767261600}",
        );
        let names: Vec<EventName> = events.iter().map(|(event, _)| event.name).collect();
        assert_eq!(names, [EventName::ProductViewed, EventName::CheckoutStarted]);
        let lines: Vec<u64> = rejects.iter().map(|reject| reject.line).collect();
        assert_eq!(lines, [3, 4], "{rejects:?}");
        assert!(rejects[0].reason.contains("nobody") && rejects[1].reason.contains("no JSON"), "{rejects:?}");
    }

    #[test]
    fn rows_of_a_table() {
        let (events, rejects) = read(
            "Message ID;Event;Timestamp;Anonymous ID;SKU;Quantity;Price;Order ID\n\
             m1;Order Completed;2026-01-01 10:00:00;a;X;2;9,90;77\n\
             m1;Order Completed;2026-01-01 10:00:00;a;Y;1;1,00;77\n\
             m1;Order Completed;2026-01-01 10:00:00;a;Y;1;1,00;77\n\
             ;product_viewed;1767261600;b;X;;;\n\
             ;Signed Up;2026-01-01 10:00:00;b;;;;\n\
             ;Product Viewed;2026-01-01 10:00:00;b;;;;\n",
        );
        assert_eq!(events.len(), 2, "{events:?}");
        assert_eq!((events[0].0.products.len(), events[0].1), (2, 3), "a copied row is no further unit");
        assert_eq!(events[0].0.products[0].price_micros, Some(9_900_000));
        assert_eq!(events[1].0.at, events[0].0.at);
        assert!(events[1].0.message_id.starts_with("fn-"));
        assert_eq!(rejects.len(), 2, "{rejects:?}");
        assert_eq!(rejects[0].column, "Event");
    }

    #[test]
    fn an_array_is_refused_with_advice() {
        let refused = open(Source::Events, Cursor::new(b"[{\"event\":1}]".to_vec()), &ReadOptions::default());
        assert!(refused.err().is_some_and(|error| error.to_string().contains("one object a line")));
    }
}
