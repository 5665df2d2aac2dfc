"""Projects that have drifted before the guard came: what is new blocks, what is old is a line, or accepted."""

import re
import sys

import pytest

from tests.conftest import ROOT

HOOK = {"PRE_COMMIT": "1"}
BASELINE = "migrate-guard-baseline.toml"
PHONE = "    phone = Column(String(20))\n"
WIDER = 'user.alter_column("name", type_=sa.String(70))'
IGNORE = '{"migrate_guard": {"ignore": ["drift"], "reason": "a trigger of the DBA\'s keeps it"}}'
TABLE = """

from sqlalchemy import Column, Integer
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Rate(Base):
    __tablename__ = "rate"
    id = Column(Integer, primary_key=True)
"""
REVISION = """\
import sqlalchemy as sa
from alembic import op

revision = "bbbbbbbbbbbb"
down_revision = "aaaaaaaaaaaa"


def upgrade():
    with op.batch_alter_table("user") as user:
        {}


def downgrade():
    pass
"""


def differences(result):
    """Those that are listed."""
    return re.findall(r"^    (?:\S+: )?(add|alter|drop) (.+?)(?::|$)", result.stdout, re.M)


@pytest.fixture
def drifted(project):
    return project("drifted_before")


def test_what_is_old_is_a_line_and_what_is_new_blocks(drifted, shows):
    drifted.write("other.py", "OTHER = 1\n")
    drifted.git("add", ".")
    nothing_new = drifted.guard("check", "--staged", env=HOOK)
    typed = drifted.guard("check", "--staged")
    drifted.replace("models.py", PHONE, PHONE + "    fax = Column(String(20))\n")
    drifted.git("add", ".")
    new = drifted.guard("check", "--staged", env=HOOK)
    all_of_it = drifted.guard("check")

    assert nothing_new.returncode == 0
    shows(nothing_new, "older", "in a hook that passes")
    assert typed.returncode == 0
    shows(typed, "older", "nothing new")
    assert (new.returncode, differences(new)) == (1, [("add", "column user.fax")])
    shows(new, "older", "and something new")
    assert (all_of_it.returncode, len(differences(all_of_it))) == (1, 5)
    assert "there before" not in all_of_it.stdout


def test_what_the_commit_touches_again_is_new(drifted):
    """In the models a missing column, and a missing table whose words stay the same; in the history what differs."""
    drifted.replace("models.py", "phone = Column(String(20))", "phone = Column(String(21))")
    drifted.replace("models.py", "label = Column(String(30))", "label = Column(String(31))")
    drifted.write("migrations/versions/bbbbbbbbbbbb_wider.py", REVISION.format(WIDER))
    drifted.git("add", ".")
    result = drifted.guard("check", "--staged")
    new = [("add", "table tag"), ("add", "column user.phone"), ("alter", "column user.name")]
    assert (differences(result), result.returncode) == (new, 1), result.stdout
    assert "1 difference was there before this commit" in result.stdout


def test_what_the_commit_mends_or_lets_be(drifted):
    drifted.replace("models.py", PHONE, f"{PHONE}    fax = Column(String(20))\n")
    added = 'user.add_column(sa.Column("{}", sa.String(20)))'
    both = "\n        ".join(map(added.format, ("phone", "fax")))
    drifted.write("migrations/versions/bbbbbbbbbbbb_columns.py", REVISION.format(both))
    drifted.git("add", ".")
    result = drifted.guard("check", "--staged")
    assert (result.returncode, differences(result)) == (0, []), result.stdout
    assert result.stdout.startswith("3 differences were there before this commit")


@pytest.mark.wide
def test_head_is_judged_where_nothing_is_staged(drifted):
    """Its first parent decides; in CI everything counts."""
    first = drifted.guard("check", "--staged", env=HOOK)
    drifted.replace("models.py", PHONE, PHONE + "    fax = Column(String(20))\n")
    drifted.commit("Fax", "--no-verify")
    amended = drifted.guard("check", "--staged", env=HOOK)
    in_ci = drifted.guard("check", "--staged", env={**HOOK, "CI": "1"})

    assert (first.returncode, len(differences(first))) == (1, 4)
    assert (amended.returncode, differences(amended)) == (1, [("add", "column user.fax")])
    assert (in_ci.returncode, len(differences(in_ci))) == (1, 5)


def test_a_parent_that_cannot_be_judged(drifted, shows):
    """It excuses nothing, and that is said."""
    drifted.replace("models.py", "from sqlalchemy.orm", "import gone\nfrom sqlalchemy.orm")
    drifted.commit("A dependency", "--no-verify")
    broken = drifted.git("rev-parse", "HEAD")[:8]
    drifted.replace("models.py", "import gone\n", "")
    drifted.git("add", ".")
    mended = drifted.guard("check", "--staged", env=HOOK)

    assert (mended.returncode, len(differences(mended))) == (1, 4)
    shows(mended, "older", "the parent cannot be judged", COMMIT=broken)


def test_the_commit_that_brings_a_setting(project, shows):
    """With the parent's own settings its history could not be replayed; with these it is clean."""
    checkout = project("start_dump")
    checkout.replace("pyproject.toml", "[tool.migrate-guard]", "[tool.migrate-guard-not-yet]")
    checkout.commit("Without a start", "--no-verify")
    checkout.replace("pyproject.toml", "-not-yet", "")
    checkout.replace("models.py", "    id = ", "    fax = Column(String(20))\n    id = ")
    checkout.git("add", ".")
    result = checkout.guard("check", "--staged", env=HOOK)

    assert result.returncode == 1
    shows(result, "older", "the commit brings a setting")


@pytest.mark.parametrize("more, code", [("", 0), (TABLE, 1)], ids=["by itself", "with a table"])
def test_the_commit_that_brings_a_function_of_its_config(project, more, code):
    """The parent is judged with it, if it changes nothing else; what is old is then a line."""
    checkout = project("config_in_code")
    database = (checkout.path / "shop/database.py").read_text()
    models = (checkout.path / "shop/models.py").read_text()
    checkout.git("rm", "-q", "--cached", "shop/database.py", "pyproject.toml")
    checkout.write("shop/models.py", models + "    phone = Column(String(20))\n")
    checkout.git("add", "shop/models.py")
    checkout.git("commit", "-q", "--no-verify", "-m", "Before the guard")
    checkout.write("shop/database.py", database + more)
    checkout.git("add", ".")
    result = checkout.guard("check", "--staged", env=HOOK)

    said = " ".join(result.stdout.split())
    assert result.returncode == code, result.stdout + result.stderr
    if more:
        assert "lacks shop.database:config, and shop/database.py declares a table" in said
    else:
        assert "was there before this commit" in said


@pytest.mark.wide
def test_the_bisect_of_the_docs(project):
    """A commit that cannot be checked is passed over."""
    checkout = project("linear")
    good = checkout.git("rev-parse", "HEAD").strip()
    text = (checkout.path / "models.py").read_text()
    checkout.write("models.py", f"import gone\n{text}")
    checkout.commit("A dependency", "--no-verify")
    checkout.write("models.py", text)
    checkout.commit("Without it", "--no-verify")
    checkout.replace("models.py", "    id = ", "    fax = Column(String(20))\n    id = ")
    checkout.commit("Fax", "--no-verify")
    bad = checkout.git("rev-parse", "HEAD").strip()
    checkout.write("other.py", "OTHER = 1\n")
    checkout.commit("Other", "--no-verify")
    (line,) = re.findall(r"^git bisect run .*$", (ROOT / "docs/ci.md").read_text(), re.M)

    checkout.git("bisect", "start", "HEAD", good)
    done = checkout.run("sh", "-c", line)

    assert f"{bad} is the first bad commit" in done.stdout, done.stdout + done.stderr


def test_against_a_branch(drifted, shows):
    """The merge base decides, not what the branch has become."""
    drifted.git("checkout", "-q", "-b", "feature")
    drifted.write("other.py", "OTHER = 1\n")
    drifted.commit("Other")
    drifted.git("checkout", "-q", "main")
    drifted.replace("models.py", PHONE, "")
    drifted.commit("Less drift", "--no-verify")
    drifted.git("checkout", "-q", "feature")
    old = drifted.guard("check", "--against", "main", env={"CI": "1"})
    drifted.replace("models.py", PHONE, PHONE + "    fax = Column(String(20))\n")
    drifted.commit("Fax", "--no-verify")
    new = drifted.guard("check", "--ref", "HEAD", "--against", "main", env={"CI": "1"})
    pushed = {"PRE_COMMIT_FROM_REF": "main", "PRE_COMMIT_TO_REF": "feature", **HOOK}
    in_push = drifted.guard("check", "--staged", env=pushed)
    drifted.git("checkout", "-q", "--orphan", "alone")
    drifted.commit("Alone", "--no-verify")
    apart = drifted.guard("check", "--against", "main")
    unknown = drifted.guard("check", "--against", "origin/main")

    assert old.returncode == 0, old.stdout
    shows(old, "older", "against a branch")
    for result in (new, in_push):
        assert (result.returncode, differences(result)) == (1, [("add", "column user.fax")])
    assert (apart.returncode, apart.stdout, unknown.returncode, unknown.stdout) == (2, "", 2, "")
    shows(apart, "source", "nothing in common with --against")
    shows(unknown, "source", "--against what is not there")


def test_baseline(drifted, shows):
    before = drifted.guard("baseline")
    unreasoned = drifted.guard("check")
    again = drifted.guard("baseline", "--reason", "from before the guard")
    drifted.commit("Accept")
    accepted = drifted.guard("check", "--staged", env={"CI": "1"})
    fixed = drifted.guard("fix", "-m", "nothing")

    assert (before.returncode, again.returncode) == (0, 0)
    shows(before, "baseline", "recorded")
    shows(again, "baseline", "with a reason for each")
    assert (unreasoned.returncode, len(differences(unreasoned))) == (1, 4)
    shows(unreasoned, "baseline", "check, where reasons are missing")
    assert (accepted.returncode, differences(accepted)) == (0, []), accepted.stdout
    shows(accepted, "clean", "what differs is accepted")
    shows(fixed, "fix", "what differs is accepted")


@pytest.mark.wide
def test_a_baseline_in_time(drifted, shows):
    """It is read from what is judged; what is over counts again, what is gone is named."""
    drifted.guard("baseline", "--reason", "known")
    text = (drifted.path / BASELINE).read_text()
    assert sorted(re.findall(r'what = "(.*?)"', text)) == [
        "drift: add check constraint of account: CHECK (amount >= 0)",
        "drift: add column user.phone",
        "drift: add table tag",
        "drift: alter column user.name (type)",
    ]
    drifted.commit("Accept", "--no-verify")
    over = re.sub(r'(user.phone", reason = "known")', r"\1, until = 2020-02-29", text)
    drifted.write(BASELINE, f'{over}ffffffffff = {{what = "drift: add table gone", reason = "known"}}\n')
    on_disk = drifted.guard("check")
    as_committed = drifted.guard("check", "--ref", "HEAD")
    drifted.git("add", ".")
    in_hook = drifted.guard("check", "--staged")
    drifted.guard("baseline")

    assert (on_disk.returncode, differences(on_disk)) == (1, [("add", "column user.phone")])
    shows(on_disk, "stale-baseline", "over, and gone")
    assert as_committed.returncode == 0
    assert in_hook.returncode == 0
    shows(in_hook, "older", "no longer accepted")
    assert (drifted.path / BASELINE).read_text() == over


@pytest.mark.wide
def test_two_branches_record(drifted):
    """The same differences, each with reasons of its own, and one of its own: nothing is left to resolve."""
    for branch, column in (("one", "fax"), ("two", "pager")):
        drifted.git("checkout", "-q", "-b", branch, "main")
        drifted.replace("models.py", PHONE, f"{PHONE}    {column} = Column(String(20))\n")
        drifted.guard("baseline", "--reason", branch)
        drifted.git("checkout", "-q", "main", "--", "models.py")
        drifted.commit(branch, "--no-verify")
    drifted.git("merge", "-q", "--no-edit", "one")

    more = "    fax = Column(String(20))\n    pager = Column(String(20))\n"
    drifted.replace("models.py", PHONE, PHONE + more)
    merged = drifted.guard("check")
    recorded = drifted.guard("baseline")

    assert (merged.returncode, "6 accepted" in merged.stdout) == (0, True), merged.stdout
    assert recorded.stdout.startswith(f"Wrote {BASELINE}: 0 new, 6 kept, 0 taken out.\n")
    assert len(re.findall(r"^\w{10} = ", (drifted.path / BASELINE).read_text(), re.M)) == 6


def test_in_the_models(drifted, shows):
    """Of one column, of one table with all that belongs to it: neither counted, nor written, nor in a proof's way."""
    drifted.replace("models.py", "Column(String(20))", f"Column(String(20), info={IGNORE})")
    drifted.replace("models.py", '"tag"\n', f'"tag"\n    __table_args__ = {{"info": {IGNORE}}}\n')
    drifted.replace("models.py", '"amount >= 0"),)', f'"amount >= 0"), {{"info": {IGNORE}}})')
    ignored = drifted.guard("check")
    fixed = drifted.guard("fix", "-m", "the rest")
    (written,) = (drifted.path / "migrations/versions").glob("*_the_rest.py")
    drifted.replace("models.py", ', "reason": "a trigger of the DBA\'s keeps it"', "")
    unreasoned = drifted.guard("check")

    assert differences(ignored) == [("alter", "column user.name")]
    shows(ignored, "drift", "beside what the models ignore")
    assert fixed.returncode == 0, fixed.stdout
    assert "alter_column('name'" in written.read_text()
    assert not re.search("phone|tag", written.read_text())
    assert unreasoned.returncode == 1
    shows(unreasoned, "unusable-ignore", "without a reason")


@pytest.mark.wide
def test_a_history_that_goes_on(drifted):
    """What was there before is accepted at the first change; the rest is as in a project without drift."""

    def staged():
        drifted.git("add", "-A")
        result = drifted.guard("check", "--staged", env=HOOK)
        return differences(result) if result.returncode else result.returncode

    def column(name):
        drifted.replace("models.py", PHONE, f"{PHONE}    {name} = Column(String(20))\n")

    column("fax")
    drifted.guard("baseline", "--against", "HEAD", "--reason", "from before the guard")
    assert len((drifted.path / BASELINE).read_text().splitlines()) == 2 + 4
    assert staged() == [("add", "column user.fax")]
    fixed = drifted.guard("fix", "--staged", "-m", "fax")
    assert fixed.returncode == 0, fixed.stdout
    assert staged() == 0
    drifted.commit("Fax")

    column("pager")
    drifted.commit("The revision is forgotten", "--no-verify")
    column("telex")
    assert staged() == [("add", "column user.telex")]
    assert drifted.guard("fix", "-m", "both").returncode == 0
    assert staged() == 0
    drifted.commit("Added later")
    assert staged() == 0

    drifted.git("checkout", "-q", "-b", "side", "HEAD^")
    column("beeper")
    drifted.commit("The revision is forgotten here as well", "--no-verify")
    drifted.git("checkout", "-q", "main")
    drifted.run("git", "merge", "--no-commit", "side")
    drifted.run("git", "checkout", "--theirs", "models.py")
    column("telex")
    assert staged() == 0  # what is old on either side is old
    column("radio")
    assert staged() == [("add", "column user.radio")]


HOOK_OF_THE_DOCS = re.search(r"```sh\n(.*?)```", (ROOT / "docs/ci.md").read_text(), re.S)[1]


def test_the_push_hook_of_the_docs(drifted, tmp_path):
    hook = drifted.path / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        HOOK_OF_THE_DOCS.replace("migrate-guard check", f"{sys.executable} -m migrate_guard check")
    )
    hook.chmod(0o755)
    drifted.git("init", "-q", "--bare", tmp_path / "remote")
    drifted.git("remote", "add", "origin", tmp_path / "remote")
    drifted.git("push", "-q", "--no-verify", "origin", "main")
    drifted.write("other.py", "OTHER = 1\n")
    drifted.commit("Other", "--no-verify")
    old = drifted.run("git", "push", "origin", "main")
    drifted.git("checkout", "-q", "-b", "new")
    drifted.replace("models.py", PHONE, f"{PHONE}    fax = Column(String(20))\n")
    drifted.commit("Fax", "--no-verify")
    new = drifted.run("git", "push", "origin", "new")

    drifted.git("checkout", "-q", "main")
    both = drifted.run("git", "push", "origin", "main:other", "new", ":main")
    skipped = drifted.run("git", "push", "origin", "new", env={"SKIP": "migrate-guard"})

    line = "4 differences were there at the merge base with "
    assert (old.returncode, old.stdout[: len(line)], "models and history" in old.stdout) == (0, line, False)
    assert (new.returncode, differences(new)) == (1, [("add", "column user.fax")])
    assert "4 differences were there in what was pushed before; `migrate-guard" in new.stdout
    assert "git checkout" not in new.stdout
    assert (both.returncode, differences(both)) == (1, [("add", "column user.fax")])
    assert "This is about new, so check it out first:\n  git checkout new\n" in both.stdout
    assert skipped.returncode == 0, skipped.stderr


def test_each_ref_of_a_push_is_judged(drifted):
    """Two of them have something new, one has not."""
    begin = drifted.git("rev-parse", "HEAD").strip()
    lines = [f"refs/heads/main {begin} refs/heads/main {begin}"]
    for name in ("fax", "pager"):
        drifted.git("checkout", "-q", "-b", name, "main")
        drifted.replace("models.py", PHONE, f"{PHONE}    {name} = Column(String(20))\n")
        drifted.commit(name, "--no-verify")
        lines.append(f"refs/heads/{name} {drifted.git('rev-parse', name).strip()} refs/heads/{name} {begin}")
    names = "\n".join(lines) + "\n"

    result = drifted.guard("check", "--push", "origin", stdin=None, input=names)
    heads = drifted.guard("heads", "--push", "origin", stdin=None, input=names)

    assert (result.returncode, differences(result)) == (
        1,
        [("add", "column user.fax"), ("add", "column user.pager")],
    )
    assert "\n  git checkout fax\n" in result.stdout
    assert "git checkout pager" not in result.stdout
    assert (heads.returncode, heads.stdout) == (0, "")


@pytest.mark.wide
def test_a_step_does_not_tell_what_has_gone(project, plant):
    """It does not see older drift, so what is recorded of it stays."""
    checkout = project("unreplayable_history")
    checkout.write(BASELINE, 'ffffffffff = {what = "drift: add table gone", reason = "known"}\n')
    plant(checkout)
    recorded = checkout.guard("baseline", "--reason", "known")
    result = checkout.guard("check")
    assert recorded.stdout.startswith(f"Wrote {BASELINE}: 1 new, 1 kept, 0 taken out.\n")
    assert (result.returncode, "stale-baseline" in result.stdout) == (0, False), result.stdout


@pytest.mark.wide
def test_a_lot(project):
    checkout = project("drifted_a_lot")
    everything = checkout.guard("check")
    checkout.replace("models.py", "String(20), index=True", "String(20 + number // 74), index=True")
    checkout.git("add", ".")
    in_hook = checkout.guard("check", "--staged", env=HOOK)
    checkout.guard("baseline", "--reason", "from before the guard")
    accepted = checkout.guard("check")

    assert (everything.returncode, len(differences(everything))) == (1, 300)
    assert "Where they are old and known: migrate-guard baseline records them" in everything.stdout
    assert (in_hook.returncode, differences(in_hook)) == (1, [("add", "column kept_74.added")])
    assert "299 differences were there before this commit" in in_hook.stdout
    assert len(in_hook.stdout.splitlines()) < 20
    assert (accepted.returncode, f"300 accepted in {BASELINE}" in " ".join(accepted.stdout.split())) == (
        0,
        True,
    )


@pytest.mark.wide
def test_fingerprints_of_any_alembic_and_place(drifted, environment, floor_environment):
    """The oldest Alembic does not compare types; the folder has another name there."""
    drifted.replace("models.py", "amount = Column(Integer)", "amount = Column(Integer, index=True)")
    drifted.replace(
        "models.py", "    amount", '    owner_id = Column(ForeignKey("user.id"), unique=True)\n    amount'
    )
    drifted.replace(
        "migrations/versions/aaaaaaaaaaaa_begin.py",
        '"account", ',
        '"account", sa.Column("owner_id", sa.Integer()), sa.Index("ix_account_amount", "id"), ',
    )
    drifted.guard("baseline", "--python", str(environment))
    newest = fingerprints(drifted)
    drifted.git("mv", "migrations", "database")
    drifted.git("mv", "models.py", "tables.py")
    drifted.replace("alembic.ini", "= migrations", "= database")
    drifted.replace("database/env.py", "from models", "from tables")
    drifted.replace("tables.py", "\n\n\n", "\n\n\n\n\n")
    (drifted.path / BASELINE).unlink()
    drifted.guard("baseline", "--python", str(floor_environment))

    assert len(newest) == 7, newest
    assert fingerprints(drifted) == newest


def fingerprints(checkout):
    return dict(re.findall(r'^(\w+) = {what = "(.*?)"', (checkout.path / BASELINE).read_text(), re.M))
