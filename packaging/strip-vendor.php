<?php

/**
 * Leaves of the crates in vendor/ only what a build of the extension needs: php strip-vendor.php VENDOR < NEEDED
 *
 * NEEDED has one "name version" per line. cargo wants to see every crate that Cargo.lock names, also those for tests and
 * for other systems: of these the manifest stays, with empty sources, and their names are printed.
 */

$needed = array_flip(file('php://stdin', FILE_IGNORE_NEW_LINES | FILE_SKIP_EMPTY_LINES));
$kept = 0;
foreach (glob("$argv[1]/*", GLOB_ONLYDIR) as $crate) {
    $manifest = file_get_contents("$crate/Cargo.toml");
    preg_match('/^\[package\].*?^name = "(.+?)"/ms', $manifest, $name);
    preg_match('/^\[package\].*?^version = "(.+?)"/ms', $manifest, $version);
    if (isset($needed["$name[1] $version[1]"])) {
        $kept++;
        continue;
    }
    // What cargo looks for besides the manifest: the library, or the program.
    preg_match('/^\[lib\].*?^path = "(.+?)"/ms', $manifest, $library);
    $sources = [$library[1] ?? 'src/lib.rs'];
    $checksums = json_decode(file_get_contents("$crate/.cargo-checksum.json"), true);
    $files = new RecursiveIteratorIterator(
        new RecursiveDirectoryIterator($crate, FilesystemIterator::SKIP_DOTS),
        RecursiveIteratorIterator::CHILD_FIRST,
    );
    foreach ($files as $file) {
        $file->isDir() && !$file->isLink() ? @rmdir($file->getPathname()) : unlink($file->getPathname());
    }
    // A build script is part of the manifest's promise as well.
    if (preg_match('/^build = "(.+?)"/m', $manifest, $build)) {
        $sources[] = $build[1];
    }
    $hashes = ['Cargo.toml' => hash('sha256', $manifest)];
    file_put_contents("$crate/Cargo.toml", $manifest);
    foreach ($sources as $source) {
        @mkdir(dirname("$crate/$source"), 0777, true);
        file_put_contents("$crate/$source", '');
        $hashes[$source] = hash('sha256', '');
    }
    file_put_contents(
        "$crate/.cargo-checksum.json",
        json_encode(['files' => $hashes, 'package' => $checksums['package']], JSON_UNESCAPED_SLASHES),
    );
}
if ($kept !== count($needed)) {
    fwrite(STDERR, "strip-vendor: only $kept of " . count($needed) . " crates that are needed are in $argv[1]\n");
    exit(1);
}
