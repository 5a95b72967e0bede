//! The operator's commands, run as people run them: beside a real server, before its first start, after its end.
//!
//! PostgreSQL is the one of `POSTRIDER_TEST_POSTGRES`; each story gets a database of its own there.

mod install;
mod peer;

use install::{Database, Install};
use peer::{Letter, Peer, submit};

/// Declares each story once and runs it on both databases.
macro_rules! stories {
    ($($name:ident)*) => {
        mod on_sqlite { $( #[test] fn $name() { super::$name(super::Database::sqlite()) } )* }
        mod on_postgres { $( #[test] fn $name() { super::$name(super::Database::postgres()) } )* }
    };
}

stories! {
    a_route_has_limits_of_its_own
    who_hands_over_mail_when_the_server_is_told_to_end_is_answered
    mail_is_held_released_refused_for_now_and_tried_again_at_once
    what_commands_prepare_is_there_at_the_first_start_and_while_it_runs
}

fn mail_is_held_released_refused_for_now_and_tried_again_at_once(database: Database) {
    let peer = Peer::start(&["451 4.7.1 come back later"]);
    let install = Install::new(database, &peer.route());
    install.says(&["domains", "add", "app.example", "--vouched", "--unsigned"]);
    let hold = install.json(&["queue", "hold", "--domain", "held.example", "--reason", "they asked for it"]);
    let hold = hold["id"].as_str().unwrap().to_owned();
    let server = install.serve();
    // The hold was made before this start; what comes after the held message overtakes it.
    let held = submit(&server.smtp, "you@app.example", "ann@held.example");
    let free = submit(&server.smtp, "you@app.example", "bob@free.example");
    assert_eq!(peer.next(), ("bob@free.example".to_owned(), "451".to_owned()));
    let deferred =
        install.until(&["queue", "show", &free], |told| told["deliveries"][0]["attempts_made"] == 1);
    assert_eq!(deferred["deliveries"][0]["state"], "due", "{deferred}");
    assert!(
        deferred["deliveries"][0]["attempts"][0]["conversation"]
            .as_str()
            .unwrap()
            .contains("451 4.7.1 come back later")
    );
    let queues = install.json(&["queue", "list"]);
    let why = |domain: &str| {
        let queue =
            queues["queues"].as_array().unwrap().iter().find(|queue| queue["domain"] == domain).unwrap();
        (queue["waiting"].as_i64().unwrap(), queue["reply"].as_str().map(str::to_owned))
    };
    assert_eq!(why("held.example"), (1, None));
    assert!(why("free.example").1.unwrap().contains("come back later"));
    // Its next attempt is minutes away; the running server hears that it is wanted now.
    let retried = install.json(&["queue", "retry", "--domain", "free.example", "--reason", "they are back"]);
    assert_eq!(retried["deliveries"], 1);
    assert_eq!(peer.next(), ("bob@free.example".to_owned(), "250".to_owned()));
    install.until(&["queue", "show", &free], |told| told["deliveries"][0]["disposition"] == "delivered");
    let untouched = install.json(&["queue", "show", &held]);
    assert_eq!(untouched["deliveries"][0]["attempts_made"], 0);
    install.says(&["queue", "release", &hold, "--reason", "they are content"]);
    assert_eq!(peer.next(), ("ann@held.example".to_owned(), "250".to_owned()));
    // Beside a server that counts, too.
    let recount = install.json(&["stats", "recount"]);
    assert_eq!(recount["differences"], 0, "{recount}");
    assert!(recount["counters"].as_u64().unwrap() > 10, "{recount}");
    install.until(&["queue", "list"], |told| told["queues"].as_array().unwrap().is_empty());
    let log = install.says(&["events", "tail", "--json", "--lines", "100"]);
    for word in [
        "queue.held",
        "they asked for it",
        "email.deferred",
        "queue.retried",
        "they are back",
        "email.delivered",
    ] {
        assert!(log.contains(word), "{word} is not in\n{log}");
    }
    server.end();
}

fn a_route_has_limits_of_its_own(database: Database) {
    let slow = Peer::start(&[]);
    let limits = "connections_max = 1\nmessages_per_connection_max = 2";
    let install = Install::new(database, &slow.route_for("slow.example", limits));
    install.says(&["domains", "add", "app.example", "--vouched", "--unsigned"]);
    // What is released at once goes out over as few connections as the limits allow.
    let hold = install.json(&["queue", "hold", "--domain", "slow.example", "--reason", "until all is there"]);
    let server = install.serve();
    for n in 0..5 {
        submit(&server.smtp, "you@app.example", &format!("{n}@slow.example"));
    }
    install.says(&["queue", "release", hold["id"].as_str().unwrap(), "--reason", "all is there"]);
    let mut arrived: Vec<_> = (0..5).map(|_| slow.next().0).collect();
    arrived.sort();
    assert_eq!(arrived, [0, 1, 2, 3, 4].map(|n| format!("{n}@slow.example")));
    assert_eq!(slow.sessions(), 3);
    server.end();
}

fn who_hands_over_mail_when_the_server_is_told_to_end_is_answered(database: Database) {
    let peer = Peer::start(&[]);
    let install = Install::new(database, &peer.route());
    install.says(&["domains", "add", "app.example", "--vouched", "--unsigned"]);
    let server = install.serve();
    let mut idle = Letter::begin(&server.smtp, "you@app.example", "ann@there.example");
    idle.end();
    let mut busy = Letter::begin(&server.smtp, "you@app.example", "bob@there.example");
    server.tell_to_end();
    // Whoever has nothing under way hears at once that the server ends: from then on it does.
    idle.hear("421");
    let refused = (0..1_000).any(|_| std::net::TcpStream::connect(&server.smtp).is_err());
    assert!(refused, "nobody new is let in");
    let reply = busy.end();
    let taken = reply.rsplit(' ').next().expect("an id");
    busy.hear("421");
    server.ended();
    let told = install.json(&["queue", "show", taken]);
    let delivery = &told["deliveries"][0];
    assert!(delivery["state"] == "due" || delivery["disposition"] == "delivered", "{told}");
}

fn what_commands_prepare_is_there_at_the_first_start_and_while_it_runs(database: Database) {
    let peer = Peer::start(&[]);
    let install = Install::new(database, &peer.route());
    let domain = install.json(&["domains", "add", "app.example", "--vouched"]);
    assert_eq!(domain["records"].as_array().unwrap().len(), 2, "{domain}");
    let server = install.serve();
    // A suppression and a key that are made beside the server are followed by it.
    let key = install.json(&["keys", "create", "shop", "--scope", "sending"]);
    install.says(&["suppressions", "add", "Gone@There.example", "--reason", "complaint"]);
    let ended = (0..200).find_map(|_| {
        let message = submit(&server.smtp, "you@app.example", "gone@there.example");
        let told =
            install.until(&["queue", "show", &message], |told| told["deliveries"][0]["state"] == "done");
        (told["deliveries"][0]["disposition"] == "suppressed").then_some(told)
    });
    assert_eq!(
        ended.expect("the server hears of a suppression")["deliveries"][0]["reason"],
        "previous_complaint"
    );
    let id = key["id"].as_str().unwrap();
    install.says(&["keys", "revoke", id]);
    assert!(!install.says(&["keys", "list"]).contains(id));
    let lifted = install.json(&["suppressions", "remove", "gone@there.example"]);
    assert_eq!(lifted["lifted"], 1);
    install.says(&["workspaces", "create", "second"]);
    install.says(&["streams", "create", "news", "--class", "marketing", "--workspace", "second"]);
    assert!(install.says(&["streams", "list", "--workspace", "second"]).contains("news"));
    assert!(!install.says(&["streams", "list"]).contains("news"));
    let refused = install.refuses(&["workspaces", "create", "second"]);
    assert!(refused.contains("there is a workspace second already"), "{refused}");
    install.says(&["domains", "delete", "app.example"]);
    assert!(install.says(&["domains", "list"]).contains("There are no domains"));
    server.end();
}

#[test]
fn a_backup_of_a_running_server_is_restored_and_sends_nothing_by_itself() {
    let peer = Peer::start(&["451 4.7.1 later"]);
    let install = Install::new(Database::sqlite(), &peer.route());
    install.says(&["domains", "add", "app.example", "--vouched", "--unsigned"]);
    let server = install.serve();
    let message = submit(&server.smtp, "you@app.example", "ann@there.example");
    assert_eq!(peer.next().1, "451");
    install.until(&["queue", "show", &message], |told| told["deliveries"][0]["attempts_made"] == 1);
    let file = install.path("backup.db");
    install.says(&["backup", &file]);
    let again = install.refuses(&["backup", &file]);
    assert!(again.contains("never overwrites"), "{again}");
    let busy = install.refuses(&["restore", &file, "--replace"]);
    assert!(busy.contains("stop the server first"), "{busy}");
    let checked = install.json(&["check"]);
    assert_eq!(checked["problems"], 0, "{checked}");
    install.says(&["queue", "retry", "--all", "--reason", "now"]);
    assert_eq!(peer.next().1, "250");
    install.until(&["queue", "show", &message], |told| told["deliveries"][0]["disposition"] == "delivered");
    server.end();

    let there = install.refuses(&["restore", &file]);
    assert!(there.contains("--replace"), "{there}");
    let broken = install.path("broken.db");
    std::fs::write(&broken, b"no database at all").unwrap();
    let damaged = install.refuses(&["restore", &broken, "--replace"]);
    assert!(damaged.contains("no database"), "{damaged}");
    let restored = install.json(&["restore", &file, "--replace"]);
    assert!(std::path::Path::new(restored["kept_aside"].as_str().unwrap()).exists());
    // As the backup has it, the message is not delivered yet; it is held, so the peer does not get it twice.
    install.says(&["queue", "retry", "--all", "--reason", "to see that it is held"]);
    let server = install.serve();
    let free = submit(&server.smtp, "you@app.example", "bob@other.example");
    let queues = install.json(&["queue", "list"]);
    assert_eq!(queues["queues"].as_array().unwrap().len(), 2, "{queues}");
    install.says(&["queue", "release", restored["hold_id"].as_str().unwrap(), "--reason", "looked at"]);
    let mut arrived = [peer.next().0, peer.next().0];
    arrived.sort();
    assert_eq!(arrived, ["ann@there.example", "bob@other.example"]);
    install.until(&["queue", "show", &free], |told| told["deliveries"][0]["disposition"] == "delivered");
    server.end();
}

#[test]
fn a_command_in_the_wrong_place_makes_nothing_and_says_where_to_look() {
    let install = Install::new(Database::sqlite(), "");
    for command in [&["queue", "list"][..], &["keys", "list"], &["events", "tail"], &["backup", "x.db"]] {
        let said = install.refuses(command);
        assert!(said.contains("there is no database at") && said.contains("--data"), "{said}");
    }
    assert!(!std::path::Path::new(&install.path("data")).exists());
}

#[test]
fn send_speaks_to_the_api_and_tells_what_it_said() {
    let install = Install::new(Database::sqlite(), "");
    let message =
        ["send", "--from", "you@app.example", "--to", "ann@example.org", "--subject", "Hi", "--text", "x"];
    let without = install.refuses(&message);
    assert!(without.contains("POSTRIDER_KEY"), "{without}");
    let cases = [
        ("200 OK", r#"{"id":"msg_0000000000001"}"#, true, "Accepted as msg_0000000000001"),
        (
            "403 Forbidden",
            r#"{"message":"this key may not send"}"#,
            false,
            "(HTTP 403): this key may not send",
        ),
        (
            "422 Unprocessable Content",
            r#"{"message":"one field is wrong","errors":[{"pointer":"/from","message":"is no address"}]}"#,
            false,
            "one field is wrong\n  /from: is no address",
        ),
    ];
    for (status, answer, succeeds, expected) in cases {
        let (address, asked) = peer::http_once(status, answer);
        let command = [&message[..], &["--key", "pr_secret", "--http", &address]].concat();
        let said = if succeeds { install.says(&command) } else { install.refuses(&command) };
        assert!(said.contains(expected), "{said}");
        let asked = asked.join().unwrap();
        assert!(asked.starts_with("POST /emails HTTP/1.1\r\n"), "{asked}");
        assert!(
            asked.contains("Bearer pr_secret") && asked.contains(r#""to":["ann@example.org"]"#),
            "{asked}"
        );
    }
}
