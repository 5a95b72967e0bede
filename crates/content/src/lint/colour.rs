//! Colours of text and ground, as far as elements declare them themselves: contrast, and what dark mode may do.
//!
//! Not here: colours that a style sheet gives; publishing a template inlines them.

use std::collections::HashSet;
use std::ops::Range;

use super::finding::{Field, Findings};
use super::rules::Rule;
use super::tag::{Tag, pixels};

/// Contrast of text, and of large text (WCAG 2.2 §1.4.3).
const CONTRAST_MIN: f32 = 4.5;
const CONTRAST_LARGE_MIN: f32 = 3.0;
/// From where text is large, in pixels; bold and not.
const LARGE_BOLD_PX: f32 = 18.66;
const LARGE_PX: f32 = 24.0;
/// Below this text is tiny, in pixels; what is at most `UNSEEN_PX` is hidden on purpose.
const TINY_PX: f32 = 12.0;
const UNSEEN_PX: f32 = 1.0;

type Rgb = [u8; 3];

/// What an element declares, or inherits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
enum Colour {
    #[default]
    Unset,
    Known(Rgb),
    /// An image, a gradient, something transparent: nothing can be said.
    Unknown,
}

/// How text looks at a place.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ink {
    text: Colour,
    ground: Colour,
    size: Option<f32>,
    bold: bool,
    pub hidden: bool,
}

impl Ink {
    /// Within an element that stands in this.
    pub(super) fn within(self, tag: &Tag) -> Ink {
        let mut ink = self;
        if tag.name == "a" {
            // Mailboxes give links a colour of their own.
            ink.text = Colour::Unknown;
        }
        if tag.is(&["b", "strong", "th", "h1", "h2", "h3"]) {
            ink.bold = true;
        }
        lay(&mut ink.ground, tag.attribute("bgcolor").map(colour));
        if tag.attribute("background").is_some() {
            ink.ground = Colour::Unknown;
        }
        lay(&mut ink.text, tag.attribute("color").filter(|_| tag.name == "font").map(colour));
        lay(&mut ink.text, tag.attribute("text").filter(|_| tag.name == "body").map(colour));
        for (property, value) in &tag.style {
            ink.declared(property, value.trim_end_matches("!important").trim());
        }
        ink
    }

    fn declared(&mut self, property: &str, value: &str) {
        let zero = pixels(value).is_some_and(|value| value == 0.0);
        match property {
            "color" => lay(&mut self.text, Some(colour(value))),
            "background-color" => lay(&mut self.ground, Some(colour(value))),
            "background-image" if !value.eq_ignore_ascii_case("none") => self.ground = Colour::Unknown,
            "background" => lay(&mut self.ground, Some(ground(value))),
            "font-size" => self.size = size(value, self.size),
            "font-weight" => self.bold = matches!(value, "bold" | "bolder" | "600" | "700" | "800" | "900"),
            "display" => self.hidden |= value.eq_ignore_ascii_case("none"),
            "visibility" => self.hidden |= value.eq_ignore_ascii_case("hidden"),
            "mso-hide" => self.hidden |= value.eq_ignore_ascii_case("all"),
            "max-height" | "opacity" => self.hidden |= zero,
            _ => {}
        }
    }
}

fn lay(over: &mut Colour, declared: Option<Colour>) {
    match declared {
        // What is transparent or inherited shows what is below.
        Some(Colour::Unset) | None => {}
        Some(colour) => *over = colour,
    }
}

fn size(value: &str, inherited: Option<f32>) -> Option<f32> {
    let base = inherited.unwrap_or(16.0);
    let number = |text: &str| text.trim().parse::<f32>().ok().filter(|number| number.is_finite());
    let value = value.to_ascii_lowercase();
    if let Some(share) = value.strip_suffix('%') {
        return number(share).map(|share| base * share / 100.0);
    }
    if let Some(times) = value.strip_suffix("rem") {
        return number(times).map(|times| 16.0 * times);
    }
    match value.strip_suffix("em") {
        Some(times) => number(times).map(|times| base * times),
        None => pixels(&value),
    }
}

/// Told of texts; each pair of colours once.
#[derive(Default)]
pub(super) struct Inks {
    told: HashSet<(Rule, Colour, Colour)>,
}

impl Inks {
    pub(super) fn text(&mut self, ink: &Ink, text: &str, at: &Range<usize>, findings: &mut Findings) {
        if !text.contains(char::is_alphanumeric) || ink.size.is_some_and(|size| size <= UNSEEN_PX) {
            return;
        }
        if let Some(size) = ink.size.filter(|size| *size < TINY_PX) {
            findings.add(Rule::FontTiny, Field::Html, at.clone(), &format!("{size:.0} px"));
        }
        let (rule, detail) = match (ink.text, ink.ground) {
            (Colour::Known(text), Colour::Known(ground)) => {
                let large =
                    ink.size.is_some_and(|size| size >= if ink.bold { LARGE_BOLD_PX } else { LARGE_PX });
                let (got, wanted) =
                    (contrast(text, ground), if large { CONTRAST_LARGE_MIN } else { CONTRAST_MIN });
                if got >= wanted {
                    return;
                }
                (Rule::ContrastLow, format!("{} on {}, {got:.1}", shown(text), shown(ground)))
            }
            (Colour::Known(text), Colour::Unset) => (Rule::DarkColour, shown(text)),
            (Colour::Unset, Colour::Known(ground)) => (Rule::DarkGround, shown(ground)),
            (Colour::Unknown, _) | (_, Colour::Unknown) | (Colour::Unset, Colour::Unset) => return,
        };
        if self.told.insert((rule, ink.text, ink.ground)) {
            findings.add(rule, Field::Html, at.clone(), &detail);
        }
    }
}

fn shown([red, green, blue]: Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// The colour of a `background`: that of its first word that is one; anything but a colour is unknown.
fn ground(value: &str) -> Colour {
    if value.contains("url(") || value.contains("gradient(") {
        return Colour::Unknown;
    }
    let whole = colour(value);
    if whole != Colour::Unknown {
        return whole;
    }
    value.split_whitespace().map(colour).find(|colour| *colour != Colour::Unknown).unwrap_or(Colour::Unknown)
}

const NAMES: &[(&str, Rgb)] = &[
    ("black", [0, 0, 0]),
    ("white", [255, 255, 255]),
    ("red", [255, 0, 0]),
    ("green", [0, 128, 0]),
    ("lime", [0, 255, 0]),
    ("blue", [0, 0, 255]),
    ("yellow", [255, 255, 0]),
    ("gray", [128, 128, 128]),
    ("grey", [128, 128, 128]),
    ("silver", [192, 192, 192]),
    ("navy", [0, 0, 128]),
    ("teal", [0, 128, 128]),
    ("purple", [128, 0, 128]),
    ("maroon", [128, 0, 0]),
    ("orange", [255, 165, 0]),
    ("whitesmoke", [245, 245, 245]),
    ("lightgray", [211, 211, 211]),
    ("lightgrey", [211, 211, 211]),
    ("darkgray", [169, 169, 169]),
    ("darkgrey", [169, 169, 169]),
];

fn colour(value: &str) -> Colour {
    let value = value.trim().to_ascii_lowercase();
    if let Some(hex) = value.strip_prefix('#') {
        return hexadecimal(hex).map_or(Colour::Unknown, Colour::Known);
    }
    if matches!(
        value.as_str(),
        "transparent" | "inherit" | "initial" | "unset" | "none" | "currentcolor" | ""
    ) {
        return Colour::Unset;
    }
    if let Some(inner) = value.strip_prefix("rgb(").and_then(|rest| rest.strip_suffix(')')) {
        let mut parts = inner.split([',', ' ']).filter(|part| !part.is_empty()).map(str::parse::<u8>);
        return match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Ok(red)), Some(Ok(green)), Some(Ok(blue)), None) => Colour::Known([red, green, blue]),
            _ => Colour::Unknown,
        };
    }
    let named = NAMES.iter().find(|(name, _)| *name == value);
    named.map_or(Colour::Unknown, |(_, rgb)| Colour::Known(*rgb))
}

fn hexadecimal(hex: &str) -> Option<Rgb> {
    if !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let of = |text: &str| u8::from_str_radix(text, 16).ok();
    match hex.len() {
        3 => Some([of(&hex[..1])? * 17, of(&hex[1..2])? * 17, of(&hex[2..])? * 17]),
        6 => Some([of(&hex[..2])?, of(&hex[2..4])?, of(&hex[4..])?]),
        _ => None,
    }
}

/// WCAG 2.2: 1 for the same, 21 for black and white.
fn contrast(one: Rgb, other: Rgb) -> f32 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(rgb: Rgb) -> f32 {
    let [red, green, blue] = rgb.map(|part| {
        let part = f32::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_as_people_write_them() {
        for (text, expected) in [
            ("#fff", Colour::Known([255; 3])),
            ("#1D4ED8", Colour::Known([29, 78, 216])),
            ("rgb(1, 2,3)", Colour::Known([1, 2, 3])),
            ("White", Colour::Known([255; 3])),
            ("rgba(0,0,0,.5)", Colour::Unknown),
            ("#12", Colour::Unknown),
            ("#é1", Colour::Unknown),
            ("transparent", Colour::Unset),
        ] {
            assert_eq!(colour(text), expected, "{text}");
        }
        assert_eq!(ground("#fff no-repeat"), Colour::Known([255; 3]));
        assert_eq!(ground("url(x) #fff"), Colour::Unknown);
        assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 0.01);
        assert!((contrast([119; 3], [255; 3]) - 4.48).abs() < 0.01, "the grey that is just too light");
    }
}
