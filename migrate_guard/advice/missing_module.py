"""Why the project's interpreter lacks a module: what the user can do about it."""

import re
from collections.abc import Mapping

_INSTALL = (
    "Install it into the project's environment, or name the right one: python = in [tool.migrate-guard]."
)
_VERSIONS = "The versions do not fit: install those that the project asks for into its environment."
# Distributions that are called otherwise than what is imported, beyond a prefix or a suffix.
_DISTRIBUTIONS = {"PIL": "pillow", "MySQLdb": "mysqlclient", "attr": "attrs", "jose": "python-jose"}


# What names the packages that a project needs, as patterns of paths below any folder
REQUIREMENTS = (
    "pyproject.toml", "*requirements*.txt", "requirements/*.txt", "setup.cfg", "setup.py", "Pipfile", "environment.yml",
)  # fmt: skip
DEPENDENCY_FILES = [f":(glob)**/{name}" for name in REQUIREMENTS]


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


def removed(module: str, paths: Mapping[str, str], importer: str) -> str:
    """What to do where the judged source has removed it; "" where it has not.

    ``paths`` are those removed, each with its new name or "". ``importer`` is the line that wants it, as "path:line".
    """
    wanted = re.compile(rf"(^|/){re.escape(module.replace('.', '/'))}(\.py|/__init__\.py)$")
    path = next((path for path in paths if wanted.search(path)), "")
    if not path:
        return ""
    now = f" (now {paths[path]})" if paths[path] else ""
    return f"This commit deletes {path}{now}; {importer or 'the project'} still imports it."


def hint(
    module: str,
    added: Mapping[str, list[str]],
    on_disk: Mapping[str, str],
    installed: str = "",
    within_own: bool = False,
) -> str:
    """``added``: the lines that the judged source adds to each file that lists dependencies. ``on_disk``: what git
    thinks ("untracked" or "ignored") of each path of the working tree that the snapshot lacks; a folder's ends
    with a slash. ``installed`` and ``within_own`` see Failed."""
    known = _dependency(module, added) or _file(module, on_disk)
    if known or within_own:
        return known
    return f"{installed} is installed and has no {module}. {_VERSIONS}" if installed else _INSTALL


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
