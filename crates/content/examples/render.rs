//! What `cargo xtask bench render` runs: one template of 20 KB with 20 links, rendered, composed, its links rewritten, and signed again and again.
//!
//! Prints one JSON object: octets, and the middle of the microseconds that each step took.

use std::time::Instant;

use content::track::{Changes, Link, pixel, rewrite_message};
use content::{Library, Limits, Program, Rendered, Source, publish};
use mail::compose::{Draft, compose};
use mail::dkim::{Signer, SigningKey, sign};
use mail::{Address, At, Domain, Headers, Mailbox};
use serde_json::{Map, Value, json};

/// Octets of the published HTML.
const BYTES: usize = 20 * 1024;
const LINKS: usize = 20;
/// Rounds, each a mail of its own data.
const ROUNDS: usize = 2_000;
const NOW: At = At(1_800_000_000_000_000);

fn source() -> Source {
    let row = |n: usize| {
        format!(
            "<tr><td class=\"name\">{{{{ items[{n}].name }}}}</td><td>{{{{ items[{n}].price|money('EUR') }}}}</td>\
             <td><a class=\"go\" href=\"{{{{ base }}}}/item/{n}?from=mail\">Look at it</a></td></tr>\n"
        )
    };
    let rows: String = (0..LINKS).map(row).collect();
    let style = "<style>.name { font-weight: bold; padding: 4px } .go { color: #1d4ed8 } td { font-size: 14px }</style>";
    let head = format!("<html><head>{style}</head><body><p>Hello {{{{ name }}}}</p><table>{rows}</table>");
    let line = "<p>A line of text that a mail of usual length has many of.</p>\n";
    let filler = line.repeat(BYTES.saturating_sub(head.len() + LINKS * 90) / line.len());
    let source = json!({ "subject": "{{ items|length }} items for {{ name }}", "html": format!("{head}{filler}</body></html>") });
    serde_json::from_value(source).expect("a source")
}

fn data(round: usize) -> Map<String, Value> {
    let item = |n: usize| json!({ "name": format!("Item {n} & {round}"), "price": n * 10 + round % 10 });
    let items: Vec<_> = (0..LINKS).map(item).collect();
    let data = json!({ "name": format!("Person {round}"), "base": "https://shop.example", "items": items });
    data.as_object().cloned().expect("an object")
}

fn message(rendered: &Rendered, to: &[Mailbox], from: &Mailbox, round: u64) -> Vec<u8> {
    let draft = Draft {
        from,
        reply_to: &[],
        to,
        cc: &[],
        subject: rendered.subject.as_deref().unwrap_or_default(),
        date: NOW,
        message_id: "round@shop.example",
        text: rendered.text.as_deref(),
        html: rendered.html.as_deref(),
        attachments: &[],
        headers: &[],
        seed: round,
    };
    compose(&draft).expect("a message")
}

/// As for delivery: every link leads elsewhere, and a pixel is added. What makes a real address takes a microsecond more each.
fn tracked(mail: &[u8]) -> Vec<u8> {
    let link =
        |link: &Link| Some(format!("https://track.shop.example/t/c/{:060}?u={}", link.number, link.url));
    let changes = Changes {
        link: &link,
        unsubscribe: None,
        closing: &pixel("https://track.shop.example/t/o/1"),
        text: false,
    };
    rewrite_message(mail, &changes).expect("a mail that can be tracked")
}

#[expect(clippy::disallowed_methods, reason = "this measures real time")]
fn measured<T>(times: &mut Vec<f64>, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let done = work();
    times.push(begun.elapsed().as_secs_f64() * 1e6);
    done
}

fn middle(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2] * 10.0).round() / 10.0
}

fn main() {
    let limits = Limits::default();
    let mut publishing = Vec::new();
    let compiled =
        measured(&mut publishing, || publish(&source(), &Library::default(), &limits)).expect("it publishes");
    let program = Program::load(&compiled, &limits).expect("it loads");
    let mailbox = |text: &str| Mailbox::from(Address::parse(text).expect("an address"));
    let (from, to) = (mailbox("hello@shop.example"), [mailbox("ann@example.org")]);
    let signer = |key: SigningKey| Signer {
        domain: Domain::parse("shop.example").expect("a domain"),
        selector: Domain::parse("s1").expect("a selector"),
        key,
    };
    let rsa = signer(SigningKey::rsa_generate(2048).expect("a key"));
    let ed25519 = signer(SigningKey::ed25519_generate().expect("a key"));
    let (mut render, mut mime, mut track, mut one, mut two) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut html, mut octets) = (0, 0);
    for round in 0..ROUNDS {
        let data = data(round);
        let rendered = measured(&mut render, || program.render("en", &data)).expect("it renders");
        let mail = measured(&mut mime, || message(&rendered, &to, &from, round as u64));
        let mail = measured(&mut track, || tracked(&mail));
        let headers = Headers::scan(&mail).expect("headers");
        let body = headers.body();
        measured(&mut one, || sign(&[&ed25519], NOW, &headers, body)).expect("a signature");
        measured(&mut two, || sign(&[&rsa, &ed25519], NOW, &headers, body)).expect("signatures");
        (html, octets) = (rendered.html.map_or(0, |html| html.len()), mail.len());
    }
    let report = json!({
        "links": LINKS, "html_bytes": html, "message_bytes": octets, "rounds": ROUNDS,
        "publish_us": middle(publishing), "render_us": middle(render), "mime_us": middle(mime),
        "track_us": middle(track),
        "sign_ed25519_us": middle(one), "sign_rsa_ed25519_us": middle(two),
    });
    println!("{report}");
}
