"""What fix asks, on whole projects: where nobody answers, where the answer fits nothing, where the database refuses."""

import pytest

QUESTION = """\
question: migrations
  column user.email is dropped. Was it renamed? A rename keeps its values.
    it was, to user.address (same type, 17 % alike by name):
      migrate-guard fix -m "Names" --no-stage --rename user.email:user.address
    it was not, and is lost:
      migrate-guard fix -m "Names" --no-stage --no-rename

Nothing was written.
"""
UNFIT = """\
error: --rename user.emial:user.address fits nothing that the missing revision
       would do.
caused by: user.email is dropped, and could be renamed to user.address
"""
REFUSED = """\
error: renaming column user.email to address failed.
caused by: error in view broken: no such table: main.nowhere
hint: The database itself refuses. Take what is in the way out in a revision of
      its own, rename, and put it back.
"""


@pytest.fixture
def renamed(project):
    checkout = project("linear")
    checkout.replace("models.py", "email = Column", "address = Column")
    return checkout


def test_nobody_answers(renamed):
    checked = renamed.guard("check")
    result = renamed.guard("fix", "-m", "Names", "--no-stage")
    hooked = renamed.run("git", "add", "-A") and renamed.guard("fix", "--hook")

    assert (result.stdout, result.stderr, result.returncode) == (QUESTION, "", 1)
    assert "fix will ask whether user.email was renamed to user.address." in " ".join(checked.stdout.split())
    assert 'migrate-guard fix -m "' in checked.stdout
    assert "--rename user.email:user.address\n" in hooked.stdout and "fix --staged -m" not in hooked.stdout
    assert hooked.returncode == 1
    assert renamed.git("status", "--porcelain", "--ignored") == "M  models.py\n"


def test_with_heads_to_be_joined_first(project):
    """Nothing is proved before all is known, and the command that is shown joins them too."""
    checkout = project("two_heads")
    checkout.replace("models.py", "    email = ", "    age = Column(Integer, nullable=False)\n    email = ")

    result = checkout.guard("fix", "--merge", "--dry-run")

    assert result.stdout.startswith(
        "question: migrations\n  models.py:11: column user.age is added and NOT NULL."
    )
    assert "      migrate-guard fix --merge --dry-run --default user.age=VALUE\n" in result.stdout
    assert (result.stdout.count("head"), result.returncode) == (0, 1)


def test_an_answer_that_fits_nothing(renamed):
    result = renamed.guard("fix", "--rename", "user.emial:user.address")
    assert (result.stderr, result.returncode) == (UNFIT, 2)
    assert renamed.git("status", "--porcelain", "--ignored") == " M models.py\n"


def test_a_rename_that_the_database_refuses(renamed):
    """SQLite looks into every view, also one that speaks of nothing."""
    name = "migrations/versions/cccccccccccc_create_post.py"
    view = '    op.execute("CREATE VIEW broken AS SELECT email FROM nowhere")\n'
    renamed.replace(name, "def upgrade():\n", f"def upgrade():\n{view}")

    result = renamed.guard("fix", "--rename", "user.email:user.address")

    assert (result.stderr.partition("hint: to leave")[0], result.returncode) == (REFUSED, 2)


@pytest.mark.parametrize(
    ("name", "file", "old"),
    [("flask_app", "app.py", "email"), ("async_env", "models.py", "name"), ("multidb", "models.py", "id")],
)
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
