//! Attachments that an email leads to instead of carrying them.
//!
//! Guarantees
//! 1. The links stand at the end of each text that the email has; a text that is left out on purpose stays left out.
//! 2. What stands there needs no language: name, size, and the last day.

use std::borrow::Cow;

use mail::compose::{Mistake, is_filename};
use mail::{At, Domain, date};

use super::request::{AttachmentRequest, EmailRequest};
use super::submission::Context;
use super::together::LINKS_MAX;
use crate::feature::attachment::link::NewLink;
use crate::http::error::{Code, Mistakes};

/// What of an email's attachments goes where.
pub(super) struct Linked<'r> {
    pub html: Option<Cow<'r, str>>,
    pub text: Option<Cow<'r, str>>,
    /// The places of those that the email carries.
    pub carried: Vec<usize>,
    pub links: Vec<NewLink>,
}

impl<'r> Linked<'r> {
    /// Decides for each attachment, and writes the links into the texts. `domain` is the author's; `last` is how long they lead
    /// somewhere.
    pub fn of(
        cx: &Context<'_>,
        request: &'r EmailRequest,
        (domain, last): (&Domain, At),
        mistakes: &mut Mistakes,
    ) -> Linked<'r> {
        let files = request.attachments.as_ref().map_or(&[][..], |files| &files.0);
        let html = request.html.as_deref().map(Cow::Borrowed);
        let text = request.text.as_deref().map(Cow::Borrowed);
        let mut linked = Linked { html, text, carried: Vec::new(), links: Vec::new() };
        let mut lines = Vec::new();
        for (index, file) in files.iter().enumerate() {
            if !wants_link(file, cx.app.settings.attachments.link_above_bytes) {
                linked.carried.push(index);
                continue;
            }
            match link(cx, file, (domain, last)) {
                Ok((link, line)) => {
                    linked.links.push(link);
                    lines.push(line);
                }
                Err((field, why)) => {
                    mistakes.add(format!("/attachments/{index}/{field}"), Code::InvalidAttachment, why);
                }
            }
        }
        linked.write(&lines);
        linked
    }

    fn write(&mut self, lines: &[Line]) {
        if lines.is_empty() {
            return;
        }
        if let Some(html) = &mut self.html {
            let block: String = lines.iter().map(Line::html).collect();
            let at = html.to_ascii_lowercase().rfind("</body").unwrap_or(html.len());
            html.to_mut().insert_str(at, &block);
        }
        let left_out = self.html.is_some() && self.text.as_deref() == Some("");
        if let Some(text) = self.text.as_mut().filter(|_| !left_out) {
            lines.iter().for_each(|line| text.to_mut().push_str(&line.text()));
        }
    }

    /// A pointer to an attachment that the email carries, in terms of the request.
    pub fn pointer(&self, pointer: String) -> String {
        let mapped = || {
            let (index, field) = pointer.strip_prefix("/attachments/")?.split_once('/')?;
            let place = self.carried.get(index.parse::<usize>().ok()?)?;
            Some(format!("/attachments/{place}/{field}"))
        };
        mapped().unwrap_or(pointer)
    }
}

/// Whether a file shall be linked; those that a text shows or a calendar acts upon never are by their size alone.
fn wants_link(file: &AttachmentRequest, above: u64) -> bool {
    let size = file.content.as_ref().map_or(0, |content| content.0.len() as u64);
    let calendar = file
        .content_type
        .as_deref()
        .is_some_and(|kind| kind.get(..13).is_some_and(|start| start.eq_ignore_ascii_case("text/calendar")));
    file.link.unwrap_or(above > 0 && size > above && file.content_id.is_none() && !calendar)
}

fn link(
    cx: &Context<'_>,
    file: &AttachmentRequest,
    (domain, expires): (&Domain, At),
) -> Result<(NewLink, Line), (&'static str, String)> {
    if file.content_id.is_some() {
        return Err(("link", "what the html shows cannot be behind a link".into()));
    }
    let filename = file.filename.clone().unwrap_or_default();
    if !is_filename(&filename) {
        return Err(("filename", Mistake::Filename.to_string()));
    }
    if !cx.together.link() {
        return Err(("link", format!("a request has at most {LINKS_MAX} links to files")));
    }
    let id = cx.app.mint.next(cx.now);
    let url = cx.app.tracking.file_url(cx.snapshot, cx.sender.workspace, (domain, id));
    let url = url.ok_or_else(|| ("link", "this server has no address for links yet".to_owned()))?;
    let content = file.content.clone().unwrap_or_default().0;
    let line = Line { url, filename: filename.clone(), size: content.len(), expires };
    Ok((NewLink { id, filename, content, expires }, line))
}

/// What a reader sees of a link.
struct Line {
    url: String,
    filename: String,
    size: usize,
    expires: At,
}

impl Line {
    fn html(&self) -> String {
        let escape = |text: &str| {
            text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
        };
        let (url, filename) = (escape(&self.url), escape(&self.filename));
        format!("<p dir=\"auto\"><a href=\"{url}\">{filename}</a> ({})</p>", self.facts())
    }

    fn text(&self) -> String {
        format!("\r\n\r\n{} ({})\r\n{}\r\n", self.filename, self.facts(), self.url)
    }

    fn facts(&self) -> String {
        let day = date::rfc3339(self.expires);
        format!("{} · ≤ {}", size(self.size), day.get(..10).unwrap_or(&day))
    }
}

/// Octets as people read them, to a tenth.
fn size(octets: usize) -> String {
    const KB: usize = 1_000;
    const MB: usize = KB * KB;
    let tenths = |unit: usize| format!("{}.{}", octets / unit, octets % unit / (unit / 10));
    match octets {
        0..KB => format!("{octets} B"),
        KB..MB => format!("{} kB", tenths(KB)),
        MB.. => format!("{} MB", tenths(MB)),
    }
}
