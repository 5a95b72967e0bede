//! A reply: what an SMTP server says to a command, in either direction (RFC 5321 §4.2, RFC 3463).

use std::borrow::Cow;
use std::fmt;

/// Code, enhanced status and text. The text of several lines is joined by `\n`; it holds no other control character.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    /// 200 to 599.
    pub code: u16,
    pub status: Option<EnhancedStatus>,
    pub text: Cow<'static, str>,
}

/// `class.subject.detail` (RFC 3463 §2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnhancedStatus(pub u8, pub u16, pub u16);

impl Reply {
    #[must_use]
    pub fn new(code: u16, status: (u8, u16, u16), text: impl Into<Cow<'static, str>>) -> Reply {
        Reply { code, status: Some(EnhancedStatus(status.0, status.1, status.2)), text: text.into() }
    }

    /// A reply without an enhanced status: to EHLO, HELO, and the greeting (RFC 2034 §4).
    #[must_use]
    pub fn bare(code: u16, text: impl Into<Cow<'static, str>>) -> Reply {
        Reply { code, status: None, text: text.into() }
    }

    #[must_use]
    pub fn is_positive(&self) -> bool {
        (200..400).contains(&self.code)
    }

    #[must_use]
    pub fn is_transient(&self) -> bool {
        (400..500).contains(&self.code)
    }

    #[must_use]
    pub fn is_permanent(&self) -> bool {
        self.code >= 500
    }

    /// Appends the reply's lines as the wire carries them; the enhanced status stands on every line (RFC 2034 §4).
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut lines = self.text.split('\n').peekable();
        while let Some(line) = lines.next() {
            let mark = if lines.peek().is_some() { '-' } else { ' ' };
            out.extend_from_slice(self.code.to_string().as_bytes());
            out.push(mark as u8);
            if let Some(status) = self.status {
                out.extend_from_slice(status.to_string().as_bytes());
                out.push(b' ');
            }
            out.extend_from_slice(line.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
    }
}

impl EnhancedStatus {
    /// Reads `x.y.z` at the start of `text`; gives the status and what follows it and its space.
    #[must_use]
    pub fn split(text: &str) -> Option<(EnhancedStatus, &str)> {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        let mut parts = word.split('.');
        let class = parts.next()?;
        let class = matches!(class, "2" | "4" | "5").then(|| class.parse().ok())??;
        let number = |part: Option<&str>| {
            part.filter(|p| (1..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))?
                .parse::<u16>()
                .ok()
        };
        let status = EnhancedStatus(class, number(parts.next())?, number(parts.next())?);
        parts.next().is_none().then_some((status, rest))
    }
}

impl fmt::Display for EnhancedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

impl fmt::Debug for EnhancedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some(status) = self.status {
            write!(f, " {status}")?;
        }
        write!(f, " {}", self.text.replace('\n', " "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_of_two_lines_marks_all_but_the_last() {
        let mut out = Vec::new();
        Reply::new(550, (5, 1, 1), "no such user\nask the postmaster").write(&mut out);
        assert_eq!(out, b"550-5.1.1 no such user\r\n550 5.1.1 ask the postmaster\r\n");
    }

    #[test]
    fn an_enhanced_status_is_three_numbers_of_a_known_class() {
        let split = EnhancedStatus::split;
        assert_eq!(split("5.7.26 no auth"), Some((EnhancedStatus(5, 7, 26), "no auth")));
        assert_eq!(split("4.2.0"), Some((EnhancedStatus(4, 2, 0), "")));
        for not in ["", "3.1.1 x", "5.1 x", "5.1.1.1 x", "5..1", "5.1.1234", "5.+1.1 x", "10.0.0.1 x"] {
            assert_eq!(split(not), None, "{not:?}");
        }
    }
}
