//! Whom we trust when we call.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::{ConfigTlsError, HandshakeError, provider};

/// Peers whose sessions are remembered, for each kind of trust.
const SESSIONS_MAX: usize = 1_024;

/// What a peer must prove before mail is handed to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Nothing: encryption against listeners, whoever the peer is (opportunistic, RFC 7435).
    Anyone,
    /// That it holds a certificate for the name that we called, from an authority that this system trusts.
    Verified,
}

/// Our side of TLS, as a client. Cheap to clone; the clones share the remembered sessions.
#[derive(Clone)]
pub struct ClientTls {
    anyone: Arc<ClientConfig>,
    /// Why there is none: the system has no trusted roots.
    verified: Result<Arc<ClientConfig>, String>,
}

impl ClientTls {
    /// Trusts the authorities that this system trusts. Without any, [`Trust::Verified`] fails at its first use, and
    /// [`Trust::Anyone`] works.
    pub fn new() -> Result<ClientTls, ConfigTlsError> {
        let verified = match rustls_platform_verifier::Verifier::new(provider()) {
            Ok(verifier) => Ok(config(Arc::new(verifier))?),
            Err(error) => Err(error.to_string()),
        };
        Ok(ClientTls { anyone: config(Arc::new(AnyCertificate))?, verified })
    }

    /// Trusts `roots` and nobody else: a private authority, or a test's certificate.
    pub fn with_roots(roots: Vec<CertificateDer<'static>>) -> Result<ClientTls, ConfigTlsError> {
        let mut store = RootCertStore::empty();
        for root in roots {
            store.add(root).map_err(ConfigTlsError::Prepare)?;
        }
        let verified = match WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider()).build()
        {
            Ok(verifier) => Ok(config(verifier)?),
            Err(error) => Err(error.to_string()),
        };
        Ok(ClientTls { anyone: config(Arc::new(AnyCertificate))?, verified })
    }

    pub(crate) fn config(&self, trust: Trust) -> Result<Arc<ClientConfig>, HandshakeError> {
        match trust {
            Trust::Anyone => Ok(self.anyone.clone()),
            Trust::Verified => self.verified.clone().map_err(|reason| HandshakeError::NoRoots { reason }),
        }
    }
}

fn config(verifier: Arc<dyn ServerCertVerifier>) -> Result<Arc<ClientConfig>, ConfigTlsError> {
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(ConfigTlsError::Prepare)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.resumption = Resumption::in_memory_sessions(SESSIONS_MAX);
    Ok(Arc::new(config))
}

/// Takes every certificate, also those that cannot be parsed: the alternative is to send in clear.
///
/// Signatures are not checked either: whoever stands between could sign with a certificate of their own.
#[derive(Debug)]
struct AnyCertificate;

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _chain: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}
