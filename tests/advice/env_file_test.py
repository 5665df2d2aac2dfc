"""Variables in files: the lines, and which file is named where variables are missing."""

import subprocess
import sys

import pytest

from migrate_guard.advice.env_file import candidates, hint, read

LINES = {
    "plain": ("A=b", "b"),
    "with spaces": ("  A = b c ", "b c"),
    "export": ("export A=b", "b"),
    "double quotes": ('A="b # c"', "b # c"),
    "single quotes": ("A='b # \"c\"'", 'b # "c"'),
    "a comment": ("A=b # c", "b"),
    "a comment after quotes": ('A="b" # c', "b"),
    "no comment": ("A=http://b/#c", "http://b/#c"),
    "an equals sign": ("A=b=c", "b=c"),
    "options": ("A=backend url=http://b/{c}", "backend url=http://b/{c}"),
    "empty": ("A=", ""),
    "empty in quotes": ('A=""', ""),
    "windows": ("A=b\r", "b"),
    "a default": ("A=${UNSET:-5432}", "5432"),
    "an empty default": ("A=x${UNSET:-}", "x"),
    "no default": ("A=x${UNSET}", "x"),
    "a line before": ("A=${X}b", "1b"),
    "of our environment": ("A=http://${HOST_OF_US:-localhost}/", "http://db.example/"),
    "not a reference": ("A=a$b", "a$b"),
}


@pytest.mark.parametrize("line, value", LINES.values(), ids=LINES)
def test_read(line, value, monkeypatch):
    monkeypatch.setenv("HOST_OF_US", "db.example")
    monkeypatch.delenv("UNSET", raising=False)
    assert read(f"# x\n\nX=1\n{line}\nY=2\n") == {"X": "1", "A": value, "Y": "2"}


@pytest.mark.parametrize("line", ["# A=b", "A", "A: b", "[A]", "1A=b"])
def test_no_variable(line):
    assert read(line) == {}


def test_what_cannot_be_read_is_nobody_s_business():
    lines = "import sys; from migrate_guard.advice.env_file import read; print(read(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", lines, "A=1\nB: 2\n'C\nD=4\n"], capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("{'A': '1', 'D': '4'}\n", "")


def test_candidates():
    named = [
        ".env",
        ".env.example",
        "env.template",
        "dev/environment",
        "conf/test.env",
        ".devcontainer/.env_dist",
    ]
    others = [
        "migrations/env.py",
        "environment.yml",
        "docs/env.md",
        "inventory",
        "bin/setup-env.sh",
        "envoy/x",
    ]

    found = candidates([*others, *named])

    assert set(found) == set(named)
    assert found[0] == ".env"


A, B = "A=1\nB=\n", "A=1\nB=2\n"
NAMED = {
    "one": ({".env": A}, ["A"], ["A"], "A is not set. .env sets it;", ".env"),
    "most": ({".env": A, "b/.env": B}, ["A", "B"], ["A"], "A is not set. b/.env sets 2 of those that were asked for;", "b/.env"),
    "the first of equals": ({"a/.env": B, "b/.env": B}, ["A"], ["A"], "A is not set. a/.env sets it;", "a/.env"),
    "unknown": ({".env": A}, ["A", "B"], [], "Variables may be missing. .env sets 1 of those that were asked for;", ".env"),
}  # fmt: skip


@pytest.mark.parametrize("texts, wanted, missing, says, path", NAMED.values(), ids=NAMED)
def test_hint(texts, wanted, missing, says, path):
    expected = f'{says} no address is dialled:\n[tool.migrate-guard]\nenv_file = "{path}"'
    assert hint(texts, wanted, missing) == hint(texts, tuple(wanted), tuple(missing)) == expected


@pytest.mark.parametrize(
    "texts", [{}, {".env": ""}, {".env": A}], ids=["no file", "an empty one", "a part of them"]
)
def test_no_hint(texts):
    assert hint(texts, ["A", "B"], ["A", "B"]) == ""
