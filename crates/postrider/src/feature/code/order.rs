//! Reading who is to get a code, for what, from whom; checks read theirs by the same functions.
//!
//! Guarantee: whether somebody can be mailed is not decided here: what is no address becomes a recipient like any other.

use std::net::IpAddr;

use mail::header::MailboxError;
use mail::{ForwardPath, Mailbox, Notify};

use super::api::CodeRequest;
use super::profile::{Profile, profile_named};
use crate::app::App;
use crate::feature::sending::RecipientPath;
use crate::http::error::{ApiError, Code, Mistakes};
use crate::settings::network::Network;

/// Octets of a recipient that is looked at, address or not.
const TO_MAX: usize = 1_000;
/// Letters of a purpose.
const PURPOSE_MAX: usize = 64;

/// A recipient as a request named it.
pub struct To {
    pub path: RecipientPath,
    pub mailbox: Option<Mailbox>,
    /// Under which all spellings of it are one.
    pub folded: String,
}

impl To {
    /// What is no address is one that cannot be reached; only what nobody could take for one address is a mistake.
    pub fn read(text: Option<&str>, mistakes: &mut Mistakes) -> Option<To> {
        let text = text.map(str::trim).unwrap_or_default();
        if text.is_empty() {
            mistakes.add("/to", Code::MissingRequiredField, "a code is for an address");
            return None;
        }
        if text.len() > TO_MAX {
            mistakes.add("/to", Code::InvalidAddress, format!("longer than {TO_MAX} octets"));
            return None;
        }
        match Mailbox::parse(text) {
            Ok(mailbox) => {
                let path = ForwardPath {
                    // A notification about it would be one more copy of the code.
                    notify: Some(Notify::Never),
                    ..ForwardPath::plain(mailbox.address.clone())
                };
                let folded = mailbox.address.folded();
                Some(To { path: RecipientPath::Valid(path), mailbox: Some(mailbox), folded })
            }
            Err(wrong @ (MailboxError::Control | MailboxError::NotOne | MailboxError::TooMany)) => {
                mistakes.add("/to", Code::InvalidAddress, wrong.to_string());
                None
            }
            Err(MailboxError::Address(_) | MailboxError::Syntax) => {
                let path = RecipientPath::Invalid(text.to_owned());
                Some(To { path, mailbox: None, folded: mail::fold(text) })
            }
        }
    }
}

/// A purpose, such as `login`: a word of the application's own.
pub fn purpose(text: Option<&str>, mistakes: &mut Mistakes) -> String {
    let text = text.unwrap_or_default();
    let fits = |octet: u8| {
        octet.is_ascii_lowercase() || octet.is_ascii_digit() || matches!(octet, b'_' | b'-' | b'.')
    };
    if text.is_empty() {
        mistakes.add("/purpose", Code::MissingRequiredField, "what the code is for, such as login");
    } else if text.len() > PURPOSE_MAX || !text.bytes().all(fits) {
        let rule = format!("1 to {PURPOSE_MAX} lowercase letters, digits, dots, hyphens and underscores");
        mistakes.add("/purpose", Code::InvalidValue, rule);
    }
    text.to_owned()
}

/// The network of an address that an application tells of.
pub fn network(ip: Option<&str>, mistakes: &mut Mistakes) -> Option<String> {
    let address = ip?.trim().parse::<IpAddr>();
    if address.is_err() {
        mistakes.add("/context/ip", Code::InvalidValue, "an address such as 192.0.2.7 or 2001:db8::7");
    }
    address.ok().map(|address| Network::around(address).to_string())
}

/// The profile that a request names.
///
/// # Errors
/// There is none; as [`store::Store::read`].
pub async fn profile(app: &App, workspace: i64, name: Option<&str>) -> Result<Profile, ApiError> {
    let found = profile_named(&app.store, workspace, name).await?;
    let why = "there is no such profile in this workspace";
    found.ok_or_else(|| ApiError::field("/profile", Code::InvalidValue, why))
}

/// A request that was judged.
pub struct Order {
    pub to: To,
    pub from: Mailbox,
    pub purpose: String,
    pub network: Option<String>,
}

impl Order {
    /// # Errors
    /// Every wrong field.
    pub fn read(request: &CodeRequest, profile: &Profile) -> Result<Order, ApiError> {
        let mut mistakes = Mistakes::default();
        let to = To::read(request.to.as_deref(), &mut mistakes);
        let purpose = purpose(request.purpose.as_deref(), &mut mistakes);
        let ip = request.context.as_ref().and_then(|context| context.ip.as_deref());
        let network = network(ip, &mut mistakes);
        let from = match request.from.as_deref().or(profile.author.as_deref()).map(Mailbox::parse) {
            Some(Ok(from)) => Some(from),
            Some(Err(wrong)) => {
                mistakes.add("/from", Code::InvalidFromAddress, wrong.to_string());
                None
            }
            None => {
                mistakes.add(
                    "/from",
                    Code::MissingRequiredField,
                    "the request or its profile names a sender",
                );
                None
            }
        };
        match (to, from) {
            (Some(to), Some(from)) => mistakes.none_or(Order { to, from, purpose, network }),
            _ => Err(ApiError::invalid(mistakes.0)),
        }
    }
}
