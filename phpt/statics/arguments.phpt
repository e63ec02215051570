--TEST--
An attribute's argument that cannot be evaluated yet can be later
--EXTENSIONS--
static_cache
--FILE--
<?php
class Settings
{
    #[OPcache\VolatileStatic(ttl: SETTINGS_TTL)]
    public static int $count = 0;

    #[OPcache\VolatileStatic(strategy: SETTINGS_STRATEGY)]
    public static array $list = [];
}

Settings::$count++;
Settings::$list[] = 'one';
for ($i = 0; $i < 3; ++$i) {
    try {
        var_dump(OPcache\static_publish());
    } catch (OPcache\StaticCacheException $e) {
        echo $e->getMessage(), "\n";
    }
}
define('SETTINGS_TTL', 5);
define('SETTINGS_STRATEGY', OPcache\CacheStrategy::Tracking);
var_dump(OPcache\static_publish());
var_dump((new ReflectionProperty('Settings', 'count'))->getAttributes()[0]->getArguments());
?>
--EXPECT--
Settings::$count was not published: Error was thrown: Undefined constant "SETTINGS_TTL"
Settings::$count was not published: Error was thrown: Undefined constant "SETTINGS_TTL"
Settings::$count was not published: Error was thrown: Undefined constant "SETTINGS_TTL"
int(2)
array(1) {
  ["ttl"]=>
  int(5)
}
