"""Does the history hold together, with no more heads than it may have?"""

from migrate_guard.checks import gone
from migrate_guard.checks.facts import Facts
from migrate_guard.findings.finding import Finding
from migrate_guard.findings.remedy import Merge, Restore
from migrate_guard.history.revision import Revision


def graph(facts: Facts) -> list[Finding]:
    if facts.graph.replayable:
        return [] if facts.heads_before else _heads(facts)
    # Alembic loads no broken history: heads cannot be merged in it, and a missing revision may join two of them.
    return [*_missing(facts), *_duplicates(facts), *_circles(facts)]


def older_heads(facts: Facts) -> str:
    """In a line, that there were more heads than allowed before; "" if there were not."""
    if not (facts.heads_before and facts.graph.replayable and _heads(facts)):
        return ""
    count = len(facts.graph.heads)
    return f"{count} heads were there {facts.heads_before}; `migrate-guard fix --merge` joins them."


def _heads(facts):
    if isinstance(facts.heads, tuple):
        return _heads_by_name(facts)
    heads = facts.graph.heads
    if len(heads) <= facts.heads:
        return []
    fact = f"the history has {len(heads)} heads, but may have only {facts.heads}."
    return [_multiple_heads(facts, fact, [_place(head) for head in heads], heads[-1])]


def _heads_by_name(facts):
    heads = facts.graph.heads
    allowed = _allowed(facts.graph, facts.heads)
    wrong = [head for head in heads if head.id not in allowed]
    if not wrong:
        return []
    fact = f"{len(wrong)} of {len(heads)} heads {'is' if len(wrong) == 1 else 'are'} not allowed."
    detail = [_place(head) + _allowance(allowed.get(head.id)) for head in heads]
    detail.append(f"heads in [tool.migrate-guard] allows: {', '.join(facts.heads)}")
    if len(heads) == 1:
        fact = "the only head is not allowed."
        detail.append("Allow it there, or give its branch one of these labels.")
    elif allowed:
        detail.append("To join only some of the heads, merge their ids instead of heads.")
    return [_multiple_heads(facts, fact, detail, wrong[0])]


def _allowance(entry):
    return f" (allowed: {entry})" if entry else " (not allowed)"


def _allowed(graph, entries):
    """Head id: its entry. An entry is for one head; it moves on to another where that lets one more head in."""
    fitting = {
        head.id: [at for at, name in enumerate(entries) if _fits(graph, head, name)] for head in graph.heads
    }
    taken: dict[int, str] = {}

    def take(head, tried):
        for at in fitting[head]:
            if at not in tried:
                tried.add(at)
                if at not in taken or take(taken[at], tried):
                    taken[at] = head
                    return True
        return False

    for head in fitting:
        take(head, set())
    return {head: entries[at] for at, head in taken.items()}


def _fits(graph, head, name):
    return name in graph.labels(head) or graph.find(name) == head


def _multiple_heads(facts, fact, detail, at):
    ids = {head.id for head in facts.graph.heads}
    joining = [one for one in facts.on_disk if len(ids.intersection(one.down_revisions)) > 1]
    detail = [*detail, *(f"{one.id}  {one.path} joins them, but is on disk only" for one in joining)]
    remedy = Merge() if len(ids) > 1 and not joining else None
    return _finding(facts, "multiple-heads", fact, detail, at, remedy)


def _missing(facts):
    for revision, reference in facts.graph.missing:
        below = reference in revision.down_revisions
        which = "the" if len(revision.down_revisions) == 1 else "a"
        fact = f"no revision file has the id {reference}, {which} down_revision of {revision.id}."
        if not below:
            fact = f"no revision file has the id or label {reference}, in depends_on of {revision.id}."
        detail = [
            _place(revision),
            *_whereabouts(facts, reference, "down_revision" if below else "depends_on"),
        ]
        yield _finding(facts, "missing-down-revision", fact, detail, revision, _brings_back(facts, reference))


def _brings_back(facts, reference):
    if any(one.id == reference for one in facts.on_disk):
        return None  # its file is there: it is to be added
    found = [one for one in facts.gone if one.id == reference]
    lost = facts.lost.get(reference)
    return Restore(lost.commit, (lost.path,)) if lost else gone.restore(found)


def _whereabouts(facts, reference, variable):
    on_disk = [f"{one.id}  {one.path} (on disk only)" for one in facts.on_disk if one.id == reference]
    if on_disk:
        return on_disk
    found = facts.graph.find(reference)
    if found:
        return [f"Alembic needs the whole id in {variable}: {found.id}"]
    lost = facts.lost.get(reference)
    if lost and lost.deleted_by:
        return [f"{lost.path} was deleted by {lost.deleted_by}."]
    if lost:
        return [f"{lost.commit} has it: {lost.path}"]
    missing = [one for one in facts.gone if one.id == reference]
    if missing:
        return [gone.fate(one) for one in missing]
    return [f"Restore its file, or let {variable} name a revision that exists."]


def _duplicates(facts):
    for id, revisions in facts.graph.duplicates.items():
        fact = f"{len(revisions)} revision files have the same id, {id}."
        advice = "Keep one; remove the others or give each an id of its own."
        detail = [*map(_place, revisions), advice]
        yield _finding(facts, "duplicate-revision", fact, detail, revisions[-1])


def _circles(facts):
    for cycle in facts.graph.cycles:
        fact = f"the history is circular: none of {len(cycle)} revisions can come first."
        advice = "Change down_revision or depends_on in the one that should come first."
        if len(cycle) == 1:
            fact = f"the history is circular: revision {cycle[0].id} needs itself."
            advice = "Take its own id out of its down_revision or depends_on."
        links = zip(cycle, (*cycle[1:], cycle[0]), strict=True)
        detail = [*(f"{_place(one)} needs {other.id}" for one, other in links), advice]
        yield _finding(facts, "circular-history", fact, detail, cycle[0])


def _place(revision: Revision) -> str:
    return (
        f"{revision.id}  {revision.path}:{revision.line}"
        if revision.line
        else f"{revision.id}  {revision.path}"
    )


def _finding(facts, name, fact, detail, at, remedy=None):
    return Finding(
        name, facts.environment.name, fact, detail=tuple(detail), remedy=remedy, path=at.path, line=at.line
    )
