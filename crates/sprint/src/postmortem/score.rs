//! The scorecard: the shop's money in two windows of the same length.

use domain::{
    DayRange, Money,
    sprint::{Evidence, SprintStage},
};

use super::doc::ScoreRow;
use crate::{Context, SprintError, ask::ask, review::Scope};

/// Below this share of revenue with known cost a contribution would be guessed.
const LEAST_COVERAGE: f64 = 0.5;

/// What a window came to, in millionths.
#[derive(Debug, Clone)]
pub(super) struct WindowSums {
    pub net_micros: i64,
    pub orders: i64,
    pub spend_micros: i64,
    pub claimed_micros: i64,
    pub new_customers: i64,
    pub known_customers: i64,
    /// Cost of goods and the revenue they are known for, of all product revenue.
    pub cost_micros: i64,
    pub covered_micros: i64,
    pub product_micros: i64,
    pub evidence: Vec<Evidence>,
}

/// Sums a window of the snapshot.
///
/// # Errors
/// A query failed.
pub(super) async fn sums(scope: &Scope, window: DayRange) -> Result<WindowSums, SprintError> {
    let days = format!("day >= DATE '{}' AND day <= DATE '{}'", window.from, window.to);
    let sql = format!(
        "SELECT COALESCE(SUM(net_micros), 0) AS net_micros, \
         COALESCE(SUM(CASE WHEN kind = 'sale' THEN 1 ELSE 0 END), 0) AS orders, \
         COUNT(DISTINCT customer_id) AS customers FROM orders WHERE {days}"
    );
    let (net, net_evidence) = ask(&scope.snapshot, "net revenue of the shop", &sql).await?;
    let sql = format!(
        "SELECT COALESCE(SUM(spend_micros), 0) AS spend_micros, COALESCE(SUM(value_micros), 0) AS claimed_micros \
         FROM ad_totals WHERE {days}"
    );
    let (ads, ads_evidence) = ask(&scope.snapshot, "ad spend and the value platforms claim", &sql).await?;
    let sql = format!(
        "SELECT COUNT(*) AS new_customers FROM (SELECT customer_id, MIN(day) AS first_day FROM orders WHERE kind = 'sale' \
         AND customer_id IS NOT NULL GROUP BY customer_id) WHERE first_day >= DATE '{}' AND first_day <= DATE '{}'",
        window.from, window.to
    );
    let (new, new_evidence) = ask(&scope.snapshot, "customers who bought for the first time", &sql).await?;
    let sql = format!(
        "SELECT COALESCE(SUM(CASE WHEN p.cost_micros IS NOT NULL THEN l.quantity * p.cost_micros END), 0) AS cost_micros, \
         COALESCE(SUM(CASE WHEN p.cost_micros IS NOT NULL THEN l.amount_micros END), 0) AS covered_micros, \
         COALESCE(SUM(l.amount_micros), 0) AS product_micros FROM order_lines l LEFT JOIN products p \
         ON p.product_id = l.product_id WHERE l.is_product AND NOT l.is_cancelled AND l.kind IN ('sale', 'cancellation') \
         AND l.day >= DATE '{}' AND l.day <= DATE '{}'",
        window.from, window.to
    );
    let (cost, cost_evidence) = ask(&scope.snapshot, "cost of the goods sold, where known", &sql).await?;
    let (net, ads, new, cost) = (net.first()?, ads.first()?, new.first()?, cost.first()?);
    Ok(WindowSums {
        net_micros: net.int("net_micros")?,
        orders: net.int("orders")?,
        known_customers: net.int("customers")?,
        spend_micros: ads.int("spend_micros")?,
        claimed_micros: ads.int("claimed_micros")?,
        new_customers: new.int("new_customers")?,
        cost_micros: cost.int("cost_micros")?,
        covered_micros: cost.int("covered_micros")?,
        product_micros: cost.int("product_micros")?,
        evidence: vec![net_evidence, ads_evidence, new_evidence, cost_evidence],
    })
}

impl WindowSums {
    /// Share of product revenue whose cost is known.
    fn coverage(&self) -> f64 {
        if self.product_micros > 0 { self.covered_micros as f64 / self.product_micros as f64 } else { 0.0 }
    }

    fn contribution_micros(&self) -> Option<i64> {
        (self.coverage() >= LEAST_COVERAGE).then(|| self.net_micros - self.cost_micros - self.spend_micros)
    }

    fn ratio(top: i64, bottom: i64) -> Option<f64> {
        (bottom > 0).then(|| top as f64 / bottom as f64)
    }
}

/// The rows of the scorecard.
pub(super) fn rows(scope: &Scope, now: &WindowSums, before: &WindowSums) -> Vec<ScoreRow> {
    let money = |micros: i64| scope.money(micros);
    let mut rows = vec![
        money_row(
            scope,
            "net_revenue",
            "Net revenue of the shop",
            (now.net_micros, before.net_micros),
            (now, before, 0),
        ),
        money_row(
            scope,
            "ad_spend",
            "Ad spend, all campaigns",
            (now.spend_micros, before.spend_micros),
            (now, before, 1),
        ),
    ];
    let mer = |sums: &WindowSums| WindowSums::ratio(sums.net_micros, sums.spend_micros);
    rows.push(ScoreRow {
        note: "Net revenue per unit of ad spend, all orders of the shop.".into(),
        ..ratio_row("mer", "MER", (mer(now), mer(before)), "no ad spend", (now, before, &[0, 1]))
    });
    let cac = |sums: &WindowSums| {
        (sums.new_customers > 0 && sums.spend_micros > 0).then(|| money(sums.spend_micros / sums.new_customers))
    };
    let words = |sums: &WindowSums| match (cac(sums), sums.known_customers) {
        (Some(cac), _) => format!("{cac} ({} new)", domain::group_thousands(sums.new_customers.unsigned_abs())),
        (None, 0) => "not computed: orders carry no customer".into(),
        (None, _) if sums.spend_micros == 0 => "no ad spend".into(),
        (None, _) => "no new customer".into(),
    };
    rows.push(ScoreRow {
        key: "new_customer_cac".into(),
        label: "New-customer CAC".into(),
        now: words(now),
        before: words(before),
        now_value: cac(now).map(major),
        before_value: cac(before).map(major),
        note: "All ad spend divided by customers who bought for the first time.".into(),
        evidence: evidence(now, before, &[1, 2]),
    });
    rows.push(contribution_row(scope, now, before));
    let claimed = |sums: &WindowSums| WindowSums::ratio(sums.claimed_micros, sums.net_micros);
    rows.push(ScoreRow {
        note: format!(
            "Platforms claim {} of the shop's {}. Each counts for itself, so they may claim more than there is.",
            money(now.claimed_micros),
            money(now.net_micros)
        ),
        ..ratio_row(
            "claimed_to_actual",
            "Claimed by platforms ÷ actual",
            (claimed(now), claimed(before)),
            "no net revenue",
            (now, before, &[0, 1]),
        )
    });
    rows
}

fn contribution_row(scope: &Scope, now: &WindowSums, before: &WindowSums) -> ScoreRow {
    let words = |sums: &WindowSums| match sums.contribution_micros() {
        Some(micros) => scope.money(micros).to_string(),
        None => format!("not computed: cost known for {:.0} % of revenue", sums.coverage() * 100.0),
    };
    let value = |sums: &WindowSums| sums.contribution_micros().map(|micros| major(scope.money(micros)));
    let coverage = now.coverage() * 100.0;
    let note = if coverage >= 99.5 {
        "Net revenue less cost of goods less ad spend; cost is known for all products sold.".to_owned()
    } else {
        format!(
            "Net revenue less cost of goods less ad spend. Cost is known for {coverage:.0} % of product revenue; the rest \
             counts without cost, so the true figure is lower. Add costs to the product export."
        )
    };
    ScoreRow {
        key: "contribution_after_ads".into(),
        label: "Contribution after ads".into(),
        now: words(now),
        before: words(before),
        now_value: value(now),
        before_value: value(before),
        note,
        evidence: evidence(now, before, &[0, 1, 3]),
    }
}

fn money_row(
    scope: &Scope,
    key: &str,
    label: &str,
    (micros, before_micros): (i64, i64),
    (now, before, which): (&WindowSums, &WindowSums, usize),
) -> ScoreRow {
    let (a, b) = (scope.money(micros), scope.money(before_micros));
    ScoreRow {
        key: key.into(),
        label: label.into(),
        now: a.to_string(),
        before: b.to_string(),
        now_value: Some(major(a)),
        before_value: Some(major(b)),
        note: String::new(),
        evidence: evidence(now, before, &[which]),
    }
}

fn ratio_row(
    key: &str,
    label: &str,
    (a, b): (Option<f64>, Option<f64>),
    none: &str,
    (now, before, which): (&WindowSums, &WindowSums, &[usize]),
) -> ScoreRow {
    let words = |value: Option<f64>| value.map_or(none.to_owned(), |value| format!("{value:.2}"));
    ScoreRow {
        key: key.into(),
        label: label.into(),
        now: words(a),
        before: words(b),
        now_value: a,
        before_value: b,
        note: String::new(),
        evidence: evidence(now, before, which),
    }
}

fn evidence(now: &WindowSums, before: &WindowSums, which: &[usize]) -> Vec<Evidence> {
    let of =
        |sums: &WindowSums| which.iter().filter_map(|&index| sums.evidence.get(index).cloned()).collect::<Vec<_>>();
    [of(now), of(before)].concat()
}

fn major(money: Money) -> f64 {
    money.minor as f64 / 10f64.powi(money.currency.exponent() as i32)
}

/// What the sprint's changes earned against their baselines, as the ledger has it: middles add, ranges by the squares of
/// their halves. Proven or not is said; an unproven sum is never called earned.
///
/// # Errors
/// The store failed.
pub(super) async fn earned_row(ctx: &Context, sprint: domain::SprintId) -> Result<ScoreRow, SprintError> {
    let words = |sum: &Option<Earned>| match sum {
        Some(sum) => sum.words(ctx),
        None => "not read yet".to_owned(),
    };
    let now = earned(ctx, sprint).await?;
    let last = super::time::last_signed(ctx, sprint).await?;
    let before = match &last {
        Some(last) => earned(ctx, last.id).await?,
        None => None,
    };
    Ok(ScoreRow {
        key: "earned".into(),
        label: "Net money against baseline".into(),
        now: words(&now),
        before: if last.is_some() { words(&before) } else { "no earlier sprint".into() },
        now_value: now.as_ref().map(|sum| major(ctx.money_from_micros(sum.mid as i64))),
        before_value: before.as_ref().map(|sum| major(ctx.money_from_micros(sum.mid as i64))),
        note:
            "What the sprint's concepts brought beyond their baselines, after their cost, with the range in which it \
               lies. Unproven means it may be luck."
                .into(),
        evidence: Vec::new(),
    })
}

/// A sum over the changes of a sprint, millionths.
struct Earned {
    changes: usize,
    won: usize,
    mid: f64,
    /// Squares of the halves below and above.
    below: f64,
    above: f64,
}

impl Earned {
    fn words(&self, ctx: &Context) -> String {
        let money = |micros: f64| ctx.money_from_micros(micros as i64);
        let proven = match self.won {
            0 => "none proven".to_owned(),
            won if won == self.changes => "proven".to_owned(),
            won => format!("{won} of {} proven", self.changes),
        };
        let (low, high) = (self.mid - self.below.sqrt(), self.mid + self.above.sqrt());
        format!("{} [{}, {}], {proven}", money(self.mid), money(low), money(high))
    }
}

async fn earned(ctx: &Context, sprint: domain::SprintId) -> Result<Option<Earned>, SprintError> {
    let mut sum: Option<Earned> = None;
    for lesson in measure::verdicts_of(&ctx.store, sprint, ctx.today()).await? {
        let Some(verdict) = &lesson.entry.verdict else { continue };
        let (Some(low), Some(mid), Some(high)) = (verdict.net_low_micros, verdict.net_micros, verdict.net_high_micros)
        else {
            continue;
        };
        let of = sum.get_or_insert(Earned { changes: 0, won: 0, mid: 0.0, below: 0.0, above: 0.0 });
        of.changes += 1;
        of.won += usize::from(lesson.word == domain::sprint::ResultWord::Won);
        of.mid += mid as f64;
        of.below += (mid as f64 - low as f64).powi(2);
        of.above += (high as f64 - mid as f64).powi(2);
    }
    Ok(sum)
}

/// What the team's output cost: approved ads, and the stages' direct cost by the workflow map plus models.
///
/// # Errors
/// The store failed.
pub(super) async fn output_row(
    ctx: &Context,
    scope: &Scope,
    sprint: domain::SprintId,
) -> Result<ScoreRow, SprintError> {
    let ads = scope.launch.document.ads as i64;
    let direct = super::time::direct_cost_minor(ctx).await?;
    let models = store::answers::spent(&ctx.store, sprint).await?;
    let each = direct.filter(|_| ads > 0).map(|minor| ctx.money(minor / ads));
    let models_words = format!("${:.2}", models as f64 / 1e6);
    let now = match each {
        Some(each) => format!("{each} an ad ({ads} ads)"),
        None => format!("{ads} ads"),
    };
    let last = last_output(ctx, sprint).await?;
    Ok(ScoreRow {
        key: "output_per_cost".into(),
        label: "Output per cost".into(),
        now,
        before: last.map_or("no earlier sprint".to_owned(), |ads| crate::ask::count(ads, "ad")),
        now_value: each.map(major),
        before_value: None,
        note: match direct {
            Some(minor) => format!(
                "Approved ads and e-mails; direct cost of the workflow map ({}) divided by them. Models cost {models_words} on top.",
                ctx.money(minor)
            ),
            None => format!(
                "Approved ads and e-mails. Fill in costs on the workflow map to see the cost of each. Models cost {models_words}."
            ),
        },
        evidence: Vec::new(),
    })
}

async fn last_output(ctx: &Context, sprint: domain::SprintId) -> Result<Option<i64>, SprintError> {
    for row in store::sprints::list(&ctx.store).await? {
        if row.id != sprint && row.stage == SprintStage::Signed {
            let launch = store::launches::get::<crate::launch::LaunchDoc>(&ctx.store, row.id).await?;
            return Ok(launch.map(|launch| launch.document.ads as i64));
        }
    }
    Ok(None)
}
