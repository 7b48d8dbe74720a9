//! Files in a line, facts in a line: what the table-driven tests read with.
#![allow(dead_code, clippy::unwrap_used)]

use std::io::Cursor;

use domain::{
    Currency,
    facts::{AdDay, Fact, FunnelDay, Order},
};
use formats::{FactReader, FormatError, ReadOptions, Source, open};
use jiff::tz::TimeZone;

pub fn berlin(map: &[(&str, &str)]) -> ReadOptions {
    ReadOptions {
        map: map.iter().map(|(ours, theirs)| ((*ours).to_owned(), (*theirs).to_owned())).collect(),
        currency: Some(Currency::parse("EUR").unwrap()),
        zone: TimeZone::get("Europe/Berlin").unwrap(),
        ..ReadOptions::default()
    }
}

pub fn reader(source: Source, bytes: impl AsRef<[u8]>, options: &ReadOptions) -> Result<FactReader, FormatError> {
    open(source, Cursor::new(bytes.as_ref().to_vec()), options)
}

/// Everything a file yields, one line an item, and the account of its rows, which must balance.
pub fn show_with(source: Source, bytes: impl AsRef<[u8]>, options: &ReadOptions) -> String {
    let mut reader = match reader(source, bytes, options) {
        Ok(reader) => reader,
        Err(error) => return format!("error: {error}"),
    };
    let mut lines = Vec::new();
    let mut accounted = 0;
    for item in reader.by_ref() {
        match item {
            Ok(row) => {
                accounted += u64::from(row.rows);
                lines.push(format!("{} [{} rows to {}]", fact(&row.fact), row.rows, row.last_row));
            }
            Err(reject) => {
                accounted += u64::from(reject.rows);
                lines.push(format!(
                    "reject row {} line {} ({} rows) {}={:?}: {}",
                    reject.row, reject.line, reject.rows, reject.column, reject.value, reject.reason
                ));
            }
        }
    }
    assert_eq!(accounted + reader.rows_skipped(), reader.rows_read(), "every row is accounted for once: {lines:#?}");
    if let Some(failure) = reader.failure() {
        lines.push(format!("failure: {failure}"));
    }
    lines.push(format!("read {}, skipped {}", reader.rows_read(), reader.rows_skipped()));
    lines.join("\n")
}

pub fn show(source: Source, text: &str) -> String {
    show_with(source, text, &berlin(&[]))
}

pub fn decimal(micros: i64) -> String {
    let text =
        format!("{}{}.{:06}", if micros < 0 { "-" } else { "" }, micros.abs() / 1_000_000, micros.abs() % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

pub fn fact(fact: &Fact) -> String {
    match fact {
        Fact::Order(order) => order_line(order),
        Fact::AdDay(ad) => ad_line(ad),
        Fact::FunnelDay(funnel) => funnel_line(funnel),
        Fact::Product(product) => format!("{product:?}"),
        Fact::Customer(customer) => format!("{customer:?}"),
        Fact::Event(event) => format!("{event:?}"),
        Fact::Stock(stock) => format!("{stock:?}"),
        Fact::Review(review) => format!("{review:?}"),
        Fact::Mail(mail) => format!("{mail:?}"),
    }
}

fn order_line(order: &Order) -> String {
    let mut text = format!(
        "{} {} {} {} {} {}",
        order.order_id,
        order.kind.as_str(),
        order.placed_at.to_timestamp(),
        order.customer_key.as_deref().unwrap_or("-"),
        order.country.as_deref().unwrap_or("-"),
        order.currency
    );
    let amounts = [
        ("discount", order.discount_micros),
        ("shipping", order.shipping_micros),
        ("tax", order.tax_micros),
        ("refunded", order.refunded_micros),
    ];
    for (name, micros) in amounts.into_iter().filter(|(_, micros)| *micros != 0) {
        text += &format!(" {name}={}", decimal(micros));
    }
    if let Some(code) = &order.discount_code {
        text += &format!(" code={code}");
    }
    if order.is_cancelled {
        text += " cancelled";
    }
    for line in &order.lines {
        let charge = if line.is_product { "" } else { " (charge)" };
        text += &format!(
            " | {} {:?} {} x {}{charge}",
            line.product_id,
            line.title,
            line.quantity,
            decimal(line.unit_price_micros)
        );
    }
    text
}

fn ad_line(ad: &AdDay) -> String {
    format!(
        "{} {} {} | {} {} / {} / {} {} | {}={} | imp {} clk {} spend {} conv {} value {} {}",
        ad.platform.as_str(),
        ad.account_id,
        ad.day,
        ad.campaign_id,
        ad.campaign_name,
        ad.ad_group_name,
        ad.ad_id,
        ad.ad_name,
        ad.breakdown_dims,
        ad.breakdown_values,
        ad.impressions,
        ad.clicks,
        decimal(ad.spend_micros),
        decimal(ad.conversions_micros),
        decimal(ad.value_micros),
        ad.currency.map_or("-".to_owned(), |currency| currency.to_string())
    )
}

fn funnel_line(funnel: &FunnelDay) -> String {
    format!(
        "{} {}/{} campaign={} content={} sessions {} views {} carts {} checkouts {} purchases {} revenue {} {}",
        funnel.day,
        funnel.source,
        funnel.medium,
        funnel.campaign,
        funnel.content,
        funnel.sessions,
        funnel.views,
        funnel.add_to_carts,
        funnel.checkouts,
        funnel.purchases,
        decimal(funnel.revenue_micros),
        funnel.currency.map_or("-".to_owned(), |currency| currency.to_string())
    )
}
