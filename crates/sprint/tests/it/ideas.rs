//! A person's own ideas, verdicts that stay with an idea, the silent vote, and the people behind a sentence.

use std::collections::BTreeSet;

use domain::{Day, DayRange, InstantMs, facts::Customer};
use sprint::{SprintError, brief, concepts, concepts::Idea, concepts::vote, sprints, today};
use store::users::{self, Role};

fn refused<T: std::fmt::Debug>(result: Result<T, SprintError>) -> String {
    match result {
        Err(SprintError::Refused(text)) => text,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn own_ideas_are_sized_and_checked_and_a_killed_idea_comes_back_with_its_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let today = Day::parse("2026-06-01").unwrap();
    let now = InstantMs(today.start_in(&jiff::tz::TimeZone::UTC).0 + 9 * 3_600_000);
    let ctx = crate::common::context(folder.path(), crate::common::brand("Shop", "EUR"), now).await;
    crate::common::put(&ctx, &crate::lifecycle::shop()).await;
    let row = sprints::create(&ctx, "First", None).await.unwrap();
    let mut form = crate::common::brief(ctx.brand.currency, DayRange { from: today.plus(1), to: today.plus(14) });
    form.banned_words = vec!["detox".into()];
    let row = brief::save(&ctx, row.id, form.clone()).await.unwrap_or_else(|error| panic!("{error}"));
    let idea = Idea {
        title: "Soap for the second bathroom".into(),
        hook: "There is a sink you forgot.".into(),
        segment: "Regulars due to reorder".into(),
        product: "Product soap".into(),
        angle: "education".into(),
        ..Idea::default()
    };
    // What is wrong with its words is said before anything is counted.
    for (wrong, says) in [
        (Idea { angle: "loud".into(), ..idea.clone() }, "an angle"),
        (Idea { title: " ".into(), ..idea.clone() }, "a name"),
        (Idea { hook: "x".repeat(161), ..idea.clone() }, "161 characters"),
    ] {
        let text = refused(concepts::add_own(&ctx, row.id, &wrong).await);
        assert!(text.contains(says), "{text}");
    }
    let text = refused(concepts::add_own(&ctx, row.id, &Idea { insight: "A detox".into(), ..idea.clone() }).await);
    assert!(text.contains("bans “detox”"), "{text}");
    let (concept, sized) = concepts::add_own(&ctx, row.id, &idea).await.unwrap();
    assert_eq!((sized, concept.pool.people, concept.brought_by.as_deref()), (concepts::Sized::Mined, 45, Some("test")));
    assert!(concept.why_now.contains("45 regulars"), "{}", concept.why_now);
    sprint::evidence::verify(&ctx.lake, &concept.evidence[0]).await.unwrap();
    let text = refused(concepts::add_own(&ctx, row.id, &Idea { title: "Again".into(), ..idea.clone() }).await);
    assert!(text.contains("“Soap for the second bathroom” stands already"), "{text}");

    // Killed, it is refused here with its verdict; in a later sprint a person may bring it, and the card says so.
    concepts::kill(&ctx, concept.id, "Too dear to make").await.unwrap();
    let text = refused(concepts::add_own(&ctx, row.id, &idea).await);
    assert!(text.contains("killed here") && text.contains("Too dear to make"), "{text}");
    let later = ctx.at(now.plus_days(1), "Bo");
    let next = sprints::create(&later, "Second", Some("The first was a rehearsal")).await.unwrap();
    let next = brief::save(&later, next.id, form).await.unwrap_or_else(|error| panic!("{error}"));
    let (back, _) =
        concepts::add_own(&later, next.id, &Idea { why_now: "The bathroom is new.".into(), ..idea }).await.unwrap();
    let (_, sheet) = concepts::list(&later, next.id).await.unwrap();
    let note = sheet.unwrap().before[&back.id.to_string()].clone();
    assert_eq!(note, "Killed before, in sprint 1 by test on 2026-06-01: Too dear to make.");
    assert_eq!(concepts::face(&back, Some(&note)).expect, note);
    assert_eq!(back.why_now, "The bathroom is new.");
    with_a_model(&later, next.id).await;
    // Reopened where it was killed, it keeps its verdict, too.
    concepts::reopen(&ctx, concept.id).await.unwrap();
    let (rows, sheet) = concepts::list(&ctx, row.id).await.unwrap();
    assert_eq!(rows[0].state, store::concepts::ConceptState::Open);
    assert_eq!(sheet.unwrap().before[&concept.id.to_string()], note);
    assert_eq!(concepts::verdicts(&ctx).await.unwrap().len(), 1, "a verdict outlives a reopening");

    the_people_behind_a_sentence(&ctx, today).await;
}

/// One answer is taken, one is not grounded, and then the model refuses: the composer's concepts stand.
async fn with_a_model(ctx: &sprint::Context, sprint: domain::SprintId) {
    let answer = |title: &str, hook: &str| {
        let answer = serde_json::json!({
            "list": ["a", "b"], "bolder": ["c"], "title": title, "insight": "People come back for what they know.", "hook": hook,
        });
        Ok(answer.to_string())
    };
    let refused = llm::LlmError::Refused { model: "scripted".into(), reason: "enough".into() };
    let script =
        [answer("Look again", "You know where it is."), answer("Look twice", "Now 70% off everything."), Err(refused)];
    let model = std::sync::Arc::new(llm::ScriptedModel::new(script));
    let engine = sprint::studio::Engine::with_model(ctx, sprint, model.clone()).await.unwrap();
    let drafted = concepts::propose_with(ctx, sprint, 1, &engine).await.unwrap();
    let (first, second) = (&drafted.concepts[0], &drafted.concepts[1]);
    assert_eq!((first.title.as_str(), first.hook.as_str()), ("Look again", "You know where it is."));
    assert_ne!(second.title, "Look twice");
    assert!(!first.why_now.is_empty() && !first.evidence.is_empty(), "the plan stays");
    let written = &drafted.sheet.written;
    assert_eq!(written[&first.id.to_string()].by, "scripted");
    let other = &written[&second.id.to_string()];
    assert_eq!((other.by.as_str(), other.refused.as_str()), ("composer", "70% stands in none of its figures"));
    let told = drafted.sheet.written_by.clone().unwrap();
    assert!(told.starts_with(&format!("1 of {} written by scripted.", drafted.concepts.len())), "{told}");
    let prompts = model.asked();
    assert_eq!(prompts.len(), 3, "after a refusal it is not asked again");
    for part in ["PLAN", "Why now:", "FACTS", "ALREADY ON THE SHEET", "bolder"] {
        assert!(prompts[0].prompt.contains(part), "{}", prompts[0].prompt);
    }
    let texts: Vec<String> = drafted.concepts.iter().map(concepts::text).collect();
    assert!(concepts::largest_similarity(&texts) <= concepts::MAX_SIMILARITY);
}

async fn the_people_behind_a_sentence(ctx: &sprint::Context, day: Day) {
    let sentences = today::sentences(ctx).await.unwrap();
    let due = sentences.iter().find(|sentence| sentence.key == "due").unwrap();
    let person = |n: usize, email: bool, accepts: Option<bool>| {
        let key = format!("regular{n}");
        let customer = Customer {
            customer_key: key.clone(),
            email: email.then(|| format!("{key}@shop.example")),
            first_name: None,
            last_name: None,
            country: None,
            accepts_email: accepts,
            tags: vec![],
        };
        (format!("{key:0>16}"), customer)
    };
    let mut tx = ctx.store.begin().await.unwrap();
    let people: Vec<_> = (0..40).map(|n| person(n, n != 0, [Some(true), None, Some(false)][n % 3])).collect();
    store::customers::upsert(&mut tx, &people).await.unwrap();
    tx.commit().await.unwrap();
    assert!(refused(today::segment::export(ctx, "due", " ").await).contains("Give the list a name"));
    assert!(refused(today::segment::export(ctx, "net_7", "x").await).contains("no people"));
    let list = today::segment::export(ctx, "due", "Due in June").await.unwrap();
    assert_eq!(Some(list.counted), due.people, "as many as the sentence says");
    assert_eq!(list.people.len() as i64 + list.left_out.total(), list.counted);
    assert!(list.left_out.opted_out > 0 && list.left_out.unknown > 0, "{:?}", list.left_out);
    assert!(list.people.iter().all(|one| one.email.ends_with("@shop.example")));
    assert_eq!(list.file_name(), format!("due-in-june_{day}.csv"));
    assert_eq!(list.csv().lines().count(), list.people.len() + 1);
    let missing: Vec<&str> = today::missing(ctx).await.unwrap().iter().map(|one| one.key).collect();
    assert_eq!(missing, ["ads", "catalogue", "visits", "events", "reviews", "stock", "mail"]);
}

#[tokio::test]
async fn a_silent_vote_shows_no_name_before_everybody_is_in() {
    let shop = crate::shop::open().await;
    let ctx = &shop.ctx;
    let mut tx = ctx.store.begin().await.unwrap();
    let ann = users::create_owner(&mut tx, "ann@leaf.example", "Ann", "hash", ctx.now).await.unwrap();
    let until = ctx.now.plus_days(2);
    users::invite(&mut tx, "bo@leaf.example", "Bo", Role::Editor, "link", until, ctx.now).await.unwrap();
    let bo = users::accept_invite(&mut tx, "link", "Bo", "hash", ctx.now).await.unwrap();
    users::invite(&mut tx, "eve@leaf.example", "Eve", Role::Viewer, "other", until, ctx.now).await.unwrap();
    users::accept_invite(&mut tx, "other", "Eve", "hash", ctx.now).await.unwrap();
    tx.commit().await.unwrap();
    let (ann, bo) = (ann.to_string(), bo.to_string());
    let ids: Vec<_> = shop.concepts.iter().map(|concept| concept.id).collect();
    let one = BTreeSet::from([ids[0]]);
    assert!(refused(vote::hand_in(ctx, shop.sprint, &ann, &one).await).contains("open one first"));
    vote::open(ctx, shop.sprint).await.unwrap();
    let four: BTreeSet<_> = ids.iter().copied().chain([domain::ConceptId::derive(ctx.now, &["x"])]).collect();
    assert!(refused(vote::hand_in(ctx, shop.sprint, &ann, &four).await).contains("everybody has 3"));
    let strange = BTreeSet::from([domain::ConceptId::derive(ctx.now, &["x"])]);
    assert!(refused(vote::hand_in(ctx, shop.sprint, &ann, &strange).await).contains("drawn again"));
    let first = vote::hand_in(&ctx.at(ctx.now, "Ann"), shop.sprint, &ann, &one).await.unwrap();
    assert_eq!((first.is_open, first.voters, first.handed_in, first.mine_in), (true, 2, 1, true));
    assert!(first.names.is_empty(), "nobody sees a name yet");
    let others = vote::standing(ctx, shop.sprint, &bo).await.unwrap();
    assert!(others.mine.is_empty() && others.names.is_empty() && !others.mine_in);
    // A changed mind replaces the votes; the last person's close the round.
    vote::hand_in(&ctx.at(ctx.now, "Ann"), shop.sprint, &ann, &BTreeSet::from([ids[1]])).await.unwrap();
    let last =
        vote::hand_in(&ctx.at(ctx.now, "Bo"), shop.sprint, &bo, &BTreeSet::from([ids[1], ids[2]])).await.unwrap();
    assert_eq!((last.is_closed, last.closed_by.as_deref()), (true, Some("everybody voted")));
    assert_eq!(last.names[&ids[1].to_string()], ["Ann", "Bo"]);
    assert!(!last.names.contains_key(&ids[0].to_string()));
    assert!(refused(vote::hand_in(ctx, shop.sprint, &bo, &one).await).contains("open one first"));
    // A new round begins empty; an owner may close it early.
    vote::open(ctx, shop.sprint).await.unwrap();
    assert_eq!(vote::standing(ctx, shop.sprint, &ann).await.unwrap().handed_in, 0);
    vote::close(ctx, shop.sprint).await.unwrap();
    assert!(refused(vote::close(ctx, shop.sprint).await).contains("No silent vote"));
}
