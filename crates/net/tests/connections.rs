//! Callers and calls, plain and secured, over loopback.

use std::io::IoSlice;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use mail::At;
use net::clock;
use net::dial::{DialError, dial};
use net::listen::{Admissions, Listener, Refusal, stopper};
use net::stream::Stream;
use net::tls::{
    CERTIFICATE_FILE, Changed, ClientTls, Files, HandshakeError, KEY_FILE, RELOAD_CHECK_EVERY, ServerTls,
    TlsInfo, Trust,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// More than any test needs; only what should hang runs into a limit, and that has its own.
const LONG: Duration = Duration::from_secs(20);

/// A directory that is gone after the test.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Directory {
        let path = std::env::temp_dir().join(format!("net-{:016x}", clock::random_u64()));
        std::fs::create_dir(&path).expect("a fresh directory");
        Directory(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("writing a file of the test");
        path
    }

    /// A new certificate for `host`, in this directory.
    fn certify(&self, host: &str) -> ServerTls {
        self.write_certificate(host);
        ServerTls::from_files(&self.0.join("cert.pem"), &self.0.join("key.pem")).expect("a good certificate")
    }

    fn write_certificate(&self, host: &str) {
        let made = rcgen::generate_simple_self_signed([host.to_owned()]).expect("a certificate");
        self.write("key.pem", &made.signing_key.serialize_pem());
        self.write("cert.pem", &made.cert.pem());
    }

    /// Trusts what this directory's certificate is now, and nobody else.
    fn trusting(&self) -> ClientTls {
        let root = CertificateDer::from_pem_file(self.0.join("cert.pem")).expect("the certificate");
        ClientTls::with_roots(vec![root]).expect("a client")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn listener() -> Listener {
    Listener::bind((Ipv4Addr::LOCALHOST, 0).into(), Admissions::new(100, 100)).expect("a loopback port")
}

/// Two ends of one connection.
async fn connected() -> (Stream, Stream) {
    let listener = listener();
    let (_stopper, mut stop) = stopper();
    let (called, arrival) = tokio::join!(dial(listener.address(), None, LONG), listener.accept(&mut stop));
    (called.expect("a connection").stream, arrival.expect("a caller").stream)
}

/// A handshake, a line each way, and what the client then knows.
async fn secured(
    server: &ServerTls,
    client: &ClientTls,
    trust: Trust,
    name: &str,
) -> Result<TlsInfo, HandshakeError> {
    let (near, far) = connected().await;
    let serve = async {
        let mut far = far.accept_tls(server, LONG).await?;
        let mut line = [0; 11];
        far.read_exact(&mut line).await.map_err(HandshakeError::Peer)?;
        far.write_all(&line).await.map_err(HandshakeError::Peer)?;
        far.flush().await.map_err(HandshakeError::Peer)?;
        Ok::<_, HandshakeError>(far.tls().expect("it is secured").version)
    };
    let call = async {
        let mut near = near.connect_tls(client, trust, name, LONG).await?;
        let sent = near.write_vectored(&[IoSlice::new(b"EHLO "), IoSlice::new(b"host\r\n")]).await;
        assert_eq!(sent.expect("written"), 11, "all parts in one call");
        near.flush().await.map_err(HandshakeError::Peer)?;
        let mut line = [0; 11];
        near.read_exact(&mut line).await.map_err(HandshakeError::Peer)?;
        assert_eq!(&line, b"EHLO host\r\n");
        Ok(near.tls().expect("it is secured"))
    };
    let (served, called) = tokio::join!(serve, call);
    let called = called?;
    assert_eq!(served?, called.version);
    Ok(called)
}

#[tokio::test]
async fn whom_a_certificate_satisfies_depends_on_the_trust() {
    let (ours, other) = (Directory::new(), Directory::new());
    let server = ours.certify("mx.example.org");
    other.write_certificate("mx.example.org");
    let system = || ClientTls::new().expect("a client, also without trusted roots");
    let cases = [
        ("the system's trust, not asked for", system(), Trust::Anyone, "mx.example.org", Some(false)),
        ("the system's trust", system(), Trust::Verified, "mx.example.org", None),
        ("anyone, and nothing is proved", ours.trusting(), Trust::Anyone, "wrong.example", Some(false)),
        (
            "a trusted certificate for the name",
            ours.trusting(),
            Trust::Verified,
            "mx.example.org",
            Some(true),
        ),
        (
            "a trusted certificate for another name",
            ours.trusting(),
            Trust::Verified,
            "mail.example.org",
            None,
        ),
        ("a certificate from a stranger", other.trusting(), Trust::Verified, "mx.example.org", None),
    ];
    for (case, client, trust, name, verified) in cases {
        match secured(&server, &client, trust, name).await {
            Ok(info) => {
                assert_eq!(Some(info.peer_verified), verified, "{case}");
                assert_eq!((info.version, info.resumed), ("TLSv1.3", false), "{case}");
                assert!(info.cipher_suite.starts_with("TLS"), "{case}: {}", info.cipher_suite);
            }
            Err(error) => {
                assert!(
                    matches!(error, HandshakeError::Peer(_) | HandshakeError::NoRoots { .. }),
                    "{case}: {error:?}"
                );
                assert_eq!(verified, None, "{case}: {error:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_session_with_a_known_peer_is_resumed() {
    let directory = Directory::new();
    let server = directory.certify("mx.example.org");
    let client = directory.trusting();
    for trust in [Trust::Anyone, Trust::Verified] {
        let first = secured(&server, &client, trust, "mx.example.org").await.expect("a handshake");
        let second = secured(&server, &client, trust, "mx.example.org").await.expect("a handshake");
        assert_eq!((first.resumed, second.resumed), (false, true), "{trust:?}");
        assert_eq!(first.peer_verified, second.peer_verified, "{trust:?}");
    }
}

#[tokio::test]
async fn a_new_certificate_is_taken_up_and_a_broken_one_is_not() {
    let directory = Directory::new();
    let server = directory.certify("old.example");
    let old = directory.trusting();
    directory.write_certificate("new.example");
    let new = directory.trusting();

    // A handshake looks at the files by the real clock, which is far from these times: what counts here is compared
    // without a handshake between.
    let at = |seconds| At(0).after(Duration::from_secs(seconds));
    assert!(matches!(&server.refresh(at(1_000))[..], [Changed { read: Ok(()), .. }]));
    let due = 1_000 + RELOAD_CHECK_EVERY.as_secs();
    directory.write("cert.pem", "-----BEGIN CERTIFICATE-----\nbroken");
    assert!(server.refresh(at(due - 1)).is_empty(), "it is not due");
    assert!(matches!(&server.refresh(at(due))[..], [Changed { read: Err(_), .. }]));
    assert!(server.refresh(at(due + 60)).is_empty(), "told once");
    assert!(
        secured(&server, &new, Trust::Verified, "new.example").await.is_ok(),
        "the last good one is shown"
    );
    assert!(secured(&server, &old, Trust::Verified, "old.example").await.is_err());

    std::fs::remove_file(directory.0.join("cert.pem")).expect("the file is there");
    assert!(matches!(&server.refresh(at(due + 120))[..], [Changed { read: Err(_), .. }]));
    directory.write("cert.pem", "");
    assert!(
        matches!(&server.refresh(at(due + 180))[..], [Changed { read: Err(_), .. }]),
        "no certificate at all"
    );
    directory.write_certificate("third.example");
    assert!(
        matches!(&server.refresh(at(5))[..], [Changed { read: Ok(()), .. }]),
        "also when the clock stepped back"
    );
    assert!(secured(&server, &directory.trusting(), Trust::Verified, "third.example").await.is_ok());
}

#[tokio::test]
async fn who_asks_for_a_host_is_shown_its_certificate() {
    let [default, click, below] = [Directory::new(), Directory::new(), Directory::new()];
    default.write_certificate("mx.example.org");
    click.write_certificate("click.shop.example");
    below.write_certificate("*.mail.example");
    let files = |directory: &Directory| Files {
        certificate: directory.0.join("cert.pem"),
        key: directory.0.join("key.pem"),
    };
    let hosts =
        vec![("Click.Shop.example".to_owned(), files(&click)), ("*.mail.example".to_owned(), files(&below))];
    let server = ServerTls::with_hosts(files(&default), hosts).expect("good certificates");
    let shown = [
        ("click.shop.example", Some(&click)),
        ("a.mail.example", Some(&below)),
        ("mx.example.org", Some(&default)),
        ("a.b.mail.example", None),
        ("mail.example", None),
        ("other.shop.example", None),
    ];
    for (name, owner) in shown {
        let verified = secured(&server, &owner.unwrap_or(&default).trusting(), Trust::Verified, name).await;
        assert_eq!(verified.is_ok(), owner.is_some(), "{name}: {verified:?}");
    }
    click.write_certificate("click.shop.example");
    let changed = server.refresh(At(0));
    assert!(
        matches!(&changed[..], [Changed { certificate, read: Ok(()) }] if *certificate == click.0.join("cert.pem"))
    );
    assert!(secured(&server, &click.trusting(), Trust::Verified, "click.shop.example").await.is_ok());
}

#[test]
fn a_key_that_does_not_fit_its_certificate_is_refused_at_once() {
    let directory = Directory::new();
    let _ = directory.certify("one.example");
    let other = rcgen::generate_simple_self_signed(["one.example".to_owned()]).expect("a certificate");
    let key = directory.write("other.pem", &other.signing_key.serialize_pem());
    let error = ServerTls::from_files(&directory.0.join("cert.pem"), &key).err().expect("they do not fit");
    assert!(error.to_string().contains("other.pem"), "{error}");
}

#[tokio::test]
async fn a_self_made_certificate_is_made_once_and_its_key_is_private() {
    let directory = Directory::new();
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = |directory: &Directory| {
        let Files { certificate, key } = ServerTls::self_made(&directory.0, &names).expect("a certificate");
        ServerTls::from_files(&certificate, &key).expect("they fit")
    };
    let server = made(&directory);
    let root = CertificateDer::from_pem_file(directory.0.join(CERTIFICATE_FILE)).expect("the certificate");
    let client = ClientTls::with_roots(vec![root]).expect("a client");
    for name in ["localhost", "127.0.0.1"] {
        assert!(secured(&server, &client, Trust::Verified, name).await.is_ok(), "{name}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(directory.0.join(KEY_FILE)).expect("the key").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let again = made(&directory);
    assert!(secured(&again, &client, Trust::Verified, "localhost").await.is_ok());
}

#[tokio::test]
async fn a_peer_that_says_nothing_ends_the_handshake() {
    let directory = Directory::new();
    let server = directory.certify("mx.example.org");
    let soon = Duration::from_millis(50);
    let (near, _far) = connected().await;
    let error = near.connect_tls(&directory.trusting(), Trust::Anyone, "mx.example.org", soon).await.err();
    assert!(matches!(error, Some(HandshakeError::Timeout)), "{error:?}");
    let (_near, far) = connected().await;
    let error = far.accept_tls(&server, soon).await.err();
    assert!(matches!(error, Some(HandshakeError::Timeout)), "{error:?}");
}

#[tokio::test]
async fn a_call_comes_from_the_address_that_was_asked_for() {
    let listener = listener();
    let (_stopper, mut stop) = stopper();
    let source = "127.0.0.9".parse().ok();
    let (called, arrival) = tokio::join!(dial(listener.address(), source, LONG), listener.accept(&mut stop));
    let (called, arrival) = (called.expect("a connection"), arrival.expect("a caller"));
    assert_eq!(called.local, arrival.peer);
    assert_eq!(Some(arrival.peer.ip()), source);
    assert_eq!(arrival.stream.local_address().ok(), Some(listener.address()));

    let elsewhere = dial(listener.address(), "192.0.2.1".parse().ok(), LONG).await.err();
    assert!(matches!(elsewhere, Some(DialError::ConfigSource { .. })), "{elsewhere:?}");
    let other_family = dial(listener.address(), "::1".parse().ok(), LONG).await.err();
    assert!(matches!(other_family, Some(DialError::ConfigSource { .. })), "{other_family:?}");

    let closed = listener.address();
    drop(listener);
    let refused = dial(closed, None, LONG).await.err();
    assert!(matches!(refused, Some(DialError::Connect { .. })), "{refused:?}");
}

#[test]
fn callers_are_counted_in_all_and_per_address() {
    let admissions = Admissions::new(4, 2);
    let admit = |address: &str| admissions.admit(address.parse().expect("an address"));
    let first = admit("192.0.2.1").expect("the first");
    let _second = admit("::ffff:192.0.2.1").expect("the second, the same address in another dress");
    assert_eq!(admit("192.0.2.1").err(), Some(Refusal::AddressFull));
    let _third = admit("2001:db8:0:1::1").expect("the third");
    let _fourth = admit("2001:db8:0:1:ffff::2").expect("the fourth, from the same /64");
    assert_eq!(admit("2001:db8:0:1::3").err(), Some(Refusal::Full), "full for all");
    drop(first);
    assert_eq!(admissions.present(), 3);
    assert_eq!(admit("2001:db8:0:1::3").err(), Some(Refusal::AddressFull), "a /64 counts as one address");
    assert!(admit("2001:db8:0:2::3").is_ok());
    assert!(Admissions::new(1, 0).admit("192.0.2.1".parse().expect("an address")).is_err());
}

#[tokio::test]
async fn a_refused_caller_is_handed_over_to_be_told_why() {
    let listener =
        Listener::bind((Ipv4Addr::LOCALHOST, 0).into(), Admissions::new(1, 1)).expect("a loopback port");
    let (_stopper, mut stop) = stopper();
    let address: SocketAddr = listener.address();
    let (one, first) = tokio::join!(dial(address, None, LONG), listener.accept(&mut stop));
    let (two, second) = tokio::join!(dial(address, None, LONG), listener.accept(&mut stop));
    let (first, mut second) = (first.expect("a caller"), second.expect("a caller"));
    assert!(one.is_ok() && first.admission.is_ok());
    assert_eq!(second.admission.err(), Some(Refusal::Full));
    second.stream.write_all(b"421 too many connections\r\n").await.expect("it is told");
    second.stream.shutdown().await.expect("and closed");
    let mut told = String::new();
    two.expect("a connection").stream.read_to_string(&mut told).await.expect("what it was told");
    assert_eq!(told, "421 too many connections\r\n");
}

#[tokio::test]
async fn a_listener_ends_when_told_to() {
    let listener = listener();
    let (stopper, stop) = stopper();
    assert!(!stop.is_stopped());
    let mut its_stop = stop.clone();
    let task = tokio::spawn(async move { listener.accept(&mut its_stop).await.is_none() });
    stopper.stop();
    assert!(stop.is_stopped());
    drop(stop);
    stopper.all_ended().await;
    assert!(task.await.expect("no panic"));
}
