//! What is done with mail besides: files, opens and clicks, events to others, spam scores, codes.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use mail::Address;

use super::super::declaration::{Section, Setting};
use super::super::network::Network;
use super::super::reader::Reader;
use super::super::value::{BaseUrl, Waits};

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
