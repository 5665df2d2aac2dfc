"""What is judged, and what of it is old: arguments, variables, and what git says in; scopes out."""

import pytest

from migrate_guard.judging.scope import Asked, Scope, is_index, is_skipped, ranges, scopes, skip
from migrate_guard.repository.gate import CHANGES, NOTHING_RELEVANT, SAME_AS_HEAD
from migrate_guard.repository.state import COMPARED, PARENTS, PUSHED, Known, Range, State

A, B, C, D = (letter * 40 for letter in "abcd")
NONE = "0" * 40
STAGED = Asked(staged=True)
GIT = {"GIT_INDEX_FILE": ".git/index"}
RUNNER = {"PRE_COMMIT": "1"}
RANGE = {**RUNNER, "PRE_COMMIT_FROM_REF": A, "PRE_COMMIT_TO_REF": B}
PUSH = {**RANGE, "PRE_COMMIT_REMOTE_NAME": "origin", "PRE_COMMIT_LOCAL_BRANCH": "refs/heads/main"}
BEFORE = "before this commit"
BASE = "at the merge base with aaaaaaaa"
COMMIT = {"hook": True, "may_ask": True, "skip": "commit"}


@pytest.mark.parametrize(
    ("variables", "git", "scope"),
    [
        pytest.param({}, State(A, CHANGES), Scope(True, old=(A,), before=BEFORE), id="by hand"),
        pytest.param(GIT, State(A, CHANGES), Scope(True, old=(A,), before=BEFORE, **COMMIT), id="git commit"),
        pytest.param(RUNNER, State(A, CHANGES), Scope(True, old=(A,), before=BEFORE, **COMMIT), id="pre-commit"),
        pytest.param(GIT, State(None, CHANGES), Scope(True, before=BEFORE, **COMMIT), id="the first commit"),
        pytest.param(
            GIT, State(A, CHANGES, merging=(B,)), Scope(True, old=(A, B), before=BEFORE, **COMMIT), id="a merge"
        ),
        pytest.param(
            GIT, State(A, CHANGES, merging=(B, C)), Scope(True, old=(A, B, C), before=BEFORE, **COMMIT), id="an octopus"
        ),
        pytest.param(
            GIT,
            State(A, SAME_AS_HEAD, parents=(D,), merging=(B,)),
            Scope(True, old=(A, B), before=BEFORE, **COMMIT),
            id="a merge that keeps ours",
        ),
        pytest.param(
            GIT, State(A, SAME_AS_HEAD, (B,)), Scope(True, old=(B,), before=BEFORE, **COMMIT), id="another message"
        ),
        pytest.param(
            GIT,
            State(A, SAME_AS_HEAD, (B, C)),
            Scope(True, old=(B, C), before=BEFORE, **COMMIT),
            id="another message for a merge",
        ),
        pytest.param(
            GIT, State(A, SAME_AS_HEAD), Scope(True, before=BEFORE, **COMMIT), id="another message for the first commit"
        ),
        pytest.param(
            RUNNER,
            State(A, SAME_AS_HEAD, (B,), disk=True),
            Scope(False, old=(A,), before=BEFORE, hook=True, skip="commit"),
            id="all files by hand, not all of them staged",
        ),
        pytest.param(
            RUNNER,
            State(A, NOTHING_RELEVANT, disk=True),
            Scope(False, old=(A,), before=BEFORE, hook=True, skip="commit"),
            id="all files by hand, and something that nobody reads is staged",
        ),
        pytest.param(
            {**RUNNER, "CI": "1"},
            State(A, SAME_AS_HEAD, (B,), disk=True),
            Scope(False, hook=True, skip="commit"),
            id="all files in CI, not all of them committed",
        ),
        pytest.param(
            {**RUNNER, "CI": "1"}, State(A, SAME_AS_HEAD, (B,)), Scope(True, **COMMIT), id="all files in CI"
        ),
        pytest.param(
            {**RUNNER, "CI": "1"},
            State(A, CHANGES),
            Scope(True, old=(A,), before=BEFORE, **COMMIT),
            id="something staged in CI",
        ),
    ],
)  # fmt: skip
def test_the_index(variables, git, scope):
    assert is_index(STAGED, variables)
    assert ranges(STAGED, variables) == []
    assert scopes(STAGED, variables, git) == (scope,)


@pytest.mark.parametrize("variables", [{}, GIT, RUNNER])
def test_nothing_relevant(variables):
    assert scopes(STAGED, variables, State(A, NOTHING_RELEVANT)) == ()


@pytest.mark.parametrize(
    ("asked", "known", "scope"),
    [
        pytest.param(Asked(), None, Scope(), id="the working tree"),
        pytest.param(
            Asked(against=A),
            Known(B, (C,), COMPARED),
            Scope(old=(C,), before=BASE, newest=C),
            id="the working tree against a commit",
        ),
        pytest.param(Asked(ref="HEAD"), Known(D), Scope(commit="HEAD"), id="HEAD"),
        pytest.param(Asked(ref="v1"), Known(B), Scope(commit="v1", checkout="v1"), id="another commit"),
        pytest.param(Asked(ref=B), Known(B), Scope(commit=B, checkout="bbbbbbbb"), id="a commit by its id"),
        pytest.param(Asked(ref="gone"), Known(None), Scope(commit="gone"), id="no commit"),
        pytest.param(
            Asked(ref="HEAD", against=A),
            Known(D, (C,), COMPARED),
            Scope(commit="HEAD", old=(C,), before=BASE, newest=C),
            id="HEAD against a commit",
        ),
    ],
)
def test_by_hand(asked, known, scope):
    wanted = ranges(asked, {})
    assert [one.there for one in wanted] == ([] if known is None else [asked.against])
    assert scopes(asked, {}, State(D, known=(known,) if known else ())) == (scope,)


def test_the_index_against_a_commit():
    asked = Asked(staged=True, against=A)
    git = State(D, CHANGES, known=(Known(D, (C,), COMPARED),))
    assert is_index(asked, PUSH)
    assert ranges(asked, PUSH) == [Range("HEAD", "HEAD", A, None)]
    expected = Scope(True, old=(C,), before=BASE, newest=C, hook=True, may_ask=True, skip="commit")
    assert scopes(asked, RUNNER, git) == (expected,)


OF_PUSH = {"before": BASE, "hook": True, "skip": "push"}


@pytest.mark.parametrize(
    ("variables", "head", "known", "scope"),
    [
        pytest.param(
            PUSH,
            B,
            Known(B, (A,), COMPARED),
            Scope(commit=B, old=(A,), newest=A, may_ask=True, **OF_PUSH),
            id="what is checked out",
        ),
        pytest.param(
            PUSH,
            D,
            Known(B, (A,), COMPARED),
            Scope(commit=B, old=(A,), newest=A, checkout="main", **OF_PUSH),
            id="another branch",
        ),
        pytest.param(
            {**PUSH, "PRE_COMMIT_LOCAL_BRANCH": "refs/tags/v1"},
            D,
            Known(B, (A,), COMPARED),
            Scope(commit=B, old=(A,), newest=A, checkout="v1", **OF_PUSH),
            id="a tag",
        ),
        pytest.param(
            {name: value for name, value in PUSH.items() if name != "PRE_COMMIT_FROM_REF"},
            D,
            Known(B, (A, C), PUSHED),
            Scope(
                commit=B, old=(A, C), before="in what was pushed before", newest=A, checkout="main", hook=True, skip="push"
            ),
            id="to a new branch",
        ),
        pytest.param(
            {**RUNNER, "PRE_COMMIT_REMOTE_NAME": "origin", "PRE_COMMIT_LOCAL_BRANCH": "refs/heads/main"},
            D,
            Known(B, (A,), PARENTS),
            Scope(commit="refs/heads/main", old=(A,), before=BEFORE, checkout="main", hook=True, skip="push"),
            id="to an empty repository",
        ),
        pytest.param(
            RANGE,
            B,
            Known(B, (A,), COMPARED),
            Scope(commit=B, old=(A,), before=BASE, newest=A, hook=True, may_ask=True),
            id="a range of commits",
        ),
    ],
)  # fmt: skip
def test_a_push_under_a_runner(variables, head, known, scope):
    (wanted,) = ranges(STAGED, variables)
    assert wanted.there == variables.get("PRE_COMMIT_FROM_REF")
    assert not is_index(STAGED, variables)
    assert scopes(STAGED, variables, State(head, known=(known,))) == (scope,)


def test_a_push_of_nothing_relevant():
    assert scopes(STAGED, PUSH, State(B, known=(Known(B, (A,), COMPARED, False),))) == ()


LINES = f"""\
refs/heads/main {B} refs/heads/main {A}
refs/heads/feature/b {C} refs/heads/b {NONE}
(delete) {NONE} refs/heads/old {A}
refs/heads/same {B} refs/heads/same {A}
HEAD {D} refs/heads/other {NONE}
"""


def test_a_push_has_a_scope_for_each_ref():
    asked = Asked(remote="origin", lines=LINES)
    assert ranges(asked, {}) == [
        Range("main", B, A, "origin"),
        Range("feature/b", C, None, "origin"),
        Range("dddddddd", D, None, "origin"),
    ]
    known = (Known(B, (A,), COMPARED), Known(C, (A,), PUSHED, False), Known(D, (A, B), PUSHED))
    assert scopes(asked, {}, State(D, known=known)) == (
        Scope(commit=B, old=(A,), newest=A, checkout="main", **OF_PUSH),
        Scope(
            commit=D, old=(A, B), before="in what was pushed before", newest=A, hook=True, may_ask=True, skip="push"
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "variables", "words"),
    [
        pytest.param(STAGED, {}, "", id="by hand"),
        pytest.param(STAGED, GIT, "commit", id="git commit"),
        pytest.param(Asked(), RUNNER, "commit", id="the working tree in a hook"),
        pytest.param(STAGED, PUSH, "push", id="a push under a runner"),
        pytest.param(STAGED, RANGE, "", id="a range of commits"),
        pytest.param(Asked(remote="origin"), {}, "push", id="a push of git's"),
    ],
)
def test_what_can_be_done_without_the_check(asked, variables, words):
    assert skip(asked, variables) == words


@pytest.mark.parametrize(
    ("asked", "variables", "skipped"),
    [
        (STAGED, {**GIT, "SKIP": "flake8, migrate-guard"}, True),
        (Asked(remote="origin"), {"SKIP": "migrate-guard"}, True),
        (STAGED, {"SKIP": "migrate-guard"}, False),
        (STAGED, {**GIT, "SKIP": "migrate-guard-push"}, False),
        (STAGED, GIT, False),
    ],
)
def test_skipped(asked, variables, skipped):
    assert is_skipped(asked, variables) == skipped
