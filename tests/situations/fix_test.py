"""migrate-guard fix: the missing revision is written as the project would write it, proven, and only then appears."""

import pytest

MINE = "revision = 'ffffffffffff'\ndown_revision = 'eeeeeeeeeeee'\n"


IMPORT_OPS = "from alembic.operations import ops\n"


ADD = "    op.add_column('user', sa.Column('phone', sa.String(length=20), nullable=True))\n"
ADD_IN_BATCH = """\
    with op.batch_alter_table('user', schema=None) as batch_op:
        batch_op.add_column(sa.Column('phone', sa.String(length=20), nullable=True))
"""
# project: the model's file, its revision's upgrade
PROJECTS = {
    "linear": ("models.py", ADD),
    "flask_app": ("app.py", ADD_IN_BATCH),
    "pyproject_config": ("models.py", ADD),
    "folder_called_alembic": ("models.py", ADD),
    "env_py_creates_schema_first": ("models.py", ADD),
    "async_env": ("models.py", ADD),
    "multidb": ("models.py", ADD),
    "flask_multidb": ("app.py", ADD_IN_BATCH),
}


@pytest.mark.parametrize("name", PROJECTS)
@pytest.mark.wide(
    "folder_called_alembic",
    "env_py_creates_schema_first",
    "multidb",
    "flask_app",
    "async_env",
    "flask_multidb",
    "pyproject_config",
)
def test_writes_the_missing_revision_and_then_there_is_nothing_to_write(project, plant, name, shows):
    checkout = project(name)
    file, upgrade = PROJECTS[name]
    plant(checkout, file)

    fixed = checkout.guard("fix", "-m", "Add phone")
    path = checkout.git("diff", "--cached", "--name-only").strip()
    checkout.git("add", file)
    again = checkout.guard("fix", "--staged", "-m", "Add phone")

    assert (fixed.returncode, again.returncode) == (0, 0), fixed.stdout + fixed.stderr
    shows(fixed, "fix", "a revision", FILE=path, MODELS=file)
    assert upgrade in (checkout.path / path).read_text()
    assert path.endswith("_add_phone.py")
    shows(again, "fix", "nothing to write, --staged")
    assert len(checkout.git("status", "--porcelain").splitlines()) == 2


@pytest.mark.parametrize("name", ["linear", "flask_app", "rewriter_drops_operations", "two_environments"])
@pytest.mark.wide("flask_app", "rewriter_drops_operations")
def test_no_drift(project, name, shows):
    checkout = project(name)

    result = checkout.guard("fix", "-m", "Add phone")

    assert (result.stderr, result.returncode) == ("", 0)
    shows(result, "fix", "nothing to write")
    assert checkout.git("status", "--porcelain", "--ignored") == ""


def test_a_dropped_table_has_no_line_but_its_file_is_named(project, shows):
    checkout = project("linear")
    text = (checkout.path / "models.py").read_text()
    checkout.replace("models.py", text[text.index("class Post") :], "")

    fixed = checkout.guard("fix", "-m", "Drop post")

    path = checkout.git("diff", "--cached", "--name-only").strip()
    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    shows(fixed, "fix", "a dropped table", FILE=path, MODELS="models.py")


def test_without_staging(project, plant, shows):
    checkout = project("linear")
    plant(checkout)

    result = checkout.guard("fix", "-m", "Add phone", "--no-stage")

    path = checkout.git("ls-files", "--others").strip()
    assert result.returncode == 0
    shows(result, "fix", "--no-stage", FILE=path)


def test_a_message_made_from_the_operations(project, plant):
    checkout = project("linear")
    plant(checkout)

    assert checkout.guard("fix").returncode == 0
    path = checkout.git("diff", "--cached", "--name-only").strip()
    assert path.endswith("_add_user_phone.py")
    assert (checkout.path / path).read_text().startswith('"""add_user_phone\n')


def test_two_environments(project, plant, shows):
    checkout = project("two_environments")
    plant(checkout, "accounts/models.py")
    plant(checkout, "tasks/models.py")

    result = checkout.guard("fix", "-m", "Add phone")

    first, second = checkout.git("diff", "--cached", "--name-only").split()
    assert result.returncode == 0
    shows(result, "fix", "two environments", FIRST=first, SECOND=second)
    assert (first.split("/")[0], second.split("/")[0]) == ("accounts", "tasks")


def test_one_environment_that_cannot_be_checked_keeps_all_from_being_written(project, plant):
    checkout = project("two_environments")
    plant(checkout, "accounts/models.py")
    checkout.write("tasks/migrations/env.py", "raise RuntimeError\n")

    result = checkout.guard("fix", "-m", "Add phone")

    assert result.returncode == 2
    assert checkout.git("ls-files", "--others") == checkout.git("diff", "--cached", "--name-only") == ""


def test_own_file_template_script_template_and_post_write_hook(project, plant):
    checkout = project("own_templates")
    plant(checkout)

    result = checkout.guard("fix", "-m", "Add phone")

    path = checkout.git("diff", "--cached", "--name-only").strip()
    assert result.returncode == 0, result.stderr
    _, _, year, name = path.split("/")
    assert year.isdigit() and name.endswith("-add_phone.py")
    text = (checkout.path / path).read_text()
    assert text.startswith("# Copyright of the company\n")
    assert text.endswith("# Checked by the style tool.\n")


def test_the_projects_rewriter(project, plant):
    checkout = project("rewriter_drops_operations")
    plant(checkout)

    assert checkout.guard("fix", "-m", "Add phone").returncode == 0
    written = checkout.git("diff", "--cached")
    assert "add_column('user'" in written
    assert "report_users" not in written


def test_a_new_file_that_python_cannot_read(project, plant, shows):
    checkout = project("linear")
    checkout.replace("migrations/script.py.mako", "def upgrade() -> None:", "def upgrade() -> None")
    plant(checkout)

    refused = checkout.guard("fix", "-m", "Add phone")

    assert refused.returncode == 2
    shows(refused, "fix-fails", "the new file cannot be read")
    assert checkout.git("status", "--porcelain") == " M migrations/script.py.mako\n M models.py\n"


def test_two_heads_that_are_intended_need_a_choice(project, plant, shows):
    checkout = project("two_heads")
    checkout.write("pyproject.toml", "[tool.migrate-guard]\nheads = 2\n")
    plant(checkout)

    refused = checkout.guard("fix", "-m", "Add phone")
    chosen = checkout.guard("fix", "-m", "Add phone", "--head", "posts@head")

    assert refused.returncode == 2
    shows(refused, "fix-fails", "which of several heads")
    assert chosen.returncode == 0
    assert "down_revision: Union[str, Sequence[str], None] = 'cccccccccccc'" in checkout.git(
        "diff", "--cached"
    )


def test_a_proof_that_fails(project, shows):
    """Here the project's own comparison never agrees."""
    checkout = project("linear")
    checkout.write("pyproject.toml", '[tool.migrate-guard]\njudge = "autogenerate"\n')
    checkout.commit("Believe it")
    options = "render_as_batch=True, compare_type=lambda context, column, *rest: column.name == 'title'"
    checkout.replace(
        "migrations/env.py",
        "connection=connection, target_metadata=target_metadata",
        f"connection=connection, target_metadata=target_metadata, {options}",
    )

    result = checkout.guard("fix", "-m", "Alter title")

    assert result.returncode == 1
    shows(result.stdout.partition("\nThe draft of ")[0], "fix-fails", "the database keeps it in another way")
    assert result.stdout.endswith("\nNothing was written.\n")
    assert checkout.git("status", "--porcelain", "--ignored") == " M migrations/env.py\n"


def test_a_revision_that_cannot_be_replayed(project, plant):
    """The project's own rewriter has brought it in."""
    checkout = project("linear")
    configure = "connection=connection, target_metadata=target_metadata"
    add = 'lambda context, revision, scripts: scripts[0].upgrade_ops.ops.append(ops.ExecuteSQLOp("ALTER it"))'
    checkout.replace("migrations/env.py", configure, f"{configure}, process_revision_directives={add}")
    checkout.replace(
        "migrations/env.py", "from alembic import context\n", f"from alembic import context\n{IMPORT_OPS}"
    )
    checkout.commit("Rewrite")
    plant(checkout)

    result = checkout.guard("fix", "-m", "Add phone")

    assert result.returncode == 1
    assert "error[upgrade-fails] migrations\n" in result.stdout
    assert '(sqlite3.OperationalError) near "it":' in result.stdout
    assert result.stdout.endswith("\nNothing was written.\n")
    assert checkout.git("status", "--porcelain", "--ignored") == " M models.py\n"


def test_never_overwrites_a_file(project, plant, shows):
    checkout = project("linear")
    checkout.replace("alembic.ini", "prepend_sys_path", "file_template = %%(slug)s\nprepend_sys_path")
    plant(checkout)
    checkout.git("add", "-A")
    file = checkout.write("migrations/versions/add_phone.py", MINE)

    result = checkout.guard("fix", "--staged", "-m", "Add phone")

    assert (result.stdout, result.returncode) == ("", 2)
    shows(result, "fix-fails", "the file is there already")
    assert file.read_text() == MINE
    assert checkout.git("diff", "--cached", "--name-only").split() == ["alembic.ini", "models.py"]


def test_a_history_that_cannot_be_replayed(project, plant, shows):
    checkout = project("upgrade_raises")
    checkout.write("pyproject.toml", '[tool.migrate-guard]\nhistory = "replay"\n')
    plant(checkout)

    result = checkout.guard("fix", "-m", "Add phone")

    assert result.returncode == 1
    shows(result, "upgrade-fails", "fix")


def test_what_an_interrupted_run_left_is_finished_and_named(project, plant, shows):
    checkout = project("two_environments")
    plant(checkout, "accounts/models.py")
    plant(checkout, "tasks/models.py")
    checkout.guard("fix", "-m", "Add phone", "--no-stage")
    first, second = checkout.git("ls-files", "--others").split()
    (checkout.path / second).unlink()

    rest = checkout.guard("fix", "-m", "Add phone")
    second = checkout.git("diff", "--cached", "--name-only").strip()
    again = checkout.guard("fix", "-m", "Add phone")

    assert (rest.returncode, again.returncode) == (0, 0), rest.stdout + rest.stderr
    shows(rest, "fix", "the rest of an interrupted run", FIRST=first, SECOND=second)
    shows(again, "fix", "nothing but what is not staged", FIRST=first)


@pytest.mark.wide
def test_the_hook_shows_what_it_wrote_and_fails_once(project, plant, shows):
    """The model is staged in part: what is staged gets its revision."""
    checkout = project("linear")
    plant(checkout)
    checkout.git("add", "models.py")
    checkout.replace("models.py", "    phone =", "    fax = Column(String(20))\n    phone =")
    staged, models = checkout.git("ls-files", "--stage"), (checkout.path / "models.py").read_text()
    in_hook = {"GIT_INDEX_FILE": ".git/index"}

    blocked = checkout.guard("fix", "--hook", env=in_hook)

    path = checkout.git("ls-files", "--others").strip()
    assert path.endswith("_add_user_phone.py")
    text = (checkout.path / path).read_text()
    assert (blocked.returncode, blocked.stderr) == (1, "")
    shows(blocked, "fix", "--hook", FILE=path, TEXT=text)
    assert (checkout.git("ls-files", "--stage"), (checkout.path / "models.py").read_text()) == (
        staged,
        models,
    )
    assert "phone" in text and "fax" not in text
    checkout.git("add", path)
    passed = checkout.guard("fix", "--hook", env=in_hook)
    assert (passed.returncode, passed.stdout, passed.stderr) == (0, "", "")


def test_by_hand_the_whole_file_counts_and_that_is_said(project, plant, shows):
    checkout = project("linear")
    plant(checkout)
    checkout.git("add", "models.py")
    checkout.replace("models.py", "    phone =", "    fax = Column(String(20))\n    phone =")

    result = checkout.guard("fix")

    assert result.returncode == 0
    shows(result, "fix", "staged in part")
    assert "'fax'" in checkout.git("diff", "--cached")
