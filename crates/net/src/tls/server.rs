//! The certificate that we show, and its reloading when the files change.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use mail::At;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, ServerSessionMemoryCache};
use rustls::sign::CertifiedKey;

use super::{ConfigTlsError, provider, self_made};

/// The files are looked at when a handshake begins, at most this often.
pub const RELOAD_CHECK_EVERY: Duration = Duration::from_secs(5);
/// TLS 1.2 sessions remembered for clients that cannot keep a ticket.
const SESSIONS_MAX: usize = 1_024;

/// Our side of TLS, as a server. Cheap to clone; the clones show the same certificate.
#[derive(Clone)]
pub struct ServerTls {
    config: Arc<ServerConfig>,
    shown: Arc<Shown>,
}

/// What a look at the files led to.
#[derive(Debug)]
#[must_use]
pub enum Refresh {
    /// They were looked at a moment ago.
    NotDue,
    Unchanged,
    Reloaded,
    /// They changed, and cannot be used: the last good certificate is still shown.
    Broken(ConfigTlsError),
}

struct Shown {
    files: Files,
    key: RwLock<Arc<CertifiedKey>>,
    seen: Mutex<Seen>,
}

struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

struct Seen {
    at: Option<At>,
    stamps: [Stamp; 2],
}

/// Tells one state of a file from another; `None` while it cannot be looked at.
type Stamp = Option<(SystemTime, u64)>;

impl ServerTls {
    /// Shows the chain in `certificate` (PEM, our own first), with the private key in `key` (PEM).
    pub fn from_files(certificate: &Path, key: &Path) -> Result<ServerTls, ConfigTlsError> {
        let files = Files { certificate: certificate.to_owned(), key: key.to_owned() };
        let seen = Seen { at: None, stamps: files.stamps() };
        let key = RwLock::new(Arc::new(files.load()?));
        let shown = Arc::new(Shown { files, key, seen: Mutex::new(seen) });
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(ConfigTlsError::Prepare)?
            .with_no_client_auth()
            .with_cert_resolver(shown.clone());
        config.session_storage = ServerSessionMemoryCache::new(SESSIONS_MAX);
        config.ticketer = rustls::crypto::aws_lc_rs::Ticketer::new().map_err(ConfigTlsError::Prepare)?;
        Ok(ServerTls { config: Arc::new(config), shown })
    }

    /// Shows the self-made certificate in `data_dir`; makes one for `names` when there is none.
    pub fn self_made(data_dir: &Path, names: &[String]) -> Result<ServerTls, ConfigTlsError> {
        let (certificate, key) = self_made::files_in(data_dir, names)?;
        ServerTls::from_files(&certificate, &key)
    }

    /// Reads the files again if they changed, and if the last look was [`RELOAD_CHECK_EVERY`] ago.
    pub fn refresh(&self, now: At) -> Refresh {
        let mut seen = self.shown.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that stepped back must not keep us from looking.
        let recent = |at: At| now >= at && now.since(at) < RELOAD_CHECK_EVERY;
        if seen.at.is_some_and(recent) {
            return Refresh::NotDue;
        }
        seen.at = Some(now);
        let stamps = self.shown.files.stamps();
        if stamps == seen.stamps {
            return Refresh::Unchanged;
        }
        // Remembered also when broken: one change is reported once.
        seen.stamps = stamps;
        drop(seen);
        match self.reload() {
            Ok(()) => Refresh::Reloaded,
            Err(error) => Refresh::Broken(error),
        }
    }

    /// Reads the files now. On failure the last good certificate is still shown.
    pub fn reload(&self) -> Result<(), ConfigTlsError> {
        let key = Arc::new(self.shown.files.load()?);
        *self.shown.key.write().unwrap_or_else(PoisonError::into_inner) = key;
        Ok(())
    }

    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        self.config.clone()
    }
}

impl Files {
    fn load(&self) -> Result<CertifiedKey, ConfigTlsError> {
        let read = |path: &Path, source| ConfigTlsError::Read { path: path.to_owned(), source };
        let chain: Result<Vec<_>, _> =
            CertificateDer::pem_file_iter(&self.certificate).and_then(|certificates| certificates.collect());
        let chain = chain.map_err(|source| read(&self.certificate, source))?;
        if chain.is_empty() {
            return Err(ConfigTlsError::Empty { path: self.certificate.clone() });
        }
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|source| read(&self.key, source))?;
        CertifiedKey::from_der(chain, key, &provider()).map_err(|source| ConfigTlsError::Mismatch {
            certificate: self.certificate.clone(),
            key: self.key.clone(),
            source,
        })
    }

    fn stamps(&self) -> [Stamp; 2] {
        [&self.certificate, &self.key].map(|path| {
            let metadata = std::fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        })
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.key.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the certificate in {}", self.files.certificate.display())
    }
}
