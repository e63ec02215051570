--TEST--
What methods that a publication calls assign to statics is published, whichever class they belong to, and they are called once
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php ' . PUBLISHED . '
use OPcache\{CacheStrategy, PinnedStatic, VolatileStatic};
#[PinnedStatic] class Before { public static $n = 0; public static $list = []; public static function m($up = 0) { static $n = 0; return $n += $up; } }
#[VolatileStatic(strategy: CacheStrategy::Tracking)] class Tracked { public static $o = null; }
#[PinnedStatic] class Own { public static $n = 0; public static $list = []; public static $made = null; public static $o = null; }
#[PinnedStatic] class After { public static $n = 0; public static $o = null; }
class Asked
{
    public function __construct(public string $does = "nothing", public int $v = 0) {}
    public function __serialize(): array
    {
        OPcache\pinned_atomic_increment("calls");
        switch ($this->does) {
            case "own": Own::$n++; Own::$list[] = "x"; break;
            case "every": Before::$n++; Before::$list["k"][] = 1; Before::m(1); Own::$n++; After::$n++; Tracked::$o->v++; break;
            case "make": Own::$made = new Asked("own", 3); break;
            case "endless": Own::$o = new Asked("endless", $this->v + 1); break;
            case "other": After::$n++; After::$o = new Asked("back"); break;
            case "back": Own::$n++; Own::$o = new Asked("other"); break;
            case "refused": After::$n = fn() => 1; break;
        }
        return [$this->does, $this->v];
    }
    public function __unserialize(array $data): void { [$this->does, $this->v] = $data; }
}
$do = $_GET["do"];
if ($do === "read") {
    $calls = OPcache\pinned_fetch("calls", 0);
    OPcache\pinned_delete("calls");
    echo "before ", Before::$n, count(Before::$list["k"] ?? []), Before::m(), " tracked ", Tracked::$o?->v, " own ", Own::$n, count(Own::$list), Own::$made?->v,
        " after ", json_encode(After::$n), " calls ", $calls;
    exit;
}
if ($do === "nothing") exit(published());
if ($do === "clear") { OPcache\pinned_clear(); OPcache\volatile_clear(); exit; }
Tracked::$o ??= new ArrayObject([], ArrayObject::ARRAY_AS_PROPS);
Tracked::$o->v ??= 0;
Own::$o = new Asked($do);
if (isset($_GET["too"])) { Before::$list[] = "too"; After::$o = new Asked; }
if (isset($_GET["now"])) {
    try {
        echo OPcache\static_publish(), published();
    } catch (OPcache\StaticCacheException $e) {
        echo $e->getMessage(), " ";
    }
}
', function (callable $get) {
    foreach (['own', 'every', 'make', 'refused', 'endless', 'other'] as $do) {
        foreach (['', '&too=1', '&now=1', '&too=1&now=1'] as $more) {
            $get('do=clear');
            $said = trim($get("do=$do$more"));
            $stores = $get('do=nothing');
            // All that is published by the request's end was published at once?
            $said = preg_replace('/\[.*]/', '', str_replace($stores, ' at once', $said));
            $read = $get('do=read');
            echo "$do$more: $said ", $read, $get('do=nothing') === $stores ? '' : ' and published when read', "\n";
        }
    }
});
?>
--EXPECT--
own:  before 000 tracked 0 own 11 after 0 calls 1
own&too=1:  before 000 tracked 0 own 11 after 0 calls 2
own&now=1: 2 at once before 000 tracked 0 own 11 after 0 calls 1
own&too=1&now=1: 4 at once before 000 tracked 0 own 11 after 0 calls 2
every:  before 111 tracked 1 own 10 after 1 calls 1
every&too=1:  before 111 tracked 1 own 10 after 1 calls 2
every&now=1: 4 at once before 111 tracked 1 own 10 after 1 calls 1
every&too=1&now=1: 4 at once before 111 tracked 1 own 10 after 1 calls 2
make:  before 000 tracked 0 own 113 after 0 calls 2
make&too=1:  before 000 tracked 0 own 113 after 0 calls 3
make&now=1: 2 at once before 000 tracked 0 own 113 after 0 calls 2
make&too=1&now=1: 4 at once before 000 tracked 0 own 113 after 0 calls 3
refused: Warning: After was not published: pinned cache: After::$n cannot be stored: it is a Closure in Unknown on line 0 before 000 tracked 0 own 00 after 0 calls 1
refused&too=1: Warning: After was not published: pinned cache: After::$n cannot be stored: it is a Closure in Unknown on line 0 before 000 tracked 0 own 00 after 0 calls 1
refused&now=1: After was not published: pinned cache: After::$n cannot be stored: it is a Closure 
Warning: After was not published: pinned cache: After::$n cannot be stored: it is a Closure in Unknown on line 0 before 000 tracked 0 own 00 after 0 calls 1
refused&too=1&now=1: After was not published: pinned cache: After::$n cannot be stored: it is a Closure 
Warning: After was not published: pinned cache: After::$n cannot be stored: it is a Closure in Unknown on line 0 before 000 tracked 0 own 00 after 0 calls 1
endless:  before 000 tracked 0 own 00 after 0 calls 12
endless&too=1:  before 000 tracked 0 own 00 after 0 calls 13
endless&now=1: 2 before 000 tracked 0 own 00 after 0 calls 24
endless&too=1&now=1: 4 before 000 tracked 0 own 00 after 0 calls 25
other:  before 000 tracked 0 own 10 after 1 calls 3
other&too=1:  before 000 tracked 0 own 10 after 2 calls 4
other&now=1: 3 before 000 tracked 0 own 20 after 3 calls 6
other&too=1&now=1: 4 before 000 tracked 0 own 30 after 3 calls 7
