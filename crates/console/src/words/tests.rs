//! Words are complete, and in the language that was asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

use super::*;

/// Ids with the placeholders of each.
type Messages = BTreeMap<String, BTreeSet<String>>;

fn messages(locale: Locale) -> Messages {
    let mut all = Messages::new();
    for source in sources(locale) {
        let resource =
            fluent_syntax::parser::parse(*source).unwrap_or_else(|(_, why)| panic!("{locale:?}: {why:?}"));
        for entry in &resource.body {
            let Entry::Message(message) = entry else { continue };
            assert!(message.attributes.is_empty(), "{}: a word has no attributes", message.id.name);
            let mut names = BTreeSet::new();
            placeholders(message.value.as_ref().expect("a text"), &mut names);
            let before = all.insert(message.id.name.to_owned(), names);
            assert!(before.is_none(), "{locale:?} has {} twice", message.id.name);
        }
    }
    all
}

fn placeholders(pattern: &Pattern<&str>, names: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else { continue };
        match expression {
            Expression::Inline(inline) => variable(inline, names),
            Expression::Select { selector, variants } => {
                variable(selector, names);
                variants.iter().for_each(|variant| placeholders(&variant.value, names));
            }
        }
    }
}

fn variable(inline: &InlineExpression<&str>, names: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => drop(names.insert(id.name.to_owned())),
        InlineExpression::StringLiteral { .. } => {}
        other => panic!("words have variables and literals only: {other:?}"),
    }
}

/// Every id that a template or code asks for.
fn asked() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["templates", "src", "../postrider/src"] {
        collect(&root.join(folder), &mut files);
    }
    let mut ids = BTreeSet::new();
    for file in
        files.iter().filter(|file| !file.ends_with("words/tests.rs") && !file.ends_with("src/words.rs"))
    {
        let text = std::fs::read_to_string(file).expect("readable");
        for opening in [".t(", ".t1(", ".t2(", ".tn(", "Word("] {
            for (at, _) in text.match_indices(opening) {
                let argument = text[at + opening.len()..].trim_start();
                let literal = argument.strip_prefix('"').and_then(|rest| rest.split('"').next());
                ids.extend(literal.map(str::to_owned));
            }
        }
    }
    ids
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.extension().and_then(|extension| extension.to_str()) {
            _ if path.is_dir() => collect(&path, files),
            Some("html" | "rs") => files.push(path),
            _ => {}
        }
    }
}

#[test]
fn every_word_exists_is_used_and_takes_the_same_values_in_every_language() {
    let english = messages(Locale::En);
    for locale in Locale::ALL {
        assert_eq!(messages(locale), english, "{locale:?} beside English");
    }
    let have: BTreeSet<String> = english.into_keys().collect();
    let asked = asked();
    assert_eq!(asked.difference(&have).collect::<Vec<_>>(), [""; 0], "asked for and missing");
    assert_eq!(have.difference(&asked).collect::<Vec<_>>(), [""; 0], "there and never asked for");
}

#[test]
fn a_message_chooses_its_form_and_groups_its_numbers() {
    let table: [(Locale, i64, &str); 5] = [
        (Locale::En, 1, "1 message"),
        (Locale::En, 12_345, "12,345 messages"),
        (Locale::Es, 12_345, "12.345 mensajes"),
        (Locale::PtBr, 1, "1 mensagem"),
        (Locale::ZhCn, 12_345, "12,345 封邮件"),
    ];
    for (locale, n, wanted) in table {
        assert_eq!(Words::of(locale).t1("messages", "n", n), wanted);
    }
}

#[test]
fn a_browser_gets_the_first_language_that_it_knows_of_ours() {
    let table = [
        ("es-MX,es;q=0.9,en;q=0.8", Some(Locale::Es)),
        ("de-DE,de;q=0.9,pt;q=0.5,en;q=0.7", Some(Locale::En)),
        ("zh", Some(Locale::ZhCn)),
        ("pt-PT", Some(Locale::PtBr)),
        ("en;q=0, es;q=0.1", Some(Locale::Es)),
        ("fr, *", None),
        ("", None),
    ];
    for (header, wanted) in table {
        assert_eq!(Locale::accepted(header), wanted, "{header}");
    }
}
