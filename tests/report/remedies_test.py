"""Commands as they can be typed."""

from dataclasses import replace

import pytest

from migrate_guard.findings.remedy import Downgrade, Join, Merge, Place, Request, Stage, Write
from migrate_guard.history.environment import Environment
from migrate_guard.questions.answers import Answers
from migrate_guard.report import remedies

MERGE = 'merge -m "merge heads" heads'
HERE = Place(Environment("migrations", "migrations", "", "alembic.ini"))
FLASK = Environment("migrations", "migrations", "", "migrations/alembic.ini", flask=True)


@pytest.mark.parametrize(
    ("place", "command"),
    [
        pytest.param(HERE, f"alembic {MERGE}", id="alembic"),
        pytest.param(
            replace(HERE, environment=Environment("m", "m", "", "conf.ini")),
            f"alembic -c conf.ini {MERGE}",
            id="another ini",
        ),
        pytest.param(
            replace(HERE, environment=replace(HERE.environment, section="other", x=("tenant=a b",))),
            f"alembic -n other -x 'tenant=a b' {MERGE}",
            id="another section, and what env.py is told",
        ),
        pytest.param(
            replace(HERE, environment=Environment("api/m", "api/m", "api", "api/alembic.ini")),
            f"(cd api && alembic {MERGE})",
            id="in a folder",
        ),
        pytest.param(Place(FLASK, "flask"), f"flask db {MERGE}", id="flask"),
        pytest.param(
            Place(replace(FLASK, directory="db/m"), "flask"),
            'flask db merge -d db/m -m "merge heads" heads',
            id="flask, another directory",
        ),
        pytest.param(replace(HERE, alembic="'/my env/bin/alembic'"), f"'/my env/bin/alembic' {MERGE}", id="with its folder"),
    ],
)  # fmt: skip
def test_merge(place, command):
    assert remedies.command(Merge(), place) == command


def test_downgrade():
    assert remedies.command(Downgrade("base"), HERE) == "alembic downgrade base"


@pytest.mark.parametrize(
    ("remedy", "prefix", "command"),
    [
        pytest.param(Stage(("a/b.py",)), "", "git add a/b.py", id="at the top"),
        pytest.param(Stage(("a/b.py", "c d.py")), ".", "git add a/b.py 'c d.py'", id="several, quoted"),
        pytest.param(Stage(("a/b.py",), ignored=True), "a/", "git add -f b.py", id="inside"),
        pytest.param(Stage(("a/b.py",)), "c/d/", "git add ../../a/b.py", id="beside"),
    ],
)
def test_stage(remedy, prefix, command):
    assert remedies.command(remedy, replace(HERE, prefix=prefix)) == command


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        pytest.param(Request("add phone"), 'fix -m "add phone"', id="by hand"),
        pytest.param(Request("add phone", staged=True), 'fix --staged -m "add phone"', id="partly staged"),
        pytest.param(Request(), "fix", id="a message for each"),
        pytest.param(Request("add $x"), "fix -m 'add $x'", id="what a shell would expand"),
        pytest.param(
            Request(
                head="a b",
                stage=False,
                draft=True,
                environment="api",
                merge=("aa", "bb"),
                answers=Answers(no_rename=True),
            ),
            "fix --merge aa bb --env api --head 'a b' --no-stage --draft --no-rename",
            id="all that was typed, and answered",
        ),
    ],
)
def test_write(request_, words):
    assert remedies.command(Write(request_), HERE) == f"migrate-guard {words}"


@pytest.mark.parametrize(
    ("remedy", "words"),
    [
        pytest.param(Join(), "fix --merge", id="the only environment"),
        pytest.param(Join("my api", staged=True), "fix --merge --staged --env 'my api'", id="one of several"),
    ],
)
def test_join(remedy, words):
    assert (
        remedies.command(remedy, replace(HERE, own="/x/bin/migrate-guard")) == f"/x/bin/migrate-guard {words}"
    )
