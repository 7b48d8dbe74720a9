//! Bulk files that switch nothing on: a launch for Google Ads Editor and for Meta's Ads Manager, everything paused.
//!
//! Slots are taken from [`domain::launch::LaunchAd::texts`]: `headline`, `description`, `primary_text`, and for search also `path`. Texts
//! beyond what a platform takes are left out; the writer's checks refuse such drafts long before.
//!
//! **Formulas.** People open these files in spreadsheets. A cell that begins with `=`, `+`, `-` or `@` gets a space in
//! front: spreadsheets then show it as text, and both platforms trim it on import, so approved copy arrives unchanged.
//! Tabs and carriage returns become spaces.

mod google;
mod meta;

pub use google::google_editor_csv;
pub use meta::meta_bulk_csv;

use domain::launch::{LaunchAd, LaunchCampaign};

/// Rows of named cells; the header is the fixed list of columns.
struct Sheet {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Sheet {
    fn new(columns: impl IntoIterator<Item = impl Into<String>>) -> Sheet {
        Sheet { columns: columns.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Adds a row of `(column, text)`; columns that are not in the header are a programming error found by the tests.
    fn row<'a>(&mut self, cells: impl IntoIterator<Item = (&'a str, String)>) {
        let mut row = vec![String::new(); self.columns.len()];
        for (column, text) in cells {
            let index = self.columns.iter().position(|name| name == column);
            debug_assert!(index.is_some(), "no column {column}");
            if let Some(index) = index {
                row[index] = guarded(&text);
            }
        }
        self.rows.push(row);
    }

    fn to_csv(&self) -> String {
        let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
        // Writing to memory cannot fail, and every row is as long as the header.
        for record in std::iter::once(&self.columns).chain(&self.rows) {
            let _ = writer.write_record(record);
        }
        String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
    }
}

/// See the module's note on formulas.
fn guarded(text: &str) -> String {
    let clean = text.trim().replace(['\t', '\r'], " ");
    if clean.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) { format!(" {clean}") } else { clean }
}

/// The least an ad group is meant to get: the largest minimum among its ads.
fn least_of(campaign: &LaunchCampaign, ad_group: &str) -> i64 {
    campaign.ads.iter().filter(|ad| ad.ad_group == ad_group).map(|ad| ad.min_daily_budget_minor).max().unwrap_or(0)
}

/// Texts of a slot, in the order they were approved.
fn texts<'a>(ad: &'a LaunchAd, slot: &'a str) -> impl Iterator<Item = &'a str> {
    ad.texts.iter().filter(move |text| text.slot == slot).map(|text| text.text.as_str())
}

#[cfg(test)]
mod tests;
