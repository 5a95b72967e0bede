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
