"""Expressions that PostgreSQL prints otherwise after ALTERs than after one CREATE."""

import importlib

import pytest

# Nobody imports the worker; this module of it needs nothing of the project's.
postgresql = importlib.import_module("migrate_guard.worker.compare.describe.postgresql")


@pytest.mark.parametrize(
    ("printed", "plain"),
    [
        ("(c)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])", "c = ANY (ARRAY['a', 'b'])"),
        ("c = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text])", "c = ANY (ARRAY['a', 'b'])"),
        ('(("Mixed ""case""")::text ~~ \'a%\'::text)', '("Mixed ""case""" ~~ \'a%\')'),
        ("c <> '(c)::text'::text", "c <> '(c)::text'"),
        ("c <> 'it''s'::text", "c <> 'it''s'"),
        ("btree (lower((c)::text))", "btree (lower(c))"),
        ("created > now()", "created > CURRENT_TIMESTAMP"),
        ("(\"now\" AT TIME ZONE 'utc'::text)", "timezone('utc', \"now\")"),
        ("app.now()", "app.now()"),
        # These change what is stored or compared.
        ("(c)::character varying(3) = 'a'", "(c)::character varying(3) = 'a'"),
        ("(c)::integer > 0", "(c)::integer > 0"),
        ("('1'::text)::integer > 0", "('1')::integer > 0"),
        ("c = ('a'::bpchar)::text", "c = ('a'::bpchar)::text"),
    ],
)  # fmt: skip
def test_casts_between_types_of_text(printed, plain):
    assert postgresql._plain(printed) == plain


@pytest.mark.parametrize(
    ("printed", "plain"),
    [
        ("'1'::smallint", "1"),
        ("'-1'::integer", "-1"),
        ("'1.50'::numeric", "1.50"),
        ("'1'::character varying(9)", "'1'"),
        ("'a'::e", "'a'"),
        ("('now'::text)::date", "('now')::date"),
        ("now()", "CURRENT_TIMESTAMP"),
        ("", ""),
    ],
)
def test_defaults(printed, plain):
    assert postgresql._default(printed, "text") == plain
