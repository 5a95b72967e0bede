//! A certificate made by ourselves, so that a first run has STARTTLS. Nobody but us has a reason to trust it.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::ConfigTlsError;

/// The certificate's file, in the data directory.
pub const CERTIFICATE_FILE: &str = "dev-cert.pem";
/// Its private key, readable by the owner only.
pub const KEY_FILE: &str = "dev-key.pem";

/// The paths of certificate and key; both are made, for `names`, unless both are there.
pub(super) fn files_in(data_dir: &Path, names: &[String]) -> Result<(PathBuf, PathBuf), ConfigTlsError> {
    let (certificate, key) = (data_dir.join(CERTIFICATE_FILE), data_dir.join(KEY_FILE));
    if certificate.exists() && key.exists() {
        return Ok((certificate, key));
    }
    let made = rcgen::generate_simple_self_signed(names)
        .map_err(|source| ConfigTlsError::Make { names: names.join(", "), source })?;
    write_private(&key, &made.signing_key.serialize_pem())?;
    write_private(&certificate, &made.cert.pem())?;
    Ok((certificate, key))
}

/// Writes beside and renames, so that a crash leaves a whole file or none.
fn write_private(path: &Path, text: &str) -> Result<(), ConfigTlsError> {
    let beside = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)
    });
    written.map_err(|source| ConfigTlsError::Write { path: path.to_owned(), source })
}
