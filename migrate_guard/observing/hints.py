"""The way out where the project's own code failed: what its words, the source and the settings lead to."""

from migrate_guard.advice import database, env_file, missing_module
from migrate_guard.errors import ProjectError
from migrate_guard.observing.subject import Subject
from migrate_guard.observing.worker import MissingModule, MissingVariables


def hint(error: ProjectError, subject: Subject) -> str:
    """What may be shown with ``error``, "" where nothing is known."""
    if isinstance(error, MissingModule):
        return _missing_module(error.failed, subject)
    if isinstance(error, MissingVariables):
        return "" if subject.settings.env_file else _env_file(error, subject.source)
    return database.for_env_py(error.cause, subject.settings.scratch_setup)


def _env_file(error, judged):
    texts = judged.read(env_file.candidates(judged.entries))
    read = {path: text.decode(errors="replace") for path, text in texts.items()}
    return env_file.hint(read, error.asked, error.missing)


def _missing_module(failed, subject):
    repo, judged = subject.repo, subject.source
    before = judged.parent()
    added, removed = {}, {}
    if before:
        removed = judged.removed_since(before)
        added = missing_module.added_lines(judged.diff(before, missing_module.DEPENDENCY_FILES))
    untracked = dict.fromkeys(repo.untracked(), "untracked")
    ignored = dict.fromkeys(repo.ignored(whole_folders=True), "ignored")
    known = {**ignored, **untracked}
    return missing_module.removed(failed.missing_module, removed, failed.importer) or missing_module.hint(
        failed.missing_module, added, known, failed.installed, failed.within_own
    )
