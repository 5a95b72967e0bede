//! Requests over HTTP/1.1 to addresses that others chose: webhooks, files to fetch.
//!
//! Guarantees
//! 1. The connection goes to the very address that [`guard`](crate::guard) passed; a name is resolved once a connection.
//!    No redirect is followed, no proxy is asked, no cookie is kept.
//! 2. Every answer is bounded in octets and time. What is longer is cut, and the connection closed.
//! 3. `https` shows a certificate that this system trusts. `http` is for [`Reach::Anywhere`] alone.
//!
//! Not here: how long a connection is kept, how often a request is repeated (the caller's affair).

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use mail::Domain;
use url::{Host, Url};

use crate::clock::Stopwatch;
use crate::dial::dial;
use crate::guard::{Reach, refusal};
use crate::resolver::Resolver;
use crate::tls::{ClientTls, Trust};

pub use http::{Method, header};

/// The longest URL.
pub const URL_BYTES_MAX: usize = 2_048;
/// Addresses of a name that are tried.
const ADDRESSES_TRIED_MAX: usize = 3;
/// The longest head of an answer.
const HEAD_BYTES_MAX: usize = 16_384;

/// A URL that may be called, as far as its text tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebUrl {
    url: Url,
    host: WebHost,
    port: u16,
}

/// Whom a URL names.
#[derive(Clone, Debug, PartialEq, Eq)]
enum WebHost {
    Address(IpAddr),
    Name(Domain),
}

/// Why a URL is not called. The sentences are for whoever wrote it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    #[error("this is no URL: {0}")]
    Malformed(String),
    #[error("a URL has at most {URL_BYTES_MAX} characters")]
    TooLong,
    #[error("the URL must begin with https://")]
    Scheme,
    #[error("a URL here carries no user name or password: use a header")]
    UserInfo,
    #[error("the URL names no host that could be called")]
    Host,
    #[error("the URL leads to {0}, which may not be called")]
    Refused(&'static str),
}

impl WebUrl {
    /// Reads a URL as browsers do: `0x7f.1`, `2130706433` and `0177.0.0.1` are addresses of this machine.
    pub fn parse(reach: Reach, text: &str) -> Result<WebUrl, UrlError> {
        if text.len() > URL_BYTES_MAX {
            return Err(UrlError::TooLong);
        }
        if text.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
            return Err(UrlError::Malformed("a space or a control character is in it".into()));
        }
        let mut url = Url::parse(text).map_err(|error| UrlError::Malformed(error.to_string()))?;
        match (url.scheme(), reach) {
            ("https", _) | ("http", Reach::Anywhere) => {}
            _ => return Err(UrlError::Scheme),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(UrlError::UserInfo);
        }
        url.set_fragment(None);
        let host = match url.host() {
            Some(Host::Ipv4(address)) => WebHost::Address(address.into()),
            Some(Host::Ipv6(address)) => WebHost::Address(address.into()),
            Some(Host::Domain(name)) => {
                WebHost::Name(Domain::parse(name.trim_end_matches('.')).map_err(|_| UrlError::Host)?)
            }
            None => return Err(UrlError::Host),
        };
        if let WebHost::Address(address) = host
            && let Some(why) = refusal(reach, address)
        {
            return Err(UrlError::Refused(why));
        }
        let port = url.port_or_known_default().ok_or(UrlError::Host)?;
        Ok(WebUrl { url, host, port })
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// Where a redirect of this URL leads, read and checked as any other.
    pub fn join(&self, reach: Reach, place: &str) -> Result<WebUrl, UrlError> {
        if place.len() > URL_BYTES_MAX {
            return Err(UrlError::TooLong);
        }
        let next = self.url.join(place).map_err(|error| UrlError::Malformed(error.to_string()))?;
        WebUrl::parse(reach, next.as_str())
    }

    /// What the path ends with, escapes resolved: for a file, mostly its name.
    #[must_use]
    pub fn last_segment(&self) -> Option<String> {
        let segment = self.url.path_segments()?.next_back().filter(|segment| !segment.is_empty())?;
        // A query's form is the one place where this package resolves escapes; a plus sign is none here.
        let form = format!("n={}", segment.replace('+', "%2B").replace('&', "%26"));
        let (_, name) = url::form_urlencoded::parse(form.as_bytes()).next()?;
        Some(name.into_owned())
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    #[error("the URL leads to {why}, which may not be called")]
    Refused { why: &'static str },
    #[error("the name cannot be resolved: {0}")]
    Name(#[from] crate::resolver::DnsFailure),
    #[error("no connection: {0}")]
    Connect(String),
    #[error("no TLS: {0}")]
    Tls(#[from] crate::tls::HandshakeError),
    #[error("no answer within {} s", .0.as_secs())]
    Timeout(Duration),
    /// Whoever counts what comes in takes no more of it.
    #[error("there is no room for the answer at the moment: try again")]
    NoRoom,
    /// What the peer said is no HTTP, or it left.
    #[error("the connection broke: {0}")]
    Broken(String),
}

/// How long things may take, and how much may come back.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// For name, connection and handshake together.
    pub connect: Duration,
    /// For the request and the whole answer.
    pub answer: Duration,
    /// Octets of an answer's body that are kept.
    pub body_max: usize,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The body was longer than [`Bounds::body_max`].
    pub cut: bool,
    pub took: Duration,
}

/// Calls others on behalf of others.
#[derive(Clone)]
pub struct Web {
    resolver: Resolver,
    tls: ClientTls,
    reach: Reach,
}

/// A connection to the host of one URL, for one request after the other.
pub struct Connection {
    send: SendRequest<Full<Bytes>>,
    host: HeaderValue,
}

impl Web {
    #[must_use]
    pub fn new(resolver: Resolver, tls: ClientTls, reach: Reach) -> Web {
        Web { resolver, tls, reach }
    }

    #[must_use]
    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Connects to the host of `url`, within `bounds.connect`.
    pub async fn connect(&self, url: &WebUrl, bounds: Bounds) -> Result<Connection, WebError> {
        if self.reach == Reach::Public && url.url.scheme() != "https" {
            return Err(WebError::Refused { why: "a connection without TLS" });
        }
        match tokio::time::timeout(bounds.connect, self.reached(url, bounds.connect)).await {
            Ok(connected) => connected,
            Err(_) => Err(WebError::Timeout(bounds.connect)),
        }
    }

    async fn reached(&self, url: &WebUrl, timeout: Duration) -> Result<Connection, WebError> {
        let mut last = WebError::Connect("the name has no address".into());
        for address in self.addresses(url).await?.into_iter().take(ADDRESSES_TRIED_MAX) {
            let dialled = match dial(SocketAddr::new(address, url.port), None, timeout).await {
                Ok(dialled) => dialled,
                Err(error) => {
                    last = WebError::Connect(chain(&error));
                    continue;
                }
            };
            let stream = match url.url.scheme() {
                "https" => {
                    let name = match &url.host {
                        WebHost::Name(name) => name.as_str().to_owned(),
                        WebHost::Address(address) => address.to_string(),
                    };
                    dialled.stream.connect_tls(&self.tls, Trust::Verified, &name, timeout).await?
                }
                _ => dialled.stream,
            };
            let (send, connection) = hyper::client::conn::http1::Builder::new()
                .max_buf_size(HEAD_BYTES_MAX)
                .handshake(TokioIo::new(stream))
                .await
                .map_err(|error| WebError::Broken(chain(&error)))?;
            // Ends when `send` is dropped or the peer leaves; what broke is told to the request that it broke.
            tokio::spawn(async move { drop(connection.await) });
            let host = &url.url[url::Position::BeforeHost..url::Position::AfterPort];
            let host = HeaderValue::from_str(host).map_err(|error| WebError::Broken(error.to_string()))?;
            return Ok(Connection { send, host });
        }
        Err(last)
    }

    /// The addresses that may be called; at least one.
    async fn addresses(&self, url: &WebUrl) -> Result<Vec<IpAddr>, WebError> {
        let all = match &url.host {
            WebHost::Address(address) => vec![*address],
            WebHost::Name(name) => self.resolver.addresses(name).await?,
        };
        let mut why = "nowhere";
        let mut allowed = all;
        allowed.retain(|address| match refusal(self.reach, *address) {
            None => true,
            Some(reason) => {
                why = reason;
                false
            }
        });
        if allowed.is_empty() { Err(WebError::Refused { why }) } else { Ok(allowed) }
    }
}

/// Says whether there is room for so many more octets.
pub type Room<'r> = dyn FnMut(usize) -> bool + Send + 'r;

/// A request but for its URL.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: Method,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub body: Bytes,
}

impl Connection {
    /// Whether another request may be sent.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.send.is_ready()
    }

    /// Sends `request` for `url`, whose host this connection must belong to, and reads the answer.
    pub async fn send(&mut self, url: &WebUrl, request: Request, bounds: Bounds) -> Result<Answer, WebError> {
        self.send_counted(url, request, bounds, &mut |_| true).await
    }

    /// As [`Connection::send`]; `room` is asked for each piece of the answer's body before it is kept, and may refuse it.
    pub async fn send_counted(
        &mut self,
        url: &WebUrl,
        request: Request,
        bounds: Bounds,
        room: &mut Room<'_>,
    ) -> Result<Answer, WebError> {
        let clock = Stopwatch::start();
        match tokio::time::timeout(bounds.answer, self.exchange(url, request, (bounds.body_max, room))).await
        {
            Ok(answer) => answer.map(|answer| Answer { took: clock.elapsed(), ..answer }),
            Err(_) => Err(WebError::Timeout(bounds.answer)),
        }
    }

    async fn exchange(
        &mut self,
        url: &WebUrl,
        request: Request,
        (body_max, room): (usize, &mut Room<'_>),
    ) -> Result<Answer, WebError> {
        let broken = |error: &dyn std::error::Error| WebError::Broken(chain(error));
        let mut sent = http::Request::new(Full::new(request.body));
        *sent.method_mut() = request.method;
        let target = &url.url[url::Position::BeforePath..url::Position::AfterQuery];
        *sent.uri_mut() = target.parse().map_err(|error: http::uri::InvalidUri| broken(&error))?;
        sent.headers_mut().insert(header::HOST, self.host.clone());
        sent.headers_mut().extend(request.headers);
        self.send.ready().await.map_err(|error| broken(&error))?;
        let answer = self.send.send_request(sent).await.map_err(|error| broken(&error))?;
        let (head, body) = answer.into_parts();
        let (body, cut) = bounded(body, body_max, room).await?;
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body, cut, took: Duration::ZERO })
    }
}

/// The first `max` octets of a body, and whether there were more: then the rest is never read.
async fn bounded(mut body: Incoming, max: usize, room: &mut Room<'_>) -> Result<(Bytes, bool), WebError> {
    let mut kept = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| WebError::Broken(chain(&error)))?;
        if let Ok(data) = frame.into_data() {
            let left = max - kept.len();
            let cut = data.len() > left;
            let data = data.slice(..data.len().min(left));
            if !room(data.len()) {
                return Err(WebError::NoRoom);
            }
            if cut {
                kept.extend_from_slice(&data);
                return Ok((kept.freeze(), true));
            }
            kept.extend_from_slice(&data);
        }
    }
    Ok((kept.freeze(), false))
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_urls_are_refused_before_anything_is_called() {
        let refused = [
            "http://hooks.example/",
            "ftp://hooks.example/",
            "file:///etc/passwd",
            "gopher://x/",
            "hooks.example",
            "https://",
            "https://user:pw@hooks.example/",
            "https://user@hooks.example/",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://127.1/",
            "https://017700000001/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[fd00:ec2::254]/",
            "https://169.254.169.254/latest/meta-data/",
            "https://0/",
            "https://10.1/",
            "https://①②⑦.0.0.1/",
            "https://hooks.example/\r\nX: 1",
            "https://hooks.example/a b",
            "https://[fe80::1%25eth0]/",
            "https://192.168.0.1:8443/",
            "https://999.1.1.1/",
            "https://hooks.example:99999/",
        ];
        for text in refused {
            assert!(WebUrl::parse(Reach::Public, text).is_err(), "{text}");
        }
        let long = format!("https://hooks.example/{}", "a".repeat(URL_BYTES_MAX));
        assert_eq!(WebUrl::parse(Reach::Public, &long), Err(UrlError::TooLong));
        for text in ["https://hooks.example/", "https://hooks.example:8443/a?b=c#d", "https://8.8.8.8/"] {
            assert!(WebUrl::parse(Reach::Public, text).is_ok(), "{text}");
        }
        for text in ["http://127.0.0.1:8080/hook", "http://localhost/", "http://[::1]:9/"] {
            assert!(WebUrl::parse(Reach::Anywhere, text).is_ok(), "{text} in a laboratory");
        }
    }
}
