//! Ad fatigue: ads whose click-through rate has fallen clearly, while they still spend; and the products that newcomers
//! begin with, to be told in a fresh way to people like them.

use domain::Day;
use lake::Snapshot;

use super::{
    Frame, Mined, Miner, SegmentKind, rising, silent,
    sized::{Seen, sized},
    sql::*,
};
use crate::SprintError;

const NOW_DAYS: i32 = 14;
const BEFORE_DAYS: i32 = 28;
const MIN_IMPRESSIONS: i64 = 2_000;
/// A tired ad is clicked at most this often, relative to before.
const FALLEN_TO: f64 = 0.75;
/// Standard errors of the difference of two shares.
const CLEAR: f64 = 3.0;
const COLUMNS: [&str; 6] = ["newcomers", "tired_ads", "ads", "ctr_before_bp", "ctr_now_bp", "tired_spend_micros"];

/// `tired(ad_id, …)` out of `ads(ad_id, …)`: both of ads with enough impressions in both stretches.
fn parts(until: Day) -> String {
    let now = between(until.plus(-NOW_DAYS), until);
    let before = between(until.plus(-NOW_DAYS - BEFORE_DAYS), until.plus(-NOW_DAYS));
    format!(
        "ads AS (SELECT * FROM (SELECT platform, ad_id, SUM(CASE WHEN {now} THEN impressions ELSE 0 END) AS i1, \
           SUM(CASE WHEN {now} THEN clicks ELSE 0 END) AS c1, SUM(CASE WHEN {before} THEN impressions ELSE 0 END) AS i0, \
           SUM(CASE WHEN {before} THEN clicks ELSE 0 END) AS c0, SUM(CASE WHEN {now} THEN spend_micros ELSE 0 END) AS spend \
           FROM ad_totals WHERE ad_id <> '' AND {read} GROUP BY platform, ad_id) AS s \
           WHERE i1 >= {MIN_IMPRESSIONS} AND i0 >= {MIN_IMPRESSIONS} AND spend > 0 AND c0 > 0), \
         tired AS (SELECT * FROM ads WHERE c1 * i0 <= {FALLEN_TO:?} * c0 * i1 \
           AND CAST(c0 AS DOUBLE) / i0 - CAST(c1 AS DOUBLE) / i1 >= {CLEAR:?} * SQRT((CAST(c0 + c1 AS DOUBLE) / (i0 + i1)) \
             * (1.0 - CAST(c0 + c1 AS DOUBLE) / (i0 + i1)) * (1.0 / i0 + 1.0 / i1)))",
        read = between(until.plus(-NOW_DAYS - BEFORE_DAYS), until),
    )
}

pub(super) async fn mine(snapshot: &Snapshot, frame: &Frame) -> Result<Mined, SprintError> {
    let t = frame.until;
    let sql = format!(
        "SELECT * FROM (WITH {}, a AS (SELECT COUNT(*) AS ads FROM ads), t AS (SELECT COUNT(*) AS tired FROM tired) \
         SELECT a.ads, t.tired FROM a CROSS JOIN t) AS r",
        parts(t)
    );
    let table = snapshot.query(&sql).await?;
    let (ads, tired) = (table.first()?.int("ads")?, table.first()?.int("tired")?);
    if tired == 0 {
        return Ok(silent(
            Miner::AdFatigue,
            "No running ad is clicked clearly less than before.",
            format!("{ads} ads with {MIN_IMPRESSIONS} impressions in two weeks and in the four before"),
            "a daily ad report by ad, and an ad whose click-through rate fell by a quarter or more",
        ));
    }
    let discovery = format!(
        "SELECT * FROM (WITH {parts}, firsts AS (SELECT customer_id, MIN(day) AS first_day FROM order_lines \
           WHERE {SOLD} AND customer_id IS NOT NULL AND day < DATE '{t}' GROUP BY customer_id), \
         front AS (SELECT l.product_id, COUNT(DISTINCT l.customer_id) AS newcomers FROM order_lines l \
           JOIN firsts f ON f.customer_id = l.customer_id WHERE {SOLD} AND l.day = f.first_day \
           AND f.first_day >= DATE '{since}' GROUP BY l.product_id), \
         worn AS (SELECT COUNT(*) AS tired_ads, CAST(10000 * SUM(c0) / SUM(i0) AS BIGINT) AS ctr_before_bp, \
           CAST(10000 * SUM(c1) / SUM(i1) AS BIGINT) AS ctr_now_bp, SUM(spend) AS tired_spend_micros FROM tired), \
         run AS (SELECT COUNT(*) AS ads FROM ads) \
         SELECT front.product_id AS k, front.newcomers, worn.tired_ads, run.ads, worn.ctr_before_bp, worn.ctr_now_bp, \
         worn.tired_spend_micros FROM front CROSS JOIN worn CROSS JOIN run) AS r",
        parts = parts(t),
        since = t.plus(-90),
    );
    let about = (Miner::AdFatigue, SegmentKind::TiredAudience);
    let see = |row: &lake::Row<'_>| Ok(Seen::product(frame, row.text("k")?));
    let members = |keys: &[&str]| rising::newcomers(t, keys);
    let mut all = sized(snapshot, frame, about, (&discovery, &COLUMNS, "newcomers DESC, k"), see, members).await?;
    // The products most newcomers begin with; a fresh idea for the twentieth would help nobody.
    all.truncate(4);
    if all.is_empty() {
        let reason = "Ads are tired, but too few newcomers are known to say what they come for.";
        let have = format!("{tired} tired ads");
        return Ok(silent(Miner::AdFatigue, reason, have, "known new customers of the last 90 days"));
    }
    Ok(Ok(all))
}
