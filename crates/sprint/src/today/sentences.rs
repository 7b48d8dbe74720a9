//! Today in sentences: what the brand's money did, what is due, and what the ads claim; each with its query.

use std::sync::{Mutex, PoisonError};

use domain::{Day, Money, group_thousands, sprint::Evidence};
use lake::Snapshot;
use serde::Serialize;

use crate::{
    Context, SprintError, evidence,
    miners::{lapsed, replenishment, second_order},
};

/// Days ahead for which reorders are counted.
pub const DUE_DAYS: i32 = 14;
/// How many answers are remembered: today and a few other days or brands.
const REMEMBERED: usize = 8;

/// One thing that is so, with where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sentence {
    /// What it is about: `net_7`, `net_28`, `due`, `once`, `quiet`, `claims`, `mer`.
    pub key: &'static str,
    /// The sentence.
    pub text: String,
    /// The money it is about, if it is about money.
    pub money: Option<Money>,
    /// The people it is about, if it is about people.
    pub people: Option<i64>,
    /// The query and what it gave.
    pub evidence: Evidence,
}

type Key = (String, i64, Day);
static CACHE: Mutex<Vec<(Key, Vec<Sentence>)>> = Mutex::new(Vec::new());

/// All sentences that the data carries, in the order in which a person reads them. They stand for the whole day: the
/// snapshot is the one at its beginning, so they are computed once per day and state of the data.
///
/// # Errors
/// A query fails.
pub async fn sentences(ctx: &Context) -> Result<Vec<Sentence>, SprintError> {
    let today = ctx.today();
    let snapshot = ctx.lake.snapshot(today.start_in(&ctx.zone)).await?;
    let key = (format!("{:?} {:?}", ctx.lake, ctx.brand), snapshot.as_of_seq(), today);
    if let Some((_, known)) =
        CACHE.lock().unwrap_or_else(PoisonError::into_inner).iter().find(|(other, _)| *other == key)
    {
        return Ok(known.clone());
    }
    let found = read(ctx, &snapshot, today).await?;
    let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    if cache.len() >= REMEMBERED {
        cache.remove(0);
    }
    cache.push((key, found.clone()));
    Ok(found)
}

async fn read(ctx: &Context, snapshot: &Snapshot, today: Day) -> Result<Vec<Sentence>, SprintError> {
    let mut found = Vec::new();
    for (key, days) in [("net_7", 7), ("net_28", 28)] {
        found.extend(net(ctx, snapshot, today, (key, days)).await?);
    }
    if found.is_empty() {
        return Ok(found);
    }
    found.extend(due(ctx, snapshot, today).await?);
    found.extend(once(ctx, snapshot, today).await?);
    found.extend(quiet(ctx, snapshot, today).await?);
    found.extend(ads(ctx, snapshot, today).await?);
    Ok(found)
}

/// Net revenue of the last `days` whole days against those before and the same days last year (364 days earlier, so
/// that weekdays agree). `None` where the last days and those before hold no order at all.
async fn net(
    ctx: &Context,
    snapshot: &Snapshot,
    today: Day,
    (key, days): (&'static str, i32),
) -> Result<Option<Sentence>, SprintError> {
    let sum = |from: Day, until: Day, name: &str| {
        let within = format!("day >= DATE '{from}' AND day < DATE '{until}'");
        format!(
            "COALESCE(SUM(CASE WHEN {within} THEN amount_micros - order_discount_micros - refund_micros END), 0) AS {name}_micros, \
             COUNT(CASE WHEN {within} THEN 1 END) AS {name}_lines"
        )
    };
    let sql = format!(
        "SELECT {}, {}, {} FROM order_lines WHERE day >= DATE '{}'",
        sum(today.plus(-days), today, "last"),
        sum(today.plus(-2 * days), today.plus(-days), "before"),
        sum(today.plus(-days - 364), today.plus(-364), "year"),
        today.plus(-days - 364)
    );
    let evidence = evidence::read(snapshot, "net revenue", sql).await?;
    let int = |column: &str| evidence::int(&evidence, column);
    if int("last_lines") == 0 && int("before_lines") == 0 {
        return Ok(None);
    }
    let money = ctx.money_from_micros(int("last_micros"));
    let mut text = format!("{money} net revenue in the last {days} days");
    let mut against = Vec::new();
    if let Some(change) = change(int("last_micros"), int("before_micros")) {
        against.push(format!("{change} the {days} days before"));
    }
    if int("year_lines") > 0
        && let Some(change) = change(int("last_micros"), int("year_micros"))
    {
        against.push(format!("{change} the same days last year"));
    }
    if !against.is_empty() {
        text += &format!(": {}", against.join(", "));
    }
    text.push('.');
    Ok(Some(Sentence { key, text, money: Some(money), people: None, evidence }))
}

/// `12% more than`, `3% less than`, `as much as`; `None` against nothing.
fn change(now: i64, then: i64) -> Option<String> {
    if then <= 0 {
        return None;
    }
    let percent = (100.0 * (now - then) as f64 / then as f64).round();
    Some(match percent {
        p if p >= 1.0 => format!("{p}% more than"),
        p if p <= -1.0 => format!("{}% less than", -p),
        _ => "as much as".into(),
    })
}

async fn due(ctx: &Context, snapshot: &Snapshot, today: Day) -> Result<Option<Sentence>, SprintError> {
    let sql = replenishment::total(today, today, today.plus(DUE_DAYS - 1));
    let evidence = evidence::read(snapshot, "due for reorder", sql).await?;
    let people = evidence::int(&evidence, "people");
    if people == 0 {
        return Ok(None);
    }
    let money = ctx.money_from_micros(evidence::int(&evidence, "usual_micros"));
    let text = format!(
        "{money} is due for reorder within {DUE_DAYS} days, give or take a week, from {} customers, at what each of them \
         usually spends.",
        group_thousands(people.unsigned_abs())
    );
    Ok(Some(Sentence { key: "due", text, money: Some(money), people: Some(people), evidence }))
}

async fn once(ctx: &Context, snapshot: &Snapshot, today: Day) -> Result<Option<Sentence>, SprintError> {
    let evidence = evidence::read(snapshot, "bought once", second_order::total(today)).await?;
    let people = evidence::int(&evidence, "people");
    if people == 0 {
        return Ok(None);
    }
    let days = evidence::float(&evidence, "days_past").round();
    let money = ctx.money_from_micros(evidence::int(&evidence, "past_micros"));
    let text = format!(
        "{} bought once and are {days} days past their product's usual gap; that one order each came to {money}.",
        group_thousands(people.unsigned_abs())
    );
    Ok(Some(Sentence { key: "once", text, money: Some(money), people: Some(people), evidence }))
}

async fn quiet(ctx: &Context, snapshot: &Snapshot, today: Day) -> Result<Option<Sentence>, SprintError> {
    let evidence = evidence::read(snapshot, "best customers gone quiet", lapsed::total(today)).await?;
    let people = evidence::int(&evidence, "people");
    if people == 0 {
        return Ok(None);
    }
    let money = ctx.money_from_micros(evidence::int(&evidence, "past_micros"));
    let text = format!(
        "{} of your best customers have gone quiet, {} days by now; they have spent {money} with you.",
        group_thousands(people.unsigned_abs()),
        evidence::float(&evidence, "silent_days").round()
    );
    Ok(Some(Sentence { key: "quiet", text, money: Some(money), people: Some(people), evidence }))
}

/// What the platforms claim against what the store sold, and net revenue per unit of ad spend, over 28 days up to the
/// last reported one.
async fn ads(ctx: &Context, snapshot: &Snapshot, today: Day) -> Result<Vec<Sentence>, SprintError> {
    let sql = format!("SELECT MAX(day) AS last_day FROM ad_totals WHERE day < DATE '{today}'");
    let Some(last) = snapshot.query(&sql).await?.first()?.opt_day("last_day")? else { return Ok(Vec::new()) };
    if today.days_since(last) > 28 {
        return Ok(Vec::new());
    }
    let within = format!("day > DATE '{}' AND day <= DATE '{last}'", last.plus(-28));
    let sql = format!(
        "SELECT spend_micros, claimed_micros, net_micros FROM (SELECT COALESCE(SUM(spend_micros), 0) AS spend_micros, \
         COALESCE(SUM(value_micros), 0) AS claimed_micros FROM ad_totals WHERE {within}) a CROSS JOIN \
         (SELECT COALESCE(SUM(amount_micros), 0) - COALESCE(SUM(order_discount_micros), 0) - COALESCE(SUM(refund_micros), 0) \
         AS net_micros FROM order_lines WHERE {within}) o"
    );
    let evidence = evidence::read(snapshot, "ads against the store", sql).await?;
    let int = |column: &str| evidence::int(&evidence, column);
    let (spend, claimed, net) = (int("spend_micros"), int("claimed_micros"), int("net_micros"));
    let mut found = Vec::new();
    if claimed > 0 && net > 0 {
        let text = format!(
            "Your ads claim {:.1} × what your store sold: {} against {} in 28 days.",
            claimed as f64 / net as f64,
            ctx.money_from_micros(claimed),
            ctx.money_from_micros(net)
        );
        let money = Some(ctx.money_from_micros(claimed));
        found.push(Sentence { key: "claims", text, money, people: None, evidence: evidence.clone() });
    }
    if spend > 0 {
        let text = format!(
            "Every {} of ads stood beside {:.2} of net revenue in 28 days (MER {:.1}); {} spent.",
            Money::new(10i64.pow(ctx.brand.currency.exponent()), ctx.brand.currency),
            net as f64 / spend as f64,
            net as f64 / spend as f64,
            ctx.money_from_micros(spend)
        );
        found.push(Sentence { key: "mer", text, money: Some(ctx.money_from_micros(spend)), people: None, evidence });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::change;

    #[test]
    fn a_change_is_said_plainly() {
        assert_eq!(change(112, 100).as_deref(), Some("12% more than"));
        assert_eq!(change(97, 100).as_deref(), Some("3% less than"));
        assert_eq!(change(1_001, 1_000).as_deref(), Some("as much as"));
        assert_eq!(change(5, 0), None);
    }
}
