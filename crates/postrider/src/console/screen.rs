//! What can be seen: method, path, permission and handler in one value, from which router, navigation and tests are made.
//!
//! Guarantee: a handler takes its authority as its first argument, so none can be forgotten; a form's handler takes
//! [`Posted`] (or [`Uploaded`]) as its last.

use std::marker::PhantomData;
use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use console::Page;
use console::format::time::Zone;
use console::words::Word;
use store::StoreError;

use super::guard::{Posted, Uploaded};
use super::refusal::Refused;
use super::shell;
use super::visit::Visit;
use crate::app::App;
use crate::feature::access::Workspace;
use crate::feature::person::permission::{Needs, Permission, Role};
use crate::feature::person::{self, Person};
use crate::http::Api;
use crate::http::auth::Asking;
use crate::http::endpoint::Method;
use crate::id::Noun;
use crate::settings::Settings;

/// Who is let in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Anybody.
    Open,
    /// Who is signed in, wherever.
    SignedIn,
    /// A member of the path's `{workspace}` whose role has the permission.
    Member(Permission),
    /// Who runs the installation.
    Operator,
}

/// Groups of the navigation, in their order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Section {
    First,
    People,
    Writing,
    Delivery,
    Workspace,
    Instance,
}

impl Section {
    pub const ALL: [Section; 6] = [
        Section::First,
        Section::People,
        Section::Writing,
        Section::Delivery,
        Section::Workspace,
        Section::Instance,
    ];

    #[must_use]
    pub fn heading(self) -> Option<Word> {
        match self {
            Section::First => None,
            Section::People => Some(Word("nav-people")),
            Section::Writing => Some(Word("nav-writing")),
            Section::Delivery => Some(Word("nav-delivery")),
            Section::Workspace => Some(Word("nav-workspace")),
            Section::Instance => Some(Word("nav-instance")),
        }
    }
}

/// Where a screen stands in the navigation: in a section, in the order of the list of screens.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub section: Section,
    /// A symbol of `component/sprite.html`.
    pub icon: &'static str,
    pub label: Word,
    /// Where it would be of no use, by the settings, it does not stand there.
    pub when: fn(&Settings) -> bool,
}

/// One thing that can be seen or sent.
#[derive(Clone)]
pub struct Screen {
    pub method: Method,
    pub path: &'static str,
    pub access: Access,
    pub place: Option<Place>,
    pub(super) handler: MethodRouter<Api>,
}

/// A handler's first argument.
pub trait Admits {
    const ACCESS: Access;
}

/// Handlers whose first argument is an authority.
pub trait Admitting {
    const ACCESS: Access;
}

/// And whose last is a form.
pub trait Guarded: Admitting {}

macro_rules! handlers {
    ($($argument:ident)*) => {
        impl<M, A: Admits, $($argument),*> Admitting for (M, A, $($argument,)*) {
            const ACCESS: Access = A::ACCESS;
        }
        impl<M, A: Admits, $($argument,)* F, const N: usize> Guarded for (M, A, $($argument,)* Posted<F, N>) {}
        impl<M, A: Admits, $($argument,)* const N: usize> Guarded for (M, A, $($argument,)* Uploaded<N>) {}
    };
}
handlers!();
handlers!(B);
handlers!(B C);
handlers!(B C D);
impl<M, A: Admits, B, C, D, E> Admitting for (M, A, B, C, D, E) {
    const ACCESS: Access = A::ACCESS;
}

impl Screen {
    /// A page. `handler`'s first argument is [`Visitor`], [`SignedIn`] or [`Member`].
    pub fn page<H, T>(path: &'static str, handler: H) -> Screen
    where
        H: Handler<T, Api>,
        T: Admitting + 'static,
    {
        Screen { method: Method::Get, path, access: T::ACCESS, place: None, handler: get(handler) }
    }

    /// What a form is sent to: `handler`'s last argument is [`Posted`], or [`Uploaded`] when it has a file.
    pub fn form<H, T>(path: &'static str, handler: H) -> Screen
    where
        H: Handler<T, Api>,
        T: Guarded + 'static,
    {
        Screen { method: Method::Post, path, access: T::ACCESS, place: None, handler: post(handler) }
    }

    /// Gives it a place in the navigation.
    #[must_use]
    pub fn at(mut self, section: Section, icon: &'static str, label: Word) -> Screen {
        self.place = Some(Place { section, icon, label, when: |_| true });
        self
    }

    /// Keeps it out of the navigation where the settings make it useless.
    #[must_use]
    pub fn placed_if(mut self, when: fn(&Settings) -> bool) -> Screen {
        self.place = self.place.map(|place| Place { when, ..place });
        self
    }

    /// Whether a member of this role may.
    #[must_use]
    pub fn opens_for(&self, role: Role) -> bool {
        match self.access {
            Access::Open | Access::SignedIn => true,
            Access::Member(permission) => role.may(permission),
            Access::Operator => false,
        }
    }
}

/// What a handler's first argument found. The body of a form comes later, and it must still be so then: who was taken out in
/// between changes nothing any more.
#[derive(Clone, Copy)]
pub(super) struct Authority {
    person: i64,
    member: Option<(i64, Role)>,
    operator: bool,
}

impl Authority {
    pub(super) async fn stands(self, app: &App, visit: &Visit) -> Result<bool, StoreError> {
        let Some(token) = &visit.session else { return Ok(false) };
        let person = person::of_session(&app.store, app.now(), token).await?;
        let snapshot = app.directory.snapshot();
        Ok(person.is_some_and(|person| {
            let member = self.member.is_none_or(|(workspace, role)| {
                let place = snapshot.workspaces.get(&workspace);
                person.role(workspace) == Some(role) && place.is_some_and(|place| person.may_enter(place))
            });
            let operator = person.operator && person.closed_to(&snapshot).next().is_none();
            person.id == self.person && member && (operator || !self.operator)
        }))
    }
}

/// Anybody, signed in or not.
pub struct Visitor {
    pub visit: Arc<Visit>,
    pub person: Option<Person>,
}

/// Somebody who is signed in.
pub struct SignedIn {
    pub visit: Arc<Visit>,
    pub person: Person,
}

/// Somebody who may do this in this workspace.
pub struct Member<P> {
    pub visit: Arc<Visit>,
    pub person: Person,
    pub workspace: Workspace,
    pub role: Role,
    /// With the frame round it.
    pub page: Page,
    pub zone: Zone,
    permission: PhantomData<P>,
}

/// Who runs the installation, framed by the workspace that is theirs.
pub struct Operator {
    pub visit: Arc<Visit>,
    pub person: Person,
    pub page: Page,
}

impl Admits for Operator {
    const ACCESS: Access = Access::Operator;
}

impl SignedIn {
    /// What the person's own pages are given: with the frame of the workspace that they came from.
    #[must_use]
    pub fn page(&self, app: &App) -> Page {
        let mut page = self.visit.page();
        shell::own_frame(&mut page, (&app.directory.snapshot(), &app.settings), &self.person);
        page
    }
}

impl Admits for Visitor {
    const ACCESS: Access = Access::Open;
}

impl Admits for SignedIn {
    const ACCESS: Access = Access::SignedIn;
}

impl<P: Needs> Admits for Member<P> {
    const ACCESS: Access = Access::Member(P::PERMISSION);
}

impl FromRequestParts<Api> for Visitor {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Visitor, Refused> {
        let visit = parts.extensions.get::<Arc<Visit>>().cloned().ok_or(Refused::Fault)?;
        let person = match &visit.session {
            Some(token) => person::of_session(&api.app.store, api.app.now(), token).await?,
            None => None,
        };
        if let Some(person) = &person {
            visit.known(person);
        }
        Ok(Visitor { visit, person })
    }
}

impl FromRequestParts<Api> for SignedIn {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<SignedIn, Refused> {
        let Visitor { visit, person } = Visitor::from_request_parts(parts, api).await?;
        // A form cannot be sent again after signing in: its page can.
        let next = if parts.method.is_safe() { visit.here.clone() } else { "/".to_owned() };
        let person = person.ok_or(Refused::SignIn { next })?;
        parts.extensions.insert(Authority { person: person.id, member: None, operator: false });
        Ok(SignedIn { visit, person })
    }
}

impl<P: Needs> FromRequestParts<Api> for Member<P> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Member<P>, Refused> {
        let SignedIn { visit, person } = SignedIn::from_request_parts(parts, api).await?;
        let params = RawPathParams::from_request_parts(parts, api).await.map_err(|_| Refused::NotFound)?;
        let name = params.iter().find(|(key, _)| *key == "workspace").map(|(_, value)| value);
        let snapshot = api.app.directory.snapshot();
        let workspace = name.and_then(|name| snapshot.workspace_by_name(name)).ok_or(Refused::NotFound)?;
        // Who is no member is not told that it exists.
        let role = person.role(workspace.id).ok_or(Refused::NotFound)?;
        if !person.may_enter(workspace) {
            return Err(Refused::SecondFactor { workspace: workspace.name.to_string() });
        }
        if !role.may(P::PERMISSION) {
            let helpers = person::helpers(&api.app.store, workspace.id, P::PERMISSION).await?;
            return Err(Refused::Forbidden { role, helpers });
        }
        parts.extensions.insert(Authority {
            person: person.id,
            member: Some((workspace.id, role)),
            operator: false,
        });
        parts.extensions.insert(Asking(workspace.id));
        let mut page = visit.page();
        shell::frame(&mut page, (&snapshot, &api.app.settings), &person, (workspace, role));
        let zone = Zone::named(&person.zone);
        let workspace = workspace.clone();
        Ok(Member { visit, person, workspace, role, page, zone, permission: PhantomData })
    }
}

impl FromRequestParts<Api> for Operator {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Operator, Refused> {
        let SignedIn { visit, person } = SignedIn::from_request_parts(parts, api).await?;
        // Who does not run it is not told what there is.
        if !person.operator {
            return Err(Refused::NotFound);
        }
        let snapshot = api.app.directory.snapshot();
        // Whoever steers every workspace has shown what any of their own wants shown.
        if let Some(closed) = person.closed_to(&snapshot).next() {
            return Err(Refused::SecondFactor { workspace: closed.name.to_string() });
        }
        parts.extensions.insert(Authority { person: person.id, member: None, operator: true });
        let mut page = visit.page();
        let own = person.memberships.iter();
        let own = own.filter_map(|(id, role)| Some((snapshot.workspaces.get(id)?, *role)));
        if let Some(own) = own.min_by_key(|(workspace, _)| workspace.id) {
            shell::frame(&mut page, (&snapshot, &api.app.settings), &person, own);
        }
        Ok(Operator { visit, person, page })
    }
}

/// What the `{id}` of a path says.
pub struct Named(String);

impl Named {
    /// The id of this noun.
    ///
    /// # Errors
    /// It is none.
    pub fn id(&self, noun: Noun) -> Result<i64, Refused> {
        noun.read(&self.0).ok_or(Refused::NotFound)
    }
}

impl FromRequestParts<Api> for Named {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Named, Refused> {
        let params = RawPathParams::from_request_parts(parts, api).await.map_err(|_| Refused::NotFound)?;
        let id = params.iter().find(|(key, _)| *key == "id").map(|(_, value)| value.to_owned());
        id.map(Named).ok_or(Refused::NotFound)
    }
}

/// The form again, because something in it is wrong.
///
/// # Errors
/// The template's own.
pub fn show_again(template: &impl Template) -> Result<Response, Refused> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, show(template)?).into_response())
}

/// A page as an answer.
///
/// # Errors
/// The template's own.
pub fn show(template: &impl Template) -> Result<Response, Refused> {
    Ok(Html(template.render()?).into_response())
}
