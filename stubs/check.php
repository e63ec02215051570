<?php

/**
 * Compares static_cache.stub.php with the loaded extension, both ways: php -n -d extension=static_cache.so stubs/check.php
 *
 * The stub is loaded under another namespace, so that reflection reads both sides alike.
 */

const RENAMED = 'StubOf';

if (!extension_loaded('static_cache')) {
    fwrite(STDERR, "stubs/check.php: load the extension: php -n -d extension=static_cache.so stubs/check.php\n");
    exit(2);
}
$source = file_get_contents(__DIR__ . '/static_cache.stub.php');
eval(substr(str_replace('namespace OPcache;', 'namespace ' . RENAMED . ';', $source), strlen('<?php')));

$name = static fn(string $text): string => str_ireplace(RENAMED . '\\', 'OPcache\\', $text);
$type = static fn(?ReflectionType $type): string => $name((string) ($type ?? 'none'));

/** One line per fact. */
$of_function = static function (ReflectionFunctionAbstract $function) use ($type): array {
    $lines = ['returns ' . $type($function->getReturnType())];
    foreach ($function->getParameters() as $parameter) {
        $default = $parameter->isDefaultValueAvailable() ? ' = ' . var_export($parameter->getDefaultValue(), true) : '';
        $lines[] = sprintf(
            '#%d %s%s $%s%s',
            $parameter->getPosition(),
            $type($parameter->getType()),
            $parameter->isPassedByReference() ? ' &' : '',
            $parameter->getName(),
            $default,
        );
    }
    return $lines;
};
$of_class = static function (ReflectionClass $class) use ($name, $type, $of_function): array {
    $lines = [
        'modifiers ' . implode(' ', Reflection::getModifierNames($class->getModifiers())),
        'parent ' . ($class->getParentClass() ? $name($class->getParentClass()->getName()) : 'none'),
    ];
    foreach ($class->getReflectionConstants() as $constant) {
        $lines[] = "const {$constant->getName()} = " . var_export($constant->getValue(), true);
    }
    foreach ($class->getProperties() as $property) {
        if ($property->getDeclaringClass()->getName() === $class->getName()) {
            $modifiers = implode(' ', Reflection::getModifierNames($property->getModifiers()));
            $lines[] = "$modifiers {$type($property->getType())} \${$property->getName()}";
        }
    }
    foreach ($class->getMethods() as $method) {
        if ($method->getDeclaringClass()->getName() === $class->getName()) {
            $modifiers = implode(' ', Reflection::getModifierNames($method->getModifiers()));
            foreach ($of_function($method) as $line) {
                $lines[] = "$modifiers {$method->getName()}: $line";
            }
        }
    }
    return $lines;
};

$stub = $module = [];
foreach (get_defined_functions()['user'] as $function) {
    if (str_starts_with($function, strtolower(RENAMED) . '\\')) {
        $reflection = new ReflectionFunction($function);
        $stub[$name($reflection->getName())] = $of_function($reflection);
    }
}
foreach (get_declared_classes() as $class) {
    if (str_starts_with($class, RENAMED . '\\')) {
        $stub[$name($class)] = $of_class(new ReflectionClass($class));
    }
}
$extension = new ReflectionExtension('static_cache');
foreach ($extension->getFunctions() as $function) {
    $module[$function->getName()] = $of_function($function);
}
foreach ($extension->getClasses() as $class) {
    $module[$class->getName()] = $of_class($class);
}

$differences = [];
foreach ($stub + $module as $what => $unused) {
    $ours = $stub[$what] ?? ['not in the stub'];
    $theirs = $module[$what] ?? ['not in the module'];
    foreach (array_diff($ours, $theirs) as $line) {
        $differences[] = "$what: stub:   $line";
    }
    foreach (array_diff($theirs, $ours) as $line) {
        $differences[] = "$what: module: $line";
    }
}
if ($differences) {
    fwrite(STDERR, implode("\n", $differences) . "\n");
    exit(1);
}
printf("stub and module agree on %d functions and classes\n", count($stub));
