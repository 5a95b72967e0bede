//! How an input becomes another one: what parsers stumble over, more often than blind chance would try it.
//!
//! Guarantee: the result has at most the given number of octets.

use crate::chance::Chance;

/// Changes of one round at most: more of them leave nothing of what made the input get far.
const CHANGES_MAX: usize = 5;
/// The longest run of one octet. Reason: longer than every line limit of the protocols.
const RUN_MAX: usize = 3_000;
/// Octets at which some parser decides something.
const OCTETS: &[u8] = b"\r\n\0\t .,:;=?!*+-_/\\\"'()<>@[]{}#%&|~^`09azAZ\x16\x1b\x1f\x7f\x80\xc3\xe2\xff";
/// Numbers at the edges of the types that hold numbers.
const NUMBERS: [&str; 18] = [
    "0",
    "1",
    "-1",
    "00",
    "9",
    "10",
    "99",
    "127",
    "255",
    "256",
    "999",
    "65535",
    "65536",
    "4294967295",
    "4294967296",
    "9223372036854775808",
    "18446744073709551615",
    "99999999999999999999999",
];

/// A change of `input`; `others` are inputs to take parts from, `tokens` words of the language.
pub fn mutated(
    chance: &mut Chance,
    input: &[u8],
    others: &[Vec<u8>],
    tokens: &[&str],
    max: usize,
) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=chance.below(CHANGES_MAX) {
        match chance.below(14) {
            0..=3 if !tokens.is_empty() => {
                let token = chance.pick(tokens).as_bytes();
                let at = boundary(chance, &bytes);
                insert(&mut bytes, at, token);
            }
            0 | 4 => flip(chance, &mut bytes),
            1 | 5 => {
                let at = chance.below(bytes.len() + 1);
                let octet = if chance.below(2) == 0 { chance.below(256) as u8 } else { *chance.pick(OCTETS) };
                insert(&mut bytes, at, &[octet]);
            }
            2 | 6 => remove(chance, &mut bytes),
            3 | 7 => duplicate(chance, &mut bytes),
            8 => bytes.truncate(chance.below(bytes.len() + 1)),
            9 | 10 => splice(chance, &mut bytes, others),
            11 => number(chance, &mut bytes),
            12 => swap(chance, &mut bytes),
            _ => run(chance, &mut bytes),
        }
    }
    bytes.truncate(max);
    bytes
}

fn insert(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    bytes.splice(at..at, piece.iter().copied());
}

/// Anywhere, but half of the time behind the end of a line or of a field, where a word is most likely understood.
fn boundary(chance: &mut Chance, bytes: &[u8]) -> usize {
    let ends: Vec<usize> =
        (1..=bytes.len()).filter(|at| matches!(bytes[at - 1], b'\n' | b'\x1f' | b' ')).collect();
    match ends.is_empty() || chance.below(2) == 0 {
        true => chance.below(bytes.len() + 1),
        false => *chance.pick(&ends),
    }
}

/// A range, short ones more often than long ones.
fn range(chance: &mut Chance, bytes: &[u8]) -> std::ops::Range<usize> {
    let longest = if chance.below(2) == 0 { 8 } else { bytes.len() };
    let start = chance.below(bytes.len());
    let end = (start + 1 + chance.below(longest)).min(bytes.len());
    start.min(end)..end
}

fn flip(chance: &mut Chance, bytes: &mut [u8]) {
    let at = chance.below(bytes.len());
    let change = match chance.below(3) {
        0 => 0x20,
        1 => 1 << chance.below(8),
        _ => chance.below(256) as u8,
    };
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= change;
    }
}

fn remove(chance: &mut Chance, bytes: &mut Vec<u8>) {
    let range = range(chance, bytes);
    bytes.drain(range);
}

fn duplicate(chance: &mut Chance, bytes: &mut Vec<u8>) {
    let range = range(chance, bytes);
    let piece = bytes[range.clone()].to_vec();
    for _ in 0..=chance.below(3) {
        insert(bytes, range.end, &piece);
    }
}

fn splice(chance: &mut Chance, bytes: &mut Vec<u8>, others: &[Vec<u8>]) {
    if others.is_empty() {
        return;
    }
    let other = chance.pick(others);
    let piece = other[range(chance, other)].to_vec();
    let into = range(chance, bytes);
    match chance.below(2) {
        0 => insert(bytes, into.start, &piece),
        _ => drop(bytes.splice(into, piece)),
    }
}

/// A number at an edge instead of one that stands there.
fn number(chance: &mut Chance, bytes: &mut Vec<u8>) {
    let from = chance.below(bytes.len());
    let Some(start) = (from..bytes.len()).find(|at| bytes[*at].is_ascii_digit()) else { return };
    let end = (start..bytes.len()).find(|at| !bytes[*at].is_ascii_digit()).unwrap_or(bytes.len());
    let text = *chance.pick(&NUMBERS);
    bytes.splice(start..end, text.bytes());
}

fn swap(chance: &mut Chance, bytes: &mut [u8]) {
    let (a, b) = (chance.below(bytes.len()), chance.below(bytes.len()));
    if !bytes.is_empty() {
        bytes.swap(a, b);
    }
}

fn run(chance: &mut Chance, bytes: &mut Vec<u8>) {
    let at = chance.below(bytes.len() + 1);
    let octet = bytes.get(at).copied().unwrap_or(b'a');
    let most = if chance.below(4) == 0 { RUN_MAX } else { 100 };
    let count = chance.below(most);
    insert(bytes, at, &vec![octet; count]);
}
