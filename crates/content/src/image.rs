//! What an image is: its format and its size in pixels, read from its first octets.
//!
//! Guarantees
//! 1. A file is what it says itself, whatever its name or its sender says. What is no PNG, JPEG, GIF or WebP is no image: SVG above
//!    all, which is a program.
//! 2. Nothing is decoded: headers alone are read, each octet at most once, in any input.
//!
//! Not here: how large an image may be (`feature/image` of `postrider`).

/// What browsers and mailboxes show everywhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    Png,
    Jpeg,
    Gif,
    Webp,
}

impl Format {
    pub const ALL: [Format; 4] = [Format::Png, Format::Jpeg, Format::Gif, Format::Webp];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Png => "png",
            Format::Jpeg => "jpeg",
            Format::Gif => "gif",
            Format::Webp => "webp",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.as_str() == text)
    }

    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Format::Png => "image/png",
            Format::Jpeg => "image/jpeg",
            Format::Gif => "image/gif",
            Format::Webp => "image/webp",
        }
    }
}

/// An image's format and size in pixels, neither of them 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Image {
    pub format: Format,
    pub width: u32,
    pub height: u32,
}

/// What a file is, if it is an image of a format that we know.
#[must_use]
pub fn image(file: &[u8]) -> Option<Image> {
    Format::ALL.into_iter().find_map(|format| {
        let (width, height) = match format {
            Format::Png => png(file),
            Format::Jpeg => jpeg(file),
            Format::Gif => gif(file),
            Format::Webp => webp(file),
        }?;
        (width > 0 && height > 0).then_some(Image { format, width, height })
    })
}

fn octets<const N: usize>(file: &[u8], at: usize) -> Option<[u8; N]> {
    file.get(at..at.checked_add(N)?)?.try_into().ok()
}

fn big_16(file: &[u8], at: usize) -> Option<u32> {
    octets(file, at).map(|two| u16::from_be_bytes(two).into())
}

fn little_16(file: &[u8], at: usize) -> Option<u32> {
    octets(file, at).map(|two| u16::from_le_bytes(two).into())
}

/// W3C PNG §11.2.1: the first chunk is IHDR.
fn png(file: &[u8]) -> Option<(u32, u32)> {
    file.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR")?;
    Some((u32::from_be_bytes(octets(file, 16)?), u32::from_be_bytes(octets(file, 20)?)))
}

/// GIF89a §18: the logical screen.
fn gif(file: &[u8]) -> Option<(u32, u32)> {
    file.strip_prefix(b"GIF87a").or_else(|| file.strip_prefix(b"GIF89a"))?;
    Some((little_16(file, 6)?, little_16(file, 8)?))
}

/// ITU-T T.81 §B.1: segments, until one is the header of a frame.
fn jpeg(file: &[u8]) -> Option<(u32, u32)> {
    file.strip_prefix(b"\xff\xd8\xff")?;
    let mut at = 2;
    loop {
        if *file.get(at)? != 0xff {
            return None;
        }
        let marker = *file.get(at + 1)?;
        match marker {
            // Octets that fill.
            0xff => at += 1,
            // Markers that stand alone.
            0x01 | 0xd0..=0xd7 => at += 2,
            // The end, or data without a frame's header before it.
            0x00 | 0xd8..=0xda => return None,
            // Frames; the three between them are tables.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                return Some((big_16(file, at + 7)?, big_16(file, at + 5)?));
            }
            _ => match big_16(file, at + 2)? {
                0 | 1 => return None,
                length => at += 2 + length as usize,
            },
        }
    }
}

/// RFC 9649 §2: a RIFF container whose first chunk is one of three.
fn webp(file: &[u8]) -> Option<(u32, u32)> {
    file.strip_prefix(b"RIFF").filter(|rest| rest.get(4..8) == Some(b"WEBP"))?;
    match &octets::<4>(file, 12)? {
        b"VP8 " => {
            file.get(23..26).filter(|start| start == b"\x9d\x01\x2a")?;
            Some((little_16(file, 26)? & 0x3fff, little_16(file, 28)? & 0x3fff))
        }
        b"VP8L" => {
            file.get(20).filter(|signature| **signature == 0x2f)?;
            let bits = u32::from_le_bytes(octets(file, 21)?);
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => {
            let side = |at: usize| octets(file, at).map(|[a, b, c]| u32::from_le_bytes([a, b, c, 0]) + 1);
            Some((side(24)?, side(27)?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x58\0\0\x01\x90\x08\x06\0\0\0";
    const GIF: &[u8] = b"GIF89a\x58\x02\x90\x01\x80\0\0";
    const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x04JF\xff\xff\xdb\0\x03Q\xff\xc2\0\x11\x08\x01\x90\x02\x58\x03";
    const VP8: &[u8] = b"RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0\x30\x01\0\x9d\x01\x2a\x58\x02\x90\x01";
    const VP8L: &[u8] = b"RIFF\x24\0\0\0WEBPVP8L\x18\0\0\0\x2f\x57\xc2\x63\0";
    const VP8X: &[u8] = b"RIFF\x24\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x57\x02\0\x8f\x01\0";

    #[test]
    fn a_file_is_what_its_octets_say() {
        for (file, format) in [
            (PNG, Format::Png),
            (GIF, Format::Gif),
            (JPEG, Format::Jpeg),
            (VP8, Format::Webp),
            (VP8L, Format::Webp),
            (VP8X, Format::Webp),
        ] {
            assert_eq!(image(file), Some(Image { format, width: 600, height: 400 }));
            assert_eq!(Format::parse(format.as_str()), Some(format));
        }
    }

    #[test]
    fn what_is_no_such_image_is_none() {
        let none: [&[u8]; 10] = [
            b"",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
            b"<?xml version=\"1.0\"?><svg/>",
            b"<html>GIF89a",
            b"BM\x36\0\0\0",
            b"\xff\xd8\xff\xe0\0\x00JF",
            b"\xff\xd8\xff\xda\0\x04JF",
            b"\xff\xd8\xff\xd9",
            b"GIF89a\0\0\x90\x01\x80\0\0",
            b"RIFF\x24\0\0\0WAVEfmt ",
        ];
        for file in none {
            assert_eq!(image(file), None, "{}", String::from_utf8_lossy(file));
        }
    }

    #[test]
    fn half_an_image_is_none_and_breaks_nothing() {
        for file in [PNG, GIF, JPEG, VP8, VP8L, VP8X] {
            for end in 0..file.len() {
                if let Some(found) = image(&file[..end]) {
                    assert_eq!((found.width, found.height), (600, 400));
                }
            }
        }
    }
}
