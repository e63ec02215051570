//! The functions in namespace `OPcache`.
//!
//! Each is written once for both backends. A handler reads its arguments, does its work with no lock, draft or
//! guard alive across a call into the engine that can run user code or leave by a jump, and writes its result.

pub(crate) mod args;
mod array;
mod atomic;
mod demand;
mod element;
mod fetch;
mod fetch_array;
pub(crate) mod keys;
mod remember;
mod remove;
mod reserve;
mod store;
pub(crate) mod table;
