//! What must hold on any data, and what a simulation says.

use proptest::prelude::*;

use super::*;

fn bg() -> Model {
    Model::Dropout(forecast::Dropout { r: 0.2426, alpha: 4.4136, a: 0.7929, b: 2.4259, k: 1, modified: false })
}

fn models() -> Vec<Model> {
    let dropout = |k, modified, a, b| Model::Dropout(forecast::Dropout { r: 1.3, alpha: 2.8, a, b, k, modified });
    vec![
        bg(),
        dropout(1, true, 1.0, 0.8),
        dropout(2, true, 0.42, 0.79),
        dropout(3, false, 2.0, 5.0),
        Model::Pareto(forecast::Pareto { r: 0.55, alpha: 10.6, s: 0.61, beta: 11.7 }),
        Model::Pareto(forecast::Pareto { r: 2.0, alpha: 3.0, s: 1.0, beta: 30.0 }),
    ]
}

fn history() -> impl Strategy<Value = History> {
    (0_u32..40, 0.001..1.0_f64, 0.1..200.0_f64).prop_map(|(x, share, t)| History {
        x,
        tx: if x == 0 { 0.0 } else { share * t },
        t,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn forecasts_are_chances_and_grow(h in history(), horizon in 0.01..100.0_f64) {
        for model in models() {
            let alive = model.alive(&h);
            prop_assert!((0.0..=1.0).contains(&alive), "{model:?} {alive}");
            let tail = model.at_least(&h, horizon);
            prop_assert!(tail.windows(2).all(|w| w[0] >= w[1] - 1e-12), "{model:?} {tail:?}");
            prop_assert!(tail.get(1).copied().unwrap_or(0.0) <= alive + 1e-9);
            let mean: f64 = tail.iter().skip(1).sum();
            let expected = model.expected(&h, horizon);
            prop_assert!((mean - expected).abs() < 1e-5 * (1.0 + expected), "{model:?} {mean} {expected}");
            prop_assert!(model.expected(&h, 2.0 * horizon) >= expected - 1e-9);
            let next = model.next(&h);
            prop_assert!(0.0 <= next.early && next.early <= next.median && next.median <= next.late, "{next:?}");
            prop_assert!(next.chance <= alive + 1e-9);
        }
    }

    /// The median of the next purchase is where its chance passes half of what it ever reaches.
    #[test]
    fn next_purchase_and_counts_agree(h in history()) {
        for model in models() {
            let next = model.next(&h);
            prop_assume!(next.median < 1e4);
            let by_then = model.at_least(&h, next.median).get(1).copied().unwrap_or(0.0);
            prop_assert!((by_then - 0.5 * next.chance).abs() < 1e-5, "{model:?} {by_then} {next:?}");
        }
    }

    #[test]
    fn nothing_panics_on_odd_bases(
        histories in prop::collection::vec(history(), 0..12), gaps in -10.0..10.0_f64, k in 0_u32..4, modified: bool
    ) {
        if let Ok(base) = Base::new(histories, gaps) {
            for kind in [Kind::Pareto, Kind::Dropout { k, modified }] {
                if let Ok(fit) = fit(&base, kind) {
                    prop_assert!(fit.params.iter().all(|p| p.value > 0.0 && p.value.is_finite()), "{fit:?}");
                    prop_assert!(fit.log_likelihood.is_finite());
                }
            }
        }
    }
}

/// Equation (10) of Fader, Hardie & Lee (2005) with its hypergeometric function as a series.
#[test]
fn bg_nbd_mean_is_the_closed_form() {
    let (r, alpha, a, b) = (0.2426, 4.4136, 0.7929, 2.4259);
    for h in [
        History { x: 2, tx: 30.43, t: 38.86 },
        History { x: 0, tx: 0.0, t: 38.86 },
        History { x: 25, tx: 30.0, t: 31.0 },
    ] {
        let x = f64::from(h.x);
        let t = 39.0;
        let z = t / (alpha + h.t + t);
        let (mut term, mut series) = (1.0, 1.0);
        for i in 0..4000 {
            let i = f64::from(i);
            term *= (r + x + i) * (b + x + i) / ((a + b + x - 1.0 + i) * (i + 1.0)) * z;
            series += term;
        }
        let want = bg().alive(&h) * (a + b + x - 1.0) / (a - 1.0)
            * (1.0 - ((alpha + h.t) / (alpha + h.t + t)).powf(r + x) * series);
        let got = bg().expected(&h, t);
        assert!((got - want).abs() < 1e-7, "{got} {want}");
    }
}

#[test]
fn gradients_and_hessians_are_the_differences() {
    let histories =
        [(0, 0.0, 30.0), (3, 12.0, 30.0), (1, 5.0, 5.0), (7, 38.0, 39.0), (40, 10.0, 39.0), (3000, 30.0, 500.0)]
            .map(|(x, tx, t)| History { x, tx, t });
    let base = Base::new(histories, 12.0).expect("base");
    let at = [0.6, 5.0, 0.8, 7.0];
    type Likelihood<'a> = Box<dyn Fn(&[f64; 4]) -> jet::Jet<4> + 'a>;
    let families: [(&str, Likelihood<'_>); 4] = [
        ("BG", Box::new(|p: &[f64; 4]| dropout::likelihood(&base, 1, false, p))),
        ("MBG", Box::new(|p: &[f64; 4]| dropout::likelihood(&base, 1, true, p))),
        ("MBG/CNBD-3", Box::new(|p: &[f64; 4]| dropout::likelihood(&base, 3, true, p))),
        ("Pareto", Box::new(|p: &[f64; 4]| pareto::likelihood(&base, p))),
    ];
    for (name, likelihood) in &families {
        let here = likelihood(&at);
        for i in 0..4 {
            let step = 1e-4 * at[i];
            let moved = |by: f64| {
                let mut there = at;
                there[i] += by;
                likelihood(&there)
            };
            let (up, down) = (moved(step), moved(-step));
            let slope = (up.v - down.v) / (2.0 * step);
            assert!((slope - here.g[i]).abs() < 1e-5 * (1.0 + slope.abs()), "{name} {i}: {slope} {}", here.g[i]);
            for j in i..4 {
                let slope = (up.g[j] - down.g[j]) / (2.0 * step);
                assert!(
                    (slope - here.h[i][j]).abs() < 1e-5 * (1.0 + slope.abs()),
                    "{name} {i}{j}: {slope} {}",
                    here.h[i][j]
                );
            }
        }
    }
}

/// The same customers in days and in weeks, one by one or counted, on one thread or several: the same model.
#[test]
fn unit_order_and_grouping_do_not_matter() {
    let many: Vec<History> = (0..3000_u32)
        .map(|i| {
            let x = (i * 7919) % 5 * ((i / 3) % 2);
            let t = f64::from(20 + (i * 31) % 20);
            History { x, tx: if x == 0 { 0.0 } else { t * f64::from(1 + (i * 17) % 9) / 10.0 }, t }
        })
        .collect();
    let weeks = Base::new(many.iter().copied(), 0.0).expect("base");
    let reversed = many.iter().rev().map(|h| Group { history: *h, count: 1 });
    assert_eq!(weeks, Base::from_groups(reversed, 0.0).expect("base"));
    let days = many.iter().map(|h| History { tx: 7.0 * h.tx, t: 7.0 * h.t, ..*h });
    let days = Base::new(days, 0.0).expect("base");
    for kind in [Kind::BG_NBD, Kind::Pareto] {
        let (w, d) = (fit(&weeks, kind).expect("fit"), fit(&days, kind).expect("fit"));
        assert_eq!(w.converged, d.converged);
        if w.converged {
            assert!((7.0 * w.params[1].value / d.params[1].value - 1.0).abs() < 1e-5, "{kind:?}");
            assert!((w.params[2].value / d.params[2].value - 1.0).abs() < 1e-5, "{kind:?}");
        }
    }
}

#[test]
fn wrong_input_is_named() {
    let ok = History { x: 1, tx: 2.0, t: 3.0 };
    for bad in [
        History { x: 0, tx: 1.0, t: 3.0 },
        History { x: 1, tx: 0.0, t: 3.0 },
        History { x: 1, tx: 4.0, t: 3.0 },
        History { x: 1, tx: f64::NAN, t: 3.0 },
        History { x: 1, tx: 1.0, t: f64::INFINITY },
    ] {
        let error = Base::new([ok, bad], 0.0).expect_err("refused");
        assert!(matches!(error, CustomerError::History { place: 2, .. }), "{error}");
    }
    assert_eq!(Base::new([], 0.0), Err(CustomerError::Empty));
    assert_eq!(Base::new([History { x: 0, tx: 0.0, t: 3.0 }; 4], 0.0), Err(CustomerError::NoRepeats(4)));
    assert_eq!(Base::new([History { x: 0, tx: 0.0, t: 0.0 }], 0.0), Err(CustomerError::NoTime));
    assert!(matches!(fit_spend([Spender { x: 1, mean: -3.0 }]), Err(CustomerError::Spend { place: 1, .. })));
    assert_eq!(fit_spend([Spender { x: 2, mean: 5.0 }; 3]), Err(CustomerError::NoSpread));
    let mistaken = Base::new([History { x: 2_000_000, ..ok }], 0.0);
    assert!(matches!(mistaken, Err(CustomerError::Argument { name: "repeat purchases", .. })));
    assert!(fit(&Base::new([ok], 0.0).expect("base"), Kind::Dropout { k: 0, modified: true }).is_err());
}

#[test]
fn a_log_is_cut_as_the_papers_do() {
    let p = |customer, day, amount| Purchase { customer, day, amount };
    let mut log =
        [p(2, 20, 9.0), p(1, 0, 5.0), p(1, 14, 4.0), p(1, 14, 6.0), p(1, 21, 2.0), p(1, 50, 3.0), p(3, 45, 1.0)];
    let records = summarise(&mut log, 42, 7.0).expect("records");
    assert_eq!((records.later, records.last_day, records.records.len()), (1, 50, 2));
    let one = records.records[0];
    assert_eq!(one.history, History { x: 2, tx: 3.0, t: 6.0 });
    assert_eq!((one.mean_spend, one.holdout, one.holdout_spend), (6.0, 1, 3.0));
    assert!((one.ln_gaps - 2.0_f64.ln()).abs() < 1e-12);
    assert_eq!(records.records[1].spender(), None);
}

/// Expected value and its range: most weight at zero, the mean inside, more horizon and less discount are worth more.
#[test]
fn value_has_a_range() {
    let spend = Spend { p: 6.25, q: 3.744, gamma: 15.444 };
    let terms = ValueTerms { horizon: 52.0, discount: 0.0, margin: 1.0 };
    let good = History { x: 8, tx: 37.0, t: 39.0 };
    let worth = value(&bg(), &spend, &good, 40.0, &terms);
    assert!(worth.low < worth.mean && worth.mean < worth.high && worth.chance > 0.85, "{worth:?}");
    let expected = bg().expected(&good, 52.0) * spend.expected(8, 40.0);
    assert!((worth.mean / expected - 1.0).abs() < 1e-9);
    let gone = value(&bg(), &spend, &History { x: 8, tx: 5.0, t: 39.0 }, 40.0, &terms);
    assert!(gone.mean < 1.0 && gone.low == 0.0 && gone.high == 0.0, "{gone:?}");
    let discounted = value(&bg(), &spend, &good, 40.0, &ValueTerms { discount: 1.1_f64.ln() / 52.0, ..terms });
    assert!(discounted.mean < worth.mean && discounted.mean > 0.9 * worth.mean);
    assert!((discounted.high / worth.high - discounted.mean / worth.mean).abs() < 1e-6);
}
