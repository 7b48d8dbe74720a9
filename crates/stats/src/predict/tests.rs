use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, Poisson};

use super::*;

fn traits(names: [&str; 5]) -> Traits {
    names.map(|name| (!name.is_empty()).then(|| name.to_owned()))
}

/// Ads whose angle alone moves the return: `a` by +40 %, `b` by −30 %, `c` not at all.
fn shop(count: usize, seed: u64) -> Vec<PastAd> {
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    (0..count)
        .map(|at| {
            let (angle, factor) = [("a", 1.4), ("b", 0.7), ("c", 1.0)][at % 3];
            let channel = if rng.random::<bool>() { "meta" } else { "google" };
            let spend = 300.0 + 900.0 * rng.random::<f64>();
            let sales = Poisson::new(spend / 20.0 * factor).expect("positive").sample(&mut rng);
            let siblings = format!("account {}", at % 4);
            PastAd { traits: traits([angle, "", channel, "", ""]), siblings, spend, value: sales * 50.0, sales }
        })
        .collect()
}

#[test]
fn under_thirty_ads_there_is_no_model_and_from_thirty_on_the_angle_is_found() {
    assert_eq!(Model::fit(&[]), Err(TooFew { have: 0 }));
    assert_eq!(Model::fit(&shop(29, 1)), Err(TooFew { have: 29 }));
    let model = Model::fit(&shop(60, 1)).expect("sixty");
    let of = |angle: &str| model.predict(&traits([angle, "", "", "", ""])).expect("known").log_return;
    assert!(of("a") > of("c") && of("c") > of("b"), "{} {} {}", of("a"), of("c"), of("b"));
    // Levels are told apart by what is true of them, ln 2 between a and b, and shrunk towards each other.
    assert!((0.4..=0.75).contains(&(of("a") - of("b"))), "{}", of("a") - of("b"));
    let channel = model.levels().iter().find(|level| level.name == "meta").expect("meta");
    assert!(channel.effect.abs() < 0.1, "{channel:?}");
    assert_eq!(model.predict(&traits(["unheard of", "", "", "", ""])), None);
}

#[test]
fn ads_without_siblings_or_money_do_not_count() {
    let mut ads = shop(40, 2);
    for (at, ad) in ads.iter_mut().enumerate() {
        match at % 4 {
            0 => ad.siblings = format!("alone {at}"),
            1 => ad.spend = f64::NAN,
            _ => {}
        }
    }
    assert_eq!(Model::fit(&ads), Err(TooFew { have: 20 }));
}

#[test]
fn the_interval_is_as_wide_as_one_ad_is_uncertain() {
    let (train, fresh) = (shop(120, 3), shop(600, 4));
    let model = Model::fit(&train).expect("enough");
    let seen = against_siblings(&fresh);
    let inside = fresh.iter().zip(seen).filter_map(|(ad, seen)| {
        let it = model.predict(&ad.traits)?;
        Some(((seen? - it.log_return).abs() <= 1.2816 * it.sd, 1))
    });
    let (hits, all) = inside.fold((0, 0), |(hits, all), (hit, one)| (hits + usize::from(hit), all + one));
    // Nominal 80 %; the fresh ads' counting noise is on top of it, what is an ad's alone is none here.
    assert!(hits as f64 / all as f64 > 0.75, "{hits} of {all}");
}

#[test]
fn ranks_are_correlated() {
    let pairs = [(1.0, 10.0), (2.0, 20.0), (3.0, 15.0), (4.0, 40.0)];
    assert!((rank_correlation(&pairs).expect("varies") - 0.8).abs() < 1e-12, "1 − 6·2/(4·15)");
    assert_eq!(rank_correlation(&[(1.0, 1.0), (1.0, 2.0), (1.0, 3.0)]), None);
}

proptest! {
    #[test]
    fn any_past_gives_finite_answers_in_any_order(
        raw in prop::collection::vec((0..4usize, 0..3usize, prop::num::f64::ANY, 0.0..1e6f64, 0.0..1e4f64), 0..70)
    ) {
        let mut ads: Vec<PastAd> = raw
            .into_iter()
            .map(|(angle, group, odd, value, sales)| PastAd {
                traits: traits([["a", "b", "c", ""][angle], "", "", "", ""]),
                siblings: format!("g{group}"),
                spend: if value > 5e5 { odd } else { value / 2.0 + 1.0 },
                value,
                sales,
            })
            .collect();
        let model = Model::fit(&ads);
        ads.reverse();
        prop_assert_eq!(&model, &Model::fit(&ads));
        if let Ok(model) = model {
            for level in model.levels() {
                prop_assert!(level.effect.is_finite() && level.sd.is_finite());
            }
            if let Some(it) = model.predict(&traits(["a", "", "", "", ""])) {
                let (middle, low, high) = it.percent();
                prop_assert!(low <= middle && middle <= high);
            }
        }
    }
}
