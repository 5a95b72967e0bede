//! Rust source without what is not code: comments and the contents of strings become spaces.
//!
//! Guarantees: the result has the same length and the same lines as the source, so that places agree; linear time.

/// Blanks comments, and the insides of string and character literals.
pub fn blank(source: &str) -> String {
    let bytes = source.as_bytes();
    let mut code = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => line_end(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'*') => block_comment_end(bytes, at),
            b'"' => string_end(bytes, at),
            b'r' if !continues_a_name(bytes, at) => raw_string_end(bytes, at).unwrap_or(at + 1),
            b'\'' => character_end(bytes, at),
            _ => at + 1,
        };
        if end > at + 1 {
            for byte in &mut code[at..end] {
                if *byte != b'\n' {
                    *byte = b' ';
                }
            }
        }
        at = end;
    }
    String::from_utf8(code)
        .expect("invariant: whole characters were blanked, since literals and comments end at ASCII")
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|&byte| byte == b'\n').map_or(bytes.len(), |length| at + length)
}

/// Block comments nest.
fn block_comment_end(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0;
    let mut at = start;
    while at < bytes.len() {
        match &bytes[at..bytes.len().min(at + 2)] {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            break;
        }
    }
    at.min(bytes.len())
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn continues_a_name(bytes: &[u8], at: usize) -> bool {
    at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_') && bytes[at - 1] != b'b'
}

fn raw_string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let hashes = bytes[start + 1..].iter().take_while(|&&byte| byte == b'#').count();
    let open = start + 1 + hashes;
    if bytes.get(open) != Some(&b'"') {
        return None;
    }
    let mut close = vec![b'"'];
    close.resize(1 + hashes, b'#');
    let found = bytes[open + 1..].windows(close.len()).position(|window| window == close);
    Some(found.map_or(bytes.len(), |length| open + 1 + length + close.len()))
}

/// A quote begins a character, or a lifetime, which has no end of its own.
fn character_end(bytes: &[u8], start: usize) -> usize {
    let closed = |length: usize| (bytes.get(start + length) == Some(&b'\'')).then_some(start + length + 1);
    match bytes.get(start + 1) {
        Some(b'\\') => {
            let rest = &bytes[(start + 3).min(bytes.len())..];
            rest.iter()
                .take(12)
                .position(|&byte| byte == b'\'')
                .map_or(start + 1, |length| start + 3 + length + 1)
        }
        Some(byte) => {
            let length = match byte {
                0xf0.. => 4,
                0xe0.. => 3,
                0xc0.. => 2,
                _ => 1,
            };
            closed(1 + length).unwrap_or(start + 1)
        }
        None => start + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_remains() {
        let cases = [
            ("a // b\nc", "a     \nc"),
            ("a /* b /* c */ d */ e", "a                   e"),
            (r#"f("x \" y") + 1"#, "f(        ) + 1"),
            (r##"f(r#"a " b"#) + 1"##, "f(          ) + 1"),
            ("'a' 'x '\\n' for", "    'x      for"),
            ("&'static str", "&'static str"),
            ("var\"x\"", "var   "),
            ("'é' \"é\" e", "          e"),
        ];
        for (source, expected) in cases {
            let code = blank(source);
            assert_eq!(code.trim_end(), expected.trim_end(), "{source}");
            assert_eq!(code.len(), source.len(), "{source}");
        }
    }
}
