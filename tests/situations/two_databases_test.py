"""The databases as the judge, and where they are not."""

import pytest

CONFIGURE = "connection=connection, target_metadata=target_metadata"
CHECK = '__tablename__ = "user"\n    __table_args__ = (CheckConstraint("id > 0", name="positive"),)\n'


@pytest.fixture
def checked(project):
    """The project ``linear`` with a CHECK that autogenerate does not see."""
    checkout = project("linear")
    checkout.replace("models.py", "import Column", "import CheckConstraint, Column")
    checkout.replace("models.py", '__tablename__ = "user"\n', CHECK)
    return checkout


def settings(checkout, text):
    checkout.write("pyproject.toml", f"[tool.migrate-guard]\n{text}\n")


def test_what_autogenerate_does_not_see(checked, said):
    result = checked.guard("check")
    assert result.returncode == 1
    assert said(result).startswith("""\
error[drift] migrations
  models and history differ in 1 point.
    models.py:7: add check constraint positive of user: CHECK (id > 0)
        the models have it, the history does not
        autogenerate does not see it: a revision has to say it by hand

To mend it:
""")
    assert 'alembic revision -m "add_check_constraint_positive_of_user"\n' in result.stdout


def test_a_revision_written_by_hand_mends_it(checked):
    checked.write(
        "migrations/versions/dddddddddddd_check.py",
        'from alembic import op\n\nrevision = "dddddddddddd"\ndown_revision = "cccccccccccc"\n\n\n'
        'def upgrade():\n    with op.batch_alter_table("user") as batch:\n'
        '        batch.create_check_constraint("positive", "id > 0")\n',
    )
    assert checked.guard("check").returncode == 0


def test_fix_has_nothing_to_write(checked):
    fixed = checked.guard("fix", "-m", "Add a check")
    assert (fixed.returncode, fixed.stdout.endswith("\nNothing was written.\n")) == (1, True), fixed.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        pytest.param("include_object=lambda thing, name, *rest: name != 'user'", 0, "1 left out by env.py", id="a table that is left out"),
        pytest.param("compare_type=False", 1, "positive", id="a plain False is no answer"),
    ],
)  # fmt: skip
def test_what_the_project_leaves_out(checked, arguments, code, words):
    checked.replace("migrations/env.py", CONFIGURE, f"{CONFIGURE}, {arguments}")
    result = checked.guard("check")
    assert (result.returncode, words in " ".join(result.stdout.split())) == (code, True), result.stdout


@pytest.mark.parametrize(
    ("answer", "code"),
    [pytest.param("False", 0, id="its own function says no"), pytest.param("None", 1, id="it does not say")],
)
def test_a_default_that_the_project_compares_itself(project, answer, code):
    checkout = project("linear")
    compare = f"compare_server_default=lambda *arguments: {answer}"
    checkout.replace("migrations/env.py", CONFIGURE, f"{CONFIGURE}, {compare}")
    checkout.replace(
        "models.py", "email = Column(String(120))", 'email = Column(String(120), server_default="x")'
    )
    result = checkout.guard("check")
    assert (result.returncode, "left out by env.py" in result.stdout) == (code, not code), result.stdout


def test_a_default_of_python_leaves_no_trace(project):
    checkout = project("linear")
    checkout.replace("models.py", "email = Column(String(120))", 'email = Column(String(120), default="x")')
    assert checkout.guard("check").returncode == 0


@pytest.mark.parametrize(("strict", "code", "kind"), [("false", 0, "note"), ("true", 1, "error")])
def test_what_the_history_has_beyond_the_models(project, strict, code, kind):
    checkout = project("linear")
    settings(checkout, f"strict = {strict}")
    revision = "migrations/versions/bbbbbbbbbbbb_add_email.py"
    checkout.replace(revision, "sa.String(120))", 'sa.String(120), server_default="x")')

    result = checkout.guard("check")

    assert result.returncode == code
    assert (
        f"""\
{kind}[drift] migrations
  the history makes 1 thing that the models do not have.
    models.py:11: alter column user.email
        the models say default none, the history says default 'x'
"""
        in result.stdout
    ), result.stdout
    assert ("they differ" if code else "they agree") in " ".join(result.stdout.split())


def test_a_database_that_the_models_cannot_make(checked, plant):
    """Autogenerate's opinion is the verdict then, and that is said."""
    twice = '__table_args__ = (Index("ix", "title"), Index("ix", "author_id"))\n'
    checked.replace("models.py", "import CheckConstraint", "import CheckConstraint, Index")
    checked.replace("models.py", '__tablename__ = "post"\n', f'__tablename__ = "post"\n    {twice}')
    settings(checked, "")
    result = checked.guard("check")
    said = " ".join(result.stdout.split())
    assert "since no database can be built from the models: index ix already exists." in said
    assert "positive" not in said


def test_autogenerate_alone(checked):
    settings(checked, 'judge = "autogenerate"')
    assert checked.guard("check").returncode == 0


def test_fix_does_not_write_what_the_databases_overrule(project, plant):
    """SQLite's reflection knows no descending index, so autogenerate would make it anew each time."""
    checkout = project("linear")
    checkout.replace("models.py", "import Column", "import Column, Index, desc")
    checkout.replace(
        "models.py",
        '__tablename__ = "post"\n',
        '__tablename__ = "post"\n    __table_args__ = (Index("ix_title", desc("title")),)\n',
    )
    revision = "migrations/versions/cccccccccccc_create_post.py"
    text = (checkout.path / revision).read_text()
    made = '    op.create_index("ix_title", "post", [sa.text("title DESC")])\n\n\ndef downgrade'
    checkout.write(revision, text.replace("\n\ndef downgrade", f"{made}", 1))
    clean = checkout.guard("check")
    plant(checkout)
    fixed = checkout.guard("fix", "-m", "Add phone")
    (written,) = (checkout.path / "migrations/versions").glob("*add_phone.py")
    assert (clean.returncode, fixed.returncode) == (0, 0), clean.stdout + fixed.stdout
    assert "points are none" in clean.stdout
    assert "ix_title" not in written.read_text()
    assert "phone" in written.read_text()
