//! Every setting that there is, declared once.
//!
//! A new setting is one entry here; a new table is one `section!` and its line in `SECTIONS` and `Settings`.
//! Not here: rules between settings (`check`), the parsers of single values (`value`, `route`, `network`).

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use mail::{Address, Domain};

use super::declaration::{Section, Setting};
use super::issuer::{Issuer, IssuerFactor};
use super::network::Network;
use super::reader::Reader;
use super::route::{DomainPattern, NextHop, TlsMode};
use super::value::{BaseUrl, DatabaseUrl, LogFormat, LogLevel, Notifications, Secret, Waits};

/// All tables, in the order of the sample file: the top of the file first, as TOML demands.
pub const SECTIONS: &[Section] = &[
    Node::SECTION,
    Database::SECTION,
    Http::SECTION,
    Console::SECTION,
    Oidc::SECTION,
    Smtp::SECTION,
    Trusted::SECTION,
    Tls::SECTION,
    TlsHost::SECTION,
    Dns::SECTION,
    Delivery::SECTION,
    Route::SECTION,
    Queue::SECTION,
    Attachments::SECTION,
    Tracking::SECTION,
    Webhooks::SECTION,
    Spam::SECTION,
    Codes::SECTION,
    Retention::SECTION,
    Disk::SECTION,
    Log::SECTION,
];

section! {
    /// The running process itself.
    Node at "" {
        /// Where Postrider keeps what it must not lose: the embedded database, its keys, a self-made certificate.
        data_dir: PathBuf {
            key: "data_dir", unit: "directory", default: "./data",
            because: "a first run needs no rights outside the directory that it is started in",
        }
        /// The name by which this machine introduces itself in greetings, Received and Message-ID; empty: the system's name.
        hostname: Option<Domain> {
            key: "hostname", unit: "domain name", default: "",
            because: "the system usually knows its name",
        }
    }
}

section! {
    /// Where mail and its history are stored.
    Database at "database" {
        /// A PostgreSQL server, for several machines; empty: an SQLite file in `data_dir`.
        url: DatabaseUrl {
            key: "url", unit: "postgres://user:password@host:port/name", default: "",
            because: "one machine needs no database server",
        }
        /// The most connections that readers share; committers have their own.
        connections_max: u32 {
            key: "connections_max", unit: "connections", default: 8, range: 1 to 200,
            because: "lists and exports read side by side, and a PostgreSQL server allows 100 connections in all",
        }
        /// How many committers write at once on PostgreSQL; SQLite has one writer whatever is set.
        committers: u32 {
            key: "committers", unit: "committers", default: 2, range: 1 to 16,
            because: "a second one works while the first waits for its flush; beyond four the batches only get smaller",
        }
    }
}

section! {
    /// The console, as people reach it.
    Console at "console" {
        /// The URL under which browsers reach the console: for links in mail, and for forms that come through a proxy which changes the Host. Empty: each request's own Host, and no links for lost passwords, because a stranger may ask for those under any Host.
        url: Option<BaseUrl> {
            key: "url", unit: "https://host", default: "", example: "https://mail.example.org",
            because: "whoever reaches the console has its address in the browser; only what is sent to others must know it",
        }
    }
}

section! {
    /// Sign-in to the console with accounts that are kept elsewhere, by OpenID Connect. It needs `console.url`: register its `/login/oidc/callback` at the issuer. Nobody gets an account by it who was not invited.
    Oidc at "console.oidc" {
        /// Who keeps the accounts, exactly as its discovery document names itself; empty: nobody is asked.
        issuer: Option<Issuer> {
            key: "issuer", unit: "https://host", default: "", example: "https://login.example.org",
            because: "people have a password here, and most installations keep no accounts elsewhere",
        }
        /// By what the issuer knows this installation.
        client_id: Option<String> {
            key: "client_id", unit: "text", default: "", example: "postrider",
            because: "the issuer gives it out",
        }
        /// The secret that the issuer gave with it; empty: none, for clients that are registered as public.
        client_secret: Option<Secret> {
            key: "client_secret", unit: "text", default: "",
            because: "the issuer gives it out; PKCE is used with it and without",
        }
        /// A file with the secret in its place, read at the start.
        client_secret_file: Option<PathBuf> {
            key: "client_secret_file", unit: "file", default: "", example: "/run/secrets/oidc",
            because: "where secrets are files, they need not be copied into the settings",
        }
        /// What the button says behind "Sign in with"; empty: the issuer's host.
        name: Option<String> {
            key: "name", unit: "text", default: "", example: "Example Corp",
            because: "the host is always true, and people know the name of their firm",
        }
        /// What is asked of the issuer; `openid` must be among it.
        scopes: Vec<String> {
            key: "scopes", unit: "list of scopes", default: ["openid", "email", "profile"],
            because: "the address finds the person at their first sign-in, the name is taken from an invitation on; nothing else is read",
        }
        /// Domains for whose addresses the issuer is believed: who comes for the first time with a verified address of one of them is the person here who has that address. Names, *.name, or *. Empty: everybody connects their account once, signed in, on their own page.
        trusted_domains: Vec<DomainPattern> {
            key: "trusted_domains", unit: "list of domains", default: [], example: "[\"example.org\"]",
            because: "whoever can have any address written into an account there would be anybody here",
        }
        /// Whether such a sign-in counts as two factors: own (never; a code that the person has set up here is asked for), amr (where the token says mfa, RFC 8176), issuer (always; for an issuer that asks everybody for two).
        second_factor: IssuerFactor {
            key: "second_factor", unit: "own, amr or issuer", default: "own",
            because: "a workspace that requires two factors has been promised that both were seen",
        }
    }
}

section! {
    /// The HTTP API.
    Http at "http" {
        /// The address and port that are listened on; port 0 takes a free one.
        listen: SocketAddr {
            key: "listen", unit: "address:port", default: "127.0.0.1:8025",
            because: "what is not yet configured should not be reachable from elsewhere",
        }
        /// A further listener that speaks HTTPS with the certificates of `[tls]`, as a rule on port 443; empty: none.
        tls_listen: Option<SocketAddr> {
            key: "tls_listen", unit: "address:port", default: "",
            because: "many have a proxy that does TLS already",
        }
        /// The longest request body.
        body_max_bytes: u64 {
            key: "body_max_bytes", unit: "bytes", default: 73_400_320, range: 65_536 to 1_073_741_824,
            because: "the largest message, its attachments in base64, with room for the JSON around it",
        }
        /// The most that the bodies of requests under way take together, half of it at most for one workspace.
        bodies_max_bytes: u64 {
            key: "bodies_max_bytes", unit: "bytes", default: 268_435_456, range: 131_072 to 68_719_476_736,
            because: "connections times the longest body are more memory than there is; whoever finds no room is told to try again",
        }
        /// The most connections at once.
        connections_max: u32 {
            key: "connections_max", unit: "connections", default: 2_000, range: 1 to 100_000,
            because: "connections are small, but each needs a file descriptor",
        }
        /// The most connections at once from one address (IPv6: from one /64).
        connections_per_address_max: u32 {
            key: "connections_per_address_max", unit: "connections", default: 500, range: 1 to 100_000,
            because: "one client should not take every connection there is; behind a proxy all have its address: set it to connections_max",
        }
        /// How long a client may take for the header of a request, the wait for it on a kept connection included.
        header_timeout: Duration {
            key: "header_timeout_s", unit: "seconds", default: 30, range: 1 to 3_600,
            because: "a header is sent in one piece, and who has no more to ask can call again",
        }
        /// How long a client may send nothing of a body that it announced, or take nothing of an answer.
        idle_timeout: Duration {
            key: "idle_timeout_s", unit: "seconds", default: 30, range: 1 to 3_600,
            because: "a connection that moves nothing for so long is broken, or held to keep others out",
        }
        /// Whether `/metrics` answers others than this machine.
        metrics_from_anywhere: bool {
            key: "metrics_from_anywhere", unit: "true or false", default: false,
            because: "it needs no key, and how much mail flows is nobody else's business",
        }
    }
}

section! {
    /// How applications hand over mail by SMTP.
    Smtp at "smtp" {
        /// The address and port of the ordinary listener (STARTTLS offered).
        listen: SocketAddr {
            key: "listen", unit: "address:port", default: "127.0.0.1:2525",
            because: "an unprivileged port that only this machine can reach",
        }
        /// A further listener with STARTTLS, as a rule on port 587; empty: none.
        submission_listen: Option<SocketAddr> {
            key: "submission_listen", unit: "address:port", default: "",
            because: "ports below 1024 need rights that a first run does not have",
        }
        /// A listener that speaks TLS from the first byte, as a rule on port 465; empty: none.
        tls_listen: Option<SocketAddr> {
            key: "tls_listen", unit: "address:port", default: "",
            because: "ports below 1024 need rights that a first run does not have",
        }
        /// Whether AUTH is offered without TLS to clients on a loopback address.
        auth_without_tls_on_loopback: bool {
            key: "auth_without_tls_on_loopback", unit: "true or false", default: false,
            because: "a key should not travel in clear; `postrider dev` turns it on",
        }
        /// The largest message, announced by SIZE.
        message_max_bytes: u64 {
            key: "message_max_bytes", unit: "bytes", default: 52_428_800, range: 65_536 to 1_073_741_824,
            because: "the large receivers take 25 to 50 MB, and RFC 5321 §4.5.3.1.7 asks for at least 64 KiB",
        }
        /// The most recipients of one message.
        recipients_max: u32 {
            key: "recipients_max", unit: "recipients", default: 1_000, range: 100 to 10_000,
            because: "RFC 5321 §4.5.3.1.8 asks for at least 100, and common mailers send up to 1,000 at once; ids in a row are kept for some 16,000",
        }
        /// The longest header of a message, all fields together.
        header_max_bytes: u64 {
            key: "header_max_bytes", unit: "bytes", default: 262_144, range: 16_384 to 4_194_304,
            because: "a thousand recipients named in To fit, and a peer cannot make us hold much more",
        }
        /// After how many refused commands a session is closed.
        errors_max: u32 {
            key: "errors_max", unit: "errors", default: 20, range: 1 to 1_000,
            because: "a person who types by hand may err; a program that guesses keys should not go on",
        }
        /// How long a session may say nothing.
        idle_timeout: Duration {
            key: "idle_timeout_s", unit: "seconds", default: 300, range: 1 to 3_600,
            because: "RFC 5321 §4.5.3.2.7 asks for at least five minutes",
        }
        /// The most sessions at once.
        connections_max: u32 {
            key: "connections_max", unit: "sessions", default: 2_000, range: 1 to 100_000,
            because: "sessions are small, but each needs a file descriptor",
        }
        /// The most sessions at once from one address (IPv6: from one /64).
        connections_per_address_max: u32 {
            key: "connections_per_address_max", unit: "sessions", default: 200, range: 1 to 100_000,
            because: "a busy application uses some dozens; one client should not take every session there is",
        }
    }
}

section! {
    /// A network whose hosts may send without a key, for one workspace and stream.
    Trusted at "smtp.trusted" repeated {
        /// The addresses that are trusted.
        network: Network {
            key: "network", unit: "address/prefix length", default: "", example: "\"10.0.0.0/8\"",
            because: "nobody is trusted unless it is written",
        }
        /// The workspace in whose name they send.
        workspace: String {
            key: "workspace", unit: "workspace name", default: "default",
            because: "it exists from the start",
        }
        /// The stream that their mail belongs to.
        stream: String {
            key: "stream", unit: "stream name", default: "transactional",
            because: "servers mostly send what somebody waits for",
        }
    }
}

section! {
    /// The certificate that our listeners show.
    Tls at "tls" {
        /// The certificate chain, our own first; read again when the file changes; empty: a self-made certificate.
        certificate: Option<PathBuf> {
            key: "certificate", unit: "PEM file", default: "",
            because: "a first run has none",
        }
        /// The private key that belongs to the certificate.
        key: Option<PathBuf> {
            key: "key", unit: "PEM file", default: "",
            because: "a first run has none",
        }
    }
}

section! {
    /// A certificate for those who ask our listeners for one host, as recipients do for a tracking host.
    TlsHost at "tls.host" repeated {
        /// The host: a name, or `*.name` for all names directly below it.
        name: DomainPattern {
            key: "name", unit: "name or *.name", default: "", example: "\"click.example.org\"",
            because: "everybody else is shown the certificate of `[tls]`",
        }
        /// The certificate chain, its own first; read again when the file changes.
        certificate: Option<PathBuf> {
            key: "certificate", unit: "PEM file", default: "", example: "\"/etc/ssl/click.example.org.pem\"",
            because: "a host is named for its certificate",
        }
        /// The private key that belongs to the certificate.
        key: Option<PathBuf> {
            key: "key", unit: "PEM file", default: "", example: "\"/etc/ssl/click.example.org.key\"",
            because: "a host is named for its certificate",
        }
    }
}

section! {
    /// How names are resolved.
    Dns at "dns" {
        /// The DNS servers to ask; empty: the system's.
        resolvers: Vec<SocketAddr> {
            key: "resolvers", unit: "list of address:port", default: [], example: "[\"127.0.0.1:53\"]",
            because: "the system's are right on most machines; a busy sender wants one of its own",
        }
        /// How long to wait for one answer.
        timeout: Duration {
            key: "timeout_s", unit: "seconds", default: 5, range: 1 to 60,
            because: "five seconds is what resolvers themselves commonly allow",
        }
    }
}

section! {
    /// How mail leaves.
    Delivery at "delivery" {
        /// Where mail goes that no route names: `mx` (the recipient's servers), `capture` (kept, nothing leaves), or a host and port.
        next_hop: NextHop {
            key: "next_hop", unit: "mx, capture or host:port", default: "mx",
            because: "delivery to the recipient's servers is what a mail server is for; `postrider dev` captures",
        }
        /// The most connections at once from one source to one site.
        connections_per_path_max: u32 {
            key: "connections_per_path_max", unit: "connections", default: 20, range: 1 to 1_000,
            because: "the large receivers accept 10 to 20 from a sender that they know",
        }
        /// After how many messages a connection is closed and another made.
        messages_per_connection_max: u32 {
            key: "messages_per_connection_max", unit: "messages", default: 100, range: 1 to 100_000,
            because: "receivers commonly end a connection after about a hundred",
        }
        /// The most messages a second from one source to one site; 0: no limit.
        messages_per_s_per_path_max: Option<NonZeroU32> {
            key: "messages_per_s_per_path_max", unit: "messages a second", default: 0, range: 0 to 1_000_000,
            because: "the limit of connections already holds most senders back enough",
        }
        /// Wait after the first failed attempt; it doubles with each further failure.
        retry_wait_first: Duration {
            key: "retry_wait_first_s", unit: "seconds", default: 300, range: 1 to 86_400,
            because: "greylisting usually ends after five minutes",
        }
        /// The longest wait between two attempts.
        retry_wait_max: Duration {
            key: "retry_wait_max_s", unit: "seconds", default: 14_400, range: 1 to 604_800,
            because: "a server that comes back should not wait longer than four hours for its mail",
        }
        /// When transactional mail is given up.
        expires_after_transactional: Duration {
            key: "expires_after_transactional_s", unit: "seconds", default: 432_000, range: 60 to 2_592_000,
            because: "RFC 5321 §4.5.4.1 asks for four to five days",
        }
        /// When marketing mail is given up.
        expires_after_marketing: Duration {
            key: "expires_after_marketing_s", unit: "seconds", default: 172_800, range: 60 to 2_592_000,
            because: "an offer that arrives on the third day does more harm than good",
        }
        /// Who is written to about a failure: `asked` (senders who said so with NOTIFY), `always` (also those who said nothing), `never`.
        notifications: Notifications {
            key: "notifications", unit: "word", default: "asked",
            because: "applications hear of outcomes by events, and the mailbox of a sender that is one is mostly unread",
        }
        /// How long mail waits before a sender who asked for it (NOTIFY=DELAY) is told, once.
        delay_notice_after: Duration {
            key: "delay_notice_after_s", unit: "seconds", default: 14_400, range: 60 to 2_592_000,
            because: "what arrives within four hours is late, but hardly worth a letter",
        }
        /// How long to wait for a connection.
        connect_timeout: Duration {
            key: "connect_timeout_s", unit: "seconds", default: 30, range: 1 to 600,
            because: "a host that is up answers within seconds, and there may be another to try",
        }
        /// How long to wait for a reply to a command.
        reply_timeout: Duration {
            key: "reply_timeout_s", unit: "seconds", default: 300, range: 1 to 3_600,
            because: "RFC 5321 §4.5.3.2 asks for five minutes",
        }
        /// How long to wait for the reply to a whole message.
        final_reply_timeout: Duration {
            key: "final_reply_timeout_s", unit: "seconds", default: 600, range: 1 to 3_600,
            because: "RFC 5321 §4.5.3.2.6 asks for ten minutes: giving up earlier sends a second copy",
        }
        /// The port on which the recipients' servers are called.
        mx_port: u16 {
            key: "mx_port", unit: "port", default: 25, range: 1 to 65_535,
            because: "RFC 5321 §4.5.4.2 knows no other; a laboratory may",
        }
        /// Whether a domain's MX may lead to this machine's loopback addresses.
        mx_on_loopback: bool {
            key: "mx_on_loopback", unit: "true or false", default: false,
            because: "what listens there trusts who calls, and anybody can write such an MX; only a laboratory wants it",
        }
        /// How long a connection without work is kept for the next message.
        connection_idle: Duration {
            key: "connection_idle_s", unit: "seconds", default: 5, range: 0 to 300,
            because: "long enough for the next message of a busy path, short enough not to annoy the peer",
        }
        /// The name said in EHLO; empty: `hostname`.
        ehlo_name: Option<Domain> {
            key: "ehlo_name", unit: "domain name", default: "",
            because: "the name of the machine is the name of its address, unless there is a translation between",
        }
        /// The local addresses that mail leaves from; empty: the system chooses.
        source_addresses: Vec<IpAddr> {
            key: "source_addresses", unit: "list of addresses", default: [], example: "[\"192.0.2.10\"]",
            because: "most machines have one",
        }
    }
}

section! {
    /// Where mail for a domain goes. An exact name wins over `*.name`, the longer of these over the shorter, both over `*`.
    Route at "route" repeated {
        /// The recipients' domain: a name, `*.name` for every name below it (not itself), or `*` for all.
        domain: DomainPattern {
            key: "domain", unit: "name, *.name or *", default: "", example: "\"*.example.org\"",
            because: "a route is about a domain",
        }
        /// Where it goes: `mx`, `capture`, or a host and port.
        next_hop: NextHop {
            key: "next_hop", unit: "mx, capture or host:port", default: "", example: "\"smarthost.example.net:587\"",
            because: "a route leads somewhere",
        }
        /// `none`, `opportunistic` (TLS when offered), `required` (verified, or no delivery), `implicit` (verified, from the first byte).
        tls: TlsMode {
            key: "tls", unit: "word", default: "opportunistic", example: "\"required\"",
            because: "encrypted where possible, delivered in any case, as between mail servers at large",
        }
        /// The user name for AUTH; empty: no AUTH.
        username: Option<String> {
            key: "username", unit: "text", default: "", example: "\"postrider\"",
            because: "most next hops ask for none",
        }
        /// The password for AUTH.
        password: Option<Secret> {
            key: "password", unit: "text", default: "", example: "\"…\"",
            because: "most next hops ask for none",
        }
    }
}

section! {
    /// The deliveries that wait.
    Queue at "queue" {
        /// The most deliveries held in memory; the others wait in the database.
        deliveries_in_memory_max: u32 {
            key: "deliveries_in_memory_max", unit: "deliveries", default: 100_000, range: 1_000 to 10_000_000,
            because: "about 100 MB, and some ten seconds of work at full speed",
        }
    }
}

section! {
    /// Files that go with emails.
    Attachments at "attachments" {
        /// The largest file, before it is encoded.
        file_max_bytes: u64 {
            key: "file_max_bytes", unit: "bytes", default: 36_700_160, range: 65_536 to 1_073_741_824,
            because: "in base64 it fills the largest message, and few receivers take more",
        }
        /// What a workspace's files take together, uploaded or kept for a link; equal ones count once.
        quota_bytes: u64 {
            key: "quota_bytes", unit: "bytes", default: 1_073_741_824, range: 1_048_576 to 1_099_511_627_776,
            because: "room for thousands of documents, and one workspace does not fill the disk",
        }
        /// How long an uploaded file is kept after an email last named it.
        kept_days: u32 {
            key: "kept_days", unit: "days", default: 90, range: 1 to 3_650,
            because: "a quarter's campaign can name it again; what nobody names for so long is forgotten",
        }
        /// The most URLs that one request may have fetched; one that stands in many emails is fetched once.
        urls_max: u32 {
            key: "urls_max", unit: "URLs", default: 20, range: 0 to 32,
            because: "each takes a connection while the request waits; files for many emails are uploaded once",
        }
        /// How long fetching a file may take, redirects included.
        fetch_timeout: Duration {
            key: "fetch_timeout_s", unit: "seconds", default: 15, range: 1 to 120,
            because: "whoever sends waits for it, and most clients give up after 30 seconds",
        }
        /// Endings of file names that are refused as well as the built-in ones.
        blocked: Vec<String> {
            key: "blocked", unit: "list of endings", default: [], example: r#"["zip", "docm"]"#,
            because: "the built-in list has what runs when it is opened; who is stricter knows why",
        }
        /// Endings that are taken although the built-in list has them, also when the content shows it.
        allowed: Vec<String> {
            key: "allowed", unit: "list of endings", default: [], example: r#"["apk"]"#,
            because: "the large receivers refuse them all",
        }
        /// Files of more bytes are kept here, and the email has a link to them instead; 0: only where the email asks for it.
        link_above_bytes: u64 {
            key: "link_above_bytes", unit: "bytes", default: 0, range: 0 to 1_073_741_824,
            because: "what is handed over as an attachment should arrive as one unless somebody decides otherwise",
        }
        /// How long a link to a file leads to it, from the time at which its email may arrive at last.
        link_days: u32 {
            key: "link_days", unit: "days", default: 30, range: 1 to 3_650,
            because: "as long as the content of a message is kept",
        }
        /// Whether files in mail that is handed over by SMTP are looked at, too.
        check_smtp: bool {
            key: "check_smtp", unit: "true or false", default: true,
            because: "one pass over the lines of a message, and receivers would refuse it later",
        }
    }
}

section! {
    /// Opens, clicks, reading time and unsubscribing: the pages that recipients reach.
    Tracking at "tracking" {
        /// The URL under which recipients reach the paths that begin with `/t/`; empty: the API's own address.
        url: Option<BaseUrl> {
            key: "url", unit: "https://host", default: "", example: "https://t.example.org",
            because: "a first run knows no public name; mail that leaves needs one, by HTTPS, or its links lead nowhere",
        }
        /// A further HTTP listener that serves nothing but the tracking paths; empty: none.
        listen: Option<SocketAddr> {
            key: "listen", unit: "address:port", default: "",
            because: "the API's listener serves them too; this one can be open to the world while the API is not",
        }
        /// As `listen`, by HTTPS with the certificates of `[tls]` and `[[tls.host]]`, as a rule on port 443; empty: none.
        tls_listen: Option<SocketAddr> {
            key: "tls_listen", unit: "address:port", default: "",
            because: "a proxy in front may do TLS; without one, links to tracking hosts, which are HTTPS, need it",
        }
        /// Networks of proxies in front of us, whose `X-Forwarded-For` is believed.
        proxies: Vec<Network> {
            key: "proxies", unit: "networks", default: [], example: r#"["10.0.0.0/8"]"#,
            because: "from anybody else the header is whatever the client wrote",
        }
        /// A mailbox in which somebody unsubscribes those who write to it; named in List-Unsubscribe. Empty: only the URL is.
        unsubscribe_mailbox: Option<Address> {
            key: "unsubscribe_mailbox", unit: "address", default: "", example: "unsubscribe@example.org",
            because: "a mailbox that nobody reads must not be promised",
        }
        /// A file of networks from which programs ask, in the form of the built-in one; empty: the built-in one.
        networks_file: Option<PathBuf> {
            key: "networks_file", unit: "file", default: "",
            because: "the networks that matter are known, and change slowly",
        }
        /// A file in MaxMind's format by which an address becomes a region; empty: regions are unknown.
        regions_file: Option<PathBuf> {
            key: "regions_file", unit: "file", default: "", example: "/var/lib/GeoLite2-City.mmdb",
            because: "such files have licences of their own and age within weeks",
        }
        /// How long clients' addresses are kept; after that only their networks (/24, /48) are.
        addresses_days: u32 {
            key: "addresses_days", unit: "days", default: 30, range: 0 to 3_650,
            because: "long enough to look into abuse; statistics need the network at most",
        }
        /// Mails whose reading time is measured at the same moment; each holds a connection for up to 20 seconds.
        readings_max: u32 {
            key: "readings_max", unit: "mails", default: 2_000, range: 0 to 100_000,
            because: "as many sockets fit into the usual limit of open files, with room for the mail",
        }
    }
}

section! {
    /// How customers' endpoints are told what happens.
    Webhooks at "webhooks" {
        /// Whether endpoints may be on this machine and in private networks, and without TLS.
        allow_private: bool {
            key: "allow_private", unit: "true or false", default: false,
            because: "a customer's URL must not reach what only this machine can reach; `postrider dev` turns it on",
        }
        /// The most requests under way at once, to all endpoints; half of them for those of one workspace.
        requests_max: u32 {
            key: "requests_max", unit: "requests", default: 512, range: 1 to 10_000,
            because: "each needs a file descriptor, and one that hangs does so for `answer_timeout_s`",
        }
        /// The most requests under way at once to one endpoint; it begins with one and doubles with each success.
        requests_per_endpoint_max: u32 {
            key: "requests_per_endpoint_max", unit: "requests", default: 16, range: 1 to 256,
            because: "enough for thousands of events a second to an endpoint that answers within milliseconds",
        }
        /// How long a connection to an endpoint may take, name and TLS included.
        connect_timeout: Duration {
            key: "connect_timeout_s", unit: "seconds", default: 5, range: 1 to 60,
            because: "a host that is up answers within a second or two",
        }
        /// How long an endpoint may take to answer.
        answer_timeout: Duration {
            key: "answer_timeout_s", unit: "seconds", default: 15, range: 1 to 120,
            because: "Standard Webhooks asks for 15 to 30 seconds",
        }
        /// The waits between the attempts of one event; after the last it is given up.
        retry_waits: Waits {
            key: "retry_waits", unit: "list of numbers with s, m or h",
            default: "5s 5m 30m 2h 5h 10h 14h 20h 24h",
            because: "the schedule of Standard Webhooks: three days, most of the attempts on the first",
        }
        /// An endpoint is paused when every attempt has failed for so long.
        pause_after: Duration {
            key: "pause_after_s", unit: "seconds", default: 259_200, range: 1 to 2_592_000,
            because: "after three days the first events are given up, and nobody seems to be there",
        }
    }
}

section! {
    /// Spam filters that are asked for a mail's score, when a lint wants one.
    Spam at "spam" {
        /// An rspamd worker; a private address is fine, since it is the operator's; empty: none.
        rspamd: Option<BaseUrl> {
            key: "rspamd", unit: "http://host:port", default: "", example: "http://127.0.0.1:11333",
            because: "a first run has none beside it",
        }
        /// SpamAssassin's spamd; empty: none.
        spamassassin: Option<SocketAddr> {
            key: "spamassassin", unit: "address:port", default: "", example: "127.0.0.1:783",
            because: "a first run has none beside it",
        }
        /// How long a filter may take to answer.
        answer_timeout: Duration {
            key: "answer_timeout_s", unit: "seconds", default: 15, range: 1 to 120,
            because: "a filter looks names up in lists, and some of these answer late",
        }
    }
}

section! {
    /// One-time codes: how many may be asked for. What else there is to say about codes is in their profiles.
    Codes at "codes" {
        /// Codes for one address of a workspace, whatever their purposes.
        per_address_max: u32 {
            key: "per_address_max", unit: "codes an hour", default: 10, range: 1 to 10_000,
            because: "who has asked ten times does not get the mail; somebody else's mailbox must not be filled",
        }
        /// Codes that are asked for from one network (/24, /48), of the addresses that applications give in `context.ip`.
        per_network_max: u32 {
            key: "per_network_max", unit: "codes an hour", default: 100, range: 1 to 1_000_000,
            because: "an office behind one address signs in on a morning; a program that walks through a list of addresses asks more",
        }
        /// Codes that one key asks for.
        per_key_max: u32 {
            key: "per_key_max", unit: "codes an hour", default: 10_000, range: 1 to 10_000_000,
            because: "a key that was stolen, or an application whose form is abused, harms the name of its domain no further",
        }
        /// Codes that one workspace asks for, with all its keys.
        per_workspace_max: u32 {
            key: "per_workspace_max", unit: "codes an hour", default: 20_000, range: 1 to 10_000_000,
            because: "codes go before all other mail, so one workspace must not have the lane for itself",
        }
        /// Checks that come from one network, as `per_network_max`.
        checks_per_network_max: u32 {
            key: "checks_per_network_max", unit: "checks an hour", default: 300, range: 1 to 1_000_000,
            because: "who tries one guess at each of many addresses meets no limit of an address",
        }
    }
}

section! {
    /// How long what is finished is kept.
    Retention at "retention" {
        /// How long the content of a message is kept after its last delivery ended.
        content_days: u32 {
            key: "content_days", unit: "days", default: 30, range: 0 to 3_650,
            because: "long enough to look into a complaint, short enough to keep the disk and the secrets small",
        }
        /// How long deliveries, attempts and events are kept.
        events_days: u32 {
            key: "events_days", unit: "days", default: 90, range: 1 to 3_650,
            because: "a quarter can be compared with today; counters are kept longer",
        }
    }
}

section! {
    /// The disk that `data_dir` is on.
    Disk at "disk" {
        /// Below this much free space, new mail is refused (452, 503); what is queued is still delivered.
        free_min_bytes: u64 {
            key: "free_min_bytes", unit: "bytes", default: 536_870_912, range: 0 to 1_099_511_627_776,
            because: "settling what is queued needs room too",
        }
    }
}

section! {
    /// What the process says about its work, on standard error.
    Log at "log" {
        /// `text` for people, `json` for programs.
        format: LogFormat {
            key: "format", unit: "word", default: "text",
            because: "the first reader is a person",
        }
        /// `error`, `warn`, `info`, `debug` or `trace`.
        level: LogLevel {
            key: "level", unit: "word", default: "info",
            because: "what happens to the process, not to each message",
        }
    }
}
