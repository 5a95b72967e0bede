//! The frame round a workspace's screens: navigation, switcher, person.

use console::Page;
use console::draw::initials;
use console::page::{Entry, Inside, Place, Section};
use console::words::Word;

use super::chosen;
use super::screen::{self, Access, Screen};
use crate::directory::Snapshot;
use crate::feature::access::Workspace;
use crate::feature::person::Person;
use crate::feature::person::permission::Role;
use crate::settings::Settings;

/// A workspace's Overview.
#[must_use]
pub fn home(workspace: &Workspace) -> String {
    format!("/w/{}/", workspace.name)
}

/// What the paths of a person's own pages end with in a workspace's frame.
#[must_use]
pub fn at(workspace: &Workspace) -> String {
    format!("?at={}", workspace.name)
}

#[must_use]
pub fn role_word(role: Role) -> Word {
    match role {
        Role::Owner => Word("role-owner"),
        Role::Admin => Word("role-admin"),
        Role::Developer => Word("role-developer"),
        Role::Marketer => Word("role-marketer"),
        Role::Seller => Word("role-seller"),
    }
}

/// Puts the frame round a page: only what the role may open is in its navigation.
pub(super) fn frame(
    page: &mut Page,
    (snapshot, settings): (&Snapshot, &Settings),
    person: &Person,
    (workspace, role): (&Workspace, Role),
) {
    let place = |one: &Workspace| Place {
        title: one.shown().to_owned(),
        initials: initials(one.shown()),
        logo: one.logo_path(),
        href: home(one),
        here: one.id == workspace.id,
    };
    let mut workspaces: Vec<_> =
        person.memberships.iter().filter_map(|(id, _)| snapshot.workspaces.get(id)).map(place).collect();
    workspaces.sort_by(|one, other| one.title.cmp(&other.title));
    page.inside = Some(Inside {
        person: person.name.clone(),
        email: person.email.clone(),
        initials: initials(&person.name),
        role: role_word(role),
        workspace: place(workspace),
        suspended: workspace.suspended.is_some(),
        done: chosen::told(&page.here, page.words),
        workspaces,
        sections: sections(&page.here, settings, workspace, (role, person.operator)),
        at: at(workspace),
    });
}

/// Puts a frame round a person's own page: that of the workspace which the address names, else that of the person's first one.
pub(super) fn own_frame(page: &mut Page, (snapshot, settings): (&Snapshot, &Settings), person: &Person) {
    let query = page.here.split_once('?').map_or("", |(_, query)| query).to_owned();
    let named = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "at").map(|(_, name)| name);
    let place = |(id, role): &(i64, Role)| snapshot.workspaces.get(id).map(|workspace| (workspace, *role));
    let mut places = person.memberships.iter().filter_map(place);
    let first = places.clone().next();
    let asked = places.find(|(workspace, _)| named.as_deref() == Some(&*workspace.name));
    if let Some(place) = asked.or(first) {
        frame(page, (snapshot, settings), person, place);
    }
}

fn sections(
    here: &str,
    settings: &Settings,
    workspace: &Workspace,
    (role, operator): (Role, bool),
) -> Vec<Section> {
    let here = here.split('?').next().unwrap_or_default();
    let screens = super::screens();
    let of = |section: screen::Section| {
        let placed = screens.iter().filter_map(|screen| Some((screen, screen.place.as_ref()?)));
        let opens = |screen: &Screen| screen.opens_for(role) || operator && screen.access == Access::Operator;
        let own = placed
            .filter(|(screen, place)| place.section == section && opens(screen) && (place.when)(settings));
        let entries = own.map(|(screen, place)| entry(screen, place, here, workspace)).collect::<Vec<_>>();
        (!entries.is_empty()).then(|| Section { heading: section.heading(), entries })
    };
    screen::Section::ALL.into_iter().filter_map(of).collect()
}

fn entry(screen: &Screen, place: &screen::Place, here: &str, workspace: &Workspace) -> Entry {
    let href = screen.path.replace("{workspace}", &workspace.name);
    let is_home = href == home(workspace);
    let within =
        here == href || !is_home && here.strip_prefix(&*href).is_some_and(|rest| rest.starts_with('/'));
    Entry { here: within, href, icon: place.icon, label: place.label, key: key(screen.path) }
}

/// The letter that leads to a screen after `g`.
fn key(path: &str) -> &'static str {
    match path.strip_prefix("/w/{workspace}/").unwrap_or(path) {
        "" => "o",
        "activity" => "a",
        "queue" => "q",
        "usage" => "u",
        "contacts" => "c",
        "suppressions" => "s",
        "templates" => "t",
        "automations" => "f",
        "domains" => "d",
        "webhooks" => "w",
        "keys" => "k",
        "people" => "p",
        "audit" => "l",
        "settings" => "e",
        _ => "",
    }
}

/// A path of our own, or the root: what came with a request may be any text.
#[must_use]
pub fn local(path: &str) -> &str {
    let own = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.chars().any(char::is_control);
    if own { path } else { "/" }
}

/// A text as a query's value.
#[must_use]
pub fn escaped(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        for (path, wanted) in [
            ("/w/a/", "/w/a/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("", "/"),
            ("/a\r\nb", "/"),
        ] {
            assert_eq!(local(path), wanted, "{path:?}");
        }
        assert_eq!(escaped("/w/a/?q=b&c"), "/w/a/%3Fq%3Db%26c");
    }
}
