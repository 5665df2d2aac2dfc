"""Why the project's interpreter lacks a module: what the user can do about it."""

import re


def hint(module: str, added: dict[str, list[str]], on_disk: dict[str, str]) -> str:
    """``added``: the lines that the judged source adds to each file that lists dependencies. ``on_disk``: what git
    thinks ("untracked" or "ignored") of each path of the working tree that the snapshot lacks."""
    top = module.split(".")[0]
    for path, lines in added.items():
        if any(re.search(rf"(?<![\w-]){_spelling(top)}(?![\w-])", line, re.I) for line in lines):
            return f"{path} gains {top} in this commit; sync your environment."
    file = module.replace(".", "/")
    for path, state in on_disk.items():
        if re.search(rf"(^|/){re.escape(file)}(\.py|\.\w+\.so|/__init__\.py|/)?$", path):
            if state == "untracked":
                return f"{path.rstrip('/')} is on disk but not in git: git add it."
            return f'git ignores {path}; show it: overlay = ["{path}"] in [tool.migrate-guard].'
    return "Install it into the project's environment, or name the right one: python = in [tool.migrate-guard]."


def _spelling(name):
    return re.sub(r"[-_.]+", "[-_.]+", re.escape(name).replace(r"\-", "-"))
