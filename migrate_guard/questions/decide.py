"""What the worker is to do about the missing revision, by what a person has answered."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from migrate_guard.errors import ConfigError
from migrate_guard.protocol.messages import Fill, Operation, Orders, Rename, Renaming
from migrate_guard.protocol.observation import Observation
from migrate_guard.questions import Question, find, is_named, name, renames, required, sides
from migrate_guard.questions.answers import Answers
from migrate_guard.schema.followers import followers


class Decisions:
    """For all environments of a source. ``ask`` gets an answer out of a person, None where there is none.

    ``answers`` are all that were given, with the command or since then.
    """

    def __init__(
        self, answers: Answers, ask: Callable[[Question], Answers | None] = lambda question: None
    ) -> None:
        self.answers = answers
        self.ask = ask
        self.used: set[tuple[str, tuple[str, str]]] = set()
        self.met: dict[str, None] = {}

    def require_fit(self) -> None:
        """Raises ConfigError where an answer was given to what nobody asks."""
        for option, given in (
            ("--rename", self.answers.renames), ("--default", self.answers.defaults), ("--backfill", self.answers.backfills),
        ):  # fmt: skip
            for one in given:
                if (option, one) not in self.used:
                    typed = (":" if option == "--rename" else "=").join(one)
                    raise ConfigError(
                        f"{option} {typed} fits nothing that the missing revision would do.",
                        cause="\n".join(self.met)
                        or "nothing is dropped, and no column needs a value for its rows",
                    )


class Decider:
    """For one environment, each time that its worker wants orders.

    ``renamed`` are the renames that a person has decided so far, and ``paths`` their models' files. ``open`` are the
    questions that keep the revision from being written, since nobody has answered them. ``needed`` is what was missing
    before, and what is new needs.
    """

    def __init__(self, decisions: Decisions) -> None:
        self._decisions = decisions
        self.renamed: list[Rename] = []
        self.paths: set[str] = set()
        self.open: list[Question] = []
        self.needed: set[Operation] = set()
        self._followed: list[Rename] = []
        self._new: frozenset[Operation] = frozenset()

    @property
    def answers(self) -> Answers:
        """All that were given so far."""
        return self._decisions.answers

    def orders(
        self, seen: Observation, wanted: Orders, old: Sequence[Operation] = ()
    ) -> Orders | Renaming | None:
        """What comes next: to write, or to rename and to look again; None where a person has to answer first.

        ``wanted`` is what would be ordered if there were no questions. What is ``old`` may be one half of a rename.
        """
        new = [operation for operation in seen.operations if operation not in wanted.omit]
        operations = [one for one in seen.operations if one in new or one in old]
        self._new = frozenset(new)
        self._note(new, seen.described)
        while True:
            chosen = self._answered("table", operations) or self._answered("column", operations)
            if chosen:
                self.renamed += chosen
                return Renaming(tuple(chosen))
            self.open = [self._of_pairs(one) for one in find(operations, seen.described, self._is_open)]
            if not self.open:
                break
            answer = self._decisions.ask(self.open[0])
            if answer is None:
                self._fills(new)  # an answer may be for what could yet be a rename
                return None
            self._decisions.answers += answer
        following = [one for one in followers(seen.described, self.renamed) if one not in self._followed]
        if following:
            self._followed += following
            return Renaming(tuple(following))
        return replace(wanted, fills=self._fills(new))

    def _note(self, operations, described):
        """What there is to answer, in words."""
        for question in renames(operations, described):
            others = ", ".join(candidate.name for candidate in question.candidates)
            self._decisions.met[f"{question.name} is dropped, and could be renamed to {others}"] = None
        for operation in required(operations):
            self._decisions.met[f"{name(operation)} is NOT NULL, and rows need a value for it"] = None

    def _is_open(self, question):
        answers = self._decisions.answers
        halves = {question.operation, *(candidate.operation for candidate in question.candidates)}
        if not halves & self._new:
            return False
        if question.name in answers.settled:
            return False
        if question.candidates:
            return not answers.no_rename
        return not answers.allow_empty_only and self._fill(question.operation) is None

    def _of_pairs(self, question):
        """Without the pairs of which both halves are old."""
        if question.operation in self._new:
            return question
        new = tuple(one for one in question.candidates if one.operation in self._new)
        return replace(question, candidates=new)

    def _answered(self, kind, operations):
        """The renames of this kind that an answer asks for, and that are not done yet."""
        dropped, added = sides(operations, kind)
        found = []
        for pair in self._decisions.answers.renames:
            for old in dropped:
                for new in added:
                    if self._is_pair(kind, pair, old, new):
                        self._decisions.used.add(("--rename", pair))
                        self.paths.add(new.path)
                        found.append(_rename(kind, old, new))
        return found

    def _is_pair(self, kind, pair, old, new):
        if old.database != new.database or not is_named(new, pair[1]):
            return False
        if kind == "table":
            return is_named(old, pair[0]) and old.name.rpartition(".")[0] == new.name.rpartition(".")[0]
        before = [
            f"{one.old}.{old.name}" for one in self.renamed if one.kind == "table" and one.new == old.table
        ]
        named = is_named(old, pair[0]) or any(_alike(one, pair[0]) for one in before)
        return named and old.table == new.table

    def _fills(self, operations):
        fills = [self._fill(operation) for operation in required(operations)]
        return tuple(fill for fill in fills if fill)

    def _fill(self, operation):
        for option, given in (
            ("default", self._decisions.answers.defaults),
            ("backfill", self._decisions.answers.backfills),
        ):
            for column, sql in given:
                if is_named(operation, column):
                    self._decisions.used.add((f"--{option}", (column, sql)))
                    return Fill(operation, **{option: sql})
        return None


def _rename(kind, old, new):
    return Rename(old.database, kind, old.table, old.name, new.name)


def _alike(qualified, typed):
    return qualified.removeprefix("public.") == typed.removeprefix("public.")
