//! The settings: a file and an environment. Fields: the file, then variables as `NAME=value`.
//!
//! Properties: either settings or mistakes, each of which names a line of the file or a variable and has a reason; the
//! order of the sources changes nothing, the environment is stronger than the file; a password is in no complaint and no debug output.

use postrider::settings::mistake::Place;
use postrider::settings::{Mistakes, Settings, Written};

use crate::{Target, kind, target};

pub(super) const TARGET: Target = Target {
    name: "settings",
    check,
    tokens: &[
        "[smtp]\n",
        "[http]\n",
        "[delivery]\n",
        "[[route]]\n",
        "[[smtp.trusted]]\n",
        "listen = \"127.0.0.1:0\"\n",
        "domain = \"*.example.org\"\n",
        "next_hop = \"mx.test:25\"\n",
        "tls = \"required\"\n",
        "username = \"ann\"\n",
        "password = \"sesame7\"\n",
        "network = \"10.0.0.0/8\"\n",
        "recipients_max = 1000\n",
        "0x10",
        "1979-05-27",
        "''",
        "\"\"\"",
        "[]",
        "{ a = 1 }",
        "database.url = \"postgres://a:sesame7@b/c\"\n",
        "\x1f",
        "POSTRIDER_SMTP__LISTEN=127.0.0.1:1",
        "POSTRIDER_DATABASE__URL=postgres://a:sesame7@b/c",
        "POSTRIDER_DELIVERY__NEXT_HOP=capture",
        "POSTRIDER_DNS__RESOLVERS=127.0.0.1:53,",
    ],
    input_max: 1_500,
    rounds: 200,
};

/// In the seeds and tokens wherever a password belongs.
const SECRET: &str = "sesame7";

fn check(input: &[u8]) -> u64 {
    let fields: Vec<String> = input.split(|byte| *byte == target::FIELD).map(target::text).collect();
    let (file, variables) = fields.split_first().expect("there is always a first field");
    let variables: Vec<(String, String)> = variables
        .iter()
        .filter_map(|field| field.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut written = Written::new();
    written.file("postrider.toml", file);
    written.environment(variables.clone(), &[]);
    let mut otherwise = Written::new();
    otherwise.environment(variables.clone(), &[]);
    otherwise.file("postrider.toml", file);
    let read = written.settings();
    assert_eq!(read.as_ref().ok(), otherwise.settings().as_ref().ok(), "the order of the sources");
    let mut environment = Written::new();
    environment.environment(variables.clone(), &[]);
    if let (Ok(both), Ok(alone)) = (&read, environment.settings())
        && variables.iter().any(|(name, _)| name == "POSTRIDER_SMTP__LISTEN")
    {
        assert_eq!(both.smtp.listen, alone.smtp.listen, "the environment is stronger than the file");
    }
    match &read {
        Ok(settings) => settings_hold(settings),
        Err(mistakes) => mistakes_hold(mistakes, file, &variables),
    }
    kind(match &read {
        Ok(settings) => (settings.trusted.len(), vec![format!("{:?}", settings.delivery.next_hop)]),
        Err(mistakes) => (0, mistakes.0.iter().map(|mistake| mistake.path.clone()).take(3).collect()),
    })
}

fn settings_hold(settings: &Settings) {
    let shown = format!("{settings:?}");
    // A password may be written where none belongs, as a host's name or a path; where it belongs it is hidden.
    let secret = format!("password: Some(\"{SECRET}");
    assert!(!shown.contains(&secret) && !shown.contains(&format!(":{SECRET}@")), "{shown}");
}

fn mistakes_hold(mistakes: &Mistakes, file: &str, variables: &[(String, String)]) {
    assert!(!mistakes.0.is_empty());
    let lines = file.split('\n').count();
    for mistake in &mistakes.0 {
        assert!(!mistake.reason.trim().is_empty(), "{mistake}");
        let secret = mistake.path.ends_with("password") || mistake.path == "database.url";
        assert!(!(secret && mistake.reason.contains(SECRET)), "{mistake}");
        match &mistake.place {
            Place::File { line, .. } => assert!((1..=lines).contains(line), "{mistake}"),
            Place::Environment(name) => {
                assert!(variables.iter().any(|(known, _)| known == name), "{mistake}")
            }
            place => panic!("nobody wrote there: {place}"),
        }
    }
}
