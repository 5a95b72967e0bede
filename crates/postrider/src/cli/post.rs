//! One HTTP/1.1 request to our own API: enough for `send`, and no more.
//!
//! Guarantees: the answer is bounded in octets and time. Not here: redirects, TLS, reuse of connections: the API's
//! address is that of our own server.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Octets of an answer at most. Reason: the longest tells of a thousand recipients.
const ANSWER_MAX: u64 = 4 << 20;
/// How long the server may take. Reason: it answers after its commit, which waits for a disk.
const ANSWER_WAIT: Duration = Duration::from_secs(60);

/// The server's answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Value,
}

/// Posts a JSON `body` to `path` with `key`.
///
/// # Errors
/// When nobody listens, or what answers is not our API.
pub(super) async fn post(server: SocketAddr, path: &str, key: &str, body: &Value) -> anyhow::Result<Reply> {
    ensure!(key.bytes().all(|byte| byte.is_ascii_graphic()), "the key has characters that no key has");
    let server = reachable(server);
    let mut stream = TcpStream::connect(server).await.with_context(|| {
        format!("no server answers at {server}: start one with `postrider dev` or `serve`, or say where it is with --http")
    })?;
    let body = body.to_string();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {server}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let exchange = async {
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(ANSWER_MAX).read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = tokio::time::timeout(ANSWER_WAIT, exchange).await;
    let answer = answer.with_context(|| format!("{server} did not answer in time"))?;
    read(&answer.with_context(|| format!("talking to {server}"))?)
}

/// A server that listens on every address is called on this machine's own.
fn reachable(server: SocketAddr) -> SocketAddr {
    let ip = match server.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        other => other,
    };
    SocketAddr::new(ip, server.port())
}

fn read(answer: &[u8]) -> anyhow::Result<Reply> {
    let strange = "what answers there is not Postrider's API";
    let end = memchr::memmem::find(answer, b"\r\n\r\n").context(strange)?;
    let head = std::str::from_utf8(&answer[..end]).context(strange)?.to_ascii_lowercase();
    let status =
        head.strip_prefix("http/1.").and_then(|rest| rest.get(2..5)).and_then(|code| code.parse().ok());
    let Some(status) = status else { bail!(strange) };
    let body = &answer[end + 4..];
    let body = if head.contains("\r\ntransfer-encoding: chunked") {
        dechunked(body).context(strange)?
    } else {
        body.to_vec()
    };
    let body = match body.as_slice() {
        [] => Value::Null,
        text => serde_json::from_slice(text).with_context(|| format!("{strange} (HTTP {status})"))?,
    };
    Ok(Reply { status, body })
}

/// RFC 9112 §7.1, without trailers.
fn dechunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = memchr::memmem::find(rest, b"\r\n")?;
        let size = std::str::from_utf8(&rest[..end]).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        rest = &rest[end + 2..];
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size.checked_add(2)?..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_whole_or_in_chunks_and_strangers_are_known_as_such() {
        let good = [
            "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"a\":1}\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4;x=y\r\n\":1}\r\n0\r\n\r\n",
        ];
        for answer in good {
            let reply = read(answer.as_bytes()).unwrap();
            assert_eq!((reply.status, reply.body["a"].as_i64()), (200, Some(1)), "{answer}");
        }
        assert_eq!(read(b"HTTP/1.1 503 No\r\n\r\n").unwrap().status, 503);
        let strange = [
            "",
            "220 mail.example ESMTP\r\n",
            "HTTP/1.1 x\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\n<html>",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}\r\n",
        ];
        for answer in strange {
            assert!(read(answer.as_bytes()).is_err(), "{answer}");
        }
    }
}
