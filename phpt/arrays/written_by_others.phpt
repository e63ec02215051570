--TEST--
Functions of other modules that write to arrays which they only read get their own of what was fetched
--EXTENSIONS--
ldap
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
opcache.static_cache.enable_cli=1
--FILE--
<?php
use function OPcache\{pinned_fetch, pinned_store};

// Nobody listens there: what counts is what becomes of the arguments.
$link = ldap_connect('ldap://127.0.0.1:1');
pinned_store('bases', ['ou=a', 'ou=b']);
pinned_store('filters', ['(a=b)', '(c=d)']);
pinned_store('one', 'ou=a');

function search(string $what, mixed $bases, mixed $filters): void
{
    global $link;
    foreach (['ldap_search', 'ldap_list', 'ldap_read'] as $function) {
        $found = @$function([$link, $link], $bases, $filters);
        echo "$what, $function: ", json_encode($found), "\n";
    }
}
search('bases', pinned_fetch('bases'), '(a=b)');
search('both', pinned_fetch('bases'), pinned_fetch('filters'));
search('filters', pinned_fetch('one'), pinned_fetch('filters'));
search('plain', ['ou=a', 'ou=b'], ['(a=b)', '(c=d)']);
echo json_encode(pinned_fetch('bases')), key(pinned_fetch('bases')), "\n";
// Arrays that are shared within each other are looked at once, and are one in the copy.
$shared = pinned_fetch('bases');
for ($at = 0; $at < 60; $at++) {
    $shared = [$shared, $shared];
}
search('shared', $shared, '(a=b)');
?>
--EXPECT--
bases, ldap_search: [false,false]
bases, ldap_list: [false,false]
bases, ldap_read: [false,false]
both, ldap_search: [false,false]
both, ldap_list: [false,false]
both, ldap_read: [false,false]
filters, ldap_search: [false,false]
filters, ldap_list: [false,false]
filters, ldap_read: [false,false]
plain, ldap_search: [false,false]
plain, ldap_list: [false,false]
plain, ldap_read: [false,false]
["ou=a","ou=b"]0
shared, ldap_search: [false,false]
shared, ldap_list: [false,false]
shared, ldap_read: [false,false]
