//! What a domain's DNS should hold, and what it held when it was last looked at.

use mail::Domain;
use store::StoreError;

use super::admin::{self, ListedDomain};
use super::check::{self, Finding, record_name};
use crate::app::App;

/// What a record is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Needed: it proves the domain, and signs its mail.
    Dkim,
    Spf,
    Dmarc,
    Tracking,
}

/// A record to publish.
pub struct Record {
    pub purpose: Purpose,
    pub name: String,
    pub value: String,
    /// What was found at its name; none of what was not looked up.
    pub finding: Option<Finding>,
}

impl Purpose {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Purpose::Dkim => "DKIM",
            Purpose::Spf => "SPF",
            Purpose::Dmarc => "DMARC",
            Purpose::Tracking => "Tracking",
        }
    }

    /// The type of its record.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Purpose::Dkim | Purpose::Spf | Purpose::Dmarc => "TXT",
            Purpose::Tracking => "CNAME",
        }
    }

    /// Whether nothing can be sent without it; the others are advice, and are not looked up.
    #[must_use]
    pub fn needed(self) -> bool {
        self == Purpose::Dkim
    }
}

/// Every record of a domain, the needed ones first.
///
/// # Errors
/// As [`store::Store::read`].
pub async fn records(app: &App, workspace: i64, domain: &ListedDomain) -> Result<Vec<Record>, StoreError> {
    let findings = check::read(domain.findings.as_deref().unwrap_or_default());
    let mut records = Vec::new();
    for key in admin::published_keys(&app.store, workspace, domain.id).await? {
        let name = record_name(&key, &domain.name);
        let finding = findings.iter().find(|finding| finding.name == name).cloned();
        records.push(Record { purpose: Purpose::Dkim, name, value: key.record, finding });
    }
    let advice = |purpose, name, value| Record { purpose, name, value, finding: None };
    // The return path is the customer's own domain, so its SPF decides.
    let spf = format!("v=spf1 a:{} ~all", app.hostname);
    records.push(advice(Purpose::Spf, domain.name.clone(), spf));
    if let Some(host) = &domain.tracking_host {
        records.push(advice(Purpose::Tracking, host.clone(), app.hostname.to_string()));
    }
    let dmarc = format!("_dmarc.{}", domain.name);
    records.push(advice(Purpose::Dmarc, dmarc, "v=DMARC1; p=none;".into()));
    Ok(records)
}

/// Octets of one string of a TXT record (RFC 1035 §3.3.14: one octet counts them).
const STRING_MAX: usize = 255;

/// The records as lines of a zone file (RFC 1035 §5), names and targets absolute.
#[must_use]
pub fn zone_lines(records: &[Record]) -> String {
    let mut lines = String::new();
    for Record { purpose, name, value, .. } in records {
        let value = match purpose {
            Purpose::Dkim | Purpose::Spf | Purpose::Dmarc => strings(value),
            Purpose::Tracking => format!("{value}."),
        };
        lines.push_str(&format!("{name}. IN {} {value}\n", purpose.kind()));
    }
    lines
}

/// A text as the strings of a TXT record.
fn strings(text: &str) -> String {
    let quoted = |part: &[u8]| {
        let part = String::from_utf8_lossy(part).replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{part}\"")
    };
    text.as_bytes().chunks(STRING_MAX).map(quoted).collect::<Vec<_>>().join(" ")
}

/// Why a name cannot stand in a domain's links.
#[derive(Debug, thiserror::Error)]
pub enum HostMistake {
    #[error("{0}")]
    NoName(String),
    /// Somebody else's name in our links would speak for somebody else.
    #[error("neither {0} nor a name below it")]
    Foreign(String),
}

/// The host that somebody wants in the links of a domain's mail; none of an empty text.
///
/// # Errors
/// See [`HostMistake`].
pub fn tracking_host(domain: &str, text: &str) -> Result<Option<Domain>, HostMistake> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let host = Domain::parse(text.trim()).map_err(|error| HostMistake::NoName(error.to_string()))?;
    let below = host.as_str().strip_suffix(domain);
    if below.is_some_and(|label| label.is_empty() || label.ends_with('.')) {
        Ok(Some(host))
    } else {
        Err(HostMistake::Foreign(domain.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_has_absolute_names_and_strings_that_fit() {
        let record = |purpose, name: &str, value: &str| Record {
            purpose,
            name: name.into(),
            value: value.into(),
            finding: None,
        };
        let key = format!("v=DKIM1; p={}", "A".repeat(300));
        let lines = zone_lines(&[
            record(Purpose::Dkim, "s._domainkey.a.example", &key),
            record(Purpose::Tracking, "go.a.example", "mail.b.example"),
            record(Purpose::Spf, "a.example", "v=spf1 \"\\ ~all"),
        ]);
        let mut lines = lines.lines();
        let long = lines.next().expect("a line");
        assert!(long.starts_with("s._domainkey.a.example. IN TXT \"v=DKIM1; p=A"), "{long}");
        let parts: Vec<_> = long.split('"').filter(|part| part.len() > 1 && !part.contains(" IN ")).collect();
        assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [255, 56]);
        assert_eq!(parts.concat(), key);
        assert_eq!(lines.next(), Some("go.a.example. IN CNAME mail.b.example."));
        assert_eq!(lines.next(), Some("a.example. IN TXT \"v=spf1 \\\"\\\\ ~all\""));
    }
}
