//! What each region took a day, for changes that some regions get; and a switched change's days by block.

use std::collections::BTreeMap;

use domain::{Day, sprint::Kpi};
use lake::Snapshot;
use stats::prepost::{block_spread, plain_days};

use super::series::{Series, source};
use crate::{MeasureError, judge::SwitchedDays, plan::SeriesScope};

/// Days before the start that regions are compared on: a year, so that each season is there once.
pub(crate) const PRE_DAYS: i32 = 365;

/// Daily net revenue by region, major units of the currency; days without an order are zero.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct RegionDays {
    /// Regions by the name that orders carry.
    pub names: Vec<String>,
    /// A series per region, all of the same days.
    pub values: Vec<Vec<f64>>,
    /// The first day.
    pub first: Option<Day>,
    /// Days before the start; none without history before it.
    pub n_pre: Option<usize>,
}

/// Reads every region from at most a year before `starts_on` up to and including `until`. With `names` those regions in
/// that order, else all that sold anything, largest first.
pub(crate) async fn by_region(
    snapshot: &Snapshot,
    scope: &SeriesScope,
    kpi: Kpi,
    names: &[String],
    (starts_on, until): (Day, Day),
) -> Result<RegionDays, MeasureError> {
    let from = starts_on.plus(-PRE_DAYS);
    // Which country an order went to is what is asked here; products narrow it as ever.
    let scope = SeriesScope { countries: Vec::new(), ..scope.clone() };
    let (inside, net, join, only) = source(&scope, kpi);
    let sql = format!(
        "SELECT l.day AS day, COALESCE(l.country, '') AS region, SUM(CASE WHEN {inside} THEN {net} ELSE 0 END) AS moved \
         FROM order_lines l{join} WHERE l.kind IN ('sale', 'cancellation') AND l.day >= DATE '{from}' \
         AND l.day <= DATE '{until}'{only} GROUP BY l.day, COALESCE(l.country, '') ORDER BY l.day, region"
    );
    let table = snapshot.query(&sql).await?;
    let mut cells: BTreeMap<String, BTreeMap<Day, f64>> = BTreeMap::new();
    let mut first: Option<Day> = None;
    for row in table.iter() {
        let (day, region) = (row.day("day")?, row.text("region")?);
        let moved = row.opt_int("moved")?.unwrap_or(0) as f64 / 1e6;
        first = Some(first.map_or(day, |first| first.min(day)));
        cells.entry(region.to_owned()).or_default().insert(day, moved);
    }
    let Some(first) = first else { return Ok(RegionDays::default()) };
    let length = usize::try_from(until.days_since(first) + 1).unwrap_or(0);
    let mut regions = RegionDays {
        first: Some(first),
        n_pre: usize::try_from(starts_on.days_since(first)).ok().filter(|days| *days > 0),
        ..RegionDays::default()
    };
    let mut wanted: Vec<String> = names.to_vec();
    if names.is_empty() {
        let sum = |name: &String| cells.get(name).map_or(0.0, |days| days.values().sum::<f64>());
        wanted = cells.keys().filter(|name| !name.is_empty()).cloned().collect();
        wanted.sort_by(|a, b| sum(b).total_cmp(&sum(a)).then(a.cmp(b)));
    }
    for name in wanted {
        let mut days = vec![0.0; length];
        for (day, moved) in cells.get(&name).into_iter().flatten() {
            if let Some(cell) = usize::try_from(day.days_since(first)).ok().and_then(|place| days.get_mut(place)) {
                *cell = *moved;
            }
        }
        regions.names.push(name);
        regions.values.push(days);
    }
    Ok(regions)
}

/// The whole blocks of a switched change that are over. What a day takes is freed of its weekday and of what the rest of
/// the shop explains, both learnt from the year before the start only, so that the draw of the blocks stays the test.
pub(crate) fn by_block(
    series: &Series,
    starts_on: Day,
    blocks: &[(Day, bool)],
    (block_days, round): (i32, usize),
) -> Option<SwitchedDays> {
    let n_pre = series.index(starts_on)?;
    let from = n_pre.saturating_sub(PRE_DAYS as usize);
    let others = (!series.others.is_empty()).then_some(series.others.as_slice());
    let days = plain_days(&series.moved, others, from..n_pre)?;
    let length = usize::try_from(block_days).ok().filter(|days| *days > 0)?;
    let mean = |from: usize| days.get(from..from + length).map(|days| days.iter().sum::<f64>() / length as f64);
    let mut of = SwitchedDays { block_days: length, round, ..SwitchedDays::default() };
    for (from, on) in blocks {
        // The last block may not be over yet.
        let Some(value) = series.index(*from).and_then(mean) else { break };
        of.blocks.push(value);
        of.on.push(*on);
    }
    of.spread = block_spread(&days[from..n_pre], length);
    Some(of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekdays_and_the_rest_of_the_shop_are_taken_out() {
        let first = Day::parse("2026-01-05").expect("day");
        // Weekends sell double; the whole shop moves together; a block of two days brings 10 more a day where it is on.
        let shop = |day: i32| f64::from((day * 37) % 11);
        let on = [true, false, false, true, false, true, true, false];
        let value = |day: i32| {
            let week = if day % 7 >= 5 { 200.0 } else { 100.0 };
            let change = if day >= 84 && on[((day - 84) / 2) as usize % 8] { 10.0 } else { 0.0 };
            week + shop(day) + change
        };
        let series = Series {
            first: Some(first),
            moved: (0..99).map(value).collect(),
            others: (0..99).map(|day| 500.0 + 3.0 * shop(day)).collect(),
        };
        let blocks: Vec<(Day, bool)> =
            on.iter().enumerate().map(|(at, on)| (first.plus(84 + 2 * at as i32), *on)).collect();
        let of = by_block(&series, first.plus(84), &blocks, (2, 8)).expect("blocks");
        assert_eq!((of.blocks.len(), of.on.len()), (7, 7), "the last block is not over");
        for (value, on) in of.blocks.iter().zip(&of.on) {
            let wanted = 128.6 + 5.0 + if *on { 10.0 } else { 0.0 };
            assert!((value - wanted).abs() < 1.5, "{value} {wanted}");
        }
        assert!(of.spread.is_some_and(|spread| spread < 1.0), "{of:?}");
        assert!(by_block(&series, first.plus(20), &blocks, (2, 8)).is_none(), "under four weeks before");
    }
}
