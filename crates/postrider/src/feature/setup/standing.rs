//! Which steps are done.

use store::StoreError;

use crate::app::App;
use crate::feature::domain::Status;
use crate::feature::domain::admin::{ListedDomain, domain_find, domain_list};
use crate::feature::sending::list::{Filter, email_list};
use crate::http::page::{From, Page};

/// A step. The account is there, or nobody would be asking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    Account,
    Domain,
    Key,
    Message,
    Arrival,
}

impl Step {
    pub(super) const ALL: [Step; 5] = [Step::Account, Step::Domain, Step::Key, Step::Message, Step::Arrival];

    /// Its name in addresses.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Step::Account => "account",
            Step::Domain => "domain",
            Step::Key => "key",
            Step::Message => "message",
            Step::Arrival => "arrival",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Step> {
        Step::ALL.into_iter().skip(1).find(|step| step.as_str() == text)
    }

    /// From 1.
    pub(super) fn number(self) -> usize {
        Step::ALL.iter().position(|step| *step == self).map_or(1, |at| at + 1)
    }
}

/// What is there.
pub(super) struct Standing {
    /// The one that may send, or the newest that waits.
    pub domain: Option<ListedDomain>,
    pub keys: usize,
    /// The newest message.
    pub message: Option<i64>,
}

/// Domains that are looked at. Reason: whoever has more is past the set-up.
const DOMAINS_LOOKED_AT: i64 = 50;

impl Standing {
    /// Reads it. `wanted`: the domain that somebody looks at.
    pub(super) async fn read(app: &App, workspace: i64, wanted: Option<i64>) -> Result<Standing, StoreError> {
        let domain = match wanted {
            Some(id) => domain_find(&app.store, workspace, id).await?,
            None => None,
        };
        let domain = match domain {
            Some(domain) => Some(domain),
            None => {
                let all = domain_list(&app.store, workspace, Page::first(DOMAINS_LOOKED_AT)).await?;
                let best = all.iter().position(may_send).unwrap_or(0);
                all.into_iter().nth(best)
            }
        };
        let keys = app.directory.snapshot().key_count(workspace);
        let one = Page { limit: 1, from: From::Start };
        let newest = email_list(&app.store, app.now(), workspace, &Filter::default(), one).await?;
        Ok(Standing { domain, keys, message: newest.emails.first().map(|email| email.id) })
    }

    pub(super) fn sends(&self) -> bool {
        self.domain.as_ref().is_some_and(may_send)
    }

    pub(super) fn done(&self, step: Step) -> bool {
        match step {
            Step::Account => true,
            Step::Domain => self.sends(),
            Step::Key => self.keys > 0,
            Step::Message | Step::Arrival => self.message.is_some(),
        }
    }

    /// The first that is not done; the last when all are.
    pub(super) fn next(&self) -> Step {
        Step::ALL.into_iter().find(|step| !self.done(*step)).unwrap_or(Step::Arrival)
    }
}

pub(super) fn may_send(domain: &ListedDomain) -> bool {
    Status::parse(&domain.status).is_some_and(Status::may_send)
}
