//! Files that emails name by a URL: fetched before anything is accepted, under the guard that webhooks have.
//!
//! Guarantees
//! 1. Each URL of a request is fetched once, all at the same time, within `attachments.fetch_timeout_s` in all.
//! 2. A redirect leads only where a customer's own URL could: each is read and checked as the first.
//! 3. Nothing waits for a place: whoever finds none is told to try again. Nothing is held but the place to be counted.
//! 4. What comes in counts towards `http.bodies_max_bytes`, piece by piece, until the email is composed.

use std::collections::HashMap;

use bytes::Bytes;
use futures_util::future::join_all;
use mail::compose::{is_content_type, is_filename};
use net::web::{Answer, Bounds, Method, Request, WebUrl, header};

use crate::app::App;
use crate::http::error::ApiError;
use crate::room::Place;

/// Fetches at once, of all workspaces. Reason: each is a connection and may be [`Bounds::body_max`] octets.
pub const FETCHES_MAX: usize = 128;
/// Fetches at once of one workspace: that one with slow URLs leaves room for others. All URLs of a request are fetched at once, so
/// that `attachments.urls_max` allows no more: such a request would be told to try again for ever.
pub const FETCHES_OF_WORKSPACE_MAX: usize = 32;
/// Redirects that are followed. Reason: storage services answer with one, shortened links with two.
const REDIRECTS_MAX: usize = 3;

/// A file as a server gave it.
#[derive(Clone, Debug)]
pub struct Fetched {
    pub content: Bytes,
    /// From the answer, if it can stand in a message.
    pub content_type: Option<String>,
    /// The last segment of the URL, if it is a name.
    pub filename: Option<String>,
}

/// Fetches each of `urls`; what went wrong is a sentence for whoever wrote the URL.
///
/// # Errors
/// There is no place for so many.
pub async fn fetch_all(
    app: &App,
    workspace: i64,
    urls: Vec<String>,
) -> Result<HashMap<String, Result<Fetched, String>>, ApiError> {
    let mut place = app.fetches.place(workspace);
    place.grow(urls.len()).map_err(|full| full.refusal("files that are fetched"))?;
    let timeout = app.settings.attachments.fetch_timeout;
    let each = urls.into_iter().map(async |url| {
        let fetched = match tokio::time::timeout(timeout, fetch(app, workspace, &url)).await {
            Ok(fetched) => fetched,
            Err(_) => Err(format!("the file did not arrive within {} s", timeout.as_secs())),
        };
        (url, fetched)
    });
    Ok(join_all(each).await.into_iter().collect())
}

async fn fetch(app: &App, workspace: i64, url: &str) -> Result<Fetched, String> {
    let settings = &app.settings.attachments;
    let bounds = Bounds {
        connect: settings.fetch_timeout,
        answer: settings.fetch_timeout,
        body_max: usize::try_from(settings.file_max_bytes).unwrap_or(usize::MAX),
    };
    let mut url = WebUrl::parse(app.web.reach(), url).map_err(|error| error.to_string())?;
    for _ in 0..=REDIRECTS_MAX {
        let mut place = app.bodies.place(workspace);
        let answer = ask(app, &url, bounds, &mut place).await?;
        match answer.status {
            200 => return taken(&url, answer, bounds, place),
            301 | 302 | 303 | 307 | 308 => {
                let place = answer.headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
                let place = place.ok_or("the server redirects to nowhere")?;
                let next = url.join(app.web.reach(), place);
                url = next.map_err(|error| format!("the server redirects: {error}"))?;
            }
            status => return Err(format!("the server answered {status}")),
        }
    }
    Err(format!("the server redirects more than {REDIRECTS_MAX} times"))
}

async fn ask(app: &App, url: &WebUrl, bounds: Bounds, place: &mut Place) -> Result<Answer, String> {
    let told = |error: net::web::WebError| error.to_string();
    let mut connection = app.web.connect(url, bounds).await.map_err(told)?;
    let agent = header::HeaderValue::from_static("Postrider (attachments)");
    let headers = vec![
        (header::USER_AGENT, agent),
        (header::ACCEPT, header::HeaderValue::from_static("*/*")),
        (header::ACCEPT_ENCODING, header::HeaderValue::from_static("identity")),
    ];
    let request = Request { method: Method::GET, headers, body: Bytes::new() };
    let mut room = |more| place.grow(more).is_ok();
    connection.send_counted(url, request, bounds, &mut room).await.map_err(told)
}

fn taken(url: &WebUrl, answer: Answer, bounds: Bounds, place: Place) -> Result<Fetched, String> {
    if answer.cut {
        return Err(format!("the file has more than {} octets", bounds.body_max));
    }
    let encoding = answer.headers.get(header::CONTENT_ENCODING);
    if encoding.is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err("the server compresses the file without being asked to".into());
    }
    let content_type = answer.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    Ok(Fetched {
        content: place.hold(answer.body),
        content_type: content_type.filter(|text| is_content_type(text)).map(str::to_owned),
        filename: url.last_segment().filter(|name| is_filename(name)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::sections::SECTIONS;

    #[test]
    fn no_request_may_have_more_fetched_than_its_workspace_may_at_once() {
        let mut declared = SECTIONS.iter().flat_map(|section| section.settings);
        let urls_max = declared.find(|setting| setting.key == "urls_max").expect("it is declared");
        let (_, greatest) = urls_max.range.expect("it has bounds");
        assert!(usize::try_from(greatest).is_ok_and(|greatest| greatest <= FETCHES_OF_WORKSPACE_MAX));
    }
}
