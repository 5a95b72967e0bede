//! Suppressions by the list: lifted by addresses, rows or filter, and as CSV.
//!
//! Guarantees
//! 1. Nothing is lifted before somebody saw how many suppressions it is, and then none that came later.
//! 2. Who may not lift what was complained about does not do so among others either, and it is not in the number.
//! 3. A transaction lifts a bounded number, with a line in the audit log that names them; a call a bounded number of transactions.
//! 4. What another had lifted in the meantime is neither told, nor written down, nor counted.

use std::sync::Arc;
use std::time::Duration;

use ::console::words::Word;
use axum::extract::State;
use axum::response::Response;
use mail::At;
use mail::date::rfc3339;
use serde::Deserialize;
use serde_json::json;
use store::{StoreError, Write};

use super::admin::{
    Listed, lift_those, suppression_by_id, suppression_count, suppression_find, suppression_list,
};
use super::console::{New, path};
use super::{ALL_MARKETING, Reason};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::change::Change;
use crate::console::chosen::{Chosen, Found, Question, ask};
use crate::console::guard::Posted;
use crate::console::refusal::Refused;
use crate::console::screen::Member;
use crate::console::table::paged;
use crate::feature::audit::Action;
use crate::feature::person::permission::need::{ChangeSuppressions, SeeSuppressions};
use crate::http::csv::{cut, page};
use crate::http::page::From;
use crate::id::{self, Noun};

/// Suppressions of a transaction.
const WRITE_MAX: usize = 500;
/// Transactions of one call. Reason: it answers within seconds.
const STEPS_MAX: usize = 20;
/// Suppressions of one call, less one step for each reason that has none.
const LIFTED_MAX: usize = (STEPS_MAX - Reason::ALL.len()) * WRITE_MAX;

/// Which suppressions are meant: those of typed addresses, of chosen rows, or all that the filter finds.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Sent {
    emails: String,
    /// The list's filter.
    q: String,
    reason: String,
    #[serde(flatten)]
    chosen: Chosen,
}

/// The same, looked up. What the role may not lift is not among them.
enum Meant {
    Found(Vec<Listed>),
    Reasons(Vec<Reason>),
}

/// Asks how sure one is, with the number, and does it then.
pub(super) async fn lift_sent(
    who: Member<ChangeSuppressions>,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    let meant = meant(&who, &app, &sent).await?;
    if !sent.chosen.is_sure() {
        return asked(who, &app, sent, &meant).await;
    }
    let (lifted, more) = match meant {
        Meant::Found(found) => (lift(&who, &app, found).await?, false),
        Meant::Reasons(reasons) => {
            let lifted = lift_all(&who, &app, (&reasons, sent.chosen.before(app.now()))).await?;
            (lifted, count(&who, &app, &reasons).await? > 0)
        }
    };
    let back = path(&who.workspace);
    let back = match Reason::parse(&sent.reason) {
        Some(reason) => format!("{back}?reason={}", reason.as_str()),
        None => back,
    };
    Ok(sent.chosen.done(&back, lifted, more))
}

/// How many suppressions there are for these reasons.
async fn count<P>(who: &Member<P>, app: &App, reasons: &[Reason]) -> Result<usize, StoreError> {
    let mut all = 0;
    for reason in reasons {
        let counted = suppression_count(&app.store, who.workspace.id, *reason);
        all += app.list_turns.within(who.workspace.id, counted).await?;
    }
    Ok(usize::try_from(all).unwrap_or(0))
}

async fn asked<P>(who: Member<P>, app: &App, sent: Sent, meant: &Meant) -> Result<Response, Refused> {
    let at = app.now();
    let n = match meant {
        Meant::Found(found) => found.len(),
        Meant::Reasons(reasons) => count(&who, app, reasons).await?,
    };
    let back = path(&who.workspace);
    let question = Question {
        title: Word("suppression-lift-title"),
        text: Word("suppression-lift-many"),
        label: Word("suppression-lift-sure"),
        action: format!("{back}/lift"),
        back,
    };
    let filter = vec![("emails", sent.emails), ("q", sent.q), ("reason", sent.reason)];
    let found = Found { at, n: n.min(LIFTED_MAX), more: n > LIFTED_MAX };
    ask(who, (sent.chosen, filter), found, question)
}

async fn meant<P>(who: &Member<P>, app: &App, sent: &Sent) -> Result<Meant, StoreError> {
    let workspace = who.workspace.id;
    let of_filter = |reason: &Reason| Reason::parse(&sent.reason).is_none_or(|wanted| wanted == *reason);
    let (typed, looked_for) = (sent.emails.trim(), sent.q.trim());
    let mut found = Vec::new();
    if !typed.is_empty() {
        found = of_addresses(who, app, typed).await?;
    } else if sent.chosen.is_all() && !looked_for.is_empty() {
        found = of_addresses(who, app, looked_for).await?;
        found.retain(|one| Reason::parse(&one.reason).is_some_and(|reason| of_filter(&reason)));
    } else if sent.chosen.is_all() {
        let may = |reason: &Reason| who.role.may(reason.lifting());
        return Ok(Meant::Reasons(Reason::ALL.into_iter().filter(of_filter).filter(may).collect()));
    } else {
        for id in sent.chosen.ids(Noun::Suppression) {
            found.extend(suppression_by_id(&app.store, workspace, id).await?);
        }
    }
    found.retain(|one| one.lifts_for(who.role));
    Ok(Meant::Found(found))
}

/// The suppressions of what was typed; what is no address has none.
async fn of_addresses<P>(who: &Member<P>, app: &App, typed: &str) -> Result<Vec<Listed>, StoreError> {
    let typed = New::of(typed.to_owned());
    let mut found = Vec::new();
    for address in typed.addresses(who).unwrap_or_default() {
        found.extend(suppression_find(&app.store, who.workspace.id, &address).await?);
    }
    Ok(found)
}

/// Lifts those that were there at a moment, [`LIFTED_MAX`] at most; gives how many it were.
async fn lift_all<P>(
    who: &Member<P>,
    app: &App,
    (reasons, before): (&[Reason], At),
) -> Result<usize, StoreError> {
    let edge = From::After(id::floor(before.after(Duration::from_millis(1))));
    let (mut reasons, mut lifted) = (reasons.iter(), 0);
    let mut reason = reasons.next();
    for _step in 0..STEPS_MAX {
        let Some(wanted) = reason else { break };
        let found = suppression_list(&app.store, who.workspace.id, Some(*wanted), page(edge));
        let mut found = app.list_turns.within(who.workspace.id, found).await?;
        cut(edge, &mut found, |one| one.id);
        if found.is_empty() {
            reason = reasons.next();
        }
        lifted += lift(who, app, found).await?;
    }
    Ok(lifted)
}

/// Lifts these; gives how many of them were still there.
async fn lift<P>(who: &Member<P>, app: &App, found: Vec<Listed>) -> Result<usize, StoreError> {
    let note = |write: &mut Write, some: &[Listed]| {
        let lifted: Vec<_> = some.iter().map(|one| json!([one.address, one.reason])).collect();
        let change = Change {
            action: Action::SuppressionLifted,
            object: some.first().map(|one| one.address.clone()).unwrap_or_default(),
            before: Some(json!({ "emails": lifted })),
            after: None,
        };
        who.note(app, write, change);
    };
    let (mut rest, mut done) = (found.into_iter(), 0);
    loop {
        let some: Vec<_> = rest.by_ref().take(WRITE_MAX).collect();
        if some.is_empty() {
            return Ok(done);
        }
        let made = (app.now(), who.by());
        done += lift_those(&app.store, made, (who.workspace.id, some), note).await?.len();
    }
}

/// Which part of the list is wanted.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    reason: String,
}

const HEAD: [&str; 5] = ["email", "reason", "scope", "evidence", "since"];

/// Everything that the filter leaves.
pub(super) async fn csv(
    who: Member<SeeSuppressions>,
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let (workspace, reason) = (who.workspace.id, Reason::parse(&asked.reason));
    Ok(paged((&who, &app), "suppressions", &HEAD, move |app, from| async move {
        read(&app, workspace, (reason, from)).await
    }))
}

async fn read(
    app: &App,
    workspace: i64,
    (reason, from): (Option<Reason>, From),
) -> Result<(Vec<Vec<String>>, Option<From>), StoreError> {
    let _turn = app.list_turns.take(workspace).await;
    let mut found = suppression_list(&app.store, workspace, reason, page(from)).await?;
    let next = cut(from, &mut found, |one| one.id);
    let snapshot = app.directory.snapshot();
    let scope = |stream: i64| match stream {
        0 => String::new(),
        ALL_MARKETING => "marketing".to_owned(),
        id => snapshot
            .stream_by_id(workspace, id)
            .map_or_else(|| Noun::Stream.show(id), |one| one.name.to_string()),
    };
    let line = |one: Listed| {
        let since = rfc3339(one.created);
        vec![one.address, one.reason, scope(one.stream), one.evidence.unwrap_or_default(), since]
    };
    Ok((found.into_iter().map(line).collect(), next))
}
