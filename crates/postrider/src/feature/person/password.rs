//! Passwords: argon2id, on blocking threads, so many at once.
//!
//! Guarantees
//! 1. A person who does not exist costs what one does who exists: the answer's time tells nothing.
//! 2. Memory and threads are bounded: [`AT_ONCE`] hashes at a time, and [`WAITING_MAX`] that wait.

use std::sync::Arc;

use argon2::Argon2;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use tokio::sync::Semaphore;

/// Characters of a password at least. Reason: NIST SP 800-63B asks for 8 with and 15 without a second factor; we have limits
/// on attempts.
pub const CHARS_MIN: usize = 12;
/// Characters at most. Reason: a sentence fits, and nobody hashes a book.
pub const CHARS_MAX: usize = 200;
/// Hashes at a time: each takes 19 MiB and some 30 ms of a core.
const AT_ONCE: usize = 2;
/// Hashes that may wait for their turn: about a second's worth.
const WAITING_MAX: usize = 32;
const SALT_OCTETS: usize = 16;
const HASH_OCTETS: usize = 32;
/// The parameters of argon2's defaults, which are OWASP's: 19 MiB, 2 passes, 1 lane.
const PREFIX: &str = "$argon2id$v=19$m=19456,t=2,p=1$";

/// Where passwords are hashed.
pub struct Hashing {
    turns: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// Too many ask at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

impl Default for Hashing {
    fn default() -> Hashing {
        Hashing { turns: Arc::new(Semaphore::new(AT_ONCE)), waiting: Arc::new(Semaphore::new(WAITING_MAX)) }
    }
}

impl Hashing {
    /// The hash of a new password, with a salt of its own.
    ///
    /// # Errors
    /// Too many wait.
    pub async fn make(&self, password: String) -> Result<String, Busy> {
        self.run(move || {
            let mut salt = [0; SALT_OCTETS];
            net::clock::random_bytes(&mut salt);
            let hash = hash(password.as_bytes(), &salt);
            format!("{PREFIX}{}${}", STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash))
        })
        .await
    }

    /// Whether a password is that of `stored`; nobody's is that of none, and it takes as long.
    ///
    /// # Errors
    /// Too many wait.
    pub async fn check(&self, password: String, stored: Option<String>) -> Result<bool, Busy> {
        self.run(move || {
            let parts = stored.as_deref().and_then(parts);
            let known = parts.is_some();
            let (salt, wanted) = parts.unwrap_or_else(|| (vec![0; SALT_OCTETS], vec![0; HASH_OCTETS]));
            let found = hash(password.as_bytes(), &salt);
            let same = aws_lc_rs::constant_time::verify_slices_are_equal(&found, &wanted).is_ok();
            known & same
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let _waiting = self.waiting.clone().try_acquire_owned().map_err(|_| Busy)?;
        let turn = self.turns.clone().acquire_owned().await.expect("invariant: nobody closes it");
        // The turn is given back when the work is done, also if nobody waits for it any more.
        let work = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        work.await.map_err(|_| Busy)
    }
}

fn hash(password: &[u8], salt: &[u8]) -> [u8; HASH_OCTETS] {
    let mut out = [0; HASH_OCTETS];
    let done = Argon2::default().hash_password_into(password, salt, &mut out);
    done.expect("invariant: lengths of password, salt and hash are within argon2's bounds");
    out
}

/// Salt and hash of a stored text.
fn parts(stored: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let (salt, hash) = stored.strip_prefix(PREFIX)?.split_once('$')?;
    Some((STANDARD_NO_PAD.decode(salt).ok()?, STANDARD_NO_PAD.decode(hash).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_its_own_only() {
        let hashing = Hashing::default();
        let stored = hashing.make("a horse in the rain".into()).await.expect("a turn");
        assert!(stored.starts_with("$argon2id$"), "{stored}");
        assert_eq!(hashing.check("a horse in the rain".into(), Some(stored.clone())).await, Ok(true));
        assert_eq!(hashing.check("a horse in the snow".into(), Some(stored)).await, Ok(false));
        assert_eq!(hashing.check("a horse in the rain".into(), None).await, Ok(false));
        assert_eq!(hashing.check(String::new(), Some("nonsense".into())).await, Ok(false));
    }

    #[tokio::test]
    async fn a_crowd_is_told_to_come_back() {
        let hashing = Hashing::default();
        let _all = hashing.waiting.clone().acquire_many_owned(32).await.expect("open");
        assert_eq!(hashing.check("x".into(), None).await, Err(Busy));
    }
}
