<?php

/**
 * Compares static_cache.stub.php with the loaded extension, both ways: php -n -d extension=static_cache.so stubs/check.php
 *
 * The stub is loaded under another namespace, so that reflection reads both sides alike: functions with parameters, types,
 * defaults and attributes; classes and enums with modifiers, parents, interfaces, constants, cases, properties, methods and
 * attributes. Its docblocks must say something of each parameter, of the result and of what is thrown, and have an example
 * that compiles.
 *
 * STUB names another stub (scripts/test-stubs does, to see that each kind of difference is found).
 */

const RENAMED = 'StubOf';

if (!extension_loaded('static_cache')) {
    fwrite(STDERR, "stubs/check.php: load the extension: php -n -d extension=static_cache.so stubs/check.php\n");
    exit(2);
}
$source = file_get_contents(getenv('STUB') ?: __DIR__ . '/static_cache.stub.php');
eval(substr(str_replace('namespace OPcache;', 'namespace ' . RENAMED . ';', $source), strlen('<?php')));

$name = static fn(string $text): string => str_ireplace(RENAMED . '\\', 'OPcache\\', $text);
$type = static fn(?ReflectionType $type): string => $name((string) ($type ?? 'none'));
$value = static fn(mixed $value): string => $name(var_export($value, true));
$attributes = static function (Reflector $of) use ($name, $value): array {
    $lines = [];
    foreach ($of->getAttributes() as $attribute) {
        $lines[] = 'attribute ' . $name($attribute->getName()) . ' ' . str_replace("\n", '', $value($attribute->getArguments()));
    }
    return $lines;
};

/** One line per fact. */
$of_function = static function (ReflectionFunctionAbstract $function) use ($type, $value, $attributes): array {
    $lines = ['returns ' . ($function->returnsReference() ? '&' : '') . $type($function->getReturnType())];
    array_push($lines, ...$attributes($function));
    if ($function->isDeprecated()) {
        $lines[] = 'deprecated';
    }
    foreach ($function->getParameters() as $parameter) {
        $lines[] = sprintf(
            '#%d %s%s%s $%s%s',
            $parameter->getPosition(),
            $type($parameter->getType()),
            $parameter->isPassedByReference() ? ' &' : '',
            $parameter->isVariadic() ? ' ...' : '',
            $parameter->getName(),
            match (true) {
                $parameter->isDefaultValueAvailable() => ' = ' . $value($parameter->getDefaultValue()),
                $parameter->isOptional() => ' = something that reflection cannot tell',
                default => '',
            },
        );
        array_push($lines, ...array_map(static fn($line) => "\${$parameter->getName()} $line", $attributes($parameter)));
    }
    return $lines;
};
$of_class = static function (ReflectionClass $class) use ($name, $type, $value, $of_function, $attributes): array {
    $interfaces = array_map($name, $class->getInterfaceNames());
    sort($interfaces);
    $lines = [
        'modifiers ' . implode(' ', Reflection::getModifierNames($class->getModifiers())),
        'parent ' . ($class->getParentClass() ? $name($class->getParentClass()->getName()) : 'none'),
        'interfaces ' . implode(', ', $interfaces),
        ...$attributes($class),
    ];
    if ($class->isEnum()) {
        $lines[] = 'enum of ' . $type((new ReflectionEnum($class->getName()))->getBackingType());
    }
    foreach ($class->getReflectionConstants() as $constant) {
        $of = $constant->isEnumCase()
            ? new ReflectionEnumBackedCase($class->getName(), $constant->getName())
            : $constant;
        $lines[] = implode(' ', Reflection::getModifierNames($constant->getModifiers()))
            . ($constant->isEnumCase() ? " case {$of->getName()} = " . $value($of->getBackingValue())
                : " const {$of->getName()} = " . $value($of->getValue()));
    }
    foreach ($class->getProperties() as $property) {
        if ($property->getDeclaringClass()->getName() === $class->getName()) {
            $modifiers = implode(' ', Reflection::getModifierNames($property->getModifiers()));
            $default = $property->hasDefaultValue() && $property->hasType() ? ' = ' . $value($property->getDefaultValue()) : '';
            $lines[] = "$modifiers {$type($property->getType())} \${$property->getName()}$default";
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

/** What a function's docblock lacks. */
$undocumented = static function (ReflectionFunction $function): array {
    $block = (string) $function->getDocComment();
    $text = preg_replace('/^\s*(\/\*\*|\*\/|\* ?)/m', '', $block);
    $missing = [];
    if (!preg_match('/^\s*[A-Z].*[.:]/', $text)) {
        $missing[] = 'no sentence that says what it does';
    }
    foreach ($function->getParameters() as $parameter) {
        if (!preg_match("/^@param \S.*? \\\${$parameter->getName()} \S/m", $text)) {
            $missing[] = "no @param for \${$parameter->getName()}";
        }
    }
    preg_match_all('/^@param .*?\$(\w+)/m', $text, $named);
    foreach (array_diff($named[1], array_map(static fn($parameter) => $parameter->getName(), $function->getParameters())) as $other) {
        $missing[] = "an @param for \$$other, which is none";
    }
    if (!preg_match('/^@return \S+( \S+)+/m', $text)) {
        $missing[] = 'no @return that says something';
    }
    if (!preg_match('/^@throws \S/m', $text) && $function->getNumberOfParameters() > 1) {
        $missing[] = 'no @throws';
    }
    if (!preg_match('/^@example (.+)/m', $text, $example)) {
        $missing[] = 'no @example';
    } else {
        try {
            eval("return; $example[1]");
        } catch (ParseError $error) {
            $missing[] = "an @example that does not compile: {$error->getMessage()}";
        }
        if (!str_contains($example[1], substr($function->getName(), strrpos($function->getName(), '\\') + 1))) {
            $missing[] = 'an @example of something else';
        }
    }
    return $missing;
};

$stub = $module = $differences = [];
foreach (get_defined_functions()['user'] as $function) {
    if (str_starts_with($function, strtolower(RENAMED) . '\\')) {
        $reflection = new ReflectionFunction($function);
        $stub[$name($reflection->getName())] = $of_function($reflection);
        foreach ($undocumented($reflection) as $line) {
            $differences[] = "{$name($reflection->getName())}: docblock: $line";
        }
    }
}
foreach (get_declared_classes() as $class) {
    if (str_starts_with($class, RENAMED . '\\')) {
        $reflection = new ReflectionClass($class);
        $stub[$name($class)] = $of_class($reflection);
        if (!$reflection->getDocComment()) {
            $differences[] = "{$name($class)}: docblock: none";
        }
    }
}
$extension = new ReflectionExtension('static_cache');
foreach ($extension->getFunctions() as $function) {
    // opcache_reset() and others exist here where OPcache is not loaded; PHP's own stubs have them.
    if (str_starts_with($function->getName(), 'OPcache\\')) {
        $module[$function->getName()] = $of_function($function);
    }
}
foreach ($extension->getClasses() as $class) {
    $module[$class->getName()] = $of_class($class);
}
if ($extension->getConstants()) {
    $differences[] = 'constants: module: ' . implode(', ', array_keys($extension->getConstants())) . ', none in the stub';
}

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
