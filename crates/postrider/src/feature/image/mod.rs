//! Images that mail shows: uploaded once, served at a URL that nobody can guess, for as long as somebody keeps them.
//!
//! Guarantees
//! 1. What is kept is a PNG, JPEG, GIF or WebP by its octets, within [`OCTETS_MAX`] and [`PIXELS_MAX`]; nothing else is served.
//! 2. The same octets are kept once for a workspace; what a URL shows never changes.
//! 3. Only people and programs remove images. No age does: a published template, and mail that was sent, go on showing them.
//!
//! Not here: what an image is (`content::image`), which templates show one (`template::uses`).

pub mod api;
pub mod console;
pub mod kept;
pub mod serve;
#[cfg(test)]
mod story;
pub mod under_way;

use bytes::Bytes;
use content::image::{Image, image};
use store::Migration;

pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 32,
    name: "image: images that mail shows",
    sql: include_str!("migrations/0032_image.sql"),
    postgres: None,
}];

/// Octets of one image. Reason: each reader's phone loads it; what is larger belongs on a page.
pub const OCTETS_MAX: usize = 2_000_000;
/// Pixels of one image: a still of 4,000 by 4,000. Reason: whoever shows it has four octets of memory for each, however few the file has.
pub const PIXELS_MAX: i64 = 16_000_000;
/// Images of one workspace. Reason: people look through them.
pub const IMAGES_MAX: i64 = 2_000;
/// Octets of all images of one workspace. Reason: they are in the database, and in each of its backups.
pub const OCTETS_OF_WORKSPACE_MAX: i64 = 256_000_000;
/// Characters of a name. Reason: it stands in a list.
const NAME_CHARS_MAX: usize = 100;

/// Why a file is not kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unfit {
    #[error("this is no PNG, JPEG, GIF or WebP image")]
    NoImage,
    #[error("an image has at most {OCTETS_MAX} octets")]
    TooLarge,
    #[error("an image has at most {PIXELS_MAX} pixels")]
    TooManyPixels,
}

/// What a file is, if it may be kept.
///
/// # Errors
/// See [`Unfit`].
pub fn fit(file: &[u8]) -> Result<Image, Unfit> {
    if file.len() > OCTETS_MAX {
        return Err(Unfit::TooLarge);
    }
    let image = image(file).ok_or(Unfit::NoImage)?;
    let pixels = i64::from(image.width) * i64::from(image.height);
    if pixels > PIXELS_MAX { Err(Unfit::TooManyPixels) } else { Ok(image) }
}

/// A file's name as a list shows it: its last part, on one line, so long at most.
#[must_use]
pub fn name_of(filename: &str) -> String {
    let last = filename.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
    if name.trim().is_empty() { "image".to_owned() } else { name.trim().to_owned() }
}

/// Where an image is on whatever host of ours.
#[must_use]
pub fn path(token: &str) -> String {
    format!("/i/{token}")
}

/// An image of a workspace that is to be kept.
pub struct New {
    pub workspace: i64,
    pub name: String,
    pub image: Image,
    pub content: Bytes,
}

impl New {
    /// Of a file under a name.
    ///
    /// # Errors
    /// See [`Unfit`].
    pub fn of(workspace: i64, filename: &str, content: Bytes) -> Result<New, Unfit> {
        Ok(New { workspace, name: name_of(filename), image: fit(&content)?, content })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_without_folders() {
        for (given, wanted) in [
            ("C:\\fakepath\\a b.png", "a b.png"),
            ("../../etc/passwd", "passwd"),
            ("x\r\ny\u{7}.gif", "xy.gif"),
            (" ", "image"),
            ("", "image"),
        ] {
            assert_eq!(name_of(given), wanted);
        }
        assert_eq!(name_of(&"é".repeat(500)).chars().count(), NAME_CHARS_MAX);
    }

    #[test]
    fn what_would_fill_memory_is_refused() {
        let gif = |width: u16, height: u16, octets: usize| {
            let mut file = b"GIF89a".to_vec();
            file.extend([width.to_le_bytes(), height.to_le_bytes()].concat());
            file.resize(octets, 0);
            file
        };
        assert!(fit(&gif(4_000, 4_000, OCTETS_MAX)).is_ok());
        assert_eq!(fit(&gif(4_000, 4_001, 20)), Err(Unfit::TooManyPixels));
        assert_eq!(fit(&gif(u16::MAX, u16::MAX, 20)), Err(Unfit::TooManyPixels));
        assert_eq!(fit(&gif(1, 1, OCTETS_MAX + 1)), Err(Unfit::TooLarge));
        assert_eq!(fit(b"<svg/>"), Err(Unfit::NoImage));
    }
}
