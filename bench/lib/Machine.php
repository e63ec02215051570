<?php
declare(strict_types=1);

namespace StaticCache\Bench;

/** What the figures were measured on. */
final class Machine
{
    /** @return array<string, mixed> */
    public static function describe(): array
    {
        $cpu = (string) \file_get_contents('/proc/cpuinfo');
        \preg_match('/^model name\s*:\s*(.+)$/m', $cpu, $model);
        \preg_match('/^MemTotal:\s*(\d+) kB/m', (string) \file_get_contents('/proc/meminfo'), $memory);
        // Without what a distribution or a host appends.
        \preg_match('/^[\d.]+/', \php_uname('r'), $release);
        \preg_match('/^PRETTY_NAME="?([^"\n]+)/m', (string) @\file_get_contents('/etc/os-release'), $system);
        return [
            'cpu' => $model[1] ?? 'unknown',
            'cores' => \substr_count($cpu, "processor\t"),
            'memory_mib' => \intdiv((int) ($memory[1] ?? 0), 1024),
            'kernel' => \php_uname('s') . ' ' . ($release[0] ?? ''),
            'system' => $system[1] ?? 'unknown',
            'load' => \sys_getloadavg()[0],
        ];
    }
}
