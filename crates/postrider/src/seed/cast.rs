//! The recipients: each is what its number and the seed say, and nothing of them is kept.

use std::net::{IpAddr, Ipv4Addr};

use super::dice::Dice;
use super::scene::{AGENTS, NAMES, SITES, Site};

/// Of a thousand addresses, those that do not exist.
const GONE_PERMILLE: u64 = 28;

/// From this number on, addresses are mistyped: nobody has them.
pub const MISTYPED: u64 = 1 << 40;

/// Somebody whom the shop writes to.
pub struct Recipient {
    pub number: u64,
    /// A place in [`super::scene::LOCALES`].
    pub locale: usize,
    /// As they are called.
    pub given: String,
    pub address: String,
    pub site: &'static Site,
    pub exists: bool,
    /// Of a thousand mails, those that are opened.
    pub interest: u64,
    pub agent: &'static str,
    /// The maker of the mail program fetches every picture on arrival.
    pub prefetched: bool,
    pub from: IpAddr,
}

impl Recipient {
    #[must_use]
    pub fn of(seed: u64, number: u64) -> Recipient {
        let mut dice = Dice::of(seed ^ 0x7265_6369, number);
        let locale = *dice.weighed(&[0, 1, 2, 3], |locale| [44, 24, 20, 12][*locale]);
        let (given, family) = (*dice.pick(NAMES[locale].0), *dice.pick(NAMES[locale].1));
        let (given, given_plain) = spelled(given);
        let (_, family_plain) = spelled(family);
        let site = dice.weighed(SITES, |site| site.weight);
        let tail = if dice.permille(450) { String::new() } else { dice.between(2, 99).to_string() };
        let local = match dice.below(4) {
            0 => format!("{given_plain}{tail}"),
            1 => format!("{}{family_plain}{tail}", &given_plain[..1]),
            2 => format!("{given_plain}_{family_plain}{tail}"),
            _ => format!("{given_plain}.{family_plain}{tail}"),
        };
        let (agent, _) = dice.weighed(AGENTS, |(_, weight)| *weight);
        let net = u8::try_from(dice.below(2)).unwrap_or(0);
        let host = u8::try_from(dice.below(250) + 2).unwrap_or(2);
        Recipient {
            number,
            locale,
            given: given.to_owned(),
            // Some thousands share a name: the number keeps their addresses apart.
            address: format!("{local}.{}@{}", base36(number), site.domain),
            site,
            exists: number < MISTYPED && !dice.permille(GONE_PERMILLE),
            interest: dice.below(700) * dice.below(1_400) / 1_000,
            agent,
            prefetched: agent.contains("iPhone") && dice.permille(600),
            from: IpAddr::V4(Ipv4Addr::new(198, 18 + net, host, 20)),
        }
    }
}

fn base36(mut number: u64) -> String {
    let mut digits = Vec::new();
    while number > 0 || digits.is_empty() {
        let digit = u32::try_from(number % 36).unwrap_or(0);
        digits.push(char::from_digit(digit, 36).unwrap_or('0'));
        number /= 36;
    }
    digits.iter().rev().collect()
}

/// A name as it is written, and as it stands in an address.
fn spelled(name: &str) -> (&str, String) {
    let (shown, plain) = name.split_once('|').unwrap_or((name, name));
    (shown, plain.chars().map(|letter| plain_letter(letter.to_ascii_lowercase())).collect())
}

fn plain_letter(letter: char) -> char {
    match letter {
        'á' | 'ã' | 'â' | 'Á' => 'a',
        'é' | 'ê' => 'e',
        'í' | 'Í' => 'i',
        'ó' | 'õ' | 'ô' => 'o',
        'ú' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        letter => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recipient_has_an_address_that_belongs_to_nobody() {
        let mut seen = std::collections::HashSet::new();
        for number in 0..5_000 {
            let one = Recipient::of(1, number);
            let address = mail::Address::parse(&one.address).expect("an address");
            assert!(one.address.is_ascii(), "{}", one.address);
            let domain = address.domain_str();
            let reserved = ["example.com", "example.net", "example.org"].contains(&domain)
                || domain.ends_with(".example")
                || domain.ends_with(".test");
            assert!(reserved, "{domain}");
            assert!(seen.insert(one.address));
        }
    }
}
