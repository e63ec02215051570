--TEST--
Why statics were not published is said with the message of the exception as it is, whatever hooks it has (PHP 8.4)
--SKIPIF--
<?php if (PHP_VERSION_ID < 80400) die("skip property hooks came with PHP 8.4"); ?>
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php
class Reads extends Exception { protected $message { get { echo "get "; return "from the hook"; } } }
class Throws extends Error { protected $message = "" { get { throw new LogicException("from the hook"); } } }
class Inherits extends Reads {}
class Changes extends Exception { protected $message = "" { set { $this->message = "not $value"; } } }
class Refers extends Exception { public function __construct(string &$text) { $this->message = &$text; } }
final class Fails
{
    public function __construct(private string $class) {}
    public function __serialize(): array { $text = "its message"; throw new $this->class($text); }
}
#[OPcache\PinnedStatic] class Kept { public static $object; }
Kept::$object = new Fails($_GET["with"]);
echo "end";
', function (callable $get) {
    foreach (['Reads', 'Throws', 'Inherits', 'Changes', 'Refers'] as $class) {
        echo trim(preg_replace('/ in .* on line \d+|\s+/', ' ', $get("with=$class"))), "\n";
    }
});
?>
--EXPECT--
end Warning: Kept was not published: Reads was thrown by a method of Kept::$object: its message
end Warning: Kept was not published: Throws was thrown by a method of Kept::$object: its message
end Warning: Kept was not published: Inherits was thrown by a method of Kept::$object: its message
end Warning: Kept was not published: Changes was thrown by a method of Kept::$object: not its message
end Warning: Kept was not published: Refers was thrown by a method of Kept::$object: its message
