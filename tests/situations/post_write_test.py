"""Post-write hooks: they run on the file before it is proved, and nothing changes it afterwards."""

HOOKS = """\

[post_write_hooks]
hooks = sort, format, wrap
sort.type = exec
sort.executable = %(here)s/.venv/bin/ruff
sort.options = check --fix REVISION_SCRIPT_FILENAME
format.type = module
format.module = ruff
format.options = format REVISION_SCRIPT_FILENAME
wrap.type = console_scripts
wrap.entrypoint = black
wrap.options = --line-length 60 REVISION_SCRIPT_FILENAME
"""
ADDED = """\
    op.add_column(
        "user",
        sa.Column(
            "phone", sa.String(length=20), nullable=True
        ),
    )
"""


def test_ruff_and_black(project, plant, formatter_environment):
    """Their configuration is the project's, and so is the virtual environment that the snapshot lacks."""
    checkout = project("linear", formatter_environment)
    (checkout.path / ".venv").symlink_to(formatter_environment)
    checkout.write(".gitignore", ".venv\n")
    checkout.write("ruff.toml", '[lint]\nselect = ["I", "UP"]\n')
    checkout.write("alembic.ini", (checkout.path / "alembic.ini").read_text() + HOOKS)
    checkout.commit("Format")
    plant(checkout)

    fixed = checkout.guard("fix", "-m", "Add phone")

    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    path = checkout.git("diff", "--cached", "--name-only").strip()
    text = (checkout.path / path).read_text()
    assert ADDED in text
    assert (
        "\nfrom collections.abc import Sequence\nfrom typing import Union\n\nimport sqlalchemy as sa\nfrom alembic import op\n"
        in text
    )
    assert checkout.git("status", "--porcelain") == f"A  {path}\n M models.py\n"


def test_the_file_that_is_proved_is_the_one_that_hooks_have_left(project, plant):
    checkout = project("own_templates")
    checkout.replace(
        "tools/stamp.py",
        '"a") as file:\n    file.write(',
        '"r+") as file:\n    text = file.read()\n    file.seek(0)\n    file.write(text.replace("length=20", "length=30") + ',
    )
    checkout.commit("Widen")
    plant(checkout)

    refused = checkout.guard("fix", "-m", "Add phone")

    assert refused.returncode == 1
    assert "the models say VARCHAR(20), the history says VARCHAR(30)" in refused.stdout
    assert refused.stdout.endswith("Nothing was written.\n")
    assert checkout.git("status", "--porcelain") == " M models.py\n"


def test_a_hook_that_is_not_there(project, plant, shows):
    checkout = project("own_templates")
    checkout.replace(
        "alembic.ini", "stamp.executable = python", "stamp.executable = %(here)s/.venv/bin/stamp"
    )
    plant(checkout)

    refused = checkout.guard("fix", "-m", "Add phone")

    assert refused.returncode == 2
    shows(refused, "fix-fails", "a post-write hook is not there")
