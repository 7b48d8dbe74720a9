//! Ads of the user's own past with their tags; who confirmed them and when.

use domain::{Day, InstantMs};
use serde::Serialize;

use crate::{Result, Row, Store, Tx, Value};

/// What an ad was by rules, a model or a person; `None` where nobody knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tags {
    /// Stored word of an angle.
    pub angle: Option<String>,
    /// Whom it was for.
    pub segment: Option<String>,
    /// Still, video and so on.
    pub format: Option<String>,
    /// Kind of offer.
    pub offer: Option<String>,
}

/// One past ad.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PastAd {
    /// Platform, account and the ad's id or its names.
    pub key: String,
    /// `meta` or `google`.
    pub platform: String,
    /// Account number, or its name where the file has none.
    pub account_id: String,
    /// Campaign.
    pub campaign: String,
    /// Ad set or ad group.
    pub ad_group: String,
    /// Ad name.
    pub name: String,
    /// Its copy where the file had it.
    pub text: String,
    /// First day that the file has of it.
    pub first_day: Option<Day>,
    /// Last day.
    pub last_day: Option<Day>,
    /// Currency of the money.
    pub currency: Option<String>,
    /// Spend.
    pub spend_micros: i64,
    /// Impressions.
    pub impressions: i64,
    /// Clicks.
    pub clicks: i64,
    /// Purchases the platform claims, in millionths.
    pub conversions_micros: i64,
    /// Their value.
    pub value_micros: i64,
    /// What it was.
    pub tags: Tags,
    /// `rules`, a model's name, or a person's.
    pub tagged_by: String,
    /// Who confirmed the tags; `None` while they are a proposal.
    pub confirmed_by: Option<String>,
    /// When.
    pub confirmed_at: Option<InstantMs>,
}

const COLUMNS: [&str; 23] = [
    "ad_key",
    "platform",
    "account_id",
    "campaign",
    "ad_group",
    "name",
    "text",
    "first_day",
    "last_day",
    "currency",
    "spend_micros",
    "impressions",
    "clicks",
    "conversions_micros",
    "value_micros",
    "angle",
    "segment",
    "format",
    "offer",
    "tagged_by",
    "confirmed_by",
    "confirmed_at",
    "learned_at",
];

/// Takes ads out of an export. A known ad's figures and names are replaced by the newer file's; tags that a person
/// confirmed stay, proposals give way.
///
/// # Errors
/// The database refused.
pub async fn learn(tx: &mut Tx, ads: &[PastAd], at: InstantMs) -> Result<()> {
    let rows: Vec<Vec<Value>> = ads
        .iter()
        .map(|ad| {
            let day = |day: Option<Day>| day.map(|day| i64::from(day.epoch_days()));
            vec![
                (&ad.key).into(),
                (&ad.platform).into(),
                (&ad.account_id).into(),
                (&ad.campaign).into(),
                (&ad.ad_group).into(),
                (&ad.name).into(),
                (&ad.text).into(),
                day(ad.first_day).into(),
                day(ad.last_day).into(),
                ad.currency.as_deref().into(),
                ad.spend_micros.into(),
                ad.impressions.into(),
                ad.clicks.into(),
                ad.conversions_micros.into(),
                ad.value_micros.into(),
                ad.tags.angle.as_deref().into(),
                ad.tags.segment.as_deref().into(),
                ad.tags.format.as_deref().into(),
                ad.tags.offer.as_deref().into(),
                (&ad.tagged_by).into(),
                Option::<&str>::None.into(),
                Option::<i64>::None.into(),
                at.into(),
            ]
        })
        .collect();
    let figures = COLUMNS[3..15].iter().chain(&["learned_at"]).map(|column| format!("{column} = excluded.{column}"));
    let kept = |column: &str| {
        format!("{column} = CASE WHEN past_ads.confirmed_at IS NULL THEN excluded.{column} ELSE past_ads.{column} END")
    };
    let tags = COLUMNS[15..20].iter().map(|column| kept(column));
    let set: Vec<String> = figures.chain(tags).collect();
    let conflict = format!("ON CONFLICT (ad_key) DO UPDATE SET {}", set.join(", "));
    tx.insert_many("past_ads", &COLUMNS, &rows, &conflict).await?;
    Ok(())
}

/// All past ads, the dearest first.
///
/// # Errors
/// The database refused.
pub async fn list(store: &Store) -> Result<Vec<PastAd>> {
    let sql = format!("SELECT {} FROM past_ads ORDER BY spend_micros DESC, ad_key", COLUMNS.join(", "));
    store.fetch(&sql, &[]).await?.iter().map(read).collect()
}

/// Sets a tag of some ads; what they were is a proposal again until somebody confirms it. `column` is one of `angle`,
/// `segment`, `format`, `offer`.
///
/// # Errors
/// The column is another, or the database refused.
pub async fn set_tag(tx: &mut Tx, keys: &[String], column: &str, value: Option<&str>, by: &str) -> Result<u64> {
    let Some(column) = ["angle", "segment", "format", "offer"].into_iter().find(|known| *known == column) else {
        return Err(crate::StoreError::NotFound(format!("tag {column}")));
    };
    let mut changed = 0;
    for key in keys {
        let sql = format!(
            "UPDATE past_ads SET {column} = $2, tagged_by = $3, confirmed_by = NULL, confirmed_at = NULL WHERE ad_key = $1"
        );
        changed += tx.execute(&sql, &[key.into(), value.into(), by.into()]).await?;
    }
    Ok(changed)
}

/// Confirms the tags of some ads as they stand.
///
/// # Errors
/// The database refused.
pub async fn confirm(tx: &mut Tx, keys: &[String], by: &str, at: InstantMs) -> Result<u64> {
    let mut changed = 0;
    for key in keys {
        let sql = "UPDATE past_ads SET confirmed_by = $2, confirmed_at = $3 WHERE ad_key = $1";
        changed += tx.execute(sql, &[key.into(), by.into(), at.into()]).await?;
    }
    Ok(changed)
}

fn read(row: &Row) -> Result<PastAd> {
    let day =
        |column: &str| Ok::<_, crate::StoreError>(row.opt_int(column)?.map(|day| Day::from_epoch_days(day as i32)));
    Ok(PastAd {
        key: row.text("ad_key")?,
        platform: row.text("platform")?,
        account_id: row.text("account_id")?,
        campaign: row.text("campaign")?,
        ad_group: row.text("ad_group")?,
        name: row.text("name")?,
        text: row.text("text")?,
        first_day: day("first_day")?,
        last_day: day("last_day")?,
        currency: row.opt_text("currency")?,
        spend_micros: row.int("spend_micros")?,
        impressions: row.int("impressions")?,
        clicks: row.int("clicks")?,
        conversions_micros: row.int("conversions_micros")?,
        value_micros: row.int("value_micros")?,
        tags: Tags {
            angle: row.opt_text("angle")?,
            segment: row.opt_text("segment")?,
            format: row.opt_text("format")?,
            offer: row.opt_text("offer")?,
        },
        tagged_by: row.text("tagged_by")?,
        confirmed_by: row.opt_text("confirmed_by")?,
        confirmed_at: row.opt_int("confirmed_at")?.map(InstantMs),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ad(key: &str, spend: i64, angle: &str) -> PastAd {
        PastAd {
            key: key.into(),
            platform: "meta".into(),
            account_id: "1".into(),
            campaign: "c".into(),
            ad_group: "g".into(),
            name: key.into(),
            text: String::new(),
            first_day: Day::parse("2026-01-02").ok(),
            last_day: None,
            currency: Some("EUR".into()),
            spend_micros: spend,
            impressions: 5,
            clicks: 4,
            conversions_micros: 3,
            value_micros: 2,
            tags: Tags { angle: Some(angle.into()), ..Tags::default() },
            tagged_by: "rules".into(),
            confirmed_by: None,
            confirmed_at: None,
        }
    }

    #[tokio::test]
    async fn what_a_person_confirmed_outlives_the_next_export() {
        for store in crate::testing::stores().await {
            let mut tx = store.begin().await.expect("begin");
            learn(&mut tx, &[ad("a", 10, "gift"), ad("b", 20, "gift")], InstantMs(1)).await.expect("learn");
            let a = ["a".to_owned()];
            assert_eq!(set_tag(&mut tx, &a, "angle", Some("craft"), "ann").await.expect("set"), 1);
            assert!(set_tag(&mut tx, &a, "name", Some("x"), "ann").await.is_err());
            confirm(&mut tx, &a, "ann", InstantMs(2)).await.expect("confirm");
            learn(&mut tx, &[ad("a", 30, "value"), ad("b", 20, "value")], InstantMs(3)).await.expect("again");
            tx.commit().await.expect("commit");
            let all = list(&store).await.expect("list");
            let seen: Vec<_> =
                all.iter().map(|ad| (ad.key.as_str(), ad.spend_micros, ad.tags.angle.as_deref())).collect();
            assert_eq!(seen, [("a", 30, Some("craft")), ("b", 20, Some("value"))]);
            assert_eq!((all[0].confirmed_by.as_deref(), all[0].confirmed_at), (Some("ann"), Some(InstantMs(2))));
            assert_eq!((all[1].confirmed_by.as_deref(), all[1].first_day), (None, Day::parse("2026-01-02").ok()));
        }
    }
}
