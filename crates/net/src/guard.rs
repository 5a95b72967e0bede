//! Which addresses a URL that somebody else chose may lead to.
//!
//! Guarantees
//! 1. An address that is not of the public Internet is refused, in whichever of IPv6's disguises it comes: mapped,
//!    compatible, NAT64, 6to4 or Teredo.
//! 2. What is checked is the address that is then connected to: a name is resolved once, by the caller (`web`).
//!
//! Not here: which ports and schemes are allowed (`web`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Which addresses may be called on behalf of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The public Internet.
    Public,
    /// Our own networks and this machine, too: development and laboratories.
    Anywhere,
}

/// Why `address` may not be called; none when it may.
#[must_use]
pub fn refusal(reach: Reach, address: IpAddr) -> Option<&'static str> {
    match (reach, address) {
        (Reach::Anywhere, _) => None,
        (Reach::Public, IpAddr::V4(address)) => refusal_v4(address),
        (Reach::Public, IpAddr::V6(address)) => refusal_v6(address),
    }
}

/// IANA's registry of special-purpose IPv4 addresses, whatever is not globally reachable.
fn refusal_v4(address: Ipv4Addr) -> Option<&'static str> {
    match address.octets() {
        [0, ..] => Some("this network"),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Some("a private network"),
        [100, 64..=127, ..] => Some("a provider's shared network"),
        [127, ..] => Some("this machine"),
        [169, 254, ..] => Some("a link-local address, where clouds keep their metadata"),
        [192, 0, 0, _] | [192, 88, 99, _] => Some("an address for protocols"),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Some("an address for documentation"),
        [198, 18..=19, ..] => Some("a network for measurements"),
        [224..=239, ..] => Some("a multicast address"),
        [240..=255, ..] => Some("a reserved address"),
        _ => None,
    }
}

fn refusal_v6(address: Ipv6Addr) -> Option<&'static str> {
    if let Some(inner) = disguised_v4(address) {
        return refusal_v4(inner).or(Some("an IPv4 address in disguise"));
    }
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => Some("this machine"),
        [0xfe80..=0xfebf, ..] => Some("a link-local address"),
        [0xfec0..=0xfeff, ..] | [0xfc00..=0xfdff, ..] => Some("a private network"),
        [0xff00..=0xffff, ..] => Some("a multicast address"),
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Some("an address for documentation"),
        [0x2001, 0..=0x1ff, ..] => Some("an address for protocols"),
        [0x2000..=0x3fff, ..] => None,
        _ => Some("an address outside the public Internet"),
    }
}

/// The IPv4 address to which some gateway or the system itself would carry a packet for `address`.
fn disguised_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let v4 = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, .., high, low] => Some(v4(high, low)),
        [0x2002, high, low, ..] => Some(v4(high, low)),
        [0x2001, 0, .., high, low] => Some(v4(!high, !low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_reached() {
        let refused = [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "192.88.99.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "::ffff:0:127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::a00:1",
            "2002:7f00:1::1",
            "2002:c0a8:101::",
            "2001:0:1:2:3:4:80ff:fffe",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "3fff::1",
            "2001:10::1",
            "100::1",
            "5f00::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ];
        for text in refused {
            let address: IpAddr = text.parse().expect("an address");
            assert!(refusal(Reach::Public, address).is_some(), "{text} is not public");
            assert_eq!(refusal(Reach::Anywhere, address), None, "{text} in a laboratory");
        }
        for text in [
            "8.8.8.8",
            "1.1.1.1",
            "100.63.0.1",
            "100.128.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "2606:4700::1",
            "2a00::1",
        ] {
            let address: IpAddr = text.parse().expect("an address");
            assert_eq!(refusal(Reach::Public, address), None, "{text} is public");
        }
    }
}
