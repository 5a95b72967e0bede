//! What rewriting changes, and that it changes nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::{Changes, Link, honeypot, links, pixel, rewrite_html, rewrite_message, rewrite_text};

const CLOSING: &str = "<i>end</i>";

fn mark(link: &Link) -> Option<String> {
    Some(format!("T{}", link.number))
}

fn changes<'a>() -> Changes<'a> {
    Changes { link: &mark, unsubscribe: Some("U?a=1&b"), closing: CLOSING, text: true }
}

fn html(text: &str) -> String {
    rewrite_html(text, 0, &changes()).unwrap().0
}

fn message(raw: &[u8]) -> Option<String> {
    rewrite_message(raw, &changes()).map(|new| String::from_utf8_lossy(&new).into_owned())
}

#[test]
fn links_to_the_web_are_rewritten_and_others_are_not() {
    let cases = [
        (r#"<a href="http://x.example/">x</a>"#, r#"<a href="T0">x</a>"#),
        (r#"<A CLASS=b HREF=HTTPS://x.example/ id='i' >x</A>"#, r#"<A CLASS=b HREF="T0" id='i'>x</A>"#),
        (
            r#"<a href=" https://x.ex
am	ple ">x</a>"#,
            r#"<a href="T0">x</a>"#,
        ),
        (r#"<map><area href="https://x.example"></map>"#, r#"<map><area href="T0"></map>"#),
        (r#"<a href="postrider:unsubscribe">u</a>"#, r#"<a href="U?a=1&amp;b">u</a>"#),
        (
            r#"<a href="https://x.example" data-track="off">x</a>"#,
            r#"<a href="https://x.example" data-track="off">x</a>"#,
        ),
        (r#"<a href="mailto:a@b.example">x</a>"#, r#"<a href="mailto:a@b.example">x</a>"#),
        (
            r##"<a href="tel:+1">x</a><a href="#top">t</a>"##,
            r##"<a href="tel:+1">x</a><a href="#top">t</a>"##,
        ),
        (r#"<a href="https://x.example/&#0;x">x</a>"#, r#"<a href="https://x.example/&#0;x">x</a>"#),
        ("<a href=\"https://x.example/\0x\">x</a>", "<a href=\"https://x.example/\0x\">x</a>"),
        (r#"<a href="javascript:alert(1)">x</a>"#, r#"<a href="javascript:alert(1)">x</a>"#),
        (r#"<a href="https://">x</a><a href="/x">y</a>"#, r#"<a href="https://">x</a><a href="/x">y</a>"#),
        (
            r#"<a name="x">x</a><link href="https://x.example">"#,
            r#"<a name="x">x</a><link href="https://x.example">"#,
        ),
        (r#"<!-- <a href="https://x.example"> -->"#, r#"<!-- <a href="https://x.example"> -->"#),
        (
            r#"<style>a[href="https://x.example"]{}</style>"#,
            r#"<style>a[href="https://x.example"]{}</style>"#,
        ),
    ];
    for (from, to) in cases {
        assert_eq!(html(from), format!("{to}{CLOSING}"), "{from}");
    }
}

#[test]
fn what_is_added_stands_before_the_end_of_the_body_once() {
    let cases = [
        ("<html><body><p>x</body></html>", "<html><body><p>x<i>end</i></body></html>"),
        ("<body>x</BODY>", "<body>x<i>end</i></BODY>"),
        ("<body>x", "<body>x<i>end</i>"),
        ("x", "x<i>end</i>"),
        ("", "<i>end</i>"),
        ("<body>a</body><body>b</body>", "<body>a<i>end</i></body><body>b</body>"),
    ];
    for (from, to) in cases {
        assert_eq!(html(from), to, "{from}");
    }
}

#[test]
fn a_link_is_known_by_its_number_its_id_and_its_label() {
    let text = r#"<a href="https://x.example/?a=1&amp;b=%20&#x26;c" data-track-id="buy" id="i">Buy
        <b>now</b> &amp; here</a>
      <a href="mailto:x@y.example">no</a>
      <a id="logo" href="http://y.example"><img alt="Our logo" src="x"></a>
      <a href="https://z.example" data-track="OFF">no</a>
      <a href="https://z.example"></a>"#;
    let found = links(text).unwrap();
    let of = |number, id: &str, url: &str, label: &str| Link {
        number,
        id: id.into(),
        url: url.into(),
        label: label.into(),
    };
    let wanted = [
        of(0, "buy", "https://x.example/?a=1&b=%20&c", "Buy now & here"),
        of(1, "logo", "http://y.example", "Our logo"),
        of(2, "2", "https://z.example", ""),
    ];
    assert_eq!(found, wanted);
}

#[test]
fn links_in_text_end_where_people_think_they_end() {
    let cases = [
        ("see https://x.example/a.", "see T0."),
        ("(https://x.example/a_(b)) and <http://y.example>", "(T0) and <T1>"),
        ("https://x.example/a?b=c#d, or\r\nHTTP://y.example!", "T0, or\r\nT1!"),
        (
            "xhttps://x.example ftp://x.example https:// http://?",
            "xhttps://x.example ftp://x.example https:// http://?",
        ),
        ("stop: postrider:unsubscribe.", "stop: U?a=1&b."),
        ("grün:https://x.example/ü\u{2003}e", "grün:T0\u{2003}e"),
        ("", ""),
    ];
    for (from, to) in cases {
        assert_eq!(rewrite_text(from, 0, &changes()).0, to, "{from}");
    }
}

#[test]
fn where_links_of_texts_stay_the_page_to_leave_is_still_put_in() {
    let raw = "Content-Type: text/plain\r\n\r\nsee https://x.example, leave: <postrider:unsubscribe>\r\n";
    let changes = |unsubscribe| Changes { link: &mark, unsubscribe, closing: CLOSING, text: false };
    let new = rewrite_message(raw.as_bytes(), &changes(Some("https://t.example/u"))).unwrap();
    assert_eq!(String::from_utf8(new).unwrap(), raw.replace("postrider:unsubscribe", "https://t.example/u"));
    assert_eq!(rewrite_message(raw.as_bytes(), &changes(None)), None);
    assert_eq!(rewrite_text("https://x.example", 0, &changes(None)).1, 0);
}

#[test]
fn parts_are_found_wherever_they_nest_and_nothing_else_is_touched() {
    let quoted = "<p>gr=C3=BCn <a href=3D\"https://x.exa=\r\nmple\">x</a></p>\r\n";
    let base64 = STANDARD.encode("<a href='http://y.example'>y</a>");
    let attached = "Content-Type: text/html; name=\"a.html\"\r\n\r\n<a href=\"https://x.example\">x</a>\r\n";
    let enclosed = "Content-Type: message/rfc822\r\n\r\nContent-Type: text/html\r\n\r\n<a href=\"https://x.example\">x</a>\r\n";
    let raw = |text: &str, html: &str, last: &str| {
        format!(
            "Subject: s\r\nContent-Type: multipart/mixed; boundary=\"a b\" (c)\r\n\r\npreamble\r\n--a b\r\n\
             Content-Type: multipart/alternative;\r\n boundary=a\r\n\r\n--a\r\n\r\n{text}\r\n--a  \r\n\
             Content-Type: text/html;\r\n CHARSET=utf-8\r\nContent-Transfer-Encoding: Quoted-Printable\r\n\r\n{html}--a--\r\n\
             epilogue\r\n--a b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n{last}\r\n--a b\r\n\
             {attached}--a b\r\n{enclosed}--a b--\r\n"
        )
    };
    let from = raw("see https://t.example", quoted, &base64);
    let new_last = STANDARD.encode("<a href=\"T2\">y</a>");
    let to = raw("see T0", "<p>gr=C3=BCn <a href=3D\"T1\">x</a></p>\r\n<i>end</i>\r\n", &new_last);
    // The last line end of the quoted part belongs to the delimiter, so what is added stands before it.
    let to = to.replace("</p>\r\n<i>end</i>\r\n--a--", "</p><i>end</i>\r\n--a--");
    assert_eq!(message(from.as_bytes()).unwrap(), to);
}

#[test]
fn sealed_and_doubtful_mail_stays_as_it_is() {
    let link = "<a href=\"https://x.example\">x</a>\r\n";
    let part = format!("Content-Type: text/html\r\n\r\n{link}");
    let cases = [
        format!(
            "Content-Type: multipart/signed; boundary=b; protocol=\"application/pkcs7-signature\"\r\n\r\n--b\r\n{part}--b--\r\n"
        ),
        format!(
            "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n{part}--c--\r\n--b--\r\n"
        ),
        format!("Content-Type: multipart/encrypted; boundary=b\r\n\r\n--b\r\n{part}--b--\r\n"),
        format!("Content-Type: application/pkcs7-mime\r\n\r\n{link}"),
        format!("Content-Type: text/html\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n{link}"),
        format!("Content-Type: text/html\r\nContent-Type: text/plain\r\n\r\n{link}"),
        format!("Content-Type: text/html\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\n{link}"),
        format!("Content-Type: text/html; charset=iso-2022-kr\r\n\r\n{link}"),
        format!("Content-Disposition: attachment\r\nContent-Type: text/html\r\n\r\n{link}"),
        "Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!\r\n".to_owned(),
        "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na=XY\r\n".to_owned(),
        format!("Content-Type: multipart/mixed\r\n\r\n--b\r\n{part}--b--\r\n"),
        format!("Content-Type: multipart/mixed; boundary=b; boundary=c\r\n\r\n--b\r\n{part}--b--\r\n"),
        format!("Content-Type: multipart/mixed; boundary*0=b\r\n\r\n--b\r\n{part}--b--\r\n"),
        format!("Content-Type: multipart/mixed; boundary=\"b \"\r\n\r\n--b\r\n{part}--b--\r\n"),
        format!(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{part}--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--b--\r\n"
        ),
    ];
    for raw in cases {
        assert_eq!(message(raw.as_bytes()), None, "{raw}");
    }
}

#[test]
fn any_charset_comes_out_as_it_went_in() {
    let text = "<a href=\"https://x.example\">%</a>";
    let latin = text.replace('%', "\u{e9}");
    let single: Vec<u8> = latin.chars().map(|c| c as u8).collect();
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let (japanese, _, _) = encoding_rs::ISO_2022_JP.encode("<a href=\"https://x.example\">日本</a>");
    let (japanese_new, _, _) = encoding_rs::ISO_2022_JP.encode("<a href=\"T0\">日本</a><i>end</i>");
    let new_single: Vec<u8> = latin.replace("https://x.example", "T0").chars().map(|c| c as u8).collect();
    let new_single = [new_single.as_slice(), CLOSING.as_bytes()].concat();
    let cases = [
        ("iso-8859-1", single.clone(), new_single.clone()),
        ("utf-8", single.clone(), new_single.clone()),
        ("x-nobody-knows", single, new_single),
        ("utf-16le", utf16(&text.replace('%', "€")), utf16(&format!("<a href=\"T0\">€</a>{CLOSING}"))),
        ("iso-2022-jp", japanese.to_vec(), japanese_new.to_vec()),
    ];
    for (charset, from, to) in cases {
        let head = format!(
            "Content-Type: text/html; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        );
        let raw = |body: &[u8]| {
            // Lines of 76, as they must be.
            let lines: Vec<_> = STANDARD
                .encode(body)
                .into_bytes()
                .chunks(76)
                .map(|line| String::from_utf8_lossy(line).into_owned())
                .collect();
            format!("{head}{}\r\n", lines.join("\r\n"))
        };
        assert_eq!(message(raw(&from).as_bytes()).as_deref(), Some(raw(&to).as_str()), "{charset}");
    }
}

#[test]
fn a_line_that_grows_too_long_is_quoted() {
    let long = "x".repeat(980);
    let raw = format!(
        "Content-Type: text/html\r\nMIME-Version: 1.0\r\n\r\n{long}<a href=\"http://x.example\">=</a>\r\n"
    );
    let new = |link: &Link| Some(format!("https://t.example/{}", link.number));
    let changes = Changes { link: &new, unsubscribe: None, closing: CLOSING, text: false };
    let new = String::from_utf8(rewrite_message(raw.as_bytes(), &changes).unwrap()).unwrap();
    assert!(new.starts_with("Content-Type: text/html\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nxxx"));
    assert!(new.lines().all(|line| line.len() <= 76));
    let joined = new.replace("=\r\n", "");
    assert!(joined.ends_with("x<a href=3D\"https://t.example/0\">=3D</a>\r\n<i>end</i>"), "{joined}");
}

#[test]
fn what_is_added_cannot_break_out_of_its_attribute() {
    for markup in [pixel("https://x.example/\"><b>&c"), honeypot("https://x.example/\"><b>&c")] {
        assert!(markup.contains("https://x.example/&quot;&gt;&lt;b&gt;&amp;c\""), "{markup}");
    }
}

#[test]
fn hostile_structures_end_in_time_and_leave_the_message() {
    let deep: String =
        (0..100).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n")).collect();
    assert_eq!(message(deep.as_bytes()), None);
    let many = format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{}", "--b\r\n\r\n".repeat(5_000));
    assert_eq!(message(many.as_bytes()), None);
    let tag = format!("Content-Type: text/html\r\n\r\n<a {}>", "b ".repeat(4 << 20));
    assert_eq!(message(tag.as_bytes()), None, "one tag beyond the parser's memory");
    let dashes = format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{}", "--\r\n".repeat(500_000));
    assert_eq!(message(dashes.as_bytes()), None);
    let amps = format!("<a href=\"https://x.example/{}\">", "&".repeat(4_000));
    assert_eq!(links(&amps).unwrap().len(), 1);
}

/// Anything that may stand between links, odd octets included.
fn filler() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        Just(b"<p class=x>".to_vec()),
        Just(b"</p>".to_vec()),
        Just(b"<!-- c -->".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b" = & &amp; ' \" ".to_vec()),
        proptest::collection::vec(
            any::<u8>().prop_filter("markup", |b| !matches!(b, b'<' | b'>' | b'\r' | b'\n')),
            0..20
        ),
    ];
    proptest::collection::vec(pieces, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn every_link_is_rewritten_and_every_other_octet_is_kept(
        fillers in proptest::collection::vec(filler(), 1..8),
        encoding in 0..3_usize,
        charset in prop_oneof![Just("utf-8"), Just("iso-8859-1"), Just("shift_jis"), Just("gb18030"), Just("windows-1252")],
    ) {
        // Odd octets may swallow the ASCII after them in charsets of several octets: keep them apart by a space.
        let with = |url: &dyn Fn(usize) -> String| {
            let mut body = Vec::new();
            for (number, filler) in fillers.iter().enumerate() {
                body.extend_from_slice(filler);
                body.extend_from_slice(format!("  <a href=\"{}\">x</a>", url(number)).as_bytes());
            }
            body
        };
        let from = with(&|number| format!("https://x.example/{number}"));
        let to = [with(&|number| format!("T{number}")), CLOSING.as_bytes().to_vec()].concat();
        let transfer = [super::transfer::Encoding::QuotedPrintable, super::transfer::Encoding::Base64, super::transfer::Encoding::Identity][encoding];
        let name = ["quoted-printable", "base64", "binary"][encoding];
        let head = format!("Content-Type: text/html; charset={charset}\r\nContent-Transfer-Encoding: {name}\r\n\r\n");
        let raw = [head.as_bytes(), &transfer.encode(&from)].concat();
        let new = rewrite_message(&raw, &changes()).expect("it has links");
        prop_assert!(new.starts_with(head.as_bytes()));
        let decoded = transfer.decode(&new[head.len()..]).expect("it is encoded");
        prop_assert_eq!(String::from_utf8_lossy(&decoded), String::from_utf8_lossy(&to));
        prop_assert_eq!(decoded, to);
    }

    #[test]
    fn encodings_lose_nothing(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        use super::transfer::Encoding;
        for encoding in [Encoding::QuotedPrintable, Encoding::Base64] {
            let encoded = encoding.encode(&body);
            prop_assert!(encoded.split(|byte| *byte == b'\n').all(|line| line.len() <= 77));
            prop_assert_eq!(encoding.decode(&encoded), Some(body.clone()));
        }
    }

    #[test]
    fn any_octets_end_in_something(raw in proptest::collection::vec(any::<u8>(), 0..300)) {
        let head = b"Content-Type: multipart/mixed; boundary=-\r\n\r\n---\r\n";
        drop(message(&[head.as_slice(), &raw].concat()));
        drop(message(&raw));
    }
}
