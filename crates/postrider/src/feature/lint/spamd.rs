//! SpamAssassin's spamd: `SYMBOLS` of its protocol (spamd/PROTOCOL), one request a connection.

use std::net::SocketAddr;
use std::time::Duration;

use net::dial::dial;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::filter::{ANSWER_MAX_BYTES, CONNECT_TIMEOUT, SYMBOLS_MAX, Symbol, Verdict};

/// Octets of a symbol's name; longer ones are left out.
const NAME_MAX_BYTES: usize = 200;

pub(super) async fn ask(address: SocketAddr, raw: &[u8], timeout: Duration) -> Result<Verdict, String> {
    let exchange = async {
        let mut stream =
            dial(address, None, CONNECT_TIMEOUT).await.map_err(|error| error.to_string())?.stream;
        let head = format!("SYMBOLS SPAMC/1.5\r\nContent-length: {}\r\n\r\n", raw.len());
        let broken = |error: std::io::Error| format!("the connection broke: {error}");
        stream.write_all(head.as_bytes()).await.map_err(broken)?;
        stream.write_all(raw).await.map_err(broken)?;
        stream.flush().await.map_err(broken)?;
        let mut answer = Vec::new();
        stream.take(ANSWER_MAX_BYTES as u64).read_to_end(&mut answer).await.map_err(broken)?;
        read(&answer)
    };
    match tokio::time::timeout(timeout, exchange).await {
        Ok(verdict) => verdict,
        Err(_) => Err(format!("no answer within {} s", timeout.as_secs())),
    }
}

fn read(answer: &[u8]) -> Result<Verdict, String> {
    let text = String::from_utf8_lossy(answer);
    let (head, body) = text.split_once("\r\n\r\n").ok_or("its answer has no end")?;
    let mut lines = head.lines();
    // SPAMD/1.1 0 EX_OK
    let mut status = lines.next().unwrap_or_default().split_whitespace();
    match (status.next(), status.next(), status.next()) {
        (Some(protocol), Some("0"), _) if protocol.starts_with("SPAMD/") => {}
        (Some(protocol), Some(code), _) if protocol.starts_with("SPAMD/") => {
            return Err(format!("it answered {}", code.chars().take(20).collect::<String>()));
        }
        _ => return Err("what answers is no spamd".into()),
    }
    // Spam: False ; 1.2 / 5.0
    let spam =
        lines.filter_map(|line| line.split_once(':')).find(|(name, _)| name.eq_ignore_ascii_case("spam"));
    let numbers = spam.and_then(|(_, value)| value.split_once(';')?.1.split_once('/'));
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let (score, threshold) = numbers
        .and_then(|(score, threshold)| Some((number(score)?, number(threshold)?)))
        .ok_or("its answer has no score")?;
    let names = body.split([',', '\r', '\n']).map(str::trim);
    let names = names.filter(|name| !name.is_empty() && name.len() <= NAME_MAX_BYTES).take(SYMBOLS_MAX);
    let symbols =
        names.map(|name| Symbol { name: name.to_owned(), score: None, description: String::new() }).collect();
    Ok(Verdict { score, threshold, symbols })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_and_nonsense_is_not() {
        let answer = b"SPAMD/1.1 0 EX_OK\r\nContent-length: 22\r\nSpam: False ; 1.2 / 5.0\r\n\r\nMISSING_MID,NO_RELAYS\r\n";
        let verdict = read(answer).expect("a verdict");
        let names: Vec<_> = verdict.symbols.iter().map(|symbol| symbol.name.as_str()).collect();
        assert_eq!((verdict.score, verdict.threshold, names), (1.2, 5.0, vec!["MISSING_MID", "NO_RELAYS"]));
        for (answer, why) in [
            ("", "its answer has no end"),
            ("220 mx ESMTP\r\n\r\n", "what answers is no spamd"),
            ("SPAMD/1.1 76 Bad header line\r\n\r\n", "it answered 76"),
            ("SPAMD/1.1 0 EX_OK\r\nSpam: True ; NaN / 5\r\n\r\n", "its answer has no score"),
            ("SPAMD/1.1 0 EX_OK\r\n\r\nX", "its answer has no score"),
        ] {
            assert_eq!(read(answer.as_bytes()), Err(why.to_owned()), "{answer}");
        }
    }
}
