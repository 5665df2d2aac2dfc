"""Screens as files: words for what differs, a difference that can be read, and no file that nothing shows."""

import ast
import re

import pytest

from tests import golden
from tests.conftest import ROOT
from tests.house_test import FINDINGS

LONG = "/tmp/a/folder/of/this/machine/that/nobody/else/has/as/long/as/one/line"


@pytest.mark.parametrize(
    ("text", "same"),
    [
        pytest.param(
            "migrations: 3 revisions of the index replayed on SQLite, 1 table of the models\n"
            "  compared: they agree (Python 3.11.7, SQLAlchemy 2.0.1, Alembic 1.13.0).\n",
            "migrations: 3 revisions of the index replayed on SQLite, 1 table of the models compared: they agree "
            "(VERSIONS).\n",
            id="versions, parted by the width",
        ),
        pytest.param(
            f"error: {LONG} is\n       gone.\ncaused by: {LONG} x\n           as said\nhint: Look.\n",
            "error: TMP is gone.\ncaused by: TMP x\n           as said\nhint: Look.\n",
            id="a folder",
        ),
        pytest.param(
            "  revision bbbbbbbbbbbb raises when it is replayed on what the models of this very\n    commit make.\n",
            "  revision bbbbbbbbbbbb raises when it is replayed on what the models of this very\n    commit make.\n",
            id="nothing differs, so the width is held",
        ),
        pytest.param(
            f"Wrote {LONG}, which is longer than the width and was not parted by it, then:\n  git add it\n",
            "Wrote TMP, which is longer than the width and was not parted by it, then:\n  git add it\n",
            id="a long line that nothing has parted",
        ),
        pytest.param(
            "Wrote v/0123456789ab_a.py.\nWrote v/ba9876543210_b.py.\n  git add v/0123456789ab_a.py\n",
            "Wrote v/ID1_a.py.\nWrote v/ID2_b.py.\n  git add v/ID1_a.py\n",
            id="ids of new revisions",
        ),
        pytest.param(
            "  /somewhere/environments/0123456789ab/bin/alembic merge\n",
            "  ENVIRONMENT/bin/alembic merge\n",
            id="a command of the project's environment",
        ),
    ],
)
def test_what_differs_has_a_word(text, same):
    assert golden.steady(text, {LONG: "TMP"}) == same


@pytest.mark.parametrize("screen", ["", "one\n", "one\n\n", "\none\n\ntwo\n"])
def test_a_renewed_screen_is_the_same_and_no_other(monkeypatch, tmp_path, screen):
    monkeypatch.setattr(golden, "SCREENS", tmp_path)
    golden.compare("before\n", "drift", "b", renew=True)
    golden.compare(screen, "drift", "a", renew=True)
    golden.compare("after", "drift", "c", renew=True)

    golden.compare(screen, "drift", "a")
    assert golden.read("drift") == {"a": screen, "b": "before\n", "c": "after\n"}
    with pytest.raises(AssertionError, match="make screens\n--- tests/screens/drift.txt === a\n"):
        golden.compare(f"{screen}more", "drift", "a")
    with pytest.raises(AssertionError, match=r"tests/screens/drift.txt has no === d: make screens"):
        golden.compare(screen, "drift", "d")


# --- by what the tests say, not by what has run: a part of them may run alone


def uses():
    """(file, what its variant looks like, the strings of the test's module) for each shows(...)."""
    for path in (ROOT / "tests").rglob("*_test.py"):
        tree = ast.parse(path.read_text())
        strings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "shows":
                assert isinstance(node.args[1], ast.Constant), (
                    f"{path.name}:{node.lineno}: a file by its name"
                )
                yield node.args[1].value, looks(node.args[2]), strings


def looks(variant):
    """A pattern; each group of it is something that the test has from elsewhere."""
    if isinstance(variant, ast.Constant):
        return re.escape(variant.value)
    if isinstance(variant, ast.JoinedStr):
        return "".join(map(looks, variant.values))
    return "(.+)"


def shown(variant, pattern, strings):
    found = re.fullmatch(pattern, variant)
    return found and all(part in strings or strings.issuperset(part.split()) for part in found.groups())


def test_each_screen_is_shown_by_a_test():
    known = list(uses())
    stale = [
        f"{path.name} {golden.HEADING}{variant}"
        for path in sorted(golden.SCREENS.iterdir())
        for variant in golden.read(path.stem) or ["(nothing)"]
        if not any(file == path.stem and shown(variant, *use) for file, *use in known)
    ]
    assert not stale


@pytest.mark.parametrize("name", sorted(FINDINGS))
def test_each_finding_has_its_screen(name):
    screens = golden.read(name)
    assert screens
    assert not [variant for variant, text in screens.items() if f"[{name}] " not in text]
