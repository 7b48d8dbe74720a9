//! How well forecasts met what came.

/// Forecasts against what came, over customers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accuracy {
    /// Number of customers.
    pub customers: usize,
    /// Sum of what came.
    pub actual: f64,
    /// Sum of the forecasts.
    pub predicted: f64,
    /// Pearson correlation; none where either does not vary.
    pub correlation: Option<f64>,
    /// Mean absolute error per customer.
    pub mae: f64,
    /// Root of the mean squared error per customer.
    pub rmse: f64,
}

/// Compares pairs of (forecast, what came); none for no pairs.
pub fn accuracy(pairs: impl IntoIterator<Item = (f64, f64)>) -> Option<Accuracy> {
    let pairs: Vec<(f64, f64)> = pairs.into_iter().collect();
    if pairs.is_empty() {
        return None;
    }
    let n = pairs.len() as f64;
    let (predicted, actual) = pairs.iter().fold((0.0, 0.0), |(p, a), pair| (p + pair.0, a + pair.1));
    let (mean_p, mean_a) = (predicted / n, actual / n);
    let (mut pp, mut aa, mut pa, mut absolute, mut square) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (p, a) in &pairs {
        pp += (p - mean_p) * (p - mean_p);
        aa += (a - mean_a) * (a - mean_a);
        pa += (p - mean_p) * (a - mean_a);
        absolute += (p - a).abs();
        square += (p - a) * (p - a);
    }
    let spread = (pp * aa).sqrt();
    Some(Accuracy {
        customers: pairs.len(),
        actual,
        predicted,
        correlation: (spread > 0.0).then(|| pa / spread),
        mae: absolute / n,
        rmse: (square / n).sqrt(),
    })
}
