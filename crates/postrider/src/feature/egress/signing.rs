//! DKIM signing, and what each recipient gets before it, on threads of their own: an RSA signature takes a third of a millisecond of one core, which no
//! connection should spend on a thread that others wait for.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use bytes::Bytes;
use mail::dkim::{self, SignError, Signer};
use mail::{At, Headers};
use tokio::sync::oneshot;

use crate::feature::tracking::dress::Dress;

/// The threads that sign.
pub struct Signing {
    jobs: mpsc::Sender<Job>,
}

struct Job {
    signers: Vec<Arc<Signer>>,
    now: At,
    content: Bytes,
    dress: Option<Dress>,
    done: oneshot::Sender<Result<Signed, SigningFailed>>,
}

impl Job {
    fn done(self) {
        let Job { signers, now, content, dress, done } = self;
        let content =
            dress.map_or_else(|| content.clone(), |dress| dressed(&content, |own| dress.put_on(own)));
        let signature = unless_it_panics(|| sign(&signers, now, &content)).unwrap_or(Err(SigningFailed::Key));
        // Nobody waits any more when the connection has gone.
        drop(done.send(signature.map(|signature| Signed { signature, content })));
    }
}

/// A message and what stands before it.
pub struct Signed {
    /// The DKIM-Signature fields, one a signer; empty without signers.
    pub signature: Bytes,
    pub content: Bytes,
}

/// Why there is no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningFailed {
    #[error("the header section cannot be read")]
    Header,
    #[error("the key could not sign")]
    Key,
    #[error("the signing threads are gone")]
    Gone,
}

impl From<SignError> for SigningFailed {
    fn from(_: SignError) -> SigningFailed {
        SigningFailed::Key
    }
}

impl Signing {
    /// Starts `threads` threads; they end when this is dropped.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(threads: usize) -> std::io::Result<Signing> {
        let (jobs, waiting) = mpsc::channel::<Job>();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..threads.max(1) {
            let waiting = waiting.clone();
            std::thread::Builder::new().name("signing".into()).spawn(move || {
                while let Some(job) = next(&waiting) {
                    job.done();
                }
            })?;
        }
        Ok(Signing { jobs })
    }

    /// The DKIM-Signature fields for a message, one a signer; empty without signers.
    ///
    /// # Errors
    /// See [`SigningFailed`].
    pub async fn sign(
        &self,
        signers: Vec<Arc<Signer>>,
        now: At,
        content: Bytes,
    ) -> Result<Bytes, SigningFailed> {
        if signers.is_empty() {
            return Ok(Bytes::new());
        }
        self.ask(signers, now, content, None).await.map(|signed| signed.signature)
    }

    /// The message as one recipient gets it, signed.
    ///
    /// # Errors
    /// See [`SigningFailed`].
    pub async fn dress_and_sign(
        &self,
        signers: Vec<Arc<Signer>>,
        now: At,
        content: Bytes,
        dress: Dress,
    ) -> Result<Signed, SigningFailed> {
        self.ask(signers, now, content, Some(dress)).await
    }

    async fn ask(
        &self,
        signers: Vec<Arc<Signer>>,
        now: At,
        content: Bytes,
        dress: Option<Dress>,
    ) -> Result<Signed, SigningFailed> {
        let (done, answer) = oneshot::channel();
        self.jobs.send(Job { signers, now, content, dress, done }).map_err(|_| SigningFailed::Gone)?;
        answer.await.unwrap_or(Err(SigningFailed::Gone))
    }
}

/// The message as one recipient gets it; as it is, when that panics.
fn dressed(content: &Bytes, put_on: impl FnOnce(&Bytes) -> Bytes) -> Bytes {
    unless_it_panics(|| put_on(content)).unwrap_or_else(|| content.clone())
}

/// What `work` gives. All mail waits for these threads: no message may end one.
fn unless_it_panics<T>(work: impl FnOnce() -> T) -> Option<T> {
    let done = catch_unwind(AssertUnwindSafe(work)).ok();
    if done.is_none() {
        tracing::error!("a message made the program panic while it was dressed or signed");
    }
    done
}

fn next(waiting: &Mutex<mpsc::Receiver<Job>>) -> Option<Job> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

fn sign(signers: &[Arc<Signer>], now: At, content: &[u8]) -> Result<Bytes, SigningFailed> {
    if signers.is_empty() {
        return Ok(Bytes::new());
    }
    let headers = Headers::scan_again(content).map_err(|_| SigningFailed::Header)?;
    let signers: Vec<&Signer> = signers.iter().map(Arc::as_ref).collect();
    Ok(dkim::sign(&signers, now, &headers, headers.body())?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_over_which_dressing_panics_goes_out_as_it_is() {
        let content = Bytes::from_static(b"Subject: s\r\n\r\nx");
        assert_eq!(dressed(&content, |_| panic!("as a hostile message may have it")), content);
        assert_eq!(dressed(&content, |_| Bytes::new()), Bytes::new());
    }
}
