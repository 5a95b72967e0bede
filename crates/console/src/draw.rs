//! Drawings as SVG, made on the server of numbers alone.

pub mod months;
pub mod plot;

use std::fmt::Write;

/// One column of a franking bar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Column {
    /// Mail that went.
    pub up: i64,
    /// Mail that came back.
    pub down: i64,
}

/// The paths of a franking bar: bars that rise for mail that went, and drop below the line for mail that came back.
///
/// Each side has its own scale: what comes back is a small part of what goes, and must be seen nevertheless.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Frank {
    pub width: usize,
    pub height: usize,
    /// Where the line between up and down is.
    pub line: usize,
    pub up: String,
    pub down: String,
}

/// Units from one column to the next.
const PITCH: usize = 4;
/// The shortest bar of something that is not nothing, so that it is seen.
const LEAST: f64 = 1.5;

impl Frank {
    /// A small one, for rows and tiles.
    #[must_use]
    pub fn small(columns: &[Column]) -> Frank {
        let any = |side: fn(&Column) -> i64| columns.iter().any(|column| side(column) > 0);
        let line = match (any(|column| column.up), any(|column| column.down)) {
            (true, true) => 17,
            (false, true) => 2,
            (_, false) => 25,
        };
        Frank::of(columns, 26, line)
    }

    /// The one on Overview.
    #[must_use]
    pub fn large(columns: &[Column]) -> Frank {
        Frank::of(columns, 100, 76)
    }

    fn of(columns: &[Column], height: usize, line: usize) -> Frank {
        let most = |side: fn(&Column) -> i64| columns.iter().map(side).max().unwrap_or(0).max(1) as f64;
        let (most_up, most_down) = (most(|column| column.up), most(|column| column.down));
        let (room_up, room_down) = (line.saturating_sub(1) as f64, height.saturating_sub(line + 1) as f64);
        let (mut up, mut down) = (String::new(), String::new());
        for (at, column) in columns.iter().enumerate() {
            let x = at * PITCH + PITCH / 2;
            let bar = |path: &mut String, n: i64, most: f64, room: f64, sign: &str| {
                if n > 0 {
                    let length = (n as f64 / most * room).max(LEAST);
                    write!(path, "M{x} {line}v{sign}{length:.1}")
                        .expect("invariant: a string takes everything");
                }
            };
            bar(&mut up, column.up, most_up, room_up, "-");
            bar(&mut down, column.down, most_down, room_down, "");
        }
        Frank { width: columns.len().max(1) * PITCH, height, line, up, down }
    }
}

/// A text as a QR code, for cameras: dark modules on light paper, with the quiet zone that the standard asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Qr {
    /// Units of each side, the quiet zone too.
    pub size: usize,
    /// The dark modules.
    pub path: String,
}

/// Modules of light paper round a QR code (ISO/IEC 18004 §6.3.8).
const QUIET: usize = 4;

impl Qr {
    /// None when the text is too long for one.
    #[must_use]
    pub fn of(text: &str) -> Option<Qr> {
        let code = qrcode::QrCode::new(text).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (row, modules) in code.to_colors().chunks(width).enumerate() {
            let mut at = 0;
            for run in modules.chunk_by(|one, other| one == other) {
                if run[0] == qrcode::Color::Dark {
                    write!(path, "M{} {}h{}v1h-{}z", at + QUIET, row + QUIET, run.len(), run.len())
                        .expect("invariant: a string takes everything");
                }
                at += run.len();
            }
        }
        Some(Qr { size: width + 2 * QUIET, path })
    }
}

/// The letters of a stamp: of the first and the last word, or the first two of one.
#[must_use]
pub fn initials(name: &str) -> String {
    let words: Vec<&str> =
        name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let letters: String = match words.as_slice() {
        [] => "·".to_owned(),
        [one] => one.chars().take(if one.is_ascii() { 2 } else { 1 }).collect(),
        [first, .., last] => first.chars().take(1).chain(last.chars().take(1)).collect(),
    };
    letters.to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_rises_for_what_went_and_drops_for_what_came_back() {
        let frank = Frank::small(&[
            Column { up: 100, down: 0 },
            Column { up: 0, down: 0 },
            Column { up: 1, down: 2 },
        ]);
        assert_eq!((frank.width, frank.line), (12, 17));
        assert_eq!(frank.up, "M2 17v-16.0M10 17v-1.5");
        assert_eq!(frank.down, "M10 17v8.0");
        assert_eq!(Frank::small(&[]).up, "");
    }

    #[test]
    fn a_qr_code_has_its_three_eyes_and_a_quiet_zone() {
        let qr = Qr::of("otpauth://totp/Postrider:ann@x.example?secret=MZXW6YTB").expect("short enough");
        assert_eq!((qr.size - 8 - 17) % 4, 0, "a width of the standard: {}", qr.size);
        let (near, far) = (4, qr.size - 11);
        for eye in [format!("M{near} {near}h7v"), format!("M{far} {near}h7v"), format!("M{near} {far}h7v")] {
            assert!(qr.path.contains(&eye), "{eye}");
        }
        assert_eq!(Qr::of(&"x".repeat(4_000)), None);
    }

    #[test]
    fn initials_are_one_or_two_letters() {
        for (name, wanted) in [
            ("Tidewater Supply", "TS"),
            ("default", "DE"),
            ("Inês van Duarte", "ID"),
            ("王伟", "王"),
            ("", "·"),
        ] {
            assert_eq!(initials(name), wanted);
        }
    }
}
