//! Parts of the extension that need no PHP.
#![allow(unreachable_pub, dead_code, missing_docs)]

#[path = "../src/hooks/opcache/head.rs"]
mod head;
#[path = "../src/sapi/policy.rs"]
mod policy;

use policy::{Policy, policy};

#[test]
fn each_sapi_has_its_policy() {
    for sapi in ["cli", "cli-server", "phpdbg", "embed", "frankenphp"] {
        for allowed in [false, true] {
            assert_eq!(policy(sapi, allowed), Policy::Available("process"), "{sapi}");
        }
    }
    // Pools stay apart whatever is allowed.
    assert_eq!(policy("fpm-fcgi", false), Policy::PerPool);
    assert_eq!(policy("fpm-fcgi", true), Policy::PerPool);
    for sapi in ["litespeed", "apache2handler", "cgi-fcgi", "unknown", "", "CLI"] {
        let Policy::Unavailable(reason) = policy(sapi, false) else { panic!("{sapi} is available") };
        assert_eq!(
            reason,
            format!("unavailable in SAPI \"{sapi}\" unless opcache.static_cache.allow_unsafe_runtime=1")
        );
        assert_eq!(policy(sapi, true), Policy::Available("process group"), "{sapi}");
    }
}

#[test]
fn static_state_names_its_file() {
    for file in ["", "/a", "/srv/app/src/Kernel.php"] {
        let mut payload = head::head(file.as_bytes());
        assert_eq!(payload.len() % 8, 0);
        payload.extend_from_slice(b"the rest");
        assert_eq!(head::declared_in(&payload), Some(file.as_bytes()));
    }
    for broken in [&b""[..], b"short", &[255; 16], &[9, 0, 0, 0, 0, 0, 0, 0, b'x']] {
        assert_eq!(head::declared_in(broken), None);
    }
}
