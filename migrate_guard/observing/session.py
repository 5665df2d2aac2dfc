"""A session with the project's own interpreter about one environment: the worker, and the scratch databases it works in."""

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from migrate_guard import environments
from migrate_guard.errors import GitAsked, ProjectError
from migrate_guard.history.environment import Environment
from migrate_guard.interpreter import Interpreter
from migrate_guard.interpreter import find as find_interpreter
from migrate_guard.observing.hints import hint
from migrate_guard.observing.keeper import Keepers
from migrate_guard.observing.subject import Means, Subject
from migrate_guard.observing.worker import Told, Worker
from migrate_guard.protocol import messages
from migrate_guard.protocol.messages import CHECK, Known, Order, ProveOrder
from migrate_guard.protocol.observation import Draft, Observation, observed
from migrate_guard.repository import past
from migrate_guard.scratch.ladder import Databases
from migrate_guard.scratch.starts import Start

# What decides what the models and migrations are
_CODE = (".py", ".ini", ".toml", ".cfg", ".mako")
_READ = "{} was read from the working tree, and what is judged has another one: read it from a path relative to __file__."


class Session:
    """To be used in a ``with`` block: the databases are there until it ends, the worker until then or ``finish``.

    ``starts`` takes the place of the setting start. Where something fails, each method raises GuardError.
    """

    def __init__(
        self,
        subject: Subject,
        means: Means,
        environment: Environment,
        starts: tuple[Start, ...] | None = None,
    ) -> None:
        self._subject, self._means, self._environment = subject, means, environment
        self._given_starts = starts
        self._open, self._talking = ExitStack(), ExitStack()
        self._variables: dict[str, str] = {}
        self._interpreter: Interpreter | None = None
        self._databases: Databases | None = None
        self._worker: Worker | None = None
        self._told = Told([], [])

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        # In this order, whatever happens: nobody is connected any more when the databases go.
        with self._open:
            self.finish()

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person may want to know about how it was seen; complete once the session has ended."""
        found = self._interpreter.notes if self._interpreter else ()
        return (
            *found,
            *(self._databases.notices if self._databases else ()),
            *self._read_past(),
            *self._subject.snapshot.notes,
        )

    @property
    def scripts(self) -> str:
        """The folder where the interpreter keeps commands, "" where that is not known."""
        command = self._interpreter.command if self._interpreter else ()
        return os.path.dirname(command[0]) if len(command) == 1 else ""

    def begin(self, earlier: Subject, environment: Environment) -> Observation:
        """Let what the models of ``earlier`` ask for be there, stamped at its heads, before the history is replayed."""
        _, databases = self._working()
        with Session(earlier, self._means, environment) as first:
            seen = first._look_in(databases, messages.BeginOrder())
        databases.hand_over()
        return seen

    def look(self, order: Order = CHECK) -> Observation:
        """What there is to see, as it was told: verdict.confirm says what of it counts.

        Called once. Afterwards the worker waits if the ``order`` is a WriteOrder, and no revision failed.
        """
        worker, databases = self._working()
        seen = self._ask(worker, databases, order)
        databases.require_starts_used()
        databases.require_taken()
        return seen

    def rename(self, renames: Sequence[messages.Rename]) -> Observation:
        """What there is to see once these have been renamed, see look; they are part of what is written then."""
        return self._go_on(messages.Renaming(renames))

    def write(self, orders: messages.Orders) -> Draft:
        """Write the missing revision, as ``orders`` say, on what was seen last."""
        seen = self._go_on(orders)
        return Draft(self._subject.snapshot.path, seen.written, seen.remarks)

    def merge(self, joined: Sequence[str], message: str) -> Draft:
        """Write a revision that joins these; nothing is looked at."""
        seen = self.look(messages.MergeOrder(joined=joined, message=message))
        return Draft(self._subject.snapshot.path, seen.written)

    def finish(self) -> None:
        """End the worker; the databases stay, and nobody is connected to them."""
        self._talking.close()

    def address(self, url: str) -> Mapping[str, object]:
        """The parts of a URL that lead to the database in which the history of the configured ``url`` was replayed."""
        return self._working()[1].judged(url).address

    def _working(self):
        """(the worker, the databases), made when they are first needed."""
        if self._databases is None:
            interpreter = self._find_out()
            keepers = Keepers(interpreter, self._variables, self._subject.settings.timeout)
            needs = self._subject.needs(self._environment, self._given_starts)
            self._databases = self._open.enter_context(self._means.ladder.databases(needs, keepers))
            self._start_worker(interpreter)
        return self._worker, self._databases

    def _find_out(self):
        folders = environments.upwards(self._environment.folder)
        subject = self._subject
        found = find_interpreter(subject.settings, subject.repo, folders, self._means.environ)
        self._interpreter = found
        self._variables = subject.variables(self._means.environ)
        return found

    def _start_worker(self, interpreter):
        log = os.path.join(self._means.workspace.folder("observed"), "log")
        self._worker = self._talking.enter_context(Worker(interpreter, log, self._variables))

    def _look_in(self, databases, order):
        """The same in the databases of another session."""
        self._start_worker(self._find_out())
        return self._ask(self._worker, databases, order)

    def _ask(self, worker, databases, order):
        order = order.at(self._subject.place(self._environment, self._variables))
        self._told = self._answered(worker, databases, order)
        proved = order.proved if isinstance(order, ProveOrder) else ()
        return self._seen(
            proved=tuple(one for one in self._told.messages if isinstance(one, Known) and one.id in proved)
        )

    def _go_on(self, message):
        told = self._answered(self._worker, self._databases, message)
        before = self._told
        self._told = Told([*before.messages, *told.messages], [*before.given, *told.given])
        return self._seen()

    def _answered(self, worker, databases, message):
        try:
            return worker.ask(message, databases, self._subject.settings.timeout)
        except GitAsked:
            self._means.workspace.note_git(self._subject.repo.root)
            raise
        except ProjectError as error:
            # What it says of a database that somebody keeps is not about a scratch one.
            kept = isinstance(message, messages.DumpOrder) and message.original and error.hint
            error.hint = kept or hint(error, self._subject) or error.hint
            raise

    def _seen(self, **more):
        given = self._told.given
        seen = observed(
            self._told.messages,
            engines=tuple(one.engine for one in given),
            starts=tuple(one.start for one in given if one.judged),
            **more,
        )
        code = next((path for path in self._differing() if path.endswith(_CODE)), None)
        if code:
            raise ProjectError(
                f"{code} was read from the working tree, and what is judged has another one.",
                hint="Read it from a path relative to __file__, or import it.",
            )
        return seen

    def _differing(self):
        """What was read of the working tree and is another one in what is judged."""
        read = [one.path for one in self._told.messages if isinstance(one, messages.ReadElsewhere)]
        return past.differing(self._subject.source, read)

    def _read_past(self):
        return [_READ.format(path) for path in self._differing() if not path.endswith(_CODE)]
