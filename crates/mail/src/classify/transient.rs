//! Rules about passing troubles and about the dialogue itself.

use super::BounceClass;
use super::rule::{ANY, RULE, Rule, Stages};

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "dns-text",
        class: BounceClass::TransientDns,
        stages: Stages::Transient,
        any_of: &[
            "dns ",
            "lookup fail",
            "unable to resolve",
            "name service error",
            "cannot resolve",
            "domain lookup",
        ],
        samples: &[
            "451 4.3.0 <ann@x.org>: Temporary lookup failure",
            "450 4.4.3 DNS error, try again",
            "451 unable to resolve your name",
        ],
        strangers: &["550 DNS error", "450 <dns@x.org> busy"],
        ..RULE
    },
    Rule {
        name: "dns-status",
        class: BounceClass::TransientDns,
        stages: Stages::Transient,
        status: &[(4, 3)],
        samples: &["451 4.4.3 directory server failure"],
        strangers: &["554 5.4.3 no"],
        ..RULE
    },
    Rule {
        name: "net-status",
        class: BounceClass::TransientNet,
        stages: Stages::Transient,
        status: &[(4, 0), (4, 1), (4, 2), (4, 4), (4, 5), (4, 7)],
        samples: &[
            "421 4.4.2 mx.x.org Error: timeout exceeded",
            "451 4.4.1 no answer from host",
            "451 4.4.0 Primary target IP address responded",
        ],
        strangers: &["550 5.4.1 no"],
        ..RULE
    },
    // What 4yz says in passing, 5yz says for good (RFC 3463 §3.5): there is no way to this domain.
    Rule {
        name: "route-status",
        class: BounceClass::HardDomain,
        stages: Stages::Recipient,
        status: &[(4, 4), (4, 310)],
        samples: &[
            "550 5.4.310 DNS domain x.org does not exist [Message=InfoDomainNonexistent]",
            "554 5.4.4 unable to route",
        ],
        strangers: &["mail: 550 5.4.4 unable to route", "554 5.4.1 no"],
        ..RULE
    },
    Rule {
        name: "dialogue",
        class: BounceClass::Protocol,
        codes: &[500, 502, 503, 504, 555],
        samples: &[
            "503 5.5.1 Error: need MAIL command",
            "500 unrecognized command",
            "ehlo: 502 5.5.1 not implemented",
        ],
        strangers: &["550 5.5.1 no", "501 bad address"],
        ..RULE
    },
    Rule {
        name: "dialogue-status",
        class: BounceClass::Protocol,
        status: &[(5, 1), (5, 5), (5, 6)],
        samples: &["554 5.5.1 Error: no valid recipients", "421 4.5.6 out of step"],
        strangers: &["550 5.5.0 no", "452 4.5.3 too many"],
        ..RULE
    },
    Rule {
        name: "argument",
        class: BounceClass::Syntax,
        codes: &[501],
        samples: &["501 Syntax error in parameters", "ehlo: 501 bad name"],
        strangers: &["500 unknown"],
        ..RULE
    },
    Rule {
        name: "system-status",
        class: BounceClass::TransientRemote,
        stages: Stages::Transient,
        status: &[(3, ANY), (0, ANY)],
        samples: &[
            "451 4.3.0 Error: queue file write error",
            "421 4.3.2 Service shutting down",
            "450 4.0.0 hm",
        ],
        strangers: &["554 5.3.0 failed", "450 4.2.0 later"],
        ..RULE
    },
    Rule {
        name: "system-text",
        class: BounceClass::TransientRemote,
        stages: Stages::Transient,
        any_of: &[
            "try again",
            "try later",
            "temporar",
            "busy",
            "local error",
            "internal error",
            "shutting down",
            "not available",
            "unavailable",
            "resources",
        ],
        samples: &[
            "451 Requested action aborted: local error in processing",
            "421 Service not available, closing channel",
            "451 Internal error",
        ],
        strangers: &["554 try again", "451 no"],
        ..RULE
    },
    Rule {
        name: "closing",
        class: BounceClass::TransientRemote,
        codes: &[421],
        samples: &["421 mx.x.org", "greeting: 421 bye"],
        strangers: &["450 no"],
        ..RULE
    },
    Rule {
        name: "no-service",
        class: BounceClass::TransientRemote,
        stages: Stages::BeforeMail,
        codes: &[521, 554],
        samples: &["greeting: 554 mx.x.org no SMTP service here", "greeting: 521 mx.x.org"],
        strangers: &["554 Transaction failed"],
        ..RULE
    },
];
