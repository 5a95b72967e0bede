//! Workspaces, for who runs the installation: what each sends and may send; making, suspending and resuming.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::console::draw::initials;
use ::console::format::number;
use ::console::screen::overview::Status;
use ::console::screen::workspace::{Quota as Shown, Row, Workspaces};
use ::console::words::{Locale, Word};
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use store::StoreError;

use super::admin::{quota_rows, suspension_rows, told};
use super::{Beyond, MONTHLY_MAX, Quota};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::change::Change;
use crate::console::guard::Posted;
use crate::console::paging::{Edge, Paged};
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Operator, Screen, Section, show, show_again};
use crate::console::shell::home;
use crate::feature::access::Workspace;
use crate::feature::access::admin::{name_ok, workspace_rows, workspace_title};
use crate::feature::audit::Action;
use crate::feature::egress;
use crate::feature::person::member_row;
use crate::feature::person::permission::Role;
use crate::feature::person::setup::title_ok;
use crate::feature::stats::figures::Figures;
use crate::feature::stats::period::months_from;
use crate::feature::stats::read::sums_of_workspaces;
use crate::http::page::{From, Page};
use crate::id::Noun;

const PATH: &str = "/workspaces";

/// This slice's screens.
#[must_use]
pub fn screens() -> Vec<Screen> {
    vec![
        Screen::page(PATH, list).at(Section::Instance, "building-2", Word("workspaces")),
        Screen::form(PATH, make_sent),
        Screen::form("/workspaces/{name}/quota", quota_sent),
        Screen::form("/workspaces/{name}/suspend", suspend_sent),
        Screen::form("/workspaces/{name}/resume", resume_sent),
    ]
}

/// What the form of a new workspace says.
#[derive(Deserialize, Default)]
#[serde(default)]
struct New {
    name: String,
    title: String,
}

/// What the form of a quota says.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Wished {
    monthly: String,
    beyond: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Sure {
    sure: String,
}

async fn list(
    who: Operator,
    State(app): State<Arc<App>>,
    Query(edge): Query<Edge>,
) -> Result<Response, Refused> {
    show(&page(who, &app, &edge, New::default(), (None, None)).await?)
}

async fn page(
    who: Operator,
    app: &App,
    edge: &Edge,
    new: New,
    (mistake, quota_mistake): (Option<Word>, Option<Word>),
) -> Result<Workspaces, StoreError> {
    let snapshot = app.directory.snapshot();
    let mut all: Vec<&Workspace> = snapshot.workspaces.values().collect();
    all.sort_by_key(|workspace| (workspace.shown(), workspace.id));
    let asked = edge.page(Noun::Workspace);
    let paged = Paged::of(asked, of_page(asked, &all), &format!("{PATH}?"), |workspace| {
        Noun::Workspace.show(workspace.id)
    });
    let ids: Vec<i64> = paged.rows.iter().map(|workspace| workspace.id).collect();
    let month = (months_from(app.now(), 0), months_from(app.now(), 1));
    let of_month = sums_of_workspaces(&app.store, &ids, month).await?;
    let none = BTreeMap::new();
    let row = |workspace: &&Workspace| {
        row(&who, workspace, &Figures::of(of_month.get(&workspace.id).unwrap_or(&none)))
    };
    Ok(Workspaces {
        rows: paged.rows.iter().map(row).collect(),
        before: paged.before,
        after: paged.after,
        place: edge.query(),
        new_name: new.name,
        new_title: new.title,
        mistake,
        quota_mistake,
        page: who.page,
    })
}

/// Of all workspaces in the order of their names those of a page, and one more when there is one, in the page's direction.
fn of_page<'w>(page: Page, all: &[&'w Workspace]) -> Vec<&'w Workspace> {
    let rows = usize::try_from(page.rows()).unwrap_or(usize::MAX);
    let place = |id: i64| all.iter().position(|workspace| workspace.id == id);
    match page.from {
        From::Start => all.iter().take(rows).copied().collect(),
        From::After(id) => {
            all.iter().skip(place(id).map_or(0, |place| place + 1)).take(rows).copied().collect()
        }
        From::Before(id) => all[..place(id).unwrap_or(0)].iter().rev().take(rows).copied().collect(),
    }
}

fn row(who: &Operator, workspace: &Workspace, figures: &Figures) -> Row {
    let locale = who.page.words.locale;
    let suspended = workspace.suspended.is_some();
    let (class, icon, word) = match suspended {
        true => ("bou", "pause", Word("workspace-suspended")),
        false => ("ok", "check", Word("workspace-active")),
    };
    let quota = workspace.quota.map(|quota| Shown {
        monthly: number::whole(locale, quota.monthly),
        digits: quota.monthly,
        used: figures.accepted.min(quota.monthly),
        refuses: quota.beyond == Beyond::Refuse,
    });
    Row {
        name: workspace.name.to_string(),
        title: workspace.shown().to_owned(),
        initials: initials(workspace.shown()),
        logo: workspace.logo_path(),
        href: who.person.role(workspace.id).map(|_| home(workspace)),
        state: Status { class, icon, word },
        suspended,
        accepted: number::whole(locale, figures.accepted),
        quota,
        bounced: share(locale, figures.rates.bounced),
        unsubscribed: share(locale, figures.rates.unsubscribed),
    }
}

fn share(locale: Locale, share: Option<f64>) -> String {
    share.map_or_else(
        || "–".to_owned(),
        |share| {
            let (digits, sign) = number::percent(locale, share, 1);
            digits + &sign
        },
    )
}

/// The workspace that a path names.
fn named(app: &App, name: &str) -> Result<Workspace, Refused> {
    app.directory.snapshot().workspace_by_name(name).cloned().ok_or(Refused::NotFound)
}

/// Makes the process follow what was decided about a workspace.
async fn follow(app: &Arc<App>, edge: &Edge) -> Result<Response, Refused> {
    app.directory.reload(&app.store).await?;
    egress::admin::reload(app).await?;
    Ok(back(edge))
}

/// The same page of the list again.
fn back(edge: &Edge) -> Response {
    redirect(&format!("{PATH}{}", edge.query()))
}

async fn make_sent(
    who: Operator,
    State(app): State<Arc<App>>,
    Posted(new): Posted<New>,
) -> Result<Response, Refused> {
    let (name, title) = (new.name.trim().to_owned(), new.title.trim().to_owned());
    if !name_ok(&name) || !title.is_empty() && !title_ok(&title) {
        return show_again(
            &page(who, &app, &Edge::default(), new, (Some(Word("workspace-name-mistake")), None)).await?,
        );
    }
    let (id, mut write) = workspace_rows(&app.mint, app.now(), &name);
    workspace_title(&mut write, id, &title);
    member_row(&mut write, who.person.id, id, Role::Owner);
    let change = Change {
        action: Action::WorkspaceMade,
        object: Noun::Workspace.show(id),
        before: None,
        after: Some(json!({ "name": name, "title": title, "owner": who.person.email })),
    };
    match who.commit(&app, write, (id, change)).await? {
        Some(_) => follow(&app, &Edge::default()).await,
        None => show_again(
            &page(who, &app, &Edge::default(), new, (Some(Word("workspace-name-taken")), None)).await?,
        ),
    }
}

/// Reads a quota: empty is none.
fn wished(form: &Wished) -> Result<Option<Quota>, Word> {
    if form.monthly.trim().is_empty() {
        return Ok(None);
    }
    let beyond = if form.beyond == "refuse" { Beyond::Refuse } else { Beyond::Tell };
    match grouped(form.monthly.trim()) {
        Some(monthly @ 1..=MONTHLY_MAX) => Ok(Some(Quota { monthly, beyond })),
        _ => Err(Word("workspace-monthly-mistake")),
    }
}

/// A whole number, also as people write one in our languages: `50,000`, `50.000`, `50 000`.
fn grouped(text: &str) -> Option<i64> {
    let groups: Vec<&str> = text.split([',', '.', ' ', '\u{a0}', '\u{202f}']).collect();
    let digits = |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    let (first, rest) = groups.split_first()?;
    let whole = groups.iter().all(|group| digits(group))
        && rest.iter().all(|group| group.len() == 3)
        && (rest.is_empty() || first.len() <= 3);
    if whole { groups.concat().parse().ok() } else { None }
}

async fn quota_sent(
    who: Operator,
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Query(edge): Query<Edge>,
    Posted(form): Posted<Wished>,
) -> Result<Response, Refused> {
    let workspace = named(&app, &name)?;
    let quota = match wished(&form) {
        Ok(quota) => quota,
        Err(wrong) => {
            return show_again(&page(who, &app, &edge, New::default(), (None, Some(wrong))).await?);
        }
    };
    let write = quota_rows((app.now(), who.by()), workspace.id, quota);
    let change = Change {
        action: Action::WorkspaceQuotaSet,
        object: Noun::Workspace.show(workspace.id),
        before: workspace.quota.map(told),
        after: quota.map(told),
    };
    who.commit(&app, write, (workspace.id, change)).await?.ok_or(Refused::NotFound)?;
    follow(&app, &edge).await
}

async fn suspend_sent(
    who: Operator,
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Query(edge): Query<Edge>,
    Posted(form): Posted<Sure>,
) -> Result<Response, Refused> {
    decide(who, &app, (&name, &edge), (form, true)).await
}

async fn resume_sent(
    who: Operator,
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Query(edge): Query<Edge>,
    Posted(form): Posted<Sure>,
) -> Result<Response, Refused> {
    decide(who, &app, (&name, &edge), (form, false)).await
}

async fn decide(
    who: Operator,
    app: &Arc<App>,
    (name, edge): (&str, &Edge),
    (form, suspended): (Sure, bool),
) -> Result<Response, Refused> {
    let workspace = named(app, name)?;
    if form.sure != "yes" {
        return Ok(back(edge));
    }
    let write = suspension_rows((app.now(), who.by()), workspace.id, suspended);
    let change = Change {
        action: if suspended { Action::WorkspaceSuspended } else { Action::WorkspaceResumed },
        object: Noun::Workspace.show(workspace.id),
        before: Some(json!({ "suspended": workspace.suspended.is_some() })),
        after: Some(json!({ "suspended": suspended })),
    };
    // When it conflicts, it was so already.
    who.commit(app, write, (workspace.id, change)).await?;
    follow(app, edge).await
}
