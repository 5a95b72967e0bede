//! Networks of programs: the file that is built in, or one that the operator names.

use std::net::IpAddr;

use crate::settings::network::Network;

/// What asks from a network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NetworkClass {
    Scanner,
    Prefetch,
    Proxy,
}

/// Lines that a file may have. Reason: each address is compared with every network.
const NETWORKS_MAX: usize = 2_000;

/// The networks that are known.
pub struct Networks(Vec<(Network, NetworkClass)>);

impl Networks {
    /// Those that this program knows.
    #[must_use]
    pub fn built_in() -> Networks {
        Networks::read(include_str!("networks.txt")).expect("invariant: a test reads the file")
    }

    /// Reads a file of lines `class network who`; `#` begins a comment.
    ///
    /// # Errors
    /// The first line that is none, with its number.
    pub fn read(text: &str) -> Result<Networks, String> {
        let mut networks = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.split('#').next().unwrap_or_default();
            let mut words = line.split_whitespace();
            let Some(class) = words.next() else { continue };
            let class = match class {
                "scanner" => NetworkClass::Scanner,
                "prefetch" => NetworkClass::Prefetch,
                "proxy" => NetworkClass::Proxy,
                other => return Err(format!("line {number}: {other} is none of scanner, prefetch, proxy")),
            };
            let network = Network::parse(words.next().unwrap_or_default());
            networks.push((network.map_err(|why| format!("line {number}: {why}"))?, class));
            if networks.len() > NETWORKS_MAX {
                return Err(format!("more than {NETWORKS_MAX} networks"));
            }
        }
        Ok(Networks(networks))
    }

    /// The class of the narrowest network that holds the address.
    #[must_use]
    pub fn class(&self, address: IpAddr) -> Option<NetworkClass> {
        let holding = self.0.iter().filter(|(network, _)| network.contains(address));
        holding.max_by_key(|(network, _)| network.prefix()).map(|(_, class)| *class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_network_decides_and_wrong_lines_are_named() {
        let networks =
            Networks::read("# c\nproxy 10.0.0.0/8 a b # c\n\nscanner 10.1.0.0/16\n").expect("a file");
        let class = |text: &str| networks.class(text.parse().expect("an address"));
        assert_eq!(class("10.1.2.3"), Some(NetworkClass::Scanner));
        assert_eq!(class("::ffff:10.2.0.1"), Some(NetworkClass::Proxy));
        assert_eq!(class("11.0.0.1"), None);
        for wrong in ["\nrobot 10.0.0.0/8", "\nproxy", "\nproxy 10.0.0.0/33"] {
            assert!(Networks::read(wrong).is_err_and(|why| why.starts_with("line 2: ")), "{wrong}");
        }
        assert_eq!(
            Networks::built_in().class("17.1.1.1".parse().expect("an address")),
            Some(NetworkClass::Prefetch)
        );
    }
}
