//! The cache's state for people and programs.

pub(crate) mod class;
pub(crate) mod phpinfo;
mod snapshot;

pub(crate) use snapshot::Figures;
