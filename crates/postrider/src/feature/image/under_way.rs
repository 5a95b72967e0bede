//! Images on their way to whoever shows them.
//!
//! Guarantees
//! 1. An image is in memory once, and read once, however many take it at the same time.
//! 2. No more than [`OCTETS_MAX`] octets are in memory, half of them of one workspace.
//! 3. An image goes with its last reader: nothing is kept for the next one.
//!
//! Not here: a reader that takes its image too slowly (`http::connection`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use content::image::Format;
use store::Store;
use tokio::sync::OnceCell;

use super::kept;
use crate::http::error::ApiError;
use crate::room::Room;

/// Octets of images on their way at once. Reason: memory, when many read slowly.
pub const OCTETS_MAX: usize = 64 << 20;

/// One that is read, or will be.
type Image = OnceCell<(Format, Bytes)>;

/// The images on their way, by token.
pub struct UnderWay {
    room: Arc<Room>,
    images: Mutex<HashMap<Box<str>, Weak<Image>>>,
}

/// What keeps an image under way.
struct Reader(Arc<Image>);

impl AsRef<[u8]> for Reader {
    fn as_ref(&self) -> &[u8] {
        self.0.get().map_or(&[], |(_, octets)| octets)
    }
}

impl Default for UnderWay {
    fn default() -> UnderWay {
        UnderWay { room: Room::new(OCTETS_MAX, OCTETS_MAX / 2), images: Mutex::default() }
    }
}

impl UnderWay {
    /// What a token of the workspace shows, of so many octets.
    ///
    /// # Errors
    /// It went meanwhile, there is no room, or as [`Store::read`].
    pub async fn read(
        &self,
        store: &Store,
        (workspace, token): (i64, &str),
        size: usize,
    ) -> Result<(Format, Bytes), ApiError> {
        let image = self.image(token);
        let read = async || {
            let mut place = self.room.place(workspace);
            place.grow(size).map_err(|full| full.refusal("octets of images on their way"))?;
            let found = kept::content(store, workspace, token).await?;
            let (format, octets) = found.ok_or_else(|| ApiError::not_found("path"))?;
            Ok::<_, ApiError>((format, place.hold(octets)))
        };
        let format = image.get_or_try_init(read).await?.0;
        Ok((format, Bytes::from_owner(Reader(image))))
    }

    fn image(&self, token: &str) -> Arc<Image> {
        let mut images = self.images.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(image) = images.get(token).and_then(Weak::upgrade) {
            return image;
        }
        // No more stay than have a reader.
        images.retain(|_, image| image.strong_count() > 0);
        let image = Arc::default();
        images.insert(token.into(), Arc::downgrade(&image));
        image
    }
}
