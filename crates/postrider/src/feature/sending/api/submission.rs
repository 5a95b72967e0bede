//! From a request to a submission: every field is judged, then the message is composed once.

use std::collections::HashSet;
use std::sync::Arc;

use mail::compose::{self, Draft};
use mail::{Address, At, Body, Envelope, ForwardPath, Mailbox, ReversePath};
use serde_json::{Map, Value};

use super::linked::Linked;
use super::moment;
use super::request::{Addresses, AttachmentRequest, EmailRequest, Pairs, Written};
use super::text::Texts;
use super::together::Together;
use crate::app::App;
use crate::directory::Snapshot;
use crate::feature::access::{Class, Stream};
use crate::feature::attachment::{link, refusals};
use crate::feature::lint::{self, Look};
use crate::feature::sending::control::{JSON_MAX, tag_ok};
use crate::feature::sending::{
    Options, Recipient, RecipientField, RecipientPath, Sender, Submission, policy,
};
use crate::http::error::{Code, FieldError, Mistakes};
use crate::http::json::escaped;
use crate::id::Noun;

/// The stream of an email that names none.
const STREAM_DEFAULT: &str = "transactional";
/// Octets of what is kept of a recipient that is no address.
const INVALID_ADDRESS_MAX: usize = 1_000;
const NOT_AVAILABLE: &str = "not available yet: leave it out";

/// Who asks, when, and with which knowledge.
pub(super) struct Context<'a> {
    pub app: &'a App,
    pub snapshot: &'a Snapshot,
    pub sender: &'a Sender,
    pub now: At,
    pub texts: Texts,
    pub together: Together,
}

/// Makes a submission of a request.
///
/// # Errors
/// Every wrong field, pointers without a prefix.
pub(super) fn submission(cx: &Context<'_>, request: &EmailRequest) -> Result<Submission, Vec<FieldError>> {
    let mut mistakes = Mistakes::default();
    for field in request.not_available() {
        mistakes.add(format!("/{field}"), Code::NotAvailableYet, NOT_AVAILABLE);
    }
    let from = author(request.from.as_ref(), &mut mistakes);
    let people = People::read(request, &mut mistakes);
    let mut options = options(cx.now, request, &mut mistakes);
    let stream = stream(cx, request.stream.as_deref(), &mut mistakes);
    options.track = request.tracking.zip(stream.as_ref()).map(|(body, stream)| body.over(stream.tracking));
    if request.subject.is_none() {
        mistakes.add("/subject", Code::MissingRequiredField, "an email needs a subject; it may be empty");
    }
    if request.html.is_none() && request.text.is_none() {
        mistakes.add("/html", Code::MissingRequiredField, "an email needs html, text or both");
    }
    check_headers(headers(request), &mut mistakes);
    let files = files(request);
    check_attachments(cx.app, files, &mut mistakes);

    let message = cx.app.mint.message(cx.now, people.recipients.len());
    // A stand-in lets the rest of a draft without a usable sender be judged too.
    let author = from.clone().unwrap_or_else(stand_in);
    let class = stream.as_ref().map_or(Class::Transactional, |stream| stream.class);
    if request.lint == Some(true) {
        check_advice(request, class, &mut mistakes);
    }
    let linked =
        Linked::of(cx, request, (&author.address.domain(), lasts(cx, class, &options)), &mut mistakes);
    let content = compose_content(cx, request, (message, &author, &people, class), &linked, &mut mistakes);
    options.links = linked.links;
    let (Some(from), Some(stream), Some(content)) = (from, stream, content) else { return Err(mistakes.0) };
    if !mistakes.0.is_empty() {
        return Err(mistakes.0);
    }
    let smtputf8 = !content.is_ascii();
    let envelope = Envelope {
        reverse_path: ReversePath::Mailbox(from.address),
        forward_paths: Vec::new(),
        body: Body::SevenBit,
        smtputf8,
        ret: None,
        envid: None,
    };
    Ok(Submission {
        message,
        sender: cx.sender.clone(),
        stream,
        envelope,
        recipients: people.recipients,
        content: content.into(),
        trace: None,
        options,
    })
}

/// Until when the links of an email lead to their files.
fn lasts(cx: &Context<'_>, class: Class, options: &Options) -> At {
    let settings = &cx.app.settings;
    let (due, expires) = policy::times(cx.now, settings, class, options)
        .map_or((cx.now, cx.now), |times| (times.due, times.expires));
    link::lasts(due, expires, settings.attachments.link_days)
}

fn stand_in() -> Mailbox {
    Address::parse("nobody@invalid.example").expect("invariant: this is an address").into()
}

fn author(from: Option<&Addresses>, mistakes: &mut Mistakes) -> Option<Mailbox> {
    let list = from.map_or(&[][..], |from| from.list.as_slice());
    match list {
        [] => mistakes.add("/from", Code::MissingRequiredField, "an email needs a sender"),
        [one] => match mailbox(one) {
            Ok(mailbox) => return Some(mailbox),
            Err(wrong) => mistakes.add("/from", Code::InvalidFromAddress, wrong.sentence()),
        },
        _ => mistakes.add("/from", Code::InvalidFromAddress, "an email has one sender"),
    }
    None
}

/// Why an address cannot be used.
enum Wrong {
    /// Somebody tries to write header fields of their own, or a program is broken: never taken for a mere bad address.
    Control,
    Address(String),
}

impl Wrong {
    fn sentence(&self) -> &str {
        match self {
            Wrong::Control => "a control character, such as the end of a line, is not allowed",
            Wrong::Address(sentence) => sentence,
        }
    }
}

fn mailbox(written: &Written) -> Result<Mailbox, Wrong> {
    let control = |text: &str| text.chars().any(char::is_control);
    match written {
        Written::Text(text) if control(text) => Err(Wrong::Control),
        Written::Object { email, name } if control(email) || name.as_deref().is_some_and(control) => {
            Err(Wrong::Control)
        }
        Written::Text(text) => Mailbox::parse(text).map_err(|error| Wrong::Address(error.to_string())),
        Written::Object { email, name } => {
            let address = Address::parse(email.trim()).map_err(|error| Wrong::Address(error.to_string()))?;
            let name = name.as_deref().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
            Ok(Mailbox { name, address })
        }
    }
}

/// Everybody whom an email names, but its author.
#[derive(Default)]
struct People {
    recipients: Vec<Recipient>,
    to: Vec<Mailbox>,
    cc: Vec<Mailbox>,
    reply_to: Vec<Mailbox>,
}

impl People {
    /// A recipient that is no address becomes a delivery not sent, unless all are such: then nothing could be sent. An
    /// address that stands twice gets one copy.
    fn read(request: &EmailRequest, mistakes: &mut Mistakes) -> People {
        let mut people = People::default();
        let mut seen = HashSet::new();
        let mut invalid = Vec::new();
        let fields = [
            (RecipientField::To, &request.to),
            (RecipientField::Cc, &request.cc),
            (RecipientField::Bcc, &request.bcc),
        ];
        for (field, addresses) in fields {
            let Some(addresses) = addresses else { continue };
            for (index, written) in addresses.list.iter().enumerate() {
                let pointer = || pointer(field.as_str(), addresses, index);
                match mailbox(written) {
                    Ok(mailbox) => people.add(field, mailbox, &mut seen),
                    Err(Wrong::Control) => {
                        mistakes.add(pointer(), Code::InvalidAddress, Wrong::Control.sentence());
                    }
                    Err(Wrong::Address(sentence)) => {
                        invalid.push((pointer(), sentence));
                        people
                            .recipients
                            .push(Recipient { field, path: RecipientPath::Invalid(text_of(written)) });
                    }
                }
            }
        }
        if people.recipients.is_empty()
            && mistakes.0.iter().all(|mistake| mistake.code != Code::InvalidAddress)
        {
            mistakes.add("/to", Code::MissingRequiredField, "an email needs a recipient");
        }
        if invalid.len() == people.recipients.len() {
            invalid.into_iter().for_each(|(at, why)| mistakes.add(at, Code::InvalidAddress, why));
        }
        if let Some(addresses) = &request.reply_to {
            people.read_reply_to(addresses, mistakes);
        }
        people
    }

    fn read_reply_to(&mut self, addresses: &Addresses, mistakes: &mut Mistakes) {
        for (index, written) in addresses.list.iter().enumerate() {
            match mailbox(written) {
                Ok(mailbox) => self.reply_to.push(mailbox),
                Err(wrong) => {
                    mistakes.add(
                        pointer("reply_to", addresses, index),
                        Code::InvalidAddress,
                        wrong.sentence(),
                    );
                }
            }
        }
    }

    fn add(&mut self, field: RecipientField, mailbox: Mailbox, seen: &mut HashSet<Address>) {
        if seen.insert(mailbox.address.clone()) {
            let path = RecipientPath::Valid(ForwardPath::plain(mailbox.address.clone()));
            self.recipients.push(Recipient { field, path });
        }
        match field {
            RecipientField::To => self.to.push(mailbox),
            RecipientField::Cc => self.cc.push(mailbox),
            RecipientField::Bcc | RecipientField::Envelope => {}
        }
    }
}

fn pointer(field: &str, addresses: &Addresses, index: usize) -> String {
    if addresses.array { format!("/{field}/{index}") } else { format!("/{field}") }
}

fn text_of(written: &Written) -> String {
    let text = match written {
        Written::Text(text) => text,
        Written::Object { email, .. } => email,
    };
    let end = (0..=text.len().min(INVALID_ADDRESS_MAX)).rev().find(|end| text.is_char_boundary(*end));
    text[..end.unwrap_or(0)].to_owned()
}

fn options(now: At, request: &EmailRequest, mistakes: &mut Mistakes) -> Options {
    let mut moment = |field: &str, text: &Option<String>| {
        let text = text.as_deref().filter(|text| !text.is_empty())?;
        let read = moment::parse(now, text);
        read.map_err(|why| mistakes.add(format!("/{field}"), Code::InvalidValue, why)).ok()
    };
    let scheduled = moment("scheduled_at", &request.scheduled_at);
    let expires = moment("expires_at", &request.expires_at);
    let metadata =
        request.metadata.as_ref().map(|given| &given.0).filter(|map| !map.is_empty()).and_then(|map| {
            let text = serde_json::to_string(map).ok()?;
            if text.len() > JSON_MAX {
                mistakes.add("/metadata", Code::InvalidValue, format!("longer than {JSON_MAX} octets"));
            }
            Some(text.into())
        });
    Options {
        tags: request.tags.as_ref().and_then(|given| tags(given, mistakes)),
        metadata,
        scheduled,
        expires,
        track: None,
        links: Vec::new(),
        made_from: None,
    }
}

fn tags(tags: &Pairs, mistakes: &mut Mistakes) -> Option<Box<str>> {
    let mut map = Map::new();
    for (index, (name, value)) in tags.list.iter().enumerate() {
        let pointer = || match tags.array {
            true => format!("/tags/{index}"),
            false => format!("/tags/{}", escaped(name)),
        };
        if !tag_ok(name) || !tag_ok(value) {
            let rule = "a tag's name and value are 1 to 256 letters, digits, _ and -";
            mistakes.add(pointer(), Code::InvalidValue, rule);
        } else if map.insert(name.clone(), Value::String(value.clone())).is_some() {
            mistakes.add(pointer(), Code::InvalidValue, "this tag is given twice");
        }
    }
    let text = Value::Object(map).to_string();
    if text.len() > JSON_MAX {
        mistakes.add("/tags", Code::InvalidValue, format!("longer than {JSON_MAX} octets"));
    }
    (!tags.list.is_empty()).then(|| text.into())
}

/// Refuses what the lint calls an error.
fn check_advice(request: &EmailRequest, class: Class, mistakes: &mut Mistakes) {
    let look = Look {
        subject: request.subject.clone().unwrap_or_default(),
        preheader: None,
        html: request.html.clone(),
        text: request.text.clone(),
        marketing: Some(class == Class::Marketing),
    };
    for (pointer, why) in lint::refusals(&look) {
        mistakes.add(pointer, Code::InvalidValue, why);
    }
}

fn stream(cx: &Context<'_>, wanted: Option<&str>, mistakes: &mut Mistakes) -> Option<Arc<Stream>> {
    let name = wanted.unwrap_or(STREAM_DEFAULT);
    let found = cx.snapshot.stream(cx.sender.workspace, name).cloned();
    if found.is_none() {
        let names: Vec<_> =
            cx.snapshot.streams(cx.sender.workspace).iter().map(|stream| &*stream.name).collect();
        let why = format!("there is no such stream; there are {}", names.join(", "));
        mistakes.add("/stream", Code::InvalidValue, why);
    }
    found
}

fn files(request: &EmailRequest) -> &[AttachmentRequest] {
    request.attachments.as_ref().map_or(&[], |files| &files.0)
}

fn headers(request: &EmailRequest) -> &[(String, String)] {
    request.headers.as_ref().map_or(&[], |headers| &headers.list)
}

/// What `compose` does not know to be ours.
fn check_headers(headers: &[(String, String)], mistakes: &mut Mistakes) {
    for (name, _) in headers {
        if name.get(..12).is_some_and(|start| start.eq_ignore_ascii_case("x-postrider-")) {
            let why = "a control header of SMTP: use the field of the request";
            mistakes.add(format!("/headers/{}", escaped(name)), Code::InvalidValue, why);
        }
    }
}

fn check_attachments(app: &App, files: &[AttachmentRequest], mistakes: &mut Mistakes) {
    for (index, file) in files.iter().enumerate() {
        let mut add =
            |field: &str, code, why: &str| mistakes.add(format!("/attachments/{index}/{field}"), code, why);
        let content = file.content.as_ref().map_or(&[][..], |octets| &octets.0);
        for (field, why) in refusals(app, file.filename.as_deref(), file.content_type.as_deref(), content) {
            add(field, Code::InvalidAttachment, &why);
        }
        match (file.disposition.as_deref(), &file.content_id) {
            (None, _) | (Some("inline"), Some(_)) | (Some("attachment"), None) => {}
            (Some("inline"), None) => {
                add("content_id", Code::MissingRequiredField, "an inline attachment needs a content_id");
            }
            (Some("attachment"), Some(_)) => {
                add("disposition", Code::InvalidAttachment, "an attachment with a content_id is inline");
            }
            (Some(_), _) => add("disposition", Code::InvalidAttachment, "either inline or attachment"),
        }
    }
}

fn compose_content(
    cx: &Context<'_>,
    request: &EmailRequest,
    (message, from, people, class): (i64, &Mailbox, &People, Class),
    linked: &Linked<'_>,
    mistakes: &mut Mistakes,
) -> Option<Vec<u8>> {
    let Linked { html, text, .. } = linked;
    let carried = linked.carried.iter().map(|index| &files(request)[*index]);
    let attachments: Vec<_> = carried.map(file).collect();
    let mut headers: Vec<_> =
        headers(request).iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    if is_notification(&headers, class) {
        headers.push(("Auto-Submitted", "auto-generated"));
    }
    let message_id = format!("{}@{}", Noun::Message.show(message), from.address.domain_str());
    let made = html.as_deref().filter(|_| text.is_none()).map(|html| cx.texts.of(html));
    let text = made.as_deref().or(text.as_deref());
    let draft = Draft {
        from,
        reply_to: &people.reply_to,
        to: &people.to,
        cc: &people.cc,
        subject: request.subject.as_deref().unwrap_or_default(),
        date: cx.now,
        message_id: &message_id,
        // An empty text beside HTML says that there shall be none.
        text: text.filter(|text| html.is_none() || !text.is_empty()),
        html: html.as_deref(),
        attachments: &attachments,
        headers: &headers,
        seed: message.cast_unsigned(),
    };
    match compose::compose(&draft) {
        Ok(content) => Some(content),
        Err(wrong) => {
            for one in wrong {
                let file = one.pointer.starts_with("/attachments");
                let code = if file { Code::InvalidAttachment } else { Code::InvalidValue };
                mistakes.add(linked.pointer(one.pointer), code, one.mistake.to_string());
            }
            None
        }
    }
}

/// Whether a program tells something by itself, so that holiday notes and other programs do not answer it (RFC 3834 §5.1): what
/// replies to somebody may be a person's.
fn is_notification(headers: &[(&str, &str)], class: Class) -> bool {
    let says = |name: &str| headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
    class == Class::Transactional
        && !["Auto-Submitted", "In-Reply-To", "References"].into_iter().any(says)
        && headers.len() < compose::CUSTOM_HEADERS_MAX
}

fn file(file: &AttachmentRequest) -> compose::Attachment<'_> {
    compose::Attachment {
        filename: file.filename.as_deref(),
        content_type: file.content_type.as_deref(),
        content_id: file.content_id.as_deref(),
        place: match file.disposition.as_deref() {
            Some("attachment") => compose::Place::Files,
            Some(_) | None => compose::Place::Suggested,
        },
        content: file.content.as_ref().map_or(&[], |octets| &octets.0),
    }
}
