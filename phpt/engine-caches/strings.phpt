--TEST--
No cache of the engine keeps a fetched string past the request
--EXTENSIONS--
static_cache
--INI--
opcache.static_cache.volatile_size_mb=8
opcache.static_cache.pinned_size_mb=8
--FILE--
<?php
require __DIR__ . '/../helpers/server.inc';
// Each request fetches strings, uses them wherever the engine may keep a pointer, and the memory they lay in is
// overwritten before the next request, with another pattern each time.
$server = new Server(<<<'PHP'
    <?php
    error_reporting(E_ALL & ~E_DEPRECATED);
    $round = (int) $_GET['round'];
    if ($_GET['do'] === 'overwrite') {
        OPcache\volatile_clear();
        for ($at = 0; $at < 400; $at++) {
            OPcache\volatile_store("fill$at", str_repeat(chr(33 + ($round * 7 + $at) % 90), 300 + $at * 13 % 5000));
        }
        OPcache\volatile_clear();
        exit('ok');
    }
    $strings = [
        'pattern' => '/^(a|b)' . str_repeat('x?', 20 + $round) . 'c$/', 'utf8' => '/^\p{L}+$/u', 'class' => "Made$round",
        'function' => 'strtoupper', 'key' => "key of round $round", 'constant' => "CONSTANT_$round", 'zone' => 'Europe/Paris',
        'ini' => 'no-cache', 'variable' => "STATIC_CACHE_TEST_$round", 'method' => 'getName', 'text' => "\u{e4}\u{f6}\u{fc}",
        'wrapper' => "scheme$round", 'format' => 'Y-m-d', 'path' => __FILE__, 'session' => "S$round", 'property' => "prop$round",
        'address' => 'tcp://' . $_SERVER['HTTP_HOST'], 'locale' => 'C', 'include' => "$_SERVER[DOCUMENT_ROOT]/part.php",
    ];
    OPcache\volatile_store('strings', $strings);
    $s = OPcache\volatile_fetch('strings');
    $out = [];
    $out[] = preg_match($s['pattern'], 'ac') . preg_match($s['utf8'], $s['text']) . preg_replace($s['pattern'], 'r', 'bc');
    $out[] = count(preg_split($s['pattern'], 'none')) . count(preg_grep($s['pattern'], ['ac', 'zz']));
    eval("class $s[class] { public \$p = '$s[key]'; }");
    class_alias($s['class'], $s['class'] . 'Alias');
    $object = new ($s['class']);
    $object->{$s['property']} = $s['text'];
    $out[] = $s['function']('up') . (new ReflectionClass($s['class']))->{$s['method']}() . get_class($object);
    define($s['constant'], $s['text']);
    $out[] = constant($s['constant']) === $s['text'] ? 'constant' : 'no constant';
    ini_set('session.cache_limiter', $s['ini']);
    ini_set('user_agent', $s['key']);
    ini_set('default_charset', 'UTF-8');
    date_default_timezone_set($s['zone']);
    $out[] = date_default_timezone_get() . strlen(date($s['format']));
    putenv("$s[variable]=$s[key]");
    $out[] = getenv($s['variable']) === $s['key'] ? 'env' : 'no env';
    setlocale(LC_ALL, $s['locale']);
    stream_wrapper_register($s['wrapper'], 'ArrayObject');
    $out[] = in_array($s['wrapper'], stream_get_wrappers(), true) ? 'wrapper' : 'no wrapper';
    is_file($s['path']);
    realpath($s['path']);
    $socket = @pfsockopen($s['address']);
    $out[] = is_resource($socket) ? 'socket' : 'no socket';
    $out[] = (include $s['include'])($s['text']) === "part $s[text]" ? 'include' : 'no include';
    session_name($s['session']);
    ${$s['property']} = 1;
    $GLOBALS[$s['key']] = $s;
    $table = [$s['key'] => $s['text']];
    $out[] = $table[$s['key']] === $s['text'] ? 'key' : 'no key';
    setcookie($s['session'], $s['text']);
    header("X-Text: $s[key]");
    error_log($s['key'], 4);
    assert_options(ASSERT_CALLBACK, $s['function']);
    spl_autoload_extensions('.inc');
    mb_check($s['text']);
    function mb_check($text) { return function_exists('mb_check_encoding') ? mb_check_encoding($text, 'UTF-8') : true; }
    echo implode(',', $out);
    PHP, ['part.php' => '<?php return fn(string $text) => "part $text";']);
for ($round = 0; $round < 25; $round++) {
    $got = $server->get("?do=use&round=$round");
    $wanted = "11r,11,UPMade{$round}Made$round,constant,Europe/Paris10,env,wrapper,socket,include,key";
    if ($got !== $wanted) {
        echo "round $round: $got\n";
    }
    if ($server->get("?do=overwrite&round=$round") !== 'ok') {
        echo "round $round: not overwritten\n";
    }
}
echo "done\n";
?>
--EXPECT--
done
