//! Inputs on disk: `corpus/TARGET/*.txt`, an input a line, so that a reader sees them and a diff shows them.
//!
//! Escapes: `\r \n \t \0 \\ \xHH`; whatever else is printable ASCII stands for itself. Lines that begin with `#` and empty
//! lines are not inputs. `seeds.txt` holds what people chose, `found-….txt` what broke a target once.
//!
//! Guarantee: what `shown` writes, `read` gives back, octet for octet.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The folder of a target's inputs.
#[must_use]
pub fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target)
}

/// All inputs of a target: what was found comes before the seeds.
///
/// # Errors
/// A file that cannot be read, or has a line that is none of ours.
pub fn inputs(target: &str) -> io::Result<Vec<Vec<u8>>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder(target))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    files.sort();
    let mut inputs = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file)?;
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let wrong = || io::Error::other(format!("{}: {line:?} is no input", file.display()));
            inputs.push(read(line).ok_or_else(wrong)?);
        }
    }
    Ok(inputs)
}

/// Keeps an input that broke a target, for every later run. Gives the file.
///
/// # Errors
/// The file cannot be written.
pub fn keep(target: &str, input: &[u8], why: &str) -> io::Result<PathBuf> {
    let file = folder(target).join(format!("found-{:016x}.txt", crate::kind(input)));
    let why: String = why.lines().map(|line| format!("# {line}\n")).collect();
    fs::create_dir_all(folder(target))?;
    fs::write(&file, format!("{why}{}\n", shown(input)))?;
    Ok(file)
}

/// An input on one line.
#[must_use]
pub fn shown(input: &[u8]) -> String {
    let mut text = String::with_capacity(input.len());
    for (at, byte) in input.iter().enumerate() {
        match byte {
            b'\r' => text.push_str("\\r"),
            b'\n' => text.push_str("\\n"),
            b'\t' => text.push_str("\\t"),
            0 => text.push_str("\\0"),
            b'\\' => text.push_str("\\\\"),
            b'#' if at == 0 => text.push_str("\\x23"),
            b' '..=b'~' => text.push(char::from(*byte)),
            byte => drop(write!(text, "\\x{byte:02x}")),
        }
    }
    text
}

/// An input of a line; `None` when it holds an escape that is none.
#[must_use]
pub fn read(line: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(line.len());
    let mut bytes = line.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let octet = match bytes.next()? {
            b'r' => b'\r',
            b'n' => b'\n',
            b't' => b'\t',
            b'0' => 0,
            b'\\' => b'\\',
            b'x' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                // Two hexadecimal digits are below 256.
                (digit()? * 16 + digit()?) as u8
            }
            _ => return None,
        };
        out.push(octet);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_octet_comes_back_from_its_line() {
        let all: Vec<u8> = (0..=255).chain(*b"#\\x41").collect();
        assert_eq!(read(&shown(&all)).as_deref(), Some(&all[..]));
        assert_eq!(shown(b"# no comment"), "\\x23 no comment");
        assert_eq!((read("\\q"), read("\\x4"), read("a\\")), (None, None, None));
    }
}
