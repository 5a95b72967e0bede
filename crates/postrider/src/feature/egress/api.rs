//! `/queue`: what waits, for what, and until when.

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::State;
use mail::At;
use mail::date::rfc3339;
use queue::{Lane, PathView, QueueView, Suspension, Waiting, Why};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::auth::FullKey;
use crate::http::endpoint::{Endpoint, Method};

/// Queues shown at most: those with most waiting.
const QUEUES_MAX: usize = 1_000;

#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Get, "/queue", queue)
            .summary("Show what waits, by recipient domain and lane, and why.")
            .answers::<QueueBody>(200),
    ]
}

/// What waits in a workspace.
#[derive(Serialize, ToSchema)]
struct QueueBody {
    object: &'static str,
    /// Every queue of the database is known here; false for a while after a start.
    complete: bool,
    /// Those with most waiting first.
    queues: Vec<QueueEntry>,
    /// The paths to the sites that these queues go to.
    paths: Vec<PathEntry>,
}

/// The deliveries to one domain in one lane.
#[derive(Serialize, ToSchema)]
struct QueueEntry {
    domain: String,
    /// `code`, `transactional`, `automation` or `campaign`.
    lane: &'static str,
    /// Deliveries in memory that are not under way.
    waiting: usize,
    under_way: u32,
    /// The database has more than these.
    more: bool,
    /// Where the domain's mail goes, once that is known.
    site: Option<String>,
    /// `nothing`, `connection`, `due`, `held`, `resolving`, `unresolved`, `no_such_domain`, `null_mx`, `expired`,
    /// `unreachable`, `slowed`, `blocked` or `operator`.
    why: &'static str,
    until: Option<String>,
    /// What was heard last about the domain or its site.
    reason: Option<String>,
}

/// One of our addresses towards one site. How much goes over it is not told: others use it, too.
#[derive(Serialize, ToSchema)]
struct PathEntry {
    site: String,
    source: u16,
    connections_max: u32,
    /// Why it rests, if it does: `unreachable`, `slowed`, `blocked` or `operator`.
    rests: Option<&'static str>,
    until: Option<String>,
}

async fn queue(holder: FullKey, State(app): State<Arc<App>>) -> axum::Json<QueueBody> {
    let Look { complete, queues, paths } = look(&app, holder.workspace);
    let queues = queues.into_iter().map(|queue| entry(&app, queue)).collect();
    let paths = paths.into_iter().map(path).collect();
    axum::Json(QueueBody { object: "queue", complete, queues, paths })
}

/// What waits in a workspace, as the scheduler has it.
pub struct Look {
    pub complete: bool,
    /// Those with most waiting first, [`QUEUES_MAX`] at most.
    pub queues: Vec<QueueView>,
    pub paths: Vec<PathView>,
}

/// Looks at a workspace's queues.
#[must_use]
pub fn look(app: &App, workspace: i64) -> Look {
    let (complete, mut queues, paths) = app.egress.view(|scheduler, now| {
        let queues = scheduler.queues(now).filter(|queue| queue.key.workspace == workspace);
        let mut queues: Vec<QueueView> = queues.collect();
        queues.sort_by(|a, b| b.waiting.cmp(&a.waiting).then_with(|| a.key.cmp(&b.key)));
        queues.truncate(QUEUES_MAX);
        let sites: HashSet<&str> = queues.iter().filter_map(|queue| queue.site.as_deref()).collect();
        let paths = scheduler.paths(now).filter(|path| sites.contains(&*path.site));
        let paths: Vec<PathView> = paths.collect();
        (scheduler.depth().swept, queues, paths)
    });
    queues.retain(|queue| queue.waiting > 0 || queue.leased > 0 || queue.spilled);
    Look { complete, queues, paths }
}

/// What was heard last about a queue's domain or site, when that is why it waits.
#[must_use]
pub fn reason(app: &App, queue: &QueueView) -> Option<String> {
    match queue.why {
        Waiting::Unresolved(_) | Waiting::Gone(_) => app.egress.sites.reason(&queue.key.domain),
        Waiting::Path(..) => queue.site.as_deref().and_then(|site| app.egress.sites.reason(site)),
        Waiting::Nothing | Waiting::Connection | Waiting::Due(_) | Waiting::Held | Waiting::Resolving => None,
    }
}

fn entry(app: &App, queue: QueueView) -> QueueEntry {
    let (why, until) = waits_for(queue.why);
    QueueEntry {
        domain: queue.key.domain.to_string(),
        lane: lane(queue.key.lane),
        waiting: queue.waiting,
        under_way: queue.leased,
        more: queue.spilled,
        why,
        until: until.map(rfc3339),
        reason: reason(app, &queue),
        site: queue.site.map(|site| site.to_string()),
    }
}

fn lane(lane: Lane) -> &'static str {
    match lane {
        Lane::Code => "code",
        Lane::Transactional => "transactional",
        Lane::Automation => "automation",
        Lane::Campaign => "campaign",
    }
}

/// The API's word for what a queue waits for, and until when.
#[must_use]
pub fn waits_for(why: Waiting) -> (&'static str, Option<At>) {
    match why {
        Waiting::Nothing => ("nothing", None),
        Waiting::Connection => ("connection", None),
        Waiting::Due(at) => ("due", Some(at)),
        Waiting::Held => ("held", None),
        Waiting::Resolving => ("resolving", None),
        Waiting::Unresolved(at) => ("unresolved", Some(at)),
        Waiting::Gone(Why::NoSuchDomain) => ("no_such_domain", None),
        Waiting::Gone(Why::NullMx) => ("null_mx", None),
        Waiting::Gone(Why::Expired) => ("expired", None),
        Waiting::Path(suspension, at) => (rest(suspension), Some(at)),
    }
}

fn rest(suspension: Suspension) -> &'static str {
    match suspension {
        Suspension::Unreachable => "unreachable",
        Suspension::Slowed => "slowed",
        Suspension::Blocked => "blocked",
        Suspension::Operator => "operator",
    }
}

fn path(path: PathView) -> PathEntry {
    PathEntry {
        site: path.site.to_string(),
        source: path.source,
        connections_max: path.connections_max,
        rests: path.rests.map(|(why, _)| rest(why)),
        until: path.rests.map(|(_, at)| rfc3339(at)),
    }
}
