//! Offers: only those of the brief, only while they last, with their own date and code.

use super::{Code, Look, Severity};
use crate::{number, words};

/// Words that talk of a price advantage.
const OFFER_WORDS: [&str; 9] = ["off", "discount", "sale", "save", "code", "voucher", "coupon", "deal", "rabatt"];

pub(super) fn check(look: &mut Look<'_>) {
    let facts = look.facts;
    let lower = look.text.to_lowercase();
    for offer in &facts.offers {
        let says_code = offer.code.as_deref().is_some_and(|code| contains_word(look.text, code));
        let says_label = !offer.label.is_empty() && lower.contains(&offer.label.to_lowercase());
        if !says_code && !says_label {
            continue;
        }
        let end = number::day_text(offer.ends_on, false);
        if offer.ends_on < facts.flight.from {
            let message = format!("`{}` ended on {end}, before this goes out.", offer.label);
            look.add(
                Code::Offer,
                Severity::Block,
                &offer.label,
                message,
                "Remove the offer, or extend it in the brief.",
            );
        } else if offer.ends_on < facts.flight.to {
            let message = format!("`{}` ends on {end}, before the flight does.", offer.label);
            look.add(Code::Offer, Severity::Warn, &offer.label, message, "Plan to switch this text off that day.");
        }
    }
    wrong_dates(look);
    wrong_codes(look);
}

/// A date next to offer words must be the end of an offer.
fn wrong_dates(look: &mut Look<'_>) {
    let lower = look.text.to_lowercase();
    for sentence in lower.split_inclusive(['.', '!', '?', '\n']).filter(|sentence| {
        words::tokens(sentence)
            .iter()
            .any(|word| OFFER_WORDS.contains(&word.as_str()) || word == "ends" || word == "until")
    }) {
        for found in number::find(sentence) {
            let number::Claim::Date(month, day) = found.claim else { continue };
            let facts = look.facts;
            if facts.offers.is_empty()
                || facts.offers.iter().any(|o| o.ends_on.0.month() == month && o.ends_on.0.day() == day)
            {
                continue;
            }
            let ends: Vec<String> = facts.offers.iter().map(|offer| number::day_text(offer.ends_on, false)).collect();
            let message = format!("`{}` is not the end of an offer; the brief has {}.", found.text, ends.join(" and "));
            look.add(Code::Offer, Severity::Block, &found.text, message, "Use the end date of the brief.");
        }
    }
}

/// What follows the word `code` must be a code of the brief.
fn wrong_codes(look: &mut Look<'_>) {
    let raw: Vec<&str> = look.text.split_whitespace().collect();
    for pair in raw.windows(2) {
        let is_intro =
            matches!(pair[0].to_lowercase().trim_matches(|c: char| !c.is_alphabetic()), "code" | "voucher" | "coupon");
        let candidate = pair[1].trim_matches(|c: char| !c.is_alphanumeric() && c != '-' && c != '_');
        let looks_like = candidate.len() >= 3
            && candidate.chars().any(|c| c.is_ascii_uppercase())
            && candidate.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-' || c == '_');
        if !is_intro || !looks_like {
            continue;
        }
        let known = look
            .facts
            .offers
            .iter()
            .filter_map(|offer| offer.code.as_deref())
            .any(|code| code.eq_ignore_ascii_case(candidate));
        if !known {
            let message = format!("The code `{candidate}` is not in the brief.");
            look.add(Code::Offer, Severity::Block, candidate, message, "Use a code of the brief.");
        }
    }
}

fn contains_word(text: &str, word: &str) -> bool {
    !word.is_empty()
        && text
            .split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')
            .any(|part| part.eq_ignore_ascii_case(word))
}
