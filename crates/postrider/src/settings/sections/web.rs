//! What is served over HTTP, the certificates, and who signs in there.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::super::declaration::{Section, Setting};
use super::super::issuer::{Issuer, IssuerFactor};
use super::super::reader::Reader;
use super::super::route::DomainPattern;
use super::super::value::{BaseUrl, Secret};

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
