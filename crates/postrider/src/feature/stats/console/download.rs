//! The same figures as CSV: what a page of Usage shows, and what each key used by month.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::View;
use super::chart::{series, steps};
use super::overview::Asked as Ranged;
use super::usage::{Asked, GROUPS_READ_MAX, selected};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::refusal::Refused;
use crate::console::screen::Member;
use crate::feature::person::permission::need::SeeFigures;
use crate::feature::stats::api::{StatsRow, table};
use crate::feature::stats::figures::Figures;
use crate::feature::stats::period::{Period, Step, months_from};
use crate::feature::stats::read::sums;
use crate::feature::stats::select::Selection;
use crate::feature::stats::span::Span;
use crate::http::csv::download;

pub(super) async fn figures(
    who: Member<SeeFigures>,
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let view = View::of(&who, app.now(), asked.span());
    let (workspace, period) = (who.workspace.id, view.period());
    let selection = selected(&app, workspace, &asked).unwrap_or_else(Selection::everything);
    let _turn = app.list_turns.take(workspace).await;
    let rows: Vec<StatsRow> = match selection.group {
        Some(by) => {
            let at_once = Period { step: Step::Total, from: period.from_by(&selection), ..period };
            let (found, _) =
                sums(&app.store, workspace, (&at_once, &selection), (None, GROUPS_READ_MAX)).await?;
            let row = |sums: &crate::feature::stats::read::Sums| StatsRow {
                time: period.show(at_once.from),
                group: Some(by.show(&sums.group)),
                figures: Figures::of(&sums.of),
            };
            found.iter().map(row).collect()
        }
        None => {
            let steps = steps(&period);
            let (found, _) = sums(&app.store, workspace, (&period, &selection), (None, steps.len())).await?;
            let row = |(at, figures)| StatsRow { time: period.show(at), group: None, figures };
            series(&steps, &found).into_iter().map(row).collect()
        }
    };
    Ok(download("usage", table(&rows)))
}

pub(super) async fn consumption(
    who: Member<SeeFigures>,
    State(app): State<Arc<App>>,
    Query(Ranged { .. }): Query<Ranged>,
) -> Result<Response, Refused> {
    use crate::feature::stats::consumption::{months, table};
    let view = View::of(&who, app.now(), Span::Year);
    let (from, until) = (months_from(view.now, -11), months_from(view.now, 1));
    let _turn = app.list_turns.take(who.workspace.id).await;
    let months =
        months(&app, who.workspace.id, Period { from, until, step: Step::Month, zone_us: 0 }).await?;
    Ok(download("consumption", table(&months)))
}
