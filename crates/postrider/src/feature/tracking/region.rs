//! Where an address is, to the country and its first part, from a file that the operator brings.

use std::net::IpAddr;
use std::path::Path;

use maxminddb::{PathElement, Reader};

/// A database of addresses in MaxMind's format.
pub struct Regions(Reader<Vec<u8>>);

impl Regions {
    /// Reads the whole file.
    ///
    /// # Errors
    /// What the file lacks.
    pub fn open(file: &Path) -> Result<Regions, String> {
        Reader::open_readfile(file).map(Regions).map_err(|error| error.to_string())
    }

    /// `DE`, or `DE-BE` where the file knows the part of the country (ISO 3166); none for an address that it does not know.
    #[must_use]
    pub fn region(&self, address: IpAddr) -> Option<String> {
        let found = self.0.lookup(address.to_canonical()).ok()?;
        let text = |path: &[PathElement<'_>]| found.decode_path::<String>(path).ok().flatten();
        let country = text(&[PathElement::Key("country"), PathElement::Key("iso_code")])?;
        let part =
            text(&[PathElement::Key("subdivisions"), PathElement::Index(0), PathElement::Key("iso_code")]);
        Some(match part {
            Some(part) => format!("{country}-{part}"),
            None => country,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text, a map or a number, as the format writes it: type and size in the first octet.
    fn text(words: &str) -> Vec<u8> {
        [&[0x40 | words.len() as u8], words.as_bytes()].concat()
    }

    fn map(pairs: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| [text(name), value.clone()].concat()).collect();
        [vec![0xe0 | pairs.len() as u8], pairs.concat()].concat()
    }

    fn list(entries: &[Vec<u8>]) -> Vec<u8> {
        [vec![entries.len() as u8, 4], entries.concat()].concat()
    }

    /// A file that knows one half of IPv4.
    fn file() -> Vec<u8> {
        let part = list(&[map(&[("iso_code", text("BE"))])]);
        let data = map(&[("country", map(&[("iso_code", text("DE"))])), ("subdivisions", part)]);
        let number = |value: u8| vec![0xa1, value];
        let wide = |value: u8| vec![0xc1, value];
        let metadata = map(&[
            ("binary_format_major_version", number(2)),
            ("binary_format_minor_version", number(0)),
            ("build_epoch", vec![0x01, 0x02, 1]),
            ("database_type", text("Test")),
            ("description", map(&[])),
            ("ip_version", number(4)),
            ("languages", list(&[])),
            ("node_count", wide(1)),
            ("record_size", number(24)),
        ]);
        // One node: addresses that begin with 0 lead to the data, the others to nothing.
        let tree = [0, 0, 1 + 16, 0, 0, 1];
        [&tree[..], &[0; 16], &data, b"\xab\xcd\xefMaxMind.com", &metadata].concat()
    }

    #[test]
    fn an_address_is_where_the_file_says_and_otherwise_unknown() {
        let regions = Regions(Reader::from_source(file()).expect("a file"));
        let region = |text: &str| regions.region(text.parse().expect("an address"));
        assert_eq!(region("1.2.3.4").as_deref(), Some("DE-BE"));
        assert_eq!(region("::ffff:1.2.3.4").as_deref(), Some("DE-BE"));
        assert_eq!(region("192.0.2.1"), None);
        assert_eq!(region("2001:db8::1"), None);
        assert!(Regions::open(Path::new("/nonexistent")).is_err());
    }
}
