//! How many files the process may have open, sockets included, and how many of them delivery uses.
//!
//! Guarantee: delivery alone never takes so many that none is left to accept a connection, unless the settings of those
//! who accept ask for more than there are; then the log says so.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::settings::Settings;

/// Files that belong to neither clients nor peers: questions to the DNS (1,024 may be open), webhooks, the databases, the log.
const OWN_FILES: u64 = 1_500;

/// Raises the limit to what the system lets us raise it to: the usual one is for programs that know only descriptors
/// below 1,024, which this one does not care about.
pub fn raise() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current == maximum {
        return;
    }
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
}

/// How many files may be open; none: any number.
#[must_use]
pub fn open_max() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}

/// How many connections delivery may have: as many as the settings say, if there is a file for each.
#[must_use]
pub fn for_delivery(settings: &Settings, files: Option<u64>) -> usize {
    let wanted = u64::from(settings.delivery.connections_max);
    let others = u64::from(settings.smtp.connections_max) + u64::from(settings.http.connections_max);
    let connections = of_files(wanted, files, others + OWN_FILES);
    if connections < wanted {
        let needed = wanted + others + OWN_FILES;
        tracing::warn!(
            files,
            needed,
            connections,
            "fewer files may be open than connections are allowed: delivery has fewer connections"
        );
    }
    usize::try_from(connections).unwrap_or(usize::MAX)
}

/// What others may take is theirs; yet a quarter of the files is for delivery in any case.
fn of_files(wanted: u64, files: Option<u64>, others: u64) -> u64 {
    let left = files.map(|files| files.saturating_sub(others).max(files / 4).max(1));
    left.map_or(wanted, |left| wanted.min(left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delivery_has_what_others_leave_and_a_quarter_in_any_case() {
        let table = [
            (2_000, None, 2_000),
            (2_000, Some(1_048_576), 2_000),
            (2_000, Some(6_300), 2_000),
            (2_000, Some(6_299), 1_999),
            (2_000, Some(4_096), 1_024),
            (2_000, Some(1_024), 256),
            (100, Some(1_024), 100),
            (2_000, Some(2), 1),
        ];
        for (wanted, files, connections) in table {
            assert_eq!(of_files(wanted, files, 4_300), connections, "{wanted} with {files:?} files");
        }
    }

    #[test]
    fn the_limit_is_raised_as_far_as_it_goes() {
        raise();
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        assert_eq!((current, open_max()), (maximum, maximum));
    }
}
