//! What is tracked of a message: set by its stream, overruled by itself.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Everything that can be on or off.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Switches {
    /// A pixel tells that the mail was shown.
    pub opens: bool,
    /// Links of the HTML lead through us.
    pub clicks: bool,
    /// Those of the plain text too, when clicks are tracked.
    pub text: bool,
    /// An image tells for how long the mail was shown.
    pub reading: bool,
}

/// What each switch is called, in the API, in `X-Postrider-Track` and in the database.
const NAMES: [&str; 4] = ["opens", "clicks", "text", "reading"];
/// Nothing is tracked.
const NONE: &str = "none";

impl Switches {
    /// What a marketing stream has when nothing is said.
    pub const MARKETING: Switches = Switches { opens: true, clicks: true, text: false, reading: false };

    /// Whether anything is on.
    #[must_use]
    pub fn any(self) -> bool {
        self != Switches::default()
    }

    /// Reads `opens,clicks` or `none`; white space does not count.
    ///
    /// # Errors
    /// A sentence that names the word which is no switch.
    pub fn parse(text: &str) -> Result<Switches, String> {
        let mut switches = Switches::default();
        if text.trim() == NONE {
            return Ok(switches);
        }
        for word in text.split(',').map(str::trim) {
            let place = NAMES.iter().position(|name| *name == word);
            let place =
                place.ok_or_else(|| format!("`{word}` is none of {} and not {NONE}", NAMES.join(", ")))?;
            *switches.each()[place] = true;
        }
        Ok(switches)
    }

    fn each(&mut self) -> [&mut bool; 4] {
        [&mut self.opens, &mut self.clicks, &mut self.text, &mut self.reading]
    }
}

/// As [`Switches::parse`] reads it.
impl fmt::Display for Switches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut own = *self;
        let on: Vec<_> =
            own.each().into_iter().zip(NAMES).filter_map(|(on, name)| on.then_some(name)).collect();
        if on.is_empty() { f.write_str(NONE) } else { f.write_str(&on.join(",")) }
    }
}

/// Switches as the API reads and shows them.
#[derive(Serialize, Deserialize, ToSchema, Default, Clone, Copy, PartialEq, Eq, Debug)]
#[schema(as = Tracking)]
#[serde(default)]
pub struct SwitchesBody {
    /// A pixel tells that the email was shown.
    opens: Option<bool>,
    /// Links of the html lead through us.
    clicks: Option<bool>,
    /// Those of the text too, when clicks are tracked.
    text: Option<bool>,
    /// An image tells for how long the email was shown.
    reading: Option<bool>,
}

impl SwitchesBody {
    /// What is not named stays as it was.
    #[must_use]
    pub fn over(self, before: Switches) -> Switches {
        Switches {
            opens: self.opens.unwrap_or(before.opens),
            clicks: self.clicks.unwrap_or(before.clicks),
            text: self.text.unwrap_or(before.text),
            reading: self.reading.unwrap_or(before.reading),
        }
    }
}

impl From<Switches> for SwitchesBody {
    fn from(switches: Switches) -> SwitchesBody {
        let Switches { opens, clicks, text, reading } = switches;
        SwitchesBody { opens: Some(opens), clicks: Some(clicks), text: Some(text), reading: Some(reading) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_read_back_as_they_are_shown() {
        for text in ["none", "opens", "opens,clicks", "clicks,text", "opens,clicks,text,reading"] {
            assert_eq!(Switches::parse(text).map(|switches| switches.to_string()), Ok(text.to_owned()));
        }
        assert_eq!(Switches::parse(" clicks ,opens"), Ok(Switches::MARKETING));
        for wrong in ["", "opens,", "all", "opens none", "OPENS"] {
            assert!(Switches::parse(wrong).is_err(), "{wrong}");
        }
    }
}
