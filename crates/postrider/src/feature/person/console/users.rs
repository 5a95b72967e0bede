//! Users and roles: members, invitations, and who may what.
//!
//! Guarantee: an invitation's link is on the page that answers its making, and on no other.

use std::sync::Arc;

use ::console::draw::initials;
use ::console::format::time::{Zone, ago, moment};
use ::console::page::Page as Frame;
use ::console::screen::invitation::Letter;
use ::console::screen::key::Choice;
use ::console::screen::people::{Invitation, Made, Matrix, Member as Row, People};
use ::console::words::{Locale, Word, Words};
use axum::extract::State;
use axum::response::Response;
use mail::{Address, At};
use serde::Deserialize;
use serde_json::json;

use super::act::{made, removed, revoked};
use super::bulk;
use crate::app::App;
use crate::console::asked::Query;
use crate::console::change::Change;
use crate::console::guard::Posted;
use crate::console::paging::{Edge, Paged};
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, Named, Screen, Section, show, show_again};
use crate::console::shell::role_word;
use crate::feature::access::{SecondFactor, Workspace};
use crate::feature::audit::Action;
use crate::feature::person::invitation::{self, New, Told, invite};
use crate::feature::person::member::{Listed, member_find, member_list};
use crate::feature::person::permission::need::SteerPeople;
use crate::feature::person::permission::{Permission, Role};
use crate::id::Noun;

pub(super) fn screens() -> Vec<Screen> {
    vec![
        Screen::page("/w/{workspace}/users", list).at(Section::Workspace, "users", Word("users")),
        Screen::form("/w/{workspace}/users/chosen", bulk::members_sent),
        Screen::form("/w/{workspace}/users/{id}/role", role_sent),
        Screen::form("/w/{workspace}/users/{id}/remove", remove_sent),
        Screen::form("/w/{workspace}/users/invitations", invite_sent),
        Screen::form("/w/{workspace}/users/invitations/{id}/revoke", revoke_sent),
        Screen::form("/w/{workspace}/users/invitations/chosen", bulk::sent),
        Screen::page("/w/{workspace}/users.csv", bulk::csv),
    ]
}

pub(super) fn path(workspace: &Workspace) -> String {
    format!("/w/{}/users", workspace.name)
}

/// What somebody typed to invite, and what came of it.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Typed {
    email: String,
    role: String,
    language: String,
}

/// Why there is another page than the plain list.
#[derive(Default)]
struct Outcome {
    typed: Typed,
    mistake: Option<Word>,
    refused: Option<Word>,
    made: Option<Made>,
}

async fn list(
    who: Member<SteerPeople>,
    State(app): State<Arc<App>>,
    Query(edge): Query<Edge>,
) -> Result<Response, Refused> {
    show(&page(who, &app, &edge, Outcome::default()).await?)
}

async fn page(who: Member<SteerPeople>, app: &App, edge: &Edge, outcome: Outcome) -> Result<People, Refused> {
    let (path, asked, words, now) =
        (path(&who.workspace), edge.page(Noun::Person), who.page.words, app.now());
    let rows = member_list(&app.store, who.workspace.id, asked).await?;
    let paged = Paged::of(asked, rows, &format!("{path}?"), |one| Noun::Person.show(one.id));
    let invitations = invitation::invitation_list(&app.store, who.workspace.id).await?;
    let own = who.person.locale.unwrap_or(words.locale);
    let language = Locale::parse(&outcome.typed.language).unwrap_or(own);
    let rows: Vec<Row> = paged.rows.into_iter().map(|one| row(&who, now, one)).collect();
    Ok(People {
        may_choose: rows.iter().any(|one| !one.own && !one.roles.is_empty()),
        rows,
        before: paged.before,
        after: paged.after,
        invitations: invitations.into_iter().map(|one| invited(words, &who.zone, now, one)).collect(),
        made: outcome.made,
        email: outcome.typed.email,
        mistake: outcome.mistake,
        roles: roles(words, who.role, Role::parse(&outcome.typed.role).unwrap_or(Role::Developer)),
        languages: languages(language),
        refused: outcome.refused,
        matrix: matrix(),
        required: who.workspace.second_factor == SecondFactor::Required,
        may_require: who.role.may(Permission::RequireSecondFactor),
        page: Frame { here: path.clone(), ..who.page },
        path,
    })
}

fn row(who: &Member<SteerPeople>, now: At, one: Listed) -> Row {
    let words = who.page.words;
    let roles = if who.role.gives(one.role) { roles(words, who.role, one.role) } else { Vec::new() };
    Row {
        own: one.id == who.person.id,
        id: Noun::Person.show(one.id),
        initials: initials(&one.name),
        role: role_word(one.role),
        roles,
        second_factor: one.second_factor,
        seen: one.seen.map_or_else(|| words.t("member-never"), |at| ago(words, &who.zone, now, at)),
        name: one.name,
        email: one.email,
    }
}

fn invited(words: Words, zone: &Zone, now: At, one: invitation::Listed) -> Invitation {
    let until = match one.expires > now {
        true => moment(words.locale, zone, one.expires),
        false => words.t("invitation-ended"),
    };
    Invitation {
        id: Noun::Invitation.show(one.id),
        role: role_word(one.role),
        email: one.email,
        by: one.by,
        until,
    }
}

/// The roles that one of this role gives.
fn roles(words: Words, giver: Role, chosen: Role) -> Vec<Choice> {
    let choice = |role: Role| Choice {
        value: role.as_str().to_owned(),
        label: words.word(role_word(role)),
        chosen: role == chosen,
    };
    Role::ALL.into_iter().filter(|role| giver.gives(*role)).map(choice).collect()
}

fn languages(chosen: Locale) -> Vec<Choice> {
    let choice = |locale: Locale| Choice {
        value: locale.tag().to_owned(),
        label: locale.name().to_owned(),
        chosen: locale == chosen,
    };
    Locale::ALL.map(choice).into()
}

fn matrix() -> Matrix {
    let line = |permission: &Permission| {
        (permission_word(*permission), Role::ALL.iter().map(|role| role.may(*permission)).collect())
    };
    Matrix { roles: Role::ALL.map(role_word).into(), lines: Permission::ALL.iter().map(line).collect() }
}

fn permission_word(permission: Permission) -> Word {
    match permission {
        Permission::SeeFigures => Word("may-see-figures"),
        Permission::SeeContent => Word("may-see-content"),
        Permission::SendMail => Word("may-send-mail"),
        Permission::SteerQueue => Word("may-steer-queue"),
        Permission::SeeSuppressions => Word("may-see-suppressions"),
        Permission::ChangeSuppressions => Word("may-change-suppressions"),
        Permission::LiftComplaints => Word("may-lift-complaints"),
        Permission::SeeTemplates => Word("may-see-templates"),
        Permission::ChangeTemplates => Word("may-change-templates"),
        Permission::SeeDomains => Word("may-see-domains"),
        Permission::ChangeDomains => Word("may-change-domains"),
        Permission::SteerWebhooks => Word("may-steer-webhooks"),
        Permission::SteerKeys => Word("may-steer-keys"),
        Permission::SteerPeople => Word("may-steer-people"),
        Permission::RequireSecondFactor => Word("may-require-second-factor"),
        Permission::SeeAudit => Word("may-see-audit"),
        Permission::EmptyCapture => Word("may-empty-capture"),
        Permission::ChangeWorkspace => Word("may-change-workspace"),
    }
}

/// The member of a path, and whether the one who asks stands high enough to change them.
async fn wanted(who: &Member<SteerPeople>, app: &App, named: &Named) -> Result<(Listed, bool), Refused> {
    let id = named.id(Noun::Person)?;
    let member = member_find(&app.store, who.workspace.id, id).await?.ok_or(Refused::NotFound)?;
    let may = who.role.gives(member.role);
    Ok((member, may))
}

async fn not_changed(who: Member<SteerPeople>, app: &App, why: Word) -> Result<Response, Refused> {
    let outcome = Outcome { refused: Some(why), ..Outcome::default() };
    show_again(&page(who, app, &Edge::default(), outcome).await?)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Chosen {
    role: String,
}

async fn role_sent(
    who: Member<SteerPeople>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(chosen): Posted<Chosen>,
) -> Result<Response, Refused> {
    let (member, may) = wanted(&who, &app, &named).await?;
    let role = Role::parse(&chosen.role).filter(|role| who.role.gives(*role));
    let role = match role {
        Some(role) if may => role,
        Some(_) | None => return not_changed(who, &app, Word("member-above")).await,
    };
    if role != member.role && made(&who, &app, (&member, role)).await?.is_none() {
        return not_changed(who, &app, Word("member-last-owner")).await;
    }
    Ok(redirect(&path(&who.workspace)))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Sure {
    sure: String,
}

async fn remove_sent(
    who: Member<SteerPeople>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(sure): Posted<Sure>,
) -> Result<Response, Refused> {
    let (member, may) = wanted(&who, &app, &named).await?;
    if !may {
        return not_changed(who, &app, Word("member-above")).await;
    }
    if sure.sure == "yes" {
        if removed(&who, &app, &member).await?.is_none() {
            return not_changed(who, &app, Word("member-last-owner")).await;
        }
        if member.id == who.person.id {
            return Ok(redirect("/"));
        }
    }
    Ok(redirect(&path(&who.workspace)))
}

/// Reads what was typed: the address and the role, or what is wrong.
async fn read(
    who: &Member<SteerPeople>,
    app: &App,
    typed: &Typed,
) -> Result<Result<(Address, Role), Word>, Refused> {
    let Ok(email) = Address::parse(typed.email.trim()) else { return Ok(Err(Word("mistake-email"))) };
    let Some(role) = Role::parse(&typed.role).filter(|role| who.role.gives(*role)) else {
        return Ok(Err(Word("invite-mistake-role")));
    };
    let open = invitation::invitation_list(&app.store, who.workspace.id).await?;
    let own = |one: &invitation::Listed| one.expires <= app.now() || who.role.gives(one.role);
    if open.iter().any(|one| one.email == email.folded() && !own(one)) {
        return Ok(Err(Word("member-above")));
    }
    if invitation::is_member(&app.store, who.workspace.id, &email.folded()).await? {
        return Ok(Err(Word("invite-mistake-member")));
    }
    Ok(Ok((email, role)))
}

async fn invite_sent(
    who: Member<SteerPeople>,
    State(app): State<Arc<App>>,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Refused> {
    let (now, start) = (app.now(), Edge::default());
    let (email, role) = match read(&who, &app, &typed).await? {
        Ok(asked) => asked,
        Err(mistake) => {
            let outcome = Outcome { typed, mistake: Some(mistake), ..Outcome::default() };
            return show_again(&page(who, &app, &start, outcome).await?);
        }
    };
    let new = New::of(&app, now, (&who.person, &who.workspace), (email, role));
    let mut letter = letter(&who, &app, &new, Locale::parse(&typed.language));
    let rows = || {
        let mut write = new.rows(now);
        let change = Change {
            action: Action::PersonInvited,
            object: Noun::Invitation.show(new.id),
            before: None,
            after: Some(json!({ "email": new.email.folded(), "role": role.as_str() })),
        };
        who.note(&app, &mut write, change);
        write
    };
    let told = invite(&app, now, (&new, &mut letter), rows).await?;
    let outcome = match told {
        Some(told) => {
            let by_mail = told == Told::ByMail;
            let made = Made { email: new.email.to_string(), link: letter.link, by_mail };
            Outcome { made: Some(made), ..Outcome::default() }
        }
        None => Outcome { typed, mistake: Some(Word("invite-mistake-many")), ..Outcome::default() },
    };
    let again = outcome.mistake.is_some();
    let shown = page(who, &app, &start, outcome).await?;
    if again { show_again(&shown) } else { show(&shown) }
}

fn letter(who: &Member<SteerPeople>, app: &App, new: &New<'_>, language: Option<Locale>) -> Letter {
    let words = language.map_or(who.page.words, Words::of);
    let http = || format!("http://{}", app.settings.http.listen);
    let origin = who.visit.origin().map_or_else(http, str::to_owned);
    Letter {
        words,
        by: who.person.name.clone(),
        workspace: who.workspace.shown().to_owned(),
        role: role_word(new.role),
        link: format!("{origin}/invitation/{}", new.token),
        days: i64::try_from(invitation::LIFE.as_secs() / 86_400).unwrap_or_default(),
        logo: false,
    }
}

async fn revoke_sent(
    who: Member<SteerPeople>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(sure): Posted<Sure>,
) -> Result<Response, Refused> {
    let id = named.id(Noun::Invitation)?;
    let open = invitation::invitation_list(&app.store, who.workspace.id).await?;
    let found = open.into_iter().find(|one| one.id == id).ok_or(Refused::NotFound)?;
    // An invitation to a role above one's own is not one's to end.
    if sure.sure == "yes" && who.role.gives(found.role) {
        revoked(&who, &app, &found).await?.ok_or(Refused::NotFound)?;
    }
    Ok(redirect(&path(&who.workspace)))
}
