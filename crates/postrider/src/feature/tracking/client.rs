//! Who asks for a pixel or a link, as far as a request says.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};

use super::inbox::Client;
use super::judge::Asked;
use crate::http::Api;
use crate::http::error::ApiError;
use crate::settings::network::Network;

/// Entries of `X-Forwarded-For` that are looked at, from the last.
const HOPS_MAX: usize = 10;
/// Octets of a user agent that travel to the writer.
const AGENT_MAX: usize = 512;

/// A request's client, and its query.
pub struct Caller {
    pub client: Client,
    pub query: String,
    pub languages: String,
}

impl FromRequestParts<Api> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Caller, ApiError> {
        let text = |name| {
            let value = parts.headers.get(name).map_or(&[][..], |value| value.as_bytes());
            String::from_utf8_lossy(&value[..value.len().min(AGENT_MAX)]).into_owned()
        };
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let client = Client {
            asked: if parts.method == Method::HEAD { Asked::Head } else { Asked::Get },
            agent: text(header::USER_AGENT),
            address: peer.map(|peer| address(peer, &parts.headers, &api.app.settings.tracking.proxies)),
        };
        let query = parts.uri.query().unwrap_or_default().to_owned();
        Ok(Caller { client, query, languages: text(header::ACCEPT_LANGUAGE) })
    }
}

/// The last address on the way that is none of our own proxies: what stands before it, the client could have written.
#[must_use]
pub fn address(peer: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let ours = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    let mut last = peer.to_canonical();
    if !ours(last) {
        return last;
    }
    let values = headers.get_all("x-forwarded-for").iter().rev().filter_map(|value| value.to_str().ok());
    for hop in values.flat_map(|value| value.rsplit(',')).take(HOPS_MAX) {
        let Ok(address) = hop.trim().parse::<IpAddr>() else { return last };
        last = address.to_canonical();
        if !ours(last) {
            return last;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_cannot_write_its_own_address() {
        let proxies = [Network::parse("10.0.0.0/8").expect("a network")];
        let cases = [
            ("192.0.2.1", vec!["198.51.100.1"], "192.0.2.1"),
            ("10.0.0.1", vec!["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", vec!["203.0.113.9, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", vec!["203.0.113.9", "198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", vec!["203.0.113.9, nonsense"], "10.0.0.1"),
            ("10.0.0.1", vec![], "10.0.0.1"),
            ("::ffff:10.0.0.1", vec!["2001:db8::1"], "2001:db8::1"),
        ];
        for (peer, forwarded, wanted) in cases {
            let mut headers = HeaderMap::new();
            for value in &forwarded {
                headers.append("x-forwarded-for", value.parse().expect("a header"));
            }
            let found = address(peer.parse().expect("an address"), &headers, &proxies);
            assert_eq!(found.to_string(), wanted, "{peer} {forwarded:?}");
        }
    }
}
