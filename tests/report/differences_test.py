"""How each difference of a finding reads."""

import pytest

from migrate_guard.findings.finding import Finding
from migrate_guard.protocol.messages import Operation
from migrate_guard.report.differences import lines

PHONE = Operation("column", "user", "phone", (("type", "VARCHAR(20)"),), None, path="app/models.py", line=7)
WIDER = Operation(
    "column", "user", "name", (("type", "VARCHAR(80)"),), (("type", "VARCHAR(64)"),), "type", "app/models.py", 5
)  # fmt: skip
CHECK = Operation(
    "check constraint", "user", "ck", (("definition", "CHECK (a > 0)"),), None, "", "app/models.py", 5, described=True,
    by_hand=True,
)  # fmt: skip
ADDED = "    the models have it, the history does not"


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        pytest.param(
            PHONE,
            ["app/models.py:7: add column user.phone: VARCHAR(20)", ADDED],
            id="only the models have it",
        ),
        pytest.param(
            Operation("table", "old", "old", None, ()),
            ["drop table old", "    the history has it, the models do not"],
            id="only the history has it",
        ),
        pytest.param(
            WIDER,
            [
                "app/models.py:5: alter column user.name",
                "    the models say VARCHAR(80), the history says VARCHAR(64)",
            ],
            id="both have it, differently",
        ),
        pytest.param(
            Operation("table", "t", "t", None, (), database="engine1"),
            ["drop table t (database engine1)", "    the history has it, the models do not"],
            id="one of several databases",
        ),
        pytest.param(
            CHECK,
            [
                "app/models.py:5: add check constraint ck of user: CHECK (a > 0)",
                ADDED,
                "    autogenerate does not see it, migrate-guard fix does",
            ],
            id="what autogenerate does not see",
        ),
        pytest.param(
            Operation("column", "user", "a", (), (("default", "1"),), "default", described=True),
            ["alter column user.a", "    the models say default none, the history says default 1"],
            id="what the history has beyond the models",
        ),
    ],
)
def test_lines(operation, said):
    assert lines(Finding("drift", "migrations", "They differ.", operations=(operation,))) == said


def test_what_another_import_does_not_lead_to():
    found = Finding(
        "drift", "m", "They differ.", operations=(PHONE, WIDER), unsteady=(WIDER,), detail=("more",)
    )
    *_, said, more = lines(found)
    assert (said, more) == ("    the models say something else at each import", "more")
    assert lines(found).count(said) == 1
