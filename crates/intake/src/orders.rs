//! Order kinds: how many orders and how much money each kind has, under the rules that stand or under others.

use domain::{
    Currency, InstantMs, Money,
    order_kinds::{OrderClass, OrderRules},
};
use serde::Serialize;
use store::order_rules::{self, RulesRow};

use crate::{Intake, IntakeError};

/// One kind, or ordinary orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindCount {
    /// The kind; `None` for what opportunities are made of.
    pub class: Option<OrderClass>,
    /// Orders with a line of the kind. One with lines of two kinds is counted under both.
    pub orders: i64,
    /// Lines; those of all kinds add up to all lines.
    pub lines: i64,
    /// Lines less discounts and refunds, minor units; those of all kinds add up to the total.
    pub net_minor: i64,
}

/// The kinds with their sums.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderKinds {
    /// Version of the rules, 0 for the built-in ones; `None` for rules that are only tried.
    pub version: Option<i64>,
    /// Ordinary orders first, then every kind in [`OrderClass::ALL`].
    pub kinds: Vec<KindCount>,
    /// All orders, each once.
    pub orders: i64,
    /// All lines.
    pub lines: i64,
    /// Net of all lines, minor units.
    pub net_minor: i64,
    /// Currency of the amounts.
    pub currency: Currency,
}

/// The rules that stand: the newest version, or the built-in ones.
///
/// # Errors
/// The store refused.
pub async fn order_rules(intake: &Intake) -> Result<(i64, OrderRules), IntakeError> {
    let newest = order_rules_history(intake).await?.into_iter().next();
    Ok(newest.map_or((0, OrderRules::default()), |row| (row.version, row.doc)))
}

/// All versions that were saved, newest first.
///
/// # Errors
/// The store refused.
pub async fn order_rules_history(intake: &Intake) -> Result<Vec<RulesRow>, IntakeError> {
    Ok(order_rules::history(&intake.store).await?)
}

/// Saves rules as the next version; what was seen before sees the version before. Returns its number.
///
/// # Errors
/// A rule is wrong, or the store refused.
pub async fn save_order_rules(
    intake: &Intake,
    rules: &OrderRules,
    note: &str,
    now: InstantMs,
    by: &str,
) -> Result<i64, IntakeError> {
    rules.check().map_err(IntakeError::OrderRules)?;
    let mut tx = intake.store.begin().await?;
    let version = order_rules::save(&mut tx, rules, note, now, by).await?;
    store::audit::record(&mut tx, now, by, "order_rules.save", &format!("version {version}"), note).await?;
    tx.commit().await?;
    Ok(version)
}

/// Counts orders by kind; under `tried` rules without saving them.
///
/// # Errors
/// A tried rule is wrong, or history cannot be read.
pub async fn order_kinds(
    intake: &Intake,
    tried: Option<&OrderRules>,
    now: InstantMs,
) -> Result<OrderKinds, IntakeError> {
    let currency = store::brand::get_or_default(&intake.store).await?.currency;
    let snapshot = intake.lake.snapshot(now).await?;
    let (version, class) = match tried {
        None => (Some(order_rules(intake).await?.0), "class".to_owned()),
        Some(rules) => {
            rules.check().map_err(IntakeError::OrderRules)?;
            let mut tx = intake.store.begin_read().await?;
            let marks = order_rules::marks(&mut tx).await?;
            drop(tx);
            let products = snapshot.query("SELECT product_id, title FROM products").await?;
            let named: Vec<(&str, &str)> = products
                .iter()
                .map(|row| Ok((row.text("product_id")?, row.text("title")?)))
                .collect::<Result<_, lake::LakeError>>()?;
            (None, lake::classes::sql(rules, &marks, named.into_iter()))
        }
    };
    let sums = "COUNT(DISTINCT order_id) AS orders, COUNT(*) AS lines, \
                SUM(amount_micros) - SUM(order_discount_micros) - SUM(refund_micros) AS net";
    let by_kind = format!("SELECT k, {sums} FROM (SELECT *, {class} AS k FROM order_lines) AS c GROUP BY k");
    let minor = |micros: Option<i64>| Money::from_micros(i128::from(micros.unwrap_or(0)), currency).minor;
    let mut kinds: Vec<KindCount> = std::iter::once(None)
        .chain(OrderClass::ALL.map(Some))
        .map(|class| KindCount { class, orders: 0, lines: 0, net_minor: 0 })
        .collect();
    for row in snapshot.query(&by_kind).await?.iter() {
        let class = row.opt_text("k")?.and_then(OrderClass::parse);
        if let Some(kind) = kinds.iter_mut().find(|kind| kind.class == class) {
            (kind.orders, kind.lines) = (row.int("orders")?, row.int("lines")?);
            kind.net_minor = minor(row.opt_int("net")?);
        }
    }
    let all = snapshot.query(&format!("SELECT {sums} FROM order_lines")).await?;
    let (mut orders, mut lines, mut net) = (0, 0, None);
    if let Some(row) = all.iter().next() {
        (orders, lines, net) = (row.int("orders")?, row.int("lines")?, row.opt_int("net")?);
    }
    Ok(OrderKinds { version, kinds, orders, lines, net_minor: minor(net), currency })
}
