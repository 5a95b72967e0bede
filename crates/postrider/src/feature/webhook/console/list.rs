//! The endpoints, each with how it answered lately.

use std::sync::Arc;

use ::console::Page as Frame;
use ::console::draw::{Column, Frank};
use ::console::format::number;
use ::console::screen::webhook::{Health, Row, Webhooks};
use ::console::words::Words;
use axum::extract::State;
use axum::response::Response;
use mail::At;
use store::StoreError;

use super::super::Endpoint;
use super::super::kept::{Kept, Verdict, attempts_newest};
use super::super::stored::waiting_count;
use super::{list_path, path, sign};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::paging::{Edge, Paged};
use crate::console::refusal::Refused;
use crate::console::screen::{Member, show};
use crate::feature::person::permission::need::SteerWebhooks;
use crate::feature::stats::HOUR_US;
use crate::id::Noun;

/// Hours of the bar.
const HOURS: i64 = 24;
/// Rows of attempts that it is made of; a busy endpoint has many attempts in each. Reason: a list draws fifty bars.
const ROWS_MAX: i64 = 100;
/// Events that a line names.
const EVENTS_SHOWN: usize = 3;

pub(super) async fn list(
    who: Member<SteerWebhooks>,
    State(app): State<Arc<App>>,
    Query(edge): Query<Edge>,
) -> Result<Response, Refused> {
    let (page, path) = (edge.page(Noun::Webhook), list_path(&who.workspace));
    let _turn = app.list_turns.take(who.workspace.id).await;
    let all = app.webhooks.of_workspace(who.workspace.id);
    let rows = page.of_descending(all.into_iter(), |endpoint| endpoint.id);
    let paged = Paged::of(page, rows, &format!("{path}?"), |one| Noun::Webhook.show(one.id));
    let mut rows = Vec::with_capacity(paged.rows.len());
    for endpoint in &paged.rows {
        rows.push(Row {
            id: Noun::Webhook.show(endpoint.id),
            href: self::path(&who.workspace, endpoint.id),
            url: endpoint.url.as_str().to_owned(),
            status: sign(endpoint),
            events: events(who.page.words, endpoint),
            health: health(&app, who.page.words, endpoint).await?,
        });
    }
    let page = Frame { here: path.clone(), ..who.page };
    show(&Webhooks { rows, before: paged.before, after: paged.after, path, page })
}

/// What an endpoint is told, in a line.
pub(super) fn events(words: Words, endpoint: &Endpoint) -> String {
    let Some(names) = &endpoint.events else { return words.t("webhook-events-all") };
    let first = names.iter().take(EVENTS_SHOWN).map(|name| name.to_string()).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(EVENTS_SHOWN) {
        0 => first,
        more => words.t2("overview-and-more", ("first", first), ("n", more)),
    }
}

/// How an endpoint answered in the last day.
pub(super) async fn health(app: &App, words: Words, endpoint: &Endpoint) -> Result<Health, StoreError> {
    let (now, of) = (app.now(), (endpoint.workspace, endpoint.id));
    let newest = attempts_newest(&app.store, of, ROWS_MAX).await?;
    let waiting = waiting_count(&app.store, endpoint.id).await?;
    Ok(drawn(words, now, &newest, waiting))
}

/// The bar of attempts, newest first: taken above the line, not taken below.
fn drawn(words: Words, now: At, newest: &[Kept], waiting: i64) -> Health {
    let since = now.0 - HOURS * HOUR_US;
    let lately: Vec<_> = newest.iter().filter(|kept| kept.at_us >= since && !kept.sample).collect();
    let mut columns: Vec<_> = (0..HOURS).map(|_| Column { up: 0, down: 0 }).collect();
    for kept in &lately {
        let hour = usize::try_from((kept.at_us - since) / HOUR_US).unwrap_or(0).min(columns.len() - 1);
        match kept.verdict {
            Verdict::Delivered => columns[hour].up += 1,
            Verdict::Failed | Verdict::GivenUp => columns[hour].down += 1,
        }
    }
    let taken = lately.iter().filter(|kept| kept.verdict == Verdict::Delivered).count();
    let mut times: Vec<_> = lately.iter().map(|kept| kept.took_us).collect();
    times.sort_unstable();
    // With fewer than all of the day's attempts at hand, what is said is of the newest only.
    let whole = newest.last().is_none_or(|oldest| oldest.at_us < since)
        || i64::try_from(newest.len()).is_ok_and(|rows| rows < ROWS_MAX);
    let sentence = match (lately.len(), whole) {
        (0, _) => words.t("webhook-quiet"),
        (all, true) => words.t2("webhook-day", ("n", taken), ("all", all)),
        (all, false) => words.t2("webhook-newest", ("n", taken), ("all", all)),
    };
    Health {
        frank: Frank::small(&columns),
        sentence,
        slow: times.get(times.len() * 19 / 20).map_or_else(|| "–".to_owned(), |us| took(words, *us)),
        waiting: number::whole(words.locale, waiting),
    }
}

/// `12 ms`.
pub(super) fn took(words: Words, us: u64) -> String {
    let ms = us / 1_000;
    format!("{} ms", number::whole(words.locale, i64::try_from(ms).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use ::console::words::Locale;

    use super::*;

    #[test]
    fn a_bar_counts_the_last_day_without_samples() {
        let now = At(100 * HOUR_US);
        let kept = |hours: i64, verdict, sample| Kept {
            id: 0,
            events: Vec::new(),
            batch: None,
            at_us: now.0 - hours * HOUR_US - 1,
            took_us: u64::try_from(hours + 1).unwrap() * 10_000,
            number: 1,
            verdict,
            status: None,
            words: String::new(),
            next_us: None,
            sample,
        };
        let all = [
            kept(0, Verdict::Delivered, true),
            kept(0, Verdict::Delivered, false),
            kept(1, Verdict::Failed, false),
            kept(22, Verdict::GivenUp, false),
            kept(30, Verdict::Delivered, false),
        ];
        let shown = drawn(Words::of(Locale::En), now, &all, 1_234);
        assert_eq!(shown.sentence, "1 of 3 taken in 24 hours");
        assert_eq!((&*shown.slow, &*shown.waiting), ("230 ms", "1,234"));
        assert_eq!(drawn(Words::of(Locale::En), now, &[], 0).sentence, "Nothing in 24 hours");
        let many = vec![kept(0, Verdict::Delivered, false); usize::try_from(ROWS_MAX).unwrap()];
        let shown = drawn(Words::of(Locale::En), now, &many, 0);
        assert_eq!(shown.sentence, "100 of the newest 100 taken");
    }
}
