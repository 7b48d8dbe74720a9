//! Numbers of a model: made by training, or seen in the bytes of an artefact without being copied.

use std::{fmt, ops::Deref, sync::Arc};

use bytes::Bytes;
use zerocopy::{FromBytes, Immutable, IntoBytes};

/// A number that an artefact holds as little-endian bytes.
pub trait Plain: FromBytes + IntoBytes + Immutable + Copy + Send + Sync + 'static {
    /// The number with its bytes the other way round.
    fn swapped(self) -> Self;
}

macro_rules! plain {
    ($($number:ty: $swapped:expr),*) => {
        $(impl Plain for $number {
            fn swapped(self) -> Self {
                $swapped(self)
            }
        })*
    };
}
plain!(u8: |byte| byte, u32: u32::swap_bytes, u64: u64::swap_bytes, i64: i64::swap_bytes,
       f32: |number: f32| f32::from_bits(number.to_bits().swap_bytes()));

/// A list of numbers that is cheap to clone: a vector of its own, or a view into shared bytes such as a mapped file.
pub struct Array<T>(Kept<T>);

enum Kept<T> {
    Own(Arc<Vec<T>>),
    /// Checked when it was made: whole numbers, aligned, in this machine's order of bytes.
    Seen(Bytes),
}

/// The bytes of numbers that are held as numbers.
struct Octets<T>(Arc<Vec<T>>);

impl<T: Plain> AsRef<[u8]> for Octets<T> {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl<T: Plain> Array<T> {
    /// Numbers out of little-endian bytes; `None` if the last one is cut. Not copied where this machine reads them as
    /// they stand: its order of bytes is the same and they are aligned.
    pub fn from_le_bytes(bytes: Bytes) -> Option<Array<T>> {
        if !bytes.len().is_multiple_of(size_of::<T>()) {
            return None;
        }
        if cfg!(target_endian = "little") && <[T]>::ref_from_bytes(&bytes).is_ok() {
            return Some(Array(Kept::Seen(bytes)));
        }
        let numbers = bytes.chunks_exact(size_of::<T>()).map(|bytes| {
            let number = T::read_from_bytes(bytes).ok()?;
            Some(if cfg!(target_endian = "little") { number } else { number.swapped() })
        });
        numbers.collect::<Option<Vec<T>>>().map(Array::from)
    }

    /// The little-endian bytes of the numbers, shared with them where this machine has them in this order.
    pub fn to_le_bytes(&self) -> Bytes {
        if cfg!(target_endian = "big") {
            let swapped: Vec<T> = self.iter().map(|number| number.swapped()).collect();
            return Bytes::from_owner(Octets(Arc::new(swapped)));
        }
        match &self.0 {
            Kept::Own(numbers) => Bytes::from_owner(Octets(Arc::clone(numbers))),
            Kept::Seen(bytes) => bytes.clone(),
        }
    }

    /// The numbers to change; copied first where somebody else holds them too.
    pub fn make_mut(&mut self) -> &mut Vec<T> {
        if let Kept::Seen(_) = self.0 {
            *self = Array::from(self.to_vec());
        }
        match &mut self.0 {
            Kept::Own(numbers) => Arc::make_mut(numbers),
            Kept::Seen(_) => unreachable!("replaced above"),
        }
    }
}

impl<T: Plain> Deref for Array<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match &self.0 {
            Kept::Own(numbers) => numbers,
            Kept::Seen(bytes) => <[T]>::ref_from_bytes(bytes).unwrap_or(&[]),
        }
    }
}

impl<T> From<Vec<T>> for Array<T> {
    fn from(numbers: Vec<T>) -> Array<T> {
        Array(Kept::Own(Arc::new(numbers)))
    }
}

impl<T> FromIterator<T> for Array<T> {
    fn from_iter<I: IntoIterator<Item = T>>(numbers: I) -> Array<T> {
        Array::from(Vec::from_iter(numbers))
    }
}

impl<'a, T: Plain> IntoIterator for &'a Array<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T> Default for Array<T> {
    fn default() -> Array<T> {
        Array::from(Vec::new())
    }
}

impl<T> Clone for Array<T> {
    fn clone(&self) -> Array<T> {
        Array(match &self.0 {
            Kept::Own(numbers) => Kept::Own(Arc::clone(numbers)),
            Kept::Seen(bytes) => Kept::Seen(bytes.clone()),
        })
    }
}

impl<T: Plain + PartialEq> PartialEq for Array<T> {
    fn eq(&self, other: &Array<T>) -> bool {
        **self == **other
    }
}

impl<T: Plain + fmt::Debug> fmt::Debug for Array<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_view_is_not_a_copy_and_is_copied_before_it_is_changed() {
        let own = Array::from(vec![1_u32, 2, 3]);
        let bytes = own.to_le_bytes();
        let mut seen = Array::<u32>::from_le_bytes(bytes.clone()).unwrap();
        assert_eq!(seen, own);
        if cfg!(target_endian = "little") {
            assert_eq!((seen.as_ptr(), bytes.as_ptr()), (own.as_ptr(), own.as_ptr().cast()));
        }
        seen.make_mut().push(4);
        assert_eq!((&*seen, &*own), (&[1, 2, 3, 4][..], &[1, 2, 3][..]));
    }

    #[test]
    fn bytes_that_are_cut_are_refused_and_those_that_are_not_aligned_are_copied() {
        let bytes = Bytes::from(vec![9, 1, 0, 0, 0, 2, 0, 0, 0, 7, 7, 7, 7]);
        assert!(Array::<u32>::from_le_bytes(bytes.slice(..6)).is_none());
        for start in 0..5 {
            let found = Array::<u32>::from_le_bytes(bytes.slice(start..start + 8)).unwrap();
            assert_eq!(found.len(), 2);
            assert!(start != 1 || *found == [1, 2]);
        }
        assert!(Array::<i64>::from_le_bytes(Bytes::new()).unwrap().is_empty());
    }
}
