//! The targets, one file for each corner of the product.
//!
//! An input with several fields has them apart by [`FIELD`]; missing ones are empty.

mod address;
mod api;
mod classify;
mod compose;
mod date;
mod dkim;
mod file;
mod header;
mod lines;
mod lint;
mod relay;
mod reply;
mod settings;
mod smtp_client;
mod smtp_server;
mod template;
mod token;
mod track;

use crate::Target;
use crate::chance::Chance;

/// Between the fields of an input. None of the languages gives it a meaning.
const FIELD: u8 = 0x1f;

/// Octets of an input at most: more than the limits on lines and replies, little enough to be quick.
const INPUT_MAX: usize = 8_192;

/// Every target, in the order in which they run.
pub const TARGETS: &[Target] = &[
    smtp_server::TARGET,
    smtp_client::TARGET,
    relay::TARGET,
    reply::TARGET,
    classify::TARGET,
    address::ADDRESS,
    address::DOMAIN,
    address::MX,
    header::MAILBOXES,
    header::SCAN,
    header::TEXT,
    header::EDIT,
    compose::TARGET,
    dkim::TARGET,
    lines::TARGET,
    date::TARGET,
    api::CONTROL,
    api::EMAIL_REQUEST,
    api::SEARCH,
    api::IDS,
    settings::TARGET,
    track::TARGET,
    template::TARGET,
    lint::TARGET,
    file::IMAGE,
    file::MULTIPART,
    token::TOKEN,
];

/// The first `N` fields; the last one holds all that is left.
fn fields<const N: usize>(input: &[u8]) -> [&[u8]; N] {
    let mut parts = input.splitn(N, |byte| *byte == FIELD);
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

/// Octets as a text; what is not UTF-8 is replaced.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The same octets in one piece, one by one, and in pieces of many sizes.
fn cuts(input: &[u8]) -> [Vec<&[u8]>; 3] {
    let mut chance = Chance::new(crate::kind(input));
    let (mut pieces, mut rest) = (Vec::new(), input);
    while !rest.is_empty() {
        let most = if chance.below(2) == 0 { 4 } else { rest.len() };
        let (piece, after) = rest.split_at((1 + chance.below(most)).min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    [vec![input], input.chunks(1).collect(), pieces]
}

/// Whether every CR stands before an LF and every LF behind a CR.
fn only_crlf(bytes: &[u8]) -> bool {
    bytes.iter().enumerate().all(|(at, byte)| match byte {
        b'\r' => bytes.get(at + 1) == Some(&b'\n'),
        b'\n' => at > 0 && bytes[at - 1] == b'\r',
        _ => true,
    })
}

/// Where `needle` first stands, found without haste.
fn position(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}
