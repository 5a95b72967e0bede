//! The conversation as it went, for the record of an attempt.
//!
//! A line of it: `OFFSET_US C: MAIL FROM:<ann@example.org>` or `OFFSET_US S: 250 2.1.0 Ok`.
//!
//! Guarantees: no secret, no body, no control character but the line ends, nothing that turns the direction of text; at most [`TRANSCRIPT_MAX_BYTES`] and one
//! closing line that says that more was said.

use std::fmt::Write;

/// Enough for 500 recipients with their replies; what goes beyond is left out.
pub const TRANSCRIPT_MAX_BYTES: usize = 64 << 10;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Side {
    Client,
    Server,
}

#[derive(Debug, Default)]
pub(super) struct Transcript {
    text: String,
    full: bool,
}

impl Transcript {
    /// `line`: without its end. What is not UTF-8 and every control character is replaced.
    pub(super) fn line(&mut self, now_us: u64, side: Side, line: &[u8]) {
        if !self.begin(now_us, side, line.len()) {
            return;
        }
        push_printable(&String::from_utf8_lossy(line), &mut self.text);
        self.text.push('\n');
    }

    /// A message was written, whose text is kept elsewhere.
    pub(super) fn body(&mut self, now_us: u64, octets: u64) {
        if self.begin(now_us, Side::Client, 0) {
            let _ = writeln!(self.text, "({octets} octets)");
        }
    }

    fn begin(&mut self, now_us: u64, side: Side, octets: usize) -> bool {
        if self.full {
            return false;
        }
        let mark = match side {
            Side::Client => 'C',
            Side::Server => 'S',
        };
        // 64: the offset, the marks, the line end, and the closing line below.
        if self.text.len() + octets + 64 > TRANSCRIPT_MAX_BYTES {
            self.full = true;
            let _ = writeln!(self.text, "{now_us} {mark}: (and so on)");
            return false;
        }
        let _ = write!(self.text, "{now_us} {mark}: ");
        true
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.full = false;
    }
}

/// Appends `text` with every control character as a blank, and all that turns the direction of what stands beside it.
pub(super) fn push_printable(text: &str, out: &mut String) {
    let deceives = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if text.chars().any(deceives) {
        out.extend(text.chars().map(|c| if deceives(c) { ' ' } else { c }));
    } else {
        out.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transcript_has_a_line_for_each_line_and_an_end() {
        let mut transcript = Transcript::default();
        transcript.line(15, Side::Server, b"220 mx\x1b[2J\xff\xc2\x9b");
        transcript.line(20, Side::Client, b"EHLO us");
        transcript.body(9_000_000, 4096);
        assert_eq!(transcript.text(), "15 S: 220 mx [2J\u{fffd} \n20 C: EHLO us\n9000000 C: (4096 octets)\n");
        for _ in 0..100_000 {
            transcript.line(1, Side::Client, b"RCPT TO:<somebody@example.org>");
        }
        assert!(transcript.text().len() <= TRANSCRIPT_MAX_BYTES);
        assert!(transcript.text().ends_with(">\n1 C: (and so on)\n"));
    }
}
