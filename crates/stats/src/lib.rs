//! The judge's arithmetic. Pure functions over numbers.
