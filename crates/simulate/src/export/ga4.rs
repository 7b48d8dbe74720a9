//! GA4's exploration export: a commented preamble, a grand total, `YYYYMMDD` days.

use domain::{Day, DayRange};

use super::Csv;
use crate::world::World;

impl World {
    /// The funnel by day, source/medium, campaign and ad content.
    pub(super) fn ga4_csv(&self, range: DayRange) -> Vec<u8> {
        let mut csv = Csv::new(self.config.currency.exponent());
        let short = |day: Day| day.0.strftime("%Y%m%d").to_string();
        let rule = "# ----------------------------------------\n";
        csv.raw(rule).raw("# Funnel by campaign\n").raw("# ").raw(self.brand.name).raw(" - GA4\n# ");
        csv.raw(&short(range.from)).raw("-").raw(&short(range.to)).raw("\n").raw(rule).raw("\n");
        csv.texts(&["Date", "Session source / medium", "Session campaign", "Session manual ad content", "Sessions"]);
        csv.texts(&["Items viewed", "Add to carts", "Checkouts", "Ecommerce purchases", "Purchase revenue"]);
        csv.end();
        let days = self.day_indexes(range);
        let rows = || self.funnel.iter().filter(|row| days.contains(&row.day));
        let sum = |what: fn(&crate::funnel::FunnelRow) -> i64| rows().map(what).sum::<i64>();
        csv.skip(4).int(sum(|row| i64::from(row.sessions))).int(sum(|row| i64::from(row.views)));
        csv.int(sum(|row| i64::from(row.add_to_carts))).int(sum(|row| i64::from(row.checkouts)));
        csv.int(sum(|row| i64::from(row.purchases))).amount(sum(|row| row.revenue_minor)).text("Grand total");
        csv.end();
        for row in rows() {
            let [source, medium, campaign, content] = self.utm(row.channel);
            csv.text(&short(self.day_at(row.day))).text(&format!("{source} / {medium}")).text(campaign).text(content);
            csv.int(i64::from(row.sessions)).int(i64::from(row.views)).int(i64::from(row.add_to_carts));
            csv.int(i64::from(row.checkouts)).int(i64::from(row.purchases)).amount(row.revenue_minor);
            csv.end();
        }
        csv.finish()
    }
}
