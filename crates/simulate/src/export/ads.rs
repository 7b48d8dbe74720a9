//! Meta's and Google's daily ad reports.

use domain::{Day, DayRange, facts::AdPlatform};

use super::Csv;
use crate::{
    ads::{Ad, AdRow, slug},
    config::ReportLocale,
    world::World,
};

const AGES: [(&str, i64); 6] = [("18-24", 9), ("25-34", 29), ("35-44", 27), ("45-54", 18), ("55-64", 11), ("65+", 6)];
const GENDERS: [(&str, i64); 3] = [("female", 58), ("male", 38), ("unknown", 4)];

/// Figures of a report row.
#[derive(Debug, Clone, Copy, Default)]
struct Figures {
    impressions: i64,
    clicks: i64,
    spend_minor: i64,
    claimed_centi: i64,
    value_minor: i64,
}

impl Figures {
    fn add(&mut self, other: Figures) {
        self.impressions += other.impressions;
        self.clicks += other.clicks;
        self.spend_minor += other.spend_minor;
        self.claimed_centi += other.claimed_centi;
        self.value_minor += other.value_minor;
    }

    fn is_empty(&self) -> bool {
        self.impressions == 0 && self.spend_minor == 0 && self.claimed_centi == 0 && self.clicks == 0
    }

    /// The part between two cumulative weights of `total`, so that all parts add up to the whole.
    fn part(&self, from: i64, to: i64, total: i64) -> Figures {
        let cut = |value: i64| value * to / total - value * from / total;
        Figures {
            impressions: cut(self.impressions),
            clicks: cut(self.clicks),
            spend_minor: cut(self.spend_minor),
            claimed_centi: cut(self.claimed_centi / 100) * 100,
            value_minor: cut(self.value_minor),
        }
    }
}

impl World {
    /// The rows of a platform in a range with what an export on the morning after its last day shows of each.
    fn report_rows(&self, platform: AdPlatform, range: DayRange) -> Vec<(&AdRow, &Ad, Day, Figures)> {
        let days = self.day_indexes(range);
        let as_of = range.to.plus(1);
        let rows = self.ad_rows.iter().filter(|row| days.contains(&row.day));
        rows.map(|row| (row, &self.ads[row.ad as usize]))
            .filter(|(_, ad)| ad.platform == platform)
            .map(|(row, ad)| {
                let day = self.day_at(row.day);
                let (claimed_centi, value_minor) = row.claimed_as_of(platform, day, as_of);
                let figures = Figures {
                    impressions: i64::from(row.impressions),
                    clicks: i64::from(row.clicks),
                    spend_minor: row.spend_minor,
                    claimed_centi,
                    value_minor,
                };
                (row, ad, day, figures)
            })
            .collect()
    }

    /// Meta's report by day: a summary row first, without names; `by_age` adds the breakdown columns.
    pub(super) fn meta_csv(&self, range: DayRange, by_age: bool) -> Vec<u8> {
        let mut csv = Csv::new(self.config.currency.exponent());
        let code = self.config.currency.code();
        let german = self.config.meta_locale == ReportLocale::German;
        let (spend, value) = if german {
            (format!("Ausgegebener Betrag ({code})"), "Conversion-Wert für Käufe")
        } else {
            (format!("Amount spent ({code})"), "Purchases conversion value")
        };
        csv.raw("\u{feff}");
        let names: [&str; 8] = if german {
            [
                "Kampagnenname",
                "Kampagnen-ID",
                "Anzeigengruppenname",
                "Anzeigengruppen-ID",
                "Anzeigenname",
                "Anzeigen-ID",
                "Konto-ID",
                "Tag",
            ]
        } else {
            ["Campaign name", "Campaign ID", "Ad set name", "Ad set ID", "Ad name", "Ad ID", "Account ID", "Day"]
        };
        csv.texts(&names);
        if by_age {
            csv.texts(if german { &["Alter", "Geschlecht"] } else { &["Age", "Gender"] });
        }
        csv.texts(if german { &["Reichweite", "Impressionen"] } else { &["Reach", "Impressions"] });
        csv.text(if german { "Link-Klicks" } else { "Link clicks" }).text(&spend);
        csv.texts(if german { &["Käufe"] } else { &["Purchases"] }).text(value);
        csv.texts(if german { &["Berichtsstart", "Berichtsende"] } else { &["Reporting starts", "Reporting ends"] });
        csv.end();

        let rows = self.report_rows(AdPlatform::Meta, range);
        let mut sum = Figures::default();
        for (_, _, _, figures) in &rows {
            sum.add(*figures);
        }
        csv.skip(if by_age { 10 } else { 8 });
        self.meta_figures(&mut csv, sum, range.from, range.to);
        let total: i64 = AGES.iter().map(|(_, weight)| weight).sum::<i64>() * 100;
        for (_, ad, day, figures) in rows {
            let names = |csv: &mut Csv| {
                csv.text(&ad.campaign).int(ad.campaign_id as i64).text(&ad.ad_group).int(ad.ad_group_id as i64);
                csv.text(&ad.name).int(ad.ad_id as i64).text("1042337715519330").text(&self.meta_day(day));
            };
            if !by_age {
                names(&mut csv);
                self.meta_figures(&mut csv, figures, day, day);
                continue;
            }
            let mut from = 0;
            for (age, of_age) in AGES {
                for (gender, of_gender) in GENDERS {
                    let to = from + of_age * of_gender;
                    let part = figures.part(from, to, total);
                    from = to;
                    if !part.is_empty() {
                        names(&mut csv);
                        csv.texts(&[age, gender]);
                        self.meta_figures(&mut csv, part, day, day);
                    }
                }
            }
        }
        csv.finish()
    }

    fn meta_day(&self, day: Day) -> String {
        match self.config.meta_locale {
            ReportLocale::English => day.to_string(),
            ReportLocale::German => format!("{:02}.{:02}.{}", day.0.day(), day.0.month(), day.0.year()),
        }
    }

    fn meta_figures(&self, csv: &mut Csv, figures: Figures, from: Day, to: Day) {
        let (mark, group) = match self.config.meta_locale {
            ReportLocale::English => ('.', None),
            ReportLocale::German => (',', Some('.')),
        };
        csv.int(figures.impressions * 7 / 10).int(figures.impressions).int(figures.clicks);
        csv.local_amount(figures.spend_minor, mark, group);
        // No result is an empty cell, not a zero.
        match figures.claimed_centi {
            0 => csv.skip(2),
            centi => csv.int(centi / 100).local_amount(figures.value_minor, mark, group),
        };
        csv.text(&self.meta_day(from)).text(&self.meta_day(to));
        csv.end();
    }

    /// Google's report: two lines before the header, totals after the rows.
    pub(super) fn google_csv(&self, range: DayRange) -> Vec<u8> {
        let mut csv = Csv::new(self.config.currency.exponent());
        csv.text("Ad performance by day").end();
        let long = |day: Day| day.0.strftime("%-d %B %Y").to_string();
        csv.text(&format!("{} - {}", long(range.from), long(range.to))).end();
        csv.texts(&["Day", "Customer ID", "Account name", "Campaign", "Campaign ID", "Campaign type", "Ad group"]);
        csv.texts(&["Ad group ID", "Ad name", "Ad ID", "Currency code", "Impr.", "Clicks", "CTR", "Cost"]);
        csv.texts(&["Conversions", "Conv. value"]);
        csv.end();
        let account = format!("{} Ads", slug(self.brand.name));
        let mut sum = Figures::default();
        for (_, ad, day, figures) in self.report_rows(AdPlatform::Google, range) {
            sum.add(figures);
            let kind = if ad.campaign.starts_with("Performance") { "Performance Max" } else { "Search" };
            csv.text(&day.to_string()).text("618-204-7735").text(&account);
            csv.text(&ad.campaign).int(ad.campaign_id as i64).text(kind).text(&ad.ad_group);
            csv.int(ad.ad_group_id as i64).text(&ad.name).int(ad.ad_id as i64).text(self.config.currency.code());
            google_figures(&mut csv, figures);
        }
        for label in ["Total: Filtered ads", "Total: Account"] {
            csv.text(label);
            for _ in 0..9 {
                csv.text(" --");
            }
            csv.text(self.config.currency.code());
            google_figures(&mut csv, sum);
        }
        csv.finish()
    }
}

fn google_figures(csv: &mut Csv, figures: Figures) {
    csv.local(figures.impressions, 0, '.', Some(',')).local(figures.clicks, 0, '.', Some(','));
    let rate = if figures.impressions == 0 { 0 } else { figures.clicks * 10_000 / figures.impressions };
    csv.text(&format!("{}.{:02}%", rate / 100, rate % 100));
    csv.local_amount(figures.spend_minor, '.', Some(','));
    csv.local(figures.claimed_centi, 2, '.', Some(',')).local_amount(figures.value_minor, '.', Some(','));
    csv.end();
}
