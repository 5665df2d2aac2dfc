"""Heads and where a revision goes: refused, joined and proved, or told which."""

import re

import pytest

TESTED = ": upgrade, compare, downgrade, upgrade. Your database is unchanged. "


def test_unintended_heads_are_joined_first(project, plant, shows):
    checkout = project("two_heads")
    plant(checkout)

    refused = checkout.guard("fix")
    checkout.git("add", "models.py")
    joined = checkout.guard("fix", "--merge", "-m", "Join them")
    again = checkout.guard("check", "--staged")

    assert (refused.returncode, joined.returncode) == (1, 0)
    shows(refused, "multiple-heads", "fix")
    merge, drift = sorted(checkout.git("diff", "--cached", "--name-only", "--diff-filter=A").split(), key=len)
    shows(joined, "fix", "heads are joined first", MERGE=merge, DRIFT=drift)
    assert (merge.endswith("_join_them.py"), drift.endswith("_add_user_phone.py")) == (True, True)
    assert "= ('bbbbbbbbbbbb', 'cccccccccccc')\n" in (checkout.path / merge).read_text()
    id = merge.split("/")[-1].partition("_")[0]
    assert f"= '{id}'\n" in (checkout.path / drift).read_text()
    assert (again.returncode, "they agree" in again.stdout) == (0, True)


def test_heads_alone(project, shows):
    """With the project's own ways of writing a file: env.py is run for it."""
    checkout = project("two_heads")
    checkout.replace(
        "migrations/env.py",
        "config = context.config\n",
        'config = context.config\nconfig.attributes["by"] = "A"\n',
    )
    checkout.replace(
        "migrations/script.py.mako", "from alembic", "# By ${config.attributes.get('by')}\nfrom alembic"
    )
    checkout.replace("alembic.ini", "prepend_sys_path", "revision_environment = true\nprepend_sys_path")

    shown = checkout.guard("fix", "--merge", "--dry-run")
    joined = checkout.guard("fix", "--merge", "bbbbbbbbbbbb", "cccccccccccc", "--no-stage")

    assert (
        shown.returncode,
        "down_revision: Union[str, Sequence[str], None] = ('bbbbbbbbbbbb', 'cccccccccccc')\n" in shown.stdout,
    ) == (0, True)
    assert shown.stdout.endswith(f"{TESTED}Nothing was written.\n")
    (path,) = checkout.git("ls-files", "--others").split()
    assert path.endswith("_merge_heads.py")
    assert "\n# By A\n" in (checkout.path / path).read_text()
    shows(joined, "fix", "heads that are joined", FILE=path)


def test_where_the_revision_goes(project, plant):
    checkout = project("two_heads")
    checkout.write("pyproject.toml", "[tool.migrate-guard]\nheads = 3\n")
    locations = "version_path_separator = os\nversion_locations = %(here)s/migrations/versions:%(here)s/migrations/reports"
    checkout.replace("alembic.ini", "prepend_sys_path", f"{locations}\nprepend_sys_path")
    plant(checkout)

    place = ["--head", "aaaaaaaaaaaa", "--splice", "--branch", "reports", "--version-path"]
    refused = checkout.guard("fix", "-m", "Add phone", *place, "migrations/elsewhere")
    spliced = checkout.guard("fix", "-m", "Add phone", *place, "reports", cwd="migrations")

    assert refused.returncode == 2
    assert "Path migrations/elsewhere is not represented in current version locations" in refused.stderr
    assert spliced.returncode == 0, spliced.stdout + spliced.stderr
    path = checkout.git("diff", "--cached", "--name-only").strip()
    assert re.fullmatch("migrations/reports/[0-9a-f]{12}_add_phone.py", path)
    text = (checkout.path / path).read_text()
    assert "\ndown_revision: Union[str, Sequence[str], None] = 'aaaaaaaaaaaa'\n" in text
    assert "\nbranch_labels: Union[str, Sequence[str], None] = ('reports',)\n" in text


def test_one_environment(project, plant, shows):
    checkout = project("two_environments")
    plant(checkout, "accounts/models.py")
    plant(checkout, "tasks/models.py")
    checkout.write("accounts/migrations/env.py", "raise RuntimeError\n")

    unknown = checkout.guard("fix", "--env", "task")
    ambiguous = checkout.guard("fix", "--head", "dddddddddddd")
    one = checkout.guard("fix", "--env", "tasks/migrations", "--head", "dddddddddddd")

    assert (unknown.returncode, unknown.stdout, ambiguous.returncode, ambiguous.stdout) == (2, "", 2, "")
    shows(unknown, "fix-fails", "no such environment")
    shows(ambiguous, "fix-fails", "--head for which environment")
    path = checkout.git("diff", "--cached", "--name-only").strip()
    assert one.stdout.startswith(f"Wrote {path} and staged it.\n"), one.stderr
    assert path.startswith("tasks/migrations/versions/")

    text = (checkout.path / path).read_text()
    checkout.write(f"{path[:-3]}_too.py", text.replace(path.split("/")[-1].partition("_")[0], "eeeeeeeeeeee"))
    checkout.git("add", "tasks")
    heads = checkout.guard("fix", "--env", "tasks/migrations", "--staged")
    assert heads.returncode == 1
    shows(heads, "multiple-heads", "fix, one of two environments", FILE=path)


NAMING = """\
file_template = %%(year)d/%%(month).2d/%%(day).2d_%%(hour).2d_%%(rev)s_%%(slug)s
recursive_version_locations = true
truncate_slug_length = 9
timezone = Asia/Kolkata
sourceless = true
prepend_sys_path"""


def test_how_its_file_is_named(project, plant):
    """By the settings, and with an id that the project chooses."""
    checkout = project("linear")
    configure = "connection=connection, target_metadata=target_metadata"
    choose = (
        'process_revision_directives=lambda context, revision, scripts: setattr(scripts[0], "rev_id", "0004")'
    )
    checkout.replace("migrations/env.py", configure, f"{configure}, {choose}")
    checkout.commit("Count")
    checkout.replace("alembic.ini", "prepend_sys_path", NAMING)
    plant(checkout)

    fixed = checkout.guard("fix", "-m", "Add the phone")

    path = checkout.git("diff", "--cached", "--name-only").strip()
    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    found = re.fullmatch(r"migrations/versions/(\d{4})/(\d\d)/(\d\d)_(\d\d)_0004_add_the_\.py", path)
    date = re.search(
        r"^Create Date: (\d{4})-(\d\d)-(\d\d) (\d\d):.*\+05:30$", (checkout.path / path).read_text(), re.M
    )
    assert found.groups() == date.groups()


@pytest.mark.parametrize(
    ("name", "upgrades"),
    [
        ("multidb", {"upgrade_users": ["user"], "upgrade_orders": ["order"]}),
        ("flask_multidb", {"upgrade_": ["user"], "upgrade_audit": ["event"]}),
    ],
    ids=["multidb", "flask_multidb"],
)
@pytest.mark.wide("flask_multidb")
def test_several_databases_share_a_revision(project, name, upgrades):
    checkout = project(name)
    file = "app.py" if name.startswith("flask") else "models.py"
    text = (checkout.path / file).read_text()
    db = "db." if "db." in text else ""
    checkout.write(
        file, text.replace("primary_key=True)\n", f"primary_key=True)\n    seen = {db}Column({db}Integer)\n")
    )

    fixed = checkout.guard("fix", "-m", "Add seen")

    path = checkout.git("diff", "--cached", "--name-only").strip()
    assert fixed.stdout.startswith(f"Wrote {path} and staged it.\n"), fixed.stdout + fixed.stderr
    written = (checkout.path / path).read_text()
    bodies = dict(re.findall(r"^def (upgrade_\w*)\(.*?\n(.*?)(?=^def )", written, re.M | re.S))
    assert {name: re.findall("'(user|order|event)'", body) for name, body in bodies.items()} == upgrades


def test_aioflask(project, driver_environment, plant):
    checkout = project("aioflask", driver_environment)
    plant(checkout)

    fixed = checkout.guard("fix", "-m", "Add phone")

    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    assert "batch_op.add_column(" in checkout.git("diff", "--cached")
