//! Parts of the extension that need no PHP.
#![allow(unreachable_pub, dead_code, missing_docs)]

#[path = "../src/objects/dates"]
mod dates {
    mod calendar;

    #[test]
    fn rules_name_days() {
        use calendar::Day::{After, Numbered, Weekday};
        let march_2024 = 19_783;
        assert_eq!(
            [After(0).in_year(1970), After(0).in_year(1971), Numbered(1).in_year(1969)],
            [0, 365, -365]
        );
        // The 59th day is the 28th of February, the 60th with a number the first of March.
        assert_eq!([59, 60].map(|day| Numbered(day).in_year(2024)), [march_2024 - 2, march_2024]);
        assert_eq!([59, 60].map(|day| Numbered(day).in_year(2023)), [march_2024 - 367, march_2024 - 366]);
        assert_eq!([59, 60].map(|day| After(day).in_year(2024)), [march_2024 - 1, march_2024]);
        // 2026-03-08, 2026-10-25, 2027-10-31, 2026-11-01; `date -d ... +%s` over a day's seconds.
        let sunday = |month, week| Weekday { month, week, weekday: 0 };
        assert_eq!(sunday(3, 2).in_year(2026), 20_520);
        assert_eq!([2026, 2027].map(|year| sunday(10, 5).in_year(year)), [20_751, 21_122]);
        assert_eq!(sunday(11, 1).in_year(2026), 20_758);
        assert_eq!(Weekday { month: 12, week: 5, weekday: 4 }.in_year(1969), -7);
    }
}
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
