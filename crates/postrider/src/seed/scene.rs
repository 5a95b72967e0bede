//! The words of the year: names, receivers and what they answer. Every domain is reserved (RFC 2606), every address too (RFC 5737).

use mail::classify::Stage;

/// The languages of the recipients, in the order of every list below: Spanish, English, Portuguese, Chinese.
pub const LOCALES: [&str; 4] = ["es", "en", "pt-BR", "zh-CN"];

/// Given names and family names; of Chinese, with how they are spelled in an address.
pub const NAMES: [(&[&str], &[&str]); 4] = [
    (
        &[
            "Lucía", "Martín", "Sofía", "Hugo", "Paula", "Álvaro", "Carmen", "Íñigo", "Nuria", "Diego",
            "Marta", "Javier",
        ],
        &[
            "García",
            "Fernández",
            "Ruiz",
            "Peña",
            "Muñoz",
            "Ortega",
            "Ibáñez",
            "Castaño",
            "Vidal",
            "Serrano",
            "Núñez",
        ],
    ),
    (
        &[
            "Olivia", "Jack", "Amelia", "Harry", "Isla", "Oscar", "Grace", "Noah", "Freya", "Theo", "Ruby",
            "Arthur",
        ],
        &[
            "Whitfield",
            "Hughes",
            "Okafor",
            "Barnes",
            "Patel",
            "Doyle",
            "Fraser",
            "Ashworth",
            "Kelly",
            "Reid",
            "Nolan",
        ],
    ),
    (
        &[
            "Ana",
            "João",
            "Beatriz",
            "Tiago",
            "Larissa",
            "Caio",
            "Júlia",
            "Rafael",
            "Luísa",
            "Vinícius",
            "Helena",
        ],
        &[
            "Souza",
            "Gonçalves",
            "Araújo",
            "Moreira",
            "Conceição",
            "Ribeiro",
            "Figueiredo",
            "Brandão",
            "Teixeira",
        ],
    ),
    (
        &[
            "伟|wei",
            "芳|fang",
            "娜|na",
            "敏|min",
            "静|jing",
            "磊|lei",
            "洋|yang",
            "婷|ting",
            "浩然|haoran",
            "梓涵|zihan",
        ],
        &[
            "王|wang",
            "李|li",
            "张|zhang",
            "刘|liu",
            "陈|chen",
            "杨|yang",
            "赵|zhao",
            "黄|huang",
            "周|zhou",
            "吴|wu",
        ],
    ),
];

/// How a receiver's server speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tongue {
    Postfix,
    Exim,
    Exchange,
    Large,
    Coremail,
}

/// What a receiver is like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Manner {
    Smooth,
    /// Has strangers come again.
    Greylists,
    /// Takes so much and no more.
    Limits,
    /// Looks closely at what mail says and who signed it.
    Strict,
    /// Its mailboxes are small.
    Narrow,
    /// Does not answer now, for so many hours.
    Away(i64),
}

/// Who takes mail for a domain.
pub struct Site {
    pub domain: &'static str,
    pub host: &'static str,
    pub address: &'static str,
    pub tongue: Tongue,
    pub manner: Manner,
    pub weight: u64,
}

const fn site(
    domain: &'static str,
    (host, address): (&'static str, &'static str),
    tongue: Tongue,
    manner: Manner,
    weight: u64,
) -> Site {
    Site { domain, host, address, tongue, manner, weight }
}

/// The receivers.
pub const SITES: &[Site] = &[
    site("correo.example", ("mx1.correo.example", "192.0.2.10"), Tongue::Postfix, Manner::Smooth, 250),
    site("example.com", ("mx.example.com", "203.0.113.5"), Tongue::Large, Manner::Smooth, 220),
    site("caixa.example", ("mail.caixa.example", "192.0.2.44"), Tongue::Exim, Manner::Greylists, 130),
    site(
        "youxiang.example",
        ("mx3.youxiang.example", "198.51.100.77"),
        Tongue::Coremail,
        Manner::Limits,
        110,
    ),
    site(
        "example.net",
        ("example-net.mail.example.net", "203.0.113.61"),
        Tongue::Exchange,
        Manner::Strict,
        110,
    ),
    site("example.org", ("mail.example.org", "198.51.100.12"), Tongue::Postfix, Manner::Smooth, 70),
    site(
        "universidad.example",
        ("smtp.universidad.example", "192.0.2.130"),
        Tongue::Postfix,
        Manner::Greylists,
        40,
    ),
    site(
        "hospital.example",
        ("mail.hospital.example", "198.51.100.200"),
        Tongue::Exchange,
        Manner::Strict,
        20,
    ),
    site(
        "ayuntamiento.example",
        ("mx.ayuntamiento.example", "192.0.2.201"),
        Tongue::Exim,
        Manner::Narrow,
        15,
    ),
    site("lojas.example", ("mx.lojas.example", "203.0.113.140"), Tongue::Exim, Manner::Smooth, 15),
    site("fabrica.test", ("mx.fabrica.test", "203.0.113.9"), Tongue::Postfix, Manner::Away(31), 24),
    site("logistica.test", ("correo.logistica.test", "198.51.100.33"), Tongue::Exim, Manner::Away(7), 18),
    site(
        "antigua.example",
        ("mail.antigua.example", "192.0.2.250"),
        Tongue::Postfix,
        Manner::Away(1_000_000),
        4,
    ),
];

/// A refusal of mail, as a server words it; `{rcpt}` and `{ours}` are the recipient and our address.
pub struct Refusal {
    pub stage: Stage,
    pub code: u16,
    pub status: Option<(u8, u16, u16)>,
    pub text: &'static str,
}

const fn refusal(stage: Stage, code: u16, status: Option<(u8, u16, u16)>, text: &'static str) -> Refusal {
    Refusal { stage, code, status, text }
}

/// The address does not exist, in each tongue's words.
#[must_use]
pub fn unknown(tongue: Tongue) -> &'static Refusal {
    static POSTFIX: Refusal = refusal(
        Stage::Rcpt,
        550,
        Some((5, 1, 1)),
        "<{rcpt}>: Recipient address rejected: User unknown in virtual mailbox table",
    );
    static EXIM: Refusal = refusal(
        Stage::Rcpt,
        550,
        Some((5, 1, 1)),
        "Endereço não encontrado: caixa postal inexistente <{rcpt}>",
    );
    static EXCHANGE: Refusal = refusal(
        Stage::Rcpt,
        550,
        Some((5, 1, 10)),
        "RESOLVER.ADR.RecipientNotFound; Recipient {rcpt} not found by SMTP address lookup",
    );
    static LARGE: Refusal = refusal(
        Stage::Rcpt,
        550,
        Some((5, 1, 1)),
        "The email account that you tried to reach does not exist. Please try\ndouble-checking the recipient's email address for typos or\nunnecessary spaces.",
    );
    static COREMAIL: Refusal = refusal(Stage::Rcpt, 550, None, "User not found: {rcpt} 用户不存在");
    match tongue {
        Tongue::Postfix => &POSTFIX,
        Tongue::Exim => &EXIM,
        Tongue::Exchange => &EXCHANGE,
        Tongue::Large => &LARGE,
        Tongue::Coremail => &COREMAIL,
    }
}

/// What else is refused for good, now and then.
pub const REFUSED: &[Refusal] = &[
    refusal(Stage::Body, 550, Some((5, 7, 1)), "Message rejected as spam by content scanning"),
    refusal(
        Stage::Mail,
        554,
        Some((5, 7, 1)),
        "Service unavailable; Client host [{ours}] blocked using bl.example.org; see https://bl.example.org/lookup",
    ),
    refusal(
        Stage::Body,
        550,
        Some((5, 7, 26)),
        "Unauthenticated email from marea.example is not accepted due to domain's DMARC policy",
    ),
    refusal(Stage::Rcpt, 550, Some((5, 2, 1)), "The email account that you tried to reach is disabled"),
    refusal(Stage::Rcpt, 550, Some((5, 7, 1)), "Acceso denegado por la política del destinatario: {rcpt}"),
];

/// Put off: as strangers, for too much, for a full mailbox, for trouble of its own.
pub const GREYLISTED: Refusal = refusal(
    Stage::Rcpt,
    450,
    Some((4, 2, 0)),
    "<{rcpt}>: Recipient address rejected: Greylisted, please try again in 300 seconds",
);
pub const LIMITED: Refusal =
    refusal(Stage::Mail, 421, Some((4, 7, 0)), "Too many messages from {ours}, slow down; try again later");
pub const FULL: Refusal =
    refusal(Stage::Rcpt, 452, Some((4, 2, 2)), "Buzón lleno: the mailbox of {rcpt} is over its quota");
pub const TROUBLE: Refusal =
    refusal(Stage::Body, 451, Some((4, 3, 0)), "Temporary server error. Please try again later. PRX4");

/// Mail programs of people, by how often they are met, with whether their makers' servers fetch pictures first.
pub const AGENTS: &[(&str, u64)] = &[
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
        34,
    ),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36",
        24,
    ),
    (
        "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36",
        22,
    ),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Safari/605.1.15",
        12,
    ),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.5.0", 8),
];
/// What fetches every picture on arrival, and what looks through links.
pub const PREFETCHER: &str = "Mozilla/5.0";
pub const SCANNER: &str = "Mozilla/5.0 (compatible; LinkScan/2.4; +https://gateway.example/scan)";
