//! What a careful editor would point at: shouting, repeated punctuation, texts that say the same, long mails.

use domain::sprint::Channel;

use super::{Code, Look, Severity};
use crate::{limits, similarity};

/// Fewest words of a direction for pictures or films.
const DIRECTION_WORDS: usize = 8;

pub(super) fn check(look: &mut Look<'_>) {
    let loud: Vec<&str> = look
        .text
        .split(|c: char| !c.is_alphanumeric() && c != '-')
        .filter(|word| {
            word.chars().filter(|c| c.is_alphabetic()).count() >= 4 && word.chars().all(|c| !c.is_lowercase())
        })
        .filter(|word| {
            let known = |text: &str| text.split(|c: char| !c.is_alphanumeric() && c != '-').any(|part| part == *word);
            let is_code = look
                .facts
                .offers
                .iter()
                .filter_map(|offer| offer.code.as_deref())
                .any(|code| code.eq_ignore_ascii_case(word));
            !is_code && !known(&look.facts.brand)
        })
        .collect();
    if let Some(word) = loud.first() {
        let message = format!("`{word}` is all in capitals.");
        look.add(Code::Shouting, Severity::Warn, word, message, "Write it in sentence case.");
    }
    let marks = |c: char| matches!(c, '!' | '?' | '…');
    let characters: Vec<char> = look.text.chars().collect();
    let repeated = characters.windows(2).any(|pair| marks(pair[0]) && marks(pair[1])) || look.text.contains("....");
    let exclamations = characters.iter().filter(|c| **c == '!').count();
    if repeated || exclamations > 1 {
        let mend = "Keep a single mark, or none.";
        look.add(Code::Punctuation, Severity::Warn, look.text, "Punctuation is repeated.".to_owned(), mend);
    } else if exclamations == 1 && look.channel == Channel::GoogleSearch && look.slot == "headline" {
        let message = "Google refuses exclamation marks in headlines.".to_owned();
        look.add(Code::Punctuation, Severity::Block, look.text, message, "Leave it out.");
    }
    placeholders(look);
    if look.slot == "body" {
        body(look);
    }
    if limits::VISUAL_SLOTS.contains(&look.slot) && look.text.split_whitespace().count() < DIRECTION_WORDS {
        let message = format!("A direction of fewer than {DIRECTION_WORDS} words is hard to work from.");
        look.add(Code::Short, Severity::Warn, look.text, message, "Say what is seen.");
    }
}

/// `[Your name]`, `<brand>`, `{{name}}` outside mail, where tools fill it in.
fn placeholders(look: &mut Look<'_>) {
    for (open, close) in [("[", "]"), ("<", ">"), ("{{", "}}")] {
        if open == "{{" && look.channel == Channel::Email {
            continue;
        }
        let Some((_, rest)) = look.text.split_once(open) else { continue };
        let Some((inner, _)) = rest.split_once(close) else { continue };
        if inner.chars().any(char::is_alphabetic) && inner.chars().count() <= 60 {
            let found = format!("{open}{inner}{close}");
            let message = format!("`{found}` was meant to be filled in.");
            look.add(Code::Placeholder, Severity::Block, &found, message, "Fill it in or leave it out.");
        }
    }
}

fn body(look: &mut Look<'_>) {
    let words = look.text.split_whitespace().count();
    let (least, most) = limits::BODY_WORDS;
    if !(least..=most).contains(&words) {
        let message = format!("The body has {words} words; {least} to {most} are read to the end.");
        look.add(Code::WordCount, Severity::Warn, "", message, "Shorten or fill it.");
    }
    let url = &look.facts.landing_url;
    if url.starts_with("https://") && !look.text.contains("https://") {
        let message = "The mail leads nowhere: it has no link.".to_owned();
        look.add(Code::NoLink, Severity::Warn, "", message, format!("Put {url} where the call to action is."));
    }
}

/// Pairs of texts that say nearly the same.
pub(super) fn near_duplicates(texts: &[&str]) -> Vec<(usize, usize)> {
    let vectors = similarity::Vectors::new(texts);
    vectors.pairs_above(similarity::NEAR_DUPLICATE).into_iter().map(|(a, b, _)| (a, b)).collect()
}
