//! The dialogue files' form.
//!
//! `# …` comment · `! key=value …` settings · `C: …` a line from the client (CRLF is added) · `C> …` octets from the
//! client · `S: …` a line from the server · `S> …` octets from the server · `S~ …` the start of a line from the server ·
//! `= …` something that the driver is told or does · `> …` what the driver does next · `[tls]` the handshake is done.
//! Escapes: `\r \n \t \0 \\ \xHH`; `{text*3}` stands for `texttexttext`.

use std::path::Path;

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Turn {
    Client(Vec<u8>),
    Server(Vec<u8>),
    ServerStart(String),
    Event(String),
    Do(String),
    Tls,
}

pub struct Script {
    pub name: String,
    pub settings: Vec<(String, String)>,
    pub turns: Vec<Turn>,
}

/// How the bytes of one side are cut before the session sees them.
#[derive(Clone, Copy, Debug)]
pub enum Cut {
    Whole,
    Bytes,
    Random(u64),
}

pub fn folder(name: &str) -> Vec<Script> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("dialogues").join(name);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "no dialogue in {name}");
    files.iter().map(|path| parse(path)).collect()
}

fn parse(path: &Path) -> Script {
    let text = std::fs::read_to_string(path).unwrap();
    let mut script = Script { name: path.display().to_string(), settings: Vec::new(), turns: Vec::new() };
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        if line == "[tls]" {
            script.turns.push(Turn::Tls);
            continue;
        }
        let (mark, rest) = line.split_at(line.len().min(2));
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        let with_end = || [bytes(rest), b"\r\n".to_vec()].concat();
        script.turns.push(match mark {
            "C:" => Turn::Client(with_end()),
            "C>" => Turn::Client(bytes(rest)),
            "S:" => Turn::Server(with_end()),
            "S>" => Turn::Server(bytes(rest)),
            "S~" => Turn::ServerStart(rest.to_owned()),
            "= " => Turn::Event(rest.to_owned()),
            "> " => Turn::Do(rest.to_owned()),
            "! " => {
                for word in rest.split(' ') {
                    let (key, value) = word.split_once('=').unwrap_or((word, "true"));
                    script.settings.push((key.to_owned(), value.to_owned()));
                }
                continue;
            }
            _ => panic!("{}: what is {line:?}?", script.name),
        });
    }
    script
}

fn bytes(text: &str) -> Vec<u8> {
    let text = repeated(text);
    let mut out = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        out.push(match chars.next().expect("something follows a backslash") {
            'r' => b'\r',
            'n' => b'\n',
            't' => b'\t',
            '0' => 0,
            '\\' => b'\\',
            'x' => {
                let hex: String = chars.by_ref().take(2).collect();
                u8::from_str_radix(&hex, 16).expect("two hex digits")
            }
            other => panic!("no escape \\{other}"),
        });
    }
    out
}

fn repeated(text: &str) -> String {
    let Some((before, rest)) = text.split_once('{') else { return text.to_owned() };
    let Some((inside, after)) = rest.split_once('}') else { return text.to_owned() };
    let Some((unit, count)) = inside.rsplit_once('*') else { return text.to_owned() };
    format!("{before}{}{}", unit.repeat(count.parse().expect("a count")), repeated(after))
}

/// The pieces of `bytes` in the order in which they arrive.
pub fn pieces(bytes: &[u8], cut: Cut) -> Vec<&[u8]> {
    match cut {
        Cut::Whole => vec![bytes],
        Cut::Bytes => bytes.chunks(1).collect(),
        Cut::Random(seed) => {
            let (mut rest, mut pieces, mut state) = (bytes, Vec::new(), seed | 1);
            while !rest.is_empty() {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                let (piece, after) = rest.split_at((state % 23 + 1).min(rest.len() as u64) as usize);
                pieces.push(piece);
                rest = after;
            }
            pieces
        }
    }
}
