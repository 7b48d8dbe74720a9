//! Contacts and their consent: personal data, for the store only.
//!
//! Klaviyo profiles (`Email, Klaviyo ID, First Name, …, Email Marketing Consent, …, Email Suppressions`; a suppressed
//! profile gets no marketing even where it consented, <https://help.klaviyo.com/hc/en-us/articles/24312135764251>),
//! Mailchimp audiences (`Email Address, First Name, …, OPTIN_TIME, CONFIRM_TIME, …, LEID, EUID`, one file each of
//! subscribed, unsubscribed and cleaned contacts), HubSpot contacts (`Record ID, First Name, Last Name, Email, …,
//! Unsubscribed from all email`).

use domain::facts::{Customer, Fact};

use crate::{
    columns::Columns,
    reader::{Assemble, Out, Row, Setup},
    records::{Problem, Rec},
    source::FileKind,
    texts::{person_key, some_text, yes_no},
};

/// Emits one customer a row, keyed as orders name them.
pub(crate) struct Contacts {
    kind: FileKind,
    text: [Option<usize>; 11],
}

const TEXT: [&str; 11] = [
    "email",
    "first_name",
    "last_name",
    "country",
    "phone",
    "tags",
    "consent",
    "opted_in",
    "unsubscribed",
    "suppressed",
    "legal_basis",
];

impl Contacts {
    pub(crate) fn new(setup: &Setup<'_>) -> Contacts {
        Contacts { kind: setup.kind, text: TEXT.map(|field| setup.columns.at(field)) }
    }

    fn read(&self, rec: &Rec) -> Result<Customer, Problem> {
        let [email, first, last, country, phone, tags, consent, opted_in, unsubscribed, suppressed, basis] =
            self.text.map(|column| rec.get(column));
        if !email.is_empty() && !email.contains('@') {
            return Err(Problem::new(self.text[0], "Not an e-mail address; write it like name@example.org"));
        }
        let Some(customer_key) = person_key(email, phone) else {
            return Err(Problem::new(self.text[0], "The contact has neither e-mail nor phone; fill one in"));
        };
        let accepts_email = match self.kind {
            FileKind::KlaviyoProfiles => klaviyo(consent, suppressed),
            FileKind::MailchimpContacts => mailchimp([consent, opted_in], [unsubscribed, suppressed]),
            _ => hubspot(unsubscribed, suppressed, basis),
        };
        Ok(Customer {
            customer_key,
            email: some_text(email).map(|email| email.to_lowercase()),
            first_name: some_text(first),
            last_name: some_text(last),
            country: some_text(country),
            accepts_email,
            // `"VIP","Blog"` within one cell.
            tags: tags.split(',').filter_map(|tag| some_text(tag.trim().trim_matches('"'))).collect(),
        })
    }
}

/// Suppression outranks consent. `NEVER_SUBSCRIBED` says nothing about a consent that was given elsewhere.
fn klaviyo(consent: &str, suppressed: &str) -> Option<bool> {
    if !matches!(suppressed.trim_matches(['[', ']', '"', ' ']).to_lowercase().as_str(), "" | "false" | "none") {
        return Some(false);
    }
    match consent.to_uppercase().as_str() {
        "" | "NEVER_SUBSCRIBED" | "NEVER SUBSCRIBED" => None,
        "UNSUBSCRIBED" | "FALSE" | "NO" | "SUPPRESSED" => Some(false),
        // Some accounts export the time of consent.
        text => Some(yes_no(text).unwrap_or_else(|| text.starts_with(|c: char| c.is_ascii_digit()))),
    }
}

/// A time in one of the columns says that it happened.
fn mailchimp(given: [&str; 2], withdrawn: [&str; 2]) -> Option<bool> {
    let any = |times: [&str; 2]| times.iter().any(|time| !time.is_empty());
    match (any(withdrawn), any(given)) {
        (true, _) => Some(false),
        (false, true) => Some(true),
        (false, false) => None,
    }
}

/// HubSpot exports opt-outs; only a legal basis of consent says yes.
fn hubspot(unsubscribed: &str, bounced: &str, basis: &str) -> Option<bool> {
    let is_out = yes_no(unsubscribed) == Some(true) || !bounced.is_empty();
    match is_out {
        true => Some(false),
        false => basis.to_lowercase().contains("freely given consent").then_some(true),
    }
}

impl Assemble for Contacts {
    fn take(&mut self, rec: &Rec, shape: Option<Problem>, columns: &Columns, out: &mut Out) {
        let read = match shape {
            Some(problem) => Err(problem),
            None => self.read(rec),
        };
        match read {
            Ok(customer) => out.row(Row::new(Fact::Customer(customer), 1, rec.row)),
            Err(problem) => {
                let mut reject = rec.reject(columns, problem.column, problem.reason);
                // Rejected rows are written to a file: no more of a person than the bad cell.
                reject.value.truncate(reject.value.char_indices().nth(60).map_or(reject.value.len(), |(at, _)| at));
                out.reject(reject);
            }
        }
    }

    fn finish(&mut self, _: &Columns, _: &mut Out) {}
}
