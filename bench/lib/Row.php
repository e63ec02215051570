<?php
declare(strict_types=1);

namespace StaticCache\Bench;

/** One row of the list of targets. A file in bench/rows/ returns one. */
interface Row
{
    /** What is measured, in a few words. */
    public function title(): string;

    /** @return iterable<Result> */
    public function measure(Lab $lab): iterable;
}
