//! Verdicts, request by request and together.

use super::*;

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

fn click(link: u16, ms: i64) -> Facts {
    Facts {
        kind: Kind::Click,
        at: At(ms * 1_000),
        link: Some(link),
        asked: Asked::Get,
        agent: BROWSER.into(),
        address: Some([192, 0, 2, 1].into()),
        network: Some("192.0.2.0/24".into()),
        after_ms: Some(3_600_000),
        server: "mx.example [192.0.2.9]:25".into(),
    }
}

fn open() -> Facts {
    Facts { kind: Kind::Open, link: None, ..click(0, 0) }
}

fn verdict(facts: Facts) -> (Verdict, Vec<Reason>) {
    let Judgement { verdict, reasons } = judge(&[facts], &Networks::built_in()).swap_remove(0);
    (verdict, reasons)
}

#[test]
fn one_request_is_judged_by_what_it_says() {
    let agent = |agent: &str, facts: Facts| Facts { agent: agent.into(), ..facts };
    let from = |address: [u8; 4], facts: Facts| Facts { address: Some(address.into()), ..facts };
    let after = |after_ms, server: &str| Facts { after_ms, server: server.into(), ..click(0, 0) };
    let gateway = "mxa.eu.PPHOSTED.com [192.0.2.9]:25";
    let cases = [
        (click(0, 0), vec![]),
        (open(), vec![]),
        (Facts { asked: Asked::Head, ..click(0, 0) }, vec![Reason::Head]),
        (agent("", open()), vec![Reason::NoAgent]),
        (agent("python-requests/2", click(0, 0)), vec![Reason::ProgramAgent]),
        (agent("Mozilla/5.0 (via ggpht.com GoogleImageProxy)", open()), vec![Reason::ImageProxy]),
        (agent("Mozilla/5.0", open()), vec![Reason::PrefetchAgent]),
        (agent("Mozilla/5.0", click(0, 0)), vec![]),
        (from([66, 249, 80, 1], open()), vec![Reason::ImageProxy]),
        (from([17, 1, 1, 1], open()), vec![Reason::PrefetchNetwork]),
        (from([17, 1, 1, 1], click(0, 0)), vec![]),
        (from([67, 231, 144, 1], click(0, 0)), vec![Reason::ScannerNetwork]),
        (after(None, "mx.example"), vec![Reason::BeforeDelivery]),
        (after(Some(1_999), "mx.example"), vec![Reason::TooSoon]),
        (after(Some(2_000), "mx.example"), vec![]),
        (after(Some(59_999), gateway), vec![Reason::GatewayScan]),
        (after(Some(60_000), gateway), vec![]),
        (after(Some(59_999), "mx.pphosted.com.example"), vec![]),
    ];
    for (facts, reasons) in cases {
        let expected = if reasons.iter().all(|reason| *reason == Reason::ImageProxy) {
            Verdict::Person
        } else {
            Verdict::Machine
        };
        assert_eq!(verdict(facts.clone()), (expected, reasons), "{facts:?}");
    }
}

fn reasons(all: &[Facts]) -> Vec<Vec<Reason>> {
    judge(all, &Networks::built_in()).into_iter().map(|judgement| judgement.reasons).collect()
}

#[test]
fn many_links_in_a_moment_are_followed_by_a_program() {
    let burst = vec![Reason::Burst];
    assert_eq!(
        reasons(&[click(0, 0), click(1, 2_000), click(2, 5_000)]),
        [burst.clone(), burst.clone(), burst.clone()]
    );
    assert_eq!(reasons(&[click(0, 0), click(1, 2_000), click(2, 5_001)]), [vec![], vec![], vec![]]);
    assert_eq!(reasons(&[click(0, 0), click(0, 100), click(1, 200)]), [vec![], vec![], vec![]], "two links");
    let late = [click(0, 0), click(1, 60_000), click(2, 60_100), click(3, 60_200)];
    assert_eq!(reasons(&late), [vec![], burst.clone(), burst.clone(), burst]);
}

#[test]
fn who_fell_into_the_trap_is_a_program_before_and_after() {
    let trap = |ms| Facts { kind: Kind::Trap, link: None, ..click(0, ms) };
    let far = Facts { network: Some("198.51.100.0/24".into()), ..click(1, 1_000) };
    let nowhere = Facts { network: None, ..click(1, 1_000) };
    let all = [click(0, 0), trap(100), click(1, 600_100), click(1, 600_101), far, nowhere];
    let caught = vec![Reason::Trap];
    assert_eq!(reasons(&all), [caught.clone(), caught.clone(), caught, vec![], vec![], vec![]]);
}

/// As the rule has it, word by word: a window of five seconds that a click begins, with three links in it.
#[test]
fn bursts_are_found_as_by_trying_every_window() {
    let burst = BURST_WITHIN.as_millis() as i64;
    let mut seed = 1_u64;
    let mut chance = |max: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % max
    };
    for _ in 0..200 {
        let all: Vec<_> =
            (0..chance(12)).map(|_| click(chance(4) as u16, chance(20) as i64 * 1_000)).collect();
        let slow = |one: &Facts| {
            all.iter().any(|first| {
                let inside = |at: At| at >= first.at && at.0 <= first.at.0 + burst * 1_000;
                let mut links: Vec<_> =
                    all.iter().filter(|other| inside(other.at)).map(|other| other.link).collect();
                links.sort_unstable();
                links.dedup();
                inside(one.at) && links.len() >= BURST_LINKS
            })
        };
        let judged = judge(&all, &Networks::built_in());
        for (one, judgement) in all.iter().zip(judged) {
            assert_eq!(judgement.reasons.contains(&Reason::Burst), slow(one), "{all:?}");
        }
    }
}
