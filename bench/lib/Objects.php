<?php
declare(strict_types=1);

namespace StaticCache\Bench;

/** An object of two scalars, as there are many of. */
final class Point
{
    public function __construct(public int $x, public int $y, protected ?string $label = null)
    {
    }
}

/** A class's metadata, as mappers and containers have them: a tree, with arrays in each node. */
final class Meta
{
    /** @var list<Meta> */
    public array $children = [];

    public function __construct(
        public string $name,
        private array $options,
        protected ?string $type,
        public readonly int $order,
    ) {
    }

    public function __clone()
    {
        foreach ($this->children as $key => $child) {
            $this->children[$key] = clone $child;
        }
    }
}

final class Router
{
    public function __construct(public array $byName, public array $byPath)
    {
    }
}

final class WithSerialize
{
    public function __construct(private array $data = [], private string $name = '')
    {
    }

    public function __serialize(): array
    {
        return ['data' => $this->data, 'name' => $this->name];
    }

    public function __unserialize(array $data): void
    {
        ['data' => $this->data, 'name' => $this->name] = $data;
    }
}

final class WithSleep
{
    public ?object $connection = null;
    public bool $awake = false;

    public function __construct(public array $data = [], private string $name = '')
    {
    }

    public function __sleep(): array
    {
        return ['data', 'name'];
    }

    public function __wakeup(): void
    {
        $this->awake = true;
    }
}

/** Values with objects, and how the engine alone would copy them. */
final class Objects
{
    /** Name => what it is. */
    public const ALL = [
        'object' => 'one small object',
        'objects100' => '100 small objects',
        'metadata50' => 'graph of 50 objects with 5 properties and nested arrays',
        'router' => 'object holding two route tables',
        'serialize' => 'object with __serialize and __unserialize',
        'sleep' => 'object with __sleep and __wakeup',
        'dates20' => '20 DateTimeImmutable',
        'spl' => 'SplObjectStorage, ArrayObject, SplQueue, SplFixedArray',
        'cycle' => 'objects with PHP references and cycles',
    ];

    public static function build(string $name): mixed
    {
        return match ($name) {
            'object' => new Point(1, 2, 'label'),
            'objects100' => \array_map(static fn (int $i): Point => new Point($i, -$i, "label {$i}"), \range(1, 100)),
            'metadata50' => self::metadata(),
            'router' => new Router(Workloads::build('routes300'), \array_values(Workloads::build('routes300'))),
            'serialize' => new WithSerialize(Workloads::build('small'), 'a name'),
            'sleep' => self::awake(),
            'dates20' => \array_map(
                static fn (int $i): \DateTimeImmutable => new \DateTimeImmutable("2024-01-{$i} 12:00", new \DateTimeZone('Europe/Berlin')),
                \range(1, 20),
            ),
            'spl' => self::spl(),
            'cycle' => self::cycle(),
        };
    }

    /** The same value with objects of its own, as one would write it by hand. */
    public static function copy(string $name, mixed $value): mixed
    {
        switch ($name) {
            case 'objects100':
            case 'dates20':
                foreach ($value as $key => $object) {
                    $value[$key] = clone $object;
                }
                return $value;
            case 'cycle':
                $copy = clone $value;
                $copy->self = $copy;
                $copy->parts = [];
                foreach ($value->parts as $key => $part) {
                    $copy->parts[$key] = clone $part;
                    $copy->parts[$key]->owner = $copy;
                }
                $shared = $value->one;
                $copy->one = &$shared;
                $copy->other = &$shared;
                return $copy;
            case 'spl':
                $storage = new \SplObjectStorage();
                foreach ($value[0] as $object) {
                    $storage[clone $object] = $value[0][$object];
                }
                return [$storage, clone $value[1], clone $value[2], clone $value[3]];
        }
        return clone $value;
    }

    private static function awake(): WithSleep
    {
        $object = new WithSleep(Workloads::build('small'), 'a name');
        $object->awake = true;
        return $object;
    }

    private static function metadata(): Meta
    {
        $meta = static fn (int $i): Meta => new Meta(
            "App\\Entity\\Class{$i}",
            ['table' => "table_{$i}", 'columns' => ['id' => ['type' => 'int'], 'name' => ['type' => 'string', 'length' => $i]]],
            $i % 3 ? 'entity' : null,
            $i,
        );
        $root = $meta(0);
        for ($i = 1; $i < 50;) {
            $root->children[] = $child = $meta($i++);
            for ($j = 0; $j < 6 && $i < 50; ++$j) {
                $child->children[] = $meta($i++);
            }
        }
        return $root;
    }

    private static function spl(): array
    {
        $storage = new \SplObjectStorage();
        $queue = new \SplQueue();
        for ($i = 0; $i < 10; ++$i) {
            $storage[new Point($i, $i)] = "data {$i}";
            $queue->enqueue("job {$i}");
        }
        return [$storage, new \ArrayObject(Workloads::build('small')), $queue, \SplFixedArray::fromArray(\range(1, 20))];
    }

    private static function cycle(): \stdClass
    {
        $value = new \stdClass();
        $value->self = $value;
        $value->parts = [];
        for ($i = 0; $i < 10; ++$i) {
            $part = new \stdClass();
            $part->owner = $value;
            $part->number = $i;
            $value->parts["part{$i}"] = $part;
        }
        $shared = ['counter' => 1];
        $value->one = &$shared;
        $value->other = &$shared;
        return $value;
    }
}
