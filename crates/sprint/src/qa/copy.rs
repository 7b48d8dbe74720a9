//! Checks of the copy itself: what the writer says of it, approval, spot checks, completeness.

use domain::sprint::Channel;
use store::drafts::Draft;
use writer::Severity;

use super::{Check, Findings, Status};
use crate::{
    SprintError,
    ask::count,
    studio::{Desk, check_name},
};

/// The writer's checks with what it means that none of them found anything.
const PASSES: [(&str, &str); 8] = [
    ("limits", "Every text is within its platform's limit."),
    ("slots", "Every draft has the texts its channel needs."),
    ("grounded_numbers", "Every number in the copy stands in the facts."),
    ("grounded_claims", "Every material, award and promise stands in the facts."),
    ("banned_words", "No banned word is used."),
    ("offers", "Offers, codes and end dates are those of the brief."),
    ("https", "Every address in the copy is https."),
    ("personal_data", "No e-mail address or telephone number is in the copy."),
];

pub(super) fn check(desk: &Desk, stored: &[Draft], findings: &mut Findings) -> Result<(), SprintError> {
    complete(desk, stored, findings);
    for draft in stored {
        let whole = writer::Draft { channel: draft.channel, slots: draft.texts.clone() };
        for finding in writer::check(&whole, desk.facts(draft.concept_id)?) {
            findings.0.push(Check {
                name: check_name(finding.code),
                status: if finding.severity == Severity::Block { Status::Block } else { Status::Warn },
                place: draft.name.clone(),
                draft: Some(draft.id),
                slot: Some(finding.slot),
                message: finding.message,
                mend: finding.mend,
            });
        }
    }
    for (name, message) in PASSES {
        let blocked = findings.0.iter().any(|check| check.name == name && check.status == Status::Block);
        if !blocked && !stored.is_empty() {
            findings.add(name, Status::Pass, "Copy", message.to_owned(), "");
        }
    }
    approval(stored, findings);
    spot_checks(stored, findings);
    Ok(())
}

/// Every concept has a draft for every channel of the brief.
fn complete(desk: &Desk, stored: &[Draft], findings: &mut Findings) {
    let mut missing = 0;
    for concept in &desk.concepts {
        for channel in desk.channels() {
            let here = stored.iter().any(|draft| draft.concept_id == concept.id && draft.channel == channel);
            if !here {
                missing += 1;
                let message = format!("There is no draft for {}.", channel_words(channel));
                findings.add(
                    "complete",
                    Status::Block,
                    &concept.title,
                    message,
                    "Draft the missing ads in the studio.",
                );
            }
        }
    }
    if missing == 0 {
        let message = format!("{}, one for each concept and channel.", count(stored.len() as i64, "draft"));
        findings.add("complete", Status::Pass, "Copy", message, "");
    }
}

fn channel_words(channel: Channel) -> &'static str {
    match channel {
        Channel::GoogleSearch => "Google search",
        Channel::Meta => "Meta",
        Channel::Email => "e-mail",
    }
}

fn approval(stored: &[Draft], findings: &mut Findings) {
    let open: Vec<&Draft> = stored.iter().filter(|draft| draft.approved_by.is_none()).collect();
    for draft in &open {
        findings.0.push(Check {
            name: "approval",
            status: Status::Block,
            place: draft.name.clone(),
            draft: Some(draft.id),
            slot: None,
            message: "Nobody has approved this draft as it stands.".into(),
            mend: "Read it and approve it in the studio.".into(),
        });
    }
    if open.is_empty() && !stored.is_empty() {
        let message = format!("{} approved as they stand.", count(stored.len() as i64, "draft"));
        findings.add("approval", Status::Pass, "Copy", message, "");
    }
}

fn spot_checks(stored: &[Draft], findings: &mut Findings) {
    let flagged = stored.iter().filter(|draft| draft.spot_check).count();
    let open: Vec<&Draft> = stored.iter().filter(|d| d.spot_check && d.spot_checked_by.is_none()).collect();
    for draft in &open {
        findings.0.push(Check {
            name: "spot_check",
            status: Status::Warn,
            place: draft.name.clone(),
            draft: Some(draft.id),
            slot: None,
            message: "This draft was drawn for a word-by-word reading, and nobody has done it yet.".into(),
            mend: "Read it word by word against the facts and tick the spot check.".into(),
        });
    }
    if open.is_empty() && flagged > 0 {
        let message = format!("{} read word by word.", count(flagged as i64, "drawn draft"));
        findings.add("spot_check", Status::Pass, "Copy", message, "");
    }
}
