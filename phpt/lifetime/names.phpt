--TEST--
Names that lie in shared memory are other names in later requests
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/server.inc';
$server = new Server(<<<'CODE'
<?php
OPcache\volatile_store('names', [str_pad($_GET['n'], 12, 'n', STR_PAD_LEFT)]);
[$name] = OPcache\volatile_fetch('names');
echo (int) OPcache\volatile_exists($name), OPcache\volatile_fetch($name, '-');
OPcache\volatile_store($name, $_GET['n']);
echo (int) OPcache\volatile_exists($name), OPcache\volatile_fetch($name, '-');
CODE);
$wrong = 0;
for ($n = 1000; $n < 1060; ++$n) {
    $said = $server->get("?n=$n");
    if ($said !== "0-1$n") {
        echo "$n: $said\n";
    }
}
echo "done\n";
?>
--EXPECT--
done
