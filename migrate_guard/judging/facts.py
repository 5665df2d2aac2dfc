"""What is known of one environment, gathered for the checks: from its history, from git, and from what was seen."""

from dataclasses import replace

from migrate_guard import environments
from migrate_guard.checks.facts import Facts, Gone, Lost, Rival, Unimported
from migrate_guard.checks.unimported import candidates, nowhere
from migrate_guard.history.environment import Environment, same
from migrate_guard.history.graph import Graph
from migrate_guard.history.look import Look
from migrate_guard.history.revision import Revision
from migrate_guard.judging.case import Case
from migrate_guard.judging.scope import WORKING_TREE, Scope
from migrate_guard.protocol.observation import Observation
from migrate_guard.repository import branches, declarations, lost, source
from migrate_guard.repository.git import short
from migrate_guard.repository.revisions import History

_HEAD = "HEAD"


def gather(
    case: Case,
    environment: Environment,
    history: History,
    look: Look | None = None,
    scope: Scope = WORKING_TREE,
) -> Facts:
    """All but which drift is old and what is unsteady; ``look`` holds what counts of an observation. Raises GitError."""
    seen = look.observation if look else None
    judged, settings = case.subject.source, case.subject.settings
    missing = seen and (seen.operations or (settings.strict and seen.extras))
    indexed = bool(missing) and judged.kind == source.STAGED
    graph = _graph(history, seen)
    needed = {reference for _, reference in graph.missing}
    gone = tuple(_gone(case, environment, graph)) if missing or needed else ()
    found = {
        id: lost.find(judged.repo, environment, id)
        for id in needed - {one.id for one in gone if one.commit == _HEAD}
    }
    return Facts(
        environment,
        graph,
        heads=settings.heads,
        by_hand=judged.kind == source.WORKING_TREE,
        on_disk=history.on_disk,
        observation=seen,
        unstaged=frozenset(case.unstaged() if indexed else ()),
        brings_revision=indexed and any(map(environment.holds, judged.changed_since(judged.repo.head))),
        strict=settings.strict,
        scratch_setup=settings.scratch_setup,
        unimported=unimported(case, environment, seen) if seen else (),
        accepted=case.accepted,
        step=look.step if look and seen else None,
        broken=look.broken if look and seen else None,
        heads_before=scope.before if _had_heads(judged, environment, graph, scope) else "",
        rivals=tuple(_rivals(judged, graph, seen)) if seen and seen.upgrade_failed else (),
        gone=gone,
        lost={id: Lost(one.path, one.commit, one.deleted_by) for id, one in found.items() if one},
    )


def _gone(case, environment, graph):
    """Each Gone of what the commit before has in the same environment."""
    judged = case.subject.source
    commit = judged.parent()
    if not commit:
        return
    before = case.at(commit)
    there = same(environment, before.subject.environments, len(case.subject.environments) == 1)
    if not there:
        return
    known = [one for one in before.history(there).graph.revisions if one.id not in graph.by_id]
    texts = before.subject.source.read([one.path for one in known])
    removed = judged.removed_since(commit) if known else {}
    changed = {*judged.changed_since(commit)} if known else set()
    name = _HEAD if commit == judged.repo.head else short(commit)
    settings = tuple(path for path in (there.ini, there.pyproject) if path in changed)
    for one in known:
        restored = (one.path,) if one.path in changed else settings
        if restored:
            yield Gone(
                one.id,
                one.path,
                texts[one.path].decode(errors="replace"),
                name,
                restored,
                moved_to=removed.get(one.path, ""),
                edited=one.path in changed and one.path not in removed,
                published=branches.published(judged.repo, one.path),
            )


def _had_heads(judged, environment, graph, scope):
    """Whether one of the commits that count as old has the same revisions; one head is no matter of anybody's."""
    return len(graph.heads) > 1 and any(
        not any(map(environment.holds, judged.changed_since(commit))) for commit in scope.old
    )


def _rivals(judged, graph, seen):
    failed = graph.find(seen.upgrade_failed.revision)
    if not failed:
        return
    before = graph.before([[failed.id]]) - {failed.id}
    beside = [
        one
        for one in graph.by_id.values()
        if one.id not in before and failed.id not in graph.before([[one.id]])
    ]
    texts = judged.read([one.path for one in (failed, *beside)]) if beside else {}
    for one in (failed, *beside):
        if one.path in texts:
            text = texts[one.path].decode(errors="replace")
            yield Rival(one.id, one.path, text, branches.published(judged.repo, one.path))


def _graph(history, seen):
    """As the files read, or as Alembic has told where they do not tell all."""
    if not seen or (history.is_whole and history.graph.by_id.keys() >= {one.id for one in seen.known}):
        return history.graph
    return Graph(
        Revision(one.id, tuple(one.down_revisions), tuple(one.branch_labels), tuple(one.depends_on), one.path)
        for one in seen.known
    )


def unimported(case: Case, environment: Environment, seen: Observation) -> tuple[Unimported, ...]:
    """The modules whose tables env.py should compare and does not; none where that cannot be told. Raises GitError.

    If another environment cannot be judged, nobody knows what that imports: then only those whose table would be dropped.
    """
    if not seen.loaded:
        return ()
    imported = set(seen.loaded.modules.values())

    declaring = declarations.find(case.subject.source, lambda path: not _is_aside(case.subject, path))
    find, modules = candidates, [one for one in declaring if one.path not in imported]
    if seen.compares_nothing and not candidates(modules, seen):
        find, modules = nowhere, declaring
    if not find(modules, seen):
        return ()
    others = [case.first(one) for one in case.subject.environments if one.name != environment.name]
    elsewhere = [one.observation.loaded for one in others if one.observation and one.observation.loaded]
    known = find(modules, seen, elsewhere)
    return tuple(known if len(elsewhere) == len(others) else (one for one in known if one.dropped))


def _is_aside(subject, path):
    """Excluded by the settings, or part of an environment: revisions declare tables all the time."""
    holding = (one for one in subject.environments if one.holds(path) or path.startswith(f"{one.directory}/"))
    return any(holding) or environments.excluded(path, subject.settings.exclude)


def looked_at_again(case: Case, facts: Facts, look: Look) -> tuple[Facts, tuple[str, ...]]:
    """(``facts`` with what is unsteady, notes): where a difference could come of models that say another thing each time.

    ``look`` is what they are of. Raises GuardError.
    """
    operations = facts.new_operations
    directions = {operation.direction for operation in operations}
    if not ("alter" in directions or {"add", "drop"} <= directions):
        return facts, ()
    second = case.again(facts.environment, like=look)
    again = {operation.identity for operation in second.seen().operations}
    unsteady = frozenset(one.identity for one in operations) - again
    by_migrations = bool(unsteady) and _is_of_migrations(look.seen(), second.seen())
    return replace(facts, unsteady=unsteady, unsteady_migrations=by_migrations), second.notes


def _is_of_migrations(first, second):
    """Whether the models made the same both times, and the migrations did not."""
    once, again = (
        {(one.database, one.models): one.objects for one in seen.described} for seen in (first, second)
    )
    return {key[1] for key, objects in once.items() if again.get(key) != objects} == {False}
