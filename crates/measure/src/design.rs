//! Before a change of grade B starts: which regions to give it to, and what regions or switched periods could prove.

use domain::{ChangeId, ConceptId, Day, DayRange, InstantMs, SprintId, sprint::Kpi};
use lake::{Lake, Snapshot};
use serde::Serialize;
use stats::geo::{self, Candidate, MarketOptions};
use store::changes::{self, ChangeRow};

use crate::{
    KILL_AFTER_DAYS, LivesOn, MeasureError, NewChange, Origin, Registered, SeriesScope, Split,
    decision::plan_of,
    ledger::{HERE, found, register},
    plan::list_words,
    read::{RegionDays, by_block, by_region, daily},
};

/// A region sold on at least this many of the last 90 days, or it is too thin to be compared.
pub const SOLD_DAYS: usize = 30;

/// Days that is counted over.
const LAST_DAYS: usize = 90;

/// An effect that only above this share would be proven makes no test.
const MOST_DETECTABLE: f64 = 0.5;

/// Candidates that are offered.
const OFFERED: usize = 6;

/// A region as the brand's own past has it. Money in major units of the currency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Region {
    /// Name, as orders carry it.
    pub name: String,
    /// Net revenue a day over the last 90 days.
    pub net_a_day: f64,
    /// Of these, on how many days it sold.
    pub sold_days: usize,
    /// Enough to be compared.
    pub is_usable: bool,
}

/// Regions to give a change to, and what they could prove.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RegionChoice {
    /// Regions that get it.
    pub treated: Vec<String>,
    /// Regions that must not, and are compared with.
    pub controls: Vec<String>,
    /// Smallest true lift that is found in 80 of 100 runs.
    pub detectable_lift: f64,
    /// What the comparison is off by on average where nothing was changed; near 0, or these regions drift from the rest.
    pub bias: f64,
    /// Their share of the net revenue of all these regions.
    pub share: f64,
    /// Past dates on which that was tried.
    pub windows: usize,
}

/// What splitting by region could prove.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RegionOutlook {
    /// Days the change would run.
    pub days: i32,
    /// Every region, largest first.
    pub regions: Vec<Region>,
    /// Sets of regions to give it to, the one that proves most first.
    pub choices: Vec<RegionChoice>,
    /// Why there is none, and what to do.
    pub refusal: Option<String>,
}

/// What switching on and off by blocks of days could prove.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PeriodOutlook {
    /// Days of a block.
    pub block_days: i32,
    /// Blocks with it on and off.
    pub blocks: [usize; 2],
    /// Smallest true lift of the days with it on that is found in 80 of 100 runs.
    pub detectable_lift: f64,
}

/// Proposes regions to give a change of so many days to. Regions in `excluded` are only compared with.
///
/// # Errors
/// The days are out of range, or the lake failed.
pub async fn region_outlook(
    lake: &Lake,
    now: InstantMs,
    days: i32,
    scope: &SeriesScope,
    excluded: &[String],
) -> Result<RegionOutlook, MeasureError> {
    check_days(days)?;
    let snapshot = lake.snapshot(now).await?;
    let (panel, regions) = usable(&snapshot, scope, Kpi::NetRevenue, &[]).await?;
    let excluded: Vec<String> = excluded.to_vec();
    let work = tokio::task::spawn_blocking(move || match choices(&panel, days, &excluded) {
        Ok(choices) => (choices, None),
        Err(refusal) => (Vec::new(), Some(refusal)),
    });
    let (choices, refusal) = work.await.map_err(|error| MeasureError::Refused(format!("It stopped: {error}")))?;
    Ok(RegionOutlook { days, regions, choices, refusal })
}

fn check_days(days: i32) -> Result<(), MeasureError> {
    match (crate::MIN_DAYS..=KILL_AFTER_DAYS).contains(&days) {
        true => Ok(()),
        false => Err(MeasureError::Refused(format!(
            "It runs {} to {KILL_AFTER_DAYS} days, not {days}: a whole week at least, and by then it is decided.",
            crate::MIN_DAYS
        ))),
    }
}

/// The regions that can be compared, with their days up to yesterday, and what is said of every region.
async fn usable(
    snapshot: &Snapshot,
    scope: &SeriesScope,
    kpi: Kpi,
    names: &[String],
) -> Result<(RegionDays, Vec<Region>), MeasureError> {
    let today = snapshot.today();
    let all = by_region(snapshot, scope, kpi, names, (today, today.plus(-1))).await?;
    let mut panel = RegionDays { names: Vec::new(), values: Vec::new(), ..all.clone() };
    let mut regions = Vec::new();
    for (name, days) in all.names.iter().zip(&all.values) {
        let last = &days[days.len().saturating_sub(LAST_DAYS)..];
        let sold_days = last.iter().filter(|net| **net > 0.0).count();
        let net_a_day = last.iter().sum::<f64>() / last.len().max(1) as f64;
        let is_usable = sold_days >= SOLD_DAYS && net_a_day > 0.0;
        regions.push(Region { name: name.clone(), net_a_day, sold_days, is_usable });
        if is_usable {
            panel.names.push(name.clone());
            panel.values.push(days.clone());
        }
    }
    Ok((panel, regions))
}

fn choices(panel: &RegionDays, days: i32, excluded: &[String]) -> Result<Vec<RegionChoice>, String> {
    let count = panel.names.len();
    if count < geo::MIN_CONTROLS + 1 {
        return Err(format!(
            "{} sold on {SOLD_DAYS} of the last {LAST_DAYS} days; a split by region takes {} or more. Take switched \
             periods, or a random holdout.",
            match count {
                1 => "1 region".to_owned(),
                _ => format!("{count} regions"),
            },
            geo::MIN_CONTROLS + 2
        ));
    }
    let most = (count - geo::MIN_CONTROLS).min(count / 2).min(6);
    let sizes: Vec<usize> = (1..=most).filter(|size| geo::can_reject(*size, count, 0.05)).collect();
    if sizes.is_empty() {
        return Err(format!(
            "{count} regions can be chosen in too few ways to prove anything at 5 % error; seven are needed, two with the change."
        ));
    }
    let excluded = panel.names.iter().enumerate().filter(|(_, name)| excluded.contains(name)).map(|(place, _)| place);
    let options = MarketOptions { sizes, days: days as usize, excluded: excluded.collect(), keep: OFFERED };
    let found = geo::select_markets(&panel.values, &options).map_err(|error| refusal(panel, &error))?;
    let found: Vec<RegionChoice> =
        found.iter().filter(|one| one.detectable_effect <= MOST_DETECTABLE).map(|one| choice(panel, one)).collect();
    match found.is_empty() {
        true => Err(format!(
            "Your regions differ too much from day to day: in {days} days not even {:.0} % more would be proven. Run longer, or \
             take switched periods or a random holdout.",
            100.0 * MOST_DETECTABLE
        )),
        false => Ok(found),
    }
}

fn refusal(panel: &RegionDays, error: &geo::GeoError) -> String {
    match error {
        geo::GeoError::NoLevel(region) => {
            format!(
                "{} sold nothing in part of the past; leave it out.",
                panel.names.get(*region).cloned().unwrap_or_default()
            )
        }
        geo::GeoError::TooShort(_) => {
            "There are too few days of orders: four weeks more than the change will run are needed.".into()
        }
        other => format!("{other}."),
    }
}

fn choice(panel: &RegionDays, of: &Candidate) -> RegionChoice {
    let is_treated = |place: &usize| of.regions.contains(place);
    let names = |treated: bool| {
        (0..panel.names.len())
            .filter(|place| is_treated(place) == treated)
            .map(|place| panel.names[place].clone())
            .collect()
    };
    RegionChoice {
        treated: names(true),
        controls: names(false),
        detectable_lift: of.detectable_effect,
        bias: of.bias,
        share: of.share,
        windows: of.windows,
    }
}

/// What a split that somebody chose could prove by the brand's own past. Without controls all other usable regions are.
///
/// # Errors
/// A region is unknown or too thin, there is too little history, or not even half as much again would be proven; or the
/// lake failed.
pub async fn weigh_regions(
    lake: &Lake,
    now: InstantMs,
    days: i32,
    (scope, kpi): (&SeriesScope, Kpi),
    (treated, controls): (&[String], &[String]),
) -> Result<RegionChoice, MeasureError> {
    check_days(days)?;
    let snapshot = lake.snapshot(now).await?;
    let (_, regions) = usable(&snapshot, scope, kpi, &[]).await?;
    for name in treated.iter().chain(controls) {
        let thin = match regions.iter().find(|region| region.name == *name) {
            None => {
                let known: Vec<String> = regions.iter().take(12).map(|region| region.name.clone()).collect();
                format!("No order went to `{name}`; regions are named as orders carry them: {}.", known.join(", "))
            }
            Some(region) if !region.is_usable => format!(
                "{name} sold on {} of the last {LAST_DAYS} days; {SOLD_DAYS} are needed to compare it. Leave it out.",
                region.sold_days
            ),
            Some(_) => continue,
        };
        return Err(MeasureError::Refused(thin));
    }
    let is_control = |region: &&Region| region.is_usable && !treated.contains(&region.name);
    let controls: Vec<String> = match controls.is_empty() {
        true => regions.iter().filter(is_control).map(|region| region.name.clone()).collect(),
        false => controls.to_vec(),
    };
    Split::Regions { treated: treated.to_vec(), controls: controls.clone() }.check(days, 0.05)?;
    let names: Vec<String> = treated.iter().chain(&controls).cloned().collect();
    let (panel, _) = usable(&snapshot, scope, kpi, &names).await?;
    let count = treated.len();
    let work = tokio::task::spawn_blocking(move || {
        let set: Vec<usize> = (0..count).collect();
        let found = geo::assess(&panel.values, &set, days as usize).map_err(|error| refusal(&panel, &error))?;
        if found.detectable_effect > MOST_DETECTABLE {
            return Err(format!(
                "With {} against the other {} regions only effects above {:.0} % would be proven in {days} days: that is no \
                 test. Take larger regions, run longer, or take another baseline.",
                list_words(&panel.names[..count]),
                panel.names.len() - count,
                100.0 * found.detectable_effect
            ));
        }
        Ok(choice(&panel, &found))
    });
    let found = work.await.map_err(|error| MeasureError::Refused(format!("It stopped: {error}")))?;
    found.map_err(MeasureError::Refused)
}

/// What switching on and off could prove by the brand's own past, for blocks of one to three days.
///
/// # Errors
/// The days are out of range, or the lake failed.
pub async fn period_outlook(
    lake: &Lake,
    now: InstantMs,
    days: i32,
    scope: &SeriesScope,
) -> Result<Vec<PeriodOutlook>, MeasureError> {
    check_days(days)?;
    let snapshot = lake.snapshot(now).await?;
    let today = snapshot.today();
    let series = daily(&snapshot, scope, Kpi::NetRevenue, today.plus(-1)).await?;
    let mut all = Vec::new();
    for block_days in 1..=3 {
        let count = days / block_days;
        if count < crate::LEAST_BLOCKS {
            continue;
        }
        // Nothing was switched in the past: what is asked of it is how much blocks differ.
        let Some(spread) = by_block(&series, today, &[], (block_days, 0)).and_then(|of| of.spread) else { continue };
        let last = &series.moved[series.moved.len().saturating_sub(LAST_DAYS)..];
        let usual = last.iter().sum::<f64>() / last.len().max(1) as f64;
        let on = count / 2;
        let blocks = [on as usize, (count - on) as usize];
        if usual > 0.0 {
            let half = (1.0 / blocks[0] as f64 + 1.0 / blocks[1] as f64).sqrt();
            all.push(PeriodOutlook { block_days, blocks, detectable_lift: 2.8 * spread * half / usual });
        }
    }
    Ok(all)
}

/// Registers a change that is split by region or period, after holding it against the brand's own past: what could never
/// be proven does not start. Returns the smallest true lift that would be found in 80 of 100 runs.
///
/// # Errors
/// The data are too thin for it, another change runs in the same regions or days, a rule of the ledger forbids it, or the
/// store or the lake failed.
pub async fn register_split(
    lake: &Lake,
    new: &NewChange<'_>,
    now: InstantMs,
    by: &str,
) -> Result<(Registered, f64), MeasureError> {
    let days = new.flight.len_days().min(KILL_AFTER_DAYS);
    let (split, detectable) = match &new.plan.split {
        Some(Split::Regions { treated, controls }) => {
            let of = (&new.plan.scope, new.primary_metric);
            let found = weigh_regions(lake, now, days, of, (treated, controls)).await?;
            (Split::Regions { treated: treated.clone(), controls: found.controls }, found.detectable_lift)
        }
        Some(Split::Periods { block_days }) => {
            let split = Split::Periods { block_days: *block_days };
            split.check(days, new.plan.alpha)?;
            let snapshot = lake.snapshot(now).await?;
            let today = snapshot.today();
            let series = daily(&snapshot, &new.plan.scope, new.primary_metric, today.plus(-1)).await?;
            let of = by_block(&series, today, &[], (*block_days, 0)).and_then(|of| of.spread);
            let Some(spread) = of else {
                return Err(MeasureError::Refused(
                    "There are too few days of orders: four weeks and eight blocks before the start are needed.".into(),
                ));
            };
            let last = &series.moved[series.moved.len().saturating_sub(LAST_DAYS)..];
            let usual = last.iter().sum::<f64>() / last.len().max(1) as f64;
            let (on, off) = (days / block_days / 2, days / block_days - days / block_days / 2);
            let lift = 2.8 * spread * (1.0 / f64::from(on) + 1.0 / f64::from(off)).sqrt() / usual;
            if lift.is_nan() || lift > 1.0 {
                return Err(MeasureError::Refused(format!(
                    "Switched on and off for {days} days, not even twice as much would be proven: your days differ too much. \
                     Take a random holdout."
                )));
            }
            (split, lift)
        }
        None => return Err(MeasureError::Refused("Name the regions, or the length of the periods.".into())),
    };
    let note = match new.baseline_note.trim() {
        "" => split.note(),
        note => note.to_owned(),
    };
    let new = new.clone().split(split, &note);
    let mut tx = lake.store().begin().await?;
    let registered = register(&mut tx, &new, now, by).await?;
    tx.commit().await?;
    Ok((registered, detectable))
}

/// Splits a change that is registered and has not begun, e.g. a launched concept, by region or period.
///
/// # Errors
/// It has begun, is off or has a random holdout; or as [`register_split`].
pub async fn split_change(
    lake: &Lake,
    id: ChangeId,
    split: Split,
    now: InstantMs,
    by: &str,
) -> Result<(Registered, f64), MeasureError> {
    let row = found(changes::get(lake.store(), id).await?, id)?;
    let today = now.day_in(&store::brand::get_or_default(lake.store()).await?.zone()?);
    if !row.status.is_served() || today >= row.starts_on {
        return Err(MeasureError::Refused(format!(
            "“{}” has begun or is off; a baseline is chosen before the start.",
            row.name
        )));
    }
    let (sprint, concept) = (row.sprint, row.concept);
    let new = of_row(&row, sprint.zip(concept));
    if row.baseline_grade == domain::sprint::BaselineGrade::A {
        return Err(MeasureError::Refused(format!("“{}” has a random holdout; there is nothing better.", row.name)));
    }
    register_split(lake, &new.split(split, ""), now, by).await
}

/// A registered change as it would be declared again.
fn of_row(row: &ChangeRow, concept: Option<(SprintId, ConceptId)>) -> NewChange<'_> {
    let mut plan = plan_of(row);
    if matches!(plan.split, Some(Split::Regions { .. })) {
        plan.scope.countries.clear();
    }
    NewChange {
        hypothesis: &row.hypothesis,
        owner: &row.owner,
        primary_metric: row.primary_metric.parse().unwrap_or(Kpi::NetRevenue),
        review_on: Some(row.review_on),
        lives_on: if row.lives_on == HERE { LivesOn::Here } else { LivesOn::Platform(&row.lives_on) },
        retest_of: row.retest_of,
        plan,
        ..NewChange::new(
            concept.map_or(Origin::Module(&row.key), |(sprint, concept)| Origin::Concept(sprint, concept)),
            &row.name,
            &row.kind,
            flight(row.starts_on, row.ends_on),
        )
    }
}

fn flight(from: Day, to: Day) -> DayRange {
    DayRange { from, to: to.min(from.plus(KILL_AFTER_DAYS - 1)) }
}
