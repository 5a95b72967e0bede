//! A short round of every target: the corpus, then a counted number of changes of it.
//!
//! The seed is fixed, so that a change of ours is what makes a test fail, not the day; `POSTRIDER_FUZZ_SEED` sets another.

use fuzz::{SEED_VARIABLE, TARGETS, run};

fn short_round(name: &str) {
    let seed = match std::env::var(SEED_VARIABLE) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{SEED_VARIABLE} is a number, not {text:?}")),
        Err(_) => 1,
    };
    let target = TARGETS.iter().find(|target| target.name == name).expect("a target of that name");
    if let Err(told) = run(target, seed, |rounds| rounds < target.rounds) {
        panic!("{told}\nthe same again: {SEED_VARIABLE}={seed} cargo test -p fuzz {name}");
    }
}

macro_rules! short_rounds {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            short_round(stringify!($name));
        })*

        #[test]
        fn every_target_has_a_short_round_and_seeds() {
            let names = [$(stringify!($name)),*];
            assert_eq!(TARGETS.iter().map(|target| target.name).collect::<Vec<_>>(), names);
            for target in TARGETS {
                let seeds = fuzz::corpus::inputs(target.name).expect("a corpus");
                assert!(target.rounds > 0 && !seeds.is_empty(), "{}", target.name);
                assert!(seeds.iter().all(|seed| seed.len() <= target.input_max), "{}", target.name);
            }
        }
    };
}

short_rounds! {
    smtp_server smtp_client relay reply classify address domain mx mailboxes header_scan header_text header_edit
    compose dkim lines date control email_request search ids settings track template lint image multipart
    id_token
}
