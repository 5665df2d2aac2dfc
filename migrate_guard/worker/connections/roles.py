"""The roles that a statement makes: they belong to the server, and outlive the database."""

import re

from migrate_guard.protocol.dialects import ON_SERVERS

_COMMENT = re.compile(r"--[^\n]*|/\*(?!!).*?\*/", re.S)
_QUOTED = r"\"(?:[^\"]|\"\")+\"|`(?:[^`]|``)+`|'(?:[^'\\]|''|\\.)*'"
_NAME = rf"(?:{_QUOTED}|[^\W\d](?:\w|\$(?!\w*\$))*)"
_ACCOUNT = rf"{_NAME}(?:\s*@\s*(?:{_QUOTED}|[\w.%$-]+))?"
# At the start of a statement, in a block of PL/pgSQL or in what it executes; not in the middle of a text.
_MAKES = re.compile(
    r"(?:\A|;|\$\w*\$|\b(?:BEGIN|THEN|ELSE|LOOP)\b|\b(?:EXECUTE|format)\b[\s(]*')\s*"
    r"CREATE\s+(?:OR\s+REPLACE\s+)?(?:ROLE|USER|GROUP)\s+(?!MAPPING\b)(?:IF\s+NOT\s+EXISTS\s+)?"
    rf"(?P<first>{_ACCOUNT})?",
    re.I,
)
# MySQL makes several at once: CREATE USER a IDENTIFIED BY 'x', b@localhost
_NEXT = re.compile(rf"(?:{_QUOTED}|[^,;'\"`])*?,\s*(?P<next>{_ACCOUNT})")


def made_by(statement, dialect):
    """The names of the roles that ``statement`` makes on a server, None where it makes none.

    Names that the statement computes are not told. Of other dialects than PostgreSQL, MySQL and MariaDB none are.
    On MySQL and MariaDB a name is "user@host", or "user" where no host was said.
    """
    if dialect not in ON_SERVERS:
        return None
    text = _COMMENT.sub(" ", statement)
    names, makes = [], False
    for found in _MAKES.finditer(text):
        makes = True
        if found["first"]:
            names.append(found["first"])
            if dialect != "postgresql":
                names += _others(text, found.end())
    if not makes:
        return None
    if dialect == "postgresql":
        return [_folded(name) for name in names if name[0] not in "'`"]  # EXECUTE 'CREATE ROLE ' || computed
    return [_account(name) for name in names]


def _others(text, position):
    found = _NEXT.match(text, position)
    while found:
        yield found["next"]
        found = _NEXT.match(text, found.end())


def _folded(name):
    return _unquoted(name) if name[0] == '"' else name.lower()


def _account(text):
    parts = re.fullmatch(rf"(?P<user>{_NAME})(?:\s*@\s*(?P<host>.+))?", text, re.S)
    assert parts, "the statement has a name there"
    user = _unquoted(parts["user"])
    return f"{user}@{_unquoted(parts['host'])}" if parts["host"] else user


def _unquoted(name):
    mark = name[0]
    return name[1:-1].replace(mark * 2, mark) if mark in "\"`'" else name
