//! `/stats/advice`: beside a bad figure, what to do about it.
//!
//! Guarantees
//! 1. Every piece of advice names the figure, the bound that it passes, and where its rows are. Codes never change.
//! 2. Nothing is advised on few deliveries: see [`SAMPLE_MIN`].
//!
//! The rules are data ([`RULES`]); why each bound is where it is stands beside it.

use std::sync::Arc;

use axum::extract::State;
use mail::date::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::figures::{Figures, share};
use super::hygiene::{SuppressInvalidBody, SuppressedInvalid, suppress_invalid};
use super::period::{self, Period, Step};
use super::read::{counted_until, sums};
use super::select::{self, By};
use crate::app::App;
use crate::http::auth::FullKey;
use crate::http::endpoint::{Endpoint, Method};
use crate::http::error::{ApiError, Mistakes};
use crate::http::json::Params;

/// Deliveries below which a share says nothing: with fewer, one bounce would be over most bounds.
pub const SAMPLE_MIN: i64 = 50;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Get, "/stats/advice", advice)
            .summary("What is bad about the figures of a time, and what to do about it.")
            .query::<AdviceParams>()
            .answers::<AdviceAnswer>(200),
        Endpoint::new(Method::Post, "/stats/advice/suppress-invalid", suppress_invalid)
            .summary("Suppress every address that mail of a time could not reach because it does not exist.")
            .takes::<SuppressInvalidBody>()
            .answers::<SuppressedInvalid>(200),
    ]
}

/// Of which figures advice is asked for.
#[derive(Deserialize, IntoParams, Default)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct AdviceParams {
    /// From this hour on: RFC 3339, or a date; seven days ago when nothing is said.
    from: Option<String>,
    /// Before this time; now when nothing is said.
    to: Option<String>,
    /// Only this stream, by its name.
    stream: Option<String>,
}

/// Advice on a time.
#[derive(Serialize, ToSchema)]
struct AdviceAnswer {
    /// Always `advice`.
    object: &'static str,
    from: String,
    to: String,
    /// What happened before this moment is counted, unless the database was away for seconds just then.
    counted_until: String,
    /// The worst first; empty when nothing is bad.
    data: Vec<Advice>,
}

/// One bad figure.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct Advice {
    /// For programs: never changes.
    pub(super) code: &'static str,
    /// `bad` from three times the bound on, else `warning`.
    pub(super) severity: &'static str,
    title: &'static str,
    /// What to do.
    text: &'static str,
    /// What was counted, and of how many.
    count: i64,
    pub(super) of: i64,
    pub(super) share: f64,
    /// The share from which on it is told, and why it is that.
    threshold: f64,
    threshold_reason: &'static str,
    /// Where the rows are: a path of this API.
    rows: String,
    /// The same, for the console.
    #[serde(skip)]
    pub(super) of_rows: Rows,
    /// What one call of this API can do about it.
    action: Option<Action>,
}

/// A request that mends something.
#[derive(Serialize, ToSchema, Debug)]
struct Action {
    method: &'static str,
    path: &'static str,
    #[schema(value_type = Object)]
    body: Value,
}

/// When something is told, and what is said then.
struct Rule {
    code: &'static str,
    /// How many, of how many.
    measure: fn(&Figures) -> (i64, i64),
    threshold: f64,
    reason: &'static str,
    title: &'static str,
    text: &'static str,
    rows: Rows,
}

/// Where rows are found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Rows {
    /// Emails of a status.
    Emails(&'static str),
    /// Figures by something.
    Figures(&'static str),
}

fn ended(figures: &Figures) -> i64 {
    figures.delivered + figures.bounced + figures.failed
}

fn of_classes(parts: &std::collections::BTreeMap<String, i64>, classes: &[&str]) -> i64 {
    classes.iter().filter_map(|class| parts.get(*class)).sum()
}

fn bounced(figures: &Figures, classes: &[&str]) -> (i64, i64) {
    (of_classes(&figures.bounced_by_class, classes), ended(figures))
}

static RULES: [Rule; 9] = [
    Rule {
        code: "invalid_addresses",
        measure: |figures| bounced(figures, &["hard.recipient", "hard.domain"]),
        threshold: 0.02,
        reason: "large receivers begin to distrust a sender at about two unknown recipients of a hundred",
        title: "Many addresses do not exist",
        text: "Suppress the addresses that bounced and remove them from your lists; confirm new addresses before you mail \
               them again. The action suppresses all of them at once.",
        rows: Rows::Emails("bounced"),
    },
    Rule {
        code: "authentication_failing",
        measure: |figures| {
            let (refused, all) = bounced(figures, &["auth"]);
            (refused + of_classes(&figures.deferred_by_class, &["auth"]), all)
        },
        threshold: 0.005,
        reason: "mail of a domain whose records are right is never refused for them",
        title: "Receivers cannot verify the sender",
        text: "Look at the DNS records of your sending domains: SPF, DKIM and DMARC have to pass for the domain of From. \
               GET /domains shows what each lacks.",
        rows: Rows::Emails("bounced"),
    },
    Rule {
        code: "refused_as_spam",
        measure: |figures| bounced(figures, &["content.spam", "block.url", "content.virus"]),
        threshold: 0.01,
        reason: "one of a hundred refused for what it says means that many more go to the junk folder unseen",
        title: "Receivers take the content for spam",
        text: "Compare the templates and links of what was refused with what was taken; remove links to domains on block \
               lists and shorteners, and send only to those who asked for it.",
        rows: Rows::Emails("bounced"),
    },
    Rule {
        code: "sender_blocked",
        measure: |figures| bounced(figures, &["block.ip", "block.domain"]),
        threshold: 0.005,
        reason: "a listing concerns every message to that receiver, so few are enough to know of it",
        title: "The address or the domain is on a block list",
        text: "The replies name the list and where to ask for removal. Find what caused it first: unknown recipients, \
               complaints, or a key in other hands.",
        rows: Rows::Emails("bounced"),
    },
    Rule {
        code: "refused_by_policy",
        measure: |figures| bounced(figures, &["policy"]),
        threshold: 0.02,
        reason: "single receivers refuse by rules of their own; two of a hundred is more than those",
        title: "Receivers refuse by policy",
        text: "Read the replies: often a DMARC policy, a missing reverse name of your address, or a receiver that wants \
               senders to register.",
        rows: Rows::Emails("bounced"),
    },
    Rule {
        code: "deferred_by_rate",
        measure: |figures| {
            let put_off = of_classes(&figures.deferred_by_class, &["rate", "greylist", "quota"]);
            (of_classes(&figures.deferred_by_class, &["rate"]), figures.delivered + put_off)
        },
        threshold: 0.1,
        reason: "some attempts are always put off; one of ten delays mail noticeably",
        title: "Receivers want less at a time",
        text: "Spread large sendings over hours, begin with the recipients who open, and lower \
               messages_per_s_max of a route for that receiver until the deferrals go away.",
        rows: Rows::Figures("provider"),
    },
    Rule {
        code: "opened_by_machines",
        measure: |figures| {
            let machines = figures.opened.machine.deliveries;
            // Only where few persons open: then it is the machines that make the figure.
            let few = figures.opened.person.deliveries * 10 < figures.delivered;
            (if few { machines } else { 0 }, figures.delivered)
        },
        threshold: 0.3,
        reason: "about as many mailboxes are behind a machine that opens; beyond, with under a tenth of persons, opens say nothing",
        title: "Machines open, persons hardly do",
        text: "Judge by clicks and replies, not by opens; mail those who have not opened for months less often, and ask \
               them whether they want to stay.",
        rows: Rows::Figures("template"),
    },
    Rule {
        code: "many_unsubscribe",
        measure: |figures| (figures.unsubscribed, figures.delivered),
        threshold: 0.01,
        reason: "half of one of a hundred is usual for news; who cannot leave complains, which costs more",
        title: "Many recipients leave",
        text: "Mail less often or more to the point; let recipients choose streams instead of leaving them all.",
        rows: Rows::Figures("template"),
    },
    Rule {
        code: "mailing_the_suppressed",
        measure: |figures| {
            let known = ["previous_bounce", "previous_complaint", "unsubscribed"];
            let suppressed = of_classes(&figures.not_sent_by_reason, &known);
            // What was cancelled was accepted first, and is no second delivery.
            let cancelled = of_classes(&figures.not_sent_by_reason, &["canceled"]);
            (suppressed, figures.accepted + figures.not_sent - cancelled)
        },
        threshold: 0.05,
        reason: "lists change between two sendings; one of twenty means that they are not kept in step",
        title: "Your lists hold addresses that may not be mailed",
        text: "Take bounces and unsubscribes over into your own lists: by webhook (suppression.added), or from GET \
               /suppressions.",
        rows: Rows::Emails("suppressed"),
    },
];

/// The codes of all advice.
#[cfg(test)]
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|rule| rule.code)
}

/// What is bad about some figures, the worst first.
pub(super) fn advise(figures: &Figures, place: &Place<'_>) -> Vec<Advice> {
    let mut all: Vec<_> = RULES.iter().filter_map(|rule| rule.judge(figures, place)).collect();
    all.sort_by(|one, two| (two.share / two.threshold).total_cmp(&(one.share / one.threshold)));
    all
}

/// Of which time and stream the figures are.
pub(super) struct Place<'p> {
    pub(super) period: &'p Period,
    pub(super) stream: Option<&'p str>,
}

impl Rule {
    fn judge(&self, figures: &Figures, place: &Place<'_>) -> Option<Advice> {
        let (count, of) = (self.measure)(figures);
        let share = share(count, of).filter(|share| of >= SAMPLE_MIN && *share >= self.threshold)?;
        Some(Advice {
            code: self.code,
            severity: if share >= 3.0 * self.threshold { "bad" } else { "warning" },
            title: self.title,
            text: self.text,
            count,
            of,
            share,
            threshold: self.threshold,
            threshold_reason: self.reason,
            rows: place.rows(self.rows),
            of_rows: self.rows,
            action: (self.code == "invalid_addresses").then(|| place.suppress_invalid()),
        })
    }
}

impl Place<'_> {
    fn rows(&self, rows: Rows) -> String {
        let (from, until) = (rfc3339(self.period.from), rfc3339(self.period.until));
        let path = match rows {
            Rows::Emails(status) => format!("/emails?status={status}&since={from}&until={until}"),
            Rows::Figures(group) => {
                // The newest of a time that is too long for a question by key.
                let from = rfc3339(self.period.from_by_key());
                format!("/stats?step=total&group_by={group}&from={from}&to={until}")
            }
        };
        // A stream's name is letters, digits and signs that a URL takes as they are.
        path + &self.stream.map(|name| format!("&stream={name}")).unwrap_or_default()
    }

    fn suppress_invalid(&self) -> Action {
        let body = json!({
            "from": rfc3339(self.period.from), "to": rfc3339(self.period.until), "stream": self.stream,
        });
        Action { method: "POST", path: "/stats/advice/suppress-invalid", body }
    }
}

async fn advice(
    holder: FullKey,
    State(app): State<Arc<App>>,
    Params(params): Params<AdviceParams>,
) -> Result<axum::Json<AdviceAnswer>, ApiError> {
    let mut mistakes = Mistakes::default();
    let asked =
        period::Asked { from: params.from.as_deref(), to: params.to.as_deref(), ..period::Asked::default() };
    let period = Period { step: Step::Total, ..asked.read(app.now(), Step::Total, &mut mistakes) };
    let asked = select::Asked { group: None, filters: vec![(By::Stream, params.stream.as_deref())] };
    let selection = asked.read(&app.directory.snapshot(), holder.workspace, &mut mistakes);
    mistakes.none_or(())?;
    let _turn = app.list_turns.take(holder.workspace).await;
    let until = counted_until(&app.store, app.now()).await?;
    let (found, _) = sums(&app.store, holder.workspace, (&period, &selection), (None, 1)).await?;
    let figures = found.first().map(|sums| Figures::of(&sums.of));
    let place = Place { period: &period, stream: params.stream.as_deref() };
    Ok(axum::Json(AdviceAnswer {
        object: "advice",
        from: period.show(period.from),
        to: period.show(period.until),
        counted_until: rfc3339(until),
        data: figures.map(|figures| advise(&figures, &place)).unwrap_or_default(),
    }))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use mail::At;

    use super::*;

    fn advised(sums: &[(&str, i64)]) -> Vec<(&'static str, &'static str)> {
        let sums: BTreeMap<String, i64> = sums.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
        let period = Period { from: At(0), until: At(3_600_000_000), step: Step::Total, zone_us: 0 };
        let place = Place { period: &period, stream: Some("news") };
        advise(&Figures::of(&sums), &place).into_iter().map(|one| (one.code, one.severity)).collect()
    }

    #[test]
    fn each_figure_is_told_from_its_bound_on() {
        type Case = (&'static [(&'static str, i64)], &'static [(&'static str, &'static str)]);
        let table: [Case; 14] = [
            (&[("delivered", 98), ("bounced:hard.recipient", 2)], &[("invalid_addresses", "warning")]),
            (&[("delivered", 99), ("bounced:hard.recipient", 1)], &[]),
            (&[("delivered", 94), ("bounced:hard.domain", 6)], &[("invalid_addresses", "bad")]),
            (&[("delivered", 20), ("bounced:hard.recipient", 20)], &[]),
            (&[("delivered", 199), ("bounced:auth", 1)], &[("authentication_failing", "warning")]),
            (&[("delivered", 200), ("deferred:auth", 1)], &[("authentication_failing", "warning")]),
            (&[("delivered", 99), ("bounced:content.spam", 1)], &[("refused_as_spam", "warning")]),
            (&[("delivered", 98), ("bounced:block.ip", 2)], &[("sender_blocked", "bad")]),
            (&[("delivered", 98), ("bounced:policy", 2)], &[("refused_by_policy", "warning")]),
            (&[("delivered", 90), ("deferred:rate", 10)], &[("deferred_by_rate", "warning")]),
            (
                &[("delivered", 100), ("opened_machine_first", 30), ("opened_first", 9)],
                &[("opened_by_machines", "warning")],
            ),
            (&[("delivered", 100), ("opened_machine_first", 90), ("opened_first", 10)], &[]),
            (
                &[("delivered", 100), ("accepted", 100), ("unsubscribed", 3), ("not_sent:unsubscribed", 10)],
                &[("many_unsubscribe", "bad"), ("mailing_the_suppressed", "warning")],
            ),
            // Ninety of the hundred handed over were cancelled after they had been accepted.
            (
                &[("accepted", 95), ("not_sent:canceled", 90), ("not_sent:previous_bounce", 5)],
                &[("mailing_the_suppressed", "warning")],
            ),
        ];
        for (sums, wanted) in table {
            assert_eq!(advised(sums), wanted, "{sums:?}");
        }
    }

    #[test]
    fn codes_are_told_apart_and_texts_are_sentences() {
        let codes: std::collections::BTreeSet<_> = RULES.iter().map(|rule| rule.code).collect();
        assert_eq!(codes.len(), RULES.len());
        for rule in &RULES {
            assert!(rule.text.ends_with('.') && !rule.title.ends_with('.') && !rule.reason.is_empty());
        }
    }
}
