//! What was done with a delivery, as it is kept, and what the rules say of it: pure.
//!
//! Not here: what follows from it (`settle`).

use std::collections::HashMap;

use mail::At;
use store::{Kind as Column, Row, Statement, StoreError};

use super::inbox::{Client, Hit};
use super::judge::{Asked, Facts, Kind, RULES, Verdict, judge};
use super::networks::Networks;
use super::region::Regions;
use crate::settings::network::Network;

/// Requests of one delivery that are kept. Reason: a link can be asked for without end by whoever has it.
pub const OF_DELIVERY_MAX: usize = 200;
/// Octets that are kept of a client's name for itself.
const AGENT_MAX: usize = 300;

/// Writes a new one.
pub static ENGAGEMENT: Statement = Statement::insert(
    "engagement",
    &[
        ("id", Column::Int),
        ("workspace_id", Column::Int),
        ("message_id", Column::Int),
        ("delivery_id", Column::Int),
        ("kind", Column::Text),
        ("at_us", Column::Int),
        ("link", Column::Int),
        ("link_id", Column::Text),
        ("url", Column::Text),
        ("asked", Column::Text),
        ("agent", Column::Text),
        ("address", Column::Text),
        ("network", Column::Text),
        ("region", Column::Text),
        ("seconds", Column::Int),
        ("quality", Column::Text),
        ("after_ms", Column::Int),
        ("server", Column::Text),
        ("rules", Column::Int),
        ("verdict", Column::Text),
        ("reasons", Column::Text),
        ("first", Column::Int),
    ],
);

/// The delivery that was engaged with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivery {
    pub id: i64,
    pub workspace: i64,
    pub message: i64,
    /// When its server took it, if it did.
    pub delivered: Option<At>,
    pub server: String,
}

/// What is said of a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    pub rules: i64,
    pub verdict: Verdict,
    /// Separated by commas.
    pub reasons: String,
    /// Whether it is the delivery's first of its kind and verdict.
    pub first: bool,
}

/// A request with all that is kept of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Engagement {
    pub id: i64,
    pub facts: Facts,
    pub link_id: Option<String>,
    pub url: Option<String>,
    /// Whether the address is still kept.
    pub has_address: bool,
    pub region: Option<String>,
    pub read: Option<(i64, String)>,
    /// None for a new one.
    pub label: Option<Label>,
}

impl Engagement {
    /// A new one, not judged yet.
    #[must_use]
    pub fn of(id: i64, hit: Hit, delivery: &Delivery, regions: Option<&Regions>) -> Engagement {
        let Hit { bearer, kind, at, link_id, url, client: Client { asked, agent, address }, read } = hit;
        let after_ms = delivery.delivered.map(|delivered| (at.0 - delivered.0).max(0) / 1_000);
        let facts = Facts {
            kind,
            at,
            link: (kind == Kind::Click).then_some(bearer.link),
            asked,
            agent: agent[..agent.floor_char_boundary(AGENT_MAX)].to_owned(),
            address,
            network: address.map(|address| Network::around(address).to_string()),
            after_ms,
            server: delivery.server.clone(),
        };
        let region = address.and_then(|address| regions?.region(address));
        let read = read.map(|(seconds, quality)| {
            (i64::try_from(seconds).unwrap_or(i64::MAX), quality.as_str().to_owned())
        });
        Engagement { id, facts, link_id, url, has_address: address.is_some(), region, read, label: None }
    }

    /// Reads a row of `engagement_of`; gives its delivery too.
    ///
    /// # Errors
    /// `Broken` for what no version wrote.
    pub fn read(row: &Row) -> Result<(i64, Engagement), StoreError> {
        let text = |column| row.text_or_null(column).map(|text| text.map(str::to_owned));
        let kept = text(9)?;
        let network = text(10)?;
        let from = kept.as_deref().or_else(|| network.as_deref()?.split('/').next());
        let facts = Facts {
            kind: Kind::parse(row.text(2)?).ok_or_else(|| broken("kind"))?,
            at: At(row.int(3)?),
            link: row.int_or_null(4)?.and_then(|link| u16::try_from(link).ok()),
            asked: if row.text(7)? == Asked::Head.as_str() { Asked::Head } else { Asked::Get },
            agent: row.text(8)?.to_owned(),
            address: from.and_then(|address| address.parse().ok()),
            network,
            after_ms: row.int_or_null(14)?,
            server: row.text(15)?.to_owned(),
        };
        let label = Label {
            rules: row.int(16)?,
            verdict: Verdict::parse(row.text(17)?).ok_or_else(|| broken("verdict"))?,
            reasons: row.text(18)?.to_owned(),
            first: row.int(19)? == 1,
        };
        let engagement = Engagement {
            id: row.int(0)?,
            facts,
            link_id: text(5)?,
            url: text(6)?,
            has_address: kept.is_some(),
            region: text(11)?,
            read: row.int_or_null(12)?.zip(text(13)?),
            label: Some(label),
        };
        Ok((row.int(1)?, engagement))
    }
}

fn broken(column: &str) -> StoreError {
    StoreError::Broken {
        query: format!("engagement.{column}"),
        reason: "holds what no version of Postrider wrote".into(),
    }
}

/// What these rules say of all requests of one delivery, each in its place.
#[must_use]
pub fn labels(all: &[Engagement], networks: &Networks) -> Vec<Label> {
    let facts: Vec<_> = all.iter().map(|one| one.facts.clone()).collect();
    let judged = judge(&facts, networks);
    let mut firsts: HashMap<(Kind, Verdict), (At, i64)> = HashMap::new();
    for (one, judgement) in all.iter().zip(&judged) {
        let moment = (one.facts.at, one.id);
        let first = firsts.entry((one.facts.kind, judgement.verdict)).or_insert(moment);
        *first = (*first).min(moment);
    }
    all.iter()
        .zip(judged)
        .map(|(one, judgement)| {
            let reasons: Vec<_> = judgement.reasons.iter().map(|reason| reason.as_str()).collect();
            Label {
                rules: RULES,
                verdict: judgement.verdict,
                reasons: reasons.join(","),
                first: firsts[&(one.facts.kind, judgement.verdict)] == (one.facts.at, one.id),
            }
        })
        .collect()
}
