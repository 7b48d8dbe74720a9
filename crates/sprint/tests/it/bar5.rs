//! Bar 5 of the concepts on simulated brands: the small twin of `cargo xtask soak concepts`.

use domain::Day;
use simulate::{BrandKind, Config};

use crate::brands;

#[tokio::test]
async fn a_simulated_brands_sheet_keeps_the_rules_and_says_why_now() {
    let today = Day::parse("2026-11-24").unwrap();
    // One with reviews; the three brands, with and without, are the soak's.
    for (kind, seed) in [(BrandKind::Coffee, 2)] {
        let brand = brands::brand(kind, Config::small(seed, today)).await;
        let (drafted, measured) = brands::sheet(&brand, seed);
        eprintln!("{kind:?}: {measured:?}");
        // A tenth of a shop may carry fewer than twenty; everything else holds.
        assert!(measured.concepts >= 10 && measured.insights >= 8 && measured.segments >= 4, "{measured:?}");
        assert!(measured.discount_led <= 5 && measured.alike <= 0.6 && measured.fields <= 6, "{measured:?}");
        assert_eq!((measured.false_quotes, measured.timeless), (0, 0));
        assert_eq!(measured.quoted > 0, seed % 2 == 0);
        for concept in &drafted.concepts {
            let unfounded = brands::unfounded(concept, &brand.brief);
            assert!(unfounded.is_empty(), "{unfounded:?} {:?}", concept.evidence);
            for evidence in &concept.evidence {
                sprint::evidence::verify(&brand.ctx.lake, evidence).await.unwrap();
            }
        }
    }
}
