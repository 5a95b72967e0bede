//! Published vectors, a slow model of the RFC, and what the fields of a signature say.

use aws_lc_rs::digest::digest;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use proptest::prelude::*;

use super::canonical::{push_field, relaxed};
use super::*;

/// What RFC 6376 §3.4.4 says, step by step and slowly.
fn relaxed_by_the_book(body: &[u8]) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let end = rest.windows(2).position(|pair| pair == b"\r\n");
        let (line, after) = end.map_or((rest, &rest[rest.len()..]), |at| (&rest[..at], &rest[at + 2..]));
        let mut reduced: Vec<u8> = line.iter().map(|b| if *b == b'\t' { b' ' } else { *b }).collect();
        reduced.dedup_by(|a, b| *a == b' ' && *b == b' ');
        while reduced.last() == Some(&b' ') {
            reduced.pop();
        }
        lines.push(reduced);
        rest = after;
    }
    while lines.last().is_some_and(Vec::is_empty) {
        lines.pop();
    }
    lines.iter().flat_map(|line| [line.as_slice(), b"\r\n"].concat()).collect()
}

#[test]
fn bodies_in_relaxed_form() {
    let cases: &[(&str, &str)] = &[
        // RFC 6376 §3.4.5, example 1.
        (" C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n"),
        ("", ""),
        ("\r\n", ""),
        ("\r\n\r\n", ""),
        ("   \r\n", ""),
        ("hello", "hello\r\n"),
        ("hello\r\n", "hello\r\n"),
        ("hello\r\n   \r\n", "hello\r\n"),
        ("hello\r\n \t\r\n\r\n", "hello\r\n"),
        ("hello\r\n \t", "hello\r\n"),
        ("\r\n\r\nhello\r\n", "\r\n\r\nhello\r\n"),
        ("a\r\n \r\nb\r\n", "a\r\n\r\nb\r\n"),
        ("a \r\n\r\n\r\nb  c\r\n", "a\r\n\r\n\r\nb c\r\n"),
        ("\ta\r\n", " a\r\n"),
        ("a\nb \nc\r\n", "a\nb \nc\r\n"),
        ("a\r\r\n", "a\r\r\n"),
        ("a\r", "a\r\r\n"),
    ];
    for (body, expected) in cases {
        assert_eq!(String::from_utf8_lossy(&relaxed(body.as_bytes())), *expected, "{body:?}");
        assert_eq!(relaxed_by_the_book(body.as_bytes()), expected.as_bytes(), "{body:?}");
    }
}

#[test]
fn fields_in_relaxed_form() {
    let cases: &[(&str, &str, &str)] = &[
        // RFC 6376 §3.4.5, example 1.
        ("A", " X", "a:X"),
        ("B", " Y\t\r\n\tZ  ", "b:Y Z"),
        ("SUBJect", "AbC\r\n", "subject:AbC"),
        ("X", "", "x:"),
        ("X", " \r\n \t", "x:"),
    ];
    for (name, value, expected) in cases {
        let mut out = Vec::new();
        push_field(&mut out, name, value.as_bytes());
        assert_eq!(String::from_utf8_lossy(&out), *expected, "{value:?}");
    }
}

/// RFC 8463 appendix A.3.
const RFC_8463: &str = "From: Joe SixPack <joe@football.example.com>\r\n\
    To: Suzie Q <suzie@shopping.example.net>\r\n\
    Subject: Is dinner ready?\r\n\
    Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n\
    Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\
    \r\n\
    Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";

#[test]
fn the_signature_of_rfc_8463_comes_out() {
    let seed = STANDARD.decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=").unwrap();
    let key = SigningKey::Ed25519(Ed25519KeyPair::from_seed_unchecked(&seed).unwrap());
    assert_eq!(
        key.dns_record().unwrap(),
        "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
    );

    let headers = Headers::scan(RFC_8463.as_bytes()).unwrap();
    let body_hash = BodyHash::of(headers.body());
    assert_eq!(STANDARD.encode(body_hash.as_bytes()), "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");

    let mut signed = Vec::new();
    for name in ["From", "To", "Subject", "Date", "Message-ID"] {
        push_field(&mut signed, name, headers.find(name).unwrap().value);
        signed.extend_from_slice(b"\r\n");
    }
    let field = " v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n \
        q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n subject : date : message-id : from : subject : date;\r\n \
        bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=";
    push_field(&mut signed, NAME, field.as_bytes());
    let signature = key.sign_digest(&digest(&SHA256, &signed)).unwrap();
    let published =
        "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==";
    assert_eq!(STANDARD.encode(signature), published);
}

fn signer(key: SigningKey) -> Signer {
    Signer { domain: Domain::parse("example.org").unwrap(), selector: Domain::parse("s1").unwrap(), key }
}

fn tag(field: &str, name: &str) -> String {
    let text: String = field.split_whitespace().collect();
    let (_, value) = text.split_once(&format!(";{name}=")).unwrap();
    value.split(';').next().unwrap().to_owned()
}

#[test]
fn fields_that_a_forger_could_add_are_listed_once_more_than_they_occur() {
    let signer = signer(SigningKey::ed25519_generate().unwrap());
    let message = b"From: a@example.org\r\nReferences: <1@x>\r\nTo: b@x.org\r\nReceived: x\r\nTo: c@x.org\r\n\r\nhello\r\n";
    let headers = Headers::scan(message).unwrap();
    let out =
        String::from_utf8(sign(&[&signer], At(1_700_000_000_900_000), &headers, headers.body()).unwrap())
            .unwrap();
    let listed = "From:From:To:To:To:Cc:Subject:Date:Reply-To:Message-ID:MIME-Version:Content-Type:\
        List-Unsubscribe:List-Unsubscribe-Post:References";
    assert_eq!(tag(&out, "h"), listed);
    assert_eq!(
        (tag(&out, "t").as_str(), tag(&out, "d").as_str(), tag(&out, "s").as_str()),
        ("1700000000", "example.org", "s1")
    );
    assert!(!out.contains("l="), "{out}");
}

/// Verifies as RFC 6376 §6.1.3 has it, by `h=`: each name takes the last instance that is not taken yet, or nothing.
fn verifies(key: &SigningKey, signature: &str, headers: &Headers<'_>, body: &[u8]) -> bool {
    let mut signed = Vec::new();
    let mut left: Vec<_> = headers.fields().collect();
    for name in tag(signature, "h").split(':') {
        if let Some(at) = left.iter().rposition(|field| field.name.eq_ignore_ascii_case(name)) {
            let field = left.remove(at);
            push_field(&mut signed, field.name, field.value);
            signed.extend_from_slice(b"\r\n");
        }
    }
    let (unsigned, _) = signature.split_at(signature.rfind("b=").unwrap() + 2);
    push_field(&mut signed, NAME, &unsigned.as_bytes()[NAME.len() + 1..]);
    let body_hash = STANDARD.encode(digest(&SHA256, &relaxed_by_the_book(body)));
    let SigningKey::Ed25519(pair) = key else { panic!("an Ed25519 key is expected") };
    let public = UnparsedPublicKey::new(&ED25519, pair.public_key().as_ref());
    let value = STANDARD.decode(tag(signature, "b")).unwrap();
    tag(signature, "bh") == body_hash && public.verify(digest(&SHA256, &signed).as_ref(), &value).is_ok()
}

#[test]
fn fields_of_one_name_are_signed_from_the_last() {
    let signer = signer(SigningKey::ed25519_generate().unwrap());
    let message = b"To: b@x.org\r\nFrom: a@x.org\r\nTo: c@x.org\r\n  , d@x.org\r\nList-Id: 1\r\nList-Id: 2\r\n\r\nhello \r\n \r\n";
    let headers = Headers::scan(message).unwrap();
    let out = String::from_utf8(sign(&[&signer], At(0), &headers, headers.body()).unwrap()).unwrap();
    assert!(verifies(&signer.key, &out, &headers, headers.body()), "{out}");
    assert!(!verifies(&signer.key, &out, &headers, b"other"), "{out}");
    let forged = [b"Subject: added\r\n".as_slice(), message].concat();
    let forged = Headers::scan(&forged).unwrap();
    assert!(
        !verifies(&signer.key, &out, &forged, forged.body()),
        "a Subject that was not there breaks the signature"
    );
}

#[test]
fn both_algorithms_sign_one_message_in_fields_of_their_own() {
    let signers =
        [signer(SigningKey::rsa_generate(2048).unwrap()), signer(SigningKey::ed25519_generate().unwrap())];
    let headers = Headers::scan(RFC_8463.as_bytes()).unwrap();
    let sign = |now| sign(&[&signers[0], &signers[1]], now, &headers, headers.body()).unwrap();
    let out = sign(At(0));
    assert_eq!(out, sign(At(0)), "the same moment gives the same octets");
    assert_ne!(out, sign(At(5_000_000)));
    assert!(
        out.split(|b| *b == b'\n').all(|line| line.len() <= LINE_MAX + 1),
        "{}",
        String::from_utf8_lossy(&out)
    );

    let out = [out.as_slice(), b"\r\n"].concat();
    let fields = Headers::scan(&out).unwrap();
    let values: Vec<_> = fields.all(NAME).map(|f| String::from_utf8_lossy(f.value).into_owned()).collect();
    assert_eq!(fields.fields().count(), 2);
    assert!(values[0].contains("a=rsa-sha256") && values[1].contains("a=ed25519-sha256"));
    assert_eq!(STANDARD.decode(tag(&values[0], "b")).unwrap().len(), 256);
    assert_eq!(STANDARD.decode(tag(&values[1], "b")).unwrap().len(), 64);
}

#[test]
fn a_key_is_the_same_after_it_was_written_and_read() {
    for key in [SigningKey::rsa_generate(2048).unwrap(), SigningKey::ed25519_generate().unwrap()] {
        let again = SigningKey::from_pkcs8(&key.to_pkcs8().unwrap()).unwrap();
        assert_eq!(again.dns_record(), key.dns_record());
        assert!(key.dns_record().unwrap().starts_with("v=DKIM1; k="));
    }
    assert_eq!(SigningKey::from_pkcs8(b"no key").err(), Some(KeyError::Unreadable));
    assert_eq!(SigningKey::rsa_generate(1024).err(), Some(KeyError::Size));
}

proptest! {
    #[test]
    fn the_fast_relaxed_form_is_the_one_of_the_book(body in "([ab]|[ \t]|\r\n|\r|\n){0,40}") {
        prop_assert_eq!(relaxed(body.as_bytes()), relaxed_by_the_book(body.as_bytes()));
    }

    #[test]
    fn any_octets_can_be_signed(message in proptest::collection::vec(any::<u8>(), 0..400)) {
        let key = SigningKey::from_pkcs8(&ED25519_PKCS8).unwrap();
        if let Ok(headers) = Headers::scan(&message) {
            prop_assert!(sign(&[&signer(key)], At(i64::MIN), &headers, headers.body()).is_ok());
        }
    }

    #[test]
    fn long_dirty_lines_pass_the_gathering_buffer(words in 1_usize..600) {
        let body = "x  yz ".repeat(words);
        prop_assert_eq!(relaxed(body.as_bytes()), relaxed_by_the_book(body.as_bytes()));
    }
}

/// An Ed25519 key of 32 sevens as PKCS#8 version 1.
const ED25519_PKCS8: [u8; 48] = {
    let head =
        [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    let mut der = [7; 48];
    let mut at = 0;
    while at < head.len() {
        der[at] = head[at];
        at += 1;
    }
    der
};
