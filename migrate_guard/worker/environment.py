"""Observe one Alembic environment: the order in which everything happens."""

import os
import sys
import warnings
from contextlib import contextmanager, nullcontext

from alembic.script import ScriptDirectory

from migrate_guard.protocol import DUMP, WRITE, ImportedElsewhere, Known, OrdersWanted, Progress, Written
from migrate_guard.worker import compat, configs, drafts, flask_app, importing, operations, passes, urls
from migrate_guard.worker.asked import Asked
from migrate_guard.worker.both import Both
from migrate_guard.worker.connections import Connections
from migrate_guard.worker.drivers import Drivers
from migrate_guard.worker.failures import CannotCheck, failed
from migrate_guard.worker.live import Live
from migrate_guard.worker.models import Models


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
    connections = Connections(channel)
    connections.install()
    Drivers(start.root, connections).install()
    live = Live(connections, start.root)
    live.install()
    passes.install()

    application = nullcontext()
    if start.flask:
        stage.enter("loading the Flask application")
        app = flask_app.load(start.app)
        application = app.app_context()
    with application:
        making = "making the configuration with " + start.config
        stage.enter(making if start.config else "reading the settings of " + start.name)
        launch = configs.launcher(start)
        replayed = []

        def new_pass(config, both=None):
            script = ScriptDirectory.from_config(config)
            return script, passes.Pass(config, script, connections, live, channel, start.root, start.x, both)

        def replay(config):
            script, replaying = new_pass(config)
            running = f"running {start.directory}/env.py"

            def read():
                stage.enter("reading the revisions of " + start.name)
                for revision in script.walk_revisions():
                    channel.send(_known(revision, start.root))
                stage.enter(running)

            stage.enter(running)
            upgrade_failed = replaying.replay(read, start.to)
            if upgrade_failed:
                channel.send(upgrade_failed)
            replayed.append(not upgrade_failed)

        def compare(config):
            both = Both(connections) if start.two_databases else None
            script, comparing = new_pass(config, both)
            context, compared = comparing.compare(start.message, start.head)
            stage.enter("describing the differences")
            models = Models(start.root)
            names = operations.called(context, compared)
            said = list(operations.said(context, models, compared, names))
            for _, operation in said:
                channel.send(operation)
            urls = {compat.url_text(database.url): name for database, name in zip(compared, names)}
            for message in both.messages(urls, models) if both else ():
                channel.send(message)
            if start.mode == WRITE:
                orders = channel.ask(OrdersWanted())
                if orders.write:
                    stage.enter("writing the revision")
                    _require_one_head(script, start.head)
                    drafts.change(context, said, orders)
                    _write(context, orders.message, channel, start.root)

        def stand(config):
            _, standing = new_pass(config)
            for message in standing.stand(start.original):
                channel.send(message)

        with _taken_back():
            launch(replay)
        if all(replayed):
            launch(stand if start.mode == DUMP else compare)
        for message in live.messages():
            channel.send(message)
    for name, path in importing.imported_elsewhere(start.root, start.work):
        channel.send(ImportedElsewhere(name, path))


@contextmanager
def _taken_back():
    """The second pass begins where the first one did, as the process of its own does that it has in life."""
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


def _require_one_head(script, chosen):
    heads = sorted(script.get_heads())
    if len(heads) > 1 and not chosen:
        raise CannotCheck(
            "writing the revision",
            "the history has several heads: " + ", ".join(heads),
            "Say on which of them to build: migrate-guard fix --head " + heads[0],
        )


def _write(context, message, channel, root):
    context.generated_revisions = [
        script
        for script in context.generated_revisions
        if not all(ops.is_empty() for ops in script.upgrade_ops_list)
    ]
    for script in context.generated_revisions:
        script.message = script.message or message
    for script in context.generate_scripts():
        channel.send(Written(os.path.relpath(os.path.realpath(script.path), root)))
