--TEST--
Property hooks are passed by, backed values are stored as they are, virtual ones are not (PHP 8.4)
--SKIPIF--
<?php if (PHP_VERSION_ID < 80400) die("skip property hooks came with PHP 8.4"); ?>
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=32
opcache.static_cache.pinned_size_mb=32
error_reporting=8191
--FILE--
<?php
eval(<<<'CODE'
class Hooked
{
    public string $name = 'raw' {
        get { echo "get "; return strtoupper($this->name); }
        set { echo "set "; $this->name = $value; }
    }
    public string $virtual { get { echo "virtual "; return 'computed'; } }
    public private(set) int $limited = 3;
    public protected(set) readonly array $list;
    public function __construct() { $this->list = [1]; }
}
CODE);
$object = new Hooked;
$object->name = 'changed';
OPcache\volatile_store('h', [$object], 0, true);
$got = OPcache\volatile_fetch('h')[0];
echo "\n";
var_dump($got->name, $got->virtual, $got->limited, $got->list);
$got->name = 'x';
echo "\n";
var_dump((new ReflectionProperty('Hooked', 'name'))->getRawValue($got));
echo (new ReflectionProperty('Hooked', 'name'))->getRawValue(OPcache\volatile_fetch('h')[0]), "\n";
try {
    $got->limited = 4;
} catch (Error $e) {
    echo $e->getMessage(), "\n";
}
?>
--EXPECT--
set 
get virtual string(7) "CHANGED"
string(8) "computed"
int(3)
array(1) {
  [0]=>
  int(1)
}
set 
string(1) "x"
changed
Cannot modify private(set) property Hooked::$limited from global scope
