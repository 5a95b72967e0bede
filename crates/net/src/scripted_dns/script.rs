//! The script's lines and the octets that they become (RFC 1035 §4).

use std::net::{Ipv4Addr, Ipv6Addr};

const DEFAULT_TTL_S: u32 = 300;
// Numbers of record types (RFC 1035 §3.2.2).
pub(super) const NS: u16 = 2;
pub(super) const CNAME: u16 = 5;
const SOA: u16 = 6;
// Response codes (RFC 1035 §4.1.1).
const SERVFAIL: u8 = 2;
pub(super) const NXDOMAIN: u8 = 3;
const REFUSED: u8 = 5;

#[derive(Clone)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) rule: Rule,
}

#[derive(Clone, PartialEq)]
pub(super) enum Rule {
    Record { kind: u16, ttl_s: u32, data: Vec<u8>, target: Option<String> },
    Fail(u8),
    Silent,
    Lame,
    Truncated,
}

pub(super) struct Question {
    id: [u8; 2],
    pub(super) name: String,
    pub(super) kind: u16,
    /// As it was sent, to be sent back.
    wire: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Over {
    Udp,
    Tcp,
}

pub(super) fn parse(script: &str) -> Vec<Line> {
    let lines = script.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    lines.filter(|line| !line.is_empty()).map(parse_line).collect()
}

fn parse_line(line: &str) -> Line {
    let mut words = line.split_whitespace();
    let name = words.next().unwrap_or_default().to_ascii_lowercase();
    let mut word = words.next().unwrap_or_default();
    let mut ttl_s = DEFAULT_TTL_S;
    if let Ok(number) = word.parse() {
        ttl_s = number;
        word = words.next().unwrap_or_default();
    }
    let data: Vec<&str> = words.collect();
    let record = |kind, data: Vec<u8>| Rule::Record { kind, ttl_s, data, target: None };
    let wrong = || -> ! { panic!("not a line of a DNS script: {line:?}") };
    let rule = match (word, data.as_slice()) {
        ("SERVFAIL", []) => Rule::Fail(SERVFAIL),
        ("REFUSED", []) => Rule::Fail(REFUSED),
        ("SILENT", []) => Rule::Silent,
        ("LAME", []) => Rule::Lame,
        ("TRUNCATED", []) => Rule::Truncated,
        ("A", [ip]) => record(1, ip.parse::<Ipv4Addr>().unwrap_or_else(|_| wrong()).octets().to_vec()),
        ("AAAA", [ip]) => record(28, ip.parse::<Ipv6Addr>().unwrap_or_else(|_| wrong()).octets().to_vec()),
        ("MX", [preference, host]) => {
            let preference: u16 = preference.parse().unwrap_or_else(|_| wrong());
            record(15, [&preference.to_be_bytes(), name_wire(host).as_slice()].concat())
        }
        ("PTR", [name]) => record(12, name_wire(name)),
        ("CNAME", [target]) => Rule::Record {
            kind: CNAME,
            ttl_s,
            data: name_wire(target),
            target: Some(target.to_ascii_lowercase()),
        },
        // Each word is one string of the record.
        ("TXT", strings) => record(16, strings.iter().flat_map(|text| label_wire(text)).collect()),
        _ => wrong(),
    };
    Line { name, rule }
}

pub(super) fn read_question(packet: &[u8]) -> Option<Question> {
    let (id, rest) = (packet.get(..2)?, packet.get(12..)?);
    let mut labels = Vec::new();
    let mut at = 0;
    loop {
        let length = usize::from(*rest.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        labels.push(String::from_utf8_lossy(rest.get(at..at + length)?).to_ascii_lowercase());
        at += length;
    }
    let kind = u16::from_be_bytes([*rest.get(at)?, *rest.get(at + 1)?]);
    Some(Question { id: [id[0], id[1]], name: labels.join("."), kind, wire: rest.get(..at + 4)?.to_vec() })
}

fn label_wire(label: &str) -> Vec<u8> {
    let length = u8::try_from(label.len()).expect("a label or string of a script is short");
    [&[length], label.as_bytes()].concat()
}

pub(super) fn name_wire(name: &str) -> Vec<u8> {
    let labels = name.split('.').filter(|label| !label.is_empty());
    labels.flat_map(label_wire).chain([0]).collect()
}

pub(super) fn record(name: &str, kind: u16, ttl_s: u32, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).expect("a script's data fits into a record");
    let head = [kind.to_be_bytes(), 1_u16.to_be_bytes()].concat();
    [name_wire(name).as_slice(), &head, &ttl_s.to_be_bytes(), &length.to_be_bytes(), data].concat()
}

/// The record that makes a negative answer cacheable, for a second (RFC 2308 §5).
pub(super) fn soa() -> Vec<u8> {
    let numbers: Vec<u8> = [1_u32, 1, 1, 1, 1].into_iter().flat_map(u32::to_be_bytes).collect();
    record("", SOA, 1, &[name_wire("ns.example"), name_wire("root.example"), numbers].concat())
}

pub(super) fn message(question: &Question, code: u8, answers: &[Vec<u8>], authority: &[Vec<u8>]) -> Vec<u8> {
    let count = |records: &[Vec<u8>]| u16::try_from(records.len()).expect("a script is short").to_be_bytes();
    // Response, recursion desired and available.
    let flags = [0x81, 0x80 | code];
    let counts = [[0, 1], count(answers), count(authority), [0, 0]].concat();
    [&question.id, flags.as_slice(), &counts, &question.wire, &answers.concat(), &authority.concat()].concat()
}

pub(super) fn truncated(question: &Question) -> Vec<u8> {
    let mut answer = message(question, 0, &[], &[]);
    answer[2] |= 0x02;
    answer
}
