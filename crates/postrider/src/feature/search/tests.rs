//! The index on both databases: found by everything that it promises, in its own workspace, after a restart, after a
//! rebuild.

use mail::{At, Body, Envelope, ReversePath};
use queue::Lane;
use store::{Query as Sql, Store, Write};

use super::find::find;
use super::query::Query;
use super::upkeep;
use super::work::{Indexer, follow};
use crate::feature::event::{self, Name, OfDelivery};
use crate::feature::sending::rows::{self, Destination, MessageRow, Shared};
use crate::feature::sending::{AcceptedDelivery, Fate, Origin, Reach, RecipientField};
use crate::http::page::From;
use crate::test_store::{Place, on_both_databases};

on_both_databases! {
    a_message_is_found_by_all_that_people_know_of_it
    another_workspace_finds_nothing
    a_commit_is_followed_by_the_index
    a_restart_goes_on_where_the_index_stood
    a_dropped_index_is_rebuilt_to_the_same
    an_index_that_is_ahead_of_the_log_is_built_anew
    folding_a_segment_changes_nothing_that_is_found
    a_term_may_stand_in_more_messages_than_a_block_holds
    pages_follow_each_other_without_gap_or_repetition
    what_is_too_old_is_forgotten
}

const NOW: At = At(1_800_000_000_000_000);

/// A message as a surface would have it accepted.
struct Mail<'m> {
    id: i64,
    workspace: i64,
    subject: &'m str,
    to: &'m [&'m str],
    tags: Option<&'m str>,
}

impl Mail<'_> {
    fn about(id: i64, subject: &str) -> Mail<'_> {
        Mail { id, workspace: 1, subject, to: &["ann@example.org"], tags: None }
    }

    async fn accept(&self, store: &Store) {
        let mut write = Write::default();
        self.rows(&mut write);
        store.write(write).await.expect("the message is stored");
    }

    fn rows(&self, write: &mut Write) {
        let envelope = Envelope {
            reverse_path: ReversePath::Null,
            forward_paths: Vec::new(),
            body: Body::SevenBit,
            smtputf8: false,
            ret: None,
            envid: None,
        };
        let row = MessageRow {
            id: self.id,
            workspace: self.workspace,
            stream: 1,
            origin: Origin::Api,
            origin_id: None,
            size: 1,
            envelope: &envelope,
            reach: Reach::Anywhere,
            track: crate::feature::tracking::switches::Switches::default(),
            author: "News@shop.example".into(),
            subject: self.subject.into(),
            message_id: format!("Id-{}@shop.example", self.id),
            tags: self.tags.map(Into::into),
            metadata: None,
            made_from: None,
            now: NOW,
            scheduled: None,
            expires: NOW,
            deliveries: self.to.len(),
        };
        rows::message(write, row);
        let shared = Shared {
            workspace: self.workspace,
            message: self.id,
            lane: Lane::Transactional,
            due: NOW,
            expires: NOW,
            epoch: 1,
            now: NOW,
        };
        for (id, to) in (self.id * 100..).zip(self.to) {
            let delivery = AcceptedDelivery { id, recipient: (*to).to_owned(), fate: Fate::Queued };
            let domain = to.rsplit_once('@').map_or("", |(_, domain)| domain).into();
            let destination = Destination { domain: &domain, field: RecipientField::To, path: None };
            rows::delivery(write, &shared, &delivery, &destination);
            event::note_delivery(write, NOW, Name::EmailQueued, self.told(id, None));
        }
    }

    fn told(&self, delivery: i64, data: Option<&str>) -> OfDelivery {
        let data = data.map(Into::into);
        OfDelivery { workspace: self.workspace, message: self.id, delivery, attempt: None, data }
    }

    async fn failed(&self, store: &Store, name: Name, reply: &str) {
        let mut write = Write::default();
        let data = serde_json::json!({ "class": "any", "reply": reply }).to_string();
        event::note_delivery(&mut write, NOW, name, self.told(self.id * 100, Some(&data)));
        store.write(write).await.expect("the event is stored");
    }
}

async fn found(index: &Store, workspace: i64, text: &str) -> Vec<i64> {
    let query = Query::parse(text).expect("a query");
    find(index, workspace, &query, From::Start, 100).await.expect("an answer")
}

async fn catch_up(mail: &Store, index: &Store) {
    let mut indexer = Indexer::open(mail, index).await.expect("the index");
    indexer.catch_up().await.expect("the log is indexed");
}

/// Everything that is asked of the messages which [`some_mail`] accepts, and what must be found.
const ASKED: &[(&str, &[i64])] = &[
    ("ann@example.org", &[3, 2, 1]),
    ("ANN@Example.org", &[3, 2, 1]),
    ("bob@example.net", &[2]),
    ("to:example.net", &[2]),
    ("@example.org", &[3, 2, 1]),
    ("from:news@shop.example", &[3, 2, 1]),
    ("invoice ", &[2, 1]),
    ("Invoice 2042", &[2]),
    ("invo*", &[2, 1]),
    ("invo", &[2, 1]),
    ("nvoice", &[]),
    ("京都", &[3]),
    ("tag:campaign:spring", &[3]),
    ("tag:campaign", &[3, 2]),
    ("tag:campaign:aut", &[]),
    ("<Id-2@shop.example>", &[2]),
    ("id-2@shop.example", &[2]),
    ("greylisted ", &[1]),
    ("4.7.1", &[1]),
    ("4.7.1 invoice ann@example.org", &[1]),
    ("reply:invoice ", &[]),
    ("subject:greylisted ", &[]),
    ("mailbox full bob@example.net", &[]),
    ("5.2.2", &[3]),
];

async fn some_mail(store: &Store) {
    let one = Mail::about(1, "Your invoice 2041");
    one.accept(store).await;
    let tags = Some(r#"{"campaign":"autumn","n":7}"#);
    let two = Mail { to: &["ann@example.org", "bob@example.net"], tags, ..Mail::about(2, "INVOICE 2042") };
    two.accept(store).await;
    one.failed(store, Name::EmailDeferred, "451 4.7.1 Greylisted, try again").await;
    one.failed(store, Name::EmailDeferred, "451 4.7.1 Greylisted, try again").await;
    let three =
        Mail { tags: Some(r#"{"campaign":"Spring"}"#), ..Mail::about(3, "東京都からのお知らせ") };
    three.accept(store).await;
    three.failed(store, Name::EmailBounced, "552 5.2.2 Mailbox full").await;
}

async fn check(index: &Store) {
    for (text, wanted) in ASKED {
        assert_eq!(found(index, 1, text).await, *wanted, "{text}");
    }
}

async fn a_message_is_found_by_all_that_people_know_of_it(place: Place) {
    let index = place.index().await;
    some_mail(&place.store).await;
    catch_up(&place.store, &index).await;
    check(&index).await;
}

async fn another_workspace_finds_nothing(place: Place) {
    let index = place.index().await;
    some_mail(&place.store).await;
    Mail { workspace: 2, ..Mail::about(9, "Invoice of somebody else") }.accept(&place.store).await;
    catch_up(&place.store, &index).await;
    check(&index).await;
    assert_eq!(found(&index, 2, "invoice ann@example.org").await, [9]);
    for (text, _) in ASKED.iter().filter(|(text, _)| !text.contains("ann") && !text.contains("ANN")) {
        assert!(found(&index, 3, text).await.is_empty(), "{text}");
    }
}

async fn a_commit_is_followed_by_the_index(place: Place) {
    let index = place.index().await;
    let (stopper, stop) = net::listen::stopper();
    let mut indexed = index.commits();
    let (mail, own) = (place.store.clone(), index.clone());
    let following = tokio::spawn(async move { follow(&mail, &own, stop).await });
    for id in 1..4 {
        Mail::about(id, "Fresh news").accept(&place.store).await;
        indexed.changed().await.expect("the index goes on");
        assert_eq!(found(&index, 1, "fresh").await.first(), Some(&id));
    }
    stopper.stop();
    following.await.expect("the follower ends");
}

async fn a_restart_goes_on_where_the_index_stood(place: Place) {
    let index = place.index().await;
    Mail::about(1, "Before the restart").accept(&place.store).await;
    catch_up(&place.store, &index).await;
    index.close().await;
    let index = place.index().await;
    Mail::about(2, "After the restart").accept(&place.store).await;
    catch_up(&place.store, &index).await;
    assert_eq!(found(&index, 1, "the restart ").await, [2, 1]);
    assert_eq!(rows_of(&index, "s:before").await, 1, "what was indexed is not indexed again");
}

async fn rows_of(index: &Store, term: &'static str) -> usize {
    static ROWS: Sql = Sql::new("rows", "SELECT batch FROM search_block WHERE term = :term");
    index.read(&ROWS, &[("term", term.into())]).await.expect("rows").len()
}

async fn a_dropped_index_is_rebuilt_to_the_same(place: Place) {
    let index = place.index().await;
    some_mail(&place.store).await;
    catch_up(&place.store, &index).await;
    upkeep::clear(&index).await.expect("an empty index");
    assert!(found(&index, 1, "invoice ").await.is_empty());
    catch_up(&place.store, &index).await;
    check(&index).await;
}

async fn an_index_that_is_ahead_of_the_log_is_built_anew(place: Place) {
    let index = place.index().await;
    some_mail(&place.store).await;
    catch_up(&place.store, &index).await;
    static AHEAD: Sql = Sql::new("ahead", "UPDATE search_cursor SET event_id = event_id + 1000");
    let mut write = Write::default();
    write.step(&AHEAD, vec![]);
    index.write(write).await.expect("a cursor of another log");
    Mail::about(4, "Restored invoice").accept(&place.store).await;
    catch_up(&place.store, &index).await;
    assert_eq!(found(&index, 1, "invoice ").await, [4, 2, 1]);
}

async fn folding_a_segment_changes_nothing_that_is_found(place: Place) {
    let index = place.index().await;
    let mut indexer = Indexer::open(&place.store, &index).await.expect("the index");
    for id in 10..15 {
        Mail::about(id, "Folded paper").accept(&place.store).await;
        indexer.catch_up().await.expect("the log is indexed");
    }
    some_mail(&place.store).await;
    indexer.catch_up().await.expect("the log is indexed");
    assert_eq!(rows_of(&index, "s:folded").await, 5);
    let segment = upkeep::unfolded(&index).await.expect("segments")[0];
    upkeep::fold(&index, segment).await.expect("it folds");
    assert_eq!(rows_of(&index, "s:folded").await, 1);
    assert_eq!(rows_of(&index, "r:ann@example.org").await, 1);
    assert_eq!(found(&index, 1, "folded paper ").await, [14, 13, 12, 11, 10]);
    assert_eq!(found(&index, 1, "invoice ").await, [2, 1]);
    assert!(upkeep::unfolded(&index).await.expect("segments").is_empty());
}

async fn a_term_may_stand_in_more_messages_than_a_block_holds(place: Place) {
    const MANY: i64 = 700;
    let index = place.index().await;
    let mut indexer = Indexer::open(&place.store, &index).await.expect("the index");
    for from in [1, 1_000, 2_000] {
        let mut write = Write::default();
        (from..from + MANY).for_each(|id| Mail::about(id, "Crowded").rows(&mut write));
        place.store.write(write).await.expect("the messages are stored");
        indexer.catch_up().await.expect("the log is indexed");
    }
    let all = |index: Store| async move {
        let query = Query::parse("crowded ann@example.org").expect("a query");
        find(&index, 1, &query, From::Start, 10_000).await.expect("an answer")
    };
    let wanted: Vec<i64> = [2_000, 1_000, 1].into_iter().flat_map(|from| (from..from + MANY).rev()).collect();
    assert!(all(index.clone()).await == wanted);
    let segment = upkeep::unfolded(&index).await.expect("segments")[0];
    for page in [2, 5, 10_000] {
        upkeep::fold_by(&index, segment, page).await.expect("it folds");
        assert!(all(index.clone()).await == wanted, "folded by pages of {page}");
    }
}

async fn pages_follow_each_other_without_gap_or_repetition(place: Place) {
    let index = place.index().await;
    let mut indexer = Indexer::open(&place.store, &index).await.expect("the index");
    for id in 1..8 {
        Mail::about(id, "Page after page").accept(&place.store).await;
        indexer.catch_up().await.expect("the log is indexed");
    }
    let query = Query::parse("page ann@example.org").expect("a query");
    let read = async |mut from: From| {
        let mut all = Vec::new();
        loop {
            let page = find(&index, 1, &query, from, 3).await.expect("a page");
            assert!(page.len() <= 3);
            let Some(last) = page.last() else { return all };
            from = match from {
                From::Start | From::After(_) => From::After(*last),
                From::Before(_) => From::Before(*last),
            };
            all.extend(page);
        }
    };
    assert_eq!(read(From::Start).await, [7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(read(From::Before(2)).await, [3, 4, 5, 6, 7]);
}

async fn what_is_too_old_is_forgotten(place: Place) {
    let index = place.index().await;
    some_mail(&place.store).await;
    catch_up(&place.store, &index).await;
    assert_eq!(
        upkeep::forget_before(&index, 3).await.expect("nothing"),
        0,
        "message 3 is not older than itself"
    );
    check(&index).await;
    assert_eq!(upkeep::forget_before(&index, 4).await.expect("a segment"), 1);
    assert!(found(&index, 1, "invoice ").await.is_empty());
    Mail::about(5, "New invoice").accept(&place.store).await;
    catch_up(&place.store, &index).await;
    assert_eq!(found(&index, 1, "invoice ").await, [5], "what was forgotten does not come back");
}
