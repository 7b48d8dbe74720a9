//! Facts into Arrow rows: a column-at-a-time builder that knows the table's columns by position.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use datafusion::arrow::{
    array::{ArrayRef, BooleanBuilder, Date32Builder, Int32Builder, Int64Builder, RecordBatch, StringBuilder},
    datatypes::DataType,
};
use domain::{
    Currency, Day,
    facts::{AdDay, FunnelDay, MailDay, Order, ProductReview, StockDay},
    order_kinds::{marks_id, marks_text},
};
use store::inbox::Line;

use crate::{
    LakeError, Table,
    schema::{Kind, LakeTable},
};

/// An order to be written, with what intake decided about it.
#[derive(Debug, Clone, Copy)]
pub struct OrderFact<'f> {
    /// Its `seq`.
    pub seq: i64,
    /// Source word.
    pub source: &'f str,
    /// The fact key: `source:order number`.
    pub fact_key: &'f str,
    /// Pseudonym of the customer, where there is one.
    pub customer_id: Option<&'f str>,
    /// Its day in the brand's time zone.
    pub day: Day,
    /// The order. Its `customer_key` is not written; its marks stand in the store, under the number written here.
    pub order: &'f Order,
}

/// A row of an ad report to be written.
#[derive(Debug, Clone, Copy)]
pub struct AdFact<'f> {
    /// Its `seq`.
    pub seq: i64,
    /// The fact key.
    pub fact_key: &'f str,
    /// The row.
    pub row: &'f AdDay,
}

/// A row of a funnel export to be written.
#[derive(Debug, Clone, Copy)]
pub struct FunnelFact<'f> {
    /// Its `seq`.
    pub seq: i64,
    /// The fact key.
    pub fact_key: &'f str,
    /// The row.
    pub row: &'f FunnelDay,
}

/// A row of an inventory snapshot to be written.
#[derive(Debug, Clone, Copy)]
pub struct StockFact<'f> {
    /// Its `seq`.
    pub seq: i64,
    /// The fact key.
    pub fact_key: &'f str,
    /// The row. Its title is not written: titles are the catalogue's.
    pub row: &'f StockDay,
}

/// A review to be written.
#[derive(Debug, Clone, Copy)]
pub struct ReviewFact<'f> {
    /// Its `seq`.
    pub seq: i64,
    /// The fact key.
    pub fact_key: &'f str,
    /// The review.
    pub row: &'f ProductReview,
}

/// A row of a mail report to be written.
#[derive(Debug, Clone, Copy)]
pub struct MailFact<'f> {
    /// Its `seq`.
    pub seq: i64,
    /// The fact key.
    pub fact_key: &'f str,
    /// The row.
    pub row: &'f MailDay,
}

/// Texts of marks by their number.
pub(crate) type Marks = BTreeMap<i64, String>;

/// Rows on their way into one file.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) table: LakeTable,
    pub(crate) batch: RecordBatch,
    pub(crate) first_day: Day,
    pub(crate) last_day: Day,
    pub(crate) min_seq: i64,
    pub(crate) max_seq: i64,
}

enum Column {
    Day(Date32Builder),
    Int(Int64Builder),
    Small(Int32Builder),
    Flag(BooleanBuilder),
    Text(StringBuilder),
}

/// One value of a row that is being built.
enum Cell<'v> {
    Day(Day),
    Int(i64),
    OptInt(Option<i64>),
    Small(i32),
    Flag(bool),
    OptFlag(Option<bool>),
    Text(&'v str),
    OptText(Option<&'v str>),
}

struct Builder {
    table: LakeTable,
    columns: Vec<Column>,
    days: Option<(Day, Day)>,
    seqs: Option<(i64, i64)>,
}

impl Builder {
    fn new(table: LakeTable) -> Builder {
        let column = |kind: &Kind| match kind {
            Kind::Day => Column::Day(Date32Builder::new()),
            Kind::Int => Column::Int(Int64Builder::new()),
            Kind::Small => Column::Small(Int32Builder::new()),
            Kind::Flag => Column::Flag(BooleanBuilder::new()),
            Kind::Text => Column::Text(StringBuilder::new()),
        };
        let columns = table.columns().iter().map(|(_, kind, _)| column(kind)).collect();
        Builder { table, columns, days: None, seqs: None }
    }

    /// Appends one row; the cells must be in the table's column order (a mismatch fails in [`Builder::finish`]).
    fn push(&mut self, day: Day, seq: i64, rest: &[Cell<'_>]) {
        let widen = |range: Option<(Day, Day)>| range.map_or((day, day), |(a, b)| (a.min(day), b.max(day)));
        self.days = Some(widen(self.days));
        self.seqs = Some(self.seqs.map_or((seq, seq), |(a, b)| (a.min(seq), b.max(seq))));
        let head = [Cell::Day(day), Cell::Int(seq)];
        for (column, cell) in self.columns.iter_mut().zip(head.iter().chain(rest)) {
            match (column, cell) {
                (Column::Day(builder), Cell::Day(day)) => builder.append_value(day.epoch_days()),
                (Column::Int(builder), Cell::Int(value)) => builder.append_value(*value),
                (Column::Int(builder), Cell::OptInt(value)) => builder.append_option(*value),
                (Column::Small(builder), Cell::Small(value)) => builder.append_value(*value),
                (Column::Flag(builder), Cell::Flag(value)) => builder.append_value(*value),
                (Column::Flag(builder), Cell::OptFlag(value)) => builder.append_option(*value),
                (Column::Text(builder), Cell::Text(value)) => builder.append_value(value),
                (Column::Text(builder), Cell::OptText(value)) => builder.append_option(*value),
                _ => debug_assert!(false, "cells of {:?} are out of order", self.table),
            }
        }
    }

    fn finish(self) -> Result<Option<Rows>, LakeError> {
        let (Some((first_day, last_day)), Some((min_seq, max_seq))) = (self.days, self.seqs) else { return Ok(None) };
        let array = |column: Column| -> ArrayRef {
            match column {
                Column::Day(mut builder) => Arc::new(builder.finish()),
                Column::Int(mut builder) => Arc::new(builder.finish()),
                Column::Small(mut builder) => Arc::new(builder.finish()),
                Column::Flag(mut builder) => Arc::new(builder.finish()),
                Column::Text(mut builder) => Arc::new(builder.finish()),
            }
        };
        let table = self.table;
        let arrays = self.columns.into_iter().map(array).collect();
        let batch = RecordBatch::try_new(table.schema(DataType::Utf8), arrays)
            .map_err(|error| LakeError::Encode { table: table.name().into(), reason: error.to_string() })?;
        Ok(Some(Rows { table, batch, first_day, last_day, min_seq, max_seq }))
    }
}

/// Rows as a query gave them (the table's columns, in order), each under the number its fact has now.
pub(crate) fn again(table: LakeTable, rows: &Table, seqs: &HashMap<&str, i64>) -> Result<Option<Rows>, LakeError> {
    let mut builder = Builder::new(table);
    for row in rows.iter() {
        let Some(seq) = seqs.get(row.text(table.key_column())?) else { continue };
        let mut cells = Vec::with_capacity(table.columns().len());
        for (name, kind, _) in &table.columns()[2..] {
            cells.push(match kind {
                Kind::Day => Cell::Day(row.day(name)?),
                Kind::Int => Cell::OptInt(row.opt_int(name)?),
                Kind::Small => Cell::Small(i32::try_from(row.int(name)?).unwrap_or(i32::MAX)),
                Kind::Flag => Cell::OptFlag(row.opt_flag(name)?),
                Kind::Text => Cell::OptText(row.opt_text(name)?),
            });
        }
        builder.push(row.day("day")?, *seq, &cells);
    }
    builder.finish()
}

/// The rows, and the marks they name by number.
pub(crate) fn orders(facts: &[OrderFact<'_>]) -> Result<(Option<Rows>, Marks), LakeError> {
    use Cell::{Flag, Int, OptInt, OptText, Small, Text};
    let mut builder = Builder::new(LakeTable::OrderLines);
    let mut marks = Marks::new();
    for fact in facts {
        let order = fact.order;
        let marks_id = marks_text(order).map(|text| {
            let id = marks_id(&text);
            marks.entry(id).or_insert(text);
            id
        });
        for (index, line) in order.lines.iter().enumerate() {
            let once = |value: i64| Int(if index == 0 { value } else { 0 });
            let cells = [
                Int(order.placed_at.0),
                Text(fact.source),
                Text(fact.fact_key),
                Text(order.kind.as_str()),
                OptText(fact.customer_id),
                Small(i32::try_from(index + 1).unwrap_or(i32::MAX)),
                Text(&line.product_id),
                Flag(line.is_product),
                Int(line.quantity),
                Int(line.unit_price_micros),
                Int(line.amount_micros()),
                OptText(order.country.as_deref()),
                OptText(order.discount_code.as_deref()),
                Flag(order.is_cancelled),
                once(order.discount_micros),
                once(order.shipping_micros),
                once(order.tax_micros),
                once(order.refunded_micros),
                OptInt(marks_id),
            ];
            builder.push(fact.day, fact.seq, &cells);
        }
    }
    Ok((builder.finish()?, marks))
}

pub(crate) fn ad_days(facts: &[AdFact<'_>]) -> Result<Option<Rows>, LakeError> {
    use Cell::{Int, OptText, Text};
    let mut builder = Builder::new(LakeTable::AdDays);
    for fact in facts {
        let row = fact.row;
        let cells = [
            Text(fact.fact_key),
            Text(row.platform.as_str()),
            Text(&row.account_id),
            Text(&row.campaign_id),
            Text(&row.campaign_name),
            Text(&row.ad_group_name),
            Text(&row.ad_id),
            Text(&row.ad_name),
            Text(&row.breakdown_dims),
            Text(&row.breakdown_values),
            Int(row.impressions),
            Int(row.clicks),
            Int(row.spend_micros),
            Int(row.conversions_micros),
            Int(row.value_micros),
            OptText(row.currency.as_ref().map(Currency::code)),
        ];
        builder.push(row.day, fact.seq, &cells);
    }
    builder.finish()
}

pub(crate) fn funnel_days(facts: &[FunnelFact<'_>]) -> Result<Option<Rows>, LakeError> {
    use Cell::{Int, OptText, Text};
    let mut builder = Builder::new(LakeTable::FunnelDays);
    for fact in facts {
        let row = fact.row;
        let cells = [
            Text(fact.fact_key),
            Text(&row.source),
            Text(&row.medium),
            Text(&row.campaign),
            Text(&row.content),
            Int(row.sessions),
            Int(row.views),
            Int(row.add_to_carts),
            Int(row.checkouts),
            Int(row.purchases),
            Int(row.revenue_micros),
            OptText(row.currency.as_ref().map(Currency::code)),
        ];
        builder.push(row.day, fact.seq, &cells);
    }
    builder.finish()
}

pub(crate) fn events(lines: &[Line]) -> Result<Option<Rows>, LakeError> {
    use Cell::{Int, OptInt, OptText, Small, Text};
    let mut builder = Builder::new(LakeTable::Events);
    for line in lines {
        let cells = [
            Int(line.at.0),
            Text(&line.source),
            Int(line.message_hash),
            Small(i32::try_from(line.line_no).unwrap_or(i32::MAX)),
            Text(line.name.as_str()),
            OptText(line.device_id.as_deref()),
            OptText(line.customer_id.as_deref()),
            OptText(line.product_id.as_deref()),
            Int(line.quantity),
            OptInt(line.price_micros),
            OptText(line.order_id.as_deref()),
            OptText(line.placement.as_deref()),
            OptText(line.change_id.as_deref()),
            OptText(line.arm.as_deref()),
        ];
        builder.push(line.day, line.seq, &cells);
    }
    builder.finish()
}

pub(crate) fn stock_days(facts: &[StockFact<'_>]) -> Result<Option<Rows>, LakeError> {
    use Cell::{OptInt, OptText, Text};
    let mut builder = Builder::new(LakeTable::StockDays);
    for fact in facts {
        let row = fact.row;
        let cells = [
            Text(fact.fact_key),
            Text(&row.product_id),
            OptText(row.handle.as_deref()),
            Text(&row.location),
            OptInt(row.available_units),
            OptInt(row.on_hand_units),
            OptInt(row.incoming_units),
            OptInt(row.price_micros),
        ];
        builder.push(row.day, fact.seq, &cells);
    }
    builder.finish()
}

pub(crate) fn product_reviews(facts: &[ReviewFact<'_>]) -> Result<Option<Rows>, LakeError> {
    use Cell::{Flag, Int, OptFlag, OptText, Text};
    let mut builder = Builder::new(LakeTable::ProductReviews);
    for fact in facts {
        let row = fact.row;
        let cells = [
            Text(fact.fact_key),
            Text(&row.platform),
            Text(&row.review_id),
            Text(&row.product_id),
            OptText(row.handle.as_deref()),
            OptText(row.product_title.as_deref()),
            Int(row.rating),
            Text(&row.title),
            Text(&row.body),
            OptFlag(row.is_verified),
            Flag(row.is_published),
        ];
        builder.push(row.day, fact.seq, &cells);
    }
    builder.finish()
}

pub(crate) fn mail_days(facts: &[MailFact<'_>]) -> Result<Option<Rows>, LakeError> {
    use Cell::{Int, OptInt, OptText, Text};
    let mut builder = Builder::new(LakeTable::MailDays);
    for fact in facts {
        let row = fact.row;
        let cells = [
            Text(fact.fact_key),
            Text(&row.platform),
            Text(row.kind.as_str()),
            Text(&row.flow_id),
            Text(&row.flow_name),
            Text(&row.message_id),
            Text(&row.message_name),
            Text(&row.variant),
            Text(&row.subject),
            Text(&row.audience),
            Text(&row.channel),
            Int(row.recipients),
            Int(row.deliveries),
            Int(row.unique_opens),
            Int(row.unique_clicks),
            Int(row.unsubscribes),
            Int(row.complaints),
            Int(row.bounces),
            OptInt(row.orders),
            OptInt(row.revenue_micros),
            OptText(row.currency.as_ref().map(Currency::code)),
        ];
        builder.push(row.day, fact.seq, &cells);
    }
    builder.finish()
}
