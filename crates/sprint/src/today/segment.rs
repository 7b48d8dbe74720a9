//! The people behind a sentence of Today, as a list for a mail or advertising tool. Who must not be written to is left out
//! and counted; who took the list, when, and under which name is recorded.

use std::collections::BTreeMap;

use domain::{Day, DayRange, InstantMs, facts::Customer};
use serde::Serialize;
use store::customers;

use super::{DUE_DAYS, sentences};
use crate::{
    Context, SprintError,
    miners::{lapsed, replenishment, second_order},
};

/// Longest name of a segment.
const MOST_CHARS: usize = 80;
/// Pseudonyms that are looked up at once.
const AT_ONCE: usize = 500;

/// Somebody who may be written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Address.
    pub email: String,
    /// First name; empty where unknown.
    pub first_name: String,
    /// Last name; empty where unknown.
    pub last_name: String,
    /// Country as the shop has it; empty where unknown.
    pub country: String,
    /// True where a file said that they accept e-mail marketing; false where none said anything.
    pub has_opted_in: bool,
}

/// People who are not in the list, and why.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Opted out of e-mail marketing, unsubscribed or suppressed.
    pub opted_out: i64,
    /// No e-mail address is known.
    pub without_address: i64,
    /// Not known by name: erased, or known from orders alone.
    pub unknown: i64,
}

impl LeftOut {
    /// All of them.
    pub fn total(self) -> i64 {
        self.opted_out + self.without_address + self.unknown
    }
}

/// A list of people with its name and its date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Segment {
    /// The sentence it belongs to.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The day it is of.
    pub day: Day,
    /// When it was taken.
    pub at: InstantMs,
    /// By whom.
    pub by: String,
    /// People counted in the sentence.
    pub counted: i64,
    /// Who may be written to, by address.
    pub people: Vec<Member>,
    /// Who is left out.
    pub left_out: LeftOut,
}

/// The sentences whose people can be taken away as a list.
pub const KEYS: [&str; 3] = ["due", "once", "quiet"];

/// The relation `(k, customer_id)` of the people in a sentence.
fn members(key: &str, today: Day) -> Option<String> {
    let ahead = DayRange { from: today, to: today.plus(DUE_DAYS - 1) };
    Some(match key {
        "due" => replenishment::members(today, ahead, None),
        "once" => second_order::members(today, None),
        "quiet" => lapsed::members(today, None),
        _ => return None,
    })
}

/// Takes the people in a sentence as a list under a name, and records who did.
///
/// # Errors
/// There is no such sentence today, the name is missing or too long, or a query fails.
pub async fn export(ctx: &Context, key: &str, name: &str) -> Result<Segment, SprintError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MOST_CHARS {
        return Err(SprintError::Refused(format!(
            "Give the list a name of at most {MOST_CHARS} characters; it is recorded with who took it and when."
        )));
    }
    let none = || SprintError::Refused(format!("There are no people to list under “{key}” today."));
    let sentence = sentences(ctx).await?.into_iter().find(|sentence| sentence.key == key).ok_or_else(none)?;
    // The people of the sentence's own snapshot: the list is as long as the figure beside it.
    let snapshot = ctx.lake.snapshot_at(sentence.evidence.as_of_seq, sentence.evidence.as_of).await?;
    let sql = members(key, ctx.today()).ok_or_else(none)?;
    let table = snapshot.query(&format!("SELECT DISTINCT customer_id FROM ({sql}) AS s ORDER BY customer_id")).await?;
    let ids = table.iter().map(|row| Ok(row.text("customer_id")?.to_owned()));
    let ids = ids.collect::<Result<Vec<String>, lake::LakeError>>()?;
    let mut tx = ctx.store.begin().await?;
    let mut known: Vec<Customer> = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        known.extend(customers::by_pseudonyms(&mut tx, some).await?);
    }
    let mut segment = sort(&known, ids.len() as i64);
    segment = Segment {
        key: key.to_owned(),
        name: name.to_owned(),
        day: ctx.today(),
        at: ctx.now,
        by: ctx.actor.clone(),
        counted: ids.len() as i64,
        ..segment
    };
    ctx.record(&mut tx, (None, None), "segment.export", name, &segment.told()).await?;
    tx.commit().await?;
    Ok(segment)
}

/// Who of the known may be written to. An address that two customers share is listed once and left out if either opted out.
fn sort(known: &[Customer], counted: i64) -> Segment {
    let mut left_out = LeftOut { unknown: counted - known.len() as i64, ..LeftOut::default() };
    let address = |customer: &Customer| {
        let email = customer.email.as_deref().unwrap_or_default().trim().to_lowercase();
        Some(email).filter(|email| email.contains('@'))
    };
    let refused: Vec<String> =
        known.iter().filter(|one| one.accepts_email == Some(false)).filter_map(address).collect();
    let mut people: BTreeMap<String, Member> = BTreeMap::new();
    for one in known {
        match address(one) {
            _ if one.accepts_email == Some(false) => left_out.opted_out += 1,
            None => left_out.without_address += 1,
            Some(email) if refused.contains(&email) => left_out.opted_out += 1,
            Some(email) => {
                let text = |text: &Option<String>| text.clone().unwrap_or_default();
                let member = people.entry(email.clone()).or_insert(Member {
                    email,
                    first_name: text(&one.first_name),
                    last_name: text(&one.last_name),
                    country: text(&one.country),
                    has_opted_in: false,
                });
                member.has_opted_in |= one.accepts_email == Some(true);
            }
        }
    }
    Segment {
        key: String::new(),
        name: String::new(),
        day: Day::from_epoch_days(0),
        at: InstantMs(0),
        by: String::new(),
        counted,
        people: people.into_values().collect(),
        left_out,
    }
}

impl Segment {
    /// How many are in the list and how many are not, in a sentence.
    pub fn told(&self) -> String {
        let LeftOut { opted_out, without_address, unknown } = self.left_out;
        format!(
            "{} of {} people; left out: {opted_out} opted out or suppressed, {without_address} without an address, \
             {unknown} not known by name",
            self.people.len(),
            self.counted
        )
    }

    /// `NAME_DAY.csv` in plain letters.
    pub fn file_name(&self) -> String {
        format!("{}_{}.csv", crate::launch::slug(&self.name), self.day)
    }

    /// The list as CSV (RFC 4180), with headers that Klaviyo, Mailchimp and Meta recognise.
    pub fn csv(&self) -> String {
        let mut text = "Email,First Name,Last Name,Country,Accepts Marketing,Segment,As Of\r\n".to_owned();
        for one in &self.people {
            let opted_in = if one.has_opted_in { "yes" } else { "not said" };
            let day = self.day.to_string();
            let cells = [&one.email, &one.first_name, &one.last_name, &one.country, opted_in, &self.name, &day];
            text.push_str(&cells.map(quoted).join(","));
            text.push_str("\r\n");
        }
        text
    }
}

/// A cell; what a spreadsheet would take for a formula begins with a space.
fn quoted(cell: &str) -> String {
    let clean = cell.trim().replace(['\t', '\r', '\n'], " ");
    let clean =
        if clean.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) { format!(" {clean}") } else { clean };
    if clean.contains([',', '"']) { format!("\"{}\"", clean.replace('"', "\"\"")) } else { clean }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_said_no_is_left_out_and_everybody_is_counted() {
        let one = |key: &str, email: Option<&str>, accepts: Option<bool>| Customer {
            customer_key: key.into(),
            email: email.map(str::to_owned),
            first_name: Some("=cmd, \"A\"".into()),
            last_name: None,
            country: None,
            accepts_email: accepts,
            tags: vec![],
        };
        let known = [
            one("a", Some("A@shop.example"), Some(true)),
            one("b", Some("b@shop.example"), None),
            one("c", Some("c@shop.example"), Some(false)),
            one("d", None, Some(true)),
            // The same person under two keys, who once said no.
            one("e", Some("C@shop.example"), Some(true)),
        ];
        let segment = sort(&known, 7);
        let listed: Vec<(&str, bool)> =
            segment.people.iter().map(|member| (member.email.as_str(), member.has_opted_in)).collect();
        assert_eq!(listed, [("a@shop.example", true), ("b@shop.example", false)]);
        assert_eq!(segment.left_out, LeftOut { opted_out: 2, without_address: 1, unknown: 2 });
        assert_eq!(segment.people.len() as i64 + segment.left_out.total(), segment.counted);
        let csv = segment.csv();
        assert!(csv.contains("a@shop.example,\" =cmd, \"\"A\"\"\",,,yes,"), "{csv}");
    }
}
