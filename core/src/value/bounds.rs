//! A look at the shape of MessagePack before anybody believes it.

/// What may be nested in what: containers within containers, and so calls within calls of whoever reads them. 100 take some tens
/// of kilobytes of stack.
pub(super) const DEEPEST: usize = 100;

/// Why bytes are not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// They end before the value does.
    Truncated,
    /// More is nested than [`DEEPEST`].
    TooDeep,
    /// A byte that means nothing.
    Reserved,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Truncated => f.write_str("it ends before its value does"),
            Self::TooDeep => write!(f, "more than {DEEPEST} containers are nested"),
            Self::Reserved => f.write_str("it is not MessagePack"),
        }
    }
}

/// What one head announces behind itself.
enum Next {
    Bytes(u64),
    Values(u64),
}

/// Looks at one value from its first byte to its last, without recursion: nothing in it is nested deeper than [`DEEPEST`], and as much
/// follows as each head announces. What is behind the value is not looked at.
pub(super) fn check(bytes: &[u8]) -> Result<(), Refused> {
    // How many values are still to come in each container that is open.
    let mut open = [0u64; DEEPEST];
    let mut depth = 0;
    let mut rest = bytes;
    loop {
        match head(&mut rest)? {
            Next::Bytes(len) => {
                let len = usize::try_from(len).map_err(|_| Refused::Truncated)?;
                rest = rest.get(len..).ok_or(Refused::Truncated)?;
            }
            // Each value has at least a byte.
            Next::Values(count) if count > rest.len() as u64 => return Err(Refused::Truncated),
            Next::Values(0) => {}
            Next::Values(count) => {
                *open.get_mut(depth).ok_or(Refused::TooDeep)? = count;
                depth += 1;
                continue;
            }
        }
        // A value is complete, and with it every container that it was the last one of.
        loop {
            let Some(last) = depth.checked_sub(1) else { return Ok(()) };
            open[last] -= 1;
            if open[last] != 0 {
                break;
            }
            depth = last;
        }
    }
}

/// Reads a head: the first byte, and the length behind it if there is one.
fn head(rest: &mut &[u8]) -> Result<Next, Refused> {
    let (&first, behind) = rest.split_first().ok_or(Refused::Truncated)?;
    *rest = behind;
    let low = |bits: u8| u64::from(first & bits);
    Ok(match first {
        // Small numbers, nil, booleans.
        0x00..=0x7f | 0xc0 | 0xc2 | 0xc3 | 0xe0..=0xff => Next::Bytes(0),
        0x80..=0x8f => Next::Values(low(0x0f) * 2),
        0x90..=0x9f => Next::Values(low(0x0f)),
        0xa0..=0xbf => Next::Bytes(low(0x1f)),
        0xc1 => return Err(Refused::Reserved),
        0xc4 | 0xd9 => Next::Bytes(number(rest, 1)?),
        0xc5 | 0xda => Next::Bytes(number(rest, 2)?),
        0xc6 | 0xdb => Next::Bytes(number(rest, 4)?),
        // Extensions have a byte for their type.
        0xc7 => Next::Bytes(number(rest, 1)? + 1),
        0xc8 => Next::Bytes(number(rest, 2)? + 1),
        0xc9 => Next::Bytes(number(rest, 4)? + 1),
        0xca | 0xce | 0xd2 => Next::Bytes(4),
        0xcb | 0xcf | 0xd3 => Next::Bytes(8),
        0xcc | 0xd0 => Next::Bytes(1),
        0xcd | 0xd1 => Next::Bytes(2),
        0xd4..=0xd8 => Next::Bytes((1 << (first - 0xd4)) + 1),
        0xdc => Next::Values(number(rest, 2)?),
        0xdd => Next::Values(number(rest, 4)?),
        0xde => Next::Values(number(rest, 2)? * 2),
        0xdf => Next::Values(number(rest, 4)? * 2),
    })
}

/// A big-endian number of so many bytes.
fn number(rest: &mut &[u8], len: usize) -> Result<u64, Refused> {
    let (bytes, behind) = rest.split_at_checked(len).ok_or(Refused::Truncated)?;
    *rest = behind;
    Ok(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}
