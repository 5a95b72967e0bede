//! A template's HTML alone, for a frame: of the draft, of what is being typed, of a version, of the gallery.
//!
//! Guarantee: it leaves as [`Sandboxed`]; no script runs, and nothing is loaded but images that somebody asked for.

use std::sync::Arc;

use ::console::screen::template::Unseen;
use ::console::words::Words;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use content::{Rendered, Source, gallery};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::draft::Edited;
use super::look::{Unmade, mail};
use super::{FORM_OCTETS_MAX, existing};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::guard::Posted;
use crate::console::refusal::Refused;
use crate::console::screen::{Member, Named, show};
use crate::console::visit::{Sandboxed, WithImages};
use crate::feature::person::permission::need::{ChangeTemplates, SeeTemplates};
use crate::feature::template::admin::version_source;

/// How it is looked at.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    name: String,
    locale: String,
    version: Option<String>,
    dark: String,
    images: String,
}

/// Of the draft as it is stored, or of a version.
pub(super) async fn stored(
    who: Member<SeeTemplates>,
    State(app): State<Arc<App>>,
    named: Named,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let template = existing(&app, who.workspace.id, &named).await?;
    let source = match &asked.version {
        None => template.draft,
        Some(version) => {
            let number = version.parse().map_err(|_| Refused::NotFound)?;
            let found = version_source(&app.store, (who.workspace.id, template.id), number).await?;
            found.ok_or(Refused::NotFound)?
        }
    };
    let variables = source.sample.clone();
    let manner = (!asked.dark.is_empty(), !asked.images.is_empty());
    framed(&who, &app, (&source, &asked.locale, variables), manner).await
}

/// Of what is being typed.
pub(super) async fn typed(
    who: Member<ChangeTemplates>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(edited): Posted<Edited, FORM_OCTETS_MAX>,
) -> Result<Response, Refused> {
    let mut template = existing(&app, who.workspace.id, &named).await?;
    edited.lay(who.page.words, &mut template);
    let variables = template.draft.sample.clone();
    let manner = (!edited.dark.is_empty(), !edited.images.is_empty());
    framed(&who, &app, (&template.draft, &edited.variant, variables), manner).await
}

/// Of a ready template.
pub(super) async fn ready(
    who: Member<ChangeTemplates>,
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let entry = gallery::find(&asked.name).unwrap_or(&gallery::ENTRIES[0]);
    let variables = entry.sample(&asked.locale);
    framed(&who, &app, (&entry.source(), &asked.locale, variables), (false, false)).await
}

async fn framed<P>(
    who: &Member<P>,
    app: &App,
    (source, locale, variables): (&Source, &str, Map<String, Value>),
    manner: (bool, bool),
) -> Result<Response, Refused> {
    frame(who.page.words, mail((app, who.workspace.id), source, locale, variables).await?, manner)
}

/// A mail, or why there is none, for a frame: in the dark or not, with images or without.
pub(super) fn frame(
    words: Words,
    made: Result<Rendered, Unmade>,
    (dark, images): (bool, bool),
) -> Result<Response, Refused> {
    let unseen = |lines: Vec<String>, text: String| show(&Unseen { words, lines, text });
    let mut response = match made {
        Ok(Rendered { html: Some(html), .. }) => Html(in_colours(&html, dark)).into_response(),
        Ok(Rendered { text, .. }) => unseen(Vec::new(), text.unwrap_or_default())?,
        Err(Unmade::Source(problems)) => {
            unseen(problems.iter().map(ToString::to_string).collect(), String::new())?
        }
        Err(Unmade::Data(failure)) => unseen(vec![failure.to_string()], String::new())?,
    };
    response.extensions_mut().insert(Sandboxed);
    if images {
        response.extensions_mut().insert(WithImages);
    }
    Ok(response)
}

/// As a mailbox in dark, or in light, colours takes the conditions of a mail's styles: whatever the browser itself prefers.
fn in_colours(html: &str, dark: bool) -> String {
    const ASKED: &str = "prefers-color-scheme";
    let lower = html.to_ascii_lowercase();
    let mut out = String::with_capacity(html.len());
    let mut done = 0;
    for (at, _) in lower.match_indices(ASKED) {
        let rest = &lower[at + ASKED.len()..];
        let Some(value) = rest.trim_ascii_start().strip_prefix(':').map(str::trim_ascii_start) else {
            continue;
        };
        let Some(scheme) = ["dark", "light"].into_iter().find(|scheme| value.starts_with(scheme)) else {
            continue;
        };
        out.push_str(&html[done..at]);
        out.push_str(if (scheme == "dark") == dark { "min-width:0" } else { "max-width:0" });
        done = at + ASKED.len() + (rest.len() - value.len()) + scheme.len();
    }
    out.push_str(&html[done..]);
    // And the ground that the browser itself puts beneath.
    match dark {
        false => out.push_str("<style>:root{color-scheme:light!important}</style>"),
        true if lower.contains("color-scheme") => {
            out.push_str("<style>:root{color-scheme:dark!important}</style>");
        }
        true => {}
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_on_colours_are_answered_by_who_looks() {
        let table = [
            (
                "@media (prefers-color-scheme: dark){a{}}",
                "@media (min-width:0){a{}}",
                "@media (max-width:0){a{}}",
            ),
            ("(Prefers-Color-Scheme :\n light)", "(max-width:0)", "(min-width:0)"),
            ("prefers-color-scheme", "prefers-color-scheme", "prefers-color-scheme"),
            (
                "é (prefers-color-scheme:none)",
                "é (prefers-color-scheme:none)",
                "é (prefers-color-scheme:none)",
            ),
        ];
        for (html, dark, light) in table {
            let style = |scheme| format!("<style>:root{{color-scheme:{scheme}!important}}</style>");
            let wanted = (format!("{dark}{}", style("dark")), format!("{light}{}", style("light")));
            assert_eq!((in_colours(html, true), in_colours(html, false)), wanted);
        }
        assert_eq!(in_colours("<p>", true), "<p>", "a mail that knows of no dark stays light");
    }
}
