"""Run env.py unchanged, twice: once to replay the history, once to compare what came of it with the models."""

import argparse
import inspect
import os
from contextlib import contextmanager
from typing import List, NamedTuple

from alembic import command
from alembic.autogenerate import RevisionContext
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationStep, RevisionStep
from alembic.util import CommandError
from sqlalchemy.engine import URL, Connection, Dialect

from migrate_guard.protocol.messages import JUDGED, MARKER, Compared, Progress, Standing
from migrate_guard.worker.basis import compat
from migrate_guard.worker.basis.failures import CannotCheck, line_in, way_out, words
from migrate_guard.worker.compare import ignores, objects, standing
from migrate_guard.worker.compare.both import make
from migrate_guard.worker.project.registrations import Registrations

_LOOKS_FIRST = (
    "A scratch database is empty at first. Where env.py looks in it for what to migrate, as for the schemas of tenants, "
    "make one with scratch_setup in [tool.migrate-guard]."
)
_AT = "start in [tool.migrate-guard] says where the dump stands: mend it, or the file."
_WATCH = "_migrate_guard_watch"
_registrations = Registrations()


class _Watch:
    """What one pass of env.py did; ours are told apart from an EnvironmentContext that the project makes itself."""

    def __init__(self, connections, live, read):
        self.connections = connections
        self.live = live
        self._read = read
        self.configured = self.ran = 0
        self.connection = self.revision = self.error = None

    def configure(self, arguments):
        self.configured += 1
        self.connection = arguments.get("connection")
        self.live.configure(self.connection, arguments.get("target_metadata"))
        if isinstance(self.connection, Connection):  # Alembic itself refuses all else
            self.connections.exchange.exchange(self.connection)

    def run(self, run_migrations, environment, options):
        try:
            while self._read:  # once, and not among what a revision does
                self._read.pop()()
            with self.connections.upgrading.on(self.connection):
                run_migrations(environment, **options)
        except BaseException as error:
            self.error = error
            raise
        self.ran += 1


def install():
    """Patch the class: a subclass of EnvironmentContext would break the ``alembic.context`` proxy."""
    configure, run_migrations = EnvironmentContext.configure, EnvironmentContext.run_migrations
    signature = inspect.signature(configure)

    def watched_configure(environment, *args, **kwargs):
        watch = vars(environment).get(_WATCH)
        if watch:
            watch.configure(signature.bind(environment, *args, **kwargs).arguments)
        return configure(environment, *args, **kwargs)

    def watched_run(environment, **kwargs):
        watch = vars(environment).get(_WATCH)
        if watch:
            watch.run(run_migrations, environment, kwargs)
        else:
            run_migrations(environment, **kwargs)

    _registrations.install()
    EnvironmentContext.configure = watched_configure  # type: ignore[assignment]  # all that Alembic may call it with
    EnvironmentContext.run_migrations = watched_run  # type: ignore[assignment]  # all that Alembic may call it with


class Comparison(NamedTuple):
    """One call of ``context.configure`` that was judged: its configured URL, and the dialect.

    ``schema``: see objects.default_schema. ``ignores``: see ignores.find. ``options`` are the arguments.
    ``foreign_keys``: SQLite heeds them, which it does only where env.py asks for it.
    """

    url: URL
    dialect: Dialect
    schema: str
    ignores: tuple
    options: dict
    foreign_keys: bool = False


class Pass:
    """One pass over an environment. ``root`` is the snapshot, ``x`` are the values of -x, ``live`` see Live.

    ``both`` takes the two databases to be compared.
    """

    def __init__(self, config, script, connections, live, channel, root, x, both=None):
        self._config = config
        self._script = script
        self._connections = connections
        self._live = live
        self._channel = channel
        self._root = root
        self._x = x
        self._both = both

    def replay(self, read, to=("heads",), without=(), first=""):
        """Upgrade from base, or from where a start dump stands, ``to`` these revisions; without any, run none.

        The revisions ``without`` are left out, and what leads to ``first`` comes before all others. ``read`` is called once, before migrations run: env.py may have said
        where the revisions are. See _migrate.
        """

        def steps(heads, context):
            start = self._connections.databases.start_of(context.connection.engine.url)
            if start:
                stamps, heads = self._begun(start, heads)
                yield from stamps
            if first:
                yield from self._script._upgrade_revs(first, heads)
                heads = (first,)
            for step in self._script._upgrade_revs(tuple(to), heads) if to else ():
                if step.revision.revision not in without:
                    yield step

        return self._migrate("replaying", command.upgrade, "heads", steps, [read])

    def upgrade(self, doing, without=(), **watching):
        """Upgrade to the heads, ``without`` these revisions, and tell what is ``doing`` with each one. See _migrate."""

        def steps(heads, _):
            found = self._script._upgrade_revs("heads", heads)
            return [step for step in found if step.revision.revision not in without]

        return self._migrate(doing, command.upgrade, "heads", steps, [], **watching)

    def downgrade(self, doing, revisions, **watching):
        """Downgrade ``revisions``, which no other one needs, and no further. See _migrate."""

        def steps(*_):
            scripts = [script for script in self._script.walk_revisions() if script.revision in revisions]
            known = self._script.revision_map
            return [MigrationStep.downgrade_from_script(known, script) for script in scripts]

        return self._migrate(doing, command.downgrade, "-1", steps, [], **watching)

    def _migrate(self, doing, order, destination, steps, read, before=None, watches=()):
        """What is known of a revision that raised, as (id, path, line, error), also if env.py swallowed that.

        ``before`` is called with each MigrationContext, and the ``watch`` of each of ``watches`` with the _Watch.
        """

        def run(heads, context):
            if before:
                before(context)
            found = list(steps(heads, context))
            for number, step in enumerate(found, 1):
                if isinstance(step, RevisionStep):  # not a stamp
                    watch.revision = step.revision
                    part = f"{number} of {len(found)}"
                    self._channel.send(Progress(f"{doing} revision {step.revision.revision}", part))
                yield step
            watch.revision = None

        options = argparse.Namespace(revision=destination, sql=False, tag=None)
        self._add_options((order, ["revision"], ["sql", "tag"]), options)
        try:
            with self._environment(read, fn=run, destination_rev=destination) as watch:
                self._live.watch(watch, self._script.env_py_location)
                for other in watches:
                    other.watch(watch)
                self._script.run_env()
        except BaseException as error:
            watch.error = watch.error or error
        finally:
            for other in (self._live, *watches):
                other.watch(None)
        if watch.error is not None:
            if watch.revision is None:
                raise watch.error
            return self._revision_failed(watch)
        self._require_runs(watch, watch.ran)
        return None

    def _begun(self, start, heads):
        """(the steps that mark the restored database, where it then stands)."""
        named = ", ".join(start.revisions)
        doing = f"beginning at {named} ({start.file})"
        try:
            revisions = self._script.get_revisions(tuple(start.revisions))
        except CommandError:
            raise CannotCheck(doing, f"the history has no revision {named}", _AT) from None
        at = tuple(revision.revision for revision in revisions)
        if not heads:
            return list(self._script._stamp_revs(at, heads)), at
        if set(heads) != set(at):
            raise CannotCheck(
                doing, f"by its version table the dump stands at {', '.join(sorted(heads))}", _AT
            )
        return [], heads

    def script(self, revision):
        """Alembic's Script of this id."""
        return self._script.get_revision(revision)

    def each(self, doing, function):
        """Call ``function`` with each MigrationContext, while no revision runs."""
        called = []

        def see(heads, migration_context):
            self._channel.send(Progress(doing))
            called.append(migration_context)
            function(migration_context)
            return []

        with self._environment([], fn=see) as watch:
            self._script.run_env()
        if watch.error is not None:
            raise watch.error
        self._require_runs(watch, len(called))

    def stand(self, original):
        """A Standing of each database; that of the URL ``original`` in its place, where there is one."""
        found: List[Standing] = []
        self.each(
            "describing the databases",
            lambda context: found.append(standing.of(context, self._connections.sessions, original)),
        )
        return standing.joined(found)

    def begin(self):
        """Make in the judged databases what the models ask for, and stamp them at the heads."""

        def build(heads, migration_context):
            self._channel.send(Progress("building the database that the step starts from"))
            url = migration_context.connection.engine.url
            # Revisions may import models that nothing else does: they are there when the other side is compared, too.
            list(self._script.walk_revisions())
            # As a revision would be run: env.py, or Alembic, commits it.
            with migration_context.begin_transaction(_per_migration=True):
                make(migration_context, self._connections.databases.is_set_up(url, JUDGED))
            return self._script._stamp_revs("heads", heads)

        options = argparse.Namespace(revision="heads", sql=False, tag=None)
        self._add_options((command.upgrade, ["revision"], ["sql", "tag"]), options)
        with self._environment([], fn=build, destination_rev="heads") as watch:
            self._script.run_env()
        if watch.error is not None:
            raise watch.error
        self._require_runs(watch, watch.ran)

    def perform(self, renames):
        """Do what was ordered last of ``renames``, as a migration would, so that a comparison finds it done."""

        self.each("renaming", renames.perform)

    def compare(self, message, place, renames):
        """The RevisionContext after autogenerate and the project's process_revision_directives, and what it compared.

        ``place`` are the arguments of the revision command that say where the new one goes. It drafts the
        ``renames`` that were performed as well.
        """
        arguments = {
            "message": message or None, "autogenerate": True, "sql": False, "rev_id": None, "depends_on": None, **place,
        }  # fmt: skip
        self._add_options((command.revision, [], list(arguments)), argparse.Namespace(**arguments))
        context = RevisionContext(
            self._config, self._script, arguments, process_revision_directives=renames.draft
        )
        compared = []
        if self._both:
            self._both.begin()

        def autogenerate(heads, migration_context):
            self._channel.send(Progress("comparing models and history"))
            if compat.collections(migration_context.opts.get("target_metadata")):
                self._compare_models(context, heads, migration_context)
            else:  # Alembic would refuse; the heads and the replay are judged all the same
                context.run_no_autogenerate(heads, migration_context)
                self._channel.send(Compared(0, given=False))
            url, dialect = migration_context.connection.engine.url, migration_context.dialect
            connection = migration_context.connection
            heeded = dialect.name == "sqlite" and _scalar(connection, "PRAGMA foreign_keys") == 1
            schema, ignored = objects.default_schema(connection), tuple(ignores.find(migration_context))
            compared.append(Comparison(url, dialect, schema, ignored, migration_context.opts, heeded))
            return []

        with self._environment([], fn=autogenerate, template_args=context.template_args) as watch:
            self._script.run_env()
        if watch.error is not None:
            raise watch.error
        self._require_runs(watch, len(compared))
        return context, compared

    def _compare_models(self, context, heads, migration_context):
        if self._both:
            self._both.watch(migration_context)
        self._autogenerate(context, heads, migration_context)
        if self._both:
            self._channel.send(Progress("building the models' own database"))
            self._both.take(migration_context)
        autogenerated = context._last_autogen_context
        tables = _tables(migration_context)
        # as Alembic 1.4 calls it, and every later one too
        kept = [one for one in tables if autogenerated.run_filters(one, one.name, "table", False, None)]
        self._channel.send(Compared(len(kept), len(tables) - len(kept)))

    def _autogenerate(self, context, heads, migration_context):
        _leave_out_marker(migration_context.opts)
        try:
            context.run_autogenerate(heads, migration_context)
        except CommandError as error:
            if "not up to date" not in str(error):
                raise
            raise CannotCheck(
                "running " + self._file(),
                "the history was replayed, but a second session does not find it: nothing was committed",
                "A transaction begun before context.configure() is env.py's own to commit: connection.commit().",
            ) from error

    @contextmanager
    def _environment(self, read, **options):
        _registrations.take_back()
        watch = _Watch(self._connections, self._live, read)
        environment = EnvironmentContext(self._config, self._script, as_sql=False, **options)
        vars(environment)[_WATCH] = watch
        with environment:
            yield watch

    def _require_runs(self, watch, ran):
        if not watch.configured:
            error = "it ended without calling context.configure(), so nothing was judged"
            hint = _LOOKS_FIRST
        elif ran < watch.configured:
            error = f"it called context.configure() {watch.configured} times, but migrations ran {ran} times"
            hint = ""
        else:
            return
        raise CannotCheck("running " + self._file(), error, hint)

    def _file(self):
        return os.path.relpath(self._script.env_py_location, self._root)

    def _revision_failed(self, watch):
        script = watch.revision
        line = line_in(watch.error, script.path)
        path = os.path.relpath(os.path.realpath(script.path), self._root)
        said = [words(watch.error, self._root), way_out(watch.error)]
        return script.revision, path, line, "\n".join(filter(None, said))

    def _add_options(self, cmd, options):
        """What the alembic command leaves in ``config.cmd_opts``, which env.py may look at."""
        config = self._config
        present = vars(config.cmd_opts) if config.cmd_opts is not None else {}
        usual = {
            "config": config.config_file_name,
            "name": config.config_ini_section,
            "raiseerr": False,
            "x": self._x or None,
        }
        config.cmd_opts = argparse.Namespace(**{**usual, "cmd": cmd, **vars(options), **present})


def _leave_out_marker(options):
    """The table that marks a database at an address is no table of the project's."""
    wanted = options.get("include_name")

    def include_name(name, type_, parent_names):
        return name != MARKER and (wanted is None or wanted(name, type_, parent_names))

    options["include_name"] = include_name


def _scalar(connection, query):
    return compat.aside(connection).exec_driver_sql(query).fetchone()[0]


def _tables(migration_context):
    collections = compat.collections(migration_context.opts.get("target_metadata"))
    return [table for collection in collections for table in collection.tables.values()]
