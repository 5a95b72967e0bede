//! A file's octets as JSON carries them.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use utoipa::IntoParams;

/// How a file is named whose octets are the body.
#[derive(Deserialize, IntoParams, Default)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct RawParams {
    /// Its name: then the body is the file or image itself, whatever its type.
    pub filename: Option<String>,
}

/// Base64, or an array of numbers.
#[derive(Default, Debug, PartialEq, Clone)]
pub struct Octets(pub Bytes);

impl<'de> Deserialize<'de> for Octets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Octets, D::Error> {
        struct TextOrNumbers;
        impl<'de> Visitor<'de> for TextOrNumbers {
            type Value = Octets;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("base64, or an array of numbers from 0 to 255")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Octets, E> {
                let decoded = STANDARD.decode(text).or_else(|error| match text.contains(['\n', '\r']) {
                    // Base64 with the line ends of MIME.
                    true => STANDARD.decode(text.replace(['\n', '\r'], "")),
                    false => Err(error),
                });
                decoded
                    .map(|octets| Octets(octets.into()))
                    .map_err(|error| E::custom(format!("this is not base64: {error}")))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Octets, A::Error> {
                let mut octets = Vec::new();
                while let Some(octet) = seq.next_element()? {
                    octets.push(octet);
                }
                Ok(Octets(octets.into()))
            }
        }
        deserializer.deserialize_any(TextOrNumbers)
    }
}
