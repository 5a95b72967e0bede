//! Whether a domain's records are in DNS, and what is wrong with them if they are not.
//!
//! The decision is pure: [`judge`] gets the answers. Only the DKIM records decide; SPF and DMARC are advice.

use std::fmt::Write as _;

use net::resolver::{DnsFailure, Resolver};
use store::{Store, StoreError};

use super::Status;
use super::admin::{self, ListedDomain, PublishedKey};

/// A record to publish, and what DNS says instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub name: String,
    pub state: FindingState,
    /// What stands there instead, when it is different; cut at [`INSTEAD_MAX`].
    pub instead: Option<String>,
}

/// Octets that are kept of another record. Reason: a page shows it, and every check writes it.
const INSTEAD_MAX: usize = 500;

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
    let mut instead = None;
    let state = match answer {
        Ok(texts) if texts.iter().any(|text| squeeze(text) == squeeze(&key.record)) => FindingState::Found,
        Ok(texts) if texts.is_empty() => FindingState::Missing,
        Ok(texts) => {
            instead = texts.first().map(|text| line_of(text));
            FindingState::Different
        }
        Err(DnsFailure::NoSuchName | DnsFailure::NoRecord) => FindingState::Missing,
        Err(DnsFailure::Temporary { .. }) => FindingState::Unknown,
    };
    Finding { name: record_name(key, domain), state, instead }
}

/// A text from DNS as part of one line.
fn line_of(text: &str) -> String {
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.truncate(line.floor_char_boundary(INSTEAD_MAX));
    line
}

/// Whether the findings verify the domain: every key's record stands.
#[must_use]
pub fn verifies(findings: &[Finding]) -> bool {
    !findings.is_empty() && findings.iter().all(|finding| finding.state == FindingState::Found)
}

/// What is kept of a look. A DNS that does not answer for a record of a domain that may send says nothing about what stood there
/// before: what was found of that record last stays, and of the others what was found now.
#[must_use]
pub fn kept(domain: &ListedDomain, findings: &[Finding]) -> Vec<Finding> {
    let known = domain.findings.as_deref().filter(|_| domain.verified.is_some());
    let before = read(known.unwrap_or_default());
    let keep = |now: &Finding| match now.state {
        FindingState::Unknown => before.iter().find(|one| one.name == now.name).unwrap_or(now).clone(),
        FindingState::Found | FindingState::Missing | FindingState::Different => now.clone(),
    };
    findings.iter().map(keep).collect()
}

/// Whether the records of a domain stood once and do not any more.
#[must_use]
pub fn is_broken(domain: &ListedDomain) -> bool {
    let lost = |finding: &Finding| matches!(finding.state, FindingState::Missing | FindingState::Different);
    domain.status == Status::Verified.as_str()
        && domain.findings.as_deref().is_some_and(|findings| read(findings).iter().any(lost))
}

/// The findings as they are stored: one `state name` a line, and behind it what stands there instead.
#[must_use]
pub fn show(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        // Writing to a string cannot fail.
        let _ = write!(text, "{} {}", finding.state.as_str(), finding.name);
        if let Some(instead) = &finding.instead {
            let _ = write!(text, " {instead}");
        }
        text.push('\n');
    }
    text
}

/// Reads what [`show`] wrote.
#[must_use]
pub fn read(text: &str) -> Vec<Finding> {
    let line = |line: &str| {
        let (state, rest) = line.split_once(' ')?;
        let (name, instead) = rest.split_once(' ').map_or((rest, None), |(name, text)| (name, Some(text)));
        let state = FindingState::parse(state)?;
        Some(Finding { name: name.to_owned(), state, instead: instead.map(str::to_owned) })
    };
    text.lines().filter_map(line).collect()
}

/// What a look found.
pub struct Looked {
    /// What DNS answers now.
    pub findings: Vec<Finding>,
    /// Whether mail may leave under the name from now on, and might not before.
    pub opens: bool,
}

/// Looks the records up and stores what was found; `None` when there is no such domain.
///
/// # Errors
/// As [`Store::read`] and [`Store::write`].
pub async fn check(
    store: &Store,
    resolver: &Resolver,
    now: mail::At,
    (workspace, id): (i64, i64),
) -> Result<Option<Looked>, StoreError> {
    let Some(domain) = admin::domain_find(store, workspace, id).await? else { return Ok(None) };
    let findings = look(store, resolver, (workspace, &domain)).await?;
    match admin::domain_checked(store, now, (workspace, &domain), &findings).await {
        Ok(()) => {
            let may_send = Status::parse(&domain.status).is_some_and(Status::may_send);
            Ok(Some(Looked { opens: !may_send && verifies(&findings), findings }))
        }
        Err(StoreError::Conflict(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Looks a domain's records up.
///
/// # Errors
/// As [`Store::read`].
pub async fn look(
    store: &Store,
    resolver: &Resolver,
    (workspace, domain): (i64, &ListedDomain),
) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    for key in admin::published_keys(store, workspace, domain.id).await? {
        let answer = resolver.txt(&record_name(&key, &domain.name)).await;
        findings.push(judge(&key, &domain.name, answer));
    }
    Ok(findings)
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
            let instead = (state == FindingState::Different).then(|| "v=DKIM1; k=rsa; p=BBBB".to_owned());
            assert_eq!(
                finding,
                Finding { name: "s._domainkey.a.example".into(), state, instead },
                "{answer:?}"
            );
            assert_eq!(verifies(std::slice::from_ref(&finding)), state == FindingState::Found);
            assert_eq!(read(&show(std::slice::from_ref(&finding))), [finding]);
        }
        assert!(!verifies(&[]), "a domain without keys is nobody's");
    }

    #[test]
    fn a_record_of_which_dns_says_nothing_stays_as_it_was_found() {
        use FindingState::{Different, Found, Missing, Unknown};
        let cases = [
            (true, Some([Found, Found]), [Unknown, Unknown], [Found, Found]),
            (true, Some([Found, Missing]), [Unknown, Unknown], [Found, Missing]),
            (true, Some([Found, Found]), [Unknown, Missing], [Found, Missing]),
            (true, Some([Missing, Different]), [Found, Unknown], [Found, Different]),
            (true, None, [Found, Unknown], [Found, Unknown]),
            (false, Some([Missing, Missing]), [Unknown, Found], [Unknown, Found]),
        ];
        for (verified, before, now, wanted) in cases {
            let of = |states: [FindingState; 2]| {
                let finding = |(name, state): (&str, FindingState)| Finding {
                    name: name.into(),
                    state,
                    instead: (state == Different).then(|| "p=other words".into()),
                };
                ["a", "b"].into_iter().zip(states).map(finding).collect::<Vec<_>>()
            };
            let domain = ListedDomain {
                id: 1,
                name: "a.example".into(),
                status: if verified { "verified" } else { "pending" }.into(),
                created: mail::At(0),
                checked: before.map(|_| mail::At(1)),
                verified: verified.then_some(mail::At(1)),
                findings: before.map(|states| show(&of(states))),
                tracking_host: None,
            };
            assert_eq!(kept(&domain, &of(now)), of(wanted), "{verified} {before:?} {now:?}");
        }
    }
}
