"""The file of accepted findings, and what it and the models leave alone."""

import datetime

import pytest

from migrate_guard.checks.accepted import ignores, recorded
from migrate_guard.checks.facts import Facts
from migrate_guard.errors import ConfigError
from migrate_guard.findings.baseline import Entry, apply, read, text, updated
from migrate_guard.findings.fingerprints import of_operations
from migrate_guard.history.environment import Environment
from migrate_guard.history.graph import Graph
from migrate_guard.protocol.messages import Ignored, Operation
from migrate_guard.protocol.observation import Observation

DAY = datetime.date(2027, 1, 31)
LATER = datetime.date(2027, 2, 1)
PHONE = Operation("column", "user", "phone", (("type", "VARCHAR(20)"),), None)
FAX = Operation("column", "user", "fax", (("type", "VARCHAR(20)"),), None)
INDEX = Operation("index", "user", "ix", (("columns", "phone"),), None)
VIEW = Operation("", "", "view user", (("code", "create_entity(...)"),), None)
A = Entry("aaaaaaaaaa", "drift: add column user.phone", "by hand", DAY, 3)
B = Entry("0123456789", 'drift: drop index "ix"', "", None, 4)


def test_written_and_read_again():
    written = text([A, B])
    assert written.splitlines()[2:] == [
        '0123456789 = {what = "drift: drop index \\"ix\\"", reason = ""}',
        'aaaaaaaaaa = {what = "drift: add column user.phone", reason = "by hand", until = 2027-01-31}',
    ]
    found = read(written.encode())
    as_a_time = read(b"a = {until = 2027-01-31T00:00:00}")[0]
    assert [(one.fingerprint, one.what, one.reason, one.until, one.line) for one in found] == [
        ("0123456789", B.what, "", None, 3),
        ("aaaaaaaaaa", A.what, "by hand", DAY, 4),
    ]
    assert (text(found), as_a_time.until) == (written, DAY)


@pytest.mark.parametrize(
    ("reasons", "taken"),
    [(["", "b"], "b"), (["a", ""], "a"), (["a", "b"], "a"), (["", ""], "")],
    ids=["the second", "the first", "both", "none"],
)
def test_recorded_by_two_branches(reasons, taken):
    """Git has kept the lines of both."""
    lines = "".join(text([Entry("a", "drift", reason)]).splitlines(True)[-1] for reason in reasons)
    assert [entry.reason for entry in read(lines.encode())] == [taken]


def test_no_file():
    assert read(None) == []


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("<<<<<<< HEAD", id="a conflict"),
        pytest.param("a = 1", id="no table"),
        pytest.param("[a]", id="a table of several lines"),
        pytest.param("a = {reasn = ''}", id="unknown word"),
        pytest.param("a = {until = 'May'}", id="no date"),
    ],
)
def test_what_cannot_be_read(line):
    with pytest.raises(ConfigError) as raised:
        read(f"# mine\n{line}\nb = {{}}\n".encode())
    error = raised.value
    assert (error.message, error.cause) == ("migrate-guard-baseline.toml:2 cannot be read.", line)
    assert error.hint == (
        'Each line is like this one: 4cd7aef533 = {what = "...", reason = "...", until = 2030-12-31}'
    )


@pytest.mark.parametrize(
    ("entry", "today", "counts"),
    [
        pytest.param(A, DAY, True, id="on its last day"),
        pytest.param(A, LATER, False, id="expired"),
        pytest.param(B, DAY, False, id="without a reason"),
        pytest.param(Entry("a", "", "why"), LATER, True, id="without a date"),
    ],
)
def test_counts(entry, today, counts):
    assert entry.counts(today) is counts


def test_recorded_again():
    found = {"aaaaaaaaaa": "other words", "cccccccccc": "new"}
    assert updated([A, B], found) == [A, Entry("cccccccccc", "new")]
    assert updated([B], {B.fingerprint: ""}, "why")[0].reason == "why"
    assert updated([A], found, "why") == [A, Entry("cccccccccc", "new", "why")]


@pytest.mark.parametrize(
    ("seen", "today", "said"),
    [
        pytest.param({A.fingerprint, B.fingerprint}, DAY, ["unusable-ignore"], id="no reason"),
        pytest.param(
            {A.fingerprint, B.fingerprint}, LATER, ["unusable-ignore", "stale-baseline"], id="expired"
        ),
        pytest.param({B.fingerprint}, DAY, ["unusable-ignore", "stale-baseline"], id="vanished"),
        pytest.param(None, DAY, ["unusable-ignore"], id="not all was looked for"),
    ],
)
def test_reported(seen, today, said):
    found = recorded([A, B], seen, today)
    assert [finding.name for finding in found] == said
    assert {finding.severity for finding in found} == {"note"}


def test_said_of_what_is_stale():
    unreasoned, expired, gone = recorded([A, B], set(), LATER)
    assert unreasoned.fact.endswith("has 1 entry without a reason: until then, what it is for counts.")
    assert unreasoned.detail == ('migrate-guard-baseline.toml:4: drift: drop index "ix"',)
    assert expired.fact.endswith("has 1 entry whose time is over: what it is for counts again.")
    assert expired.detail == (
        "migrate-guard-baseline.toml:3: drift: add column user.phone (until 2027-01-31)",
    )
    assert gone.fact.endswith("has 2 entries for what is gone: migrate-guard baseline takes them out.")


# --- what it leaves alone


@pytest.mark.parametrize(
    ("ignored", "left"),
    [
        pytest.param(("user", "phone", ["drift"], "why"), [FAX, INDEX, VIEW], id="a column"),
        pytest.param(("user", "", ["drift"], "why"), [VIEW], id="a table"),
        pytest.param(("user", "phone", ["drift"], ""), [PHONE, FAX, INDEX, VIEW], id="without a reason"),
        pytest.param(("user", "phone", ["drfit"], "why"), [PHONE, FAX, INDEX, VIEW], id="a name that is none"),
        pytest.param(("post", "", ["drift"], "why"), [PHONE, FAX, INDEX, VIEW], id="another table"),
    ],
)  # fmt: skip
def test_what_the_models_ignore(ignored, left):
    told = Observation(operations=(PHONE, FAX, INDEX, VIEW), ignores=(Ignored("", *ignored),))
    seen = apply(told, frozenset())
    assert seen.operations == tuple(left)
    assert set(seen.ignored) == {PHONE, FAX, INDEX, VIEW} - set(left)


def test_what_is_accepted():
    told = Observation(operations=(PHONE, FAX), extras=(INDEX,))
    seen = apply(told, frozenset(of_operations([FAX, INDEX]).values()))
    assert (seen.operations, seen.extras, seen.accepted) == ((PHONE,), (), (FAX, INDEX))
    assert (told.operations, told.accepted) == ((PHONE, FAX), ())


@pytest.mark.parametrize(
    ("names", "reason", "fact"),
    [
        pytest.param(["drift"], "", "gives no reason.", id="no reason"),
        pytest.param([], "why", "does not say with what (drift).", id="no names"),
        pytest.param(
            ["drfit"], "why", "names drfit, which it cannot be left alone with (drift it can).", id="unknown"
        ),
        pytest.param([], "", "does not say with what (drift) and gives no reason.", id="nothing"),
        pytest.param(["drift"], "why", "", id="all"),
    ],
)
def test_ignores_that_are_not_said_well(names, reason, fact):
    ignored = Ignored("", "public.user", "phone", names, reason, "models.py", 7)
    found = ignores(
        Facts(Environment("migrations", "m"), Graph([]), observation=Observation(ignores=(ignored,)))
    )
    assert [one.fact for one in found] == (
        [f"the info of column user.phone wants it left alone, but {fact}"] if fact else []
    )
    assert [(one.name, one.severity, one.path, one.line) for one in found] == [
        ("unusable-ignore", "error", "models.py", 7)
    ] * len(found)
