//! Keeping the index small: complete segments are folded, old ones forgotten, and all of it can be emptied.

use std::sync::Arc;

use store::{Row, Store, StoreError, Write, query};

use super::{BLOCK, UNFOLDED, block};

query!(UNFOLDED_SEGMENTS, "queries/unfolded.sql");
query!(FOLD_PAGE, "queries/fold_page.sql");
query!(FOLDED, "queries/folded.sql");
query!(OLDER, "queries/older.sql");
query!(FORGET_BLOCKS, "queries/forget_blocks.sql");
query!(FORGET_SEGMENT, "queries/forget_segment.sql");
query!(CLEAR_BLOCKS, "queries/clear_blocks.sql");
query!(CLEAR_SEGMENTS, "queries/clear_segments.sql");
query!(CLEAR_CURSORS, "queries/clear_cursors.sql");

/// Blocks that are folded in one write. Reason: bounds its memory to a few megabytes.
const FOLD_PAGE_ROWS: i64 = 16_384;
/// Segments that one call forgets. Reason: bounds the call; there will be another.
const FORGET_MAX: i64 = 16;

/// Forgets segments all of whose messages are older than `message` (an id), oldest first; gives back how many. Called
/// again and again by who removes old mail; 0 means that there are no more.
///
/// # Errors
/// As [`Store::read`] and [`Store::write`].
pub async fn forget_before(index: &Store, message: i64) -> Result<usize, StoreError> {
    let rows = index.read(&OLDER, &[("message", message.into()), ("limit", FORGET_MAX.into())]).await?;
    for row in &rows {
        let segment = row.int(0)?;
        let mut write = Write::default();
        write.step(&FORGET_BLOCKS, vec![("segment", segment.into())]);
        write.step(&FORGET_SEGMENT, vec![("segment", segment.into())]);
        index.write(write).await?;
    }
    Ok(rows.len())
}

/// Forgets everything, to be built anew.
pub(super) async fn clear(index: &Store) -> Result<(), StoreError> {
    let mut write = Write::default();
    write.step(&CLEAR_BLOCKS, vec![]);
    write.step(&CLEAR_SEGMENTS, vec![]);
    write.step(&CLEAR_CURSORS, vec![]);
    index.write(write).await.map(drop)
}

/// The segments that are not folded, complete or not.
pub(super) async fn unfolded(index: &Store) -> Result<Vec<i64>, StoreError> {
    index.read(&UNFOLDED_SEGMENTS, &[]).await?.iter().map(|row| row.int(0)).collect()
}

/// Where folding stands: the key of the last block that was looked at.
struct Place {
    workspace: i64,
    term: String,
    batch: i64,
}

/// Makes few blocks of all blocks of a term in a complete segment, so that a search reads few rows a term and segment.
/// Should the process end in between, the segment stays as findable as it was, and is folded at the next start.
pub(super) async fn fold(index: &Store, segment: i64) -> Result<(), StoreError> {
    fold_by(index, segment, FOLD_PAGE_ROWS).await
}

/// As [`fold`], `page` blocks at a time. A term that fills several pages is left with some blocks a page.
pub(super) async fn fold_by(index: &Store, segment: i64, page: i64) -> Result<(), StoreError> {
    let mut place = Place { workspace: i64::MIN, term: String::new(), batch: 0 };
    loop {
        let params = [
            ("segment", segment.into()),
            ("workspace", place.workspace.into()),
            ("term", place.term.clone().into()),
            ("batch", place.batch.into()),
            ("limit", page.into()),
        ];
        let rows = index.read(&FOLD_PAGE, &params).await?;
        let Some(last) = rows.last() else { break };
        place = Place { workspace: last.int(0)?, term: last.text(1)?.to_owned(), batch: last.int(2)? };
        let write = fold_rows(segment, &rows)?;
        if !write.rows.is_empty() {
            index.write(write).await?;
        }
        if i64::try_from(rows.len()).is_ok_and(|count| count < page) {
            break;
        }
    }
    let mut write = Write::default();
    write.step(&FOLDED, vec![("segment", segment.into())]);
    index.write(write).await.map(drop)
}

fn fold_rows(segment: i64, rows: &[Row]) -> Result<Write, StoreError> {
    let mut write = Write::default();
    let alike = |one: &Row, two: &Row| match (one.int(0), two.int(0), one.text(1), two.text(1)) {
        (Ok(a), Ok(b), Ok(c), Ok(d)) => (a, c) == (b, d),
        _ => false,
    };
    for group in rows.chunk_by(alike).filter(|group| group.len() > 1) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let mut ids = Vec::new();
        for row in group {
            block::unpack(&row.blob(3)?, &mut ids)?;
        }
        ids.sort_unstable_by(|one, two| two.cmp(one));
        ids.dedup();
        let (workspace, term, batch) = (last.int(0)?, Arc::<str>::from(last.text(1)?), last.int(2)?);
        let gone =
            [segment.into(), workspace.into(), term.clone().into(), first.int(2)?.into(), batch.into()];
        write.row(&UNFOLDED, gone);
        // There are not more parts than there were blocks, so their numbers lie between first and last.
        for (part, batch) in ids.chunks(block::IDS_MAX).zip((0..=batch).rev()) {
            let packed = block::pack(part);
            write.row(
                &BLOCK,
                [segment.into(), workspace.into(), term.clone().into(), batch.into(), packed.into()],
            );
        }
    }
    Ok(write)
}
