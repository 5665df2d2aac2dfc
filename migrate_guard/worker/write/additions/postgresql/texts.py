"""What PostgreSQL has printed of its objects, as it is to be said to it again."""

import re

# How it prints "c IN ('a', 'b')" for a varchar. Said to it again, it prints something else.
_IN = re.compile(
    r"""\(?(?P<column>"(?:[^"]|"")+"|\w+)\)?::text = ANY """
    r"""\(\(ARRAY\[(?P<values>'(?:[^']|'')*'::character varying(?:, '(?:[^']|'')*'::character varying)*)\]\)::text\[\]\)"""
)

_OPTION = re.compile(r"^(?P<type>\w+) start (?P<start>\S+) increment (?P<increment>\S+) minimum (?P<minimum>\S+)"
                     r" maximum (?P<maximum>\S+) cache (?P<cache>\S+)(?P<cycle> cycle)?$")  # fmt: skip

OPTION_WORDS = {
    "start": "START WITH {}", "increment": "INCREMENT BY {}", "minimum": "MINVALUE {}", "maximum": "MAXVALUE {}",
    "cache": "CACHE {}", "cycle": "{}",
}  # fmt: skip

_USUAL = {"start": "1", "increment": "1", "minimum": "1", "cache": "1", "cycle": "NO CYCLE"}

_MOST = {"smallint": "32767", "integer": "2147483647", "bigint": "9223372036854775807"}


def said(turn, text):
    """What the server has printed, as it is to be said to it again."""
    return turn.short(_IN.sub(_in, text))


def _in(found):
    values = re.findall(r"'(?:[^']|'')*'(?=::)", found["values"])
    return f"{found['column']} IN ({', '.join(values)})"


def read_options(said):
    """The options of a sequence, by name, from the words of its description."""
    found = _OPTION.match(said)
    assert found, "the words are our own"
    options = found.groupdict()
    return {**options, "cycle": "CYCLE" if options["cycle"] else "NO CYCLE"}


def sequence_options(options):
    """The words that make a sequence with ``options``, without what it is anyway."""
    usual = {**_USUAL, "maximum": _MOST.get(options["type"])}
    words = [OPTION_WORDS[key].format(options[key]) for key in OPTION_WORDS if options[key] != usual[key]]
    return " ".join(words) or "START WITH 1"
