"""Observe one Alembic environment: the order in which everything happens."""

import os
import sys
import warnings
from contextlib import contextmanager, nullcontext

from alembic import command
from alembic.script import ScriptDirectory

from migrate_guard.protocol.messages import (
    BEGIN,
    DUMP,
    MERGE,
    PROVE,
    WRITE,
    Comparing,
    DowngradeFailed,
    Ignored,
    ImportedElsewhere,
    Known,
    OrdersWanted,
    Progress,
    Remark,
    UpgradeFailed,
    Written,
)
from migrate_guard.worker import passes
from migrate_guard.worker.basis import compat
from migrate_guard.worker.basis.failures import CannotCheck, failed
from migrate_guard.worker.compare import operations, proof
from migrate_guard.worker.compare.both import Both
from migrate_guard.worker.compare.live import Live
from migrate_guard.worker.compare.models import Models
from migrate_guard.worker.connections.door import install as install_connections
from migrate_guard.worker.project import configs, flask_app, importing, post_write, urls
from migrate_guard.worker.project.asked import Asked
from migrate_guard.worker.write import additions, drafts
from migrate_guard.worker.write.renames import Renames, outermost
from migrate_guard.worker.write.runnable import make_runnable
from migrate_guard.worker.write.whole_files import expect_whole_files


def run(start, channel):
    """Follow the order ``start``; whatever the project raises becomes a message."""
    stage, asked = _Stage(channel), Asked(start)
    asked.install()
    try:
        _observe(start, channel, stage)
    except BaseException as error:
        channel.send(failed(stage.doing, error, start.root, channel, asked.advice(error)))


class _Stage:
    """What is being done, for the message if it fails."""

    def __init__(self, channel):
        self._channel = channel
        self.doing = ""

    def enter(self, doing):
        self.doing = doing
        self._channel.send(Progress(doing))


def _observe(start, channel, stage):
    os.chdir(os.path.join(start.root, start.folder))
    sys.argv = _command_line(start)
    importing.from_snapshot(start.root, start.work, start.folder, start.python_path)
    urls.install(start.dialect)
    os.environ["MIGRATE_GUARD"] = "1"  # for a project that has to do without something here
    connections = install_connections(channel, start.root)
    live = Live(connections.exchange, start.root)
    live.install()
    passes.install()
    post_write.install(start.root, start.work)

    application = nullcontext()
    if start.flask:
        stage.enter("loading the Flask application")
        app = flask_app.load(start.app)
        application = app.app_context()
    with application:
        making = "making the configuration with " + start.config
        stage.enter(making if start.config else "reading the settings of " + start.name)
        launch = configs.launcher(start)
        environment = _Environment(start, channel, stage, connections, live)
        for one in environment.passes():
            with _taken_back():
                launch(one)
            if environment.failed:
                break
        for message in (*environment.messages(), *live.messages()):
            channel.send(message)
    for name, path in importing.imported_elsewhere(start.root, start.work):
        channel.send(ImportedElsewhere(name, path))


class _Environment:
    """Passes over env.py, each with the Config that it is given; after one has ``failed`` there is no other."""

    def __init__(self, start, channel, stage, connections, live):
        self._start, self._channel, self._stage = start, channel, stage
        self._connections, self._live = connections, live
        self._shapes, self._statements = (
            proof.Shapes(connections.sessions),
            proof.Statements(connections.exchange),
        )
        self._both = Both(connections) if start.two_databases else None
        self._renames = Renames()
        self._names = {}
        self.failed = False

    def passes(self):
        """Lazily: each depends on what came of those before it."""
        if self._start.mode == BEGIN:
            yield self._begin
        elif self._start.mode == DUMP:
            yield from (self._replay, self._stand)
        elif self._start.mode == MERGE:
            yield self._merge
        elif self._start.mode == PROVE:
            self._statements.install()
            yield from (self._replay, self._upgrade, self._compare, self._downgrade, self._upgrade_again)
        else:
            yield from (self._replay, self._compare)
            while self._renames.waiting:
                yield from (self._rename, self._compare)

    def messages(self):
        """What the proof has to tell besides."""
        return [*self._shapes.messages(self._names), *self._statements.messages(self._names)]

    def _new_pass(self, config, both=None):
        start = self._start
        script = ScriptDirectory.from_config(config)
        return script, passes.Pass(
            config, script, self._connections, self._live, self._channel, start.root, start.x, both
        )

    def _replay(self, config):
        script, replaying = self._new_pass(config)
        running = f"running {self._start.directory}/env.py"

        def read():
            self._stage.enter("reading the revisions of " + self._start.name)
            for revision in script.walk_revisions():
                self._channel.send(_known(revision, self._start.root))
            self._stage.enter(running)

        self._stage.enter(running)
        self._tell(UpgradeFailed, replaying.replay(read, self._start.to, self._start.proved))

    def _begin(self, config):
        _, beginning = self._new_pass(config)
        self._stage.enter(f"running {self._start.directory}/env.py")
        beginning.begin()

    def _merge(self, config):
        self._stage.enter("writing the merge")
        script = command.merge(config, self._start.joined, self._start.message)
        self._channel.send(_written(script, self._start.root))

    def _upgrade(self, config):
        _, upgrading = self._new_pass(config)
        before = self._shapes.taking(downgraded=False)
        failed = upgrading.upgrade("upgrading", before=before, watches=[self._statements])
        self._tell(UpgradeFailed, failed)

    def _downgrade(self, config):
        _, downgrading = self._new_pass(config)
        self._tell(DowngradeFailed, downgrading.downgrade("downgrading", self._start.proved))

    def _upgrade_again(self, config):
        _, upgrading = self._new_pass(config)
        failed = upgrading.upgrade("upgrading again", before=self._shapes.taking(downgraded=True))
        self._tell(DowngradeFailed, failed, again=True)

    def _stand(self, config):
        _, standing = self._new_pass(config)
        for message in standing.stand(self._start.original):
            self._channel.send(message)

    def _rename(self, config):
        self._stage.enter("renaming")
        _, renaming = self._new_pass(config)
        renaming.perform(self._renames)

    def _tell(self, message, failed, **more):
        if failed:
            self._channel.send(message(*failed, **more))
            self.failed = True

    def _compare(self, config):
        start, channel = self._start, self._channel
        channel.send(Comparing())
        script, comparing = self._new_pass(config, self._both)
        context, compared = comparing.compare(start.message, _place(start), self._renames)
        self._stage.enter("describing the differences")
        models = Models(start.root)
        names = operations.called(context, compared)
        said = list(operations.said(context, models, compared, names))
        for _, operation in said:
            channel.send(operation)
        self._names = {compat.url_text(database.url): name for database, name in zip(compared, names)}
        messages = list(self._both.messages(self._names, models)) if self._both else []
        for message in messages:
            channel.send(message)
        for message in _ignored(compared, names, models):
            channel.send(message)
        if start.mode == WRITE:
            orders = channel.ask(OrdersWanted())
            if orders.renames:
                self._renames.order(orders.renames, self._names, _default_schemas(compared))
            elif orders.write:
                self._stage.enter("writing the revision")
                _require_one_head(script, start)
                dialects = {name: one.dialect for name, one in zip(names, compared)}
                drafts.change(context, said, orders, dialects)
                drafts.add(context, orders.add, compared, names, messages)
                outermost(context)
                _write(context, orders.message, channel, start.root)


def _ignored(compared, names, models):
    found = {(name, *one): None for database, name in zip(compared, names) for one in database.ignores}
    for name, qualified, table, column, ignored, reason in found:
        place = models.place(table, column or None)
        yield Ignored(name, qualified, column, list(ignored), reason, *place)


@contextmanager
def _taken_back():
    """Each pass begins where the first one did, as the process of its own does that it has in life."""
    place = os.getcwd()
    with warnings.catch_warnings():
        yield
    os.chdir(place)


def _command_line(start):
    """What the command would have been: env.py, or an application, may read it."""
    if start.flask:
        return ["flask", "db", "upgrade"]
    section = ["-n", start.section] if start.section != "alembic" else []
    return ["alembic", *section, *(word for x in start.x for word in ("-x", x)), "upgrade", "heads"]


def _default_schemas(compared):
    """Those that each database was seen with."""
    found = {}
    for database in compared:
        found.setdefault(compat.url_text(database.url), set()).add(database.schema)
    return found


def _known(script, root):
    return Known(
        script.revision,
        list(_tuple(script.down_revision)),
        sorted(script.branch_labels or ()),
        list(_tuple(script.dependencies)),
        os.path.relpath(os.path.realpath(script.path), root),
    )


def _tuple(value):
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def _place(start):
    """Where the new revision goes, as Alembic's command takes it."""
    path = os.path.join(start.root, start.version_path) if start.version_path else None
    return {
        "head": start.head or "head", "splice": start.splice, "branch_label": start.branch or None, "version_path": path,
    }  # fmt: skip


def _require_one_head(script, start):
    heads = sorted(script.get_heads())
    if len(heads) > 1 and not start.head:
        raise CannotCheck(
            "writing the revision",
            "the history has several heads: " + ", ".join(heads),
            "\n".join(
                ["Say on which of them to build:", *(_on(script.get_revision(head)) for head in heads)]
            ),
        )


def _on(revision):
    return f"  migrate-guard fix --head {revision.revision}  # {revision.doc}"


def _write(context, message, channel, root):
    context.generated_revisions = [
        script
        for script in context.generated_revisions
        if not all(ops.is_empty() for ops in script.upgrade_ops_list)
    ]
    for script in context.generated_revisions:
        script.message = script.message or message
    uncertain = additions.uncertain(context.generated_revisions)
    make_runnable(context)
    expect_whole_files(context, lambda text: channel.send(Remark(text)))
    for script in context.generate_scripts():
        channel.send(_written(script, root, uncertain))


def _written(script, root, uncertain=()):
    path = os.path.relpath(os.path.realpath(script.path), root)
    return Written(path, script.revision, list(uncertain))
