//! A recipient leaves: durable before it is answered, because it is a promise.

use mail::Address;
use serde_json::json;
use store::{StoreError, Write, query};

use super::token::Bearer;
use crate::app::App;
use crate::feature::event::{self, By, OfDelivery};
use crate::feature::suppression::{ALL_MARKETING, Reason, admin};
use crate::id::Noun;

query!(RECIPIENT, "queries/recipient.sql");

/// What a recipient leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// The stream of the message.
    Stream,
    /// Every marketing stream of the workspace, those to come included.
    Marketing,
}

/// How it was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Manner {
    /// By a mail program (RFC 8058).
    OneClick,
    /// By a person, on our page.
    Page,
}

/// Takes the recipient of a delivery out. False when its history is gone, and with it the address.
///
/// # Errors
/// As [`store::Store::write`]: it must be asked for again.
pub async fn unsubscribe(
    app: &App,
    bearer: Bearer,
    scope: Scope,
    manner: Manner,
) -> Result<bool, StoreError> {
    let params = [("delivery", bearer.delivery.into()), ("workspace", bearer.workspace.into())];
    let rows = app.store.read(&RECIPIENT, &params).await?;
    let Some(row) = rows.first() else { return Ok(false) };
    let Ok(address) = Address::parse(row.text(0)?) else { return Ok(false) };
    let (message, stream) = (row.int(1)?, row.int(2)?);
    let left = match scope {
        Scope::Stream => stream,
        Scope::Marketing => ALL_MARKETING,
    };
    let before = admin::suppression_find(&app.store, bearer.workspace, &address).await?;
    if before.iter().any(|one| one.stream == left) {
        return Ok(true);
    }
    let now = app.now();
    let mut write = Write::default();
    let new = admin::Suppress {
        workspace: bearer.workspace,
        stream: left,
        address: &address,
        reason: Reason::Unsubscribed,
        by: By::Delivery(bearer.delivery),
        evidence: None,
    };
    admin::suppress(&mut write, &app.mint, now, new);
    let manner = match manner {
        Manner::OneClick => "one_click",
        Manner::Page => "page",
    };
    let data = match scope {
        Scope::Stream => {
            json!({ "scope": "stream", "stream_id": Noun::Stream.show(stream), "method": manner })
        }
        Scope::Marketing => json!({ "scope": "marketing", "stream_id": null, "method": manner }),
    };
    let (workspace, delivery) = (bearer.workspace, bearer.delivery);
    let of = OfDelivery { workspace, message, delivery, attempt: None, data: Some(data.to_string()) };
    event::note_delivery(&mut write, now, event::Name::EmailUnsubscribed, of);
    // Before the write, because one whose answer is lost may be stored all the same.
    app.suppressions.add(workspace, &address.folded());
    app.store.write(write).await?;
    Ok(true)
}
