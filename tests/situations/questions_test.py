"""What fix asks, on whole projects: where nobody answers, where the answer fits nothing, where the database refuses."""

import pytest


@pytest.fixture
def renamed(project):
    checkout = project("linear")
    checkout.replace("models.py", "email = Column", "address = Column")
    return checkout


def test_nobody_answers(renamed, shows):
    checked = renamed.guard("check")
    result = renamed.guard("fix", "-m", "Names", "--no-stage")
    hooked = renamed.run("git", "add", "-A") and renamed.guard("fix", "--hook")

    assert (result.stderr, result.returncode, checked.returncode) == ("", 1, 1)
    shows(result, "questions", "a rename")
    shows(checked, "drift", "fix will ask")
    shows(hooked, "questions", "a rename, in a hook")
    assert hooked.returncode == 1
    assert renamed.git("status", "--porcelain", "--ignored") == "M  models.py\n"


def test_with_heads_to_be_joined_first(project, shows):
    """Nothing is proved before all is known, and the command that is shown joins them too."""
    checkout = project("two_heads")
    checkout.replace("models.py", "    email = ", "    age = Column(Integer, nullable=False)\n    email = ")

    result = checkout.guard("fix", "--merge", "--dry-run")

    shows(result, "questions", "a value for rows")
    assert (result.stdout.count("head"), result.returncode) == (0, 1)


def test_an_answer_that_fits_nothing(renamed, shows):
    result = renamed.guard("fix", "--rename", "user.emial:user.address")
    assert result.returncode == 2
    shows(result, "questions", "an answer that fits nothing")
    assert renamed.git("status", "--porcelain", "--ignored") == " M models.py\n"


def test_a_rename_that_the_database_refuses(renamed, shows):
    """SQLite looks into every view, also one that speaks of nothing."""
    name = "migrations/versions/cccccccccccc_create_post.py"
    view = '    op.execute("CREATE VIEW broken AS SELECT email FROM nowhere")\n'
    renamed.replace(name, "def upgrade():\n", f"def upgrade():\n{view}")

    result = renamed.guard("fix", "--rename", "user.email:user.address")

    assert result.returncode == 2
    shows(result, "questions", "a rename that the database refuses")


@pytest.mark.parametrize(
    ("name", "file", "old"),
    [("flask_app", "app.py", "email"), ("async_env", "models.py", "name"), ("multidb", "models.py", "id")],
)
@pytest.mark.wide("async_env-models.py-name", "multidb-models.py-id")
def test_only_a_rename_is_left(project, name, file, old):
    """Flask-Migrate's env.py takes a revision without operations for none."""
    checkout = project(name)
    text = (checkout.path / file).read_text()
    checkout.write(file, text.replace(f"    {old} = ", "    renamed = ", 1))

    result = checkout.guard("fix", "--rename", f"user.{old}:user.renamed")

    assert result.returncode == 0, result.stdout + result.stderr
    (path,) = checkout.git("diff", "--cached", "--name-only").split()
    written = (checkout.path / path).read_text()
    assert f"    op.alter_column('user', '{old}', new_column_name='renamed')\n" in written
    assert f"    op.alter_column('user', 'renamed', new_column_name='{old}')\n" in written
    assert path.endswith(f"_rename_user_{old}_to_renamed.py")


def test_where_no_value_can_be_right_that_is_said(pair, shows):
    """A key to a table that is new as well, and a unique column."""
    old = 'metadata.table("item", number())'
    new = (
        'metadata.table("list", number())\nmetadata.table("item", number(), '
        'Column("list_id", ForeignKey("list.id"), nullable=False), Column("token", String(10), unique=True, nullable=False))'
    )
    checkout = pair("SQLite", old, new)

    asked = checkout.guard("fix", "-m", "Second")
    given = checkout.guard("fix", "-m", "Second", "--default", "item.list_id=1", "--default", "item.token=x")

    assert (asked.returncode, given.returncode) == (1, 1)
    shows(asked, "questions", "no value can be right")
    assert "Nothing was written." in given.stdout


def test_a_value_for_a_column_that_may_be_a_rename_asks_about_that(pair):
    old = 'metadata.table("a", number(), Column("mail", String(20), nullable=False))'
    checkout = pair("SQLite", old, old.replace("mail", "email"))

    asked = checkout.guard("fix", "-m", "Second", "--default", "a.email=x")

    assert (asked.returncode, asked.stderr) == (1, "")
    assert "Was it renamed?" in asked.stdout
    assert "--rename a.mail:a.email" in asked.stdout
