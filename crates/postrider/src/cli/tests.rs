//! What holds for every command.

use clap::CommandFactory;

use super::Cli;

fn leaves(command: &clap::Command, path: &str, found: &mut Vec<(String, String)>) {
    let path = format!("{path} {}", command.get_name());
    let mut children = command.get_subcommands().filter(|child| child.get_name() != "help").peekable();
    if children.peek().is_none() {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        found.push((path, help));
        return;
    }
    children.for_each(|child| leaves(child, &path, found));
}

#[test]
fn every_command_shows_an_example_that_it_would_understand() {
    let mut cli = Cli::command();
    cli.build();
    let mut found = Vec::new();
    cli.get_subcommands()
        .filter(|one| one.get_name() != "help")
        .for_each(|one| leaves(one, "postrider", &mut found));
    assert!(found.len() >= 25, "{found:?}");
    for (path, help) in found {
        let (_, examples) = help.split_once("Example:\n").unwrap_or_else(|| panic!("{path} has no example"));
        for example in examples.lines() {
            assert!(example.trim().starts_with(&path), "{path}: {example}");
            let words = words(example.trim());
            if let Err(error) = Cli::command().try_get_matches_from(&words) {
                panic!("{path} does not understand its own example {words:?}: {error}");
            }
        }
    }
}

/// The words of a command line, as a shell would part them.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in line.split(" > ").next().unwrap_or_default().chars() {
        match letter {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            other => words.last_mut().expect("there is one from the start").push(other),
        }
    }
    words
}

#[test]
fn options_of_place_and_form_stand_before_or_after_the_command() {
    for line in ["postrider --json --data d queue holds", "postrider queue holds --json --data d"] {
        let matches = Cli::command().try_get_matches_from(words(line)).expect(line);
        assert!(matches.get_flag("json"), "{line}");
    }
}
