"""What controller and worker say to each other."""

from dataclasses import dataclass, replace
from typing import Mapping, Optional, Sequence, Tuple

from migrate_guard.protocol.lines import Message

# What a scratch database is for: the history is replayed into it, the models make it, or nothing in it counts
JUDGED = "judged"
MODELS = "models"
THROWAWAY = "throwaway"

# What a database is to the project: the URL of an engine names it, or it is a file that is attached to another one, or
# that the project opens by itself
CONFIGURED = "configured"
ATTACHED = "attached"
OPENED = "opened"

# The table that marks an empty database at an address as one of ours
MARKER = "migrate_guard_marker"


@dataclass(frozen=True)
class Place:
    """Where and how an environment is run. Every path is absolute but those of the environment: these are relative to ``root``.

    ``root`` is the snapshot, ``work`` the user's working tree, ``python_path`` the entries of PYTHONPATH.
    ``dialect`` is for URLs that do not tell theirs. ``two_databases``: they decide, not autogenerate alone.
    """

    root: str = ""
    work: str = ""
    name: str = ""
    directory: str = ""
    folder: str = ""
    ini: str = ""
    pyproject: str = ""
    section: str = ""
    set_location: bool = False
    x: Sequence[str] = ()
    config: str = ""
    flask: bool = False
    app: str = ""
    dialect: str = ""
    python_path: Sequence[str] = ()
    two_databases: bool = True


@dataclass(frozen=True)
class Order(Message):
    """To the worker, once: what it is there for. The session that sends it says at which ``place``."""

    place: Place = Place()

    def at(self, place: Place) -> "Order":
        return replace(self, place=place)


@dataclass(frozen=True)
class CheckOrder(Order):
    """Replay the history, and compare what comes of it with the models.

    What leads to the revision ``first`` is run before all others, as on a database that is there already.
    """

    first: str = ""


CHECK = CheckOrder()


@dataclass(frozen=True)
class WriteOrder(Order):
    """As CheckOrder; after that the missing revision may be written into the snapshot, once OrdersWanted is answered.

    It is for ``head``. ``message`` is what a process_revision_directives of the project gets to see. ``splice``,
    ``branch`` and ``version_path``, which is relative to the root, are what ``alembic revision`` takes.
    """

    message: str = ""
    head: str = ""
    splice: bool = False
    branch: str = ""
    version_path: str = ""


@dataclass(frozen=True)
class DumpOrder(Order):
    """Replay the history ``to`` these revisions, empty for none that is run, and tell where the databases stand.

    ``original`` is the URL of a database that somebody keeps, which is told in the place of the scratch one.
    """

    to: Sequence[str] = ("heads",)
    original: str = ""


@dataclass(frozen=True)
class ProveOrder(Order):
    """As CheckOrder, but the revisions ``proved``, which no other one needs, come after the others were replayed.

    They are upgraded, downgraded and upgraded again, and compared when they are there for the first time.
    """

    proved: Sequence[str] = ()


@dataclass(frozen=True)
class RowsOrder(Order):
    """Prove the revisions ``proved`` once more, over tables that hold rows; ``later`` is how the databases describe
    themselves after them.

    The tables are those that the statements ``ran`` name. ``renames`` say what of them goes by another name then,
    ``filled`` are names of columns whose rows get a value on the way ("table.column"), ``empty`` of columns that only
    tables without rows can take. With ``below`` the replay ends one revision below the head, and what is left is upgraded
    at once; with ``alone`` then that revision by itself, and no more. Without ``back`` nothing is downgraded.
    """

    proved: Sequence[str] = ()
    later: Sequence["Described"] = ()
    ran: Sequence["Ran"] = ()
    renames: Sequence["Rename"] = ()
    filled: Sequence[str] = ()
    empty: Sequence[str] = ()
    below: bool = False
    alone: bool = False
    back: bool = True


@dataclass(frozen=True)
class ReplayOrder(Order):
    """Replay the history, and look at nothing that comes of it."""


@dataclass(frozen=True)
class MergeOrder(Order):
    """Join the revisions ``joined`` by a new one with ``message``; nothing is looked at."""

    joined: Sequence[str] = ()
    message: str = ""


@dataclass(frozen=True)
class BeginOrder(Order):
    """Make in the judged databases what the models ask for, and the stamp of the heads; nothing is compared."""


@dataclass(frozen=True)
class StartDump:
    """What the judged database begins with: the ``statements`` of ``file``, each after the line that it begins in.

    With them it stands at ``revisions``.
    """

    file: str
    revisions: Sequence[str]
    statements: Sequence[Tuple[int, str]]


@dataclass(frozen=True)
class Scratch(Message):
    """To the worker: the parts of a URL that lead to a scratch database.

    ``create_from`` is a database of the same server from which the worker has to create it, "" where it need not,
    and ``create_with`` are options for that.
    ``replaces``: one of this name, which an earlier observation or env.py has made, goes first. ``setup`` are the
    statements to run on it before anything else. ``turn`` names it where there is no other left for its URL: the
    connections take turns in it. ``start`` comes after ``setup``, None where the history begins with nothing.
    """

    address: Mapping[str, object]
    create_from: str = ""
    create_with: str = ""
    replaces: bool = False
    setup: Sequence[str] = ()
    turn: str = ""
    start: Optional[StartDump] = None


@dataclass(frozen=True)
class Ready(Message, kept_in="ready"):
    """The worker runs; the versions that it found."""

    python: str
    sqlalchemy: str
    alembic: str


@dataclass(frozen=True)
class Unsupported(Message):
    """Something is older than the worker can use."""

    found: str
    needed: str


@dataclass(frozen=True)
class Progress(Message):
    """A sign of life, with what is being done, and the ``part`` of it ("3 of 40")."""

    doing: str
    part: str = ""


@dataclass(frozen=True)
class ScratchWanted(Message):
    """A new scratch database for ``dialect``, which ``driver`` will connect to; the answer is Scratch.

    ``purpose`` is JUDGED, MODELS or THROWAWAY, ``url`` the configured address, without its password, and where
    ``origin`` is ATTACHED or OPENED the file as the project calls it. ``name`` is the configured name, which revisions
    may speak of: it is given where that does no harm. With ``turn``, the one that it names, emptied for the next to
    use it.
    """

    dialect: str
    driver: str
    name: str = ""
    turn: str = ""
    purpose: str = THROWAWAY
    url: str = ""
    origin: str = CONFIGURED


@dataclass(frozen=True)
class RolesWanted(Message):
    """A statement that makes the roles ``names``, or a database, runs on a server; the answer is Noted.

    They belong to the server and outlive the scratch database.
    """

    dialect: str
    names: Sequence[str]


@dataclass(frozen=True)
class Noted(Message):
    """To the worker: go on."""


@dataclass(frozen=True)
class Known(Message, kept_in="known"):
    """A revision as Alembic's ScriptDirectory has it; ``path`` is relative to the snapshot."""

    id: str
    down_revisions: Sequence[str]
    branch_labels: Sequence[str]
    depends_on: Sequence[str]
    path: str


# What one side says of an object: pairs of an attribute and its value, as far as it tells
Said = Tuple[Tuple[str, str], ...]


@dataclass(frozen=True)
class Operation(Message, kept_in="operations"):
    """One operation that the missing revision would contain.

    ``kind``, ``table`` and ``name`` are its object's, as a DatabaseObject has them; ``kind`` is "" where that cannot
    be said, and ``name`` is then what a plugin calls it. ``attribute`` is what differs of it, "" for all of it.
    ``models`` and ``history`` are what each side says, None where that side lacks the object. ``path`` and ``line``
    are the model's, where it was found. ``database`` tells several apart. ``spelled`` is the table as the models spell
    it, "" where ``table`` is. ``content`` is the definition of an object that nobody has named. ``described``: it is
    the databases that say it, not autogenerate. ``by_hand``: Alembic cannot write it.
    """

    kind: str
    table: str
    name: str
    models: Optional[Said]
    history: Optional[Said]
    attribute: str = ""
    path: str = ""
    line: int = 0
    database: str = ""
    spelled: str = ""
    content: str = ""
    described: bool = False
    by_hand: bool = False

    @property
    def direction(self) -> str:
        """What the missing revision would do: "add", "drop" or "alter"."""
        if self.history is None:
            return "add"
        return "drop" if self.models is None else "alter"

    @property
    def identity(self) -> Tuple[object, ...]:
        """What makes two the same one, of one source or of several; tenants that have a schema each say one."""
        place = self.spelled or self.table
        named = "" if self.kind == "table" else self.name
        return (self.database, self.kind, place, named, self.attribute, self.models, self.history)


@dataclass(frozen=True)
class DatabaseObject:
    """One object of a database, in the database's own words.

    ``kind`` is "table", "column", "index" and so on. ``table`` is the one that it belongs to, "" for what belongs to
    none. ``attributes`` are all that it is besides its name. ``generated``: nobody chose the name, the database did.
    ``path`` and ``line`` are the model's. ``text`` is the statement that made it, where the database keeps that.
    """

    kind: str
    table: str
    name: str
    attributes: Mapping[str, str]
    generated: bool = False
    path: str = ""
    line: int = 0
    text: str = ""

    def at(self, path: str, line: int) -> "DatabaseObject":
        return replace(self, path=path, line=line)


@dataclass(frozen=True)
class OrdersWanted(Message):
    """The differences have been told, and the missing revision could be written; the answer is Orders or Renaming."""


@dataclass(frozen=True)
class Change:
    """Something that autogenerate does not write. ``attribute`` is what differs, "" for the whole object.

    ``models`` and ``history`` are the object on each side, None where that lacks it.
    """

    database: str
    kind: str
    table: str
    name: str
    attribute: str
    models: Optional[DatabaseObject] = None
    history: Optional[DatabaseObject] = None


@dataclass(frozen=True)
class Rename:
    """One object of the judged database gets another name, and keeps what it holds.

    ``kind``, ``table`` and ``old`` are as DatabaseObject has them; ``new`` is a name as ``old`` is one.
    """

    database: str
    kind: str
    table: str
    old: str
    new: str


@dataclass(frozen=True)
class Fill:
    """How the rows that a table may hold get a value for the new column that ``operation`` adds.

    ``default`` is a constant or an expression that needs no row, ``backfill`` an expression over the row, or a whole
    UPDATE statement; one of them is "".
    """

    operation: Operation
    default: str = ""
    backfill: str = ""


@dataclass(frozen=True)
class Renaming(Message):
    """To the worker: do these ``renames`` first, then tell once more all that is compared, and want orders again."""

    renames: Sequence[Rename]


@dataclass(frozen=True)
class Orders(Message):
    """To the worker: write the missing revision.

    ``message`` is for one that has none; ``omit`` are operations of its own that it shall not contain, ``add`` is
    what it shall contain besides, ``fills`` what goes with some operations.
    """

    message: str = ""
    omit: Sequence[Operation] = ()
    add: Sequence[Change] = ()
    fills: Sequence[Fill] = ()


@dataclass(frozen=True)
class Described(Message, kept_in="described"):
    """A database as it describes itself: that of the ``models``, or the one that the history was replayed into.

    ``url`` is the configured one, without its password.
    """

    database: str
    models: bool
    objects: Sequence[DatabaseObject]
    url: str = ""


@dataclass(frozen=True)
class Standing(Message, kept_in="standing"):
    """Where a database stands: that of the configured ``url``, whose name is ``database``, or the original of it.

    ``server`` is "postgresql", "mysql", "mariadb" or "sqlite", by what it says itself. ``revisions`` are those of its version table, and ``rows`` the
    statements that write them there.
    """

    url: str
    database: str
    dialect: str
    server: str
    version: str
    revisions: Sequence[str]
    rows: Sequence[str]
    objects: Sequence[DatabaseObject]


@dataclass(frozen=True)
class LeftOut(Message, kept_in="refused"):
    """Something that the project itself keeps from being compared, or took out of what was found.

    An empty ``name`` is the whole table, an empty ``attribute`` the whole object.
    """

    database: str
    kind: str
    table: str
    name: str
    attribute: str = ""


@dataclass(frozen=True)
class Ignored(Message, kept_in="ignores"):
    """A table or a column whose ``info`` names findings that it is to be left alone with: {"migrate_guard": ...}.

    ``table`` is spelled as in a DatabaseObject, an empty ``column`` is the whole table. ``names`` and ``reason`` are
    what it says, empty where it does not say it as it should. ``path`` and ``line`` are the model's.
    """

    database: str
    table: str
    column: str
    names: Sequence[str]
    reason: str
    path: str = ""
    line: int = 0


@dataclass(frozen=True)
class NotBuilt(Message, kept_in="not_built"):
    """No database could be built from the models alone; ``error`` says why."""

    database: str
    error: str


@dataclass(frozen=True)
class Comparing(Message):
    """What is told from here on is of a comparison, which takes the place of an earlier one."""


@dataclass(frozen=True)
class Compared(Message, kept_in="compared"):
    """One call of ``context.configure`` has been judged: so many ``tables`` of the models were compared.

    ``left_out`` counts those that the project's own filters leave out. ``given``: env.py has named any metadata.
    """

    tables: int
    left_out: int = 0
    given: bool = True


@dataclass(frozen=True)
class ReadElsewhere(Message, kept_in="read"):
    """A file of the working tree was opened by its own path, not by that in the snapshot; ``path`` is relative to the former."""

    path: str


@dataclass(frozen=True)
class Inputs(Message, kept_in="inputs"):
    """What Python opened, or looked for in vain, and which folders it listed below the snapshot; paths are relative to it."""

    files: Sequence[str]
    folders: Sequence[str]


@dataclass(frozen=True)
class MadeElsewhere(Message, kept_in="elsewhere"):
    """A ``table`` that the project made in a throwaway database; ``path``, relative to the snapshot, and ``line`` say where."""

    table: str
    path: str
    line: int


@dataclass(frozen=True)
class BuiltFromModels(Message, kept_in="built"):
    """Tables of the compared metadata that were built from it while the history was replayed.

    ``revision`` is the one that did it, "" for env.py; ``path`` is relative to the snapshot, and ``line`` is 0 where
    it is not known. With ``judged`` the database that is compared was built.
    """

    path: str
    line: int
    tables: Sequence[str]
    revision: str = ""
    judged: bool = True


@dataclass(frozen=True)
class Loaded(Message, kept_in="loaded"):
    """What env.py had imported in the end.

    ``modules``: name of each module of the snapshot, and its path there. ``tables``: the full names of those that the
    compared metadata holds, ``sources`` the modules that they come from. ``bases``: dotted names that lead to that
    metadata: it, classes and registries that declare tables in it, objects that hold one of these.
    """

    modules: Mapping[str, str]
    tables: Sequence[str]
    sources: Sequence[str]
    bases: Sequence[str]


@dataclass(frozen=True)
class UpgradeFailed(Message, kept_in="upgrade_failed"):
    """A revision raised while it was replayed; ``line`` is 0 where none of its own was running.

    ``together``: an earlier revision ran in the same upgrade, over rows.
    """

    revision: str
    path: str
    line: int
    error: str
    together: bool = False


@dataclass(frozen=True)
class DowngradeFailed(Message, kept_in="downgrade_failed"):
    """A revision that is proved raised when it was downgraded, or upgraded ``again`` after that; see UpgradeFailed."""

    revision: str
    path: str
    line: int
    error: str
    again: bool = False


@dataclass(frozen=True)
class NoWayBack(Message, kept_in="no_way_back"):
    """Revisions that are proved have no downgrade() at all: nobody means to go back, and nothing was downgraded."""

    revision: str


@dataclass(frozen=True)
class Stood(Message, kept_in="stood"):
    """A database as it describes itself before the revisions that are proved, or after they were ``downgraded``."""

    database: str
    downgraded: bool
    objects: Sequence[DatabaseObject]


@dataclass(frozen=True)
class Filled(Message, kept_in="filled"):
    """The ``tables`` of a database that got rows, and pairs of those that got none, and why."""

    database: str
    tables: Sequence[str]
    without: Sequence[Tuple[str, str]] = ()


@dataclass(frozen=True)
class RowLost(Message, kept_in="rows_lost"):
    """A pass has changed a ``row`` of ``table`` that it should have kept: ``what`` became of it, in words.

    It was an upgrade, or with ``downgraded`` a downgrade. ``together``: an earlier revision ran in the same upgrade.
    """

    database: str
    table: str
    row: str
    what: str
    downgraded: bool = False
    together: bool = False


@dataclass(frozen=True)
class Refuses(Message, kept_in="refuses"):
    """Rows of ``table`` that the upgrade, or with ``downgraded`` the downgrade, refuses: ``what`` does, ``query`` counts them."""

    database: str
    table: str
    what: str
    query: str
    downgraded: bool = False


@dataclass(frozen=True)
class GivenUp(Message, kept_in="given_up"):
    """Values of a ``column``, "" for all of its ``table``, that the upgrade does not keep; ``what`` becomes of it, in words."""

    database: str
    table: str
    column: str
    what: str


@dataclass(frozen=True)
class Ran(Message, kept_in="ran"):
    """The statements that the revisions ran which are proved, as they can be typed."""

    database: str
    statements: Sequence[str]


@dataclass(frozen=True)
class Failed(Message):
    """The project's code, or what it leans on, kept the worker from a verdict.

    ``missing_module`` is the module, or the name in a module, that could not be imported, and ``importer`` the line of the
    project that wanted it ("path:line", "" if unknown). ``installed`` is the package that is there and lacks it, with its
    version, "" if there is none. ``within_own``: a module of the project lacks it.
    """

    doing: str
    error: str
    frames: Sequence[str]
    missing_module: str = ""
    hint: str = ""
    importer: str = ""
    installed: str = ""
    within_own: bool = False
    asked: Sequence[str] = ()  # the variables that were asked for in vain, where it may be that
    missing: Sequence[str] = ()  # those of them that made it fail


@dataclass(frozen=True)
class ImportedElsewhere(Message):
    """A module of the snapshot that was imported from the working tree instead."""

    module: str
    path: str


@dataclass(frozen=True)
class RepositoryWanted(Message):
    """The project looks for a repository, and the snapshot has none: it has to be made, and all begins anew."""


@dataclass(frozen=True)
class Written(Message, kept_in="written"):
    """The revision with the id ``revision`` was written; ``path`` is relative to the snapshot.

    ``uncertain`` says what it leaves to be decided: there it raises.
    """

    path: str
    revision: str = ""
    uncertain: Sequence[str] = ()


@dataclass(frozen=True)
class Remark(Message, kept_in="remarks"):
    """What a person should know of the revision that is being written."""

    text: str


@dataclass(frozen=True)
class Done(Message):
    """The last word of the worker: what came before is complete."""
