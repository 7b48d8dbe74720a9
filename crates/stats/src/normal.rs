//! The standard normal distribution, accurate in the tails: the judge's early boundaries lie beyond 4 standard errors,
//! where `1 - cdf(z)` has lost its digits.

use libm::erfc;

const SQRT_2PI: f64 = 2.506_628_274_631_000_5;

/// Density at `z`.
pub fn pdf(z: f64) -> f64 {
    (-0.5 * z * z).exp() / SQRT_2PI
}

/// P(Z ≤ z), with relative accuracy to the last digits for negative `z`. NaN in, NaN out.
pub fn cdf(z: f64) -> f64 {
    0.5 * erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
}

/// P(Z > z), with relative accuracy to the last digits for positive `z`. NaN in, NaN out.
pub fn sf(z: f64) -> f64 {
    0.5 * erfc(z * std::f64::consts::FRAC_1_SQRT_2)
}

/// P(|Z| ≥ |z|): the two-sided p-value of a z statistic.
pub fn two_sided_p(z: f64) -> f64 {
    erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2)
}

/// The `p` quantile: −∞ at 0, +∞ at 1, NaN outside [0, 1].
///
/// Wichura (1988), algorithm AS 241 PPND16, relative accuracy about 1e-16 down to p = 1e-300.
pub fn quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * ratio(r, &CENTRE_NUMERATOR, &CENTRE_DENOMINATOR);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let z = upper_tail(tail);
    if q < 0.0 { -z } else { z }
}

/// The `z ≥ …` with P(Z > z) = `p`: [`quantile`] of `1 − p` without losing the digits of a small `p`.
pub fn upper_quantile(p: f64) -> f64 {
    -quantile(p)
}

/// z with P(Z > z) = tail, for tail < 0.075.
fn upper_tail(tail: f64) -> f64 {
    if tail == 0.0 {
        return f64::INFINITY;
    }
    let r = (-tail.ln()).sqrt();
    if r <= 5.0 {
        ratio(r - 1.6, &MIDDLE_NUMERATOR, &MIDDLE_DENOMINATOR)
    } else {
        ratio(r - 5.0, &FAR_NUMERATOR, &FAR_DENOMINATOR)
    }
}

fn ratio(x: f64, numerator: &[f64; 8], denominator: &[f64; 8]) -> f64 {
    let horner = |c: &[f64; 8]| c.iter().rev().fold(0.0, |sum, k| sum * x + k);
    horner(numerator) / horner(denominator)
}

const CENTRE_NUMERATOR: [f64; 8] = [
    3.387_132_872_796_366_5,
    133.141_667_891_784_38,
    1_971.590_950_306_551_3,
    13_731.693_765_509_46,
    45_921.953_931_549_87,
    67_265.770_927_008_7,
    33_430.575_583_588_13,
    2_509.080_928_730_122_7,
];
const CENTRE_DENOMINATOR: [f64; 8] = [
    1.0,
    42.313_330_701_600_91,
    687.187_007_492_057_9,
    5_394.196_021_424_751,
    21_213.794_301_586_597,
    39_307.895_800_092_71,
    28_729.085_735_721_943,
    5_226.495_278_852_545,
];
const MIDDLE_NUMERATOR: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    0.241_780_725_177_450_6,
    0.022_723_844_989_269_184,
    7.745_450_142_783_414e-4,
];
const MIDDLE_DENOMINATOR: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    0.689_767_334_985_1,
    0.148_103_976_427_480_08,
    0.015_198_666_563_616_457,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const FAR_NUMERATOR: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    0.296_560_571_828_504_87,
    0.026_532_189_526_576_124,
    0.001_242_660_947_388_078_4,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288e-7,
];
const FAR_DENOMINATOR: [f64; 8] = [
    1.0,
    0.599_832_206_555_888,
    0.136_929_880_922_735_8,
    0.014_875_361_290_850_615,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, relative: f64) {
        assert!((a - b).abs() <= relative * b.abs(), "{a} is not {b}");
    }

    /// Tail values to 15 digits, Abramowitz & Stegun (1964) table 26.2 and mpmath.
    #[test]
    fn tails_keep_their_digits() {
        close(sf(1.0), 0.158_655_253_931_457_05, 1e-13);
        close(sf(2.0), 0.022_750_131_948_179_21, 1e-13);
        close(sf(4.0), 3.167_124_183_311_992e-5, 1e-13);
        close(sf(6.0), 9.865_876_450_376_98e-10, 1e-13);
        close(sf(10.0), 7.619_853_024_160_526e-24, 1e-12);
        close(cdf(-10.0), 7.619_853_024_160_526e-24, 1e-12);
        close(cdf(1.959_963_984_540_054), 0.975, 1e-14);
        close(two_sided_p(-1.959_963_984_540_054), 0.05, 1e-13);
        close(pdf(0.0), 0.398_942_280_401_432_7, 1e-15);
    }

    #[test]
    fn quantile_inverts() {
        close(quantile(0.975), 1.959_963_984_540_054, 1e-14);
        close(upper_quantile(1e-20), 9.262_340_089_798_408, 1e-13);
        for p in [1e-200, 1e-30, 1e-9, 0.001, 0.02, 0.074, 0.076, 0.3, 0.5, 0.8, 0.92, 0.93, 0.999] {
            let back = cdf(quantile(p));
            assert!((back - p).abs() <= 1e-12 * p.max(1e-280) * (1.0 + p.ln().abs()), "{p}: {back}");
        }
        assert_eq!(quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(quantile(1.0), f64::INFINITY);
        assert!(quantile(-0.1).is_nan() && quantile(f64::NAN).is_nan());
        assert!(cdf(f64::NAN).is_nan());
        assert_eq!((sf(f64::INFINITY), sf(f64::NEG_INFINITY)), (0.0, 1.0));
    }
}
