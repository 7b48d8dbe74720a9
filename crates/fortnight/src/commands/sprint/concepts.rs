//! `sprint concepts`, `sprint concept`, `sprint pick`.

use std::collections::BTreeSet;

use domain::{ConceptId, Money, SprintId};
use sprint::{Context, concepts, concepts::Sheet, sprints};
use store::concepts::{ConceptRow, ConceptState};

use crate::{
    args,
    failure::Failure,
    output::{Output, count, paragraph},
    wire::Wired,
};

/// Drafts concepts where the data carries them, and prints the sheet.
pub(super) async fn draft(
    ctx: &Context,
    wired: &Wired,
    id: SprintId,
    (seed, model): (u64, &args::Drafts),
    out: Output,
) -> Result<(), Failure> {
    intake::require_concepts(&wired.intake().await?, wired.now).await?;
    let engine = super::studio::engine(ctx, id, model).await?;
    concepts::propose_with(ctx, id, seed, &engine).await?;
    self::sheet(ctx, id, out).await
}

/// Draws the unpicked again and prints the sheet.
pub(super) async fn redraw(
    ctx: &Context,
    id: SprintId,
    (wish, model): (&str, &args::Drafts),
    out: Output,
) -> Result<(), Failure> {
    let engine = super::studio::engine(ctx, id, model).await?;
    concepts::redraw_with(ctx, id, wish, &engine).await?;
    self::sheet(ctx, id, out).await
}

/// Puts an own idea on the sheet.
pub(super) async fn idea(ctx: &Context, id: SprintId, idea: &concepts::Idea, out: Output) -> Result<(), Failure> {
    let (concept, sized) = concepts::add_own(ctx, id, idea).await?;
    let object = serde_json::json!({ "concept": concept, "sized": sized });
    out.put(&object, |_| {
        let people = domain::group_thousands(concept.pool.people.unsigned_abs());
        format!("“{}” is on the sheet: {people} people, {}.\n", concept.title, sized.told())
    });
    Ok(())
}

/// The sheet as it stands.
pub(super) async fn sheet(ctx: &Context, id: SprintId, out: Output) -> Result<(), Failure> {
    let (rows, sheet) = concepts::list(ctx, id).await?;
    let object = serde_json::json!({ "concepts": rows, "sheet": sheet });
    let wanted = sprints::brief_of(&super::fresh(ctx, id).await?)?.pick_count;
    out.put(&object, |_| {
        let mut text = String::new();
        for row in &rows {
            text.push_str(&card(ctx, row));
            text.push('\n');
        }
        if let Some(sheet) = &sheet {
            text.push_str(&beside(sheet));
        }
        text.push_str(&paragraph(
            "",
            "",
            &format!(
                "Bets: of {wanted}, expect none or one to win. Pick {wanted}, each with a reason: \
                 `fortnight sprint pick --pick 3=\"fits the season\"`."
            ),
        ));
        text
    });
    Ok(())
}

/// Opens, hands in, closes or shows the silent vote.
pub(super) async fn vote(ctx: &Context, id: SprintId, command: &args::Vote, out: Output) -> Result<(), Failure> {
    use concepts::vote;
    let standing = match command {
        args::Vote::Open => {
            vote::open(ctx, id).await?;
            vote::standing(ctx, id, "").await?
        }
        args::Vote::Close => {
            vote::close(ctx, id).await?;
            vote::standing(ctx, id, "").await?
        }
        args::Vote::Show => vote::standing(ctx, id, "").await?,
        args::Vote::HandIn { person, numbers } => {
            let known = store::users::by_email(&ctx.store, &person.trim().to_lowercase()).await?;
            let user = known.ok_or_else(|| Failure::input("of", format!("Nobody signs in as {person}.")))?;
            let (all, _) = concepts::list(ctx, id).await?;
            let mut wanted = BTreeSet::new();
            for number in numbers {
                let row = all.iter().find(|row| row.position == *number);
                let row = row.ok_or_else(|| Failure::input("numbers", format!("There is no concept {number}.")))?;
                wanted.insert(row.concept.id);
            }
            vote::hand_in(&ctx.at(ctx.now, &user.name), id, &user.id.to_string(), &wanted).await?
        }
    };
    let (all, _) = concepts::list(ctx, id).await?;
    out.put(&standing, |_| {
        if !standing.is_open && !standing.is_closed {
            return "No silent vote was opened.\n".to_owned();
        }
        let mut text = format!("{} of {} handed in.\n", standing.handed_in, standing.voters);
        for (concept, names) in &standing.names {
            let row = all.iter().find(|row| row.concept.id.to_string() == *concept);
            let title = row.map_or(concept.as_str(), |row| row.concept.title.as_str());
            text.push_str(&paragraph("- ", "  ", &format!("{title}: {}", names.join(", "))));
        }
        text
    });
    Ok(())
}

fn card(ctx: &Context, row: &ConceptRow) -> String {
    let concept = &row.concept;
    let state = match row.state {
        ConceptState::Open => "",
        ConceptState::Picked => "  [picked]",
        ConceptState::Killed => "  [killed]",
    };
    let mut text = format!("{:>2}  {}{state}\n", row.position, concept.title);
    let worth = Money::new(concept.pool.past_revenue_minor, ctx.brand.currency);
    let people = domain::group_thousands(concept.pool.people.unsigned_abs());
    let who = format!("{}: {people} people who spent {worth} with us so far", concept.segment);
    text.push_str(&paragraph("    ", "    ", &who));
    text.push_str(&paragraph("    ", "    ", &concept.insight));
    if !concept.why_now.is_empty() {
        text.push_str(&paragraph("    ", "    ", &format!("Why now: {}", concept.why_now)));
    }
    text.push_str(&paragraph("    ", "    ", &format!("“{}”", concept.hook)));
    text.push_str(&format!("    {} · {}\n", concept.angle.label(), concept.effort.label()));
    if let Some(quote) = &concept.quote {
        text.push_str(&format!("    Quoted: review {}, {} of 5 stars\n", quote.review_id, quote.rating));
    }
    text.push_str(&paragraph("    ", "    ", &concepts::face(concept, None).expect));
    text
}

fn beside(sheet: &Sheet) -> String {
    let mut text = format!(
        "{} found.\n",
        count(sheet.opportunities as u64, "opportunity").replace("opportunitys", "opportunities")
    );
    if let Some(day) = sheet.data_until {
        text.push_str(&format!("The newest data is of {day}; import what came since for fresher concepts.\n"));
    }
    if let Some(alike) = &sheet.alike {
        let line = format!(
            "{} distinct insights, {} led by a discount, {} quoting a customer; most alike {:.2} of at most {:.2}.",
            sheet.insights,
            sheet.discount_led,
            sheet.quoted,
            alike.similarity,
            concepts::MAX_SIMILARITY
        );
        text.push_str(&paragraph("", "", &line));
    }
    if let Some(by) = &sheet.written_by {
        text.push_str(&paragraph("", "", by));
    }
    if let Some(wish) = &sheet.wish {
        text.push_str(&paragraph("", "", wish));
    }
    if !sheet.shortfall.is_empty() {
        text.push_str(&paragraph("", "", &sheet.shortfall));
    } else {
        for silence in &sheet.silences {
            let line = format!("{} is silent: it needs {}.", silence.miner.label(), silence.need.trim_end_matches('.'));
            text.push_str(&paragraph("", "", &line));
        }
    }
    text
}

/// The concept behind a number of the sheet.
async fn numbered(ctx: &Context, id: SprintId, number: i64) -> Result<ConceptRow, Failure> {
    let (rows, _) = concepts::list(ctx, id).await?;
    let known = rows.iter().map(|row| row.position).min().zip(rows.iter().map(|row| row.position).max());
    rows.into_iter().find(|row| row.position == number).ok_or_else(|| {
        let there = match known {
            Some((first, last)) => format!("the sheet has {first} to {last}"),
            None => "none is drafted yet; `fortnight sprint concepts` drafts them".to_owned(),
        };
        Failure::input("not_found", format!("There is no concept {number}; {there}."))
    })
}

/// One concept with everything behind it.
pub(super) async fn one(ctx: &Context, id: SprintId, number: i64, out: Output) -> Result<(), Failure> {
    let found = numbered(ctx, id, number).await?;
    out.put(&found, |row| {
        let concept = &row.concept;
        let mut text = card(ctx, row);
        let channels: Vec<&str> = concept.channels.iter().map(|channel| channel.label()).collect();
        for (name, value) in [
            ("products    ", concept.product_titles.join(", ")),
            ("channels    ", channels.join(", ")),
            ("hypothesis  ", concept.hypothesis.clone()),
            ("utm_content ", concept.id.utm_content()),
            ("reason      ", row.reason.clone().unwrap_or_default()),
        ] {
            if !value.is_empty() {
                text.push_str(&paragraph(&format!("    {name}"), "                ", &value));
            }
        }
        for evidence in &concept.evidence {
            let day = evidence.as_of.day_in(&ctx.zone);
            text.push_str(&format!("\n    {} (snapshot {} of {day})\n", evidence.name, evidence.as_of_seq));
            for (name, value) in &evidence.values {
                text.push_str(&format!("      {name} = {value}\n"));
            }
            for line in evidence.sql.lines() {
                text.push_str(&format!("      | {line}\n"));
            }
        }
        text
    });
    Ok(())
}

/// Picks, kills and puts back, in this order: first what makes room.
pub(super) async fn pick(
    ctx: &Context,
    id: SprintId,
    picks: &[String],
    kills: &[String],
    put_back: &[i64],
    out: Output,
) -> Result<(), Failure> {
    if picks.is_empty() && kills.is_empty() && put_back.is_empty() {
        return Err(Failure::input(
            "arguments",
            "Name what to pick and why: `fortnight sprint pick --pick 3=\"fits the season\"`.",
        ));
    }
    let picks = resolve(ctx, id, "--pick", picks).await?;
    let kills = resolve(ctx, id, "--kill", kills).await?;
    for number in put_back {
        let row = numbered(ctx, id, *number).await?;
        match row.state {
            ConceptState::Killed => concepts::reopen(ctx, row.concept.id).await?,
            _ => concepts::unpick(ctx, row.concept.id).await?,
        }
    }
    for (concept, reason) in &kills {
        concepts::kill(ctx, *concept, reason).await?;
    }
    for (concept, reason) in &picks {
        concepts::pick(ctx, *concept, reason).await?;
    }
    let (rows, _) = concepts::list(ctx, id).await?;
    let picked: Vec<&ConceptRow> = rows.iter().filter(|row| row.state == ConceptState::Picked).collect();
    let wanted = sprints::brief_of(&super::fresh(ctx, id).await?)?.pick_count as usize;
    let object = serde_json::json!({ "picked": picked, "wanted": wanted });
    out.put(&object, |_| {
        let mut text = format!("{} of {wanted} picked\n", picked.len());
        for row in &picked {
            let line = format!("{}: {}", row.concept.title, row.reason.as_deref().unwrap_or_default());
            text.push_str(&paragraph(&format!("{:>2}  ", row.position), "    ", &line));
        }
        let missing = wanted.saturating_sub(picked.len());
        text.push_str(&match missing {
            0 => "Next: `fortnight sprint drafts`.\n".to_owned(),
            n => format!("Pick {n} more.\n"),
        });
        text
    });
    Ok(())
}

/// `NUMBER=REASON` pairs as concepts; all are read before the first is decided.
async fn resolve(
    ctx: &Context,
    id: SprintId,
    flag: &str,
    pairs: &[String],
) -> Result<Vec<(ConceptId, String)>, Failure> {
    let mut found = Vec::new();
    for pair in pairs {
        let (number, reason) = pair.split_once('=').unwrap_or((pair, ""));
        let number: i64 = number.trim().parse().map_err(|_| {
            Failure::input(
                "arguments",
                format!("{flag} `{pair}` is not of the form NUMBER=REASON, e.g. 3=\"fits the season\""),
            )
        })?;
        if reason.trim().is_empty() {
            let message = format!(
                "{flag} {number} needs a reason: {flag} {number}=\"fits the season\". The post-mortem holds it against what happened."
            );
            return Err(Failure::input("arguments", message));
        }
        found.push((numbered(ctx, id, number).await?.concept.id, reason.trim().to_owned()));
    }
    Ok(found)
}
