//! rspamd's `POST /checkv2`: the raw message in, JSON out.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use net::guard::Reach;
use net::web::{Bounds, Method, Request, Web, WebUrl};
use serde::Deserialize;

use super::filter::{ANSWER_MAX_BYTES, CONNECT_TIMEOUT, SYMBOLS_MAX, Symbol, Verdict};
use crate::app::App;
use crate::settings::BaseUrl;

#[derive(Deserialize)]
struct Answer {
    score: f64,
    required_score: f64,
    #[serde(default)]
    symbols: BTreeMap<String, Found>,
}

#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    score: f64,
    #[serde(default)]
    description: Option<String>,
}

pub(super) async fn ask(app: &App, base: &BaseUrl, raw: Bytes, timeout: Duration) -> Result<Verdict, String> {
    // The operator's own address, which is mostly a private one.
    let url =
        WebUrl::parse(Reach::Anywhere, &format!("{}/checkv2", base.as_str())).map_err(|e| e.to_string())?;
    let web = Web::new(app.resolver.clone(), app.client_tls.clone(), Reach::Anywhere);
    let bounds = Bounds { connect: CONNECT_TIMEOUT, answer: timeout, body_max: ANSWER_MAX_BYTES };
    let mut connection = web.connect(&url, bounds).await.map_err(|error| error.to_string())?;
    let request = Request { method: Method::POST, headers: Vec::new(), body: raw };
    let answer = connection.send(&url, request, bounds).await.map_err(|error| error.to_string())?;
    if answer.status != 200 || answer.cut {
        return Err(format!("it answered {} with {} octets", answer.status, answer.body.len()));
    }
    read(&answer.body)
}

fn read(body: &[u8]) -> Result<Verdict, String> {
    let answer: Answer =
        serde_json::from_slice(body).map_err(|error| format!("its answer cannot be read: {error}"))?;
    let symbol = |(name, found): (String, Found)| Symbol {
        name,
        score: Some(found.score),
        description: found.description.unwrap_or_default(),
    };
    let symbols = answer.symbols.into_iter().take(SYMBOLS_MAX).map(symbol).collect();
    Ok(Verdict { score: answer.score, threshold: answer.required_score, symbols })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_and_nonsense_is_not() {
        let body = br#"{"is_skipped":false,"score":1.5,"required_score":15.0,"action":"no action","symbols":{
            "MIME_GOOD":{"name":"MIME_GOOD","score":-0.1,"metric_score":-0.1,"description":"Known type","options":["x"]},
            "ARC_NA":{"name":"ARC_NA","score":0.0}}}"#;
        let verdict = read(body).expect("a verdict");
        assert_eq!((verdict.score, verdict.threshold, verdict.symbols.len()), (1.5, 15.0, 2));
        assert_eq!((verdict.symbols[1].score, &*verdict.symbols[1].description), (Some(-0.1), "Known type"));
        for nonsense in [&b""[..], b"{}", b"[1]", br#"{"error":"x"}"#, br#"{"score":"a","required_score":1}"#]
        {
            assert!(read(nonsense).is_err());
        }
    }
}
