//! Whether bytes begin as an ONNX model does. A model is a `ModelProto`, a protobuf message without a magic number; every exporter writes its first field,
//! `ir_version`, first (<https://github.com/onnx/onnx/blob/main/onnx/onnx.proto>). Enough to refuse what was taken for a model by mistake before people wait
//! for it; what is in it only the program that runs it can say.

/// How much of a file has to be looked at.
pub const HEAD: usize = 16;

/// `ir_version`: field 1, a varint. There have been 13 versions since 2017.
const IR_VERSION: u8 = 0x08;
const NEWEST_IR: u8 = 99;
/// The tags that may come next: what a `ModelProto` has besides, by number and wire type.
const NEXT: &[u8] = &[
    0x12, // producer_name
    0x1a, // producer_version
    0x22, // domain
    0x28, // model_version
    0x32, // doc_string
    0x3a, // graph
    0x42, // opset_import
    0x72, // metadata_props
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OnnxProblem {
    #[error("is an ONNX Runtime file (.ort), not ONNX: export it as .onnx")]
    Ort,
    #[error("is a ZIP archive, not ONNX (a PyTorch checkpoint, perhaps): export the model to ONNX first")]
    Archive,
    #[error("is a web page or a text, not ONNX: the download may have gone wrong")]
    Text,
    #[error("does not begin as an ONNX model does")]
    Other,
}

/// # Errors
/// What the file is instead, as far as its beginning tells, in words that follow "the file".
pub fn begins_as_model(head: &[u8]) -> Result<(), OnnxProblem> {
    match head {
        [IR_VERSION, 1..=NEWEST_IR, next, ..] if NEXT.contains(next) => Ok(()),
        [_, _, _, _, b'O', b'R', b'T', b'M', ..] => Err(OnnxProblem::Ort),
        [b'P', b'K', 3, 4, ..] => Err(OnnxProblem::Archive),
        _ if head.len() >= 8 && head.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) => Err(OnnxProblem::Text),
        _ => Err(OnnxProblem::Other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_exporters_write_first_is_a_model() {
        // torch.onnx.export, 2.3: ir_version 8, producer_name "pytorch".
        assert_eq!(begins_as_model(b"\x08\x08\x12\x07pytorch\x1a\x052"), Ok(()));
        // onnx.helper without a producer: the graph comes next.
        assert_eq!(begins_as_model(b"\x08\x0a\x3a\x80\x01"), Ok(()));
    }

    #[test]
    fn what_is_something_else_says_what() {
        assert_eq!(begins_as_model(b"\x20\0\0\0ORTM\0\0\0\0"), Err(OnnxProblem::Ort));
        assert_eq!(begins_as_model(b"PK\x03\x04\x14\0\0\0"), Err(OnnxProblem::Archive));
        assert_eq!(begins_as_model(b"<!doctype html><"), Err(OnnxProblem::Text));
        assert_eq!(begins_as_model(b"version https://"), Err(OnnxProblem::Text));
        for other in [&b""[..], b"\x08", b"\x08\x08", b"\x08\x00\x12\x07", b"\x08\x08\xff\x07", b"\x89PNG\r\n\x1a\n"] {
            assert_eq!(begins_as_model(other), Err(OnnxProblem::Other), "{other:?}");
        }
    }
}
