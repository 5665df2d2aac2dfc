"""SQL text as statements, as each dialect quotes and comments."""

import pytest

from migrate_guard.scratch.statements import is_server_wide, split

PLAIN = {
    "nothing": ("", []),
    "only comments": ("-- a;\n/* b; */ ;;\n", []),
    "one without an end": ("CREATE SCHEMA a", ["CREATE SCHEMA a"]),
    "several": ("SELECT 1;\n\n SELECT 2 ; SELECT 3", ["SELECT 1", "SELECT 2", "SELECT 3"]),
    "single quotes": ("SELECT 'a;b'; SELECT 'it''s; so'", ["SELECT 'a;b'", "SELECT 'it''s; so'"]),
    "double quotes": ('SELECT "a;b"; SELECT "a"";b"', ['SELECT "a;b"', 'SELECT "a"";b"']),
    "a comment to the end of a line": ("SELECT 1 -- one; it's\n; SELECT 2", ["SELECT 1", "SELECT 2"]),
    "a comment in a statement": ("SELECT/* a; */1", ["SELECT 1"]),
    "no comment in quotes": ("SELECT '--', '/*'; SELECT 2", ["SELECT '--', '/*'", "SELECT 2"]),
    "a quote that does not end": ("SELECT 'a; b", ["SELECT 'a; b"]),
    "a comment that does not end": ("SELECT 1; /* a; b", ["SELECT 1"]),
}
OF_POSTGRESQL = {
    "no backslash in plain quotes": (r"SELECT 'a\'; SELECT 2", [r"SELECT 'a\'", "SELECT 2"]),
    "a backslash in E quotes": (r"SELECT E'a\';b'; SELECT 2", [r"SELECT E'a\';b'", "SELECT 2"]),
    "an E at the end of a word": (r"SELECT date'a\'; SELECT 2", [r"SELECT date'a\'", "SELECT 2"]),
    "dollars": ("DO $$ BEGIN a; END $$; SELECT 2", ["DO $$ BEGIN a; END $$", "SELECT 2"]),
    "dollars with a tag": ("DO $x$ a; $$; $x$; SELECT 2", ["DO $x$ a; $$; $x$", "SELECT 2"]),
    "a dollar in a name": ("SELECT a$b$; SELECT c$b$", ["SELECT a$b$", "SELECT c$b$"]),
    "a parameter": ("SELECT $1; SELECT $2", ["SELECT $1", "SELECT $2"]),
    "dollars that do not end": ("DO $$ a; b", ["DO $$ a; b"]),
    "comments in comments": ("/* a /* b; */ c; */ SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
    "no comment from a hash": ("SELECT 5 # 3; SELECT 2", ["SELECT 5 # 3", "SELECT 2"]),
}
OF_MYSQL = {
    "a backslash": (r"SELECT 'a\';b'; SELECT " + r'"\";"', [r"SELECT 'a\';b'", r'SELECT "\";"']),
    "backticks": ("SELECT `a;b`; SELECT 2", ["SELECT `a;b`", "SELECT 2"]),
    "a hash": ("SELECT 1 # one; it's\n; SELECT 2", ["SELECT 1", "SELECT 2"]),
    "dashes without a space are two minuses": ("SELECT 5--3; SELECT 2", ["SELECT 5--3", "SELECT 2"]),
    "dashes with one": ("SELECT 1 -- a;\n; SELECT 2", ["SELECT 1", "SELECT 2"]),
    "no comments in comments": ("/* a /* b; */ SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
    "what is executed": ("SELECT 1 /*!80000 + 1; */ /*+ hint */", ["SELECT 1 /*!80000 + 1; */ /*+ hint */"]),
    "no dollars": ("SELECT $$; SELECT $$", ["SELECT $$", "SELECT $$"]),
}


def cases(table, *dialects):
    return [
        pytest.param(dialect, *case, id=f"{dialect}: {name}")
        for dialect in dialects
        for name, case in table.items()
    ]


@pytest.mark.parametrize(
    ("dialect", "text", "statements"),
    [
        *cases(PLAIN, "postgresql", "mysql", "mariadb", "sqlite", "oracle"),
        *cases(OF_POSTGRESQL, "postgresql"),
        *cases(OF_MYSQL, "mysql", "mariadb"),
    ],
)
def test_split(dialect, text, statements):
    assert split(text, dialect) == statements


@pytest.mark.parametrize(
    ("dialect", "statement", "shared"),
    [
        pytest.param("postgresql", "CREATE ROLE app", True, id="a role"),
        pytest.param("postgresql", "ALTER USER app SET search_path = a", True, id="a change"),
        pytest.param("postgresql", "CREATE DATABASE other", True, id="a database"),
        pytest.param("postgresql", "CREATE SCHEMA billing", False, id="a schema"),
        pytest.param("mysql", "CREATE SCHEMA billing", True, id="a schema that is a database"),
        pytest.param("postgresql", "CREATE USER MAPPING FOR app SERVER x", False, id="a mapping"),
        pytest.param("postgresql", "DO $$ BEGIN CREATE ROLE a; END $$", False, id="a block can ask first"),
        pytest.param("postgresql", "CREATE EXTENSION citext", False, id="an extension"),
    ],
)
def test_is_server_wide(dialect, statement, shared):
    assert is_server_wide(statement, dialect) == shared
