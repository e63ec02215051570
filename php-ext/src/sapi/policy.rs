//! What each SAPI allows, by its name.

/// What the SAPI allows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    /// The cache is there; who shares it.
    Available(&'static str),
    /// Each worker pool has a cache of its own, see `fpm`.
    PerPool,
    /// There is none, and why.
    Unavailable(String),
}

/// The policy for a SAPI by its name (`sapi_module.name`).
pub(crate) fn policy(sapi: &str, allow_unsafe: bool) -> Policy {
    match sapi {
        "cli" | "cli-server" | "phpdbg" | "embed" | "frankenphp" => Policy::Available("process"),
        // Pools are what keeps sites apart there: allowing unsafe runtimes does not change that.
        "fpm-fcgi" => Policy::PerPool,
        _ if allow_unsafe => Policy::Available("process group"),
        _ => Policy::Unavailable(format!(
            "unavailable in SAPI \"{sapi}\" unless opcache.static_cache.allow_unsafe_runtime=1"
        )),
    }
}
