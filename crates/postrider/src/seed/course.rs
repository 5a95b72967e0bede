//! What becomes of one delivery: its attempts, as servers of such a character answer them, and what the recipient does with it.
//!
//! Guarantee: what a reply means, and when a delivery is tried again, is decided by the product's own rules.

use std::sync::Arc;

use mail::classify::{BounceClass, Stage};
use mail::{At, EnhancedStatus, Reply};
use queue::{Lane, Retry, RetrySchedule};

use super::cast::Recipient;
use super::dice::Dice;
use super::scene::{self, Manner, Refusal, Site, Tongue};
use crate::feature::egress::attempt::{Attempt, Finding};
use crate::feature::egress::settle::{Conclusion, conclude};
use crate::feature::tracking::past::Visit;

/// The address that mail leaves from.
pub const OURS: &str = "203.0.113.25";
/// Our name in EHLO.
pub const OUR_NAME: &str = "mail.marea.example";
const SECOND_US: i64 = 1_000_000;
const HOUR_US: i64 = 3_600 * SECOND_US;
/// Attempts of one delivery.
const TRIES_MAX: u16 = 48;
/// The domain whose mail is held, and since how many hours.
pub const HELD: (&str, i64) = ("hospital.example", 40);

/// A delivery, as its attempts need it.
pub struct Errand<'e> {
    pub to: &'e Recipient,
    pub author: &'e str,
    pub lane: Lane,
    pub due: At,
    pub expires: At,
    pub size: usize,
    /// The newest moment of the year: what would come later is not there yet.
    pub now: At,
}

/// An attempt with what follows from it.
pub struct Tried {
    pub attempt: Attempt,
    pub at: At,
    pub conclusion: Conclusion,
}

/// Every attempt up to now.
#[must_use]
pub fn tries(dice: &mut Dice, errand: &Errand<'_>) -> Vec<Tried> {
    let mut tried = Vec::new();
    if errand.to.site.domain == HELD.0 && errand.due.0 > errand.now.0 - HELD.1 * HOUR_US {
        return tried;
    }
    let mut started = At(errand.due.0 + dice.between(40_000, 2_500_000));
    for number in 1..=TRIES_MAX {
        if started >= errand.now {
            break;
        }
        let (finding, took) = answer(dice, errand, (started, number));
        let conclusion = conclude(&finding, |failure| {
            let wait = RetrySchedule::default().wait(errand.lane, failure, number).as_micros();
            let wait = i64::try_from(wait).unwrap_or(HOUR_US);
            let due = At(started.0 + took + wait + dice.between(-wait / 10, wait / 10 + 1));
            if due < errand.expires { Retry::At(due) } else { Retry::Expired }
        });
        let next = match &conclusion {
            Conclusion::Deferred { due, .. } => Some(*due),
            _ => None,
        };
        let attempt = attempt(errand, finding, (started, took));
        tried.push(Tried { attempt, at: At(started.0 + took), conclusion });
        match next {
            Some(next) => started = At(next.0 + dice.between(1_000, 900_000)),
            None => break,
        }
    }
    tried
}

/// What the server says to attempt number so and so, and how long that takes.
fn answer(dice: &mut Dice, errand: &Errand<'_>, (started, number): (At, u16)) -> (Finding, i64) {
    let site = errand.to.site;
    let took = dice.between(180_000, 1_900_000);
    if let Manner::Away(hours) = site.manner
        && errand.now.0 - started.0 < hours * HOUR_US
    {
        let text = format!("connecting to {} [{}]:25: timed out after 30 s", site.host, site.address);
        return (Finding::local(Stage::Connect, BounceClass::TransientNet, "network", text), 30 * SECOND_US);
    }
    let refused = |refusal: &Refusal| Finding::from_reply(refusal.stage, worded(refusal, &errand.to.address));
    if !errand.to.exists {
        return (refused(scene::unknown(site.tongue)), took);
    }
    let finding = match (site.manner, number) {
        (Manner::Greylists, 1) if dice.permille(380) => refused(&scene::GREYLISTED),
        (Manner::Limits, 1..=3) if dice.permille(170) => refused(&scene::LIMITED),
        (Manner::Narrow, _) if dice.permille(210) => refused(&scene::FULL),
        (Manner::Strict, _) if dice.permille(19) => refused(dice.pick(scene::REFUSED)),
        (_, 1) if dice.permille(9) => refused(&scene::TROUBLE),
        _ if dice.permille(2) => refused(dice.pick(scene::REFUSED)),
        _ => Finding::from_reply(Stage::Body, taken(dice, site, started)),
    };
    (finding, took)
}

fn worded(refusal: &Refusal, recipient: &str) -> Reply {
    let text = refusal.text.replace("{rcpt}", recipient).replace("{ours}", OURS);
    let status = refusal.status.map(|(class, subject, detail)| EnhancedStatus(class, subject, detail));
    Reply { code: refusal.code, status, text: text.into() }
}

/// How a server says that it has the message now.
fn taken(dice: &mut Dice, site: &Site, at: At) -> Reply {
    let queued = format!("{:013X}", dice.number() >> 12);
    let text = match site.tongue {
        Tongue::Postfix => format!("Ok: queued as 4{}", &queued[..11]),
        Tongue::Exim => format!("OK id=1v{}-{}-{}", &queued[..4], &queued[4..10], &queued[10..13]),
        Tongue::Exchange => format!(
            "<{queued}@{}> [InternalId={}, Hostname={}] Queued mail for delivery",
            site.domain,
            dice.below(99_999_999_999),
            site.host
        ),
        Tongue::Large => format!(
            "OK  {} {}si{}.{} - esmtp",
            at.seconds(),
            &queued[..12],
            dice.below(9_999_999),
            dice.below(400)
        ),
        Tongue::Coremail => format!("Mail OK queued as {},{}", dice.below(99), &queued[..10]),
    };
    match site.tongue {
        Tongue::Coremail => Reply::bare(250, text),
        Tongue::Exchange => Reply::new(250, (2, 6, 0), text),
        Tongue::Postfix | Tongue::Exim | Tongue::Large => Reply::new(250, (2, 0, 0), text),
    }
}

fn attempt(errand: &Errand<'_>, finding: Finding, (started, took): (At, i64)) -> Attempt {
    let site = errand.to.site;
    let reached = finding.is_a_reply();
    let conversation = if reached { conversation(errand, &finding, took) } else { String::new() };
    Attempt {
        started,
        duration_us: took,
        site: Arc::from(site.domain),
        peer: if reached { format!("{} [{}]:25", site.host, site.address) } else { String::new() },
        tls: reached.then(|| "TLSv1.3 TLS_AES_256_GCM_SHA384".to_owned()),
        peer_notifies: true,
        finding,
        conversation,
    }
}

/// The conversation that ends with this reply.
fn conversation(errand: &Errand<'_>, finding: &Finding, took: i64) -> String {
    let site = errand.to.site;
    let said = [
        ("S", Stage::Greeting, greeting(site)),
        ("C", Stage::Greeting, format!("EHLO {OUR_NAME}")),
        ("S", Stage::Ehlo, format!("250-{} Hello {OUR_NAME} [{OURS}]", site.host)),
        ("S", Stage::Ehlo, "250-SIZE 36700160".to_owned()),
        ("S", Stage::Ehlo, "250-PIPELINING".to_owned()),
        ("S", Stage::Ehlo, "250-8BITMIME".to_owned()),
        ("S", Stage::Ehlo, "250 STARTTLS".to_owned()),
        ("C", Stage::Ehlo, "STARTTLS".to_owned()),
        ("S", Stage::StartTls, "220 2.0.0 Ready to start TLS".to_owned()),
        ("C", Stage::StartTls, format!("EHLO {OUR_NAME}")),
        ("S", Stage::StartTls, format!("250 {} SIZE 36700160 PIPELINING 8BITMIME", site.host)),
        ("C", Stage::StartTls, format!("MAIL FROM:<{}> BODY=8BITMIME SIZE={}", errand.author, errand.size)),
        ("S", Stage::Mail, "250 2.1.0 Ok".to_owned()),
        ("C", Stage::Mail, format!("RCPT TO:<{}>", errand.to.address)),
        ("S", Stage::Rcpt, "250 2.1.5 Ok".to_owned()),
        ("C", Stage::Rcpt, "DATA".to_owned()),
        ("S", Stage::Data, "354 End data with <CR><LF>.<CR><LF>".to_owned()),
        ("C", Stage::Data, format!("({} octets)", errand.size)),
    ];
    // What answers the stage is the finding's own reply.
    let kept = said.iter().filter(|(_, stage, _)| *stage < finding.stage);
    let mut lines: Vec<String> = kept.map(|(side, _, line)| format!("{side}: {line}")).collect();
    let mut reply = Vec::new();
    finding.reply.write(&mut reply);
    let reply = String::from_utf8_lossy(&reply).into_owned();
    lines.extend(reply.lines().map(|line| format!("S: {line}")));
    let step = took / i64::try_from(lines.len()).unwrap_or(1).max(1);
    let timed = (1..).zip(&lines).map(|(place, line)| format!("{} {line}\n", place * step));
    timed.collect()
}

fn greeting(site: &Site) -> String {
    match site.tongue {
        Tongue::Postfix => format!("220 {} ESMTP Postfix", site.host),
        Tongue::Exim => format!("220 {} ESMTP Exim 4.99", site.host),
        Tongue::Exchange => format!("220 {} Microsoft ESMTP MAIL Service ready", site.host),
        Tongue::Large => format!("220 {} ESMTP ready", site.host),
        Tongue::Coremail => format!("220 {} Anti-spam GT for Coremail System", site.host),
    }
}

/// What the recipient and machines do with a mail that was taken at `taken`; `more` looks beyond what is usual. In the order of
/// their times, and none later than `now`.
#[must_use]
pub fn visits(dice: &mut Dice, to: &Recipient, (taken, now): (At, At), more: u64) -> Vec<Visit> {
    let link =
        |number: u16, path: &str| Some((number, format!("https://www.marea.example/{path}?utm_source=mail")));
    let machine =
        |at, agent, link| Visit { at: At(at), link, agent, address: "192.0.2.77".parse().unwrap_or(to.from) };
    let mut visits = Vec::new();
    if to.site.manner == Manner::Strict && dice.permille(550) {
        for (number, path) in [(1, "novedades"), (2, "cuenta"), (3, "ayuda")] {
            visits.push(machine(
                taken.0 + dice.between(900_000, 4_000_000),
                scene::SCANNER,
                link(number, path),
            ));
        }
    }
    if to.prefetched {
        visits.push(machine(taken.0 + dice.between(300_000, 1_800_000), scene::PREFETCHER, None));
    }
    let opened = dice.permille(to.interest);
    if opened || more > 0 {
        let first = taken.0 + 9 * SECOND_US + dice.wait(5 * HOUR_US);
        let opens = i64::try_from(1 + more).unwrap_or(1) + if dice.permille(250) { 1 } else { 0 };
        let mut at = first;
        for _ in 0..opens {
            visits.push(Visit { at: At(at), link: None, agent: to.agent, address: to.from });
            at += 20 * SECOND_US + dice.wait(7 * HOUR_US);
        }
        if opened && dice.permille(230) {
            let (number, path) = *dice.pick(&[(1, "novedades"), (2, "oferta"), (4, "lista"), (5, "pedido")]);
            let at = At(first + dice.between(4 * SECOND_US, 90 * SECOND_US));
            visits.push(Visit { at, link: link(number, path), agent: to.agent, address: to.from });
        }
    }
    visits.retain(|visit| visit.at < now);
    visits.sort_by_key(|visit| visit.at);
    visits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::cast::Recipient;

    const NOW: At = At(1_800_000_000_000_000);

    fn errand(to: &Recipient, due: At) -> Errand<'_> {
        let expires = At(due.0 + 48 * HOUR_US);
        Errand {
            to,
            author: "a@marea.example",
            lane: Lane::Transactional,
            due,
            expires,
            size: 4_000,
            now: NOW,
        }
    }

    #[test]
    fn a_delivery_is_tried_until_it_is_over_or_the_year_is() {
        let (mut ended, mut waiting, mut again) = (0, 0, 0);
        for number in 0..2_000 {
            let to = Recipient::of(3, number);
            let due = At(NOW.0 - i64::try_from(number).expect("small") * 60 * SECOND_US);
            let tried = tries(&mut Dice::of(3, number), &errand(&to, due));
            again += usize::from(tried.len() > 1);
            for pair in tried.windows(2) {
                assert!(pair[0].at < pair[1].attempt.started, "{}", to.address);
                assert!(matches!(pair[0].conclusion, Conclusion::Deferred { .. }));
            }
            match tried.last().map(|last| &last.conclusion) {
                None | Some(Conclusion::Deferred { .. }) => waiting += 1,
                Some(_) => ended += 1,
            }
        }
        assert!(
            ended > 1_500 && waiting > 5 && again > 50,
            "{ended} ended, {waiting} wait, {again} tried again"
        );
    }

    #[test]
    fn a_conversation_ends_with_what_the_server_said_at_that_stage() {
        let to = Recipient::of(3, 1);
        let errand = errand(&to, NOW);
        let finding = Finding::from_reply(Stage::Rcpt, worded(scene::unknown(Tongue::Large), &to.address));
        let told = conversation(&errand, &finding, 1_000_000);
        assert!(told.contains(" C: RCPT TO:<") && !told.contains("DATA"), "{told}");
        assert!(told.ends_with("S: 550 5.1.1 unnecessary spaces.\n"), "{told}");
        let finding = Finding::from_reply(Stage::Body, Reply::new(250, (2, 0, 0), "Ok"));
        let told = conversation(&errand, &finding, 1_000_000);
        assert!(told.contains("C: (4000 octets)\n") && told.ends_with("S: 250 2.0.0 Ok\n"), "{told}");
    }
}
