//! Who runs a recipient's domain, by a table of well-known ones (`providers.txt`).
//!
//! Not here: who hosts other people's domains, which only their MX tells.

use std::collections::HashMap;
use std::sync::LazyLock;

static BY_DOMAIN: LazyLock<HashMap<&'static str, &'static str>> =
    LazyLock::new(|| entries().map(|(provider, domain)| (domain, provider)).collect());

/// Providers, each with one of its domains.
fn entries() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = include_str!("providers.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(|line| {
        let mut words = line.split_whitespace();
        let provider = words.next().unwrap_or_default();
        words.map(move |domain| (provider, domain))
    })
}

/// The provider of a domain in lower case, if it is a well-known one.
#[must_use]
pub fn provider(domain: &str) -> Option<&'static str> {
    BY_DOMAIN.get(domain).copied()
}

/// The providers' names, each as often as it has domains.
pub fn names() -> impl Iterator<Item = &'static str> {
    entries().map(|(provider, _)| provider)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_domain_has_one_provider_and_can_be_a_recipients() {
        assert_eq!(entries().count(), BY_DOMAIN.len(), "a domain stands twice");
        for (provider, domain) in entries() {
            assert_eq!(mail::Domain::parse(domain).expect(domain).as_str(), domain);
            assert!(provider.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{provider}");
        }
        assert_eq!(provider("googlemail.com"), Some("google"));
        assert_eq!(provider("gmail.com.example"), None);
    }
}
