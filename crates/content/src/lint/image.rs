//! Images: whether they are found, shown, described, and how heavy they are.

use std::collections::HashMap;

use super::finding::{Field, Findings};
use super::link::{cleaned, web};
use super::rules::Rule;
use super::tag::{Tag, pixels};

/// Octets of one image, and of all, above which a phone waits.
const IMAGE_MAX_BYTES: u64 = 300 * 1024;
const IMAGES_MAX_BYTES: u64 = 1024 * 1024;
/// Letters that a mail of images has at least. Reason: a sentence and a footer have more.
const LETTERS_MIN: usize = 60;

/// What was seen of a mail's images.
#[derive(Default)]
pub(super) struct Images {
    known: HashMap<String, u64>,
    /// Those that people see.
    pub count: usize,
    bytes: u64,
}

impl Images {
    pub(super) fn known(images: &[(&str, u64)]) -> Images {
        let bytes = images.iter().map(|(_, bytes)| bytes).sum();
        let known = images.iter().map(|(name, bytes)| ((*name).to_owned(), *bytes)).collect();
        Images { known, count: 0, bytes }
    }

    pub(super) fn tag(&mut self, tag: &Tag, findings: &mut Findings) {
        let mut tell = |rule, detail: &str| findings.add(rule, Field::Html, tag.at.clone(), detail);
        if let Some(ground) = tag.attribute("background").map(cleaned)
            && ground.to_ascii_lowercase().starts_with("http://")
        {
            tell(Rule::ImageInsecure, &ground);
        }
        if tag.name != "img" {
            return;
        }
        let source = tag.attribute("src").map(cleaned).unwrap_or_default();
        let lower = source[..source.floor_char_boundary(200)].to_ascii_lowercase();
        if let Some(rule) = judged(&lower) {
            tell(rule, &source);
        }
        if let Some(bytes) = self.weight(&source)
            && bytes > IMAGE_MAX_BYTES
        {
            tell(Rule::ImageHeavy, &format!("{} KB", bytes / 1024));
        }
        let size = |name| tag.attribute(name).or_else(|| tag.style(name)).and_then(pixels);
        // A pixel that nobody sees needs no words.
        if size("width").is_some_and(|size| size <= 1.0) || size("height").is_some_and(|size| size <= 1.0) {
            return;
        }
        self.count += 1;
        if tag.attribute("alt").is_none() {
            tell(Rule::AltMissing, "");
        }
        if tag.attribute("width").is_none() && tag.style("width").is_none() {
            tell(Rule::ImageSize, "");
        }
        let name = lower.rsplit('/').next().unwrap_or_default();
        let name = name.split(['?', '#']).next().unwrap_or_default();
        let transparent = [".png", ".gif", ".webp"].iter().any(|end| name.ends_with(end));
        let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
        if transparent && words.any(|word| matches!(word, "black" | "white")) {
            tell(Rule::ImageDark, name);
        }
    }

    /// The octets of an image, if they are known; what the HTML holds is added.
    fn weight(&mut self, source: &str) -> Option<u64> {
        if source.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data:")) {
            // Base64 takes four characters for three octets.
            let bytes = source.len() as u64 / 4 * 3;
            self.bytes += bytes;
            return Some(bytes);
        }
        self.known.get(source).copied()
    }

    pub(super) fn end(&self, words: &str, findings: &mut Findings) {
        if self.bytes > IMAGES_MAX_BYTES {
            findings.whole(Rule::ImagesHeavy, Field::Html, &format!("{} KB", self.bytes / 1024));
        }
        // A sign of Chinese says as much as a word.
        let letters =
            words.chars().filter(|c| c.is_alphanumeric()).map(|c| if c > '\u{2e80}' { 3 } else { 1 });
        let letters: usize = letters.sum();
        if self.count > 0 && letters < LETTERS_MIN {
            let detail = format!("{} images, {letters} letters", self.count);
            findings.whole(Rule::ImageOnly, Field::Html, &detail);
        }
    }
}

fn judged(source: &str) -> Option<Rule> {
    if source.contains("{{") || source.contains("*|") {
        return None;
    }
    let path = source.split(['?', '#']).next().unwrap_or_default();
    match source.split_once(':').map(|(scheme, _)| scheme) {
        Some("data") if source.starts_with("data:image/") => Some(Rule::ImageData),
        Some("http" | "https") if web(source).is_none_or(|rest| rest.starts_with(['/', '?'])) => {
            Some(Rule::ImageBroken)
        }
        Some("http" | "https") if path.ends_with(".svg") => Some(Rule::ImageSvg),
        Some("http") => Some(Rule::ImageInsecure),
        Some("https") => None,
        Some("cid") if path.len() > 4 => None,
        Some(_) | None => Some(Rule::ImageBroken),
    }
}
