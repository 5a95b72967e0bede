//! What an owner asks of everybody in a workspace: a second factor.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use store::Write;

use super::users::path;
use crate::app::App;
use crate::console::change::Change;
use crate::console::guard::Posted;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, Screen};
use crate::feature::access::SecondFactor;
use crate::feature::access::admin::workspace_second_factor;
use crate::feature::audit::Action;
use crate::feature::person::Strength;
use crate::feature::person::permission::need::RequireSecondFactor;
use crate::id::Noun;

pub(super) fn screens() -> Vec<Screen> {
    vec![Screen::form("/w/{workspace}/users/second-factor", second_factor_sent)]
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    wanted: String,
}

async fn second_factor_sent(
    who: Member<RequireSecondFactor>,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Wanted>,
) -> Result<Response, Refused> {
    let wanted = SecondFactor::parse(&sent.wanted).unwrap_or(who.workspace.second_factor);
    // Who asks it of others has shown one: else the first page after this one would be the way to set it up.
    let own = wanted == SecondFactor::Optional || who.person.strength == Strength::TwoFactors;
    if !own {
        return Err(Refused::SecondFactor { workspace: who.workspace.name.to_string() });
    }
    if wanted != who.workspace.second_factor {
        let mut write = Write::default();
        workspace_second_factor(&mut write, who.workspace.id, wanted);
        let change = Change {
            action: Action::SecondFactorRequired,
            object: Noun::Workspace.show(who.workspace.id),
            before: Some(json!({ "second_factor": who.workspace.second_factor.as_str() })),
            after: Some(json!({ "second_factor": wanted.as_str() })),
        };
        who.commit(&app, write, change).await?.ok_or(Refused::NotFound)?;
        app.directory.reload(&app.store).await?;
    }
    Ok(redirect(&path(&who.workspace)))
}
