//! Daily ad reports of Meta and Google.

use domain::{
    Day,
    facts::{AdDay, AdPlatform, Fact},
};

use crate::{
    columns::Columns,
    common::{Currencies, is_total_word},
    dates::Dates,
    duplicates::Duplicates,
    numbers::Numbers,
    reader::{Assemble, Out, Row, Setup},
    records::{Problem, Rec},
    source::FileKind,
};

/// Emits one row a day, ad and breakdown; totals and subtotals are skipped.
pub(crate) struct Ads {
    platform: AdPlatform,
    /// The day of every row, for reports without one.
    default_day: Option<Day>,
    day: Dates,
    starts: Dates,
    ends: Dates,
    account: [Option<usize>; 2],
    campaign: [Option<usize>; 2],
    ad_group: [Option<usize>; 2],
    ad: [Option<usize>; 2],
    currencies: Currencies,
    impressions: Numbers,
    clicks: Numbers,
    spend: Numbers,
    conversions: Numbers,
    value: Numbers,
    duplicates: Duplicates,
}

impl Ads {
    pub(crate) fn new(setup: &Setup<'_>) -> Ads {
        let columns = setup.columns;
        let numbers = |field: &str| Numbers::of(field, columns, setup.sample, setup.notation);
        let dates = |field: &str| Dates::of(field, columns, setup.sample, setup.notation.mark());
        // A column that is empty throughout is as good as absent, or every row would look like a subtotal.
        let filled = |field: &str| {
            let column = columns.at(field);
            column.filter(|_| setup.sample.iter().any(|rec| !blank(rec.get(column))))
        };
        let pair = |id: &str, name: &str| [filled(id), filled(name)];
        Ads {
            platform: if setup.kind == FileKind::GoogleAds { AdPlatform::Google } else { AdPlatform::Meta },
            default_day: columns.literal("day").and_then(|text| Day::parse(text).ok()).or(setup.options.default_day),
            day: dates("day"),
            starts: dates("reporting_starts"),
            ends: dates("reporting_ends"),
            account: pair("account_id", "account_name"),
            campaign: pair("campaign_id", "campaign_name"),
            ad_group: pair("ad_group_id", "ad_group_name"),
            ad: pair("ad_id", "ad_name"),
            currencies: Currencies::new(setup),
            impressions: numbers("impressions"),
            clicks: numbers("clicks"),
            spend: numbers("spend"),
            conversions: numbers("conversions"),
            value: numbers("value"),
            duplicates: Duplicates::new(columns, setup.sample),
        }
    }

    /// Totals of the account, a campaign or a day: a totals word where the row's identity or day should be, no identity
    /// at all, or no ad in a report by ad.
    fn is_total(&self, rec: &Rec) -> bool {
        let identity = self.campaign.iter().chain(&self.ad_group).chain(&self.ad).copied().flatten();
        let mut named = false;
        let mut total = false;
        for column in identity {
            let text = rec.get(Some(column));
            total |= is_total_word(text);
            named |= !blank(text);
        }
        let known = |pair: [Option<usize>; 2]| pair.iter().any(|column| column.is_some());
        let is_empty = |pair: [Option<usize>; 2]| known(pair) && pair.iter().all(|column| blank(rec.get(*column)));
        let day_column = self.day.column().or(self.starts.column());
        let day = rec.get(day_column);
        let no_day = day_column.is_none() || blank(day) || is_total_word(day);
        let has_identity = known(self.campaign) || known(self.ad_group) || known(self.ad);
        (no_day && (total || is_total_word(rec.get(Some(0)))))
            || is_total_word(day)
            || (has_identity && !named)
            || is_empty(self.ad)
    }

    fn day(&self, rec: &Rec) -> Result<Day, Problem> {
        if self.day.column().is_some() {
            return self.day.day(rec);
        }
        if let Some(day) = self.default_day {
            return Ok(day);
        }
        let from = self.starts.day(rec)?;
        let to = if self.ends.column().is_some() { self.ends.day(rec)? } else { from };
        if from == to {
            return Ok(from);
        }
        let reason = format!("The row covers {from} to {to}; export the report with the breakdown by day");
        Err(Problem::new(self.starts.column(), reason))
    }

    fn read(&self, rec: &Rec, columns: &Columns) -> Result<AdDay, Problem> {
        let first = |pair: [Option<usize>; 2]| {
            pair.into_iter().map(|column| rec.get(column)).find(|text| !blank(text)).unwrap_or("").to_owned()
        };
        let [id, name] = [|pair: [Option<usize>; 2]| pair, |[id, name]: [Option<usize>; 2]| [name, id]];
        let (mut dims, mut values) = (String::new(), String::new());
        for (dim, column) in &columns.breakdowns {
            let value = rec.get(Some(*column));
            // "All" of a dimension is the row that is not broken down by it.
            if blank(value) || matches!(value, "All" | "Alle" | "Tous" | "Todos" | "all") || is_total_word(value) {
                continue;
            }
            if !dims.is_empty() {
                dims.push(',');
                values.push(',');
            }
            dims.push_str(dim);
            values.push_str(&value.replace(',', ";"));
        }
        Ok(AdDay {
            platform: self.platform,
            account_id: first(id(self.account)),
            day: self.day(rec)?,
            campaign_id: first(id(self.campaign)),
            campaign_name: first(name(self.campaign)),
            ad_group_name: first(name(self.ad_group)),
            ad_id: first(id(self.ad)),
            ad_name: first(name(self.ad)),
            breakdown_dims: dims,
            breakdown_values: values,
            impressions: self.impressions.count(rec)?.unwrap_or(0),
            clicks: self.clicks.count(rec)?.unwrap_or(0),
            spend_micros: self.spend.amount(rec)?.unwrap_or(0),
            conversions_micros: self.conversions.amount(rec)?.unwrap_or(0),
            value_micros: self.value.amount(rec)?.unwrap_or(0),
            currency: self.currencies.of(rec)?,
        })
    }
}

/// What to do about an unknown breakdown.
const MEND: &str = "import with --map breakdown=COLUMN or export without that column";

/// Nothing where a name should be.
fn blank(text: &str) -> bool {
    matches!(text, "" | "--" | "-" | "—")
}

impl Assemble for Ads {
    fn take(&mut self, rec: &Rec, shape: Option<Problem>, columns: &Columns, out: &mut Out) {
        if self.is_total(rec) || rec.get(Some(0)).starts_with('#') {
            return out.skip();
        }
        let read = match shape {
            Some(problem) => Err(problem),
            None => self.read(rec, columns),
        };
        let checked = read.and_then(|ad| self.duplicates.check(&ad.key(), rec, columns, MEND).map(|()| ad));
        match checked {
            Ok(ad) => out.row(Row::new(Fact::AdDay(ad), 1, rec.row)),
            Err(problem) => out.reject(rec.reject(columns, problem.column, problem.reason)),
        }
    }

    fn finish(&mut self, _: &Columns, _: &mut Out) {}
}
