//! BLAKE3 of a whole artefact by several threads: the same hash as by one.

use blake3::{
    Hash, Hasher,
    hazmat::{ChainingValue, HasherExt as _, Mode, merge_subtrees_non_root, merge_subtrees_root},
};

use crate::parallel;

/// Bytes hashed at once: a power of two of BLAKE3's chunks, so that each piece is a subtree.
const PIECE: usize = 1 << 20;

/// BLAKE3 of `bytes`. Section 2.1 of its paper: pieces are subtrees, and a left subtree has the largest power of two of
/// pieces that leaves some for the right one.
pub(super) fn hash(bytes: &[u8], threads: usize) -> Hash {
    let pieces = bytes.len().div_ceil(PIECE);
    if pieces < 2 {
        return blake3::hash(bytes);
    }
    let piece = |at: usize| {
        let (from, to) = (at * PIECE, ((at + 1) * PIECE).min(bytes.len()));
        Hasher::new().set_input_offset(from as u64).update(&bytes[from..to]).finalize_non_root()
    };
    let values = parallel::chunks(pieces, threads, |range| range.map(piece).collect::<Vec<_>>()).concat();
    let (left, right) = values.split_at(left_pieces(values.len()));
    merge_subtrees_root(&merged(left), &merged(right), Mode::Hash)
}

fn merged(values: &[ChainingValue]) -> ChainingValue {
    if let [one] = values {
        return *one;
    }
    let (left, right) = values.split_at(left_pieces(values.len()));
    merge_subtrees_non_root(&merged(left), &merged(right), Mode::Hash)
}

/// The largest power of two below `count`, which is at least 2.
fn left_pieces(count: usize) -> usize {
    count.next_power_of_two() / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_one_thread_hashes_it() {
        let bytes: Vec<u8> = (0..7 * PIECE + 5).map(|at| ((at * at) >> 7) as u8).collect();
        for length in [0, 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE, 5 * PIECE - 1, bytes.len()] {
            for threads in [1, 3] {
                assert_eq!(hash(&bytes[..length], threads), blake3::hash(&bytes[..length]), "{length} bytes");
            }
        }
    }
}
