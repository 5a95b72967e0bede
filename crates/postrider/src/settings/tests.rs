//! Stories about settings, as people write them.

use std::net::IpAddr;
use std::time::Duration;

use super::sections::SECTIONS;
use super::value::Secret;
use super::*;

fn from_file(text: &str) -> Result<Settings, Mistakes> {
    let mut written = Written::new();
    written.file("postrider.toml", text);
    written.settings()
}

fn complaints(text: &str) -> String {
    from_file(text).expect_err("the text holds a mistake").to_string()
}

#[test]
fn every_default_is_valid_and_every_setting_says_why() {
    let settings = from_file("").expect("defaults are valid");
    assert_eq!(settings.smtp.listen, "127.0.0.1:2525".parse().unwrap());
    assert_eq!(settings.smtp.submission_listen, None);
    assert_eq!(settings.delivery.retry_wait_max, Duration::from_secs(14_400));
    assert_eq!(settings.delivery.messages_per_s_per_path_max, None);
    assert_eq!(settings.database.url, DatabaseUrl::Embedded);
    for section in SECTIONS {
        assert!(section.doc.trim().ends_with('.'), "{}", section.path);
        for setting in section.settings {
            let path = section.path_of(setting);
            assert!(setting.doc.trim().ends_with('.'), "{path}: the doc is a sentence");
            assert!(
                !setting.because.is_empty() && !setting.because.ends_with('.'),
                "{path}: a reason without its dot"
            );
            let default: Option<i64> = setting.default.replace('_', "").parse().ok();
            assert_eq!(default.is_some(), setting.range.is_some(), "{path}: a number has bounds");
            let (least, greatest) = setting.range.unwrap_or_default();
            assert!(default.is_none_or(|default| (least..=greatest).contains(&default)), "{path}");
        }
    }
}

#[test]
fn the_sample_explains_every_setting_and_changes_none() {
    let sample = explain();
    assert_eq!(from_file(&sample), from_file(""));
    for section in SECTIONS {
        for setting in section.settings {
            assert!(sample.contains(&format!("{} = ", setting.key)), "{}", setting.key);
        }
    }
    assert!(sample.lines().all(|line| line.chars().count() <= 110));
    // The examples of lists of tables are commented out without a space: with the mark removed they are valid too.
    let with_lists: String = sample
        .lines()
        .map(|l| l.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(l).to_owned() + "\n")
        .collect();
    let settings = from_file(&with_lists).expect("the examples are valid");
    assert_eq!(settings.trusted.len(), 1);
    assert_eq!(settings.route_for(&Domain::parse("a.example.org").unwrap()).tls, TlsMode::Required);
}

#[test]
fn a_good_file_is_read_into_types() {
    let settings = from_file(
        r#"
        data_dir = "/var/lib/postrider"
        hostname = "Mail.Example.ORG"
        dns = { resolvers = ["127.0.0.1:5353", "[::1]:53"], timeout_s = 2 }
        [database]
        url = "postgres://u:p@localhost/postrider"
        [smtp]
        tls_listen = "0.0.0.0:465"
        [[smtp.trusted]]
        network = "10.0.0.0/8"
        [[smtp.trusted]]
        network = "10.1.0.0/16"
        workspace = "shop"
        stream = "marketing"
        [delivery]
        next_hop = "capture"
        messages_per_s_per_path_max = 5
        source_addresses = ["192.0.2.1", "2001:db8::1"]
        [[route]]
        domain = "example.org"
        next_hop = "[2001:db8::25]:2525"
        tls = "implicit"
        username = "ann"
        password = "hunter2"
        [log]
        format = "json"
        "#,
    )
    .expect("a good file");
    assert_eq!(settings.node.data_dir, std::path::Path::new("/var/lib/postrider"));
    assert_eq!(settings.node.hostname, Some(Domain::parse("mail.example.org").unwrap()));
    assert_eq!(settings.dns.resolvers.len(), 2);
    assert_eq!(settings.dns.timeout, Duration::from_secs(2));
    assert_eq!(settings.smtp.tls_listen, Some("0.0.0.0:465".parse().unwrap()));
    assert_eq!(settings.delivery.messages_per_s_per_path_max.map(u32::from), Some(5));
    assert_eq!(settings.delivery.source_addresses.len(), 2);
    assert_eq!(settings.log.format, LogFormat::Json);
    let workspace =
        |ip: &str| settings.trusted_for(ip.parse::<IpAddr>().unwrap()).map(|t| t.workspace.as_str());
    assert_eq!(workspace("10.2.0.1"), Some("default"));
    assert_eq!(workspace("10.1.0.1"), Some("shop"), "the narrower network wins");
    assert_eq!(workspace("192.0.2.1"), None);
    let route = settings.route_for(&Domain::parse("example.org").unwrap());
    assert_eq!(route.next_hop.to_string(), "[2001:db8::25]:2525");
    assert_eq!(route.password.as_ref().map(Secret::expose), Some("hunter2"));
    let shown = format!("{settings:?}");
    assert!(!shown.contains("hunter2") && !shown.contains("u:p@"), "secrets are not shown: {shown}");
}

/// A file, and what is said about it: path and the beginning of the reason.
const MISTAKES: &[(&str, &str)] = &[
    ("smpt = 1", "smpt: there is no such setting; did you mean smtp?"),
    ("[smpt]", "smpt: there is no such table; did you mean smtp?"),
    ("[smtp]\nlisten_addr = \"\"", "smtp.listen_addr: there is no such setting"),
    ("[smtp]\nlisen = \"\"", "smtp.lisen: there is no such setting; did you mean listen?"),
    ("idle_timeout_s = 5", "idle_timeout_s: there is no such setting; did you mean http.idle_timeout_s?"),
    ("[[route]]\ndomian = \"a\"", "route[0].domian: there is no such setting; did you mean domain?"),
    ("smtp = true", "smtp: is a table: write [smtp]"),
    ("[route]\ndomain = \"a\"", "route: is a list of tables: write [[route]]"),
    ("route = [1]", "route[0]: is a table: write [[route]]"),
    (
        "[smtp]\nmessages_max_bytes = 1048576",
        "smtp.messages_max_bytes: is less than twice smtp.message_max_bytes",
    ),
    ("[http]\nbodies_max_bytes = 131072", "http.bodies_max_bytes: is less than twice http.body_max_bytes"),
    ("[http]\nlisten = 8025", "http.listen: expected text in quotes, found a number"),
    ("[http]\nlisten = \"8025\"", "http.listen: \"8025\" is not an address and port"),
    ("[http]\nlisten = { port = 1 }", "http.listen: expected text in quotes, found a table"),
    ("[dns]\ntimeout_s = \"5\"", "dns.timeout_s: expected a whole number, found text"),
    ("[dns]\ntimeout_s = 0.5", "dns.timeout_s: expected a whole number, found a number with a fraction"),
    ("[dns]\ntimeout_s = 0", "dns.timeout_s: 0 is not from 1 to 60 seconds"),
    ("[dns]\ntimeout_s = -1", "dns.timeout_s: -1 is not from 1 to 60 seconds"),
    ("[smtp]\nrecipients_max = 99", "smtp.recipients_max: 99 is not from 100 to 10000 recipients"),
    (
        "[disk]\nfree_min_bytes = 0xffff_ffff_ffff_ffff",
        "disk.free_min_bytes: expected a whole number, found a number beyond 64 bits",
    ),
    ("[dns]\nresolvers = \"127.0.0.1:53\"", "dns.resolvers: expected a list, found text"),
    ("[dns]\nresolvers = [\"localhost\"]", "dns.resolvers: \"localhost\" is not an address and port"),
    ("[dns]\nresolvers = [[\"127.0.0.1:53\"]]", "dns.resolvers: expected text in quotes, found a list"),
    (
        "[smtp]\nauth_without_tls_on_loopback = 1",
        "smtp.auth_without_tls_on_loopback: expected true or false, found a number",
    ),
    ("[database]\nurl = \"mysql://root:hunter2@db\"", "database.url: must begin with postgres://"),
    ("hostname = \"a b\"", "hostname: \"a b\" is not a domain name"),
    ("data_dir = \"\"", "data_dir: must not be empty"),
    ("[log]\nlevel = \"loud\"", "log.level: \"loud\" is not one of error, warn, info, debug, trace"),
    (
        "[delivery]\nnext_hop = \"example.org\"",
        "delivery.next_hop: \"example.org\" is not mx, capture, or a host and port",
    ),
    ("[delivery]\nnext_hop = \"example.org:0\"", "delivery.next_hop: a next hop cannot have port 0"),
    ("[delivery]\nnext_hop = \"2001:db8::1:25\"", "delivery.next_hop: \"2001:db8::1:25\" is not mx"),
    (
        "[delivery]\nretry_wait_first_s = 20000",
        "delivery.retry_wait_first_s: is longer than delivery.retry_wait_max_s",
    ),
    (
        "[[smtp.trusted]]\nnetwork = \"10.0.0.1/8\"",
        "smtp.trusted[0].network: 10.0.0.1 has bits set behind its prefix; the network is 10.0.0.0/8",
    ),
    ("[[smtp.trusted]]", "smtp.trusted[0].network: must be written"),
    ("[[tls.host]]", "tls.host[0].name: must be written: a name, *.name, or *"),
    (
        "[[tls.host]]\nname = \"t.example.org\"\nkey = \"k\"",
        "tls.host[0].certificate: must be written: a PEM file",
    ),
    ("[[tls.host]]\nname = \"*\"", "tls.host[0].name: everybody is shown the certificate of `[tls]` already"),
    ("[[smtp.trusted]]\nnetwork = \"::/0\"\nstream = \"\"", "smtp.trusted[0].stream: must not be empty"),
    ("[tls]\ncertificate = \"a.pem\"", "tls.certificate: needs tls.key"),
    ("[tls]\nkey = \"a.pem\"", "tls.key: needs tls.certificate"),
    (
        "[console.oidc]\nissuer = \"http://login.example.org\"",
        "console.oidc.issuer: must begin with https://: in clear",
    ),
    ("[console.oidc]\nissuer = \"login\"", "console.oidc.issuer: \"login\" is not a URL"),
    (
        "[console.oidc]\nissuer = \"https://login.example.org/?a=b\"",
        "console.oidc.issuer: \"https://login.example.org/?a=b\" is not a URL",
    ),
    ("[console.oidc]\nissuer = \"https://a.example\"", "console.oidc.issuer: needs console.oidc.client_id"),
    ("[console.oidc]\nissuer = \"https://a.example\"", "console.oidc.issuer: needs console.url"),
    ("[console.oidc]\nclient_id = \"c\"", "console.oidc.client_id: needs console.oidc.issuer"),
    ("[console.oidc]\nclient_secret = \"hunter2\"", "console.oidc.client_secret: needs console.oidc.issuer"),
    (
        "[console.oidc]\nissuer = \"https://a.example\"\nclient_secret = \"hunter2\"\nclient_secret_file = \"f\"",
        "console.oidc.client_secret_file: stands beside console.oidc.client_secret",
    ),
    (
        "[console.oidc]\nissuer = \"https://a.example\"\nscopes = [\"email\"]",
        "console.oidc.scopes: must name openid",
    ),
    (
        "[console.oidc]\nsecond_factor = \"none\"",
        "console.oidc.second_factor: \"none\" is not one of own, amr",
    ),
    (
        "[console.oidc]\ntrusted_domains = [\"a b\"]",
        "console.oidc.trusted_domains: \"a b\" is not a domain name",
    ),
    ("[[route]]\nnext_hop = \"mx\"", "route[0].domain: must be written"),
    ("[[route]]\ndomain = \"*\"", "route[0].next_hop: must be written"),
    ("[[route]]\ndomain = \"a.*\"\nnext_hop = \"mx\"", "route[0].domain: \"a.*\" is not a domain name"),
    (
        "[[route]]\ndomain = \"a\"\nnext_hop = \"b:25\"\nusername = \"u\"",
        "route[0].username: needs a password",
    ),
    (
        "[[route]]\ndomain = \"a\"\nnext_hop = \"b:25\"\npassword = \"hunter2\"",
        "route[0].password: needs a username",
    ),
    (
        "[[route]]\ndomain = \"a\"\nnext_hop = \"b:25\"\nusername = \"u\"\npassword = \"hunter2\"",
        "route[0].tls: with \"opportunistic\" the password could be read",
    ),
    (
        "[[route]]\ndomain = \"a\"\nnext_hop = \"mx\"\nusername = \"u\"\npassword = \"hunter2\"",
        "route[0].username: credentials are for a host and port only",
    ),
    (
        "[[route]]\ndomain = \"a\"\nnext_hop = \"capture\"\nmessages_per_s_max = 5",
        "route[0].next_hop: limits are for servers",
    ),
    (
        "[[route]]\ndomain = \"a\"\nnext_hop = \"b:25\"\nusername = \"u\"\npassword = 12345678",
        "route[0].password: expected text in quotes, found a number",
    ),
];

#[test]
fn each_kind_of_mistake_names_its_setting_and_its_reason() {
    for (text, expected) in MISTAKES {
        let got = complaints(text);
        assert!(got.contains(&format!(": {expected}")), "{text}\n  got      {got}\n  expected {expected}");
        assert!(!got.contains("hunter2") && !got.contains("12345678"), "a secret is shown: {got}");
    }
}

#[test]
fn an_issuer_stays_as_it_was_written_and_speaks_in_clear_on_this_machine_alone() {
    let read = |issuer: &str| {
        let text = format!(
            "[console]\nurl = \"https://mail.example.org\"\n[console.oidc]\nissuer = \"{issuer}\"\nclient_id = \"c\"\n\
             client_secret = \"hunter2\"\ntrusted_domains = [\"example.org\", \"*.example.net\"]\n"
        );
        from_file(&text).map(|settings| settings.oidc)
    };
    for (issuer, host) in [
        ("https://login.example.org", "login.example.org"),
        ("https://t.example.org:8443/realms/a/", "t.example.org:8443"),
        ("http://127.0.0.1:3000", "127.0.0.1:3000"),
        ("http://[::1]:3000/", "[::1]:3000"),
        ("http://localhost:3000", "localhost:3000"),
    ] {
        let oidc = read(issuer).unwrap_or_else(|mistakes| panic!("{issuer}: {mistakes}"));
        let read = oidc.issuer.as_ref().expect("an issuer");
        assert_eq!((read.as_str(), read.host()), (issuer, host));
        assert!(!format!("{oidc:?}").contains("hunter2"));
        let trusts = |name: &str| {
            let name = Domain::parse(name).unwrap();
            oidc.trusted_domains.iter().any(|pattern| pattern.covers(&name))
        };
        let all = [
            "example.org",
            "a.example.org",
            "badexample.org",
            "example.net",
            "a.b.example.net",
            "xexample.net",
        ];
        assert_eq!(all.map(trusts), [true, false, false, false, true, false]);
    }
    for issuer in
        ["http://localhost.example.org", "http://127.0.0.1.example.org", "http://10.0.0.1", "ftp://a"]
    {
        assert!(read(issuer).is_err(), "{issuer}");
    }
}

#[test]
fn a_secret_in_a_broken_line_is_not_shown() {
    for line in [
        "password = hunter2",
        "password = 'hunter2",
        "password = \"hunter2\" hunter2",
        "password = \"\\hunter2\"",
    ] {
        let got = complaints(&format!("[[route]]\ndomain = \"a\"\nnext_hop = \"mx\"\n{line}\n"));
        assert!(!got.contains("hunter2"), "{got}");
        assert!(got.contains("postrider.toml:4: "), "{got}");
    }
}

#[test]
fn a_password_may_go_to_this_machine_in_clear() {
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let route = format!(
            "[[route]]\ndomain = \"a\"\nnext_hop = \"{host}:25\"\nusername = \"u\"\npassword = \"p\""
        );
        assert!(from_file(&route).is_ok(), "{host}");
    }
}

#[test]
fn all_mistakes_come_at_once_with_their_lines() {
    let text = "data_dir = 5\n\n[smtp]\nlisten = \"nowhere\"\n  recipients_max = 7 # too few\nlisten = \"127.0.0.1:1\"\n\
                wrong = 1\n\n[[route]]\ntls = \"maybe\"\n\n[[route]]\ndomain = \"a\"\nnext_hop = \"mx\"\n\n[[route]]\n\
                domain = \"A\"\nnext_hop = \"mx\"\nusername = \"u\"\n";
    let lines: Vec<String> = complaints(text).lines().map(|l| l.chars().take(48).collect()).collect();
    let expected = [
        "postrider.toml:1: data_dir: expected text in quo",
        "postrider.toml:4: smtp.listen: \"nowhere\" is not ",
        "postrider.toml:5: smtp.recipients_max: 7 is not ",
        "postrider.toml:6: duplicate key",
        "postrider.toml:7: smtp.wrong: there is no such s",
        "postrider.toml:9: route[0].domain: must be writt",
        "postrider.toml:9: route[0].next_hop: must be wri",
        "postrider.toml:10: route[0].tls: \"maybe\" is not ",
        "postrider.toml:17: route[2].domain: there is a r",
        "postrider.toml:19: route[2].username: needs a pa",
        "postrider.toml:19: route[2].username: credential",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_file_that_is_not_toml_is_reported_by_line() {
    let got = complaints("[smtp]\nlisten = \n[dns]\ntimeout_s = 900\n");
    let lines: Vec<&str> = got.lines().collect();
    assert!(lines[0].starts_with("postrider.toml:2: "), "{got}");
    assert!(
        lines.iter().any(|l| l.starts_with("postrider.toml:4: dns.timeout_s: 900")),
        "what follows is still read: {got}"
    );
}

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn the_command_line_wins_over_the_environment_over_the_file_over_the_mode() {
    let mut written = Written::new();
    // Deliberately against the order of precedence.
    written.command_line("--smtp", "smtp.listen", "127.0.0.1:4");
    written.environment(
        variables(&[
            ("POSTRIDER_SMTP__LISTEN", "127.0.0.1:3"),
            ("POSTRIDER_HTTP__LISTEN", "127.0.0.1:3"),
            ("POSTRIDER_DATA_DIR", "/env"),
            ("POSTRIDER_DNS__TIMEOUT_S", "7"),
            ("POSTRIDER_DNS__RESOLVERS", "127.0.0.1:53, 127.0.0.2:53"),
            ("POSTRIDER_SMTP__AUTH_WITHOUT_TLS_ON_LOOPBACK", "false"),
            ("POSTRIDER_CONFIG", "mine.toml"),
            ("PATH", "/bin"),
        ]),
        &["POSTRIDER_CONFIG"],
    );
    let file = "data_dir = \"/file\"\n[smtp]\nlisten = \"127.0.0.1:2\"\n[delivery]\nnext_hop = \"mx\"\nehlo_name = \"a\"";
    written.file("postrider.toml", file);
    written.preset("delivery.next_hop", "capture");
    written.preset("smtp.auth_without_tls_on_loopback", "true");
    let settings = written.settings().expect("good values");
    assert_eq!(settings.smtp.listen.port(), 4, "command line");
    assert_eq!(settings.http.listen.port(), 3, "environment");
    assert_eq!(settings.node.data_dir, std::path::Path::new("/env"));
    assert_eq!(settings.dns.timeout, Duration::from_secs(7));
    assert_eq!(settings.dns.resolvers.len(), 2);
    assert!(!settings.smtp.auth_without_tls_on_loopback);
    assert_eq!(settings.delivery.next_hop, NextHop::Mx, "the file says so, whatever the mode");

    let mut written = Written::new();
    written.preset("delivery.next_hop", "capture");
    let settings = written.settings().expect("good values");
    assert_eq!(settings.route_for(&Domain::parse("example.org").unwrap()).next_hop, NextHop::Capture);
}

#[test]
fn mistakes_outside_the_file_are_named_by_variable_and_option() {
    let mut written = Written::new();
    written.command_line("--http", "http.listen", "here");
    let pairs = [
        ("POSTRIDER_SMTP_LISTEN", "127.0.0.1:3"),
        ("POSTRIDER_DNS__TIMEOUT_S", "soon"),
        ("POSTRIDER_ROUTE__0__DOMAIN", "x"),
        ("POSTRIDER_DATABASE__URL", "hunter2"),
    ];
    written.environment(variables(&pairs), &[]);
    let got = written.settings().expect_err("mistakes").to_string();
    let expected = [
        "POSTRIDER_DATABASE__URL: database.url: must begin with postgres:// (or be empty, for SQLite)",
        "POSTRIDER_DNS__TIMEOUT_S: dns.timeout_s: \"soon\" is not a whole number",
        "POSTRIDER_ROUTE__0__DOMAIN: there is no such setting",
        "POSTRIDER_SMTP_LISTEN: there is no such setting; did you mean POSTRIDER_SMTP__LISTEN?",
        "--http: http.listen: \"here\" is not an address and port such as 127.0.0.1:2525 or [::1]:2525",
    ];
    assert_eq!(got.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn the_most_specific_route_wins() {
    let route =
        |domain: &str, host: &str| format!("[[route]]\ndomain = \"{domain}\"\nnext_hop = \"{host}:25\"\n");
    let some = [
        route("*.example.org", "below"),
        route("*.mail.example.org", "deeper"),
        route("a.mail.example.org", "exact"),
        route("bücher.example", "unicode"),
    ]
    .concat();
    let all = some.clone() + &route("*", "star");
    let cases = [
        ("a.mail.example.org", "exact:25", "exact:25"),
        ("b.mail.example.org", "deeper:25", "deeper:25"),
        ("x.b.mail.example.org", "deeper:25", "deeper:25"),
        ("mail.example.org", "below:25", "below:25"),
        ("example.org", "mx", "star:25"),
        ("badexample.org", "mx", "star:25"),
        ("xn--bcher-kva.example", "unicode:25", "unicode:25"),
        ("org", "mx", "star:25"),
    ];
    let (some, all) = (from_file(&some).expect("routes"), from_file(&all).expect("routes"));
    for (domain, without_star, with_star) in cases {
        let domain = Domain::parse(domain).unwrap();
        assert_eq!(some.route_for(&domain).next_hop.to_string(), without_star, "{domain}");
        assert_eq!(all.route_for(&domain).next_hop.to_string(), with_star, "{domain}");
    }
}
