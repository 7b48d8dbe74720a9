//! GA4 funnel tables: day by source/medium, campaign and ad content.

use domain::facts::{Fact, FunnelDay};

use crate::{
    columns::Columns,
    common::{Currencies, is_total_word},
    dates::Dates,
    duplicates::Duplicates,
    numbers::Numbers,
    reader::{Assemble, Out, Row, Setup},
    records::{Problem, Rec},
};

/// Emits one row a day and combination of dimensions; comments and the grand total are skipped.
pub(crate) struct Funnel {
    day: Dates,
    source_medium: Option<usize>,
    source: Option<usize>,
    medium: Option<usize>,
    campaign: Option<usize>,
    content: Option<usize>,
    currencies: Currencies,
    sessions: Numbers,
    views: Numbers,
    add_to_carts: Numbers,
    checkouts: Numbers,
    purchases: Numbers,
    revenue: Numbers,
    duplicates: Duplicates,
}

impl Funnel {
    pub(crate) fn new(setup: &Setup<'_>) -> Funnel {
        let columns = setup.columns;
        let numbers = |field: &str| Numbers::of(field, columns, setup.sample, setup.notation);
        Funnel {
            day: Dates::of("day", columns, setup.sample, setup.notation.mark()),
            source_medium: columns.at("source_medium"),
            source: columns.at("source"),
            medium: columns.at("medium"),
            campaign: columns.at("campaign"),
            content: columns.at("content"),
            currencies: Currencies::new(setup),
            sessions: numbers("sessions"),
            views: numbers("views"),
            add_to_carts: numbers("add_to_carts"),
            checkouts: numbers("checkouts"),
            purchases: numbers("purchases"),
            revenue: numbers("revenue"),
            duplicates: Duplicates::new(columns, setup.sample),
        }
    }

    fn is_total(&self, rec: &Rec) -> bool {
        let dims = [self.day.column(), self.source_medium, self.source, self.campaign];
        let day = rec.get(self.day.column());
        let is_empty = dims.iter().all(|column| rec.get(*column).is_empty());
        is_empty
            || is_total_word(day)
            || (day.is_empty() && rec.cells.iter().any(is_total_word))
            || rec.get(Some(0)).starts_with('#')
    }

    fn read(&self, rec: &Rec) -> Result<FunnelDay, Problem> {
        let joined = rec.get(self.source_medium);
        let (source, medium) = match joined.split_once('/') {
            _ if joined.is_empty() => (rec.get(self.source), rec.get(self.medium)),
            Some((source, medium)) => (source.trim(), medium.trim()),
            None => (joined, rec.get(self.medium)),
        };
        // "(not set)" of a campaign or content means that there was none.
        let set = |column: Option<usize>| match rec.get(column) {
            "(not set)" | "(not provided)" | "(none)" => String::new(),
            text => text.to_owned(),
        };
        let count = |numbers: &Numbers| numbers.count(rec).map(|count| count.unwrap_or(0));
        Ok(FunnelDay {
            day: self.day.day(rec)?,
            source: source.to_owned(),
            medium: medium.to_owned(),
            campaign: set(self.campaign),
            content: set(self.content),
            sessions: count(&self.sessions)?,
            views: count(&self.views)?,
            add_to_carts: count(&self.add_to_carts)?,
            checkouts: count(&self.checkouts)?,
            purchases: count(&self.purchases)?,
            revenue_micros: self.revenue.amount(rec)?.unwrap_or(0),
            currency: self.currencies.of(rec)?,
        })
    }
}

impl Assemble for Funnel {
    fn take(&mut self, rec: &Rec, shape: Option<Problem>, columns: &Columns, out: &mut Out) {
        if self.is_total(rec) {
            return out.skip();
        }
        let read = match shape {
            Some(problem) => Err(problem),
            None => self.read(rec),
        };
        let checked = read.and_then(|funnel| {
            self.duplicates.check(&funnel.key(), rec, columns, "export without that column").map(|()| funnel)
        });
        match checked {
            Ok(funnel) => out.row(Row::new(Fact::FunnelDay(funnel), 1, rec.row)),
            Err(problem) => out.reject(rec.reject(columns, problem.column, problem.reason)),
        }
    }

    fn finish(&mut self, _: &Columns, _: &mut Out) {}
}
