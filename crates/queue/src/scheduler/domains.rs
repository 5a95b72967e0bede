//! Domains and the sites that they resolve to.

use std::sync::Arc;

use mail::At;

use super::crowd::InLine;
use super::queues::Stands;
use super::{Action, Scheduler, Timer, Why};
use crate::config::PathLimits;
use crate::lanes::Lanes;
use crate::path::Path;

/// Where a domain's mail goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Site {
    /// The sorted set of MX hosts, or the name of a route: domains with the same key share paths.
    pub key: Arc<str>,
    /// None: [`crate::Config::limits`]. Those given last hold for the site.
    pub limits: Option<PathLimits>,
}

/// Why a domain has no site.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unresolved {
    /// Nobody answered, or nobody knew: everything of the domain waits.
    Temporary,
    /// The domain does not exist: everything of it fails.
    NoSuchDomain,
    /// RFC 7505: everything of it fails.
    NullMx,
}

pub(super) struct Domain {
    pub(super) name: Arc<str>,
    pub(super) resolution: Resolution,
    /// A `Resolve` is not answered yet.
    pub(super) asked: bool,
    pub(super) queues: Vec<u32>,
    pub(super) timer: Option<At>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Resolution {
    Unknown,
    Site(u32),
    /// Until the domain's timer.
    Waiting,
    Gone(Why),
}

pub(super) struct SiteState {
    pub(super) key: Arc<str>,
    pub(super) lanes: Lanes,
    /// One for each source.
    pub(super) paths: Vec<u32>,
    /// Entries in line.
    pub(super) ready: usize,
    /// Connections that will ask for a lease without being woken.
    pub(super) supply: usize,
    /// Leases that are not settled.
    pub(super) leases: u32,
    pub(super) domains: u32,
    /// It waits for room for a connection.
    pub(super) in_line: Option<InLine>,
}

impl Scheduler {
    /// The answer to [`Action::Resolve`], which holds until `until`.
    pub fn resolved(&mut self, now: At, domain: &str, answer: Result<Site, Unresolved>, until: At) {
        let Some(id) = self.domain_ids.get(domain).copied() else { return };
        let resolution = match answer {
            Ok(site) => Resolution::Site(self.site_add(site)),
            Err(Unresolved::Temporary) => Resolution::Waiting,
            Err(Unresolved::NoSuchDomain) => Resolution::Gone(Why::NoSuchDomain),
            Err(Unresolved::NullMx) => Resolution::Gone(Why::NullMx),
        };
        self.domains[id].asked = false;
        self.set_resolution(now, id, resolution);
        // An answer that has run out already would be asked for again and again.
        let until = until.max(At(now.0.saturating_add(1_000_000)));
        self.set_domain_timer(id, Some(until));
    }

    pub(super) fn domain_add(&mut self, name: &Arc<str>) -> u32 {
        if let Some(id) = self.domain_ids.get(name) {
            return *id;
        }
        let resolution = Resolution::Unknown;
        let domain = Domain { name: name.clone(), resolution, asked: false, queues: Vec::new(), timer: None };
        let id = self.domains.insert(domain);
        self.domain_ids.insert(name.clone(), id);
        id
    }

    pub(super) fn domain_remove_if_unused(&mut self, now: At, id: u32) {
        if !self.domains[id].queues.is_empty() {
            return;
        }
        self.set_domain_timer(id, None);
        let Some(domain) = self.domains.remove(id) else { return };
        self.domain_ids.remove(&domain.name);
        self.leave_site(now, domain.resolution);
    }

    /// The site of a domain, if it has one now; otherwise it is asked for, unless it is too early.
    pub(super) fn domain_site(&mut self, id: u32) -> Option<u32> {
        let domain = &mut self.domains[id];
        match domain.resolution {
            Resolution::Site(site) => return Some(site),
            Resolution::Unknown if !domain.asked => {
                domain.asked = true;
                self.actions.push(Action::Resolve { domain: domain.name.clone() });
            }
            Resolution::Unknown | Resolution::Waiting | Resolution::Gone(_) => {}
        }
        None
    }

    /// The answer has run out. A domain with mail in line goes on with the old site until the new answer is there.
    pub(super) fn domain_outdated(&mut self, now: At, id: u32) {
        self.set_domain_timer(id, None);
        let domain = &mut self.domains[id];
        let in_line = domain.queues.iter().any(|queue| self.queues[*queue].stands == Stands::Ready);
        if !in_line {
            self.set_resolution(now, id, Resolution::Unknown);
        } else if !domain.asked {
            domain.asked = true;
            self.actions.push(Action::Resolve { domain: domain.name.clone() });
        }
    }

    fn set_resolution(&mut self, now: At, id: u32, resolution: Resolution) {
        let old = self.domains[id].resolution;
        if old == resolution {
            self.leave_site(now, old);
            self.place_all(now, id, |stands| matches!(stands, Stands::Domain(_)));
            return;
        }
        // While queues are lifted from their old site's line the domain still says which it is.
        let ready = |stands| stands == Stands::Ready;
        let in_line: Vec<u32> = self.domains[id]
            .queues
            .iter()
            .copied()
            .filter(|queue| ready(self.queues[*queue].stands))
            .collect();
        for queue in &in_line {
            self.lift(*queue);
        }
        self.domains[id].resolution = resolution;
        self.leave_site(now, old);
        for queue in in_line {
            self.place(now, queue);
        }
        self.place_all(now, id, |stands| matches!(stands, Stands::Domain(_)));
    }

    fn place_all(&mut self, now: At, id: u32, which: impl Fn(Stands) -> bool) {
        for queue in self.domains[id].queues.clone() {
            if which(self.queues[queue].stands) {
                self.place(now, queue);
            }
        }
    }

    fn set_domain_timer(&mut self, id: u32, at: Option<At>) {
        let old = std::mem::replace(&mut self.domains[id].timer, at);
        if let Some(old) = old {
            self.timers.remove(&(old, Timer::Domain(id)));
        }
        if let Some(at) = at {
            self.timers.insert((at, Timer::Domain(id)));
        }
    }

    /// Finds or adds a site, and counts one more domain to it.
    fn site_add(&mut self, site: Site) -> u32 {
        let limits = site.limits.unwrap_or(self.config.limits);
        if let Some(id) = self.site_ids.get(&site.key).copied() {
            self.sites[id].domains += 1;
            for path in &self.sites[id].paths {
                self.paths[*path].limits = limits;
            }
            return id;
        }
        let id = self.sites.insert(SiteState {
            key: site.key.clone(),
            lanes: Lanes::default(),
            paths: Vec::new(),
            ready: 0,
            supply: 0,
            leases: 0,
            domains: 1,
            in_line: None,
        });
        self.site_ids.insert(site.key, id);
        for source in 0..self.config.sources.max(1) {
            let path = self.paths.insert(Path::new(id, source, limits));
            self.sites[id].paths.push(path);
        }
        id
    }

    fn leave_site(&mut self, now: At, resolution: Resolution) {
        if let Resolution::Site(site) = resolution {
            self.sites[site].domains -= 1;
            self.site_remove_if_unused(now, site);
        }
    }

    /// A site is forgotten when nothing uses it; as long as a path of it rests or keeps its pace, that is remembered.
    pub(super) fn site_remove_if_unused(&mut self, now: At, id: u32) {
        let site = &self.sites[id];
        if site.domains > 0 || site.leases > 0 || site.paths.iter().any(|path| self.paths[*path].open > 0) {
            return;
        }
        if site.paths.iter().any(|path| self.paths[*path].wakes(now).is_some()) {
            return self.watch_paths(now, id);
        }
        self.leave_line(id);
        let Some(site) = self.sites.remove(id) else { return };
        self.site_ids.remove(&site.key);
        for path in site.paths {
            self.set_path_timer(path, None);
            self.paths.remove(path);
        }
    }
}
