//! The beginning of every payload of static state: which file declares the class.

/// What a payload of static state begins with: the length of the declaring file's path, and the path. The rest follows
/// at a multiple of 8.
pub(crate) fn head(file: &[u8]) -> Vec<u8> {
    let mut head = (file.len() as u64).to_le_bytes().to_vec();
    head.extend_from_slice(file);
    head.resize(head.len().next_multiple_of(8), 0);
    head
}

/// The file that declares the class whose state this is; `None` when the payload has no such head.
pub(crate) fn declared_in(payload: &[u8]) -> Option<&[u8]> {
    let (len, rest) = payload.split_first_chunk::<8>()?;
    rest.get(..usize::try_from(u64::from_le_bytes(*len)).ok()?)
}
