//! Reviews, mail reports and contacts on their way into the lake and the store.

use std::path::Path;

use crate::common::world;
use formats::Source;

const REVIEWS: &str = "title,body,rating,review_date,source,curated,reviewer_name,reviewer_email,product_id,product_handle\n\
                       Lovely,\"Warm. Camille\",5,2025-03-02,web,ok,Camille Rousseau,camille@example.org,70,mug\n\
                       ,Too small,2,2025-01-10,web,ok,Marc,marc@example.org,70,mug\n\
                       Ok,Fine,9,2025-01-10,web,ok,Marc,marc@example.org,70,mug\n";

/// Whether any file under a folder holds the bytes, compressed or not.
fn holds(folder: &Path, needle: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => holds(&path, needle),
            false => std::fs::read(&path).unwrap().windows(needle.len()).any(|bytes| bytes == needle.as_bytes()),
        }
    })
}

#[tokio::test]
async fn reviews_are_facts_without_people() {
    let world = world().await;
    let report = world.import(Source::Reviews, "reviews.csv", REVIEWS).await.unwrap();
    assert_eq!((report.rows_read, report.rows_taken, report.rows_rejected), (3, 2, 1), "{report:?}");
    assert_eq!(report.rejects[0].column, "rating");
    assert_eq!(world.int("SELECT SUM(rating) FROM product_reviews WHERE handle = 'mug' AND is_published").await, 7);
    assert_eq!(world.int("SELECT COUNT(*) FROM product_reviews WHERE body LIKE '%Camille%'").await, 0);
    for person in ["Camille", "Marc", "example.org"] {
        assert!(!holds(&world.folder.path().join("lake"), person), "{person}");
    }
    // A reworded answer of the shop or a new row is no news for the old ones.
    let next = format!("{REVIEWS}New,Good,4,2025-05-01,web,ok,Bo,bo@example.org,70,mug\n");
    let report = world.import(Source::Reviews, "reviews2.csv", &next).await.unwrap();
    assert_eq!((report.rows_taken, report.rows_known), (1, 2));
}

#[tokio::test]
async fn a_campaign_is_restated_and_consent_goes_to_the_store_only() {
    let world = world().await;
    let campaigns = |opens: u32| {
        format!(
            "Campaign Name,Subject,List,Send Time,Total Recipients,Unique Opens,Unique Clicks,Revenue,Campaign ID,Campaign Channel\n\
             Sale,Now,News,2025-12-05 09:00:00,1000,{opens},40,\"1,234.50\",01A,Email\n"
        )
    };
    world.import(Source::Klaviyo, "campaigns.csv", &campaigns(200)).await.unwrap();
    let again = world.import(Source::Klaviyo, "campaigns (1).csv", &campaigns(270)).await.unwrap();
    assert_eq!(again.rows_revised, 1);
    assert_eq!(world.int("SELECT SUM(unique_opens) FROM mail_days WHERE kind = 'campaign'").await, 270);
    assert_eq!(world.int("SELECT SUM(revenue_micros) FROM mail_days").await, 1_234_500_000);

    let shopify = "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Tags\n\
                   1,Ada,Byron,ada@example.org,yes,vip\n2,Bo,M,bo@example.org,yes,\n";
    world.import(Source::Shopify, "customers.csv", shopify).await.unwrap();
    let profiles = "Email,Klaviyo ID,First Name,Country,Email Marketing Consent,Email Suppressions\n\
                    Ada@example.org,01A,Ada,DE,NEVER_SUBSCRIBED,[]\nbo@example.org,01B,,,SUBSCRIBED,[UNSUBSCRIBE]\n";
    world.import(Source::Klaviyo, "profiles.csv", profiles).await.unwrap();
    let ids = ["ada@example.org", "bo@example.org"].map(|key| world.intake.pseudonym(key)).to_vec();
    let mut tx = world.intake.store.begin_read().await.unwrap();
    let people = store::customers::by_pseudonyms(&mut tx, &ids).await.unwrap();
    let consent: Vec<Option<bool>> = people.iter().map(|person| person.accepts_email).collect();
    assert_eq!(consent, [Some(true), Some(false)], "suppressed is a no, never subscribed says nothing");
    assert_eq!((people[0].tags.as_slice(), people[0].country.as_deref()), (&["vip".to_owned()][..], Some("DE")));
    assert!(!holds(&world.folder.path().join("lake"), "example.org"));
}
