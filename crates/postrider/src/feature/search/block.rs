//! A block: the ids of the messages in which a term stands, packed. Time-ordered ids lie close together, so a difference
//! takes 3 to 5 octets where a row of its own would take 40.

use bytes::Bytes;
use store::StoreError;

/// Ids of one block at most. Reason: a block that does not fit beside others on a page of SQLite's is copied whole for
/// each comparison of its key.
pub(super) const IDS_MAX: usize = 256;
/// Octets of a 64-bit varint.
const VARINT_MAX: usize = 10;

/// Packs ids that are in descending order, each once.
pub(super) fn pack(descending: &[i64]) -> Bytes {
    let mut out = Vec::with_capacity(VARINT_MAX + descending.len().saturating_sub(1) * 5);
    let mut last = None::<i64>;
    for &id in descending {
        let number = last.map_or(id, |last| last - id);
        last = Some(id);
        let mut rest = number.cast_unsigned();
        while rest >= 0x80 {
            out.push((rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        out.push(rest as u8);
    }
    out.into()
}

/// Adds the ids of a block to `out`, descending.
///
/// # Errors
/// `Broken` when these are not the octets of a block.
pub(super) fn unpack(block: &[u8], out: &mut Vec<i64>) -> Result<(), StoreError> {
    let broken = || StoreError::Broken { query: "search_block.messages".into(), reason: "no block".into() };
    let mut last = None::<i64>;
    let (mut number, mut shift) = (0_u64, 0);
    for &octet in block {
        if shift > 63 {
            return Err(broken());
        }
        number |= u64::from(octet & 0x7f) << shift;
        if octet & 0x80 != 0 {
            shift += 7;
            continue;
        }
        let number_read = i64::try_from(number).map_err(|_| broken())?;
        let id = last.map_or(number_read, |last: i64| last.wrapping_sub(number_read));
        out.push(id);
        last = Some(id);
        (number, shift) = (0, 0);
    }
    if shift == 0 { Ok(()) } else { Err(broken()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_back_as_they_were_packed() {
        let day: Vec<i64> = (0..1_000).rev().map(|n| (1 << 60) + n * 4_194_304 + n % 7).collect();
        for ids in [&[][..], &[0], &[i64::MAX], &[i64::MAX, 1, 0], &[9, 8, 7], &day] {
            let mut out = Vec::new();
            unpack(&pack(ids), &mut out).unwrap();
            assert_eq!(out, ids);
        }
        assert!(pack(&day).len() < 1_000 * 5);
    }

    #[test]
    fn what_is_no_block_is_refused() {
        for wrong in [&[0x80][..], &[0xff; 11], &[0xff; 9]] {
            assert!(unpack(wrong, &mut Vec::new()).is_err(), "{wrong:?}");
        }
    }
}
