--TEST--
An attribute that is taken away leaves the entry; put back, the state is the old one
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
$folder = new Folder();
$write = fn(string $attribute) => $folder->write('Cart.php', "<?php\n$attribute\nclass Cart { public static \$n = 0; }");
$script = '<?php require "' . $folder->path . '/Cart.php"; echo ++Cart::$n;
if (isset($_GET["delete"])) { OPcache\pinned_delete("Cart"); }';
in_hosts($script, function (callable $get) use ($write) {
    $with = '#[OPcache\PinnedStatic]';
    $write($with);
    each_of('', '')($get);
    $write('');
    each_of('', '')($get);
    $write($with);
    each_of('')($get);
    $write('');
    each_of('delete')($get);
    $write($with);
    each_of('', '')($get);
}, ['opcache.revalidate_freq' => '0']);
?>
--EXPECT--
: 1
: 2
: 1
: 1
: 3
delete: 1
: 1
: 2
