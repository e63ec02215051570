<?php

/**
 * Copies a folder of PHP's own tests, with the literals of their code wrapped in calls: strings, and arrays of nothing but literals.
 * Where PHP wants a constant expression they stay: constants, properties, parameters, attributes, static variables.
 *
 *   php rewrite.php FROM TO
 */
final class Rewriter
{
    private const NAMES = [
        T_VARIABLE, T_STRING, T_CONSTANT_ENCAPSED_STRING, T_NAME_QUALIFIED, T_NAME_FULLY_QUALIFIED, T_STRING_VARNAME,
    ];
    private const MEMBER = [T_DOUBLE_COLON, T_OBJECT_OPERATOR, T_NULLSAFE_OBJECT_OPERATOR];

    /** @var list<PhpToken> */
    private array $tokens;
    private int $at = 0;
    private string $out = '';
    /** What the braces around the current token are of: code, or members of a class. */
    private array $within = ['code'];
    /** What the next opening brace begins. */
    private ?string $next = null;

    /** Warnings about odd literals are the test's own matter. */
    public static function code(string $code): string
    {
        return (new self(@PhpToken::tokenize($code)))->rewrite();
    }

    /** @param list<PhpToken> $tokens */
    private function __construct(array $tokens)
    {
        $this->tokens = $tokens;
    }

    private function rewrite(): string
    {
        while ($this->at < count($this->tokens)) {
            $this->one($this->tokens[$this->at]);
        }
        return $this->out;
    }

    private function one(PhpToken $token): void
    {
        if ($token->is(T_HALT_COMPILER)) {
            $this->copy(count($this->tokens) - 1);
        } elseif ($token->is(T_ATTRIBUTE)) {
            $this->copy($this->end('[', ']'));
        } elseif ($token->is([T_CLASS, T_INTERFACE, T_TRAIT, T_ENUM]) && !$this->beside(-1)?->is(self::MEMBER)) {
            $this->next = 'class';
            $this->copy($this->at);
        } elseif ($token->is([T_FUNCTION, T_FN]) && !$this->beside(-1)?->is([...self::MEMBER, T_USE])) {
            $this->function($token);
        } elseif ($token->text === '{' || $token->is([T_CURLY_OPEN, T_DOLLAR_OPEN_CURLY_BRACES])) {
            $around = end($this->within);
            $this->within[] = $token->text === '{' && $this->next !== null ? $this->next : $around;
            $this->next = $token->text === '{' ? null : $this->next;
            $this->copy($this->at);
        } elseif ($token->text === '}') {
            if (count($this->within) > 1) {
                array_pop($this->within);
            }
            $this->copy($this->at);
        } elseif ($token->is([T_CONST, T_DECLARE]) || $token->is(T_STATIC) && $this->beside(1)?->is(T_VARIABLE)) {
            $this->copy($this->endOfStatement());
        } elseif (end($this->within) !== 'code' || !$this->literal($token)) {
            if ($token->text === ';' && $this->next === 'code') {
                $this->next = null;
            }
            $this->copy($this->at);
        }
    }

    /** Up to the end of the parameters. */
    private function function(PhpToken $token): void
    {
        for ($begin = $this->at; !in_array($this->tokens[$begin]->text ?? ';', ['(', ';'], true); $begin++);
        if (($this->tokens[$begin]->text ?? ';') === ';') {
            $this->copy($this->at);
            return;
        }
        $this->copy($this->end('(', ')', $begin));
        if ($token->is(T_FUNCTION)) {
            $this->next = 'code';
        }
    }

    private function literal(PhpToken $token): bool
    {
        if ($token->is(T_CONSTANT_ENCAPSED_STRING)) {
            if ($this->beside(1)?->is(T_DOUBLE_COLON)) {
                return false;
            }
            $this->wrap($this->at);
            return true;
        }
        $short = $token->text === '[';
        if (!$short && !($token->is(T_ARRAY) && $this->beside(1)?->text === '(')) {
            return false;
        }
        $before = $this->beside(-1);
        $isIndex = $short && $before
            && ($before->is(self::NAMES) || in_array($before->text, [']', ')', '}', '"'], true));
        $end = $short ? $this->end('[', ']') : $this->end('(', ')');
        if ($isIndex || $before?->is(T_AS) || $this->beside(1, $end)?->text === '=' || !$this->isConstant($end)) {
            return false;
        }
        $this->wrap($end);
        return true;
    }

    private function isConstant(int $end): bool
    {
        if ($end <= $this->at + 1) {
            return false;
        }
        for ($at = $this->at + 1; $at < $end; $at++) {
            $token = $this->tokens[$at];
            $isPart = $token->isIgnorable()
                || $token->is([T_LNUMBER, T_DNUMBER, T_CONSTANT_ENCAPSED_STRING, T_DOUBLE_ARROW, T_ARRAY])
                || in_array(strtolower($token->text), ['[', ']', '(', ')', ',', '-', 'true', 'false', 'null'], true);
            if (!$isPart) {
                return false;
            }
        }
        return true;
    }

    private function wrap(int $end): void
    {
        $this->out .= '\__sc(';
        $this->copy($end);
        $this->out .= ')';
    }

    private function copy(int $end): void
    {
        while ($this->at <= $end && $this->at < count($this->tokens)) {
            $this->out .= $this->tokens[$this->at++]->text;
        }
    }

    private function endOfStatement(): int
    {
        $isDeclare = $this->tokens[$this->at]->is(T_DECLARE);
        for ($at = $this->at; $at < count($this->tokens); $at++) {
            $token = $this->tokens[$at];
            if ($token->text === ';' || $token->is(T_CLOSE_TAG) || $isDeclare && $token->text === ')') {
                break;
            }
        }
        return $at;
    }

    private function end(string $open, string $close, ?int $at = null): int
    {
        for ($depth = 0, $at ??= $this->at; $at < count($this->tokens); $at++) {
            $text = $this->tokens[$at]->text;
            $depth += match (true) {
                $text === $open, $open === '[' && $text === '#[' => 1,
                $text === $close => -1,
                default => 0,
            };
            if ($depth === 0 && $text === $close) {
                return $at;
            }
        }
        return count($this->tokens) - 1;
    }

    /** The next token, or the one before, that means something. */
    private function beside(int $step, ?int $at = null): ?PhpToken
    {
        for ($at = ($at ?? $this->at) + $step; isset($this->tokens[$at]); $at += $step) {
            if (!$this->tokens[$at]->isIgnorable()) {
                return $this->tokens[$at];
            }
        }
        return null;
    }
}

[, $from, $to] = $argv;
$files = new RecursiveIteratorIterator(new RecursiveDirectoryIterator($from, FilesystemIterator::SKIP_DOTS));
foreach ($files as $file) {
    if (!$file->isFile() || $file->isLink()) {
        continue;
    }
    $target = $to . substr($file->getPathname(), strlen($from));
    @mkdir(dirname($target), 0777, true);
    $text = file_get_contents($file->getPathname());
    if ($file->getExtension() === 'phpt' && preg_match('/^(.*?\n--FILE--\s*\n)(.*?)(\n--[A-Z_]+--\s*\n.*)$/s', $text, $part)) {
        $text = $part[1] . Rewriter::code($part[2]) . $part[3];
    }
    file_put_contents($target, $text);
    chmod($target, $file->getPerms() & 0777);
}
