//! The machine: where things are kept, how long, and what is told of it.

use std::path::PathBuf;

use mail::Domain;

use super::super::declaration::{Section, Setting};
use super::super::reader::Reader;
use super::super::value::{DatabaseUrl, LogFormat, LogLevel};

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
