"""gdb commands that look into the shared memory of static_cache, in a running process or a core file.

    (gdb) source tools/gdb/static_cache.py
    (gdb) static-cache segments                what is mapped, sizes, counters, blocks by state
    (gdb) static-cache readers [SEGMENT]       who reads, what it has pinned, who died
    (gdb) static-cache entries [SEGMENT] [PREFIX]   keys with type, size and place
    (gdb) static-cache show KEY [SEGMENT]      one entry and its value
    (gdb) static-cache where ADDRESS           which segment, region, block and entry an address belongs to
    (gdb) static-cache value ADDRESS           the zval, zend_array or zend_string at an address, read as PHP would
    (gdb) static-cache audit [SEGMENT]         whether blocks tile the heap and links lead to entries

SEGMENT is `volatile` or `pinned`; without it, all. ADDRESS is any expression. Nothing is written, no function of the
process is called, no debug symbols are needed.

Segments are left out of core dumps (MADV_DONTDUMP). Dump a process with them like this:

    gdb -p PID -batch -ex 'set dump-excluded-mappings on' -ex 'gcore core.PID'

A core that the kernel wrote has no segments in it, only where they were: `static-cache where` still names the segment of
an address. All workers of a pool have them at the same addresses, so another worker's gcore has the contents.
"""

import re
import struct

import gdb

MAGIC = int.from_bytes(b"static-c", "little")
LAYOUT_VERSION = 9  # core/src/layout.rs
PAGE = 4096
CONTROL = 3 * PAGE  # HeapControl, rounded up
SHARDS, SHARD = 256, 128
SLOT = 128
PINS = 2048
UNIT = 16
BLOCK_HEADER, ENTRY = 16, 96
STATES = {1: "free", 2: "building", 3: "live", 4: "retired", 5: "kept"}
SPACES = {0: "key", 1: "class", 2: "reservation"}
TAGS = {0: "null", 1: "false", 2: "true", 3: "int", 4: "float", 5: "string", 6: "array", 7: "array (template)", 8: "object"}
POLICIES = {1: "evicts", 2: "never evicts"}
OFFSET = (1 << 48) - 16

# PHP 8.2 to 8.5
STRING_HEADER, ARRAY_HEADER, BUCKET, ZVAL = 24, 56, 32, 16
IS_NULL, IS_FALSE, IS_TRUE, IS_LONG, IS_DOUBLE, IS_STRING, IS_ARRAY, IS_OBJECT, IS_REFERENCE, IS_INDIRECT = 1, 2, 3, 4, 5, 6, 7, 8, 10, 12
HASH_PACKED = 1 << 2


def read(address, size):
    return bytes(gdb.selected_inferior().read_memory(address, size))


def u32(address):
    return struct.unpack("<I", read(address, 4))[0]


def u64(address):
    return struct.unpack("<Q", read(address, 8))[0]


def round_up(value, to=PAGE):
    return -(-value // to) * to


def power_of_two(value):
    return 1 << max(0, value - 1).bit_length()


def printable(data, most=60):
    text = "".join(chr(b) if 32 <= b < 127 and b != 92 and b != 34 else "\\x%02x" % b for b in data[:most])
    return '"%s"%s' % (text, "" if len(data) <= most else "... (%d bytes)" % len(data))


class Problem(gdb.GdbError):
    pass


class Segment:
    """One mapped segment, read through whichever view the process or core has."""

    def __init__(self, name, views):
        self.name = name
        # (start, end) of each mapping of the file.
        self.views = sorted(views)
        self.start, self.end = self.views[0]
        self.readable = None
        for start, _ in self.views:
            try:
                if u64(start) == MAGIC:
                    self.start, self.readable = start, True
                    break
            except gdb.MemoryError:
                continue
        if not self.readable:
            return
        magic, version, self.policy, abi, base, self.total, self.heap_size, self.readers = struct.unpack(
            "<QIIQQQQI", read(self.start, 52)
        )
        if version != LAYOUT_VERSION:
            raise Problem("static-cache: %s has layout version %d; this script knows %d" % (name, version, LAYOUT_VERSION))
        # The address that payloads and PHP's values have.
        self.base = base
        self.php = "%d.%d.%d%s%s" % (
            (abi >> 2) // 10000, (abi >> 2) // 100 % 100, (abi >> 2) % 100,
            " ZTS" if abi >> 1 & 1 else " NTS", " debug" if abi & 1 else "",
        )
        slots = self.readers + max(4 * self.readers, 1023)
        self.slot_count = slots
        self.controls = [PAGE, PAGE + CONTROL]
        self.shards = PAGE + 2 * CONTROL
        self.slots = self.shards + round_up(SHARDS * SHARD)
        self.buckets = self.slots + round_up(slots * SLOT)
        self.bucket_count = max(power_of_two(self.heap_size // 128), PAGE // 8)
        self.touched = self.buckets + round_up(self.bucket_count * 8)
        reserve = min(round_up(self.heap_size // 16), 4 << 20)
        sizes = [self.heap_size - reserve, reserve]
        ghosts = [max(power_of_two(size // 256), PAGE // 8) for size in sizes]
        self.ghosts = self.touched + round_up(-(-(self.bucket_count // 512) // 64) * 8)
        self.pins = self.ghosts + sum(ghosts) * 8
        self.heap = self.pins + round_up(self.readers * PINS * 8)
        self.arenas = [(self.heap, sizes[0]), (self.heap + sizes[0], sizes[1])]
        if self.heap + self.heap_size != self.total:
            raise Problem("static-cache: the layout of %s is not as expected (sizes do not add up)" % name)

    def at(self, offset):
        return self.start + offset

    def offset_of(self, address):
        """The offset that an address in any of the views has; None outside."""
        for start, end in self.views:
            if start <= address < end:
                return address - start
        return None

    def need(self):
        if not self.readable:
            raise Problem(
                "static-cache: this core holds nothing of the %s segment (it was left out: see the head of the script)" % self.name
            )

    def line(self, number):
        return u64(self.at(128 * number))

    def blocks(self):
        """(offset, bytes, state) of every block, by a walk; a Problem where they do not tile the heap."""
        for start, size in self.arenas:
            offset, end = start, start + size
            while offset < end:
                word = u64(self.at(offset))
                bytes_ = (word & ((1 << 40) - 1)) * UNIT
                state = word >> 40 & 0xFF
                if word >> 48 != 0x5CB1 or state not in STATES or bytes_ < 2 * UNIT or offset + bytes_ > end:
                    raise Problem("static-cache: %s: no block header at offset 0x%x: 0x%016x" % (self.name, offset, word))
                yield offset, bytes_, state
                offset += bytes_

    def entry(self, offset):
        return Entry(self, offset)

    def entries(self):
        """Every entry that the index leads to."""
        for bucket in self.bucket_heads():
            steps = 0
            while bucket & OFFSET:
                entry = self.entry(bucket & OFFSET)
                yield entry
                bucket = entry.next
                steps += 1
                if steps > 65536:
                    raise Problem("static-cache: %s: a chain has no end" % self.name)

    def bucket_heads(self):
        page_count = self.bucket_count // 512
        bits = read(self.at(self.touched), round_up(-(-page_count // 8), 8))
        for page in range(page_count):
            if bits[page // 8] >> page % 8 & 1:
                for head in struct.unpack("<512Q", read(self.at(self.buckets + page * PAGE), PAGE)):
                    if head:
                        yield head


class Entry:
    def __init__(self, segment, offset):
        if not segment.heap <= offset < segment.total:
            raise Problem("static-cache: %s: a link leads to 0x%x, outside of the heap" % (segment.name, offset))
        self.segment, self.offset = segment, offset
        (self.next, self.hash, self.expires, self.payload_len, self.key_len, self.space, self.tag, self.superseded,
         self.visited, self.queued, self.filed, self.owner_or_stamp, self.bits) = struct.unpack(
            "<QQQQHBBBBBBQ32xQ", read(segment.at(offset + BLOCK_HEADER), 88)
        )
        self.key_at = offset + BLOCK_HEADER + ENTRY
        self.payload_at = round_up(self.key_at + self.key_len, 16)
        self.key = read(segment.at(self.key_at), self.key_len)
        word = u64(segment.at(offset))
        self.state = STATES.get(word >> 40 & 0xFF, "?")

    def describe(self):
        extra = ""
        if self.expires:
            extra += ", expires at %d ns of the monotonic clock" % self.expires
        if self.superseded:
            extra += ", replaced or deleted"
        if self.space == 2:
            slot = (self.bits >> 32) - 1
            extra += ", held by reader %d" % slot if slot >= 0 else ""
        return "%s %s: %s, %d bytes, %s%s, at 0x%x" % (
            SPACES.get(self.space, "?"), printable(self.key), TAGS.get(self.tag, "tag %d" % self.tag), self.payload_len,
            self.state, extra, self.segment.base + self.payload_at,
        )

    def value(self):
        tag = self.tag
        if tag <= 2:
            return TAGS.get(tag)
        if tag == 3:
            return str(struct.unpack("<q", struct.pack("<Q", self.bits))[0])
        if tag == 4:
            return repr(struct.unpack("<d", struct.pack("<Q", self.bits))[0])
        address = self.segment.at(self.payload_at)
        values = Values(self.segment)
        if tag == 5:
            return values.string(address)
        if tag == 6:
            return values.array(address, {}, 0)
        return Template(values, address).node(0, 0)


class Values:
    """Reads PHP's values; addresses in the read-only view are read wherever the segment is readable."""

    most = 12
    deepest = 4

    def __init__(self, segment=None):
        self.segment = segment

    def here(self, address):
        if self.segment is not None and self.segment.readable:
            offset = address - self.segment.base
            if 0 <= offset < self.segment.total:
                return self.segment.at(offset)
        return address

    def string(self, address):
        address = self.here(address)
        length = u64(address + 16)
        return printable(read(address + STRING_HEADER, min(length, 61))) if length <= 60 else "%s (%d bytes)" % (
            printable(read(address + STRING_HEADER, 60)), length)

    def array(self, address, targets, depth, template=None):
        """`targets` has, by units from the first slot, what a slot of a template's node leads to."""
        address = self.here(address)
        flags, data, used, count = struct.unpack("<IxxxxQII", read(address + 8, 24))
        if depth >= self.deepest:
            return "array(%d) {...}" % count
        packed = flags & HASH_PACKED
        element = ZVAL if packed else BUCKET
        data = self.here(data)
        lines, shown = [], 0
        for at in range(used):
            slot = data + at * element
            unit = at * element // 8
            kind = read(slot + 8, 1)[0]
            if kind == 0 and unit not in targets:
                continue
            if shown == self.most:
                lines.append("... (%d elements in all)" % count)
                break
            shown += 1
            if packed:
                key = str(at)
            else:
                name = u64(slot + 24)
                key = self.string(name) if name else str(struct.unpack("<q", read(slot + 16, 8))[0])
            if unit in targets:
                text = template.node(targets[unit], depth + 1)
            else:
                text = self.zval(slot, depth + 1)
            lines.append("%s => %s" % (key, text))
        inner = "".join("\n%s%s" % ("  " * (depth + 1), line) for line in lines)
        return "array(%d) {%s}" % (count, inner + "\n" + "  " * depth if lines else "")

    def zval(self, address, depth=0):
        address = self.here(address)
        value = u64(address)
        kind = read(address + 8, 1)[0]
        if kind == IS_LONG:
            return str(struct.unpack("<q", struct.pack("<Q", value))[0])
        if kind == IS_DOUBLE:
            return repr(struct.unpack("<d", struct.pack("<Q", value))[0])
        if kind == IS_STRING:
            return self.string(value)
        if kind == IS_ARRAY:
            return self.array(value, {}, depth)
        if kind == IS_REFERENCE:
            return "&" + self.zval(value + 8, depth)
        if kind == IS_INDIRECT:
            return self.zval(value, depth)
        names = {0: "undefined", IS_NULL: "null", IS_FALSE: "false", IS_TRUE: "true", IS_OBJECT: "object at 0x%x" % value}
        return names.get(kind, "type %d: 0x%x" % (kind, value))


class Template:
    """A payload with objects or references: php-ext/src/payload.rs."""

    def __init__(self, values, address):
        self.values, self.address = values, address
        nodes, fixups, classes, calls, tables, typed = struct.unpack("<6I", read(address, 24))
        if max(nodes, fixups, classes, calls) > 1 << 26:
            raise Problem("static-cache: no template at 0x%x" % address)
        at = address + 24 + calls * 24
        self.classes = [values.string(u64(at + 16 * n)) for n in range(classes)]
        at += classes * 16
        self.nodes = struct.unpack("<%dI" % nodes, read(at, 4 * nodes))
        at += 4 * nodes
        self.targets = {}
        for n in range(fixups):
            holder, unit, target = struct.unpack("<III", read(at + 12 * n, 12))
            self.targets.setdefault(holder, {})[unit] = target & ~(3 << 30)

    def node(self, number, depth):
        image = self.address + self.nodes[number] * 8
        kind = u32(image + 4) & 0xF
        targets = self.targets.get(number, {})
        if kind == IS_ARRAY:
            return self.values.array(image, targets, depth, self)
        if kind == IS_REFERENCE:
            return "&" + (self.node(targets[0], depth) if 0 in targets else self.values.zval(image + 8, depth))
        if kind != IS_OBJECT:
            return "node of type %d" % kind
        class_, count, traits = struct.unpack("<III", read(image + 8, 12))
        name = self.classes[class_].strip('"')
        slots = image + 24
        if traits & 2:
            return "%s::%s" % (name, self.values.zval(slots).strip('"'))
        if depth >= self.values.deepest:
            return "object(%s) {...}" % name
        lines = [
            "[%d] => %s" % (n, self.node(targets[n * 2], depth + 1) if n * 2 in targets else self.values.zval(slots + n * ZVAL, depth + 1))
            for n in range(min(count, self.values.most))
        ]
        inner = "".join("\n%s%s" % ("  " * (depth + 1), line) for line in lines)
        return "object(%s) #%d {%s}" % (name, number, inner + "\n" + "  " * depth if lines else "")


def segments(wanted=None):
    text = gdb.execute("info proc mappings", to_string=True)
    views = {}
    for line in text.splitlines():
        found = re.match(r"\s*0x([0-9a-f]+)\s+0x([0-9a-f]+)\s.*memfd:static-cache-(\w+)", line)
        if found:
            start, end = int(found[1], 16), int(found[2], 16)
            known = views.setdefault(found[3], [])
            if known and known[-1][1] == start and not starts_segment(start):
                known[-1] = (known[-1][0], end)
            else:
                known.append((start, end))
    if not views:
        raise Problem("static-cache: no segment is mapped: the cache was not available in this process, or not used yet")
    result = [Segment(name, places) for name, places in sorted(views.items()) if wanted in (None, name)]
    if not result:
        raise Problem('static-cache: no segment "%s"; there are: %s' % (wanted, ", ".join(sorted(views))))
    return result


def starts_segment(address):
    try:
        return u64(address) == MAGIC
    except gdb.MemoryError:
        return False


def size(count):
    return "%d KiB" % (count // 1024) if count >= 10240 else "%d bytes" % count


class StaticCache(gdb.Command):
    __doc__ = __doc__

    def __init__(self):
        super().__init__("static-cache", gdb.COMMAND_DATA, gdb.COMPLETE_NONE, True)


class Sub(gdb.Command):
    def __init__(self):
        super().__init__("static-cache " + self.name, gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        try:
            self.run(gdb.string_to_argv(argument))
        except gdb.MemoryError as error:
            raise Problem("static-cache: %s (not in this core?)" % error)


class Segments(Sub):
    """static-cache segments: what is mapped, with sizes, counters, and blocks by state."""

    name = "segments"

    def run(self, arguments):
        for segment in segments(*arguments):
            print("%s: %s" % (segment.name, ", ".join("0x%x-0x%x" % view for view in segment.views)))
            if not segment.readable:
                print("  contents: not in this core")
                continue
            print("  made by PHP %s, %s, %s heap, %d readers, values at 0x%x" % (
                segment.php, POLICIES.get(segment.policy, "policy %d" % segment.policy), size(segment.heap_size),
                segment.readers, segment.base))
            print("  clock %d, repair needed: %s, reservations %d, readers without a slot %d" % (
                segment.line(1), "yes" if segment.line(2) & 0xFFFFFFFF else "no", segment.line(5), segment.line(4)))
            names = ("evictions", "expired", "store failures", "publish failures", "recoveries")
            counters = struct.unpack("<5Q", read(segment.at(128 * 6), 40))
            print("  " + ", ".join("%s %d" % pair for pair in zip(names, counters)))
            figures = {}
            for _, bytes_, state in segment.blocks():
                count, total = figures.get(state, (0, 0))
                figures[state] = count + 1, total + bytes_
            print("  blocks: " + ", ".join("%s %d (%s)" % (STATES[state], count, size(total)) for state, (count, total) in sorted(figures.items())))


class Readers(Sub):
    """static-cache readers [SEGMENT]: slots in use, what they have pinned, and the thread that owns each."""

    name = "readers"

    def run(self, arguments):
        for segment in segments(*arguments):
            segment.need()
            for index in range(min(segment.line(3) & 0xFFFFFFFF, segment.slot_count)):
                at = segment.at(segment.slots + index * SLOT)
                op, request, pins = struct.unpack("<QQI", read(at, 20))
                hits, misses, building, kept = struct.unpack("<4Q", read(at + 24, 32))
                # A robust mutex's first word: the owner's thread id, and that it died.
                word = u32(at + 64)
                thread = word & 0x3FFFFFFF
                owner = "nobody" if not thread else "thread %d%s" % (thread, " (died)" if word & 0x40000000 else "")
                if not (thread or op or request or pins or building or kept):
                    continue
                print("%s reader %d: %s, %d pinned%s%s%s%s, %d hits, %d misses" % (
                    segment.name, index, owner, pins,
                    ", looks something up since clock %d" % op if op else "",
                    ", holds everything since clock %d" % request if request else "",
                    ", builds %d" % building if building else "", ", keeps blocks" if kept else "", hits, misses))
                if index < segment.readers:
                    # 0 is the place of a pin that was given up.
                    offsets = [u64(segment.at(segment.pins + (index * PINS + n) * 8)) for n in range(min(pins, PINS))]
                    offsets = [offset for offset in offsets if offset]
                    for offset in offsets[:8]:
                        print("  pins %s" % segment.entry(offset).describe())
                    if len(offsets) > 8:
                        print("  ... %d more" % (len(offsets) - 8))


class Entries(Sub):
    """static-cache entries [SEGMENT] [PREFIX]: entries that the index leads to."""

    name = "entries"

    def run(self, arguments):
        wanted = arguments[0] if arguments and arguments[0] in ("volatile", "pinned") else None
        rest = arguments[1:] if wanted else arguments
        prefix = rest[0].encode() if rest else b""
        for segment in segments(wanted):
            segment.need()
            for entry in segment.entries():
                if entry.key.startswith(prefix):
                    print("%s %s" % (segment.name, entry.describe()))


class Show(Sub):
    """static-cache show KEY [SEGMENT]: one entry and its value."""

    name = "show"

    def run(self, arguments):
        if not arguments:
            raise Problem("static-cache show KEY [SEGMENT]")
        key, found = arguments[0].encode(), False
        for segment in segments(*arguments[1:2]):
            segment.need()
            for entry in segment.entries():
                if entry.key == key:
                    found = True
                    print("%s %s" % (segment.name, entry.describe()))
                    print(entry.value() if entry.space != 2 else "")
        if not found:
            raise Problem('static-cache: no entry "%s"' % arguments[0])


class Where(Sub):
    """static-cache where ADDRESS: which segment, region, block and entry an address belongs to."""

    name = "where"

    def run(self, arguments):
        if not arguments:
            raise Problem("static-cache where ADDRESS")
        address = int(gdb.parse_and_eval(" ".join(arguments)).cast(gdb.lookup_type("unsigned long")))
        for segment in segments():
            offset = segment.offset_of(address)
            if offset is None:
                continue
            if not segment.readable:
                print("0x%x is in the %s segment, at offset 0x%x; its contents are not in this core" % (address, segment.name, offset))
                return
            view = "read-only" if segment.base <= address < segment.base + segment.total else "writable"
            print("0x%x is in the %s segment, %s view, at offset 0x%x: %s" % (address, segment.name, view, offset, self.place(segment, offset)))
            return
        print("0x%x is in no segment" % address)

    @staticmethod
    def place(segment, offset):
        regions = [("the header", 0), ("heap control", PAGE), ("shards", segment.shards), ("reader slots", segment.slots),
                   ("the index", segment.buckets), ("notes of used index pages", segment.touched),
                   ("ghosts", segment.ghosts), ("pin lists", segment.pins), ("the heap", segment.heap)]
        name = [name for name, start in regions if start <= offset][-1]
        if name != "the heap":
            return name
        for start, bytes_, state in segment.blocks():
            if start <= offset < start + bytes_:
                text = "a %s block of %d bytes, %d into it" % (STATES[state], bytes_, offset - start)
                if state in (3, 4, 5):
                    text += ", " + segment.entry(start).describe()
                return text
        return "outside of any block"


class Value(Sub):
    """static-cache value ADDRESS: the zval, zend_array or zend_string there. `static-cache value zval ADDRESS` insists on one."""

    name = "value"

    def run(self, arguments):
        kind = arguments.pop(0) if arguments and arguments[0] in ("zval", "array", "string") else None
        if not arguments:
            raise Problem("static-cache value [zval|array|string] ADDRESS")
        address = int(gdb.parse_and_eval(" ".join(arguments)).cast(gdb.lookup_type("unsigned long")))
        inside = None
        try:
            inside = next((segment for segment in segments() if segment.offset_of(address) is not None), None)
        except Problem:
            pass
        values = Values(inside)
        if kind is None:
            # Counted things say what they are; a zval has no such word there.
            info = u32(values.here(address) + 4) & 0xF
            kind = {IS_STRING: "string", IS_ARRAY: "array"}.get(info, "zval")
        print(values.zval(address) if kind == "zval" else values.string(address) if kind == "string" else values.array(address, {}, 0))


class Audit(Sub):
    """static-cache audit [SEGMENT]: whether blocks tile the heap and every link leads to a live entry."""

    name = "audit"

    def run(self, arguments):
        for segment in segments(*arguments):
            segment.need()
            states = {offset: state for offset, _, state in segment.blocks()}
            count = 0
            for entry in segment.entries():
                state = states.get(entry.offset)
                if state != 3:
                    raise Problem("static-cache: %s: the index leads to offset 0x%x, which is %s" % (
                        segment.name, entry.offset, "a %s block" % STATES[state] if state else "no block"))
                count += 1
            live = sum(1 for state in states.values() if state == 3)
            print("%s: %d blocks tile the heap, %d entries in the index, %d live blocks that it does not lead to" % (
                segment.name, len(states), count, live - count))


StaticCache()
for command in (Segments, Readers, Entries, Show, Where, Value, Audit):
    command()
