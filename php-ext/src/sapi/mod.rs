//! Where the cache is available: decided from the SAPI and FPM's own pools, never from anything a request brings.

pub(crate) mod fpm;
mod policy;

pub(crate) use policy::{Policy, policy};
