//! Relaxed canonicalisation (RFC 6376 §3.4.2 and §3.4.4).
//!
//! Guarantees
//! 1. One pass, nothing allocated for a body: runs of lines that are canonical as they stand go to the hash as one slice, so ordinary mail
//!    costs little more than SHA-256.
//! 2. Lines end with CRLF and with nothing else: a bare CR or LF is content, as the RFC has it.

use aws_lc_rs::digest::{Context, Digest, SHA256};

/// SHA-256 of a body in relaxed form: the value of `bh=`.
#[derive(Clone, Copy, Debug)]
pub struct BodyHash(Digest);

impl BodyHash {
    #[must_use]
    pub fn of(body: &[u8]) -> BodyHash {
        let mut context = Context::new(&SHA256);
        relaxed_body(body, |piece| context.update(piece));
        BodyHash(context.finish())
    }

    /// 32 octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_ref()
    }
}

/// Appends `name:value` in relaxed form, without a line end.
pub(super) fn push_field(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.extend(name.bytes().map(|b| b.to_ascii_lowercase()));
    out.push(b':');
    let start = out.len();
    let mut space = false;
    for &byte in value {
        match byte {
            // A scanned value holds CR and LF only where it was folded; white space follows them.
            b' ' | b'\t' | b'\r' | b'\n' => space = true,
            byte => {
                if space && out.len() > start {
                    out.push(b' ');
                }
                space = false;
                out.push(byte);
            }
        }
    }
}

/// Gives the canonical body to `sink`, piece by piece.
fn relaxed_body(body: &[u8], mut sink: impl FnMut(&[u8])) {
    // Canonical as it stands and not yet given: ends after a line that is not empty.
    let mut run = 0..0;
    // Empty lines since then: they count only when another line follows.
    let mut empty_lines = 0;
    let mut as_it_stands = true;
    let mut at = 0;
    while at < body.len() {
        let (line, next) = line_at(body, at);
        let terminated = line.len() + 2 == next - at;
        if line.iter().all(|b| is_blank(*b)) {
            empty_lines += 1;
            as_it_stands &= line.is_empty() && terminated;
        } else if terminated && is_canonical(line) {
            if !as_it_stands {
                sink(&body[run]);
                push_empty_lines(empty_lines, &mut sink);
                run = at..next;
            }
            run.end = next;
            (empty_lines, as_it_stands) = (0, true);
        } else {
            sink(&body[run]);
            push_empty_lines(empty_lines, &mut sink);
            push_line(line, &mut sink);
            run = next..next;
            (empty_lines, as_it_stands) = (0, true);
        }
        at = next;
    }
    sink(&body[run]);
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// The line that starts at `at`, without its CRLF, and where the next one starts.
fn line_at(body: &[u8], at: usize) -> (&[u8], usize) {
    let rest = &body[at..];
    match memchr::memchr_iter(b'\n', rest).find(|&end| end > 0 && rest[end - 1] == b'\r') {
        Some(end) => (&rest[..end - 1], at + end + 1),
        None => (rest, body.len()),
    }
}

/// No tab, no two spaces in a row, no space at the end. Written without an early exit, so that the compiler uses vector instructions.
fn is_canonical(line: &[u8]) -> bool {
    let pairs = line.iter().zip(&line[1..]);
    let spoiled =
        pairs.fold(false, |spoiled, (a, b)| spoiled | (*a == b'\t') | ((*a == b' ') & (*b == b' ')));
    !spoiled && !line.last().is_some_and(|b| is_blank(*b))
}

/// Gives one line that is not empty, and its CRLF.
fn push_line(line: &[u8], sink: &mut impl FnMut(&[u8])) {
    // Words are gathered, for each call of the hash has a price.
    const GATHERED: usize = 512;
    let mut gathered = [0; GATHERED];
    let mut length = 0;
    let mut push = |byte: u8, sink: &mut dyn FnMut(&[u8])| {
        gathered[length] = byte;
        length += 1;
        if length == GATHERED {
            sink(&gathered);
            length = 0;
        }
        length
    };
    let mut space = false;
    for &byte in line {
        if is_blank(byte) {
            space = true;
            continue;
        }
        if space {
            push(b' ', sink);
            space = false;
        }
        push(byte, sink);
    }
    push(b'\r', sink);
    let left = push(b'\n', sink);
    sink(&gathered[..left]);
}

fn push_empty_lines(mut count: usize, sink: &mut impl FnMut(&[u8])) {
    const BLOCK: &[u8] = b"\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n";
    while count > 0 {
        let lines = count.min(BLOCK.len() / 2);
        sink(&BLOCK[..lines * 2]);
        count -= lines;
    }
}

#[cfg(test)]
pub(super) fn relaxed(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    relaxed_body(body, |piece| out.extend_from_slice(piece));
    out
}
