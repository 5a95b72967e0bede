//! Migrations: numbered SQL, the same on both databases unless said otherwise, each applied once, in order.
//!
//! A fresh database is the sum of all migrations; a database that knows a migration which this program does not
//! is refused, because an older program would misread newer rows.
//!
//! Several stores may share one database, each with a set of migrations of its own: sets are told apart by the
//! thousands of their numbers, and each store looks after its own set only.

use crate::StoreError;

/// One step of the schema. Never changed once released: a later step corrects it.
#[derive(Clone, Copy)]
pub struct Migration {
    /// Unique and growing over all slices. Its thousands name the set: 1 to 999 are the main one.
    pub number: i64,
    /// The slice and what it does, for people: `sending: messages, deliveries, events`.
    pub name: &'static str,
    pub sql: &'static str,
    /// Where PostgreSQL needs other words.
    pub postgres: Option<&'static str>,
}

/// Numbers of one set of migrations.
const SET_SIZE: i64 = 1_000;

/// The migrations still to be applied to a database that has `applied`.
///
/// # Errors
/// `Refused` when the database is newer than the program.
pub(crate) fn missing<'m>(applied: &[i64], known: &'m [Migration]) -> Result<Vec<&'m Migration>, StoreError> {
    let ours = |number: i64| known.iter().any(|m| m.number / SET_SIZE == number / SET_SIZE);
    let unknown = |number: i64| known.iter().all(|m| m.number != number);
    if let Some(unknown) = applied.iter().find(|number| ours(**number) && unknown(**number)) {
        return Err(StoreError::Refused(format!(
            "the database was migrated by a newer Postrider (migration {unknown} is unknown here): use that version, or restore a backup"
        )));
    }
    let mut todo: Vec<_> = known.iter().filter(|m| !applied.contains(&m.number)).collect();
    todo.sort_by_key(|m| m.number);
    Ok(todo)
}

/// PostgreSQL's words for a shared text: the portable types that it calls by another name.
pub(crate) fn postgres_words(migration: &Migration) -> String {
    match migration.postgres {
        Some(words) => words.to_owned(),
        None => migration
            .sql
            .replace(" BLOB", " BYTEA")
            .replace(" INTEGER PRIMARY KEY", " BIGINT PRIMARY KEY")
            .replace(" WITHOUT ROWID", "")
            .replace(" INTEGER", " BIGINT"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn step(number: i64) -> Migration {
        Migration { number, name: "x", sql: "", postgres: None }
    }

    #[test]
    fn only_what_is_missing_is_applied_and_a_newer_database_is_refused() {
        let known = [step(2), step(1), step(3)];
        let numbers = |applied: &[i64]| {
            missing(applied, &known).map(|m| m.iter().map(|m| m.number).collect::<Vec<_>>())
        };
        assert_eq!(numbers(&[]).unwrap(), [1, 2, 3]);
        assert_eq!(numbers(&[1, 2]).unwrap(), [3]);
        assert!(numbers(&[1, 4]).is_err());
    }

    #[test]
    fn a_set_of_migrations_does_not_mind_another_in_the_same_database() {
        let known = [step(1_001), step(1_002)];
        let todo = missing(&[1, 2, 1_001], &known).unwrap();
        assert_eq!(todo.iter().map(|m| m.number).collect::<Vec<_>>(), [1_002]);
        assert!(missing(&[1, 1_003], &known).is_err());
    }
}
