"""Whole screens as files in tests/screens: what makes a screen the same everywhere, and how it is compared or renewed."""

import contextlib
import difflib
import fcntl
import os
import re
from pathlib import Path

SCREENS = Path(__file__).resolve().parent / "screens"
HEADING = "=== "
WIDTH = 80

# What differs by machine, version and time: what is found, and the word for it
_RULES = (
    (re.compile(r"\(Python [\w.]+, SQLAlchemy [\w.]+, Alembic [\w.]+\)"), "(VERSIONS)"),
    (re.compile(r"\b(SQLite|PostgreSQL|MariaDB|MySQL|migrate-guard) \d+(\.\d+)+"), r"\1 VERSION"),
    (re.compile(r"/\S+/environments/[0-9a-f]{12}\b"), "ENVIRONMENT"),
    (re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d(\.\d+)?)?"), "TIME"),
    (re.compile(r" +\d+\.\d MB\b"), " SIZE"),
    # lines of the standard library
    (re.compile(r"(?<= )((getpass|configparser|importlib/metadata/__init__)\.py):\d+"), r"\1:LINE"),
)
# Lines that are as long as they are.
_UNWRAPPED = re.compile(r"(error|note)\[|caused by: ")
# An id that fix has made; those of the tests' own revisions repeat one letter.
_ID = re.compile(r"(?<![0-9A-Za-z-])(?!(.)\1{11})[0-9a-f]{12}(?![0-9A-Za-z])")


def steady(text: str, words: dict[str, str]) -> str:
    """``text`` with words for what differs from run to run; a paragraph that has one stands on one line.

    ``words`` are those that the caller knows, by what is found.
    """
    for found in words:
        if "\n" in found:
            text = text.replace(found, words[found])
    lines = []
    for paragraph in _paragraphs(text.split("\n")):
        joined = " ".join([paragraph[0], *(line.lstrip() for line in paragraph[1:])])
        replaced = _replaced(joined, words)
        lines += paragraph if replaced == joined else [replaced]
    seen: dict[str, str] = {}
    # as long as any other id, so that lines stay
    return _ID.sub(lambda id: seen.setdefault(id[0], f"ID{len(seen) + 1}"), "\n".join(lines))


def _paragraphs(lines):
    """Lists of lines: those that only the width has parted are together."""
    together: list[str] = []
    for line in lines:
        if together and not _goes_on(together, line):
            yield together
            together = []
        together.append(line)
    yield together


def _goes_on(together, line):
    words, last = line.split(maxsplit=1), together[-1].strip()
    if not words or not last or _UNWRAPPED.match(together[0]):
        return False
    wrapped = len(together[-1]) <= WIDTH or " " not in last
    full = len(together[-1]) + 1 + len(words[0]) > WIDTH
    return wrapped and full and _indent(line) > _indent(together[0])


def _indent(line):
    return len(line) - len(line.lstrip())


def _replaced(line, words):
    for found in sorted(words, key=len, reverse=True):
        line = line.replace(found, words[found])
    for pattern, word in _RULES:
        line = pattern.sub(word, line)
    return line


def compare(screen: str, file: str, variant: str, renew: bool = False) -> None:
    """Fail with the difference where the variant of that name in tests/screens/<file>.txt is another; or renew it."""
    screen = screen if screen.endswith("\n") or not screen else f"{screen}\n"  # as print() does
    if renew:
        _write(file, variant, screen)
        return
    kept = read(file)
    assert variant in kept, f"tests/screens/{file}.txt has no {HEADING}{variant}: make screens"
    if kept[variant] != screen:
        shown = [text.splitlines() for text in (kept[variant], screen)]
        names = (f"tests/screens/{file}.txt {HEADING}{variant}", "what was printed")
        difference = "\n".join(difflib.unified_diff(*shown, *names, lineterm="", n=99))
        raise AssertionError(f"another screen; if it is the better one: make screens\n{difference}")


def read(file: str) -> dict[str, str]:
    """The screens in tests/screens/<file>.txt by the names of their variants."""
    path = SCREENS / f"{file}.txt"
    if not path.exists():
        return {}
    _, *chunks = re.split(rf"^{HEADING}", path.read_text() + "\n", flags=re.MULTILINE)
    parted = (chunk.partition("\n") for chunk in chunks)
    return {variant: text.removesuffix("\n") for variant, _, text in parted}


def _write(file, variant, screen):
    with _alone():
        kept = {**read(file), variant: screen}
        chunks = [f"{HEADING}{name}\n{kept[name]}" for name in sorted(kept)]
        (SCREENS / f"{file}.txt").write_text("\n".join(chunks))


@contextlib.contextmanager
def _alone():
    """No other process of the tests renews meanwhile."""
    folder = os.open(SCREENS, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
