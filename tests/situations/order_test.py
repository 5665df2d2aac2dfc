"""All of a change, in one order, both ways, over rows: each alone by --wide, all of an engine in one revision otherwise."""

import pytest

ALL, SERVERS, OF_POSTGRESQL = ("SQLite", "PostgreSQL", "MariaDB"), ("PostgreSQL", "MariaDB"), ("PostgreSQL",)
VIEW = 'metadata.made_by("CREATE VIEW {0} AS SELECT {2} FROM {1}", "DROP VIEW {0}")'


def changed(old, new, *parts):
    """A table with ``parts``, of which one is ``old`` before and ``new`` after."""
    lines = [", ".join(["number()", one, *parts]) for one in (old, new)]
    return [f'metadata.table("{{0}}", {line})' for line in lines]


# name: (engines, what is before, what is after, options of fix); {0} is a name of its own for the tables
CASES = {
    "a table and the foreign key to it": (
        ALL,
        'metadata.table("{0}_to", number())\nmetadata.table("{0}", number(), Column("to", ForeignKey("{0}_to.id")))',
        'metadata.table("{0}", number())',
        (),
    ),
    "an indexed foreign key": (
        ALL,
        'metadata.table("{0}_to", number())\nmetadata.table("{0}", number(), Column("to", ForeignKey("{0}_to.id"), index=True))',
        'metadata.table("{0}_to", number())\nmetadata.table("{0}", number())',
        (),
    ),
    "an index that a foreign key needs": (
        ALL,
        'metadata.table("{0}_to", number())\n'
        'metadata.table("{0}", number(), Column("to", ForeignKey("{0}_to.id")), Column("n", Integer), Index("ix_{0}_1", "to"))',
        'metadata.table("{0}_to", number())\n'
        'metadata.table("{0}", number(), Column("to", ForeignKey("{0}_to.id")), Column("n", Integer), Index("ix_{0}_2", "to", "n"))',
        (),
    ),
    "a unique key that a foreign key needs": (
        ALL,
        'metadata.table("{0}_to", number())\n'
        'metadata.table("{0}", number(), Column("to", ForeignKey("{0}_to.id")), Column("n", Integer), UniqueConstraint("to", name="uq_{0}"))',
        'metadata.table("{0}_to", number())\n'
        'metadata.table("{0}", number(), Column("to", ForeignKey("{0}_to.id")), Column("n", Integer), UniqueConstraint("to", "n", name="uq_{0}"))',
        (),
    ),
    "a key that is made later": (
        ALL,
        "",
        'metadata.table("{0}_a", number(), Column("to", ForeignKey("{0}_b.id", use_alter=True, name="fk_{0}")))\n'
        'metadata.table("{0}_b", number(), Column("to", ForeignKey("{0}_a.id")))',
        (),
    ),
    "two tables that refer to each other": (
        ALL,
        "",
        'metadata.table("{0}_a", number(), Column("to", ForeignKey("{0}_b.id")))\n'
        'metadata.table("{0}_b", number(), Column("to", ForeignKey("{0}_a.id")))',
        (),
    ),
    "two such tables go": (
        ALL,
        'metadata.table("{0}_a", number(), Column("to", ForeignKey("{0}_b.id", name="fk_{0}_a")))\n'
        'metadata.table("{0}_b", number(), Column("to", ForeignKey("{0}_a.id", name="fk_{0}_b")))',
        "",
        (),
    ),
    "an operator class of the new type": (
        OF_POSTGRESQL,
        *changed('Column("d", postgresql.JSON)', 'Column("d", postgresql.JSONB), Index("ix_{0}", "d", postgresql_using="gin")'),
        (),
    ),
    "a view of migrations above a type": (
        ALL,
        "\n".join([changed('Column("n", Integer)', "")[0], VIEW.format("{0}_v", "{0}", "id, n")]),
        changed("", 'Column("n", BigInteger)')[1],
        (),
    ),
    "views above views above a type": (
        SERVERS,
        "\n".join([
            changed('Column("n", Integer)', "")[0],
            VIEW.format("{0}_z", "{0}", "id, n"), VIEW.format("{0}_b", "{0}_z", "n"),
        ]),
        "\n".join([
            changed("", 'Column("n", BigInteger)')[1],
            VIEW.format("{0}_z", "{0}", "id, n"), VIEW.format("{0}_b", "{0}_z", "n"),
        ]),
        (),
    ),
    "a base of a generated column": (
        ALL, *changed('Column("n", Integer)', 'Column("n", BigInteger)', 'Column("g", Integer, Computed("n + 1"))'), (),
    ),
    "a renamed base of a generated column": (
        ALL,
        changed('Column("n", Integer), Column("g", Integer, Computed("n + 1"))', "")[0],
        changed("", 'Column("m", Integer), Column("g", Integer, Computed("m + 1"))')[1],
        ("--rename", "{0}.n:{0}.m"),
    ),
    "a column renamed below a view": (
        ALL,
        "\n".join([changed('Column("n", Integer)', "")[0], VIEW.format("{0}_v", "{0}", "id, n")]),
        "\n".join([changed("", 'Column("m", Integer)')[1], VIEW.format("{0}_v", "{0}", "id, m")]),
        ("--rename", "{0}.n:{0}.m"),
    ),
    "a unique key that becomes the primary one": (
        ALL,
        'metadata.table("{0}", Column("code", String(20), nullable=False), UniqueConstraint("code", name="uq_{0}"))\n'
        'metadata.table("{0}_of", number(), Column("code", ForeignKey("{0}.code")))',
        'metadata.table("{0}", Column("code", String(20), primary_key=True))\n'
        'metadata.table("{0}_of", number(), Column("code", ForeignKey("{0}.code")))',
        (),
    ),
    "a larger primary key": (
        ALL,
        'metadata.table("{0}", number())\nmetadata.table("{0}_of", number(), Column("of", ForeignKey("{0}.id")))',
        'metadata.table("{0}", Column("id", BigInteger, primary_key=True))\n'
        'metadata.table("{0}_of", number(), Column("of", ForeignKey("{0}.id")))',
        (),
    ),
    "a longer key": (
        ALL,
        'metadata.table("{0}", Column("code", String(10), primary_key=True))\n'
        'metadata.table("{0}_of", number(), Column("code", ForeignKey("{0}.code")))',
        'metadata.table("{0}", Column("code", String(20), primary_key=True))\n'
        'metadata.table("{0}_of", number(), Column("code", ForeignKey("{0}.code")))',
        (),
    ),
    "a number that becomes a boolean": (
        ALL, *changed('Column("f", Integer, server_default="1")', 'Column("f", Boolean, server_default=true())'), (),
    ),
    "a text that becomes an enum": (
        ALL,
        *changed('Column("f", String(10), server_default="x")', 'Column("f", Enum("x", "y", name="{0}_e"), server_default="x")'),
        (),
    ),
    "an enum under another name": (
        OF_POSTGRESQL,
        *changed(
            'Column("f", Enum("x", "y", name="{0}_e"), server_default="x")',
            'Column("f", Enum("x", "y", name="{0}_f"), server_default="x")',
        ),
        (),
    ),
    "a text that becomes a UUID": (
        OF_POSTGRESQL,
        *changed(*(
            f'Column("f", {type_}, server_default="00000000-0000-4000-8000-000000000001")' for type_ in ("String(40)", "Uuid")
        )),
        (),
    ),
    "a value of an enum that a new column has": (
        OF_POSTGRESQL,
        *changed(
            'Column("e", Enum("a", "b", name="{0}_e"))',
            'Column("e", Enum("a", "b", "c", name="{0}_e")), Column("g", Enum("a", "b", "c", name="{0}_e"), server_default="c")',
        ),
        (),
    ),
    "a foreign key that is declared twice": (
        ALL,
        'metadata.table("{0}_to", number())\nmetadata.table("{0}", number(), Column("to", Integer))',
        'metadata.table("{0}_to", number())\n'
        'metadata.table("{0}", number(), Column("to", ForeignKey("{0}_to.id")), ForeignKeyConstraint(["to"], ["{0}_to.id"], name="fk_{0}"))',
        (),
    ),
    "a check of a column that gets another type": (
        ALL, *changed('Column("t", String(10))', 'Column("t", String(80)), CheckConstraint("t <> \'\'", name="ck_{0}")'), (),
    ),
    "row level security, a policy and a trigger of a new table": (
        OF_POSTGRESQL,
        "",
        'metadata.table("{0}", number(), Column("n", Integer))\n'
        'metadata.made_by("ALTER TABLE {0} ENABLE ROW LEVEL SECURITY")\n'
        'metadata.made_by("CREATE POLICY p_{0} ON {0} USING (n > 0)")\n'
        'metadata.made_by("CREATE TRIGGER t_{0} BEFORE UPDATE ON {0} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()")',
        (),
    ),
    "a trigger and an index of an expression of a new table": (
        ("SQLite",),
        "",
        'metadata.table("{0}", number(), Column("s", String(9)), Index("ix_{0}", text("lower(s)")))\n'
        'metadata.made_by("CREATE TRIGGER t_{0} AFTER UPDATE ON {0} BEGIN SELECT 1; END")',
        (),
    ),
    "a policy above a type, statistics, and a statistics target": (
        OF_POSTGRESQL,
        'metadata.table("{0}", number(), Column("n", Integer))\nmetadata.made_by("CREATE POLICY p_{0} ON {0} USING (n > 0)")',
        'metadata.table("{0}", number(), Column("n", BigInteger))\nmetadata.made_by("CREATE POLICY p_{0} ON {0} USING (n > 1)")\n'
        'metadata.made_by("CREATE STATISTICS s_{0} ON id, n FROM {0}")\nmetadata.made_by("ALTER TABLE {0} ALTER n SET STATISTICS 77")',
        (),
    ),
    "a sequence of a name of its own": (
        OF_POSTGRESQL,
        "",
        'metadata.table("{0}", Column("id", Integer, Sequence("{0}_numbers"), primary_key=True))',
        (),
    ),
    "a key of its own for a table of pairs": (
        ALL,
        'metadata.table("{0}_to", number())\n'
        'metadata.table("{0}", *(Column(name, ForeignKey("{0}_to.id"), primary_key=True) for name in "ab"))',
        'metadata.table("{0}_to", number())\n'
        'metadata.table("{0}", number(), *(Column(name, ForeignKey("{0}_to.id"), nullable=False) for name in "ab"))',
        (),
    ),
    "a serial that becomes a larger identity": (
        OF_POSTGRESQL,
        'metadata.table("{0}", number())',
        'metadata.table("{0}", Column("id", BigInteger, Identity(always=True), primary_key=True))',
        (),
    ),
    "a generated column of another type and expression": (
        ALL, *changed('Column("g", Integer, Computed("n + 1"))', 'Column("g", BigInteger, Computed("n + 2"))', 'Column("n", Integer)'), (),
    ),
    "an array of an enum that is there, and of a new one": (
        OF_POSTGRESQL,
        *changed(
            'Column("e", Enum("a", "b", name="{0}_e"))',
            'Column("e", Enum("a", "b", name="{0}_e"))), metadata.table("{0}_b", '
            'Column("e", postgresql.ARRAY(Enum("a", "b", name="{0}_e"))), Column("f", postgresql.ARRAY(Enum("c", name="{0}_f")))',
        ),
        (),
    ),
    "names that are cut": (
        ALL,
        "",
        'metadata.table("{0}_to", number())\n'
        'metadata.table("{0}_of_a_name_that_is_rather_long_for_a_table", number(), '
        'Column("and_a_column_of_such_a_name", ForeignKey("{0}_to.id"), unique=True, index=True))',
        (),
    ),
}  # fmt: skip


def fixed(checkout, options):
    done = checkout.guard("fix", "-m", "Second", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = (checkout.path / "migrations/versions").glob("*_second.py")
    assert "\nTested with" in done.stdout
    return done.stdout, path.read_text()


def lines(names):
    """(before, after, options) of these cases, each with names of its own."""
    texts = ["", ""]
    options = []
    for at, name in enumerate(names):
        _, old, new, given = CASES[name]
        own = f"t{at}"
        texts = [f"{text}\n{one.format(own)}" for text, one in zip(texts, (old, new), strict=True)]
        options += [one.format(own) for one in given]
    return (*texts, options)


@pytest.mark.parametrize("engine", ALL)
def test_all_at_once(pair, engine):
    old, new, options = lines([name for name, (engines, *_) in CASES.items() if engine in engines])
    checkout = pair(engine, old, new)

    screen, _ = fixed(checkout, [*options, "--no-rename"])

    assert "without rows" not in screen.partition("Tested with rows")[2], screen
    assert checkout.guard("check").returncode == 0


@pytest.mark.wide
@pytest.mark.parametrize(
    ("name", "engine"), [(name, engine) for name, (engines, *_) in CASES.items() for engine in engines]
)
def test_each_alone(pair, name, engine):
    old, new, options = lines([name])

    fixed(pair(engine, old, new), options)


CONVENTION = """metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s", "uq": "uq_%(table_name)s_%(column_0_name)s", "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s", "pk": "pk_%(table_name)s",
}
"""


@pytest.mark.parametrize("engine", ALL)
@pytest.mark.wide("SQLite", "MariaDB")
def test_a_naming_convention_changes_no_name_once_more(pair, engine):
    """A CHECK that comes, one that changes, one that goes."""
    tables = ["n > 0", "n > 1", ""], ["n > 2", "", "n > 3"]
    old, new = (
        CONVENTION
        + "\n".join(
            f'metadata.table("a{at}", number(), Column("n", Integer)'
            + (f', CheckConstraint("{condition}", name="positive")' if condition else "")
            + ")"
            for at, condition in enumerate(conditions)
        )
        for conditions in tables
    )
    checkout = pair(engine, old, new)

    _, text = fixed(checkout, [])

    assert "ck_a0_ck_a0" not in text
    checked = checkout.guard("check")
    assert (checked.returncode, "note" in checked.stdout) == (0, False), checked.stdout


def test_what_needs_no_order_is_as_alembic_writes_it(pair):
    """A second table, a column, an index: no line is moved."""
    old = 'metadata.table("a", number())'
    new = 'metadata.table("a", number(), Column("n", Integer, index=True))\nmetadata.table("b", number(), Column("a", ForeignKey("a.id")))'

    _, text = fixed(pair("PostgreSQL", old, new), [])

    calls = [line.strip().partition("(")[0] for line in text.splitlines() if line.startswith("    op.")]
    assert calls == [
        "op.create_table", "op.add_column", "op.create_index", "op.drop_index", "op.drop_column", "op.drop_table",
    ]  # fmt: skip


REWRITES = """
from alembic.operations import ops


def put_in(context, revision, scripts):
    scripts[0].upgrade_ops.ops.insert(1, ops.ExecuteSQLOp("SELECT 1"))
"""


def test_what_the_project_puts_in_is_crossed_only_where_it_must_be(pair):
    """Alembic drops the table first; the key to it has to go before, whatever stands between the two."""
    old = 'metadata.table("b", number())\nmetadata.table("a", number(), Column("b_id", ForeignKey("b.id")))'
    checkout = pair("PostgreSQL", old, 'metadata.table("a", number())')
    checkout.replace("migrations/env.py", "import models\n", f"import models\n{REWRITES}")
    checkout.replace(
        "migrations/env.py",
        "connection=connection,",
        "connection=connection, process_revision_directives=put_in,",
    )
    checkout.commit("Rewrite", "--", "migrations/env.py")

    screen, text = fixed(checkout, [])

    assert "An operation that a plugin or the project put into the migration" in screen
    upgrade = text.partition("def downgrade")[0]
    assert upgrade.index("drop_constraint") < upgrade.index("drop_table")
    assert upgrade.index("SELECT 1") < upgrade.index("drop_column")
