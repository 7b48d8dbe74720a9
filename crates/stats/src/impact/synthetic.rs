//! Store-like daily revenue with one control, and the interval of an oracle that knows every variance: what an honest method is
//! measured against. Demand is a random walk shared with the control, the store drifts on its own, there is a weekly season, and
//! the noise is autoregressive.

use crate::linalg::{Cholesky, LinalgError, Matrix, cholesky, dot};
use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

/// What the generator draws from; standard deviations per day, on the log scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Store {
    /// Days before the change.
    pub n_pre: usize,
    /// Days after it.
    pub n_post: usize,
    /// Of the random walk shared with the control.
    pub demand_drift: f64,
    /// Of the store's own random walk.
    pub own_drift: f64,
    /// First autocorrelation of the noise.
    pub phi: f64,
    /// Of the noise's innovations.
    pub noise: f64,
    /// Of the control's independent noise.
    pub control_noise: f64,
    /// Of the innovations of a slope that fades by 3 % a day: momentum the model does not know of. 0 in the store of the bar.
    pub momentum: f64,
    /// Multiplies the weekly season (Friday +10 %, Saturday +15 %, Sunday -12 %).
    pub season: f64,
}

impl Default for Store {
    /// 70 + 30 days; 1 % demand, .6 % own drift, AR(.4) noise of 6 %, control noise 5 %.
    fn default() -> Self {
        Self {
            n_pre: 70,
            n_post: 30,
            demand_drift: 0.01,
            own_drift: 0.006,
            phi: 0.4,
            noise: 0.06,
            control_noise: 0.05,
            season: 1.0,
            momentum: 0.0,
        }
    }
}

/// One drawn series.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// Revenue per day, pre and post, with the lift applied to the post days.
    pub y: Vec<f64>,
    /// The control, untouched by the change.
    pub control: Vec<f64>,
    /// Average of the post days without the lift.
    pub base: f64,
}

const WEEK: [f64; 7] = [0.0, 0.05, 0.02, -0.03, 0.10, 0.15, -0.12];

impl Store {
    /// Parameters other than the default's: each standard deviation times a factor log-uniform in [1/2, 2], `phi` uniform in
    /// [0, .7], the season times a factor in [.3, 2].
    pub fn varied(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut times = |base: f64| base * (rng.random_range(-1.0..1.0_f64) * std::f64::consts::LN_2).exp();
        let given = Self::default();
        Self {
            demand_drift: times(given.demand_drift),
            own_drift: times(given.own_drift),
            noise: times(given.noise),
            control_noise: times(given.control_noise),
            phi: rng.random_range(0.0..0.7),
            season: rng.random_range(0.3..2.0),
            ..given
        }
    }

    /// Draws a series; `lift` .1 is +10 % from the first post day.
    pub fn draw(&self, lift: f64, seed: u64) -> Drawn {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let n = self.n_pre + self.n_post;
        let (mut demand, mut own, mut noise, mut base, mut slope) = (0.0, 0.0, 0.0, 0.0, 0.0);
        let (mut y, mut control) = (Vec::with_capacity(n), Vec::with_capacity(n));
        for t in 0..n {
            demand += self.demand_drift * normal(&mut rng);
            if self.momentum > 0.0 {
                slope = 0.97 * slope + self.momentum * normal(&mut rng);
            }
            own += slope + self.own_drift * normal(&mut rng);
            noise = self.phi * noise + self.noise * normal(&mut rng);
            let season = self.season * WEEK[t % 7];
            let value = 1000.0 * (demand + own + season + noise).exp();
            control.push(400.0 * (demand + 0.8 * season + self.control_noise * normal(&mut rng)).exp());
            if t >= self.n_pre {
                base += value / self.n_post as f64;
                y.push(value * (1.0 + lift));
            } else {
                y.push(value);
            }
        }
        Drawn { y, control, base }
    }

    /// The best possible forecaster of this store: it knows every variance and that the loading is 1, but not the levels and
    /// weekday effects, which it estimates by generalised least squares.
    ///
    /// # Errors
    /// Variances that make the covariance singular (all zero).
    pub fn oracle(&self) -> Result<Oracle, LinalgError> {
        let n = self.n_pre + self.n_post;
        // Known: the pre days of y, then all days of the control. Wanted: the average of the post days' logs.
        let seen = self.n_pre + n;
        let noise_var = self.noise.powi(2) / (1.0 - self.phi * self.phi);
        let walk = |s: usize, t: usize| (s.min(t) + 1) as f64;
        let yy = |s: usize, t: usize| {
            // The generator starts its noise at one innovation; by day 10 that is the stationary variance.
            walk(s, t) * (self.demand_drift.powi(2) + self.own_drift.powi(2))
                + noise_var * self.phi.powi(s.abs_diff(t) as i32)
        };
        let yc = |s: usize, t: usize| walk(s, t) * self.demand_drift.powi(2);
        let cc = |s: usize, t: usize| yc(s, t) + if s == t { self.control_noise.powi(2) } else { 0.0 };
        let mut covariance = Matrix::zeros(seen, seen);
        let mut design = Matrix::zeros(seen, 14);
        let mut with_average = vec![0.0; seen];
        let mut target = [0.0; 14];
        for i in 0..seen {
            for j in 0..=i {
                covariance[(i, j)] = match (i < self.n_pre, j < self.n_pre) {
                    (true, _) => yy(i, j),
                    (false, true) => yc(i - self.n_pre, j),
                    (false, false) => cc(i - self.n_pre, j - self.n_pre),
                };
            }
            let (t, side) = if i < self.n_pre { (i, 0) } else { (i - self.n_pre, 7) };
            design[(i, side + t % 7)] = 1.0;
            for post in self.n_pre..n {
                with_average[i] += if i < self.n_pre { yy(i, post) } else { yc(t, post) } / self.n_post as f64;
            }
        }
        let mut average_var = 0.0;
        for s in self.n_pre..n {
            target[s % 7] += 1.0 / self.n_post as f64;
            for t in self.n_pre..n {
                average_var += yy(s, t) / (self.n_post * self.n_post) as f64;
            }
        }
        let chol = cholesky(&covariance)?;
        let columns: Vec<Vec<f64>> = (0..14).map(|j| chol.solve_lower(&column(&design, j))).collect();
        let x = Matrix::from_columns(&columns)?;
        let whitened = chol.solve_lower(&with_average);
        let gram = cholesky(&x.gram(None)?)?;
        // Gap between the wanted regressors and those the covariance already explains.
        let gap: Vec<f64> = (0..14).map(|j| target[j] - dot(&columns[j], &whitened)).collect();
        let half = gram.solve_lower(&gap);
        let sd = (average_var - dot(&whitened, &whitened) + dot(&half, &half)).max(0.0).sqrt();
        let by_design = gram.solve(&gap);
        Ok(Oracle { sd, chol, x, whitened, by_design, n_pre: self.n_pre })
    }
}

fn column(m: &Matrix, j: usize) -> Vec<f64> {
    (0..m.rows()).map(|i| m[(i, j)]).collect()
}

fn normal(rng: &mut impl Rng) -> f64 {
    StandardNormal.sample(rng)
}

/// The oracle's forecast; see [`Store::oracle`].
#[derive(Debug, Clone)]
pub struct Oracle {
    /// Standard deviation of its error, as a share of the base (on the log scale).
    pub sd: f64,
    chol: Cholesky,
    x: Matrix,
    whitened: Vec<f64>,
    by_design: Vec<f64>,
    n_pre: usize,
}

impl Oracle {
    /// Width of the 95 % interval as a share of the base.
    pub fn width(&self) -> f64 {
        2.0 * 1.959_963_984_540_054 * self.sd
    }

    /// The forecast of the average log of the post days.
    pub fn forecast(&self, drawn: &Drawn) -> f64 {
        let seen: Vec<f64> = drawn.y[..self.n_pre].iter().chain(&drawn.control).map(|v| v.ln()).collect();
        let white = self.chol.solve_lower(&seen);
        let along: f64 = (0..self.x.rows()).map(|i| white[i] * dot(self.x.row(i), &self.by_design)).sum();
        dot(&self.whitened, &white) + along
    }
}
