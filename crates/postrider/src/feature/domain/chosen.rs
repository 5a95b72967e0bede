//! Domains by the list: looked up again after their number was seen, removed after it was typed, and as CSV.
//!
//! Guarantee: each domain is a transaction with its line in the audit log; there are [`DOMAINS_MAX`] at most, of which [`LOOKS_MAX`] are
//! looked up in one call.

use std::sync::Arc;

use ::console::words::Word;
use axum::extract::State;
use axum::response::Response;
use futures_util::future::join_all;
use mail::date::rfc3339;

use super::admin::{ListedDomain, domain_list};
use super::api::DOMAINS_MAX;
use super::console::{list_path, looked, removed};
use crate::app::App;
use crate::console::chosen::{Chosen, Question, ask_removal, ask_rows};
use crate::console::guard::Posted;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::Member;
use crate::feature::person::permission::need::{ChangeDomains, SeeDomains};
use crate::http::csv::{download, line};
use crate::http::page::Page;
use crate::id::Noun;

/// Domains of which the DNS is asked in one call. Reason: where it does not answer, each takes seconds.
const LOOKS_MAX: usize = 20;
/// Domains that are looked up at once.
const AT_ONCE: usize = 5;

/// What may become of domains.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Check,
    Remove,
}

impl Act {
    fn parse(text: &str) -> Option<Act> {
        match text {
            "check" => Some(Act::Check),
            "remove" => Some(Act::Remove),
            _ => None,
        }
    }

    fn max(self) -> usize {
        match self {
            Act::Check => LOOKS_MAX,
            Act::Remove => DOMAINS_MAX,
        }
    }

    fn question(self, list: String) -> Question {
        let (title, text, label) = match self {
            Act::Check => (Word("domains-check-title"), Word("domains-check-text"), Word("domains-check")),
            Act::Remove => {
                (Word("domains-remove-title"), Word("domains-remove-text"), Word("domains-remove"))
            }
        };
        Question { title, text, label, action: format!("{list}/chosen"), back: list }
    }
}

pub(super) async fn sent(
    who: Member<ChangeDomains>,
    State(app): State<Arc<App>>,
    Posted(chosen): Posted<Chosen>,
) -> Result<Response, Refused> {
    let list = list_path(&who.workspace);
    let Some(act) = Act::parse(chosen.act()) else { return Ok(redirect(&list)) };
    let all = domain_list(&app.store, who.workspace.id, Page::first(DOMAINS_MAX as i64));
    let all = app.list_turns.within(who.workspace.id, all).await?;
    let mut meant = chosen.of(Noun::Domain, all, |domain| domain.id);
    let more = meant.len() > act.max();
    meant.truncate(act.max());
    let sure = match act {
        Act::Check => chosen.is_sure(),
        Act::Remove => chosen.is_typed(Noun::Domain),
    };
    if !sure {
        let rows = meant.into_iter().map(|one| (Noun::Domain.show(one.id), one.name)).collect();
        return match act {
            Act::Check => ask_rows(who, (chosen, Vec::new()), (rows, more), act.question(list)),
            Act::Remove => ask_removal(who, chosen, (rows, more), act.question(list)),
        };
    }
    let outcome = done(&who, &app, (&meant, act)).await;
    // Whatever the answer: what was stored before a failure holds.
    app.directory.reload(&app.store).await?;
    Ok(chosen.done(&list, outcome?, more))
}

/// Does it to each; gives to how many. One that somebody else removed just then is gone: that is all right.
async fn done(
    who: &Member<ChangeDomains>,
    app: &App,
    (meant, act): (&[ListedDomain], Act),
) -> Result<usize, Refused> {
    let mut done = 0;
    match act {
        Act::Check => {
            for some in meant.chunks(AT_ONCE) {
                for outcome in join_all(some.iter().map(|domain| looked(who, app, domain))).await {
                    done += usize::from(outcome?.is_some());
                }
            }
        }
        Act::Remove => {
            for domain in meant {
                done += usize::from(removed(who, app, domain).await?.is_some());
            }
        }
    }
    Ok(done)
}

pub(super) async fn csv(who: Member<SeeDomains>, State(app): State<Arc<App>>) -> Result<Response, Refused> {
    let head = line(&["id", "domain", "status", "last_look", "verified", "link_host", "added"]);
    let of = |domain: ListedDomain| {
        vec![
            Noun::Domain.show(domain.id),
            domain.name,
            domain.status,
            domain.checked.map(rfc3339).unwrap_or_default(),
            domain.verified.map(rfc3339).unwrap_or_default(),
            domain.tracking_host.unwrap_or_default(),
            rfc3339(domain.created),
        ]
    };
    let all = domain_list(&app.store, who.workspace.id, Page::first(DOMAINS_MAX as i64)).await?;
    Ok(download("domains", std::iter::once(head).chain(all.into_iter().map(of)).collect()))
}
