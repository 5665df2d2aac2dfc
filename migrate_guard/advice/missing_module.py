"""Why the project's interpreter lacks a module: what the user can do about it."""

import re

_INSTALL = (
    "Install it into the project's environment, or name the right one: python = in [tool.migrate-guard]."
)
# Distributions that are called otherwise than what is imported, beyond a prefix or a suffix.
_DISTRIBUTIONS = {"PIL": "pillow", "MySQLdb": "mysqlclient", "attr": "attrs", "jose": "python-jose"}


DEPENDENCY_FILES = [
    f":(glob)**/{name}"
    for name in ("pyproject.toml", "*requirements*.txt", "requirements/*.txt", "setup.cfg", "setup.py", "Pipfile",
                 "environment.yml")
]  # fmt: skip


def added_lines(diff: str) -> dict[str, list[str]]:
    """The lines that a diff without context adds, by path."""
    added: dict[str, list[str]] = {}
    path = ""
    for line in diff.splitlines():
        if line.startswith("+++ b/"):
            path = line[6:]
        elif line.startswith("+"):
            added.setdefault(path, []).append(line)
    return added


def hint(module: str, added: dict[str, list[str]], on_disk: dict[str, str]) -> str:
    """``added``: the lines that the judged source adds to each file that lists dependencies. ``on_disk``: what git
    thinks ("untracked" or "ignored") of each path of the working tree that the snapshot lacks; a folder's ends
    with a slash."""
    return _dependency(module, added) or _file(module, on_disk) or _INSTALL


def _dependency(module, added):
    for name in _names(module):
        spelling = re.compile(
            rf"(?<![\w.-])(python-|py)?{_spelling(name)}(-binary|-python)?(?![\w-]|\.\w)", re.I
        )
        for path, lines in added.items():
            for line in lines:
                found = spelling.search(_without_comment(line))
                if found:
                    return f"{path} gains {found[0]} in this commit; sync your environment."
    return ""


def _names(module):
    """google.cloud.storage, google.cloud, google"""
    parts = module.split(".")
    longest_first = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return [*longest_first, *filter(None, [_DISTRIBUTIONS.get(parts[0])])]


def _spelling(name):
    """PEP 503: the three signs are one."""
    return "[-_.]+".join(map(re.escape, re.split(r"[-_.]+", name)))


def _without_comment(line):
    return re.sub(r"(^\+?|\s)\s*#.*", "", line)


def _file(module, on_disk):
    inner = re.escape(module.replace(".", "/"))
    exact = re.compile(rf"(^|/){inner}(\.py|(\.[\w-]+)?\.so|/__init__\.py|/)$")
    parents = "|".join(re.escape(name.replace(".", "/")) for name in _names(module))
    # A folder is told as a whole; one with untracked modules needs no __init__.py to be a package.
    around = re.compile(rf"(^|/)({parents})/$|(^|/){inner}/.+\.py$")
    for pattern in (exact, around):
        for path, state in on_disk.items():
            if pattern.search(path):
                return _way_out(path, state)
    return ""


def _way_out(path, state):
    if state == "untracked":
        return f"{path} is on disk but not in git: git add it."
    return f'git ignores {path}; show it: overlay = ["{path}"] in [tool.migrate-guard].'
