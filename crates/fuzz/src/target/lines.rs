//! Line ends and dot-stuffing: what leaves us.
//!
//! Properties: every line ends with CRLF and nothing else stands as a CR or LF; the end of data stands once, at the end;
//! without its stuffing the message is what it was.

use std::borrow::Cow;

use mail::canonical_lines;
use smtp::client::{Stuffed, needs_stuffing};

use crate::{Target, kind, target};

pub(super) const TARGET: Target = Target {
    name: "lines",
    check,
    tokens: &["\r\n", "\r\n.\r\n", ".", "\n.\n", "\r", "\n", "\r\n..", ".\r\n", "text"],
    input_max: 400,
    rounds: 2_000,
};

fn check(input: &[u8]) -> u64 {
    let lines = canonical_lines(input);
    assert_eq!(*lines, slowly(input));
    assert!(target::only_crlf(&lines) && lines.ends_with(b"\r\n"));
    assert!(matches!(canonical_lines(&lines), Cow::Borrowed(_)), "a second time changes nothing");
    let mut ends = 0;
    // A message of chunks may lack its last line end.
    for message in [&lines[..], &lines[..lines.len() - 2]] {
        let written: Vec<u8> = Stuffed::new(message).flatten().copied().collect();
        let on_wire = [b"\r\n", &written[..]].concat();
        assert_eq!(
            target::position(&on_wire, b"\r\n.\r\n"),
            Some(on_wire.len() - 5),
            "{}",
            written.escape_ascii()
        );
        let unstuffed = unstuffed(&written[..written.len() - 3]);
        let ended = if message.is_empty() || message.ends_with(b"\r\n") { &b""[..] } else { b"\r\n" };
        assert_eq!(unstuffed, [message, ended].concat());
        let added = written.len() - 3 - ended.len() - message.len();
        assert_eq!(needs_stuffing(message), added > 0);
        ends += added.min(5);
    }
    kind((ends, matches!(lines, Cow::Borrowed(_)), (lines.len() - input.len()).min(9)))
}

/// CRLF, CR and LF each end a line.
fn slowly(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for (at, byte) in input.iter().enumerate() {
        match byte {
            b'\n' if at > 0 && input[at - 1] == b'\r' => {}
            b'\r' | b'\n' => out.extend_from_slice(b"\r\n"),
            byte => out.push(*byte),
        }
    }
    if !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out
}

fn unstuffed(written: &[u8]) -> Vec<u8> {
    let starts_line = |at: usize| at == 0 || written[..at].ends_with(b"\r\n");
    written.iter().enumerate().filter(|(at, b)| !(**b == b'.' && starts_line(*at))).map(|(_, b)| *b).collect()
}
