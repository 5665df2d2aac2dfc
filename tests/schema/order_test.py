"""What may stand in any order, and what differs in its order alone."""

import pytest

from migrate_guard.schema.order import loosened, settled

CHECK = "check constraint"
SAME = {
    "SQLite": (CHECK, "CHECK (state IN ('a', 'b''s', 'c'))", "CHECK (state IN ('c', 'a', 'b''s'))"),
    "without a space": (CHECK, "CHECK (state in('a','b'))", "CHECK (state in('b','a'))"),
    "numbers": (CHECK, "CHECK (n IN (1, 2, -3))", "CHECK (n IN (-3, 2, 1))"),
    "MariaDB": (CHECK, "CHECK (`state` in ('a','b'))", "CHECK (`state` in ('b','a'))"),
    "PostgreSQL": (
        CHECK,
        "CHECK (state = ANY (ARRAY['a'::character varying(10), 'b'::character varying(10)]))",
        "CHECK (state = ANY (ARRAY['b'::character varying(10), 'a'::character varying(10)]))",
    ),
    "PostgreSQL, not in": (CHECK, "CHECK (n <> ALL (ARRAY[1, 2]))", "CHECK (n <> ALL (ARRAY[2, 1]))"),
    "two lists": (CHECK, "CHECK (a IN (1, 2) OR b IN (3, 4))", "CHECK (a IN (2, 1) OR b IN (4, 3))"),
    "a partial index": ("index", "(a) WHERE state IN ('a', 'b')", "(a) WHERE state IN ('b', 'a')"),
    "a foreign key": (
        "foreign key",
        "FOREIGN KEY (a, b) REFERENCES other (x, y) ON DELETE CASCADE",
        "FOREIGN KEY (b, a) REFERENCES other (y, x) ON DELETE CASCADE",
    ),
    "a foreign key of PostgreSQL": (
        "foreign key", "FOREIGN KEY (a, b) REFERENCES s.other(x, y)", "FOREIGN KEY (b, a) REFERENCES s.other(y, x)"
    ),
}  # fmt: skip
OTHER = {
    "another value": (CHECK, "CHECK (state IN ('a', 'b'))", "CHECK (state IN ('a', 'c'))"),
    "one more": (CHECK, "CHECK (n IN (1, 2))", "CHECK (n IN (1, 2, 3))"),
    "arguments of a function": (CHECK, "CHECK (f('a', 'b'))", "CHECK (f('b', 'a'))"),
    "the list of the other column": (CHECK, "CHECK (a IN (1) OR b IN (2))", "CHECK (a IN (2) OR b IN (1))"),
    "other pairs": (
        "foreign key", "FOREIGN KEY (a, b) REFERENCES other (x, y)", "FOREIGN KEY (a, b) REFERENCES other (y, x)"
    ),
    "columns of an index": ("index", "(a, b)", "(b, a)"),
    "the code of a function": ("function", "SELECT 1 IN (1, 2)", "SELECT 1 IN (2, 1)"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "one", "other"), SAME.values(), ids=SAME)
def test_any_order_is_the_same(kind, one, other):
    assert settled(kind, "definition", one) == settled(kind, "definition", other)


@pytest.mark.parametrize(("kind", "one", "other"), OTHER.values(), ids=OTHER)
def test_it_is_not(kind, one, other):
    assert settled(kind, "definition", one) != settled(kind, "definition", other)
    assert loosened(kind, "definition", one) != loosened(kind, "definition", other)


@pytest.mark.parametrize(
    ("kind", "attribute", "one", "other", "alone"),
    [
        ("enum", "values", "'a', 'b'", "'b', 'a'", True),
        ("enum", "values", "'a', 'b'", "'a', 'c'", False),
        ("enum", "values", "'a, b', 'c'", "'c', 'a, b'", True),
        ("primary key", "definition", "PRIMARY KEY (a, b)", "PRIMARY KEY (b, a)", True),
        ("unique constraint", "definition", "UNIQUE (a, b)", "UNIQUE (b, a)", True),
        ("unique constraint", "definition", "UNIQUE (a, b)", "UNIQUE NULLS NOT DISTINCT (b, a)", False),
        ("unique constraint", "definition", "UNIQUE (a, b)", "UNIQUE (a, c)", False),
        ("column", "type", "enum('a','b')", "enum('b','a')", True),
        ("column", "type", "numeric(10,2)", "numeric(2,10)", False),
        ("column", "default", "f(1, 2)", "f(2, 1)", False),
        ("index", "definition", "(a, b)", "(b, a)", False),
    ],
)
def test_another_order_alone(kind, attribute, one, other, alone):
    assert settled(kind, attribute, one) != settled(kind, attribute, other)
    assert (loosened(kind, attribute, one) == loosened(kind, attribute, other)) == alone
