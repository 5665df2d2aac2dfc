"""What fix proves before a file appears: the whole way there, back, and there again."""

import re
from pathlib import Path

import pytest

POSTGRESQL = "postgresql+psycopg"
UPGRADES = '${upgrades if upgrades else "pass"}'
DOWNGRADES = '${downgrades if downgrades else "pass"}'


@pytest.fixture
def template(plant):
    """``template(checkout, old, new)``: as the project's template has it, from now on, and drift to be written."""

    def edit(checkout, old, new):
        checkout.replace("migrations/script.py.mako", old, new)
        checkout.commit("Template")
        plant(checkout)

    return edit


def fixed(checkout, *arguments):
    """The screen of a fix that proves nothing, down to the draft, and the draft with what follows."""
    result = checkout.guard("fix", "-m", "Add phone", *arguments)
    screen, found, draft = result.stdout.partition("\nThe draft of migrations/versions/")
    assert (result.returncode, bool(found)) == (1, True), result.stdout + result.stderr
    assert checkout.git("status", "--porcelain", "--ignored") == " M models.py\n"
    return screen + result.stderr, draft


@pytest.mark.wide
def test_an_enum_that_the_downgrade_leaves_behind(on, shows, template, postgresql):
    checkout = on("linear", POSTGRESQL)
    make = """op.execute("CREATE TYPE mood AS ENUM ('sad', 'ok')")\n    """
    template(checkout, UPGRADES, make + UPGRADES)

    screen, draft = fixed(checkout)

    shows(screen, "irreversible-revision", "a type is left behind")
    shows(draft[draft.index("    op.drop_column") :], "fix", "not proved, after the draft")


FAILS = {
    "the way there": (UPGRADES, 'op.execute("SELECT * FROM nowhere")\n    '),
    "the way back": (DOWNGRADES, 'op.execute("DROP TABLE nowhere")\n    '),
    "there again": (
        UPGRADES,
        'if not op.get_bind().exec_driver_sql("PRAGMA user_version").scalar():\n        '
        'op.execute("PRAGMA user_version = 1")\n    else:\n        raise ValueError("twice")\n    ',
    ),
    "what it leads to": (UPGRADES, 'op.add_column("post", sa.Column("more", sa.Integer()))\n    '),
}


@pytest.mark.parametrize("name", FAILS)
@pytest.mark.wide("the way back", "there again")
def test_what_fails_is_named(project, shows, template, name):
    place, line = FAILS[name]
    checkout = project("linear")
    template(checkout, place, line + place)

    screen, _ = fixed(checkout)

    if name == "the way there":
        shows(screen, "upgrade-fails", "the new revision")
    else:
        shows(screen, "irreversible-revision", name)


def test_the_draft_is_put_there_and_finished_by_hand(project, template, shows):
    checkout = project("linear")
    template(checkout, UPGRADES, 'op.add_column("post", sa.Column("more", sa.Integer()))\n    ' + UPGRADES)

    drafted = checkout.guard("fix", "-m", "Add phone", "--draft")

    (path,) = checkout.git("ls-files", "--others").split()
    assert drafted.returncode == 1
    shows(drafted, "fix", "--draft")
    text = (checkout.path / path).read_text()
    _, begun, upgrade = text.partition("def upgrade() -> None:\n")
    marks = f"""\
    \"\"\"Upgrade schema.\"\"\"
    # migrate-guard: this revision is not proved. Settle each point, then delete these lines.
    # - with the new revision, models and history differ in 1 point.
    #   models.py:15: drop column post.more: INTEGER
    #       the history has it, the models do not
    # - with the new revision, the downgrade of revision {Path(path).name[:12]} does not lead back to the schema that was there before.
    #   column post.more is left behind
    #       add to downgrade(): op.drop_column('post', 'more')
    #   upgraded again, it raises: sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) duplicate column name: more
    raise NotImplementedError("migrate-guard: this revision is not proved, see the marks above")
"""
    assert upgrade.startswith(marks)
    assert "see the marks above" in " ".join(checkout.guard("check").stdout.split())

    mended = begun + upgrade.removeprefix(marks).replace(
        'op.add_column("post", sa.Column("more", sa.Integer()))', "pass"
    )
    (checkout.path / path).write_text(_ + mended)
    assert checkout.guard("check").returncode == 0


def test_looking_writes_nothing(project, plant, shows):
    checkout = project("linear")
    plant(checkout)

    dry = checkout.guard("fix", "-m", "Add phone", "--dry-run")
    sql = checkout.guard("fix", "-m", "Add phone", "--sql")

    tested = (
        "Tested with rows in user, post: upgrade, compare, downgrade, upgrade. Your database is unchanged. "
        "Nothing was written.\n"
    )
    assert (dry.returncode, dry.stdout.endswith(tested)) == (0, True), dry.stdout + dry.stderr
    assert re.match(r'Would write (migrations/versions/\w{12}_add_phone.py):\n\n"""Add phone\n', dry.stdout)
    shows(re.sub(r'(?s)"""Add phone\n.*?(?=Tested )', "TEXT\n", dry.stdout), "fix", "--dry-run")
    assert sql.returncode == 0
    shows(sql, "fix", "--sql")
    assert checkout.git("status", "--porcelain", "--ignored") == " M models.py\n"
