import sys

import pytest

from migrate_guard.history.read import Unreadable, is_revision_file, read
from migrate_guard.history.revision import Revision

PATH = "migrations/versions/b.py"


def revision(id="b", down_revisions=("a",), branch_labels=(), depends_on=(), line=1):
    return Revision(id, down_revisions, branch_labels, depends_on, PATH, line)


TEMPLATE = '''\
"""Add a table.

Revision ID: b
Revises: a
"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

revision: str = "b"
down_revision: Union[str, None] = "a"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    revision = op.get_bind()
'''


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(TEMPLATE, revision(line=11), id="template"),
        pytest.param("revision = 'b'\ndown_revision = 'a'", revision(), id="plain"),
        pytest.param("down_revision = 'a'\n\nrevision = 'b'", revision(line=3), id="line of revision"),
        pytest.param("revision = 'b'\ndown_revision = None", revision(down_revisions=()), id="base"),
        pytest.param(
            "revision = 'b'\ndown_revision = ()", revision(down_revisions=()), id="base as empty tuple"
        ),
        pytest.param(
            "revision = 'b'\ndown_revision = ''", revision(down_revisions=()), id="base as empty string"
        ),
        pytest.param(
            "revision = 'b'\ndown_revision = ('a', 'c')", revision(down_revisions=("a", "c")), id="tuple"
        ),
        pytest.param(
            "revision = 'b'\ndown_revision = ['a', 'c']", revision(down_revisions=("a", "c")), id="list"
        ),
        pytest.param(
            "revision = 'b'\ndown_revision = {'a', 'c'}", revision(down_revisions=("a", "c")), id="set"
        ),
        pytest.param("revision, down_revision = 'b', 'a'", revision(), id="unpacked"),
        pytest.param(
            "(revision, down_revision) = ['b', ('a', 'c')]",
            revision(down_revisions=("a", "c")),
            id="unpacked, nested",
        ),
        pytest.param("name = revision = 'b'\ndown_revision = 'a'", revision(), id="chained"),
        pytest.param("BEFORE = 'a'\nrevision = 'b'\ndown_revision = (BEFORE,)", revision(line=2), id="name"),
        pytest.param("IDS = 'b', 'a'\nrevision, down_revision = IDS", revision(line=2), id="name, unpacked"),
        pytest.param(
            "revision = (\n  'b'\n  ''\n)\ndown_revision = 'a'", revision(), id="implicit concatenation"
        ),
        pytest.param(
            "revision = 'x'\nrevision = 'b'\ndown_revision = 'a'", revision(line=2), id="assigned twice"
        ),
        pytest.param(
            "revision: str\nrevision = 'b'\ndown_revision = 'a'",
            revision(line=2),
            id="annotated without a value",
        ),
        pytest.param(
            "revision = 'b'\ndown_revision = 'a'\nbranch_labels = 'x'\ndepends_on = ['c', 'd']",
            revision(branch_labels=("x",), depends_on=("c", "d")),
            id="label and dependencies",
        ),
        pytest.param(
            "revision = 'b'\ndown_revision = 'a'\nbranch_labels = f()\ndepends_on = g()",
            revision(),
            id="computed label and dependencies are left out",
        ),
        pytest.param(
            "revision = 'b'\ndown_revision = 'a'\nclass C:\n  revision = 'c'\nprint([revision for revision in 'x'])",
            revision(),
            id="names of other scopes",
        ),
        pytest.param(
            "revision = 'b'\ndown_revision = 'a'\npattern = '\\d'", revision(), id="doubtful escape"
        ),
    ],
)
def test_reads(text, expected):
    assert read(PATH, text.encode()) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\ufeffrevision = 'ä'\ndown_revision = 'a'".encode(), id="byte order mark"),
        pytest.param(
            "# coding: latin-1\nrevision = 'ä'\ndown_revision = 'a'".encode("latin-1"), id="latin-1"
        ),
        pytest.param("revision = 'ä'\r\ndown_revision = 'a'\r\n".encode(), id="carriage returns"),
    ],
)
def test_respects_encodings(text):
    read_ = read(PATH, text)
    assert (read_.id, read_.down_revisions) == ("ä", ("a",))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param(b"", "it sets no revision", id="empty"),
        pytest.param(b"def helper():\n  revision = 'b'", "it sets no revision", id="no revision"),
        pytest.param(b"revision: str\ndown_revision = 'a'", "it sets no revision", id="annotation only"),
        pytest.param(b"revision = 'b'", "it sets no down_revision", id="no down_revision"),
        pytest.param(b"revision = make()\ndown_revision = 'a'", "revision is computed", id="call"),
        pytest.param(b"revision = f'{x}'\ndown_revision = 'a'", "revision is computed", id="f-string"),
        pytest.param(b"revision = X\ndown_revision = 'a'", "revision is computed", id="unknown name"),
        pytest.param(b"from x import revision\ndown_revision = 'a'", "revision is computed", id="imported"),
        pytest.param(b"def revision(): pass\ndown_revision = 'a'", "revision is computed", id="function"),
        pytest.param(
            b"revision = 'b'\ndown_revision = 'a'\nif X:\n  down_revision = 'c'",
            "down_revision is computed",
            id="if",
        ),
        pytest.param(
            b"revision = 'b'\ndown_revision = ()\ndown_revision += ('a',)",
            "down_revision is computed",
            id="added to",
        ),
        pytest.param(
            b"revision = 'b'\ndown_revision = ('a', f())", "down_revision is computed", id="in a tuple"
        ),
        pytest.param(b"revision, *down_revision = 'b', 'a'", "down_revision is computed", id="starred"),
        pytest.param(b"revision, down_revision = f()", "revision is computed", id="unpacked call"),
        pytest.param(b"revision = 1\ndown_revision = 'a'", "revision is not a string", id="number"),
        pytest.param(b"revision = None\ndown_revision = 'a'", "revision is not a string", id="none"),
        pytest.param(
            b"revision = 'b'\ndown_revision = 1",
            "down_revision is not a string, a tuple of strings or None",
            id="down_revision is a number",
        ),
    ],
)
def test_does_not_read(text, why):
    assert read(PATH, text) == Unreadable(PATH, why)


# What no Python reads yet stands for what the one that reads does not.
NEWER = "revision = 'b'\ndown_revision = 'a'\n\n\n{}"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("def upgrade():\n    $new$\n", 6, id="in a function"),
        pytest.param("async def upgrade():\n    $new$\n", 6, id="in a coroutine"),
        pytest.param("class Song:\n    x = $new$\n\n\ndef upgrade():\n    pass\n", 6, id="in a class"),
        pytest.param("@$new$\ndef upgrade():\n    pass\n", 5, id="in a decorator"),
        pytest.param("def upgrade():\n    revision = $new$\n", 6, id="a name of the function's own"),
    ],
)
def test_reads_the_ids_of_a_file_of_a_newer_python(text, line):
    found = read(PATH, NEWER.format(text).encode())
    assert isinstance(found, Revision)
    assert (found.id, found.down_revisions) == ("b", ("a",))
    assert f"it is not valid Python 3.{sys.version_info.minor} (line {line}: " in found.unread


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python reads all of it")
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def upgrade():\n    op.execute(f'{x['a']}')\n", id="the same quotes inside a string"),
        pytest.param("def first[T](of: list[T]) -> T:\n    return of[0]\n", id="a parameter of a type"),
    ],
)
def test_reads_the_ids_of_a_file_of_python_3_12(text):
    found = read(PATH, NEWER.format(text).encode())
    assert isinstance(found, Revision)
    found = read(PATH, f"type Id = int\n{NEWER.format(text)}".encode())
    assert isinstance(found, Revision)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(NEWER.format("def upgrade(:\n    pass\n\n\ndown_revision = 'c'\n"), id="set after it"),
        pytest.param(
            NEWER.format("def upgrade(:\n    pass\n\n\nif True:\n    down_revision = 'c'\n"),
            id="perhaps set after it",
        ),
        pytest.param(
            NEWER.format("def upgrade():\n<<<<<<< HEAD\n    a()\n=======\n    b()\n>>>>>>> other\n"),
            id="not merged",
        ),
        pytest.param(
            "revision = 'b'\ndown_revision = $\n\ndef upgrade():\n    pass\n", id="in what is asked for"
        ),
    ],
)
def test_reads_no_ids_that_may_be_others(text):
    assert isinstance(read(PATH, text.encode()), Unreadable)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param(b"revision = 'b'\n<<<<<<< HEAD\n", "line 2: invalid syntax", id="conflict markers"),
        pytest.param(b"revision = '\xff'", "it is not valid Python 3", id="not utf-8"),
        pytest.param(b"# coding: nothing\nrevision = 'b'", "it is not valid Python 3", id="unknown encoding"),
        pytest.param(b"revision = 'b'\0", "null bytes", id="null byte"),
        pytest.param(b"x = " + b"-" * 100_000 + b"1", "it ", id="too deep"),
    ],
)
def test_does_not_parse(text, why):
    found = read(PATH, text)
    assert isinstance(found, Unreadable)
    assert why in found.why


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("1a2b_add.py", True, id="revision"),
        pytest.param(".hidden.py", True, id="hidden"),
        pytest.param("__init__.py", False, id="package"),
        pytest.param("__init__old.py", False, id="begins like a package"),
        pytest.param(".#1a2b.py", False, id="lock of an editor"),
        pytest.param("1a2b.pyc", False, id="bytecode"),
        pytest.param("1a2b.py.mako", False, id="template"),
        pytest.param("README", False, id="text"),
    ],
)
def test_is_revision_file(name, expected):
    assert is_revision_file(name) is expected
