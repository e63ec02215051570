//! Where the cache is available: decided from the SAPI alone, never from anything a request brings.

/// What the SAPI allows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    /// The cache is there; who shares it.
    Available(&'static str),
    /// It is not, and why.
    Unavailable(String),
}

/// The policy for a SAPI by its name (`sapi_module.name`).
pub(crate) fn policy(sapi: &str, allow_unsafe: bool) -> Policy {
    match sapi {
        "cli" | "cli-server" | "phpdbg" | "embed" | "frankenphp" => Policy::Available("process"),
        // Pools are security boundaries, and telling them apart is not built yet.
        "fpm-fcgi" => Policy::Unavailable(
            "unavailable in SAPI \"fpm-fcgi\": the worker pool cannot be identified".into(),
        ),
        _ if allow_unsafe => Policy::Available("process group"),
        _ => Policy::Unavailable(format!(
            "unavailable in SAPI \"{sapi}\" unless opcache.static_cache.allow_unsafe_runtime=1"
        )),
    }
}
