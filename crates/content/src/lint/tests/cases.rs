//! For each rule a mail that has what it looks for, and one that is near to it and fine.

use super::super::HTML_MAX_BYTES;
use super::{Given, WORDS, page};

/// A code, a mail in which it is found, and one in which it is not.
pub(super) type Case = (&'static str, Given, Given);

/// For every rule what it finds, and what is near to it and fine.
pub(super) fn cases() -> Vec<Case> {
    [running(), styles(), sizes(), images(), links(), hosts(), whole(), subjects(), looks()]
        .into_iter()
        .flatten()
        .collect()
}

fn running() -> Vec<Case> {
    use Given::{Body, Head};
    vec![
        ("script", Body("<script>x()</script>"), Body("<!-- <script>x()</script> -->")),
        ("event-handler", Body("<p onClick='x()'>a</p>"), Body("<p on-sale='1' o='2'>a</p>")),
        (
            "script-link",
            Body("<a href=' java\nscript:x()'>a</a>"),
            Body("<a href='https://x.example/?javascript:x'>a</a>"),
        ),
        (
            "embed",
            Body("<iframe src='https://x.example'></iframe>"),
            Body("<!--[if mso]><object></object><![endif]-->"),
        ),
        (
            "meta-refresh",
            Head("<meta http-equiv=Refresh content='0;url=x'>"),
            Head("<meta http-equiv=Content-Type>"),
        ),
        ("form", Body("<form action='https://x.example'></form>"), Body("<p class='form'>a</p>")),
        ("media", Body("<video src='https://x.example/a.mp4'></video>"), Body("<p>video</p>")),
        (
            "stylesheet-link",
            Head("<link rel='stylesheet' href='https://x.example/a.css'>"),
            Head("<link rel='icon' href='https://x.example/a.ico'>"),
        ),
    ]
}

fn styles() -> Vec<Case> {
    use Given::{Body, Head};
    let long = |lines: usize| {
        Given::Page(page(&format!("<style>{}</style>", ".a { margin: 0 }\n".repeat(lines)), WORDS))
    };
    vec![
        (
            "css-breaks",
            Body("<div style='display: FLEX'>a</div>"),
            Body("<div style='display:block'>a</div>"),
        ),
        (
            "css-breaks",
            Head("<style>@import url(x)</style>"),
            Head("<style>@media print { a { margin: 0 } }</style>"),
        ),
        (
            "css-breaks",
            Body("<p style='margin: var(--a)'>a</p>"),
            Body("<p style='background:url(var(a))'>a</p>"),
        ),
        ("css-breaks", Body("<svg></svg>"), Body("<span></span>")),
        (
            "css-ignored",
            Head("<style>a { transform: rotate(1deg) }</style>"),
            Head("<style>a { transform: none }</style>"),
        ),
        (
            "css-ignored",
            Head("<style>a::before { margin: 0 }</style>"),
            Head("<style>a:hover { margin: 0 }</style>"),
        ),
        (
            "css-ignored",
            Head("<style>a { width: calc(1px + 1px) }</style>"),
            Head("<style>/* calc(1px) */</style>"),
        ),
        ("style-in-body", Body("<style>a { margin: 0 }</style>"), Head("<style>a { margin: 0 }</style>")),
        ("style-too-long", long(1_000), long(100)),
    ]
}

fn sizes() -> Vec<Case> {
    let long = |kilobytes: usize| Given::Page(page("", &WORDS.repeat(kilobytes * 1024 / WORDS.len())));
    let text = |bytes: usize| &*"x".repeat(bytes).leak();
    let deep = |depth: usize| Given::Page(page("", &format!("{}{WORDS}", "<b>".repeat(depth))));
    vec![
        ("clipped", long(104), long(95)),
        ("nearly-clipped", long(95), long(80)),
        ("html-too-long", long(HTML_MAX_BYTES / 1024 + 1), long(80)),
        ("text-too-long", Given::Text(Some(text(HTML_MAX_BYTES + 1))), Given::Text(Some(text(1_000)))),
        ("html-unreadable", deep(100_000), deep(500)),
        ("image-heavy", Given::Image(400 * 1024), Given::Image(200 * 1024)),
        ("images-heavy", Given::Image(2 * 1024 * 1024), Given::Image(400 * 1024)),
    ]
}

fn images() -> Vec<Case> {
    use Given::{Body, Only};
    const FINE: Given = Given::Body("<img src='https://x.example/a.png' width=9 alt='A'>");
    vec![
        (
            "alt-missing",
            Body("<img src='https://x.example/a.png' width=9>"),
            Body("<img src='https://x.example/a.png' width=1>"),
        ),
        (
            "alt-missing",
            Body("<img src='https://x.example/a.png' width=9>"),
            Body("<img alt='' src='cid:a' width=9>"),
        ),
        ("image-broken", Body("<img src='/a.png' width=9 alt='A'>"), FINE),
        ("image-broken", Body("<img width=9 alt='A'>"), FINE),
        ("image-insecure", Body("<img src='http://x.example/a.png' width=9 alt='A'>"), FINE),
        ("image-insecure", Body("<table role=none background='http://x.example/a.png'></table>"), FINE),
        ("image-data", Body("<img src='data:image/png;base64,AAAA' width=9 alt='A'>"), FINE),
        (
            "image-svg",
            Body("<img src='https://x.example/a.SVG?1' width=9 alt='A'>"),
            Body("<img src='https://x.example/svg' width=9 alt='A'>"),
        ),
        (
            "image-size-missing",
            Body("<img src='cid:a' alt='A'>"),
            Body("<img src='cid:a' alt='A' style='width:9px'>"),
        ),
        ("image-only", Only("<img src='cid:a' width=600 alt='A'><p>Sale</p>"), Only("<p>Sale</p>")),
        (
            "image-only",
            Only("<img src='cid:a' width=600 alt='A'><p>您的订单</p>"),
            Only(
                "<img src='cid:a' width=600 alt='A'><p>您的订单已经发货，预计星期一上午十点到十二点之间送达，请留意</p>",
            ),
        ),
        (
            "image-one-colour",
            Body("<img src='https://x.example/logo-black.png' width=9 alt='A'>"),
            Body("<img src='https://x.example/blackbird.png' width=9 alt='A'>"),
        ),
    ]
}

fn links() -> Vec<Case> {
    use Given::Body;
    vec![
        ("link-empty", Body("<a href=''>a</a>"), Body("<a name='x'>a</a>")),
        ("link-empty", Body("<a href='#'>a</a>"), Body("<a href='#top'>a</a>")),
        (
            "link-broken",
            Body("<a href='https:///a'>a</a>"),
            Body("<a href='https://x.example:8443/a b'>a</a>"),
        ),
        (
            "link-broken",
            Body("<a href='https://x y.example/'>a</a>"),
            Body("<a href='https://bücher.example/'>a</a>"),
        ),
        ("link-broken", Body("<a href='https:x.example/'>a</a>"), Body("<a href='mailto:a@x.example'>a</a>")),
        ("link-relative", Body("<a href='www.x.example/a'>a</a>"), Body("<a href='tel:+1'>a</a>")),
        ("link-relative", Body("<a href='//x.example/a'>a</a>"), Body("<a href='HTTPS://x.example/a'>a</a>")),
    ]
}

fn hosts() -> Vec<Case> {
    use Given::Body;
    vec![
        ("link-scheme", Body("<a href='ftp://x.example/a'>a</a>"), Body("<a href='sms:1'>a</a>")),
        (
            "link-private",
            Body("<a href='http://localhost:3000/'>a</a>"),
            Body("<a href='https://localhost.example/'>a</a>"),
        ),
        (
            "link-private",
            Body("<a href='https://192.168.1.1/'>a</a>"),
            Body("<a href='https://x.example/192.168.1.1'>a</a>"),
        ),
        (
            "link-private",
            Body("<a href='https://[::1]/'>a</a>"),
            Body("<a href='https://x.example/?[::1]'>a</a>"),
        ),
        (
            "link-private",
            Body("<a href='https://crm.internal/'>a</a>"),
            Body("<a href='https://internal.example/'>a</a>"),
        ),
        (
            "link-insecure",
            Body("<a href='http://x.example/'>a</a>"),
            Body("<a href='https://x.example/?u=http://y.example'>a</a>"),
        ),
        (
            "link-by-address",
            Body("<a href='https://8.8.8.8/'>a</a>"),
            Body("<a href='https://8.example/'>a</a>"),
        ),
        (
            "link-deceptive",
            Body("<a href='https://evil.example/'><b>https://bank.example/login</b></a>"),
            Body("<a href='https://login.bank.example/'>www.bank.example</a>"),
        ),
        (
            "link-deceptive",
            Body("<a href='https://bank.example@evil.example/'>a</a>"),
            Body("<a href='https://x.example/@me'>a</a>"),
        ),
        (
            "link-deceptive",
            Body("<a href='https://evil.example/'>bank.com</a>"),
            Body("<a href='https://x.example/'>Node.js</a>"),
        ),
        (
            "link-deceptive",
            Body("<a href='https://abank.com/'>bank.com</a>"),
            Body("<a href='https://x.example/'>Go to bank.com now</a>"),
        ),
        (
            "link-shortener",
            Body("<a href='https://bit.ly/x'>a</a>"),
            Body("<a href='https://habit.lyon.example/x'>a</a>"),
        ),
        (
            "link-wordless",
            Body("<a href='https://x.example/'><img src='cid:a' width=9 alt=''></a>"),
            Body("<a href='https://x.example/'><img src='cid:a' width=9 alt='Home'></a>"),
        ),
    ]
}

fn whole() -> Vec<Case> {
    use Given::{Body, Marketing, Only, Preheader, Subject, Text};
    let long = "It arrives on Monday, and if nobody is at home, the driver leaves it with a neighbour, or takes it to the shop at the corner.";
    vec![
        ("template-left", Body("<p>Hello {{ name }}</p>"), Body("<p>Hello { { name } }</p>")),
        (
            "template-left",
            Body("<a href='https://x.example/%7B%7Bid%7D%7D'>a</a>"),
            Body("<a href='https://x.example/%7Bid%7D'>a</a>"),
        ),
        ("template-left", Subject("Hello *|FNAME|*"), Subject("Hello *|you|*")),
        ("template-left", Text(Some("{% if x %}")), Body("")),
        ("placeholder-text", Body("<p>Lorem ipsum dolor</p>"), Body("<p>Lorem</p>")),
        ("empty", Only(" <p>&nbsp;</p> "), Only("<p>a</p>")),
        ("text-missing", Text(None), Body("")),
        ("text-empty", Text(Some(" \n")), Body("")),
        (
            "text-different",
            Text(Some("Win a prize in our lottery today")),
            Text(Some("Your parcel arrives on Monday, between ten and twelve")),
        ),
        ("preheader-missing", Preheader(" "), Preheader("It arrives.")),
        ("preheader-long", Preheader(long), Preheader("It arrives.")),
        ("unsubscribe-missing", Marketing(""), Marketing("<a href='postrider:unsubscribe'>Leave</a>")),
        (
            "unsubscribe-missing",
            Marketing("<p>unsubscribed</p>"),
            Marketing("<a href='https://x.example/'>取消订阅</a>"),
        ),
        ("unsubscribe-unfilled", Body("<a href='postrider:unsubscribe'>Leave</a>"), Body("")),
    ]
}

fn subjects() -> Vec<Case> {
    use Given::{Preheader, Subject};
    vec![
        ("subject-missing", Subject("  "), Subject("Hi")),
        (
            "subject-long",
            Subject("Your parcel is on its way and should arrive on Monday around noon"),
            Subject("Your parcel is on its way and should arrive on Monday"),
        ),
        (
            "subject-long",
            Subject("您的订单已经发货预计星期一上午十点到十二点之间送达请您留意查收"),
            Subject("您的订单已经发货"),
        ),
        ("subject-capitals", Subject("BUY YOUR SHOES NOW"), Subject("NASA and ESA: BUY shoes")),
        ("subject-marks", Subject("Sale!!"), Subject("¡Hola! Sale!")),
        ("subject-marks", Subject("Earn $$ now"), Subject("Was $20, is $10")),
        ("subject-emoji", Subject("🎉🎉🎉🎉 Sale"), Subject("🎉 Sale")),
        ("subject-false-reply", Subject("Re: your order"), Subject("Regarding your order")),
        ("subject-false-reply", Subject("转发：订单"), Subject("订单")),
        ("subject-hidden", Subject("Pay\u{200b}pal"), Subject("A family 👨\u{200d}👩\u{200d}👧")),
        ("spam-words", Subject("You have WON a car"), Subject("Did you have wonders?")),
        ("spam-words", Preheader("Haz clic aquí"), Preheader("Haz tu pedido")),
        ("spam-words", Subject("恭喜您中奖了"), Subject("恭喜您")),
        ("urgency", Subject("ação urgente: sua conta"), Subject("Sua conta")),
    ]
}

fn looks() -> Vec<Case> {
    use Given::{Body, Page};
    vec![
        (
            "contrast-low",
            Body("<div style='background:#fff'><p style='color:#999'>a</p></div>"),
            Body(
                "<div style='background:#fff'><p style='color:#888;font-size:24px'>b</p><p style='color:#666'>a</p></div>",
            ),
        ),
        (
            "contrast-low",
            Body("<table role=none bgcolor=white><td><font color='#fefefe'>a</font></table>"),
            Body("<div style='background:#fff'><p style='color:#fff;display:none'>a</p></div>"),
        ),
        (
            "dark-colour-alone",
            Body("<p style='color:#333'>a</p>"),
            Body("<p style='color:#333;background:#fff url(x)'>a</p>"),
        ),
        (
            "dark-ground-alone",
            Body("<p style='background-color:#eee'>a</p>"),
            Body("<p style='background-color:#eee;color:#333'>a</p>"),
        ),
        (
            "color-scheme-missing",
            Page(format!("<html lang=en><body>{WORDS}</body></html>")),
            Page(format!(
                "<html lang=en><style>:root {{ color-scheme: light dark }}</style><body>{WORDS}</body></html>"
            )),
        ),
        (
            "lang-missing",
            Page(format!("<html><body>{WORDS}</body></html>")),
            Page(format!("<html lang=en><body>{WORDS}</body></html>")),
        ),
        (
            "table-role",
            Body("<table><tr><td>a</td></tr></table>"),
            Body("<table><tr><th>a</th></tr></table>"),
        ),
        (
            "font-tiny",
            Body("<p style='font-size:11px'>a</p>"),
            Body("<td style='font-size:0'><p style='font-size:.9em'>a</p></td>"),
        ),
        ("font-tiny", Body("<p style='font-size:8pt'>a</p>"), Body("<p style='font-size:10pt'>a</p>")),
        (
            "width-fixed",
            Body("<table role=none width=700></table>"),
            Body("<table role=none width='100%' style='max-width:700px;width:700px'></table>"),
        ),
        (
            "width-fixed",
            Body("<div style='min-width:800px'>a</div>"),
            Body("<div style='width:600px'>a</div>"),
        ),
    ]
}
