//! Messages whose links are changed, as tracked mail's are.
//!
//! Properties: a change of nothing changes nothing; what is changed a second time in the same way stays the same, since no link that
//! was found is left; what surrounds the changed parts is kept.

use content::track::{Changes, Link, rewrite_message};

use crate::{Target, kind};

pub(super) const TARGET: Target = Target {
    name: "track",
    check,
    tokens: &[
        "Content-Type: text/html\r\n",
        "Content-Type: text/plain; charset=utf-16le\r\n",
        "Content-Type: text/html; charset=\"iso-2022-jp\"\r\n",
        "Content-Type: multipart/mixed; boundary=b\r\n",
        "Content-Type: multipart/alternative;\r\n boundary=\"b b\"\r\n",
        "Content-Type: multipart/signed; boundary=b\r\n",
        "Content-Type: message/rfc822\r\n",
        "Content-Transfer-Encoding: quoted-printable\r\n",
        "Content-Transfer-Encoding: base64\r\n",
        "Content-Transfer-Encoding: 8bit\r\n",
        "Content-Disposition: attachment; filename=x\r\n",
        "\r\n--b\r\n",
        "\r\n--b--\r\n",
        "\r\n--b b\r\n",
        "\r\n\r\n",
        "<a href=\"https://x.test/\">",
        "<a href=3D\"https://x.test/=\r\n1\">",
        "<A HREF=http://x.test/?a&amp;b>",
        "PGEgaHJlZj0iaHR0cHM6Ly94LnRlc3QiPg==",
        "<body>",
        "</body>",
        "<!--",
        "-->",
        "<script>",
        "<svg><a href='https://x.test'>",
        "https://x.test/(a).",
        "=3D",
        "=\r\n",
        "&#x26;",
        "-----BEGIN PGP MESSAGE-----",
    ],
    input_max: 4_000,
    rounds: 2_000,
};

fn check(input: &[u8]) -> u64 {
    let nothing = |_: &Link| None;
    let idle = Changes { link: &nothing, unsubscribe: None, closing: "", text: true };
    assert_eq!(rewrite_message(input, &idle), None, "{}", input.escape_ascii());
    let mark = |link: &Link| Some(format!("ours:{}", link.number));
    let changes = Changes { link: &mark, unsubscribe: None, closing: "", text: true };
    let Some(new) = rewrite_message(input, &changes) else { return kind("as it is") };
    assert_eq!(rewrite_message(&new, &changes), None, "{}", input.escape_ascii());
    let section = mail::Headers::scan(input).map_or(0, |headers| headers.fields_end());
    // A line that grew too long may bring a transfer encoding, which stands at the end or in the place of the old one.
    let same = input[..section].iter().zip(&new).take_while(|(old, new)| old == new).count();
    let own = input[..section].to_ascii_lowercase();
    let encoded = find_first(&own, b"content-transfer-encoding");
    assert!(same == section || encoded.is_some_and(|at| at <= same), "{}", input.escape_ascii());
    kind((new.len() > input.len(), new.len() / 200, section.min(200) / 20))
}

fn find_first(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|window| window == needle)
}
