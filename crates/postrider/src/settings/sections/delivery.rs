//! Mail on its way to the next hop.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::time::Duration;

use mail::Domain;

use super::super::declaration::{Section, Setting};
use super::super::reader::Reader;
use super::super::route::{DomainPattern, NextHop, TlsMode};
use super::super::value::{Notifications, Secret};

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
        /// The most connections at once to all sites. What less urgent mail may have of them leaves some to the more urgent; fewer when the process may not have so many files open.
        connections_max: u32 {
            key: "connections_max", unit: "connections", default: 2_000, range: 1 to 100_000,
            because: "a busy hour of a large sender calls some hundred sites at once; each connection needs a file descriptor, and some 20 KB",
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
        /// The most connections at once from one source to one site of this route; 0: as `delivery.connections_per_path_max` says.
        connections_max: Option<NonZeroU32> {
            key: "connections_max", unit: "connections", default: 0, range: 0 to 1_000, example: "5",
            because: "what holds for all is right for most",
        }
        /// After how many messages a connection of this route is closed; 0: as `delivery.messages_per_connection_max` says.
        messages_per_connection_max: Option<NonZeroU32> {
            key: "messages_per_connection_max", unit: "messages", default: 0, range: 0 to 100_000, example: "20",
            because: "what holds for all is right for most",
        }
        /// The most messages a second from one source to one site of this route; 0: as `delivery.messages_per_s_per_path_max` says.
        messages_per_s_max: Option<NonZeroU32> {
            key: "messages_per_s_max", unit: "messages a second", default: 0, range: 0 to 1_000_000, example: "10",
            because: "what holds for all is right for most; some receivers write down a rate of their own",
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
