//! Mail that is handed over by SMTP.

use std::net::SocketAddr;
use std::time::Duration;

use super::super::declaration::{Section, Setting};
use super::super::network::Network;
use super::super::reader::Reader;

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
        /// Octets of messages on their way in, of all sessions together, beyond the first 64 KB of each; half for one workspace.
        messages_max_bytes: u64 {
            key: "messages_max_bytes", unit: "bytes", default: 268_435_456, range: 1_048_576 to 68_719_476_736,
            because: "two thousand sessions with a large message each would fill memory; who finds no room is told to try again",
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
