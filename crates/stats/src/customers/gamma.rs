//! Derivatives of ln Γ.

use statrs::function::gamma;

/// ln Γ(x), x > 0.
pub(crate) fn ln_gamma(x: f64) -> f64 {
    gamma::ln_gamma(x)
}

/// ψ(x) = d ln Γ(x) / dx and ψ′(x), x > 0: upward recurrence to x ≥ 10, then the asymptotic series (Abramowitz &
/// Stegun 6.3.5, 6.3.18, 6.4.6, 6.4.12).
pub(super) fn psi_and_trigamma(mut x: f64) -> (f64, f64) {
    let (mut psi, mut trigamma) = (0.0, 0.0);
    while x < 10.0 {
        psi -= 1.0 / x;
        trigamma += 1.0 / (x * x);
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    psi += x.ln()
        - 0.5 / x
        - y * (1.0 / 12.0
            - y * (1.0 / 120.0 - y * (1.0 / 252.0 - y * (1.0 / 240.0 - y * (1.0 / 132.0 - y * (691.0 / 32760.0))))));
    trigamma += 1.0 / x
        + 0.5 * y
        + y / x
            * (1.0 / 6.0
                - y * (1.0 / 30.0 - y * (1.0 / 42.0 - y * (1.0 / 30.0 - y * (5.0 / 66.0 - y * (691.0 / 2730.0))))));
    (psi, trigamma)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_and_differences() {
        let (psi, trigamma) = psi_and_trigamma(1.0);
        assert!((psi + 0.577_215_664_901_532_9).abs() < 1e-13);
        assert!((trigamma - std::f64::consts::PI.powi(2) / 6.0).abs() < 1e-13);
        for x in [0.01, 0.3, 2.5, 40.0, 1e4] {
            let step = 1e-4 * x;
            let slope = (ln_gamma(x + step) - ln_gamma(x - step)) / (2.0 * step);
            let (psi, trigamma) = psi_and_trigamma(x);
            assert!((psi - slope).abs() < 1e-6 * slope.abs().max(1.0), "{x}");
            let slope = (psi_and_trigamma(x + step).0 - psi_and_trigamma(x - step).0) / (2.0 * step);
            assert!((trigamma - slope).abs() < 1e-6 * slope.abs().max(1.0), "{x}");
        }
    }
}
