//! How many codes there are, for whom.

use futures_util::future::join_all;
use serde_json::json;
use store::{Query, Write};

use super::{ANN, number, order, with};
use crate::testing::{Database, Harness, on_both};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_codes_an_hour_for_an_address_a_network_a_key_and_a_workspace() {
    for database in [Database::Sqlite, Database::Postgres] {
        let settings = [
            ("codes.per_address_max", "3"),
            ("codes.per_network_max", "3"),
            ("codes.per_key_max", "9"),
            ("codes.per_workspace_max", "10"),
            ("codes.checks_per_network_max", "2"),
        ];
        let harness = &Harness::start(database, &settings).await;
        let from = async |to: &str, ip: &str, purpose: &str| {
            let body = with(order(to), &json!({ "purpose": purpose, "context": { "ip": ip } }));
            let answer = harness.post("/codes", &body).await;
            (answer.status, answer.json()["detail"].as_str().unwrap_or_default().to_owned())
        };
        let cases = [
            ("a@x.example", "192.0.2.1", "p1", ""),
            ("A@x.example", "192.0.2.2", "p2", "half of codes.per_address_max"),
            ("a@x.example", "203.0.113.2", "p2", ""),
            ("a@x.example", "203.0.112.2", "p3", ""),
            ("a@x.example", "198.51.100.1", "p4", "(codes.per_address_max"),
            ("b@x.example", "192.0.2.200", "p1", ""),
            ("c@x.example", "192.0.2.3", "p1", ""),
            ("d@x.example", "192.0.2.3", "p1", "per_network_max"),
            ("d@x.example", "::ffff:192.0.2.9", "p1", "per_network_max"),
            ("d@x.example", "2001:db8:1:2::1", "p1", ""),
            ("e@x.example", "2001:db8:1:3::1", "p1", ""),
            ("f@x.example", "2001:db8:1::1", "p1", ""),
            ("g@x.example", "2001:db8:1::2", "p1", "per_network_max"),
            ("g@x.example", "2001:db8:2::2", "p1", ""),
            ("h@x.example", "2001:db8:3::4", "p1", "per_key_max"),
        ];
        for (to, ip, purpose, limit) in cases {
            let (status, why) = from(to, ip, purpose).await;
            let expected = if limit.is_empty() { 200 } else { 429 };
            assert_eq!(status, expected, "{to} from {ip}: {why}");
            assert!(why.contains(limit), "{to} from {ip}: {why}");
        }
        let key = harness.key_of(harness.workspace(), crate::feature::access::Scope::Sending).await;
        let other = [("authorization", &*format!("Bearer {key}")), ("content-type", "application/json")];
        let asked =
            async |to: &str| harness.ask_with(("POST", "/codes"), &other, order(to).to_string()).await;
        assert_eq!(asked("i@x.example").await.status, 200, "another key has a count of its own");
        let full = asked("j@x.example").await.json();
        assert!(full["detail"].as_str().expect("why").contains("per_workspace_max"), "{full}");
        let left = full["retry_after"].as_i64().expect("seconds");
        assert!((1..=3_600).contains(&left), "{left}");

        let checks =
            json!({ "to": ANN, "purpose": "login", "code": "123456", "context": { "ip": "192.0.2.1" } });
        let mut statuses = Vec::new();
        for _ in 0..3 {
            statuses.push(harness.post("/codes/check", &checks).await.status);
        }
        assert_eq!(statuses, [200, 200, 429]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checks_with_one_key_are_counted_though_nobody_tells_addresses() {
    on_both(async |harness: &Harness| {
        let ask = async || {
            let body = json!({ "to": ANN, "purpose": "login", "code": "123456" });
            harness.post("/codes/check", &body).await
        };
        assert_eq!(ask().await.status, 200);
        static FULL: Query = Query::new("full", "UPDATE code_count SET n = :n");
        let mut write = Write::default();
        write.step(&FULL, vec![("n", i64::from(crate::feature::code::limit::CHECKS_PER_KEY_MAX - 1).into())]);
        harness.app.store.write(write).await.expect("many came before");
        assert_eq!(ask().await.status, 200);
        let refused = ask().await;
        let told = refused.json();
        assert_eq!((refused.status, told["retry_after"].is_number()), (429, true), "{told}");
        assert!(told["detail"].as_str().expect("why").contains("with this key"), "{told}");
        assert_eq!(
            number(harness, "SELECT count(*) FROM code_attempt".into()).await,
            2,
            "nothing was compared"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_orders_at_once_do_not_pass_a_limit() {
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = &Harness::start(database, &[("codes.per_workspace_max", "5")]).await;
        let orders = (0..20).map(|n| async move {
            harness.post("/codes", &order(&format!("p{n}@people.example"))).await.status
        });
        let taken = join_all(orders).await.into_iter().filter(|status| *status == 200).count();
        assert_eq!(taken, 5, "on {database:?}");
        let same =
            join_all((0..20).map(|_| async { harness.post("/codes", &order(ANN)).await.status })).await;
        assert!(same.iter().all(|status| *status == 429));
        assert_eq!(
            number(harness, "SELECT count(*) FROM message".into()).await,
            5,
            "a refusal leaves nothing"
        );
    }
}
