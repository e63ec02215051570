<?php
declare(strict_types=1);

namespace StaticCache\Bench;

return new class implements Row {
    public function title(): string
    {
        return 'repeated fetch of an int in one request';
    }

    public function measure(Lab $lab): iterable
    {
        $times = $lab->race('R1 int', 'int', [
            'volatile' => new Contender(
                'module',
                '$x = \OPcache\volatile_fetch(\'bench\');',
                '\OPcache\volatile_store(\'bench\', $value);',
            ),
            'pinned' => new Contender(
                'module',
                '$x = \OPcache\pinned_fetch(\'bench\');',
                '\OPcache\pinned_store(\'bench\', $value);',
            ),
            'apcu' => new Contender('apcu', '$x = \apcu_fetch(\'bench\');', '\apcu_store(\'bench\', $value);'),
            'loop' => new Contender('', '$x = $value;'),
        ]);
        yield Compare::slowest('R1', 'fetch / apcu_fetch', 'int', $times, ['volatile', 'pinned'], ['apcu'], 0.35);
    }
};
