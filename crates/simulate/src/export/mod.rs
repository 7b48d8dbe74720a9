//! The files a shop's people would download, as messy as the platforms write them.

mod ads;
mod csv;
mod ga4;
mod orders;
mod shop;

use domain::{Day, DayRange};
use formats::Source;

use crate::{ads::RESTATED_DAYS, world::World};
pub(crate) use csv::Csv;

/// Longest span of one file: platforms offer a year at a time.
const FILE_DAYS: i32 = 366;
/// Days of the Meta report that also come broken down by age and gender.
const BREAKDOWN_DAYS: i32 = 14;

/// One exported file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportFile {
    /// File name, dates in it.
    pub name: String,
    /// What to import it as.
    pub source: Source,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// `range` in pieces of at most [`FILE_DAYS`], each beginning `overlap` days before the last one ended.
fn pieces(range: DayRange, overlap: i32) -> Vec<DayRange> {
    let mut out = Vec::new();
    let mut from = range.from;
    while from <= range.to {
        let to = from.plus(FILE_DAYS - 1).min(range.to);
        out.push(DayRange { from, to });
        if to == range.to {
            break;
        }
        from = to.plus(1 - overlap);
    }
    out
}

fn span(range: DayRange) -> String {
    format!("{}_{}", range.from, range.to)
}

impl World {
    /// All exports of a range of generated days, made on the morning after its last day, oldest first: products and
    /// customers (as they are now), orders, Meta (plain, and the last two weeks by age and gender), Google Ads, GA4.
    /// Ranges over a year come in several files, and an ad file overlaps the one before by [`RESTATED_DAYS`], with
    /// claims restated: the latest export of a row wins. Empty for a range without generated days.
    pub fn exports(&self, range: DayRange) -> Vec<ExportFile> {
        let range = DayRange { from: range.from.max(self.config.start), to: range.to.min(self.today()) };
        if range.len_days() == 0 {
            return Vec::new();
        }
        let file = |name: String, source, bytes| ExportFile { name, source, bytes };
        let mut files = vec![
            file(format!("products_export_{}.csv", range.to), Source::Shopify, self.products_csv()),
            file(format!("customers_export_{}.csv", range.to), Source::Shopify, self.customers_csv(range.to)),
        ];
        for (at, piece) in pieces(range, 0).into_iter().enumerate() {
            let bytes = self.orders_csv(piece, range.to, at == 0);
            files.push(file(format!("orders_export_{}.csv", span(piece)), Source::Shopify, bytes));
        }
        let overlapping = pieces(range, RESTATED_DAYS);
        for &piece in &overlapping {
            files.push(file(format!("meta_ads_{}.csv", span(piece)), Source::Meta, self.meta_csv(piece, false)));
        }
        let last: Day = range.to.plus(1 - BREAKDOWN_DAYS).max(range.from);
        let piece = DayRange { from: last, to: range.to };
        files.push(file(format!("meta_ads_age_gender_{}.csv", span(piece)), Source::Meta, self.meta_csv(piece, true)));
        for &piece in &overlapping {
            files.push(file(format!("google_ads_{}.csv", span(piece)), Source::Google, self.google_csv(piece)));
        }
        for piece in pieces(range, 3) {
            files.push(file(format!("ga4_{}.csv", span(piece)), Source::Ga4, self.ga4_csv(piece)));
        }
        files
    }

    /// What the team downloads on the morning after [`World::today`]: the last 28 days of everything, so that refunds
    /// and restated claims come in.
    pub fn morning_exports(&self) -> Vec<ExportFile> {
        let to = self.today();
        self.exports(DayRange { from: to.plus(1 - RESTATED_DAYS), to })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn long_ranges_come_in_overlapping_pieces() {
        let from = Day::parse("2024-01-01").unwrap();
        let range = DayRange { from, to: from.plus(729) };
        let out = pieces(range, 28);
        assert_eq!(out.len(), 3);
        assert_eq!(out[0].len_days(), 366);
        assert_eq!(out[1].from, out[0].to.plus(-27));
        assert_eq!(out.last().unwrap().to, range.to);
        assert_eq!(pieces(range, 0).iter().map(|piece| piece.len_days()).sum::<i32>(), 730);
    }
}
