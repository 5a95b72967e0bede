//! What recipients did in a time that nobody recorded, for `postrider seed`: judged by the same rules, written as the same rows.
//!
//! Guarantee: what is said of a request is what the rules say when all requests of its delivery are known, so nothing is
//! reclassified later.

use std::net::IpAddr;

use mail::At;
use store::Write;

use super::engagement::{Delivery, Engagement, Label, labels};
use super::inbox::{Client, Hit};
use super::judge::{Asked, Kind};
use super::networks::Networks;
use super::settle::judged;
use super::token::Bearer;
use crate::feature::access::Class;

/// A delivery that its server took.
pub struct Taken<'t> {
    pub id: i64,
    pub workspace: i64,
    pub message: i64,
    pub at: At,
    pub server: &'t str,
}

/// A request for a pixel, or with a link for what it leads to.
#[derive(Clone, Debug)]
pub struct Visit {
    pub at: At,
    /// The link's number, from 1, and where it leads.
    pub link: Option<(u16, String)>,
    pub agent: &'static str,
    pub address: IpAddr,
}

/// A request with what is said of it.
pub struct Judged {
    delivery: Delivery,
    one: Engagement,
    label: Label,
}

/// Judges all requests of a delivery.
#[must_use]
pub fn judge_all(taken: &Taken<'_>, visits: Vec<Visit>, networks: &Networks) -> Vec<Judged> {
    let delivery = Delivery {
        id: taken.id,
        workspace: taken.workspace,
        message: taken.message,
        delivered: Some(taken.at),
        server: taken.server.to_owned(),
    };
    let hit = |(number, visit): (i64, Visit)| {
        let (link, url) = visit.link.map_or((0, None), |(number, url)| (number, Some(url)));
        let bearer =
            Bearer { workspace: delivery.workspace, delivery: delivery.id, link, class: Class::Marketing };
        let kind = if url.is_some() { Kind::Click } else { Kind::Open };
        let client =
            Client { asked: Asked::Get, agent: visit.agent.to_owned(), address: Some(visit.address) };
        let hit = Hit { bearer, kind, at: visit.at, link_id: None, url, client, read: None };
        Engagement::of(number, hit, &delivery, None)
    };
    let all: Vec<Engagement> = (1..).zip(visits).map(hit).collect();
    let labels = labels(&all, networks);
    let judged = |(one, label)| Judged { delivery: delivery.clone(), one, label };
    all.into_iter().zip(labels).map(judged).collect()
}

impl Judged {
    #[must_use]
    pub fn at(&self) -> At {
        self.one.facts.at
    }

    /// Adds the row, which gets this id, and the event to a write.
    pub fn write(mut self, write: &mut Write, id: i64) {
        self.one.id = id;
        judged(write, &self.delivery, &self.one, &self.label);
    }
}
