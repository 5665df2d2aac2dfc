"""SQL text as statements, since several drivers take one at a time; and what they leave on a server."""

import re

_MYSQL = ("mysql", "mariadb")
# At a place outside of quotes: what ends there, or runs up to an end of its own. Bodies of BEGIN ... END are not known.
_COMMON = r"""
    (?P<end>;)
  | (?P<quoted>'(?:[^']|'')*(?:'|$) | "(?:[^"]|"")*(?:"|$) | `(?:[^`]|``)*(?:`|$))
  | (?P<line>--[^\n]*)
  | (?P<block>/\*)
"""
_POSTGRESQL = r"""
    (?<![\w$])[eE](?P<escaped>'(?:[^'\\]|\\.|'')*(?:'|$))
  | (?<![\w$])(?P<dollar>\$(?:[^\W\d]\w*)?\$)
  | """
_OF_MYSQL = r"""
    (?P<escaped>'(?:[^'\\]|\\.|'')*(?:'|$) | "(?:[^"\\]|\\.|"")*(?:"|$))
  | (?P<hash>\#[^\n]*)
  | --(?=\S)
  | """
_PATTERNS = {
    **dict.fromkeys(_MYSQL, re.compile(_OF_MYSQL + _COMMON, re.VERBOSE | re.DOTALL)),
    "postgresql": re.compile(_POSTGRESQL + _COMMON, re.VERBOSE | re.DOTALL),
}
_OTHER = re.compile(_COMMON, re.VERBOSE | re.DOTALL)

_SERVER_WIDE = re.compile(
    r"(?:CREATE|ALTER|DROP)\s+(?:OR\s+REPLACE\s+)?(?:ROLE|USER(?!\s+MAPPING)|GROUP|DATABASE|TABLESPACE)\b",
    re.I,
)
# A schema of MySQL is a database.
_SERVER_WIDE_MYSQL = re.compile(_SERVER_WIDE.pattern.replace("GROUP", "SCHEMA"), re.I)


def split(text: str, dialect: str) -> list[str]:
    """The statements of ``text`` without their comments; those that MySQL executes or takes as hints stay."""
    statements, current, at = [], [], 0
    for found in _tokens(text, dialect):
        start, end, comment = found
        current.append(text[at:start])
        at = end
        if comment:
            current.append(" ")
        elif text[start:end] == ";":
            statements.append("".join(current))
            current = []
        else:
            current.append(text[start:end])
    statements.append("".join([*current, text[at:]]))
    return [statement.strip() for statement in statements if statement.strip()]


def is_server_wide(statement: str, dialect: str) -> bool:
    """Whether it makes or changes what all databases of a server share, so that it can run only once."""
    return bool((_SERVER_WIDE_MYSQL if dialect in _MYSQL else _SERVER_WIDE).match(statement))


def _tokens(text, dialect):
    """(start, end, whether it is a comment) of each semicolon, quotation and comment."""
    pattern, at = _PATTERNS.get(dialect, _OTHER), 0
    while found := pattern.search(text, at):
        at = found.end()
        kind = found.lastgroup
        if kind == "dollar":
            closed = text.find(found["dollar"], at)
            at = len(text) if closed < 0 else closed + len(found["dollar"])
        elif kind == "block":
            at = _end_of_comment(text, found.start(), nested=dialect == "postgresql")
        if kind:
            executed = text.startswith(("/*!", "/*+", "/*M!"), found.start())
            yield found.start(), at, kind in ("line", "hash") or kind == "block" and not executed


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
