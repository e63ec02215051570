--TEST--
Arrays that PHP makes of a request's variables: their hash parts may be smaller than those of any other array
--EXTENSIONS--
static_cache
--FILE--
<?php
$failures = 0;
foreach (['a=1', 'a[b]=1', 'a[b][c]=1', 'a[]=1', 'a[b]=1&a[c]=2', 'a[b]=1&a[c]=2&a[d]=3', 'a[b]=1&c[d]=2&e[f][g]=3', 'a[5]=1&a[x]=2'] as $query) {
    parse_str($query, $variables);
    foreach ($variables + ['all' => $variables] as $value) {
        $object = new stdClass();
        $object->query = $value;
        foreach ([$value, [$value, [$value]], [$object, $value]] as $number => $stored) {
            foreach (['volatile', 'pinned'] as $cache) {
                $ok = ("OPcache\\{$cache}_store")('variables', $stored);
                $fetched = ("OPcache\\{$cache}_fetch")('variables');
                $same = $number === 2 ? $fetched == $stored : $fetched === $stored;
                // A copy of its own, which grows.
                $copy = $number === 2 ? $fetched[1] : $fetched;
                if (is_array($copy)) {
                    for ($i = 0; $i < 20; ++$i) {
                        $copy["more{$i}"] = $i;
                    }
                    $same = $same && count($copy) >= 20 && $copy['more19'] === 19;
                }
                if (!$ok || !$same || ("OPcache\\{$cache}_fetch")('variables') != $stored) {
                    echo "{$cache}, {$query}, {$number}: ";
                    var_dump($ok, $fetched);
                    ++$failures;
                }
            }
        }
    }
}
echo $failures, " failures\n";
?>
--EXPECT--
0 failures
