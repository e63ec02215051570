<?php

/**
 * Reads the docblocks of a stub with the parser that PHPStan uses (Debian: php-phpstan-phpdoc-parser), and compares the
 * types that they name with the declared ones: php stubs/docblocks.php FILE
 *
 * A type in a docblock may say more than PHP's own (list<string> for array), nothing else.
 */

require '/usr/share/php/PHPStan/PhpDocParser/autoload.php';

use PHPStan\PhpDocParser\Ast\PhpDoc\InvalidTagValueNode;
use PHPStan\PhpDocParser\Ast\PhpDoc\PhpDocNode;
use PHPStan\PhpDocParser\Lexer\Lexer;
use PHPStan\PhpDocParser\Parser\{ConstExprParser, PhpDocParser, TokenIterator, TypeParser};

$constants = new ConstExprParser();
$parser = new PhpDocParser(new TypeParser($constants), $constants);
$parse = static fn(string $block): PhpDocNode => $parser->parse(new TokenIterator((new Lexer())->tokenize($block)));

/** PHP's word for a type of a docblock: "array" for "list<string>". */
$plain = static function (string $type, array $templates): string {
    $type = preg_replace('/^\((.*)\)$/', '$1', preg_replace('/<.*>|\{.*\}|\(\): ?\w+/', '', $type));
    $words = array_map(static fn(string $word) => in_array($word, $templates, true) ? 'mixed' : strtr($word, [
        'list' => 'array', 'positive-int' => 'int', 'non-empty-string' => 'string']), preg_split('/ *\| */', ltrim($type, '?')));
    return ($type[0] === '?' ? '?' : '') . implode('|', $words);
};

preg_match_all('/(\/\*\*(?:(?!\*\/).)*\*\/)\s*((?:#\[.*?\]\s*)*)function (\w+)\((.*?)\): ([^ {]+)/s', file_get_contents($argv[1]), $functions, PREG_SET_ORDER);
$wrong = [];
foreach ($functions as [, $block, , $function, $parameters, $returns]) {
    $doc = $parse($block);
    foreach ($doc->getTags() as $tag) {
        if ($tag->value instanceof InvalidTagValueNode) {
            $wrong[] = "$function: $tag";
        }
    }
    preg_match_all('/(\??[\w\\\\|]+) \$(\w+)/', $parameters, $declared);
    $declared = array_combine($declared[2], $declared[1]);
    $templates = array_map(static fn($tag) => $tag->name, $doc->getTemplateTagValues());
    foreach ($doc->getParamTagValues() as $tag) {
        $type = $plain((string) $tag->type, $templates);
        $name = ltrim($tag->parameterName, '$');
        if ($type !== ($declared[$name] ?? null)) {
            $wrong[] = "$function: \$$name is " . ($declared[$name] ?? 'no parameter') . ", the docblock says $tag->type";
        }
    }
    foreach ($doc->getReturnTagValues() as $tag) {
        if ($plain((string) $tag->type, $templates) !== $returns) {
            $wrong[] = "$function: returns $returns, the docblock says $tag->type";
        }
    }
}
if ($wrong || count($functions) < 30) {
    fwrite(STDERR, implode("\n", $wrong) . "\n" . count($functions) . " functions\n");
    exit(1);
}
printf("docblocks of %d functions are PHPStan's language and fit the types\n", count($functions));
