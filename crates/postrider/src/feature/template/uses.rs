//! Which templates and parts of a workspace name a part, or show an image.
//!
//! Guarantees
//! 1. A template uses what its draft or its newest published version names.
//! 2. A look reads some [`READ_OCTETS_MAX`] octets at most, and says when that was not all. Whoever looks has a turn.

use std::collections::{BTreeMap, BTreeSet};

use content::names::{names, parts_of};
use content::{PartKind, Source};
use store::{Store, StoreError, query};

use super::parts::{PARTS_MAX, part_list};
use crate::feature::image::kept::is_token;
use crate::http::page::Page;
use crate::id::Noun;

query!(USES, "queries/uses.sql");

/// Templates that are in memory at once, a draft and a published version each.
const PAGE: i64 = 4;
/// Templates that one look reads, as [`READ_OCTETS_MAX`].
const TEMPLATES_READ_MAX: usize = 2_000;
/// Octets of sources that one look reads. Reason: it ends within a second, whatever a workspace wrote.
pub const READ_OCTETS_MAX: usize = 64 << 20;
/// Before an image's token in its URL.
const BEFORE_TOKEN: &str = "/i/";
/// Letters of a token.
const TOKEN_LETTERS: usize = 32;

/// Who uses something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct User {
    /// Of a template or of a part.
    pub noun: Noun,
    pub id: i64,
    pub name: String,
}

/// What is used, and by whom.
#[derive(Default)]
pub struct Uses {
    users: Vec<User>,
    parts: BTreeMap<(&'static str, String), BTreeSet<usize>>,
    images: BTreeMap<String, BTreeSet<usize>>,
    /// Octets that were read.
    read: usize,
    /// Whether all templates were looked at.
    pub whole: bool,
}

impl Uses {
    /// Who names a part, templates first.
    #[must_use]
    pub fn of_part(&self, kind: PartKind, name: &str) -> Vec<&User> {
        self.users_of(self.parts.get(&(kind.as_str(), name.to_owned())))
    }

    /// Who shows an image.
    #[must_use]
    pub fn of_image(&self, token: &str) -> Vec<&User> {
        self.users_of(self.images.get(token))
    }

    fn users_of(&self, found: Option<&BTreeSet<usize>>) -> Vec<&User> {
        found.into_iter().flatten().filter_map(|index| self.users.get(*index)).collect()
    }

    fn add(&mut self, user: User) -> usize {
        self.users.push(user);
        self.users.len() - 1
    }

    fn note(&mut self, user: usize, text: &str, parts: BTreeSet<(&'static str, String)>) {
        self.read += text.len();
        for part in parts {
            self.parts.entry(part).or_default().insert(user);
        }
        for token in tokens(text) {
            self.images.entry(token.to_owned()).or_default().insert(user);
        }
    }
}

/// The tokens of images whose URLs stand in a text.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let after = text.match_indices(BEFORE_TOKEN).map(|(at, before)| at + before.len());
    after.filter_map(|at| text.get(at..at + TOKEN_LETTERS).filter(|token| is_token(token)))
}

/// Looks through a workspace's templates and parts.
///
/// # Errors
/// As [`Store::read`].
pub async fn uses(store: &Store, workspace: i64) -> Result<Uses, StoreError> {
    let mut uses = Uses::default();
    let mut after = 0;
    while uses.read < READ_OCTETS_MAX && uses.users.len() < TEMPLATES_READ_MAX {
        let params = [("workspace", workspace.into()), ("after", after.into()), ("limit", PAGE.into())];
        let rows = store.read(&USES, &params).await?;
        for row in &rows {
            after = row.int(0)?;
            let user = User { noun: Noun::Template, id: after, name: row.text(1)?.to_owned() };
            let user = uses.add(user);
            for text in [row.text_or_null(2)?, row.text_or_null(3)?].into_iter().flatten() {
                let source: Option<Source> = serde_json::from_str(text).ok();
                uses.note(user, text, source.as_ref().map(parts_of).unwrap_or_default());
            }
        }
        if rows.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
            uses.whole = true;
            break;
        }
    }
    for stored in part_list(store, workspace, None, Page::first(PARTS_MAX)).await? {
        let user = User { noun: Noun::TemplatePart, id: stored.id, name: stored.part.name };
        let user = uses.add(user);
        let named = match stored.part.kind {
            PartKind::Layout | PartKind::Partial => names(&stored.part.text).parts,
            PartKind::Theme => BTreeSet::new(),
        };
        uses.note(user, &stored.part.text, named);
    }
    Ok(uses)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_images_url_is_found_on_whatever_host_it_stands() {
        let token = "0123456789abcdef0123456789abcdef";
        let text =
            format!("<img src=\\\"https://t.example/x/i/{token}\\\"> /i/{} /i/é /i/{token}", &token[1..]);
        assert_eq!(tokens(&text).collect::<Vec<_>>(), [token, token]);
    }
}
