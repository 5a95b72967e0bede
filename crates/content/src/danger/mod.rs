//! Files that harm whoever opens them: told by their names, by their types and by how they begin.
//!
//! Guarantees
//! 1. An ending counts as the recipient's system will read it: whatever its case, behind further endings, with dots, spaces or
//!    invisible characters after it.
//! 2. A name that is shown otherwise than it is written (text direction overridden) is refused whatever its ending.
//! 3. A program is refused under any name: Windows, Linux and macOS programs, Windows shortcuts, Java and Android classes.
//!
//! Not here: what is inside archives and documents; viruses. Macros in office documents are the receivers' affair.

mod message;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::LazyLock;

pub use message::{Refused, in_message};

/// What the built-in list has, with what each is.
static BUILT_IN: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let lines = include_str!("endings.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' ')).collect()
});

/// Types by which some programs choose what opens a file, each with the ending that it stands for.
const TYPES: &[(&str, &str)] = &[
    ("application/hta", "hta"),
    ("application/java-archive", "jar"),
    ("application/vnd.android.package-archive", "apk"),
    ("application/vnd.microsoft.portable-executable", "exe"),
    ("application/x-bat", "bat"),
    ("application/x-dosexec", "exe"),
    ("application/x-executable", "elf"),
    ("application/x-java-applet", "class"),
    ("application/x-java-jnlp-file", "jnlp"),
    ("application/x-mach-binary", "macho"),
    ("application/x-ms-installer", "msi"),
    ("application/x-ms-shortcut", "lnk"),
    ("application/x-msdos-program", "exe"),
    ("application/x-msdownload", "exe"),
    ("application/x-msi", "msi"),
    ("application/x-sh", "sh"),
    ("application/x-shellscript", "sh"),
    ("text/vbscript", "vbs"),
];

/// How files begin that are programs, each with the ending that it stands for.
const BEGINNINGS: &[(&[u8], &str)] = &[
    (b"\x7fELF", "elf"),
    (b"\xfe\xed\xfa\xce", "macho"),
    (b"\xfe\xed\xfa\xcf", "macho"),
    (b"\xce\xfa\xed\xfe", "macho"),
    (b"\xcf\xfa\xed\xfe", "macho"),
    // A Java class, or a macOS program for several processors.
    (b"\xca\xfe\xba\xbe", "class"),
    (b"\x4c\x00\x00\x00\x01\x14\x02\x00", "lnk"),
    (b"dex\n03", "dex"),
    (b"ITSF\x03\x00\x00\x00", "chm"),
    (b"#!", "sh"),
];
/// Octets at the beginning of a file by which it is judged.
pub const START_BYTES: usize = 64;

/// Which files are refused.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    more: HashSet<String>,
    allowed: HashSet<String>,
}

/// Why a file is refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Danger {
    /// By the ending of its name.
    Ending { ending: String, what: String },
    /// By its content type.
    Type { ending: &'static str, what: String },
    /// By its content, whatever its name.
    Content { ending: &'static str, what: String },
    /// The name holds a character that makes it look other than it is.
    Disguise { character: char },
}

impl fmt::Display for Danger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Danger::Ending { ending, what } => write!(f, ".{ending} is refused: {what}"),
            Danger::Type { ending, what } => write!(f, "the content type is that of .{ending}: {what}"),
            Danger::Content { ending, what } => {
                write!(f, "the content is that of .{ending}, whatever the name: {what}")
            }
            Danger::Disguise { character } => write!(
                f,
                "the name holds U+{:04X}, which turns text round: it would be shown otherwise than it is",
                u32::from(*character)
            ),
        }
    }
}

impl Rules {
    /// The built-in list with `more` endings, and without those that are `allowed`.
    #[must_use]
    pub fn new(more: &[String], allowed: &[String]) -> Rules {
        let set = |endings: &[String]| {
            endings.iter().map(|ending| ending.trim().trim_start_matches('.').to_lowercase()).collect()
        };
        Rules { more: set(more), allowed: set(allowed) }
    }

    /// What speaks against a file name.
    #[must_use]
    pub fn of_name(&self, name: &str) -> Option<Danger> {
        if let Some(character) = name.chars().find(|c| turns_text(*c)) {
            return Some(Danger::Disguise { character });
        }
        // A colon begins the name of a stream within a file, which Windows may open instead of it.
        name.split(':').find_map(|name| {
            let ending = ending(name)?;
            let what = self.refused(&ending)?;
            Some(Danger::Ending { ending, what })
        })
    }

    /// What speaks against a content type.
    #[must_use]
    pub fn of_type(&self, content_type: &str) -> Option<Danger> {
        let main = content_type.split(';').next().unwrap_or_default().trim();
        let (_, ending) = TYPES.iter().find(|(known, _)| known.eq_ignore_ascii_case(main))?;
        self.refused(ending).map(|what| Danger::Type { ending, what })
    }

    /// What speaks against a file that begins so; [`START_BYTES`] are enough.
    #[must_use]
    pub fn of_content(&self, content: &[u8]) -> Option<Danger> {
        let begins = BEGINNINGS.iter().find(|(start, _)| content.starts_with(start));
        let ending = begins.map(|(_, ending)| *ending).or_else(|| is_windows(content).then_some("exe"))?;
        self.refused(ending).map(|what| Danger::Content { ending, what })
    }

    /// What an ending stands for, if it is refused.
    fn refused(&self, ending: &str) -> Option<String> {
        if self.allowed.contains(ending) {
            return None;
        }
        let built_in = || BUILT_IN.get(ending).map(|what| (*what).to_owned());
        built_in().or_else(|| self.more.contains(ending).then(|| "this server takes none".to_owned()))
    }
}

/// The last ending of a name, in small letters, without what systems drop or nobody sees.
fn ending(name: &str) -> Option<String> {
    let seen: String = name.chars().filter(|c| !is_invisible(*c)).collect();
    let seen = seen.trim_end_matches(|c: char| c == '.' || c == '"' || c == '\'' || c.is_whitespace());
    let (_, ending) = seen.rsplit_once('.')?;
    Some(ending.trim().to_lowercase())
}

/// Embeddings, overrides and isolates of Unicode's bidirectional algorithm. The marks (U+200E, U+200F) stand in honest names of
/// right-to-left languages and turn nothing round by themselves.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

/// A DOS header has NULs where a text that happens to begin with MZ has none.
fn is_windows(content: &[u8]) -> bool {
    let header = &content[..content.len().min(START_BYTES)];
    header.starts_with(b"MZ") && header.len() == START_BYTES && header.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dangerous_name_is_seen_through() {
        let rules = Rules::default();
        let refused = [
            "setup.exe",
            "SETUP.EXE",
            "a.ScR",
            "invoice.pdf.exe",
            "invoice.pdf      .exe",
            "a.exe.",
            "a.exe. . .",
            "a.exe ",
            "a.exe\u{a0}",
            "a.exe\u{3000}",
            "a.e\u{200b}xe",
            "a.exe\u{feff}",
            "a.exe::$DATA",
            "a.txt:b.exe",
            "\"a.exe\"",
            ".js",
            "..hta",
            "a. exe",
            "x/y.bat",
            "a.ex\u{ad}e",
            "rg.fdp\u{202e}.txt",
            "\u{2066}a.txt",
            "a.lnk",
            "a.js",
            "a.mjs",
            "a.wsb",
            "a.rdp",
            "a.one",
            "a.jse",
            "a.vbs",
            "a.cmd",
            "a.ps1",
            "a.msi",
            "a.jar",
            "a.iso",
            "a.settingcontent-ms",
            "a.exe\0.pdf\0.exe",
        ];
        for name in refused {
            assert!(rules.of_name(name).is_some(), "{name:?}");
        }
        let taken = [
            "a.pdf",
            "exe",
            "exe.pdf",
            "a.exe.pdf",
            "report.2026.docx",
            "a.json",
            "a.jsx",
            "",
            ".",
            "Rechnung",
            "年.xlsx",
            "שלום\u{200f}.pdf",
            "a.tar.gz",
            "a.html",
            "a.zip",
            "10:30.pdf",
        ];
        for name in taken {
            assert_eq!(rules.of_name(name), None, "{name:?}");
        }
    }

    #[test]
    fn a_program_is_known_by_how_it_begins() {
        let rules = Rules::default();
        let mut windows = b"MZ\x90\0\x03".to_vec();
        windows.resize(64, 0);
        let refused: [&[u8]; 8] = [
            &windows,
            b"\x7fELF\x02\x01",
            b"\xcf\xfa\xed\xfe\x07",
            b"\xca\xfe\xba\xbe\0\0",
            b"\x4c\0\0\0\x01\x14\x02\0\0",
            b"dex\n035\0",
            b"#!/bin/sh\n",
            b"ITSF\x03\0\0\0",
        ];
        for content in refused {
            assert!(rules.of_content(content).is_some(), "{content:?}");
        }
        let text = format!("MZ is how this text begins{}", " and goes on".repeat(10));
        for content in [b"".as_slice(), b"MZ", b"%PDF-1.7", b"\x89PNG\r\n", b"PK\x03\x04", text.as_bytes()] {
            assert_eq!(rules.of_content(content), None, "{content:?}");
        }
        assert!(rules.of_type("Application/X-MSDownload; name=a").is_some());
        assert_eq!(rules.of_type("application/pdf"), None);
    }

    #[test]
    fn the_list_can_be_longer_and_shorter() {
        let rules = Rules::new(&[".ZIP".into()], &["apk".into(), "sh".into()]);
        assert!(rules.of_name("a.zip").is_some() && rules.of_name("a.exe").is_some());
        assert_eq!(rules.of_name("a.apk"), None);
        assert_eq!(rules.of_content(b"#!/bin/sh\n"), None);
        assert!(BUILT_IN.len() > 90, "each line of the list is read: {}", BUILT_IN.len());
    }
}
