//! xtext: how ENVID and ORCPT carry any printable text (RFC 3461 §4).
//!
//! Guarantees: `decode(encode(text)) == text` for every ASCII text; a decoded text holds no control character.

/// `None` when `text` is not xtext, or hides a control or a non-ASCII character.
#[must_use]
pub fn decode(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            b'+' => hex(bytes.next()?)? << 4 | hex(bytes.next()?)?,
            b'!'..=b'~' if byte != b'=' => byte,
            _ => return None,
        };
        if !(b' '..=b'~').contains(&byte) {
            return None;
        }
        plain.push(char::from(byte));
    }
    Some(plain)
}

/// Appends `text` as xtext. Octets that are not printable ASCII are written as `+XX`.
pub fn encode(text: &str, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        match byte {
            b'!'..=b'~' if byte != b'+' && byte != b'=' => out.push(byte),
            _ => out.extend_from_slice(&[b'+', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]),
        }
    }
}

/// RFC 3461 §4 wants upper case; lower case is taken because senders write it.
fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xtext_reads_and_writes() {
        let cases: &[(&str, Option<&str>)] = &[
            ("abc-123", Some("abc-123")),
            ("a+2Bb+3Dc", Some("a+b=c")),
            ("a+20b", Some("a b")),
            ("a+0Ab", None),
            ("a+2", None),
            ("a+zz", None),
            ("a=b", None),
            ("a b", None),
            ("+C3+A4", None),
        ];
        for (text, plain) in cases {
            assert_eq!(decode(text).as_deref(), *plain, "{text:?}");
            if let Some(plain) = plain {
                let mut again = Vec::new();
                encode(plain, &mut again);
                assert_eq!(String::from_utf8(again).as_deref(), Ok(*text));
            }
        }
    }
}
