//! Drafts, launches, reviews, post-mortems, actions and prompts, on every kind of store.
#![allow(clippy::unwrap_used)]

use domain::{
    ActionId, ConceptId, Day, DraftId, InstantMs, PromptId, SprintId,
    sprint::{ActionItem, Channel, Provenance, SlotText},
};
use store::{actions, answers, drafts, launches, postmortems, prompts, reviews, testing::stores};

const NOW: InstantMs = InstantMs(1_750_000_000_000);

fn sprint() -> SprintId {
    SprintId::derive(NOW, &["spring"])
}

fn text(slot: &str, text: &str) -> SlotText {
    SlotText { slot: slot.into(), text: text.into() }
}

fn draft(variant: u32) -> drafts::Draft {
    drafts::Draft {
        id: DraftId::derive(NOW, &["draft", &variant.to_string()]),
        sprint_id: sprint(),
        concept_id: ConceptId::derive(NOW, &["concept"]),
        channel: Channel::GoogleSearch,
        variant,
        name: format!("Refill · {variant}"),
        texts: vec![],
        spot_check: variant == 1,
        spot_checked_by: None,
        approved_by: None,
        approved_at: None,
        made_at: NOW,
        changed_at: NOW,
    }
}

#[tokio::test]
async fn a_draft_is_filled_edited_approved_and_withdrawn() {
    for store in stores().await {
        let first = draft(1);
        let mut tx = store.begin().await.unwrap();
        drafts::ensure(&mut tx, &first).await.unwrap();
        drafts::ensure(&mut tx, &drafts::Draft { name: "another".into(), ..draft(1) }).await.unwrap();
        let part = drafts::Part {
            draft_id: first.id,
            slot_group: "headlines".into(),
            provenance: Provenance {
                prompt: "copy".into(),
                prompt_version: 1,
                model: "composer".into(),
                inputs_digest: "00".into(),
                cost_micro_usd: 0,
                latency_ms: 0,
                checks_passed: vec!["length".into()],
                made_at: NOW,
            },
            rejected: vec![drafts::Rejected { slot: "headline".into(), text: "x".into(), reason: "too long".into() }],
            made_at: NOW,
        };
        drafts::put_part(&mut tx, &part).await.unwrap();
        drafts::put_part(&mut tx, &part).await.unwrap();
        drafts::set_texts(&mut tx, first.id, &[text("headline", "Fresh tea")], InstantMs(NOW.0 + 1)).await.unwrap();
        for after in ["Fresher tea", "Freshest tea"] {
            let edit = drafts::Edit {
                draft_id: first.id,
                number: 0,
                at: NOW,
                actor: "ada".into(),
                slot: "headline".into(),
                position: 0,
                before: "Fresh tea".into(),
                after: after.into(),
                kind: "edit".into(),
            };
            drafts::add_edit(&mut tx, &edit).await.unwrap();
        }
        drafts::set_approval(&mut tx, first.id, true, "ada", "", NOW).await.unwrap();
        tx.commit().await.unwrap();

        let all = drafts::of_sprint(&store, sprint()).await.unwrap();
        assert_eq!(all.len(), 1, "the same place is filled once");
        assert_eq!((all[0].name.as_str(), all[0].approved_by.as_deref()), ("Refill · 1", Some("ada")));
        assert_eq!(all[0].texts, vec![text("headline", "Fresh tea")]);
        assert_eq!(drafts::parts_of_sprint(&store, sprint()).await.unwrap(), vec![part]);
        let numbers: Vec<u32> =
            drafts::edits_of_sprint(&store, sprint()).await.unwrap().iter().map(|edit| edit.number).collect();
        assert_eq!(numbers, vec![1, 2]);

        let mut tx = store.begin().await.unwrap();
        drafts::set_approval(&mut tx, first.id, false, "bob", "edited", NOW).await.unwrap();
        assert_eq!(drafts::get(&mut tx, first.id).await.unwrap().approved_by, None);
        tx.commit().await.unwrap();
        assert_eq!(drafts::approvals_of(&store, first.id).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn answers_are_kept_once_and_spend_is_summed() {
    for store in stores().await {
        answers::put(&store, "d1", &"one", NOW).await.unwrap();
        answers::put(&store, "d1", &"two", NOW).await.unwrap();
        assert_eq!(answers::get::<String>(&store, "d1").await.unwrap().as_deref(), Some("one"));
        assert_eq!(answers::spent(&store, sprint()).await.unwrap(), 0);
        answers::add_spend(&store, sprint(), "d1", "m", 40, NOW).await.unwrap();
        answers::add_spend(&store, sprint(), "d1", "m", 2, NOW).await.unwrap();
        assert_eq!(answers::spent(&store, sprint()).await.unwrap(), 42);
    }
}

#[tokio::test]
async fn a_launch_goes_live_once_and_keeps_its_files() {
    for store in stores().await {
        let launch = launches::Launch {
            sprint_id: sprint(),
            document: vec!["a".to_owned()],
            digest: "d".into(),
            exported_by: "ada".into(),
            exported_at: NOW,
            live_on: None,
            live_by: None,
            kill_on: None,
        };
        let files = [launches::File { name: "google.csv".into(), content: "a,b\r\n".into() }];
        let day = Day::parse("2026-05-04").unwrap();
        let mut tx = store.begin().await.unwrap();
        assert!(launches::set_live(&mut tx, sprint(), day, day.plus(30), "ada").await.is_err());
        launches::put(&mut tx, &launch, &files).await.unwrap();
        launches::set_live(&mut tx, sprint(), day, day.plus(30), "ada").await.unwrap();
        assert!(launches::set_live(&mut tx, sprint(), day, day.plus(30), "ada").await.is_err());
        launches::put(&mut tx, &launch, &files).await.unwrap();
        tx.commit().await.unwrap();
        let stored = launches::get::<Vec<String>>(&store, sprint()).await.unwrap().unwrap();
        assert_eq!((stored.live_on, stored.kill_on), (Some(day), Some(day.plus(30))));
        assert_eq!(launches::files(&store, sprint()).await.unwrap(), files);
    }
}

#[tokio::test]
async fn a_review_of_the_same_day_is_replaced_and_decisions_stay() {
    for store in stores().await {
        let day = Day::parse("2026-05-04").unwrap();
        let mut tx = store.begin().await.unwrap();
        for document in ["first", "second"] {
            let review = reviews::Review { day, document: document.to_owned(), made_at: NOW };
            reviews::put(&mut tx, sprint(), &review).await.unwrap();
        }
        let decision = reviews::Decision {
            day,
            line_key: "pacing".into(),
            accepted: true,
            reason: "yes".into(),
            actor: "ada".into(),
            at: NOW,
        };
        reviews::decide(&mut tx, sprint(), &decision).await.unwrap();
        tx.commit().await.unwrap();
        let all = reviews::of_sprint::<String>(&store, sprint()).await.unwrap();
        assert_eq!(all.iter().map(|review| review.document.as_str()).collect::<Vec<_>>(), ["second"]);
        assert_eq!(reviews::decisions(&store, sprint()).await.unwrap(), vec![decision]);
    }
}

#[tokio::test]
async fn a_signed_post_mortem_is_never_changed() {
    for store in stores().await {
        let mut tx = store.begin().await.unwrap();
        assert!(postmortems::sign(&mut tx, sprint(), "ada", NOW).await.is_err());
        postmortems::put(&mut tx, sprint(), &"draft", NOW, "ada", NOW).await.unwrap();
        postmortems::sign(&mut tx, sprint(), "ada", NOW).await.unwrap();
        assert!(postmortems::put(&mut tx, sprint(), &"other", NOW, "bob", NOW).await.is_err());
        assert!(postmortems::sign(&mut tx, sprint(), "bob", NOW).await.is_err());
        tx.commit().await.unwrap();
        let stored = postmortems::get::<String>(&store, sprint()).await.unwrap().unwrap();
        assert_eq!((stored.document.as_str(), stored.signed_by.as_deref()), ("draft", Some("ada")));
        assert!(postmortems::is_signed(&store, sprint()).await.unwrap());
        assert_eq!(postmortems::last_signed(&store, NOW).await.unwrap(), None);
        assert_eq!(postmortems::last_signed(&store, InstantMs(NOW.0 + 1)).await.unwrap(), Some((sprint(), NOW)));
    }
}

#[tokio::test]
async fn open_actions_are_listed_until_they_are_done() {
    for store in stores().await {
        let day = Day::parse("2026-05-04").unwrap();
        let item = |name: &str, due_on| ActionItem {
            id: ActionId::derive(NOW, &[name]),
            text: name.into(),
            owner: "ada".into(),
            due_on,
            done: false,
        };
        let items = [item("later", day.plus(3)), item("sooner", day)];
        let mut tx = store.begin().await.unwrap();
        actions::replace(&mut tx, sprint(), &items, NOW).await.unwrap();
        actions::replace(&mut tx, sprint(), &items, NOW).await.unwrap();
        actions::set_done(&mut tx, items[0].id, true, "ada", NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(actions::open(&store).await.unwrap(), vec![items[1].clone()]);
        assert_eq!(actions::of_sprint(&store, sprint()).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn prompt_versions_are_immutable_and_chosen_by_number() {
    for store in stores().await {
        let new = prompts::Prompt {
            id: PromptId::derive(NOW, &["copy"]),
            name: "copy".into(),
            labels: vec!["ads".into()],
            made_at: NOW,
        };
        let mut tx = store.begin().await.unwrap();
        let id = prompts::ensure(&mut tx, &new).await.unwrap().id;
        prompts::ensure(&mut tx, &prompts::Prompt { id: PromptId::derive(NOW, &["x"]), ..new }).await.unwrap();
        for (body, version) in [("one", 1), ("one", 1), ("two", 2), ("one", 3)] {
            assert_eq!(prompts::add_version(&mut tx, id, body, "", "ada", NOW).await.unwrap().version, version);
        }
        assert!(prompts::choose(&mut tx, sprint(), id, 9, "ada", NOW).await.is_err());
        prompts::choose(&mut tx, sprint(), id, 2, "ada", NOW).await.unwrap();
        prompts::set_labels(&mut tx, id, &["ads".into(), "short".into()]).await.unwrap();
        tx.commit().await.unwrap();
        let (prompt, version) = prompts::chosen(&store, sprint()).await.unwrap().unwrap();
        assert_eq!((prompt.labels.len(), version.body.as_str()), (2, "two"));
        assert_eq!(prompts::versions(&store, id).await.unwrap().len(), 3);
        assert_eq!(prompts::all(&store).await.unwrap().len(), 1);
    }
}
