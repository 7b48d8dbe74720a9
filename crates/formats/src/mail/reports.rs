//! Reports of campaigns and flows: Klaviyo's campaign export (`Campaign Name, Tags, Subject, List, Send Time, Send Weekday,
//! Total Recipients, Unique Placed Order, …`) and flow export by day (`Day, Flow ID, Flow Name, Flow Message ID, …`; see
//! <https://help.klaviyo.com/hc/en-us/articles/115002779351>), Mailchimp's `campaigns.csv` (`Title, Subject, List, Send
//! Date, Send Weekday, Total Recipients, Successful Deliveries, Soft Bounces, …`), HubSpot's e-mail performance export
//! (<https://knowledge.hubspot.com/articles/kcs_article/email/what-do-my-marketing-email-statistics-mean>).

use domain::facts::{Fact, MailDay, MailKind};

use crate::{
    columns::Columns,
    common::{Currencies, is_total_word},
    dates::Dates,
    numbers::Numbers,
    reader::{Assemble, Out, Row, Setup},
    records::{Problem, Rec},
    source::FileKind,
};

/// Emits one row a campaign, or a day and message of a flow.
pub(crate) struct Reports {
    platform: &'static str,
    kind: MailKind,
    text: [Option<usize>; 8],
    day: Dates,
    zone: jiff::tz::TimeZone,
    counts: [Numbers; 7],
    orders: Numbers,
    revenue: Numbers,
    currencies: Currencies,
}

const TEXT: [&str; 8] =
    ["flow_id", "flow_name", "message_id", "message_name", "variant", "subject", "audience", "channel"];
const COUNTS: [&str; 7] =
    ["recipients", "deliveries", "unique_opens", "unique_clicks", "unsubscribes", "complaints", "bounces"];

impl Reports {
    pub(crate) fn new(setup: &Setup<'_>) -> Reports {
        let columns = setup.columns;
        let numbers = |field: &str| Numbers::of(field, columns, setup.sample, setup.notation);
        Reports {
            platform: setup.kind.source().as_str(),
            kind: if setup.kind == FileKind::KlaviyoFlows { MailKind::Flow } else { MailKind::Campaign },
            text: TEXT.map(|field| columns.at(field)),
            day: Dates::of("day", columns, setup.sample, setup.notation.mark()),
            zone: setup.options.zone.clone(),
            counts: COUNTS.map(numbers),
            orders: numbers("orders"),
            revenue: numbers("revenue"),
            currencies: Currencies::new(setup),
        }
    }

    fn read(&self, rec: &Rec) -> Result<MailDay, Problem> {
        let [flow_id, flow_name, id, name, variant, subject, audience, channel] =
            self.text.map(|column| rec.get(column));
        if name.is_empty() && id.is_empty() {
            return Err(Problem::new(self.text[3], "The row names no message; fill in its name"));
        }
        let mut counts = [None; 7];
        for (count, numbers) in counts.iter_mut().zip(&self.counts) {
            *count = numbers.count(rec)?;
        }
        let [recipients, deliveries, unique_opens, unique_clicks, unsubscribes, complaints, bounces] = counts;
        let bounced = bounces.unwrap_or(0);
        // Some exports have only one of the two.
        let delivered = deliveries.unwrap_or_else(|| recipients.unwrap_or(0).saturating_sub(bounced));
        // Fractions of an order come with models of attribution; what is left is rounded.
        let orders = self.orders.amount(rec)?.map(|micros| (micros + 500_000).div_euclid(1_000_000));
        let or = |first: &str, second: &str| if first.is_empty() { second.to_owned() } else { first.to_owned() };
        Ok(MailDay {
            platform: self.platform.to_owned(),
            kind: self.kind,
            day: self.day.when(rec)?.instant(&self.zone).day_in(&self.zone),
            flow_id: or(flow_id, flow_name),
            flow_name: or(flow_name, flow_id),
            message_id: or(id, name),
            message_name: or(name, id),
            variant: variant.to_owned(),
            subject: subject.to_owned(),
            audience: audience.to_owned(),
            channel: channel.to_lowercase(),
            recipients: recipients.unwrap_or_else(|| delivered.saturating_add(bounced)),
            deliveries: delivered,
            unique_opens: unique_opens.unwrap_or(0),
            unique_clicks: unique_clicks.unwrap_or(0),
            unsubscribes: unsubscribes.unwrap_or(0),
            complaints: complaints.unwrap_or(0),
            bounces: bounced,
            orders,
            revenue_micros: self.revenue.amount(rec)?,
            currency: self.currencies.of(rec)?,
        })
    }
}

impl Assemble for Reports {
    fn take(&mut self, rec: &Rec, shape: Option<Problem>, columns: &Columns, out: &mut Out) {
        let day = rec.get(self.day.column());
        if is_total_word(day) || (day.is_empty() && rec.cells.iter().any(is_total_word)) {
            return out.skip();
        }
        let read = match shape {
            Some(problem) => Err(problem),
            None => self.read(rec),
        };
        match read {
            Ok(mail) => out.row(Row::new(Fact::Mail(mail), 1, rec.row)),
            Err(problem) => out.reject(rec.reject(columns, problem.column, problem.reason)),
        }
    }

    fn finish(&mut self, _: &Columns, _: &mut Out) {}
}
