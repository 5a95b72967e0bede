//! The files of a raw message, as whoever opens it may read their names.
//!
//! Guarantee: one pass over the lines of the message; of each file no more than its first octets are decoded.

use super::{Danger, Rules, START_BYTES};
use crate::track::mime;
use crate::track::transfer::Encoding;

/// Why a message is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    #[error("{0}")]
    Danger(Danger),
    /// Too many parts, too deep, or fields that two readers would read differently.
    #[error("the parts of the message cannot be told apart with certainty")]
    Unreadable,
}

/// Looks at every file that a message carries, those of signed parts included. Not looked into: enclosed messages, what is
/// encrypted.
///
/// # Errors
/// The first that is refused.
pub fn in_message(rules: &Rules, raw: &[u8]) -> Result<(), Refused> {
    for file in mime::files(raw).ok_or(Refused::Unreadable)? {
        let by_name = file.names.iter().find_map(|name| rules.of_name(name));
        let danger = by_name.or_else(|| rules.of_type(&file.content_type)).or_else(|| {
            let starts = Encoding::beginnings(file.encoding, &raw[file.body.clone()], START_BYTES);
            starts.iter().find_map(|start| rules.of_content(start))
        });
        if let Some(danger) = danger {
            return Err(Refused::Danger(danger));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(fields: &str, body: &str) -> Result<(), Refused> {
        let raw = format!(
            "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n\
             Hi\r\n--x\r\n{fields}\r\n\r\n{body}\r\n--x--\r\n"
        );
        in_message(&Rules::default(), raw.as_bytes())
    }

    #[test]
    fn a_file_is_found_however_its_name_is_written() {
        let refused = [
            "Content-Disposition: attachment; filename=a.exe",
            "Content-Disposition: attachment; filename=\"a.exe\"",
            "Content-Disposition: attachment;\r\n\tfilename=\"in voice.pdf.exe\"",
            "Content-Disposition: attachment; filename=in voice.exe",
            "Content-Disposition: attachment; filename=\"a.exe",
            "Content-Disposition: attachment; filename*=UTF-8''a%2Eexe",
            "Content-Disposition: attachment; filename*0=\"a.\"; filename*1=\"exe\"",
            "Content-Disposition: attachment; filename*1=xe; filename*0=a.e",
            "Content-Disposition: attachment; filename*0*=UTF-8''a%2E; filename*1*=%65xe",
            "Content-Disposition: attachment; FileName=\"=?UTF-8?B?YS5leGU=?=\"",
            "Content-Disposition: attachment; filename=a.pdf; filename=a.exe",
            "Content-Disposition: attachment; filename=a.pdf; filename*=utf-8''a.exe",
            "Content-Disposition: attachment; filename=a.pdf\r\nContent-Type: text/plain; name=a.exe",
            "Content-Type: text/plain; name=a.exe",
            "Content-Type: application/x-msdownload",
            "Content-Disposition: inline; filename=\"a.exe\\\"\"",
            "Content-Disposition: attachment; filename (comment) = (another) a.exe",
            "Content-Disposition: attachment; filename=\"\u{202e}fdp.a.pdf\"",
            // To a reader that knows no comments.
            "Content-Disposition: attachment; filename=x(.js",
            "Content-Disposition: attachment; filename=x(.js ;)",
            "Content-Type: text/plain (; name=a.exe ;)",
        ];
        for fields in refused {
            assert!(matches!(judged(fields, "x"), Err(Refused::Danger(_))), "{fields}");
        }
        let taken = [
            "Content-Disposition: attachment; filename=a.pdf",
            "Content-Type: application/pdf; name=\"=?UTF-8?Q?=C3=9Cbersicht=2Epdf?=\"",
            "Content-Type: text/html",
            "Subject: a.exe",
        ];
        for fields in taken {
            assert_eq!(judged(fields, "x"), Ok(()), "{fields}");
        }
        let twice = "Content-Type: application/pdf\r\nContent-Type: application/x-msdownload";
        assert_eq!(judged(twice, "x"), Err(Refused::Unreadable));
    }

    #[test]
    fn parts_that_readers_would_cut_at_different_lines_are_refused() {
        let cut = |content_type: &str| {
            let part = "--x\r\nContent-Type: text/plain\r\n\r\nHi\r\n--x--\r\n";
            let raw = format!("From: a@b.example\r\nContent-Type: multipart/{content_type}\r\n\r\n{part}");
            in_message(&Rules::default(), raw.as_bytes())
        };
        for doubtful in [
            "mixed",
            "mixed; boundary=",
            "mixed; boundary=y",
            "mixed; boundary=x; boundary=y",
            "mixed; boundary=x; Boundary=x",
            "mixed; boundary*0=x",
            "mixed; boundary*=utf-8''x",
            "mixed; boundary=x; boundary*1=y",
            "mixed; boundary=\"x \"",
            "mixed; boundary=\"x\\y\"",
            "mixed; boundary=\"x",
            "mixed; boundary=\"x\"y",
            "mixed; boundary=x y",
            "mixed; boundary=x(y",
            "mixed (; boundary=y ;); boundary=x",
            "signed; boundary=y",
        ] {
            assert_eq!(cut(doubtful), Err(Refused::Unreadable), "{doubtful}");
        }
        for certain in [
            "mixed; boundary=x",
            "mixed; boundary=\"x\"",
            "mixed; charset=utf-8; Boundary = x ; type=\"text/html\"",
            "alternative;\r\n\tboundary=\"x\"",
            "signed; boundary=x; protocol=\"application/pgp-signature\"",
        ] {
            assert_eq!(cut(certain), Ok(()), "{certain}");
        }
    }

    #[test]
    fn a_program_is_found_under_any_name_and_encoding() {
        let octets = "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: ";
        let windows = "TVqQAAMAAAAEAAAA//8AALgAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\nAAAAAAAAAAAAAAAAAAAAgAAAAA4fug4A";
        for (encoding, body) in [
            ("base64", windows),
            ("base64", "f0VM\r\nRgIB"),
            ("quoted-printable", "=7FELF=02"),
            ("7bit", "#!/bin/sh"),
            // Behind blank lines, padding, soft line ends and nonsense; in an encoding that nobody knows.
            ("base64", &format!("{}{windows}", "\r\n".repeat(1_000))),
            ("base64", &format!("{}{windows}", " ! ".repeat(100_000))),
            ("base64", &format!("===={windows}")),
            ("base64", "fw==RUxGAgE="),
            ("quoted-printable", &format!("{}=7FELF=02", "=\r\n".repeat(1_000))),
            ("quoted-printable", &format!("{}=7FELF=02", "= \t\r\n".repeat(1_000))),
            ("quoted-printable", "=7FELF=02=XY"),
            ("quoted-printable", "==7FELF"),
            ("base64 (a comment)", windows),
            ("x-nobody-knows", "#!/bin/sh"),
            ("x-nobody-knows", "=7FELF"),
            ("8-bit", windows),
        ] {
            assert!(
                matches!(judged(&format!("{octets}{encoding}"), body), Err(Refused::Danger(_))),
                "{encoding}: {body:.100}"
            );
        }
        assert_eq!(judged(&format!("{octets}base64"), "JVBERi0xLjcK"), Ok(()));
    }

    #[test]
    fn what_stands_in_a_signed_part_or_alone_is_seen_too() {
        let file = "Content-Type: a/b; name=a.exe\r\n\r\nx\r\n";
        let alone = format!("From: a@b.example\r\n{file}");
        let inner = format!("--y\r\n{file}--y--\r\n");
        let nested = format!(
            "Content-Type: multipart/signed; boundary=x\r\n\r\n--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n{inner}--x--\r\n"
        );
        for raw in [alone, nested] {
            assert!(
                matches!(in_message(&Rules::default(), raw.as_bytes()), Err(Refused::Danger(_))),
                "{raw}"
            );
        }
        let deep: String = (0..40)
            .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"))
            .collect();
        assert_eq!(in_message(&Rules::default(), deep.as_bytes()), Err(Refused::Unreadable));
    }
}
