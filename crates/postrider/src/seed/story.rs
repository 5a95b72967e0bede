//! What a seeded year promises.

use mail::At;
use store::{Store, query};

use super::{Wish, fill};
use crate::feature::stats::recount::{Extent, recount};
use crate::test_store::{Place, on_both_databases};

query!(OUTCOMES, "queries/outcomes.sql");

const NOW: At = At(1_800_000_000_000_000);

async fn year(place: &Place) -> Vec<(String, i64)> {
    let wish = Wish { seed: 7, deliveries: 400, events: Some(2_000), now: NOW, events_days: 40 };
    let index = place.index().await;
    let mut last = 0;
    let mut progress = |done| {
        assert!(done >= last, "progress goes forward");
        last = done;
    };
    let seeded = fill((&place.store, &index), &wish, "a horse in the rain", &mut progress).await;
    let seeded = seeded.expect("a year");
    assert_eq!(last, 100);
    assert!((380..=440).contains(&seeded.deliveries), "{seeded:?}");
    assert!((1_850..=2_300).contains(&seeded.events), "{seeded:?}");
    assert!(seeded.counted > 5 * seeded.deliveries, "{seeded:?}");
    index.close().await;
    outcomes(&place.store).await
}

async fn outcomes(store: &Store) -> Vec<(String, i64)> {
    let rows = store.read(&OUTCOMES, &[]).await.expect("readable");
    rows.iter().map(|row| (row.text(0).expect("a text").to_owned(), row.int(1).expect("a number"))).collect()
}

on_both_databases! { a_year_has_mail_of_every_outcome_and_counters_that_equal_the_recount }

async fn a_year_has_mail_of_every_outcome_and_counters_that_equal_the_recount(place: Place) {
    let outcomes = year(&place).await;
    for wanted in [
        "delivered",
        "bounced",
        "suppressed",
        "waiting",
        "captured",
        "content",
        "opened",
        "template",
        "webhook",
    ] {
        let found = outcomes.iter().find(|(outcome, _)| outcome == wanted).map_or(0, |(_, n)| *n);
        assert!(found > 0, "no {wanted} in {outcomes:?}");
    }
    let again = recount(&place.store, Extent::ALL).await.expect("a recount");
    assert_eq!(again.differences, []);
    assert_eq!(again.left_out, 0);
    assert!(again.counters > 1_000, "{}", again.counters);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_seed_gives_the_same_mail_on_sqlite() {
    let (one, two) = (crate::test_store::sqlite().await, crate::test_store::sqlite().await);
    assert_eq!(year(&one).await, year(&two).await);
}
