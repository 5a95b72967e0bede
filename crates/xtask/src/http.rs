//! A small HTTP/1.1 client over one kept connection: enough for our own API on loopback, and cheap enough to measure it.
//!
//! Not here: TLS, redirects, chunked requests.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The longest wait for an answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);
/// The longest answer that is read.
const BODY_BYTES_MAX: usize = 64 << 20;

/// A connection to the API, with a key.
pub struct Api {
    connection: BufReader<TcpStream>,
    head: String,
}

/// An answer.
pub struct Answer {
    pub code: u16,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON, if the answer is a success.
    pub fn json(&self) -> Result<Value> {
        let text = String::from_utf8_lossy(&self.body);
        if !(200..300).contains(&self.code) {
            bail!("HTTP {}: {text}", self.code);
        }
        serde_json::from_str(&text).with_context(|| format!("not JSON: {text}"))
    }
}

impl Api {
    /// Connects to `base`, `http://HOST:PORT`.
    pub fn connect(base: &str, key: &str) -> Result<Self> {
        let address = base.trim_start_matches("http://").trim_end_matches('/');
        let stream = TcpStream::connect(address).with_context(|| format!("no connection to {address}"))?;
        stream.set_read_timeout(Some(ANSWER_LIMIT))?;
        stream.set_nodelay(true)?;
        let head =
            format!("Host: {address}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n");
        Ok(Self { connection: BufReader::new(stream), head })
    }

    /// Connects as a browser with these cookies.
    pub fn visit(base: &str, cookies: &str) -> Result<Self> {
        let mut api = Self::connect(base, "")?;
        let address = base.trim_start_matches("http://").trim_end_matches('/');
        api.head = format!("Host: {address}\r\nAccept: text/html\r\nCookie: {cookies}\r\n");
        Ok(api)
    }

    /// What is at `path`.
    pub fn read(&mut self, path: &str) -> Result<Answer> {
        self.ask("GET", path, b"")
    }

    /// Sends one request and reads its answer.
    pub fn ask(&mut self, method: &str, path: &str, body: &[u8]) -> Result<Answer> {
        let mut request =
            format!("{method} {path} HTTP/1.1\r\n{}Content-Length: {}\r\n\r\n", self.head, body.len())
                .into_bytes();
        request.extend_from_slice(body);
        self.connection.get_mut().write_all(&request)?;
        self.answer()
    }

    fn answer(&mut self) -> Result<Answer> {
        let first = self.line()?;
        let code = first.split(' ').nth(1).and_then(|code| code.parse().ok());
        let code = code.with_context(|| format!("not an answer: {first:?}"))?;
        let (mut length, mut chunked) = (0, false);
        loop {
            let line = self.line()?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            } else if let Some(figure) = line.strip_prefix("content-length:") {
                length = figure.trim().parse()?;
            } else if line.starts_with("transfer-encoding:") && line.contains("chunked") {
                chunked = true;
            }
        }
        let body = if chunked { self.chunks()? } else { self.exactly(length)? };
        Ok(Answer { code, body })
    }

    fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.line()?;
            let length = usize::from_str_radix(line.split(';').next().unwrap_or_default().trim(), 16)?;
            if body.len() + length > BODY_BYTES_MAX {
                bail!("an answer of more than {BODY_BYTES_MAX} bytes");
            }
            body.extend(self.exactly(length)?);
            self.line()?;
            if length == 0 {
                return Ok(body);
            }
        }
    }

    fn exactly(&mut self, length: usize) -> Result<Vec<u8>> {
        if length > BODY_BYTES_MAX {
            bail!("an answer of {length} bytes");
        }
        let mut body = vec![0; length];
        self.connection.read_exact(&mut body)?;
        Ok(body)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.connection.by_ref().take(16_384).read_line(&mut line)? == 0 {
            bail!("the connection was closed");
        }
        Ok(line.trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_both_forms_follow_each_other_on_one_connection() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let answers = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a\":1}\
                        HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(answers).unwrap();
            // Closing with unread requests would reset the connection under the client.
            stream.read_to_end(&mut Vec::new()).unwrap();
        });
        let mut api = Api::connect(&address, "key").unwrap();
        assert_eq!(api.read("/a").unwrap().json().unwrap()["a"], 1);
        let missing = api.ask("POST", "/b", b"{}").unwrap();
        assert_eq!((missing.code, missing.body.as_slice()), (404, b"abc".as_slice()));
        assert!(missing.json().is_err());
        drop(api);
        server.join().unwrap();
    }
}
