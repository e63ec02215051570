--TEST--
Static variables that only Reflection has evaluated are as declared: nothing is published, whatever their initialisers are
--EXTENSIONS--
static_cache
--FILE--
<?php
require __DIR__ . '/../helpers/statics.inc';
in_hosts('<?php' . PUBLISHED . '
const LIMIT = 10;
#[OPcache\PinnedStatic]
class Machine
{
    public static $other = 0;
    public static function run() { static $limit = LIMIT, $list = [LIMIT], $object = new ArrayObject([LIMIT]), $literal = 3; return $limit + $literal++ + count($object); }
}
$said = "";
switch ($_GET["do"]) {
    case "reflect": $variables = (new ReflectionMethod("Machine", "run"))->getStaticVariables(); $said = implode(",", array_keys($variables)) . OPcache\static_publish(); break;
    case "other": (new ReflectionMethod("Machine", "run"))->getStaticVariables(); Machine::$other++; break;
    case "both": (new ReflectionMethod("Machine", "run"))->getStaticVariables(); $said = Machine::run(); break;
    case "run": $said = Machine::run(); break;
}
echo $said, published();
', each_of('do=reflect', 'do=reflect', 'do=other', 'do=reflect', 'do=reflect', 'do=both', 'do=reflect', 'do=run', 'do=reflect', 'do=reflect'));
?>
--EXPECT--
do=reflect: limit,list,object,literal0[0+0]
do=reflect: limit,list,object,literal0[0+0]
do=other: [0+0]
do=reflect: limit,list,object,literal0[1+0]
do=reflect: limit,list,object,literal0[1+0]
do=both: 14[1+0]
do=reflect: limit,list,object,literal0[2+0]
do=run: 15[2+0]
do=reflect: limit,list,object,literal0[3+0]
do=reflect: limit,list,object,literal0[3+0]
