//! Small dense matrices: Cholesky with jitter, solving, least squares and ridge.
//!
//! Row-major, `f64`, meant for tens of columns, not thousands; hence no blocking, no BLAS, no dependency.
//! Source of the algorithms: Golub & Van Loan, *Matrix Computations* (4th ed.), sections 4.2 (Cholesky) and 5.3 (normal equations).

#![allow(clippy::neg_cmp_op_on_partial_ord, reason = "NaN must fall on the failing side")]

use std::ops::{Index, IndexMut};

/// Why a linear-algebra routine gave no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LinalgError {
    /// Shapes that do not fit together.
    #[error("Shapes do not fit: expected {expected}, got {got}; pass matrices and vectors of matching size")]
    Shape {
        /// What the routine needs, in words.
        expected: String,
        /// What it was given.
        got: String,
    },
    /// A NaN or an infinity in the input.
    #[error("The matrix has a value that is not finite; drop or fill missing values first")]
    NotFinite,
    /// The matrix is singular even after jitter.
    #[error("The matrix is singular; drop columns that repeat others, or use ridge with a positive penalty")]
    Singular,
}

/// A dense row-major matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    rows: usize,
    cols: usize,
    data: Vec<f64>,
}

impl Matrix {
    /// `rows` x `cols` zeros.
    pub fn zeros(rows: usize, cols: usize) -> Self {
        Self { rows, cols, data: vec![0.0; rows * cols] }
    }

    /// The identity of size `n`.
    pub fn identity(n: usize) -> Self {
        let mut out = Self::zeros(n, n);
        for i in 0..n {
            out[(i, i)] = 1.0;
        }
        out
    }

    /// From rows of equal length.
    ///
    /// # Errors
    /// [`LinalgError::Shape`] when rows differ in length.
    pub fn from_rows<R: AsRef<[f64]>>(rows: &[R]) -> Result<Self, LinalgError> {
        let cols = rows.first().map_or(0, |row| row.as_ref().len());
        let mut data = Vec::with_capacity(rows.len() * cols);
        for row in rows {
            let row = row.as_ref();
            if row.len() != cols {
                return Err(shape(format!("rows of {cols} values"), format!("a row of {}", row.len())));
            }
            data.extend_from_slice(row);
        }
        Ok(Self { rows: rows.len(), cols, data })
    }

    /// From columns of equal length.
    ///
    /// # Errors
    /// [`LinalgError::Shape`] when columns differ in length.
    pub fn from_columns<C: AsRef<[f64]>>(columns: &[C]) -> Result<Self, LinalgError> {
        Ok(Self::from_rows(columns)?.transpose())
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Row `i` as a slice; empty when there is no such row.
    pub fn row(&self, i: usize) -> &[f64] {
        self.data.get(i * self.cols..(i + 1) * self.cols).unwrap_or(&[])
    }

    /// The transpose.
    pub fn transpose(&self) -> Self {
        let mut out = Self::zeros(self.cols, self.rows);
        for i in 0..self.rows {
            for j in 0..self.cols {
                out[(j, i)] = self[(i, j)];
            }
        }
        out
    }

    /// `self * other`.
    ///
    /// # Errors
    /// [`LinalgError::Shape`] when the inner sizes differ.
    pub fn mul(&self, other: &Self) -> Result<Self, LinalgError> {
        if self.cols != other.rows {
            return Err(shape(format!("{} rows on the right", self.cols), format!("{}", other.rows)));
        }
        let mut out = Self::zeros(self.rows, other.cols);
        for i in 0..self.rows {
            for k in 0..self.cols {
                let a = self[(i, k)];
                if a != 0.0 {
                    for j in 0..other.cols {
                        out[(i, j)] += a * other[(k, j)];
                    }
                }
            }
        }
        Ok(out)
    }

    /// `self * v`.
    ///
    /// # Errors
    /// [`LinalgError::Shape`] when `v` is not as long as the matrix has columns.
    pub fn mul_vec(&self, v: &[f64]) -> Result<Vec<f64>, LinalgError> {
        if self.cols != v.len() {
            return Err(shape(format!("a vector of {}", self.cols), format!("{}", v.len())));
        }
        Ok((0..self.rows).map(|i| dot(self.row(i), v)).collect())
    }

    /// `self' * diag(weights) * self`; without weights all are one.
    ///
    /// # Errors
    /// [`LinalgError::Shape`] when there are not as many weights as rows.
    pub fn gram(&self, weights: Option<&[f64]>) -> Result<Self, LinalgError> {
        if let Some(weights) = weights
            && weights.len() != self.rows
        {
            return Err(shape(format!("{} weights", self.rows), format!("{}", weights.len())));
        }
        let mut out = Self::zeros(self.cols, self.cols);
        for i in 0..self.rows {
            let row = self.row(i);
            let weight = weights.map_or(1.0, |w| w[i]);
            for j in 0..self.cols {
                let a = weight * row[j];
                for (total, value) in out.data[j * self.cols + j..(j + 1) * self.cols].iter_mut().zip(&row[j..]) {
                    *total += a * value;
                }
            }
        }
        for j in 0..self.cols {
            for k in 0..j {
                out[(j, k)] = out[(k, j)];
            }
        }
        Ok(out)
    }

    fn is_finite(&self) -> bool {
        self.data.iter().all(|x| x.is_finite())
    }
}

impl Index<(usize, usize)> for Matrix {
    type Output = f64;
    fn index(&self, (i, j): (usize, usize)) -> &f64 {
        &self.data[i * self.cols + j]
    }
}

impl IndexMut<(usize, usize)> for Matrix {
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut f64 {
        &mut self.data[i * self.cols + j]
    }
}

/// The dot product over the shorter length.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn shape(expected: String, got: String) -> LinalgError {
    LinalgError::Shape { expected, got }
}

/// `L` with `L L' = A (+ jitter I)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Cholesky {
    lower: Matrix,
    /// What was added to the diagonal, as a share of its largest entry; 0 when none was needed.
    pub jitter: f64,
}

/// Factorises a symmetric positive definite matrix; only the lower triangle is read.
/// When it is not numerically positive definite, 1e-12 … 1e-6 of the largest diagonal entry is added.
///
/// # Errors
/// Not square, not finite, or singular even after jitter.
pub fn cholesky(a: &Matrix) -> Result<Cholesky, LinalgError> {
    if a.rows != a.cols {
        return Err(shape("a square matrix".into(), format!("{} x {}", a.rows, a.cols)));
    }
    if !a.is_finite() {
        return Err(LinalgError::NotFinite);
    }
    let largest = (0..a.rows).map(|i| a[(i, i)]).fold(0.0, f64::max);
    for jitter in [0.0, 1e-12, 1e-10, 1e-8, 1e-6] {
        if let Some(lower) = factor(a, jitter * largest) {
            return Ok(Cholesky { lower, jitter });
        }
    }
    Err(LinalgError::Singular)
}

fn factor(a: &Matrix, add: f64) -> Option<Matrix> {
    let n = a.rows;
    let mut l = Matrix::zeros(n, n);
    for i in 0..n {
        for j in 0..=i {
            let sum = a[(i, j)] + if i == j { add } else { 0.0 } - dot(&l.row(i)[..j], &l.row(j)[..j]);
            if i == j {
                // Relative to the original entry, so that the answer does not depend on the units.
                if !(sum > 1e-14 * a[(i, i)].abs()) || sum <= 0.0 {
                    return None;
                }
                l[(i, i)] = sum.sqrt();
            } else {
                l[(i, j)] = sum / l[(j, j)];
            }
        }
    }
    Some(l)
}

impl Cholesky {
    /// The factor of a diagonal matrix of variances, from their roots.
    pub fn of_diagonal(roots: &[f64]) -> Self {
        let mut lower = Matrix::zeros(roots.len(), roots.len());
        for (i, root) in roots.iter().enumerate() {
            lower[(i, i)] = *root;
        }
        Self { lower, jitter: 0.0 }
    }

    /// The lower triangle `L`.
    pub fn lower(&self) -> &Matrix {
        &self.lower
    }

    /// `x` with `A x = b`. `b` must be as long as `A` is wide; anything beyond is ignored, anything missing is 0.
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        let n = self.lower.rows;
        let mut x = self.solve_lower(b);
        for i in (0..n).rev() {
            let tail: f64 = ((i + 1)..n).map(|k| self.lower[(k, i)] * x[k]).sum();
            x[i] = (x[i] - tail) / self.lower[(i, i)];
        }
        x
    }

    /// `y` with `L y = b`, half of a solve; `y'y = b' A^-1 b`.
    pub fn solve_lower(&self, b: &[f64]) -> Vec<f64> {
        let n = self.lower.rows;
        let mut y = vec![0.0; n];
        for i in 0..n {
            let head = dot(&self.lower.row(i)[..i], &y[..i]);
            y[i] = (b.get(i).copied().unwrap_or(0.0) - head) / self.lower[(i, i)];
        }
        y
    }

    /// `A^-1`.
    pub fn inverse(&self) -> Matrix {
        let n = self.lower.rows;
        let mut out = Matrix::zeros(n, n);
        let mut unit = vec![0.0; n];
        for j in 0..n {
            unit[j] = 1.0;
            for (i, x) in self.solve(&unit).into_iter().enumerate() {
                out[(i, j)] = x;
            }
            unit[j] = 0.0;
        }
        out
    }

    /// `log |A|`.
    pub fn log_det(&self) -> f64 {
        (0..self.lower.rows).map(|i| 2.0 * self.lower[(i, i)].ln()).sum()
    }
}

/// Solves `A x = b` for a symmetric positive definite `A`.
///
/// # Errors
/// As [`cholesky`].
pub fn solve_spd(a: &Matrix, b: &[f64]) -> Result<Vec<f64>, LinalgError> {
    if b.len() != a.rows {
        return Err(shape(format!("a right side of {}", a.rows), format!("{}", b.len())));
    }
    Ok(cholesky(a)?.solve(b))
}

/// A linear fit.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearFit {
    /// One coefficient per column.
    pub coefficients: Vec<f64>,
    /// Their covariance: `sigma2 * (X'WX + penalty)^-1`.
    pub covariance: Matrix,
    /// Residual variance, residual sum of squares over `n - columns` (at least 1).
    pub sigma2: f64,
    /// `y - X b`.
    pub residuals: Vec<f64>,
}

/// Ordinary least squares of `y` (length n) on `x` (n x p). Add a column of ones for an intercept.
///
/// # Errors
/// Shapes, values that are not finite, or columns that repeat each other.
pub fn ols(x: &Matrix, y: &[f64]) -> Result<LinearFit, LinalgError> {
    ridge(x, y, &[])
}

/// Ridge: minimises `|y - X b|^2 + sum penalty_j b_j^2`. `penalty` has one entry per column (0 leaves a column free); empty means none.
///
/// # Errors
/// As [`ols`].
pub fn ridge(x: &Matrix, y: &[f64], penalty: &[f64]) -> Result<LinearFit, LinalgError> {
    if x.rows != y.len() {
        return Err(shape(format!("{} values of y", x.rows), format!("{}", y.len())));
    }
    if !penalty.is_empty() && penalty.len() != x.cols {
        return Err(shape(format!("{} penalties", x.cols), format!("{}", penalty.len())));
    }
    if !x.is_finite() || y.iter().any(|v| !v.is_finite()) {
        return Err(LinalgError::NotFinite);
    }
    let mut gram = x.gram(None)?;
    for (j, p) in penalty.iter().enumerate() {
        gram[(j, j)] += p;
    }
    let mut xty = vec![0.0; x.cols];
    for (i, value) in y.iter().enumerate() {
        for (total, a) in xty.iter_mut().zip(x.row(i)) {
            *total += a * value;
        }
    }
    let chol = cholesky(&gram)?;
    let coefficients = chol.solve(&xty);
    let residuals: Vec<f64> = y.iter().enumerate().map(|(i, value)| value - dot(x.row(i), &coefficients)).collect();
    let sigma2 = dot(&residuals, &residuals) / x.rows.saturating_sub(x.cols).max(1) as f64;
    let mut covariance = chol.inverse();
    for v in &mut covariance.data {
        *v *= sigma2;
    }
    Ok(LinearFit { coefficients, covariance, sigma2, residuals })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_known_factor() {
        // Golub & Van Loan's kind of example: [[4,2],[2,3]] = L L' with L = [[2,0],[1,sqrt 2]].
        let chol = cholesky(&Matrix::from_rows(&[[4.0, 2.0], [2.0, 3.0]]).unwrap()).unwrap();
        assert_eq!(chol.lower().row(1), &[1.0, 2.0_f64.sqrt()]);
        assert!((chol.log_det() - 8.0_f64.ln()).abs() < 1e-12);
        assert_eq!(chol.jitter, 0.0);
    }

    #[test]
    fn least_squares_finds_a_line() {
        let x = Matrix::from_rows(&[[1.0, 0.0], [1.0, 1.0], [1.0, 2.0], [1.0, 3.0]]).unwrap();
        let fit = ols(&x, &[1.0, 3.1, 4.9, 7.0]).unwrap();
        assert!((fit.coefficients[0] - 1.03).abs() < 1e-10 && (fit.coefficients[1] - 1.98).abs() < 1e-10);
        let shrunk = ridge(&x, &[1.0, 3.1, 4.9, 7.0], &[0.0, 1e9]).unwrap();
        assert!(shrunk.coefficients[1].abs() < 1e-6 && (shrunk.coefficients[0] - 4.0).abs() < 1e-6);
    }

    #[test]
    fn bad_input_is_an_error() {
        assert_eq!(cholesky(&Matrix::zeros(2, 2)), Err(LinalgError::Singular));
        assert_eq!(cholesky(&Matrix::from_rows(&[[f64::NAN]]).unwrap()), Err(LinalgError::NotFinite));
        assert!(matches!(cholesky(&Matrix::zeros(2, 3)), Err(LinalgError::Shape { .. })));
        assert!(matches!(ols(&Matrix::zeros(2, 1), &[1.0]), Err(LinalgError::Shape { .. })));
        assert!(matches!(Matrix::from_rows(&[vec![1.0], vec![]]), Err(LinalgError::Shape { .. })));
    }

    proptest! {
        #[test]
        fn solving_gives_back_the_right_side(values in prop::collection::vec(-3.0..3.0_f64, 16), b in prop::collection::vec(-5.0..5.0_f64, 4)) {
            let x = Matrix::from_rows(&values.chunks(4).collect::<Vec<_>>()).unwrap();
            let mut a = x.gram(None).unwrap();
            for i in 0..4 { a[(i, i)] += 0.5; }
            let solved = solve_spd(&a, &b).unwrap();
            for (got, want) in a.mul_vec(&solved).unwrap().iter().zip(&b) {
                prop_assert!((got - want).abs() < 1e-8);
            }
            let inverse = cholesky(&a).unwrap().inverse();
            let product = a.mul(&inverse).unwrap();
            for i in 0..4 { for j in 0..4 {
                prop_assert!((product[(i, j)] - f64::from(u8::from(i == j))).abs() < 1e-8);
            } }
        }
    }
}
