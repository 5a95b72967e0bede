//! Attachments that name a file: it is put in its place here, and from then on they are as any other.

use super::request::{AttachmentRequest, EmailRequest};
use crate::feature::attachment::referred::{Files, Found};
use crate::http::error::{Code, FieldError, Mistakes};

/// Puts the files in their places.
///
/// # Errors
/// Every wrong field; then the places hold something, so that the rest of the email can be judged too.
pub(super) fn fill(files: &Files, request: &mut EmailRequest) -> Result<(), Vec<FieldError>> {
    let mut mistakes = Mistakes::default();
    let list = request.attachments.iter_mut().flat_map(|list| &mut list.0);
    for (index, file) in list.enumerate() {
        if let Err((field, code, why)) = place(files, file) {
            mistakes.add(format!("/attachments/{index}{field}"), code, why);
        }
    }
    if mistakes.0.is_empty() { Ok(()) } else { Err(mistakes.0) }
}

fn place(files: &Files, file: &mut AttachmentRequest) -> Result<(), (&'static str, Code, String)> {
    let path = file.path.take().filter(|path| !path.is_empty());
    let found = match (&file.content, file.id.take(), path) {
        (Some(_), None, None) => return Ok(()),
        (None, Some(id), None) => files.by_id(&id).ok_or_else(|| {
            ("/id", Code::InvalidAttachment, "there is no such attachment in this workspace".to_owned())
        }),
        (None, None, Some(url)) => {
            files.by_url(&url).map_err(|why| ("/path", Code::InvalidAttachment, why.to_owned()))
        }
        (None, None, None) => {
            let why = "an attachment needs its content in base64, the id of an uploaded file, or a path to fetch it from";
            Err(("/content", Code::MissingRequiredField, why.to_owned()))
        }
        _ => Err(("", Code::InvalidAttachment, "an attachment has one of content, id and path".to_owned())),
    };
    let Found { content, filename, content_type } = found?.clone();
    file.content = Some(content);
    file.filename = file.filename.take().or(filename);
    file.content_type = file.content_type.take().or(content_type);
    Ok(())
}
