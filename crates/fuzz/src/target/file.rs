//! Files that people upload: what an image is, and the form in which it comes.
//!
//! Properties
//! 1. An image has a format and a size; what stands behind its headers changes neither.
//! 2. The parts of a form are in the body, in their order, and none overlaps another; a form that is written reads back.

use bytes::Bytes;
use content::image::image;
use postrider::http::multipart::parts;

use crate::{Target, kind};

pub(super) const IMAGE: Target = Target {
    name: "image",
    check: picture,
    tokens: &[
        "GIF89a",
        "GIF87a",
        "RIFF",
        "WEBP",
        "VP8 ",
        "VP8L",
        "VP8X",
        "IHDR",
        "JFIF",
        "Exif",
        "<svg",
        "\u{0}\u{1}",
    ],
    input_max: 600,
    rounds: 3_000,
};

fn picture(input: &[u8]) -> u64 {
    let found = image(input);
    if let Some(image_found) = found {
        assert!(image_found.width > 0 && image_found.height > 0);
        assert_eq!(image(&[input, b"more"].concat()), found);
    }
    kind(found.map(|found| (found.format.as_str(), found.width.ilog2(), found.height.ilog2())))
}

pub(super) const MULTIPART: Target = Target {
    name: "multipart",
    check: form,
    tokens: &[
        "--b\r\n",
        "--b--",
        "\r\n--b",
        "\r\n\r\n",
        "Content-Disposition: form-data; name=\"a\"",
        "; filename=\"x.png\"",
        "content-type: image/png\r\n",
        "%22",
        "%0D%0A",
        "\"",
        ";",
    ],
    input_max: 2_000,
    rounds: 2_000,
};

fn form(input: &[u8]) -> u64 {
    let body = Bytes::copy_from_slice(input);
    let read = parts("multipart/form-data; boundary=b", &body);
    let mut after = body.as_ptr() as usize;
    for part in read.iter().flatten() {
        let from = part.content.as_ptr() as usize;
        assert!(part.content.is_empty() || from >= after, "in their order");
        after = after.max(from + part.content.len());
        assert!(after <= body.as_ptr() as usize + body.len());
    }
    // Whatever the input is, it comes back out of a form whose boundary is not in it.
    let boundary = "never-in-any-input-of-the-corpus";
    let head =
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n");
    let tail = format!("\r\n--{boundary}--\r\n");
    let written = Bytes::from([head.as_bytes(), input, tail.as_bytes()].concat());
    let again = parts(&format!("multipart/form-data; boundary={boundary}"), &written).expect("a form");
    assert_eq!(again.len(), 1);
    assert_eq!(&again[0].content[..], input);
    kind(
        read.map(|parts| {
            parts.iter().map(|part| (part.name.len(), part.filename.is_some())).collect::<Vec<_>>()
        }),
    )
}
