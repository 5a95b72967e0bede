//! A network: an address and how many of its leading bits count (RFC 4632, RFC 4291 §2.3).
//!
//! Guarantee: no bit behind the prefix is set, so that a network has one way to be written.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::value::FromText;

/// `10.0.0.0/8`, `2001:db8::/32`; an address alone is the network that holds only it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    first: IpAddr,
    prefix: u8,
}

impl Network {
    /// Whether `address` is in it. An IPv4 address mapped into IPv6 counts as the IPv4 address that it is.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.first, address.to_canonical()) {
            (IpAddr::V4(first), IpAddr::V4(address)) => masked_v4(address, self.prefix) == first,
            (IpAddr::V6(first), IpAddr::V6(address)) => masked_v6(address, self.prefix) == first,
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }

    /// Reads `10.0.0.0/8`, `2001:db8::/32` or an address alone.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse(text: &str) -> Result<Network, String> {
        Network::from_text(text)
    }

    /// The network in which an address is, as far as a statistic may know it: a /24, or a /48.
    #[must_use]
    pub fn around(address: IpAddr) -> Network {
        match address.to_canonical() {
            IpAddr::V4(address) => Network { first: IpAddr::V4(masked_v4(address, 24)), prefix: 24 },
            IpAddr::V6(address) => Network { first: IpAddr::V6(masked_v6(address, 48)), prefix: 48 },
        }
    }

    /// How many leading bits count: the greater, the narrower.
    #[must_use]
    pub fn prefix(&self) -> u8 {
        self.prefix
    }
}

fn masked_v4(address: Ipv4Addr, prefix: u8) -> Ipv4Addr {
    let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
    Ipv4Addr::from_bits(address.to_bits() & mask)
}

fn masked_v6(address: Ipv6Addr, prefix: u8) -> Ipv6Addr {
    let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
    Ipv6Addr::from_bits(address.to_bits() & mask)
}

impl FromText for Network {
    fn from_text(text: &str) -> Result<Network, String> {
        if text.is_empty() {
            return Err("must be written: an address and a prefix length, such as 10.0.0.0/8".to_owned());
        }
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| format!("{address:?} is not an IP address"))?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => bits,
            Some(text) => match text.parse::<u8>() {
                Ok(prefix) if prefix <= bits => prefix,
                Ok(_) | Err(_) => {
                    return Err(format!("the prefix length {text:?} is not a number from 0 to {bits}"));
                }
            },
        };
        let first = match address {
            IpAddr::V4(address) => IpAddr::V4(masked_v4(address, prefix)),
            IpAddr::V6(address) => IpAddr::V6(masked_v6(address, prefix)),
        };
        if first != address {
            return Err(format!("{address} has bits set behind its prefix; the network is {first}/{prefix}"));
        }
        Ok(Network { first, prefix })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix)
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_its_addresses_and_no_others() {
        let cases = [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("10.0.0.0/8", "::a00:1", false),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.6", false),
            ("192.0.2.128/25", "192.0.2.127", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "2001:db8::1", true),
            ("2001:db8::/33", "2001:db8:7fff::1", true),
            ("2001:db8::/33", "2001:db8:8000::1", false),
        ];
        for (network, address, expected) in cases {
            let got = Network::from_text(network).unwrap().contains(address.parse().unwrap());
            assert_eq!(got, expected, "{address} in {network}");
        }
    }

    #[test]
    fn what_is_not_a_network_is_refused() {
        for text in [
            "",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/-1",
            "10.0.0.1/8",
            "2001:db8::1/64",
            "::/129",
            "host/8",
        ] {
            assert!(Network::from_text(text).is_err(), "{text:?}");
        }
    }
}
