//! Leaves: combinations of dimension values with an actual and an expected figure.

use std::collections::HashMap;

/// Why leaves cannot be read or searched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DriverError {
    /// No dimension was named.
    #[error("name at least one dimension; without one there is nothing to search")]
    NoDimension,
    /// More dimensions than the search can combine.
    #[error("{0} dimensions are too many; name at most 12")]
    TooManyDimensions(usize),
    /// A row has another number of values than there are dimensions.
    #[error("a row has {got} dimension values instead of {want}; give one for each dimension")]
    Width {
        /// Values given.
        got: usize,
        /// Dimensions there are.
        want: usize,
    },
    /// A figure is infinite or not a number.
    #[error("the {0} of a row is not a finite number; leave the row out or mend it")]
    NotFinite(&'static str),
}

/// Leaves, column by column.
#[derive(Debug, Clone, Default)]
pub struct Leaves {
    /// Names of the dimensions.
    pub dims: Vec<String>,
    /// Values of each dimension; codes are places in here.
    pub values: Vec<Vec<String>>,
    /// Code of each row, per dimension.
    pub codes: Vec<Vec<u32>>,
    /// Actual figure of each row; for a ratio its numerator.
    pub actual: Vec<f64>,
    /// Expected figure; for a ratio the numerator expected *with the actual denominator*.
    pub expected: Vec<f64>,
    /// For a ratio: actual denominators; empty otherwise.
    pub per: Vec<f64>,
    /// For a ratio: change of the overall ratio that comes from traffic moving between leaves, not from any leaf's own.
    pub mix: f64,
}

impl Leaves {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.actual.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.actual.is_empty()
    }
}

/// Takes rows in.
#[derive(Debug, Clone)]
pub struct LeavesBuilder {
    leaves: Leaves,
    places: Vec<HashMap<String, u32>>,
    /// Expected numerator and denominator, for ratios.
    plan: (f64, f64),
}

impl LeavesBuilder {
    /// For these dimensions.
    ///
    /// # Errors
    /// There is none, or there are more than 12.
    pub fn new(dims: &[&str]) -> Result<LeavesBuilder, DriverError> {
        if dims.is_empty() {
            return Err(DriverError::NoDimension);
        }
        if dims.len() > 12 {
            return Err(DriverError::TooManyDimensions(dims.len()));
        }
        Ok(LeavesBuilder {
            leaves: Leaves {
                dims: dims.iter().map(|name| (*name).to_owned()).collect(),
                values: vec![Vec::new(); dims.len()],
                codes: vec![Vec::new(); dims.len()],
                ..Leaves::default()
            },
            places: vec![HashMap::new(); dims.len()],
            plan: (0.0, 0.0),
        })
    }

    /// A row of a sum (revenue, orders, cost).
    ///
    /// # Errors
    /// The row has another number of values than there are dimensions, or a figure is not finite.
    pub fn push<'a>(
        &mut self,
        values: impl IntoIterator<Item = &'a str>,
        actual: f64,
        expected: f64,
    ) -> Result<(), DriverError> {
        if !actual.is_finite() {
            return Err(DriverError::NotFinite("actual figure"));
        }
        if !expected.is_finite() {
            return Err(DriverError::NotFinite("expected figure"));
        }
        let mut own: [u32; 12] = [0; 12];
        let mut got = 0;
        for value in values {
            if let (Some(places), Some(slot)) = (self.places.get_mut(got), own.get_mut(got)) {
                *slot = match places.get(value) {
                    Some(code) => *code,
                    None => {
                        let code = u32::try_from(places.len()).unwrap_or(u32::MAX);
                        places.insert(value.to_owned(), code);
                        self.leaves.values[got].push(value.to_owned());
                        code
                    }
                };
            }
            got += 1;
        }
        let want = self.leaves.dims.len();
        if got != want {
            return Err(DriverError::Width { got, want });
        }
        for (column, code) in self.leaves.codes.iter_mut().zip(own) {
            column.push(code);
        }
        self.leaves.actual.push(actual);
        self.leaves.expected.push(expected);
        Ok(())
    }

    /// A row of a ratio (conversion, order value, return on ads): numerators and denominators, actual and expected. A
    /// leaf whose own ratio is unchanged is as expected, however much traffic it got.
    ///
    /// # Errors
    /// As [`LeavesBuilder::push`].
    pub fn push_ratio<'a>(
        &mut self,
        values: impl IntoIterator<Item = &'a str>,
        actual: (f64, f64),
        expected: (f64, f64),
    ) -> Result<(), DriverError> {
        if !actual.1.is_finite() || !expected.1.is_finite() {
            return Err(DriverError::NotFinite("denominator"));
        }
        let ratio = if expected.1 != 0.0 { expected.0 / expected.1 } else { 0.0 };
        self.push(values, actual.0, ratio * actual.1)?;
        self.leaves.per.push(actual.1);
        self.plan = (self.plan.0 + expected.0, self.plan.1 + expected.1);
        Ok(())
    }

    /// The leaves.
    pub fn build(mut self) -> Leaves {
        let per: f64 = self.leaves.per.iter().sum();
        if per != 0.0 && self.plan.1 != 0.0 {
            let shifted: f64 = self.leaves.expected.iter().sum();
            self.leaves.mix = shifted / per - self.plan.0 / self.plan.1;
        }
        self.leaves
    }
}
