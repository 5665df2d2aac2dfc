"""SQL text as statements, since several drivers take one at a time; and what they leave on a server."""

import functools
import re
import sqlite3

from migrate_guard.protocol.dialects import family

# At a place outside of quotes: what ends there, or runs up to an end of its own. Bodies of BEGIN ... END are known on
# SQLite, and where DELIMITER gives another end.
_COMMON = r"""
    (?P<end>END)
  | (?P<quoted>'(?:[^']|'')*(?:'|$) | "(?:[^"]|"")*(?:"|$) | `(?:[^`]|``)*(?:`|$))
  | (?P<line>--[^\n]*)
  | (?P<block>/\*)
"""
_POSTGRESQL = r"""
    (?m:^(?P<command>\\[a-z!?][^\n]*))
  | (?<![\w$])[eE](?P<escaped>'(?:[^'\\]|\\.|'')*(?:'|$))
  | (?<![\w$])(?P<dollar>\$(?:[^\W\d]\w*)?\$)
  | """
_OF_MYSQL = r"""
    (?m:^(?P<command>DELIMITER[ \t]+(?P<other>\S+)[^\n]*))
  | (?P<escaped>'(?:[^'\\]|\\.|'')*(?:'|$) | "(?:[^"\\]|\\.|"")*(?:"|$))
  | (?P<hash>\#[^\n]*)
  | --(?=\S)
  | """
_OWN = {"mysql": _OF_MYSQL, "postgresql": _POSTGRESQL}

_SERVER_WIDE = re.compile(
    r"(?:CREATE|ALTER|DROP)\s+(?:OR\s+REPLACE\s+)?(?:ROLE|USER(?!\s+MAPPING)|GROUP|DATABASE|TABLESPACE)\b",
    re.I,
)
# A schema of MySQL is a database.
_SERVER_WIDE_MYSQL = re.compile(_SERVER_WIDE.pattern.replace("GROUP", "SCHEMA"), re.I)

_TRIGGER = re.compile(r"\s*CREATE\s+(TEMP\s+|TEMPORARY\s+)?TRIGGER\b", re.I)


def split(text: str, dialect: str) -> list[str]:
    """The statements of ``text`` without their comments; those that MySQL executes or takes as hints stay."""
    return [statement for _, statement in located(text, dialect)]


def located(text: str, dialect: str) -> list[tuple[int, str]]:
    """As split, each after the line that it begins in. Commands of psql and of mysql are left out."""
    found: list[tuple[int, str]] = []
    current: list[str] = []
    begun, at = 0, 0

    def take(start, end):
        nonlocal begun
        piece = text[start:end]
        if piece.strip() and not "".join(current).strip():
            begun = start + len(piece) - len(piece.lstrip())
        current.append(piece)

    def end_of_statement():
        statement = "".join(current).strip()
        if statement:
            found.append((text.count("\n", 0, begun) + 1, statement))
        current.clear()

    for start, end, kind in _tokens(text, dialect):
        take(at, start)
        at = end
        if kind == "comment":
            current.append(" ")
        elif (
            kind == "text"
            or dialect == "sqlite"
            and _TRIGGER.match("".join(current))
            and not _is_whole(current)
        ):
            take(start, end)
        else:
            end_of_statement()
    take(at, len(text))
    end_of_statement()
    return found


def _is_whole(parts):
    return sqlite3.complete_statement("".join(parts) + ";")


def is_server_wide(statement: str, dialect: str) -> bool:
    """Whether it makes or changes what all databases of a server share, so that it can run only once."""
    return bool((_SERVER_WIDE_MYSQL if family(dialect) == "mysql" else _SERVER_WIDE).match(statement))


def _tokens(text, dialect):
    """(start, end, "end", "text" or "comment") of each end of a statement, quotation and comment."""
    at, ends = 0, ";"
    while found := _pattern(dialect, ends).search(text, at):
        at = found.end()
        kind = found.lastgroup
        if kind == "command" and dialect != "postgresql":
            ends = found["other"]
        if kind == "dollar":
            closed = text.find(found["dollar"], at)
            at = len(text) if closed < 0 else closed + len(found["dollar"])
        elif kind == "block":
            at = _end_of_comment(text, found.start(), nested=dialect == "postgresql")
        if kind:
            executed = text.startswith(("/*!", "/*+", "/*M!"), found.start())
            comment = kind in ("line", "hash", "command") or kind == "block" and not executed
            yield found.start(), at, "comment" if comment else "end" if kind == "end" else "text"


@functools.lru_cache(maxsize=16)
def _pattern(dialect, ends):
    own = _OWN.get(family(dialect), "")
    return re.compile(own + _COMMON.replace("END", re.escape(ends)), re.VERBOSE | re.DOTALL)


def _end_of_comment(text, start, nested):
    depth = 0
    for mark in re.compile(r"/\*|\*/").finditer(text, start):
        if mark[0] == "*/":
            depth -= 1
        elif nested or not depth:
            depth += 1
        if not depth:
            return mark.end()
    return len(text)
