//! Whether a domain's records are in DNS, and what is wrong with them if they are not.
//!
//! The decision is pure: [`judge`] gets the answers. Only the DKIM records decide; SPF and DMARC are advice.

use std::fmt::Write as _;

use net::resolver::{DnsFailure, Resolver};
use store::{Store, StoreError};

use super::admin::{self, PublishedKey};

/// A record to publish, and what DNS says instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub name: String,
    pub state: FindingState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingState {
    /// As it should be.
    Found,
    Missing,
    /// There is a record, but with another key.
    Different,
    /// DNS did not answer: try later.
    Unknown,
}

impl FindingState {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            FindingState::Found => "found",
            FindingState::Missing => "missing",
            FindingState::Different => "different",
            FindingState::Unknown => "unknown",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<FindingState> {
        use FindingState::{Different, Found, Missing, Unknown};
        [Found, Missing, Different, Unknown].into_iter().find(|state| state.as_str() == text)
    }
}

/// The name at which a key's record must stand.
#[must_use]
pub fn record_name(key: &PublishedKey, domain: &str) -> String {
    format!("{}._domainkey.{domain}", key.selector)
}

/// Compares what should be with what DNS answered.
#[must_use]
pub fn judge(key: &PublishedKey, domain: &str, answer: Result<Vec<String>, DnsFailure>) -> Finding {
    let squeeze = |text: &str| text.split_whitespace().collect::<String>();
    let state = match answer {
        Ok(texts) if texts.iter().any(|text| squeeze(text) == squeeze(&key.record)) => FindingState::Found,
        Ok(texts) if texts.is_empty() => FindingState::Missing,
        Ok(_) => FindingState::Different,
        Err(DnsFailure::NoSuchName | DnsFailure::NoRecord) => FindingState::Missing,
        Err(DnsFailure::Temporary { .. }) => FindingState::Unknown,
    };
    Finding { name: record_name(key, domain), state }
}

/// Whether the findings verify the domain: every key's record stands.
#[must_use]
pub fn verifies(findings: &[Finding]) -> bool {
    !findings.is_empty() && findings.iter().all(|finding| finding.state == FindingState::Found)
}

/// The findings as they are stored: one `state name` a line.
#[must_use]
pub fn show(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{} {}", finding.state.as_str(), finding.name);
    }
    text
}

/// Reads what [`show`] wrote.
#[must_use]
pub fn read(text: &str) -> Vec<Finding> {
    let line = |line: &str| {
        let (state, name) = line.split_once(' ')?;
        Some(Finding { name: name.to_owned(), state: FindingState::parse(state)? })
    };
    text.lines().filter_map(line).collect()
}

/// Looks the records up and stores what was found; gives the findings, or `None` when there is no such domain.
///
/// # Errors
/// As [`Store::read`] and [`Store::write`].
pub async fn check(
    store: &Store,
    resolver: &Resolver,
    now: mail::At,
    (workspace, id): (i64, i64),
) -> Result<Option<Vec<Finding>>, StoreError> {
    let Some(domain) = admin::domain_find(store, workspace, id).await? else { return Ok(None) };
    let mut findings = Vec::new();
    for key in admin::published_keys(store, workspace, id).await? {
        let answer = resolver.txt(&record_name(&key, &domain.name)).await;
        findings.push(judge(&key, &domain.name, answer));
    }
    let verified = verifies(&findings);
    match admin::domain_checked(store, now, (workspace, &domain), show(&findings), verified).await {
        Ok(()) => Ok(Some(findings)),
        Err(StoreError::Conflict(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_key_verifies() {
        let key = PublishedKey {
            algorithm: "rsa".into(),
            selector: "s".into(),
            record: "v=DKIM1; k=rsa; p=AAAA".into(),
        };
        let cases = [
            (Ok(vec!["v=DKIM1; k=rsa; p=AAAA".to_owned()]), FindingState::Found),
            (Ok(vec!["v=spf1 -all".to_owned(), "v=DKIM1;k=rsa;p=AA AA".to_owned()]), FindingState::Found),
            (Ok(vec!["v=DKIM1; k=rsa; p=BBBB".to_owned()]), FindingState::Different),
            (Ok(vec![]), FindingState::Missing),
            (Err(DnsFailure::NoSuchName), FindingState::Missing),
            (Err(DnsFailure::Temporary { reason: "timeout".into() }), FindingState::Unknown),
        ];
        for (answer, state) in cases {
            let finding = judge(&key, "a.example", answer.clone());
            assert_eq!(finding, Finding { name: "s._domainkey.a.example".into(), state }, "{answer:?}");
            assert_eq!(verifies(std::slice::from_ref(&finding)), state == FindingState::Found);
            assert_eq!(read(&show(std::slice::from_ref(&finding))), [finding]);
        }
        assert!(!verifies(&[]), "a domain without keys is nobody's");
    }
}
