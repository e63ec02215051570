<?php

/**
 * Checks documentation against the built module: php -n docs/check.php MODULE FILE...
 *
 * - Each ```php block runs in a process of its own, with all errors shown. Its output must be what it says: the texts of its
 *   `// prints: …` comments, one line each, or else a ```text block right after it, or else nothing. In both `…` stands for
 *   any characters.
 * - An HTML comment right before a block says more about it:
 *     <!-- sample: needs OPcache\PinnedStatic -->   skipped unless the module has such a class or function
 *     <!-- sample: continues -->                    runs after the blocks before it in the file, in one process
 *     <!-- sample: skip (why) -->                   is not run; it must compile
 *     <!-- sample: settings name=value … -->        with these directives
 *     <!-- given: … PHP code … -->                  runs before it, and readers do not see it
 * - Directives in ```ini blocks and in tables exist, with the default that a table states.
 * - In ```sh blocks `make` targets and scripts exist. Links between files lead somewhere.
 */

[, $module] = $argv;
$files = array_slice($argv, 2);
$root = dirname(__DIR__);
$passed = $failed = $skipped = 0;

/** Runs PHP with the module; returns output (with stderr) and exit status. */
function run_php(array $arguments, string $code): array
{
    $process = proc_open(
        [PHP_BINARY, '-n', '-d', "extension={$GLOBALS['module']}", '-d', 'error_reporting=-1', '-d', 'display_errors=1',
            '-d', 'html_errors=0', '-d', 'max_execution_time=60', ...$arguments],
        [['pipe', 'r'], ['pipe', 'w'], ['redirect', 1]],
        $pipes,
        sys_get_temp_dir(),
    );
    fwrite($pipes[0], $code);
    fclose($pipes[0]);
    $output = stream_get_contents($pipes[1]);
    return [$output, proc_close($process)];
}

/** The module's word about directives: name => default. */
function directives(): array
{
    static $known;
    return $known ??= json_decode(
        run_php(['-d', 'zend_extension=opcache'], '<?php echo json_encode(array_map(fn($d) => $d["global_value"], ini_get_all()));')[0],
        true,
    ) ?? json_decode(run_php([], '<?php echo json_encode(array_map(fn($d) => $d["global_value"], ini_get_all()));')[0], true);
}

function report(bool $good, string $where, string $why = ''): void
{
    global $passed, $failed;
    if ($good) {
        $passed++;
        return;
    }
    $failed++;
    echo "FAILED $where: $why\n";
}

/** All text in the sources, as it appears when it is printed. */
function sources(): string
{
    static $text;
    if ($text === null) {
        foreach (['core/src', 'php-ext/src'] as $folder) {
            $files = new RecursiveIteratorIterator(new RecursiveDirectoryIterator("{$GLOBALS['root']}/$folder", FilesystemIterator::SKIP_DOTS));
            foreach ($files as $file) {
                $text .= file_get_contents($file->getPathname());
            }
        }
        $text = strtr(preg_replace('/\\\\\n\s*/', '', $text), ['\\"' => '"', '{PREFIX}' => 'opcache.static_cache.']);
    }
    return $text;
}

/** Expected text, where … stands for anything. */
function matches(string $expected, string $actual): bool
{
    $pattern = str_replace('…', '.*?', preg_quote(trim($expected), '/'));
    return preg_match("/^$pattern$/su", trim($actual)) === 1;
}

foreach ($files as $file) {
    if (!is_file("$root/$file")) {
        continue;
    }
    $text = file_get_contents("$root/$file");
    $earlier = '';

    // Blocks, each with the comments right before it.
    preg_match_all(
        '/((?:^<!--(?:(?!-->).)*-->\s*\n)*)^```(\w+)\n(.*?)^```$(?=(\n+```text\n(.*?)^```$)?)/ms',
        $text,
        $blocks,
        PREG_SET_ORDER | PREG_OFFSET_CAPTURE | PREG_UNMATCHED_AS_NULL,
    );
    foreach ($blocks as $block) {
        [$comments, $language, $code] = [$block[1][0] ?? '', $block[2][0], $block[3][0]];
        $where = "$file:" . substr_count($text, "\n", 0, $block[2][1]) + 1;
        if ($language === 'ini') {
            preg_match_all('/^\s*;?(?:php_(?:admin_)?(?:value|flag)\[)?(opcache\.[\w.]+|static_cache[\w.]*)\]?\s*=/m', $code, $names);
            foreach ($names[1] as $name) {
                report(array_key_exists($name, directives()), $where, "there is no directive $name");
            }
        }
        if ($language === 'sh' || $language === 'text' && str_starts_with($code, '$ ')) {
            preg_match_all('/(?:^|&& |; |sudo )make((?: [a-z][a-z-]*)*)/m', preg_replace('/ +(#.*)?$/m', '', $code), $makes);
            $makefile = file_get_contents("$root/Makefile");
            // In a build folder of phpize's they are others.
            $phpize = str_contains($code, 'phpize');
            foreach (preg_split('/ /', implode(' ', $makes[1]), -1, PREG_SPLIT_NO_EMPTY) as $target) {
                report(
                    preg_match("/^$target:/m", $makefile) || $phpize && in_array($target, ['test', 'install', 'clean'], true),
                    $where,
                    "there is no make target $target",
                );
            }
            preg_match_all('~(?<![\w/.-])((?:scripts|bench|demo|stubs|tools|phpt|php-ext|core|fuzz)/[\w./-]+)~', $code, $paths);
            foreach ($paths[1] as $path) {
                report(file_exists("$root/" . rtrim($path, '/.')), $where, "there is no $path");
            }
        }
        if ($language !== 'php') {
            continue;
        }

        $given = preg_match('/<!-- given:(.*?)-->/s', $comments, $found) ? $found[1] : '';
        $options = preg_match_all('/<!-- sample: (.*?)\s*-->/s', $comments, $found) ? $found[1] : [];
        $settings = [];
        $skip = null;
        $continues = false;
        foreach ($options as $option) {
            [$word, $rest] = explode(' ', $option, 2) + [1 => ''];
            match ($word) {
                'needs' => $skip = run_php([], '<?php echo class_exists(' . var_export($rest, true) . ') || function_exists('
                    . var_export($rest, true) . ') ? "yes" : "no";')[0] === 'yes' ? $skip : "needs $rest",
                'continues' => $continues = true,
                'skip' => $skip = $rest,
                'settings' => array_map(function (string $setting) use (&$settings): void {
                    array_push($settings, '-d', $setting);
                }, explode(' ', $rest)),
                default => report(false, $where, "unknown: sample: $option"),
            };
        }
        $code = preg_replace('/^<\?php\s*/', '', $code);
        $expected = preg_match_all('~//\s*prints: ?(.*)$~m', $code, $found) ? implode("\n", $found[1]) : ($block[5][0] ?? '');
        if ($skip !== null) {
            $skipped++;
            echo "skipped $where: $skip\n";
            [$output, $status] = run_php(['-l'], "<?php\n$given\n$code");
            report($status === 0, $where, $output);
            continue;
        }
        $before = $continues ? $earlier : '';
        $earlier = "$before\n$given\n$code\n";
        // What came before in the file has been looked at; its output is not this block's.
        $mark = "\x01";
        $php = "<?php\n$before\nob_start(); ob_end_flush(); echo '$mark';\n$given\n$code";
        if (preg_match('/^\s*(declare|namespace)\b/', $code)) {
            $php = "<?php\n$code";
            $mark = '';
        }
        [$output, $status] = run_php($settings, $php);
        $output = $mark === '' ? $output : substr(strrchr($output, $mark) ?: "$mark$output", 1);
        report(
            $status === 0 && matches($expected, $output),
            $where,
            "exit status $status; expected:\n" . trim($expected) . "\nprinted:\n" . trim($output),
        );
    }

    // Tables of directives: name, default.
    preg_match_all('/^\| `(opcache\.static_cache\.\w+)` \| (\S+) \|/m', $text, $rows, PREG_SET_ORDER);
    foreach ($rows as [, $name, $default]) {
        report((directives()[$name] ?? null) === $default, $file, "$name has the default " . (directives()[$name] ?? '(none: no such directive)'));
    }
    if ($rows) {
        $named = array_column($rows, 1);
        $ours = array_filter(array_keys(directives()), fn($name) => str_starts_with($name, 'opcache.static_cache.'));
        report(!array_diff($ours, $named), $file, 'the table of directives lacks ' . implode(', ', array_diff($ours, $named)));
    }

    // Reasons and messages in the first column of a table of them are those of the code, apart from what … stands for.
    if (preg_match('/^## Failure reasons$.*?(?=^## |\z)/ms', $text, $section)) {
        preg_match_all('/^\| (`[^|]*`) \|/m', $section[0], $cells);
        preg_match_all('/`([^`]+)`/', implode("\n", array_slice($cells[1], 1)), $reasons);
        report(count($reasons[1]) > 5, $file, 'no reasons in the table');
        foreach ($reasons[1] as $reason) {
            foreach (array_filter(array_map('trim', explode('…', $reason)), fn($part) => strlen($part) > 3) as $part) {
                // Where a name or a reason is put in, the pieces around it.
                $pieces = array_filter(explode(': ', str_replace('_size_mb must', 'must', $part)), fn($piece) => strlen($piece) > 3);
                $said = array_filter($pieces, fn($piece) => str_contains(sources(), $piece));
                report(count($said) === count($pieces), $file, "the code does not say \"$part\"");
            }
        }
    }
    // Every crate is explained.
    if (basename($file) === 'dependencies.md') {
        foreach (['core', 'php-ext'] as $crate) {
            preg_match_all('/^\[(?:target\..*\.)?(?:dev-)?dependencies\]$(.*?)(?=^\[|\z)/ms', file_get_contents("$root/$crate/Cargo.toml"), $lists);
            preg_match_all('/^([\w-]+) *=/m', implode("\n", $lists[1]), $crates);
            foreach (array_diff($crates[1], ['static-cache-core']) as $name) {
                report(preg_match('/^\|[^|]*\b' . preg_quote($name, '/') . '\b[^|]*\|/m', $text) === 1, $file, "says nothing of $name");
            }
        }
    }

    // Links, and files named in backticks.
    $prose = preg_replace('/^```.*?^```$/ms', '', $text);
    preg_match_all('/\]\((?!\w+:)([^)#\s]*)(?:#([^)]+))?\)/', $prose, $links, PREG_SET_ORDER);
    foreach ($links as $link) {
        $target = $link[1] === '' ? "$root/$file" : dirname("$root/$file") . "/$link[1]";
        report(file_exists($target), $file, "the link to $link[1] leads nowhere");
        if (isset($link[2]) && is_file($target)) {
            $anchors = preg_match_all('/^#+ (.*)$/m', file_get_contents($target), $heads)
                ? array_map(fn($head) => preg_replace('/[^\w\- ]/u', '', strtr(strtolower($head), [' ' => '-'])), $heads[1])
                : [];
            report(in_array($link[2], $anchors, true), $file, "$link[1] has no heading #$link[2]");
        }
    }
    preg_match_all('~`((?:scripts|bench|demo|stubs|tools|phpt|php-ext|core|fuzz|docs|packaging)/[\w./-]*\w/?)`~', $prose, $paths);
    foreach (array_unique($paths[1]) as $path) {
        report(file_exists("$root/$path"), $file, "there is no $path");
    }
    // Functions of ours that are named exist.
    preg_match_all('/\b((?:volatile|pinned|static)_[a-z_]+)\(/', $text, $functions);
    foreach (array_unique($functions[1]) as $function) {
        static $all;
        $all ??= json_decode(run_php([], '<?php echo json_encode((new ReflectionExtension("static_cache"))->getFunctions());')[0], true);
        report(isset($all["OPcache\\$function"]) || in_array($function, ['static_publish'], true), $file, "there is no function $function()");
    }
}

echo "$passed passed, $failed failed, $skipped skipped\n";
exit($failed > 0 ? 1 : 0);
