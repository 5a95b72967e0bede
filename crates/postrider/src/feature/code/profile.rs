//! What an application wants its codes to be like.
//!
//! Guarantee: a profile never allows a guess that is likelier than one of its `attempts` in the six digits or letters that a
//! code has at least (NIST SP 800-63B §5.1.3.2 asks for 20 bits, which is how it counts six digits).

use mail::At;
use std::time::Duration;
use store::{Row, Store, StoreError, Value, Write, query};

use crate::http::page::{Page, paged};
use crate::id::Mint;

query!(ADD, "queries/profile_add.sql");
query!(CHANGE, "queries/profile_change.sql");
query!(REMOVE, "queries/profile_remove.sql");
query!(FIND, "queries/profile_find.sql");
paged!(LIST, "queries/profile_list.sql");

/// Profiles of one workspace. Reason: an application has a few.
pub const PROFILES_MAX: i64 = 100;
/// The profile that is meant where none is named. A workspace may make one of this name; until then it is [`Profile::built_in`].
pub const DEFAULT: &str = "default";

/// Of what a code is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Alphabet {
    Digits,
    /// Twenty consonants (RFC 8628 §6.1): no two look alike, and they spell no words. Typed in either case.
    Letters,
}

impl Alphabet {
    pub const ALL: [Alphabet; 2] = [Alphabet::Digits, Alphabet::Letters];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Alphabet::Digits => "digits",
            Alphabet::Letters => "letters",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Alphabet> {
        Alphabet::ALL.into_iter().find(|alphabet| alphabet.as_str() == text)
    }

    #[must_use]
    pub fn letters(self) -> &'static str {
        match self {
            Alphabet::Digits => "0123456789",
            Alphabet::Letters => "BCDFGHJKLMNPQRSTVWXZ",
        }
    }
}

/// A number that a profile sets: its name, unit, bounds, default and reason.
pub struct Bound {
    pub name: &'static str,
    pub unit: &'static str,
    pub least: i64,
    pub most: i64,
    pub default: i64,
    pub because: &'static str,
}

pub const LENGTH: Bound = Bound {
    name: "length",
    unit: "letters",
    least: 6,
    most: 10,
    default: 6,
    because: "six digits are typed without a mistake, and five guesses hit one of a million",
};
pub const EXPIRES: Bound = Bound {
    name: "expires_s",
    unit: "seconds",
    least: 60,
    most: 3_600,
    default: 600,
    because: "mail may be greylisted for some minutes; what lives longer is read by whoever finds the screen",
};
pub const ATTEMPTS: Bound = Bound {
    name: "attempts",
    unit: "wrong checks in the life of a code",
    least: 1,
    most: 10,
    default: 5,
    because: "people mistype once or twice",
};
pub const RESEND_AFTER: Bound = Bound {
    name: "resend_after_s",
    unit: "seconds",
    least: 15,
    most: 3_600,
    default: 60,
    because: "mail that is not there after a minute is late, not lost; each one sent makes the one before it worthless",
};

impl Bound {
    /// Whether a number is within.
    #[must_use]
    pub fn takes(&self, number: i64) -> bool {
        (self.least..=self.most).contains(&number)
    }
}

/// Everything that a profile says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Profile {
    pub name: String,
    pub alphabet: Alphabet,
    pub length: i64,
    pub expires_s: i64,
    pub attempts: i64,
    pub resend_after_s: i64,
    /// A template's id or key; none: that of the request, or the built-in text.
    pub template: Option<String>,
    /// Who sends; none: the request says it.
    pub author: Option<String>,
}

impl Profile {
    /// The defaults, under a name.
    #[must_use]
    pub fn built_in(name: &str) -> Profile {
        Profile {
            name: name.to_owned(),
            alphabet: Alphabet::Digits,
            length: LENGTH.default,
            expires_s: EXPIRES.default,
            attempts: ATTEMPTS.default,
            resend_after_s: RESEND_AFTER.default,
            template: None,
            author: None,
        }
    }

    /// How long a code opens.
    #[must_use]
    pub fn life(&self) -> Duration {
        seconds(self.expires_s)
    }

    /// How long it is before another may be sent.
    #[must_use]
    pub fn cooling(&self) -> Duration {
        seconds(self.resend_after_s)
    }

    fn params(&self, workspace: i64, id: i64) -> Vec<(&'static str, Value)> {
        vec![
            ("id", id.into()),
            ("workspace", workspace.into()),
            ("name", self.name.clone().into()),
            ("alphabet", self.alphabet.as_str().into()),
            ("length", self.length.into()),
            ("expires_s", self.expires_s.into()),
            ("attempts", self.attempts.into()),
            ("resend_after_s", self.resend_after_s.into()),
            ("template", self.template.clone().into()),
            ("author", self.author.clone().into()),
        ]
    }
}

fn seconds(number: i64) -> Duration {
    Duration::from_secs(u64::try_from(number).unwrap_or(0))
}

/// A profile of a workspace.
#[derive(Clone, Debug)]
pub struct Stored {
    pub id: i64,
    pub profile: Profile,
    pub created: At,
}

fn read(row: &Row) -> Result<Stored, StoreError> {
    let alphabet = Alphabet::parse(row.text(2)?).ok_or_else(|| StoreError::Broken {
        query: "code_profile.alphabet".into(),
        reason: "holds what no version of Postrider wrote".into(),
    })?;
    let profile = Profile {
        name: row.text(1)?.to_owned(),
        alphabet,
        length: row.int(3)?,
        expires_s: row.int(4)?,
        attempts: row.int(5)?,
        resend_after_s: row.int(6)?,
        template: row.text_or_null(7)?.map(str::to_owned),
        author: row.text_or_null(8)?.map(str::to_owned),
    };
    Ok(Stored { id: row.int(0)?, profile, created: At(row.int(9)?) })
}

/// Makes a profile; gives its id.
///
/// # Errors
/// `Conflict` when the workspace has one of this name, or too many; as [`Store::write`].
pub async fn profile_add(
    store: &Store,
    (mint, now): (&Mint, At),
    workspace: i64,
    profile: &Profile,
) -> Result<i64, StoreError> {
    let id = mint.next(now);
    let mut params = profile.params(workspace, id);
    params.extend([("now", now.0.into()), ("max", PROFILES_MAX.into())]);
    let mut write = Write::default();
    write.step_expecting(1, "the workspace has a profile of this name, or 100 profiles", &ADD, params);
    store.write(write).await?;
    Ok(id)
}

/// Stores what a profile says now. Codes that were sent keep to what it said before.
///
/// # Errors
/// `Conflict` when it is gone, or another has the name; as [`Store::write`].
pub async fn profile_change(store: &Store, workspace: i64, changed: &Stored) -> Result<(), StoreError> {
    let mut write = Write::default();
    let params = changed.profile.params(workspace, changed.id);
    write.step_expecting(1, "the profile is gone", &CHANGE, params);
    store.write(write).await.map(drop)
}

/// Removes a profile.
///
/// # Errors
/// As [`Store::write`].
pub async fn profile_remove(store: &Store, workspace: i64, id: i64) -> Result<(), StoreError> {
    let mut write = Write::default();
    write.step(&REMOVE, vec![("workspace", workspace.into()), ("id", id.into())]);
    store.write(write).await.map(drop)
}

/// The rows of a page of a workspace's profiles, newest first.
///
/// # Errors
/// As [`Store::read`].
pub async fn profile_list(store: &Store, workspace: i64, page: Page) -> Result<Vec<Stored>, StoreError> {
    LIST.read(store, page, vec![("workspace", workspace.into())]).await?.iter().map(read).collect()
}

/// One profile of a workspace.
///
/// # Errors
/// As [`Store::read`].
pub async fn profile_one(store: &Store, workspace: i64, id: i64) -> Result<Option<Stored>, StoreError> {
    find(store, workspace, (id, "")).await
}

/// The profile of this name, the built-in one if it is [`DEFAULT`] and the workspace has none.
///
/// # Errors
/// As [`Store::read`].
pub async fn profile_named(
    store: &Store,
    workspace: i64,
    name: Option<&str>,
) -> Result<Option<Profile>, StoreError> {
    let name = name.unwrap_or(DEFAULT);
    let found = find(store, workspace, (0, name)).await?.map(|stored| stored.profile);
    Ok(found.or_else(|| (name == DEFAULT).then(|| Profile::built_in(DEFAULT))))
}

async fn find(store: &Store, workspace: i64, (id, name): (i64, &str)) -> Result<Option<Stored>, StoreError> {
    let params = [("workspace", workspace.into()), ("id", id.into()), ("name", name.to_owned().into())];
    store.read(&FIND, &params).await?.first().map(read).transpose()
}
