//! Setting quotas, suspending and resuming.

use mail::At;
use serde_json::json;
use store::{Write, query};

use super::{Beyond, Quota};
use crate::feature::event::{self, By};
use crate::id::Noun;

query!(QUOTA_SET, "queries/quota_set.sql");
query!(SUSPEND, "queries/suspend.sql");
query!(RESUME, "queries/resume.sql");

/// Sets or lifts a workspace's quota; the write conflicts when there is no such workspace. What follows it must then read
/// the directory anew.
#[must_use]
pub fn quota_rows((now, by): (At, By), workspace: i64, quota: Option<Quota>) -> Write {
    let mut write = Write::default();
    let monthly = quota.map_or(0, |quota| quota.monthly);
    let refuses = quota.is_some_and(|quota| quota.beyond == Beyond::Refuse);
    let params =
        vec![("id", workspace.into()), ("quota", monthly.into()), ("refuses", i64::from(refuses).into())];
    write.step_expecting(1, "there is no such workspace", &QUOTA_SET, params);
    let told = json!({ "workspace_id": Noun::Workspace.show(workspace), "quota": quota.map(told) });
    event::note_change(&mut write, (now, by), workspace, event::Name::WorkspaceChanged, told);
    write
}

/// What events and the audit log say of a quota.
#[must_use]
pub fn told(quota: Quota) -> serde_json::Value {
    json!({ "monthly": quota.monthly, "refuses": quota.beyond == Beyond::Refuse })
}

/// Suspends a workspace, or resumes it; the write conflicts when it is so already, or not there. What follows it must then
/// read the directory and the holds anew.
#[must_use]
pub fn suspension_rows((now, by): (At, By), workspace: i64, suspended: bool) -> Write {
    let mut write = Write::default();
    match suspended {
        true => {
            let params = vec![("id", workspace.into()), ("now", now.0.into())];
            write.step_expecting(1, "it is suspended already", &SUSPEND, params);
        }
        false => {
            write.step_expecting(1, "it is not suspended", &RESUME, vec![("id", workspace.into())]);
        }
    }
    let told = json!({ "workspace_id": Noun::Workspace.show(workspace), "suspended": suspended });
    event::note_change(&mut write, (now, by), workspace, event::Name::WorkspaceChanged, told);
    write
}
