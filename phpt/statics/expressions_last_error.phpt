--TEST--
static_publish() leaves error_get_last() what it is, whatever it evaluates once more
--EXTENSIONS--
static_cache
--FILE--
<?php
const WORD = '5 apples', LIMIT = 10;
#[OPcache\PinnedStatic]
class Config { public static $warned = [WORD + LIMIT]; public static $n = 0; }
set_error_handler(fn() => true);
$x = Config::$warned;

error_clear_last();
var_dump(OPcache\static_publish(), error_get_last());

restore_error_handler();
@trigger_error("the script's", E_USER_NOTICE);
$before = error_get_last();
var_dump(OPcache\static_publish(), error_get_last() === $before, $before['message']);

Config::$n++;
var_dump(OPcache\static_publish(), error_get_last() === $before);
?>
--EXPECT--
int(0)
NULL
int(0)
bool(true)
string(12) "the script's"
int(1)
bool(true)
