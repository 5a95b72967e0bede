//! What is returned of the message: all of it, its header section, or nothing (RFC 3461 §4.3, RFC 6522 §4, RFC 6533 §5).

use super::push;
use crate::compose::encoding::Encoding;
use crate::{Headers, Return};

/// The largest message that is returned whole; of a larger one, its header section. Reason: Postfix has 50,000, and who
/// wants more has it in the mailbox that it was sent from.
pub const RETURNED_FULL_MAX_BYTES: usize = 50_000;
/// The longest header section that is returned; of a longer one, the fields that fit.
pub const RETURNED_HEADER_MAX_BYTES: usize = 50_000;

/// Octets of the message that go back with the notification.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Returned<'a> {
    Nothing,
    Header(&'a [u8]),
    Full(&'a [u8]),
}

impl<'a> Returned<'a> {
    /// By what the sender asked for and the sizes allow. Only a failure returns a whole message (RFC 3461 §4.3), and only
    /// when that was asked for.
    #[must_use]
    pub fn of(content: &'a [u8], asked: Option<Return>, failed: bool) -> Returned<'a> {
        if failed && asked == Some(Return::Full) && content.len() <= RETURNED_FULL_MAX_BYTES {
            return Returned::Full(content);
        }
        let Ok(headers) = Headers::scan(content) else { return Returned::Nothing };
        let fits =
            headers.fields().map(|field| field.range.end).take_while(|end| *end <= RETURNED_HEADER_MAX_BYTES);
        fits.last().map_or(Returned::Nothing, |end| Returned::Header(&content[..end]))
    }

    pub(super) fn size(&self) -> usize {
        self.octets().len() / 3 * 4
    }

    fn octets(&self) -> &'a [u8] {
        match self {
            Returned::Nothing => &[],
            Returned::Header(octets) | Returned::Full(octets) => octets,
        }
    }

    /// Whether it travels as 8-bit octets: a message within a message cannot be encoded (RFC 2046 §5.2.1).
    pub(super) fn is_eight_bit(&self) -> bool {
        matches!(self, Returned::Full(content) if !content.is_ascii() && header_is_ascii(content))
    }

    /// Appends the part. What has a header beyond ASCII is encoded, which RFC 6532 §3.7 allows for its own type, so that
    /// every server carries it.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let octets = self.octets();
        let (kind, encoding) = match self {
            Returned::Nothing => return,
            Returned::Header(_) if octets.is_ascii() => ("text/rfc822-headers", "7bit"),
            Returned::Header(_) => ("message/global-headers", Encoding::Base64.name()),
            Returned::Full(_) if octets.is_ascii() => ("message/rfc822", "7bit"),
            Returned::Full(_) if self.is_eight_bit() => ("message/rfc822", "8bit"),
            Returned::Full(_) => ("message/global", Encoding::Base64.name()),
        };
        push(out, &["Content-Type: ", kind, "\r\nContent-Transfer-Encoding: ", encoding, "\r\n\r\n"]);
        if encoding == Encoding::Base64.name() {
            Encoding::Base64.write(out, octets);
        } else {
            out.extend_from_slice(octets);
        }
    }
}

fn header_is_ascii(content: &[u8]) -> bool {
    Headers::scan(content).is_ok_and(|headers| content[..headers.fields_end()].is_ascii())
}

/// A boundary that does not occur in what is returned, which is the only part that others wrote.
pub(super) fn boundary(seed: u64, returned: &Returned<'_>) -> String {
    (0..)
        .map(|more| format!("=_report_{:016x}", seed.wrapping_add(more)))
        .find(|boundary| memchr::memmem::find(returned.octets(), boundary.as_bytes()).is_none())
        .unwrap_or_default()
}
