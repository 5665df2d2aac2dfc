"""Where Poetry, Pipenv, PDM and Hatch keep a project's environment: read from disk, or asked."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from migrate_guard import toml

SECONDS = 10


def pdm(folder: str) -> str:
    """The Python that PDM saved for the project, "" where it saved none."""
    return text(os.path.join(folder, ".pdm-python")).strip()


def left_on_disk(folder: str, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(place, path) of each environment that the tools used in ``folder`` have made; path "" for none."""
    project = _toml(os.path.join(folder, "pyproject.toml"))
    for tool in _TOOLS:
        if tool.used(folder, project):
            found = list(tool.environments(folder, project, environ))
            yield from found or [(f"{tool.name}'s environment", "")]


def asked(folder: str, environ: Mapping[str, str], cache: str) -> Iterator[tuple[str, str, str]]:
    """(place, path, reason) of what the tools used in ``folder`` answer themselves; path "" has a reason.

    ``environ`` must not show the hook's environment: it would be the answer. ``cache`` is a file of ours.
    """
    project = _toml(os.path.join(folder, "pyproject.toml"))
    for tool in _TOOLS:
        if tool.used(folder, project):
            yield from _ask(tool, folder, environ, cache)


def _ask(tool, folder, environ, cache):
    place = " ".join(tool.question)
    program = shutil.which(tool.question[0], path=environ.get("PATH", ""))
    if not program:
        yield place, "", f"{tool.question[0]} is not on the PATH"
        return
    stamp = [_changed(os.path.join(folder, name)) for name in (tool.lock, "pyproject.toml")]
    known = _read_answers(cache).get(f"{place} in {folder}", {})
    if known.get("stamp") == stamp and os.path.exists(known.get("path", "")):
        yield f"{place} (as answered before)", known["path"], ""
    path, reason = _answer([program, *tool.question[1:]], folder, {**environ, **tool.variables})
    if os.path.exists(path):
        _keep_answer(cache, f"{place} in {folder}", {"stamp": stamp, "path": path})
    yield place, path, reason


def _answer(command, folder, environ):
    try:
        done = subprocess.run(
            command, cwd=folder, env=environ, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return "", f"no answer in {SECONDS} seconds"
    except OSError as error:
        return "", f"does not start: {error.strerror}"
    lines = os.fsdecode(done.stdout).split("\n")
    path = next((line.strip() for line in reversed(lines) if line.strip()), "")
    if done.returncode or not path:
        return "", "it knows of none"
    return os.path.join(folder, path), ""


def _changed(path):
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return None


def _read_answers(cache):
    import json

    try:
        answers = json.loads(text(cache) or "{}")
    except ValueError:
        return {}
    return answers if isinstance(answers, dict) and all(isinstance(a, dict) for a in answers.values()) else {}


def _keep_answer(cache, key, answer):
    import json
    import tempfile

    try:
        os.makedirs(os.path.dirname(cache), mode=0o700, exist_ok=True)
        descriptor, new = tempfile.mkstemp(dir=os.path.dirname(cache))
        with os.fdopen(descriptor, "w") as file:
            json.dump({**_read_answers(cache), key: answer}, file)
        os.replace(new, cache)
    except OSError:
        pass  # the tool is asked again next time


# --- Poetry ---


def _uses_poetry(folder, project):
    return "poetry" in _table(project, "tool") or os.path.isfile(os.path.join(folder, "poetry.lock"))


def _poetry(folder, project, environ):
    root = _poetry_environments(folder, environ)
    tables = _table(project, "project"), _table(project, "tool", "poetry")
    name = next((table["name"] for table in tables if "name" in table), "non-package-mode")
    name = re.sub(r"[-_.]+", "-", str(name)).lower()
    name = re.sub(r'[ $`!*@"\\\r\n\t]', "_", name)[:42] + "-" + _digest(os.path.realpath(folder))[:8]
    pinned = _table(_toml(os.path.join(root, "envs.toml")), name).get("minor")
    if pinned:
        return [("Poetry's environment", os.path.join(root, f"{name}-py{pinned}"))]
    return _newest_first(root, f"{name}-py")


def _newest_first(root, prefix):
    minors = [(entry[len(prefix) :], entry) for entry in _entries(root) if entry.startswith(prefix)]
    minors.sort(key=lambda found: [int(n) for n in re.findall(r"\d+", found[0])], reverse=True)
    place = "Poetry's environment" + (f" for Python {minors[0][0]}, the newest" if len(minors) > 1 else "")
    return [(place, os.path.join(root, entry)) for _, entry in minors[:1]]


def _poetry_environments(folder, environ):
    home = environ.get("POETRY_CONFIG_DIR") or os.path.join(_user_folder("config", environ), "pypoetry")
    settings = _toml(os.path.join(folder, "poetry.toml")), _toml(os.path.join(home, "config.toml"))
    caches = environ.get("POETRY_CACHE_DIR"), *(table.get("cache-dir") for table in settings)
    paths = (
        environ.get("POETRY_VIRTUALENVS_PATH"),
        *(_table(table, "virtualenvs").get("path") for table in settings),
    )
    cache = next(filter(None, caches), os.path.join(_user_folder("cache", environ), "pypoetry"))
    path = str(next(filter(None, paths), "{cache-dir}/virtualenvs")).replace("{cache-dir}", str(cache))
    return os.path.join(folder, os.path.expanduser(path))


# --- Pipenv ---


def _uses_pipenv(folder, project):
    return os.path.isfile(os.path.join(folder, "Pipfile"))


def _pipenv(folder, project, environ):
    root = environ.get("WORKON_HOME") or os.path.join(
        environ.get("XDG_DATA_HOME") or "~/.local/share", "virtualenvs"
    )
    root = os.path.expanduser(os.path.expandvars(root))
    real = os.path.realpath(folder)
    name = re.sub(r'[ &$`!*@"()\[\]\\\r\n\t]', "_", os.path.basename(real))[:42]
    computed = f"{name}-{_digest(os.path.join(real, 'Pipfile'))[:8]}"
    # a `.venv` file may hold the environment's name instead of its path
    dot_venv = text(os.path.join(folder, ".venv")).strip()
    for name in filter(None, (environ.get("PIPENV_CUSTOM_VENV_NAME"), dot_venv, computed)):
        if os.path.isdir(os.path.join(root, name)):
            return [("Pipenv's environment", os.path.join(root, name))]
    found = (os.path.join(root, entry) for entry in _entries(root))
    own = [path for path in found if text(os.path.join(path, ".project")).strip() in (folder, real)]
    return [("Pipenv's environment", path) for path in own]


# --- Hatch ---


def _hatch_settings(folder, project):
    separate = _toml(os.path.join(folder, "hatch.toml"))
    return {**_table(project, "tool", "hatch", "envs"), **_table(separate, "envs")}


def _uses_hatch(folder, project):
    return bool(_hatch_settings(folder, project))


def _hatch(folder, project, environ):
    found = [
        (name, os.path.join(folder, str(settings["path"])))
        for name, settings in _hatch_settings(folder, project).items()
        if isinstance(settings, dict) and settings.get("path")
    ]
    data = environ.get("HATCH_DATA_DIR") or os.path.join(_user_folder("data", environ), "hatch")
    virtual = os.path.join(os.path.expanduser(data), "env", "virtual")
    real = os.path.realpath(folder)
    identity = _digest(real.casefold() if sys.platform == "darwin" else real)[:8]
    for project_name in _entries(virtual):
        made = os.path.join(virtual, project_name, identity)
        # the environment called `default` has the project's name there
        found += [("default" if n == project_name else n, os.path.join(made, n)) for n in _entries(made)]
    found.sort(key=lambda pair: (pair[0] != "default", pair))
    return [(f"Hatch's environment {name}", path) for name, path in found]


# --- reading ---


def text(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, ValueError):
        return ""


def _toml(path):
    content = text(path)
    if not content:
        return {}
    try:
        return toml.loads(content)
    except ValueError:
        return {}


def _table(data, *names):
    for name in names:
        data = data.get(name)
        if not isinstance(data, dict):
            return {}
    return data


def _entries(folder):
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _digest(text):
    import base64
    import hashlib

    return base64.urlsafe_b64encode(hashlib.sha256(os.fsencode(text)).digest()).decode()


_USER_FOLDERS = {
    "cache": ("XDG_CACHE_HOME", "~/.cache", "~/Library/Caches"),
    "config": ("XDG_CONFIG_HOME", "~/.config", "~/Library/Application Support"),
    "data": ("XDG_DATA_HOME", "~/.local/share", "~/Library/Application Support"),
}


def _user_folder(kind, environ):
    variable, linux, macos = _USER_FOLDERS[kind]
    return environ.get(variable) or os.path.expanduser(macos if sys.platform == "darwin" else linux)


@dataclass(frozen=True)
class _Tool:
    name: str
    used: Callable
    environments: Callable
    question: tuple[str, ...]
    lock: str
    variables: dict[str, str]


_TOOLS = (
    _Tool("Poetry", _uses_poetry, _poetry, ("poetry", "env", "info", "-e"), "poetry.lock", {}),
    _Tool(
        "Pipenv",
        _uses_pipenv,
        _pipenv,
        ("pipenv", "--py"),
        "Pipfile.lock",
        {"PIPENV_IGNORE_VIRTUALENVS": "1"},
    ),
    _Tool("Hatch", _uses_hatch, _hatch, ("hatch", "env", "find"), "hatch.toml", {}),
)
