"""The questions as a person reads them, with the command for each choice."""

from collections.abc import Callable, Sequence

from migrate_guard.findings.remedy import Place, Unanswered
from migrate_guard.questions import Question, becomes_required
from migrate_guard.questions.answers import Answers
from migrate_guard.report import remedies
from migrate_guard.schema import words

_SHOWN = 3


def block(open_: Unanswered, place: Place) -> str:
    """All that the command has to be told for one environment."""
    command = remedies.command(open_.remedy, place)
    lines = [f"question: {open_.environment or '.'}"]
    for question in open_.questions:
        lines += [f"  {asked(question)}"]
        for choice, answer in _choices(question):
            lines += [f"    {choice}:", f"      {' '.join([command, *answer.options()])}"]
    if len(open_.questions) > 1:
        lines.append("  Each command answers one question: give the options of all of them together.")
    return "\n".join(lines)


def asked(question: Question) -> str:
    what = words.what(question.operation)
    if question.candidates:
        kept = "rows" if question.operation.kind == "table" else "values"
        return f"{what} is dropped. Was it renamed? A rename keeps its {kept}."
    place = f"{question.operation.path}:{question.operation.line}: " if question.operation.path else ""
    if becomes_required(question.operation):
        asked_ = f"{place}{what} becomes NOT NULL. What do the rows get that have no value there?"
    else:
        asked_ = f"{place}{what} is added and NOT NULL. What do the rows get that the table may hold?"
    return "\n  ".join([asked_, *_cautions(question)])


def _cautions(question):
    """Why a value may be wrong, whichever it is."""
    if question.refers:
        table = question.refers.removeprefix("public.")
        yield (
            f"It refers to {table}, which the same migration makes: as long as {table} is empty, no value is right. "
            "If there are rows, make the column nullable first."
        )
    if question.unique:
        yield "It is unique: one value fits one row only. For more rows, give an SQL expression that differs in each."


def told(questions: Sequence[Question]) -> str:
    """That there are any, in one line, "" where there are none."""
    if not questions:
        return ""
    first, more = questions[0], len(questions) - 1
    about = (
        f"whether {first.name} was renamed to {first.candidates[0].name}"
        if first.candidates
        else f"what the rows that are there get in {first.name}"
    )
    return f"fix will ask {about}{f', and {more} more' if more else ''}."


def _choices(question):
    if not question.candidates:
        column = question.name
        yield "a value", Answers(defaults=((column, "VALUE"),))
        yield (
            "what an SQL expression, or an UPDATE statement, makes of each row",
            Answers(backfills=((column, "SQL"),)),
        )
        such = " such" if becomes_required(question.operation) else ""
        yield f"nothing, since there are no{such} rows wherever this will run", Answers(allow_empty_only=True)
        return
    for candidate in question.candidates[:_SHOWN]:
        answer = Answers(renames=((question.name, candidate.name),))
        yield f"it was, to {candidate.name} ({candidate.likeness.words})", answer
    yield "it was not, and is lost", Answers(no_rename=True)


def choices(question: Question) -> str:
    """What can be typed on a terminal."""
    if not question.candidates:
        such = " such" if becomes_required(question.operation) else ""
        return f"[d] a value  [b] an SQL expression over each row  [e] nothing, there are no{such} rows  [Enter] stop: "
    lines = [
        f"[{at}] to {candidate.name}: {candidate.likeness.words}\n"
        for at, candidate in enumerate(question.candidates[:_SHOWN], 1)
    ]
    return "".join(lines) + "[n] it was not, and is lost  [Enter] stop: "


def answer(question: Question, typed: str, more: Callable[[str], str | None]) -> Answers | None:
    """What ``typed`` means; ``more(text)`` asks for what it takes besides. None where it means nothing."""
    typed = typed.strip().lower()
    if question.candidates:
        if typed == "n":
            return Answers(settled=(question.name,))
        shown = question.candidates[:_SHOWN]
        if typed.isdigit() and 0 < int(typed) <= len(shown):
            return Answers(renames=((question.name, shown[int(typed) - 1].name),))
        return None
    if typed == "e":
        return Answers(settled=(question.name,))
    said = (more({"d": "Value: ", "b": "SQL: "}[typed]) or "").strip() if typed in ("d", "b") else ""
    if not said:
        return None
    given = ((question.name, said),)
    return Answers(defaults=given) if typed == "d" else Answers(backfills=given)
