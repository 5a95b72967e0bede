//! The certificates that we show, by the host that is asked for, and their reloading when the files change.

use std::collections::HashMap;
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

/// Our side of TLS, as a server. Cheap to clone; the clones show the same certificates.
#[derive(Clone)]
pub struct ServerTls {
    config: Arc<ServerConfig>,
    shown: Arc<Shown>,
}

/// A chain and its private key, as files in PEM; our own certificate first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// A certificate whose files changed, and what came of reading them.
#[derive(Debug)]
#[must_use]
pub struct Changed {
    pub certificate: PathBuf,
    /// On an error the last good one is still shown.
    pub read: Result<(), ConfigTlsError>,
}

#[derive(Debug)]
struct Shown {
    /// For whoever names no host, or one that no other is for.
    default: Pair,
    /// By lower-case host name, or `*.` and the name that it lies below.
    hosts: HashMap<String, Pair>,
    looked: Mutex<Option<At>>,
}

/// Files, and what was last read from them.
struct Pair {
    files: Files,
    key: RwLock<Arc<CertifiedKey>>,
    stamps: Mutex<[Stamp; 2]>,
}

/// Tells one state of a file from another; `None` while it cannot be looked at.
type Stamp = Option<(SystemTime, u64)>;

impl ServerTls {
    /// Shows the chain in `certificate` (PEM, our own first), with the private key in `key` (PEM).
    pub fn from_files(certificate: &Path, key: &Path) -> Result<ServerTls, ConfigTlsError> {
        let default = Files { certificate: certificate.to_owned(), key: key.to_owned() };
        ServerTls::with_hosts(default, Vec::new())
    }

    /// Shows those who ask for one of `hosts` (SNI, RFC 6066 §3) its certificate, and all others the default. A host is a name, or
    /// `*.` and a name for all that lie directly below it; of two for the same the last counts.
    pub fn with_hosts(default: Files, hosts: Vec<(String, Files)>) -> Result<ServerTls, ConfigTlsError> {
        let hosts: Result<HashMap<_, _>, _> = hosts
            .into_iter()
            .map(|(host, files)| Ok((host.to_ascii_lowercase(), Pair::load(files)?)))
            .collect();
        let looked = Mutex::new(None);
        let shown = Arc::new(Shown { default: Pair::load(default)?, hosts: hosts?, looked });
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(ConfigTlsError::Prepare)?
            .with_no_client_auth()
            .with_cert_resolver(shown.clone());
        config.session_storage = ServerSessionMemoryCache::new(SESSIONS_MAX);
        config.ticketer = rustls::crypto::aws_lc_rs::Ticketer::new().map_err(ConfigTlsError::Prepare)?;
        Ok(ServerTls { config: Arc::new(config), shown })
    }

    /// Where the self-made certificate in `data_dir` is; makes one for `names` when there is none.
    pub fn self_made(data_dir: &Path, names: &[String]) -> Result<Files, ConfigTlsError> {
        let (certificate, key) = self_made::files_in(data_dir, names)?;
        Ok(Files { certificate, key })
    }

    /// Reads the files that changed again, if the last look was [`RELOAD_CHECK_EVERY`] ago. Each change is told once.
    pub fn refresh(&self, now: At) -> Vec<Changed> {
        let mut looked = self.shown.looked.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that stepped back must not keep us from looking.
        let recent = |at: At| now >= at && now.since(at) < RELOAD_CHECK_EVERY;
        if looked.is_some_and(recent) {
            return Vec::new();
        }
        *looked = Some(now);
        drop(looked);
        self.shown.pairs().filter_map(Pair::refresh).collect()
    }

    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        self.config.clone()
    }
}

impl Shown {
    fn pairs(&self) -> impl Iterator<Item = &Pair> {
        std::iter::once(&self.default).chain(self.hosts.values())
    }

    fn pair_for(&self, host: Option<&str>) -> &Pair {
        let Some(host) = host.map(str::to_ascii_lowercase) else { return &self.default };
        let below = || host.split_once('.').and_then(|(_, parent)| self.hosts.get(&format!("*.{parent}")));
        self.hosts.get(&host).or_else(below).unwrap_or(&self.default)
    }
}

impl Pair {
    fn load(files: Files) -> Result<Pair, ConfigTlsError> {
        let stamps = Mutex::new(files.stamps());
        let key = RwLock::new(Arc::new(files.load()?));
        Ok(Pair { files, key, stamps })
    }

    fn refresh(&self) -> Option<Changed> {
        let stamps = self.files.stamps();
        {
            let mut seen = self.stamps.lock().unwrap_or_else(PoisonError::into_inner);
            if stamps == *seen {
                return None;
            }
            // Remembered also when broken: one change is told once.
            *seen = stamps;
        }
        let read = self.files.load().map(|key| {
            *self.key.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(key);
        });
        Some(Changed { certificate: self.files.certificate.clone(), read })
    }

    fn shown(&self) -> Arc<CertifiedKey> {
        self.key.read().unwrap_or_else(PoisonError::into_inner).clone()
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
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.pair_for(hello.server_name()).shown())
    }
}

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the certificate in {}", self.files.certificate.display())
    }
}
