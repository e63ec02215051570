//! The PHP extension `static_cache`: values in shared memory that PHP uses where they lie.
//!
//! | module | what is in it |
//! |---|---|
//! | [`module`] | start-up, shutdown, requests, forks; this thread's sessions and the process's partition |
//! | [`sapi`], [`ini`] | where the cache is available, and with which sizes |
//! | [`api`] | the functions; [`memo`] makes repeated fetches cheap |
//! | [`exception`], [`messages`] | how they fail, and with which words |
//! | [`info`] | `StaticCacheInfo`, `phpinfo()` |
//! | [`hooks`] | functions of PHP's that run our code first |
//! | [`encode`], [`decode`], [`payload`] | PHP values to payloads and back; [`buffer`] is room for that |
//! | [`objects`] | what objects need beyond that: their classes, and methods that are called |
//! | [`statics`] | statics that survive requests |
//! | [`zend`], [`engine`] | what the engine looks like and what we call of it |
#![warn(missing_docs)]
#![allow(
    rustdoc::private_intra_doc_links,
    reason = "the crate is a module for PHP; its documentation is for those who change it"
)]

mod api;
mod buffer;
mod decode;
mod encode;
mod engine;
mod exception;
mod hooks;
mod info;
mod ini;
mod memo;
mod messages;
mod module;
mod objects;
mod payload;
mod sapi;
mod statics;

mod zend;
