//! Drafting: composer, model, pasted answers, a crash in the middle, edits and approval, and nobody's name in a prompt.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use llm::ScriptedModel;
use sprint::{
    SprintError, library,
    studio::{self, Engine},
};

fn quiet(_: studio::Progress) {}

#[tokio::test(flavor = "multi_thread")]
async fn the_composer_fills_every_place_and_says_where_it_came_from() {
    for store in store::testing::stores().await {
        let shop = crate::shop::open_on(store).await;
        let made = studio::generate(&shop.ctx, shop.sprint, &Engine::Composer, &quiet).await.unwrap();
        assert_eq!((made.drafts, made.groups_known, made.cost_micro_usd), (9, 0, 0));
        let view = studio::view(&shop.ctx, shop.sprint).await.unwrap();
        assert_eq!((view.drafts.len(), view.missing, view.spot_checks_open), (9, 0, 1));
        for draft in &view.drafts {
            assert!(!draft.is_blocked(), "{}: {:?}", draft.draft.name, draft.findings);
            assert!(draft.draft.name.contains(&draft.utm_content) && !draft.parts.is_empty());
            assert!(draft.parts.iter().all(|part| part.provenance.model == "composer"));
            assert!(draft.parts.iter().all(|part| part.provenance.checks_passed.len() >= 8), "{:?}", draft.parts);
            assert_eq!(draft.kept_percent, Some(100));
        }
        let again = studio::generate(&shop.ctx, shop.sprint, &Engine::Composer, &quiet).await.unwrap();
        assert_eq!((again.groups_made, again.groups_known), (0, made.groups_made));
        let same = studio::view(&shop.ctx, shop.sprint).await.unwrap();
        assert_eq!(same.drafts, view.drafts, "drafting again changes nothing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_kept_as_a_difference_and_withdraws_approval() {
    let shop = crate::shop::open().await;
    studio::generate(&shop.ctx, shop.sprint, &Engine::Composer, &quiet).await.unwrap();
    let draft = studio::view(&shop.ctx, shop.sprint).await.unwrap().drafts.remove(0);
    let (id, before) = (draft.draft.id, draft.draft.texts.clone());
    studio::approve(&shop.ctx, id).await.unwrap();
    studio::spot_check(&shop.ctx, id).await.unwrap();

    let bob = shop.ctx.at(shop.ctx.now, "Bob");
    let findings = studio::edit(&bob, id, "headline", 0, "A  detox in 3 days").await.unwrap();
    assert!(findings.iter().any(|finding| finding.blocks()), "a banned word and a number out of nowhere");
    let now = studio::draft(&shop.ctx, id).await.unwrap();
    assert_eq!((&now.draft.approved_by, &now.draft.spot_checked_by), (&None, &None));
    assert_eq!(now.edits.len(), 1);
    assert_eq!((now.edits[0].edit.actor.as_str(), now.edits[0].edit.after.as_str()), ("Bob", "A detox in 3 days"));
    assert!(now.edits[0].pieces.iter().any(|piece| piece.kind == "added"));
    let refused = studio::approve(&shop.ctx, id).await.unwrap_err();
    assert!(matches!(&refused, SprintError::Refused(why) if why.contains("cannot be approved yet")), "{refused}");

    studio::revert(&shop.ctx, id, 1).await.unwrap();
    let back = studio::draft(&shop.ctx, id).await.unwrap();
    assert_eq!(back.draft.texts, before);
    assert_eq!(back.edits.last().unwrap().edit.kind, "revert");
    studio::approve(&shop.ctx, id).await.unwrap();
    studio::withdraw(&shop.ctx, id, "second thoughts").await.unwrap();
    let history = store::drafts::approvals_of(&shop.ctx.store, id).await.unwrap();
    assert_eq!(history.iter().map(|entry| entry.approved).collect::<Vec<_>>(), [true, false, true, false]);

    // A deleted text comes back, a new one goes at the end, and a place that is not there is refused.
    let headlines = before.iter().filter(|text| text.slot == "headline").count();
    studio::edit(&shop.ctx, id, "headline", 1, "").await.unwrap();
    studio::revert(&shop.ctx, id, 3).await.unwrap();
    assert_eq!(studio::draft(&shop.ctx, id).await.unwrap().draft.texts, before);
    assert!(studio::edit(&shop.ctx, id, "headline", headlines + 1, "Too far").await.is_err());
    assert!(studio::edit(&shop.ctx, id, "subject", 0, "Not on this channel").await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_answer_goes_through_the_same_checks() {
    let shop = crate::shop::open().await;
    studio::generate(&shop.ctx, shop.sprint, &Engine::Composer, &quiet).await.unwrap();
    let view = studio::view(&shop.ctx, shop.sprint).await.unwrap();
    let meta = view.drafts.iter().find(|draft| draft.channel_label == "Meta").unwrap();
    let id = meta.draft.id;
    let prompt = studio::prompt(&shop.ctx, id, "meta_headlines").await.unwrap();
    assert!(prompt.text.contains("Leaf & Co") && prompt.tokens <= 700, "{}", prompt.text);
    let whole = studio::prompt(&shop.ctx, id, studio::WHOLE).await.unwrap();
    assert!(whole.text.contains("primary_text") && whole.text.contains("headline"));

    let answer = "Sure!\n**Headlines**\n1. Packed by hand in Bremen\n2. Now 70% off everything\n3. The detox tea\n\
                  **Descriptions**\n- Free shipping from €40";
    let pasted = studio::paste(&shop.ctx, id, "meta_headlines", answer).await.unwrap();
    let kept: Vec<&str> = pasted.offered.iter().map(|text| text.text.as_str()).collect();
    assert!(kept.contains(&"Packed by hand in Bremen") && kept.contains(&"Free shipping from €40"), "{kept:?}");
    assert!(!kept.iter().any(|text| text.contains("70") || text.contains("detox")), "{kept:?}");
    assert_eq!(pasted.dropped.len(), 2);
    let now = studio::draft(&shop.ctx, id).await.unwrap();
    let part = now.parts.iter().find(|part| part.slot_group == "meta_headlines").unwrap();
    assert_eq!((part.provenance.model.as_str(), part.rejected.len()), ("pasted answer", 2));
    assert!(now.draft.texts.iter().any(|text| text.text == "Packed by hand in Bremen"));
    let nothing = studio::paste(&shop.ctx, id, "meta_headlines", "I cannot help with that.").await.unwrap_err();
    assert!(nothing.to_string().contains("No texts were found"), "{nothing}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_in_the_middle_loses_nothing_and_asks_nothing_twice() {
    let shop = crate::shop::open().await;
    // The first process is stopped after five groups.
    let first = Arc::new(Obedient::default());
    let engine = Engine::with_model(&shop.ctx, shop.sprint, first.clone()).await.unwrap();
    let done = Arc::new(AtomicUsize::new(0));
    let (stop, mut stopped) = tokio::sync::mpsc::unbounded_channel();
    let seen = Arc::clone(&done);
    let progress = move |_: studio::Progress| {
        if seen.fetch_add(1, Ordering::SeqCst) == 4 {
            let _ = stop.send(());
        }
    };
    tokio::select! {
        biased;
        _ = stopped.recv() => {}
        _ = studio::generate(&shop.ctx, shop.sprint, &engine, &progress) => {}
    }
    let before = store::drafts::parts_of_sprint(&shop.ctx.store, shop.sprint).await.unwrap();
    assert!(before.len() >= 5, "{}", before.len());

    let second = Arc::new(Obedient::default());
    let engine = Engine::with_model(&shop.ctx, shop.sprint, second.clone()).await.unwrap();
    let made = studio::generate(&shop.ctx, shop.sprint, &engine, &quiet).await.unwrap();
    assert!(made.groups_known >= 5 && made.groups_known + made.groups_made == 24, "{made:?}");
    let after = store::drafts::parts_of_sprint(&shop.ctx.store, shop.sprint).await.unwrap();
    for part in &before {
        let same = after.iter().find(|other| other.draft_id == part.draft_id && other.slot_group == part.slot_group);
        assert_eq!(same, Some(part), "a finished group is not made again");
    }
    let view = studio::view(&shop.ctx, shop.sprint).await.unwrap();
    assert!(view.drafts.iter().all(|draft| !draft.is_blocked()));
    assert!(view.drafts.iter().flat_map(|draft| &draft.draft.texts).all(|text| !text.text.contains("70")));
    let refused: usize = view.drafts.iter().flat_map(|draft| &draft.parts).map(|part| part.rejected.len()).sum();
    assert!(refused > 0, "wrong facts are kept with their reason");

    // No customer's name or address went into any prompt, although the shop has them and a product text carries one.
    for prompt in first.asked().iter().chain(&second.asked()) {
        let prompt = prompt.to_lowercase();
        assert!(
            !prompt.contains("annegret") && !prompt.contains("schmidt") && !prompt.contains("example.org"),
            "{prompt}"
        );
        assert!(writer::prompt::estimate_tokens(&prompt) <= 700);
    }
    assert!(!first.asked().is_empty());
}

/// A model that fills every slot of the schema it is given: one text that is true, one that is not.
#[derive(Default)]
struct Obedient(Mutex<Vec<String>>);

impl Obedient {
    fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

#[async_trait::async_trait]
impl llm::Model for Obedient {
    fn name(&self) -> &str {
        "obedient"
    }

    async fn complete(&self, request: &llm::Request) -> Result<llm::Answer, llm::LlmError> {
        self.0.lock().unwrap().push(request.prompt.clone());
        let schema = request.schema.clone().unwrap();
        let slots = schema["properties"].as_object().unwrap();
        let texts = serde_json::json!(["Packed by hand in Bremen", "Now 70% off"]);
        let one = serde_json::json!(["Packed by hand in Bremen"]);
        let fill = |slot: &String| (slot.clone(), if slot == "body" { one.clone() } else { texts.clone() });
        let answer: serde_json::Map<String, serde_json::Value> = slots.keys().map(fill).collect();
        let text = serde_json::Value::Object(answer).to_string();
        Ok(llm::Answer { text, model: "obedient".into(), usage: llm::Usage::default(), is_cut: false })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_that_would_name_a_customer_is_not_made() {
    let shop = crate::shop::open().await;
    let mut brief = crate::shop::brief();
    brief.facts.push("Loved by Annegret Schmidtbauer7".into());
    let mut tx = shop.ctx.store.begin().await.unwrap();
    store::sprints::save_brief(&mut tx, shop.sprint, &brief).await.unwrap();
    tx.commit().await.unwrap();
    let model = Arc::new(ScriptedModel::new([]));
    let engine = Engine::with_model(&shop.ctx, shop.sprint, model.clone()).await.unwrap();
    let made = studio::generate(&shop.ctx, shop.sprint, &engine, &quiet).await.unwrap();
    assert!(made.note.unwrap().contains("would name one of your customers"));
    assert!(model.asked().is_empty());
    let id = studio::view(&shop.ctx, shop.sprint).await.unwrap().drafts[0].draft.id;
    assert!(studio::prompt(&shop.ctx, id, studio::WHOLE).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_fails_leaves_the_rest_to_the_composer() {
    let shop = crate::shop::open().await;
    let refused = llm::LlmError::KeyRefused { model: "scripted".into(), status: 401 };
    let model = Arc::new(ScriptedModel::new([Err(refused)]));
    let engine = Engine::with_model(&shop.ctx, shop.sprint, model.clone()).await.unwrap();
    let made = studio::generate(&shop.ctx, shop.sprint, &engine, &quiet).await.unwrap();
    assert_eq!((made.groups_from_model, model.asked().len()), (0, 1), "it is not asked again");
    assert!(made.note.unwrap().contains("did not accept the API key"));
    assert_eq!(studio::view(&shop.ctx, shop.sprint).await.unwrap().missing, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_have_immutable_versions_with_their_evidence() {
    let shop = crate::shop::open().await;
    library::ensure_built_in(&shop.ctx).await.unwrap();
    library::ensure_built_in(&shop.ctx).await.unwrap();
    let file = library::export(&shop.ctx, "draft", 1).await.unwrap();
    let changed = file.replace("Plain English", "Very plain English");
    assert_eq!(library::import(&shop.ctx, &changed).await.unwrap().version, 2);
    assert_eq!(library::import(&shop.ctx, &changed).await.unwrap().version, 2, "the same text is no new version");
    let pieces = library::compare(&shop.ctx, "draft", 1, 2).await.unwrap();
    assert!(pieces.iter().any(|piece| piece.kind == "added" && piece.text.contains("Very")), "{pieces:?}");
    let broken = library::save(&shop.ctx, "broken", &[], "", "Write {{ nothing_like_it }}").await.unwrap_err();
    assert!(broken.to_string().contains("cannot be rendered"), "{broken}");

    library::choose(&shop.ctx, shop.sprint, "draft", 2).await.unwrap();
    studio::generate(&shop.ctx, shop.sprint, &Engine::Composer, &quiet).await.unwrap();
    let id = studio::view(&shop.ctx, shop.sprint).await.unwrap().drafts[0].draft.id;
    assert!(studio::prompt(&shop.ctx, id, studio::WHOLE).await.unwrap().text.contains("Very plain"));
    studio::paste(&shop.ctx, id, "google_headlines", "Headlines:\n- Packed by hand in Bremen").await.unwrap();
    let view = library::get(&shop.ctx, "draft").await.unwrap();
    assert_eq!(view.versions[1].usage.drafts, 1);
    assert_eq!(view.versions[0].usage.drafts, 0);
}
