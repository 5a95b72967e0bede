//! How one written value becomes a type.
//!
//! Guarantees
//! 1. A value is read in one place, whether it came from the file, the environment, the command line or a default.
//! 2. The text of a [`Secret`] or a [`DatabaseUrl`] is in no `Debug` output and in no complaint about it.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use mail::{Address, Domain};

/// A value as somebody wrote it, before its setting's type is known.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Given {
    Text(String),
    Integer(i64),
    Boolean(bool),
    List(Vec<Given>),
    /// From the environment or the command line, where everything is text: the setting's type decides what it means.
    Untyped(String),
    /// Something that no setting takes; the word names it.
    Unfit(&'static str),
}

impl Given {
    fn kind(&self) -> &'static str {
        match self {
            Given::Text(_) | Given::Untyped(_) => "text",
            Given::Integer(_) => "a number",
            Given::Boolean(_) => "true or false",
            Given::List(_) => "a list",
            Given::Unfit(kind) => kind,
        }
    }

    /// The whole number that this is. Numbers too large to count with are [`Given::Unfit`] already.
    pub(super) fn integer(&self) -> Result<i64, String> {
        match self {
            Given::Integer(number) => Ok(*number),
            Given::Untyped(text) => {
                text.trim().parse().map_err(|_| format!("{text:?} is not a whole number"))
            }
            other @ (Given::Text(_) | Given::Boolean(_) | Given::List(_) | Given::Unfit(_)) => {
                Err(expected("a whole number", other))
            }
        }
    }

    fn text(&self) -> Result<&str, String> {
        match self {
            Given::Text(text) | Given::Untyped(text) => Ok(text),
            other @ (Given::Integer(_) | Given::Boolean(_) | Given::List(_) | Given::Unfit(_)) => {
                Err(expected("text in quotes", other))
            }
        }
    }
}

fn expected(what: &str, found: &Given) -> String {
    format!("expected {what}, found {}", found.kind())
}

/// A type that a setting can have. The error is the reason shown to whoever wrote the value.
pub(super) trait Value: Sized {
    fn read(given: &Given) -> Result<Self, String>;
}

/// A type that is written as text.
pub(super) trait FromText: Sized {
    fn from_text(text: &str) -> Result<Self, String>;
}

impl<T: FromText> Value for T {
    fn read(given: &Given) -> Result<T, String> {
        T::from_text(given.text()?)
    }
}

/// Intervals in the order in which they are waited, at most [`WAITS_MAX`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waits(pub Vec<Duration>);

/// Intervals of one [`Waits`].
pub const WAITS_MAX: usize = 30;

impl FromText for Waits {
    fn from_text(text: &str) -> Result<Waits, String> {
        let one = |word: &str| {
            let (digits, seconds) = match word.split_at_checked(word.len().saturating_sub(1)) {
                Some((digits, "s")) => (digits, 1),
                Some((digits, "m")) => (digits, 60),
                Some((digits, "h")) => (digits, 3_600),
                _ => return Err(format!("{word:?} is no number with s, m or h")),
            };
            let number: u32 = digits.parse().map_err(|_| format!("{word:?} is no number with s, m or h"))?;
            Ok(Duration::from_secs(u64::from(number) * seconds))
        };
        let waits = text.split_whitespace().map(one).collect::<Result<Vec<_>, _>>()?;
        if waits.len() > WAITS_MAX { Err(format!("more than {WAITS_MAX} waits")) } else { Ok(Waits(waits)) }
    }
}

/// Empty text is `None`.
impl<T: FromText> Value for Option<T> {
    fn read(given: &Given) -> Result<Option<T>, String> {
        let text = given.text()?;
        if text.is_empty() { Ok(None) } else { T::from_text(text).map(Some) }
    }
}

/// In the environment the entries stand between commas.
impl<T: FromText> Value for Vec<T> {
    fn read(given: &Given) -> Result<Vec<T>, String> {
        match given {
            Given::List(entries) => entries.iter().map(|entry| T::from_text(entry.text()?)).collect(),
            Given::Untyped(text) => {
                text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(T::from_text).collect()
            }
            other @ (Given::Text(_) | Given::Integer(_) | Given::Boolean(_) | Given::Unfit(_)) => {
                Err(expected("a list", other))
            }
        }
    }
}

impl Value for bool {
    fn read(given: &Given) -> Result<bool, String> {
        match given {
            Given::Boolean(value) => Ok(*value),
            Given::Untyped(text) if text == "true" => Ok(true),
            Given::Untyped(text) if text == "false" => Ok(false),
            Given::Untyped(text) => Err(format!("{text:?} is neither true nor false")),
            other @ (Given::Text(_) | Given::Integer(_) | Given::List(_) | Given::Unfit(_)) => {
                Err(expected("true or false", other))
            }
        }
    }
}

impl Value for u16 {
    fn read(given: &Given) -> Result<u16, String> {
        u16::try_from(given.integer()?).map_err(|_| format!("must be from 0 to {}", u16::MAX))
    }
}

impl Value for u32 {
    fn read(given: &Given) -> Result<u32, String> {
        u32::try_from(given.integer()?).map_err(|_| format!("must be from 0 to {}", u32::MAX))
    }
}

impl Value for u64 {
    fn read(given: &Given) -> Result<u64, String> {
        u64::try_from(given.integer()?).map_err(|_| "must not be negative".to_owned())
    }
}

/// Written in whole seconds.
impl Value for Duration {
    fn read(given: &Given) -> Result<Duration, String> {
        u64::read(given).map(Duration::from_secs)
    }
}

/// 0 is `None`: no limit.
impl Value for Option<NonZeroU32> {
    fn read(given: &Given) -> Result<Option<NonZeroU32>, String> {
        u32::read(given).map(NonZeroU32::new)
    }
}

impl FromText for String {
    fn from_text(text: &str) -> Result<String, String> {
        if text.is_empty() { Err("must not be empty".to_owned()) } else { Ok(text.to_owned()) }
    }
}

impl FromText for PathBuf {
    fn from_text(text: &str) -> Result<PathBuf, String> {
        if text.is_empty() { Err("must not be empty".to_owned()) } else { Ok(PathBuf::from(text)) }
    }
}

impl FromText for SocketAddr {
    fn from_text(text: &str) -> Result<SocketAddr, String> {
        text.parse()
            .map_err(|_| format!("{text:?} is not an address and port such as 127.0.0.1:2525 or [::1]:2525"))
    }
}

impl FromText for IpAddr {
    fn from_text(text: &str) -> Result<IpAddr, String> {
        text.parse().map_err(|_| format!("{text:?} is not an IP address"))
    }
}

impl FromText for Domain {
    fn from_text(text: &str) -> Result<Domain, String> {
        Domain::parse(text).map_err(|_| format!("{text:?} is not a domain name"))
    }
}

impl FromText for Address {
    fn from_text(text: &str) -> Result<Address, String> {
        Address::parse(text).map_err(|error| format!("{text:?} is not an address: {error}"))
    }
}

/// A URL that others begin with: `https://t.example.org`, a path allowed, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// Scheme, host and port, as a browser's `Origin` has them: without the path.
    #[must_use]
    pub fn origin(&self) -> &str {
        let host = self.0.find("://").map_or(0, |at| at + 3);
        let end = self.0[host..].find('/').map_or(self.0.len(), |at| host + at);
        &self.0[..end]
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromText for BaseUrl {
    fn from_text(text: &str) -> Result<BaseUrl, String> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let usual = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/[]".contains(&byte);
        match rest {
            Some(rest)
                if rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[')
                    && rest.bytes().all(usual) =>
            {
                Ok(BaseUrl(text.trim_end_matches('/').to_owned()))
            }
            Some(_) | None => Err(format!("{text:?} is not a URL such as https://t.example.org")),
        }
    }
}

/// A text that is never shown: `Debug` prints dots.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself, for the one who must send it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromText for Secret {
    fn from_text(text: &str) -> Result<Secret, String> {
        Ok(Secret(text.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Which database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// An SQLite file in the data directory.
    Embedded,
    /// A `postgres://` URL; it usually holds a password.
    Postgres(Secret),
}

impl FromText for DatabaseUrl {
    fn from_text(text: &str) -> Result<DatabaseUrl, String> {
        if text.is_empty() {
            return Ok(DatabaseUrl::Embedded);
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(DatabaseUrl::Postgres(Secret(text.to_owned())));
        }
        Err("must begin with postgres:// (or be empty, for SQLite)".to_owned())
    }
}

/// Declares an enum that is written as one of a few words.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            const ALL: &[$name] = &[$($name::$variant),+];

            /// The word that stands for it in the file.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }
        }

        impl $crate::settings::value::FromText for $name {
            fn from_text(text: &str) -> Result<$name, String> {
                let word = $name::ALL.iter().copied().find(|word| word.as_str() == text);
                word.ok_or_else(|| format!("{text:?} is not one of {}", [$($word),+].join(", ")))
            }
        }
    };
}
pub(super) use words;

words! {
    /// How log lines look.
    LogFormat {
        Text = "text",
        Json = "json",
    }
}

words! {
    /// The least important line that is still logged.
    LogLevel {
        Error = "error",
        Warn = "warn",
        Info = "info",
        Debug = "debug",
        Trace = "trace",
    }
}

words! {
    /// Which notifications of failure, delay and success are written to senders.
    Notifications {
        /// Those that the sender asked for with NOTIFY.
        Asked = "asked",
        /// Those, and failures of which the sender said nothing.
        Always = "always",
        Never = "never",
    }
}
