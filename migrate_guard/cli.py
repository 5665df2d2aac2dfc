"""Arguments, the one door for errors, exit codes."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence

from migrate_guard.judging import scope
from migrate_guard.judging.run import Run

VERSION = "0.1.0"


def _parser():
    parser = argparse.ArgumentParser(
        prog="migrate-guard",
        description="Blocks a commit that changes SQLAlchemy models without an Alembic revision.",
    )
    parser.add_argument("--version", action="version", version=f"migrate-guard {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    check = commands.add_parser("check", help="judge the working tree, the index or a commit")
    _source_options(check)
    _against_option(check, "what differs at the merge base with REF already does not count")
    _python_option(check)

    heads = commands.add_parser("heads", help="judge the history alone, without the project's environment")
    _source_options(heads)

    fix = commands.add_parser("fix", help="write the missing migration, and test it on rows")
    fix.add_argument(
        "-m", "--message", default="", help="the revision's message; made from the operations if not given"
    )
    fix.add_argument("--staged", action="store_true", help="for the index, not the working tree")
    fix.add_argument("--head", default="", help="the head to build on, where several are intended")
    fix.add_argument(
        "--env", default="", help="the environment that is meant, by its name in reports; all, if not given"
    )
    fix.add_argument("--splice", action="store_true", help="let --head be a revision that is no head")
    fix.add_argument("--branch", default="", help="a branch label for the new revision")
    fix.add_argument(
        "--version-path", default="", help="the folder for the new file, where there are several"
    )
    instead = fix.add_mutually_exclusive_group()
    instead.add_argument(
        "--merge",
        nargs="*",
        metavar="REVISION",
        help="join heads first, all of them if none are named; -m is then the message of the merge",
    )
    _answers(fix)
    fix.add_argument(
        "--include-old", action="store_true", help="also write what differed before, at the last commit"
    )
    fix.add_argument("--no-stage", action="store_true", help="do not git add the new file")
    instead.add_argument(
        "--amend", action="store_true", help="fold it into the newest revision, which only you have"
    )
    fix.add_argument(
        "--draft", action="store_true", help="write the file even if its test fails: marked and unstaged"
    )
    fix.add_argument("--dry-run", action="store_true", help="show the file and its proof, write nothing")
    fix.add_argument("--sql", action="store_true", help="show the statements that it runs, write nothing")
    fix.add_argument(
        "--hook", action="store_true", help="as a hook: for the index, never git add, and fail the commit"
    )
    _python_option(fix)

    record = commands.add_parser("baseline", help="record what is found, so that it counts no more")
    _against_option(record, "only what differs at the merge base with REF already")
    record.add_argument("--reason", default="", help="why, for each entry that has none yet")
    _python_option(record)

    commands.add_parser("install", help="put the hooks into this repository, for git itself to run")
    commands.add_parser("uninstall", help="take them out again")

    scratch = commands.add_parser("scratch", help="what is kept for scratch databases: look at it, remove it")
    actions = scratch.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("status", help="what exists, how large it is, and since when")
    dump = actions.add_parser("dump", help="a database at a revision as SQL, for the setting start")
    dump.add_argument(
        "--at",
        default="",
        metavar="REV",
        help="the revision; heads, or where the database stands, if not given",
    )
    dump.add_argument(
        "--url",
        default="",
        help="a database that you keep, which is only read (or MIGRATE_GUARD_DUMP_URL); without it, the history is replayed",
    )
    dump.add_argument("--env", default="", metavar="NAME", help="the environment, where there are several")
    dump.add_argument(
        "--database", default="", metavar="NAME", help="the end of its URL, where env.py configures several"
    )
    _python_option(dump)
    actions.add_parser("clean", help="remove all that no run uses at the moment; the next run makes it anew")
    return parser


def _answers(parser):
    parser.add_argument(
        "--rename",
        action="append",
        default=[],
        metavar="OLD:NEW",
        help="a table or table.column that was renamed",
    )
    parser.add_argument("--no-rename", action="store_true", help="whatever else is dropped was not renamed")
    parser.add_argument(
        "--default", action="append", default=[], metavar="COLUMN=VALUE",
        help="what the rows that are there get in a new NOT NULL column",
    )  # fmt: skip
    parser.add_argument(
        "--backfill", action="append", default=[], metavar="COLUMN=SQL",
        help="the same, as an expression over each row or an UPDATE statement",
    )  # fmt: skip
    parser.add_argument(
        "--allow-empty-only", action="store_true", help="no row needs a value wherever the revision will run"
    )


def _source_options(parser):
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--staged", action="store_true", help="the index: what a commit would hold")
    group.add_argument("--ref", help="a commit")
    group.add_argument(
        "--push",
        metavar="REMOTE",
        help="what is pushed there, as git tells its pre-push hook on standard input",
    )


def _against_option(parser, what):
    parser.add_argument("--against", metavar="REF", help=what)


def _python_option(parser):
    parser.add_argument("--python", help="the project interpreter: a path, or an environment's folder")


def main(argv: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(argv)
    options.asked = _asked(options)
    skip = scope.skip(options.asked, os.environ)  # git's variables are taken out of it later on
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        return _dispatch(options)
    except KeyboardInterrupt:
        print("Interrupted (^C).", file=sys.stderr)
        return 130
    except Exception as error:
        return _failed(error, skip)


def _interrupt(*_):
    raise KeyboardInterrupt


def _asked(options):
    """What a command that judges is to judge."""
    push = getattr(options, "push", None)
    return scope.Asked(
        getattr(options, "staged", False) or getattr(options, "hook", False),
        getattr(options, "ref", None),
        getattr(options, "against", None),
        push,
        sys.stdin.read() if push is not None else "",
    )


def _dispatch(options):
    if options.command == "scratch" and options.action != "dump":  # in any folder, not only in a repository
        from migrate_guard.commands import scratch

        print(getattr(scratch, options.action)(os.environ))
        return 0
    with Run(os.environ, os.getcwd()) as run:
        if options.command == "check":
            from migrate_guard.commands.check import check

            return check(run, options.asked, options.python)
        if options.command == "heads":
            from migrate_guard.commands.heads import heads

            return heads(run, options.asked)
        if options.command == "baseline":
            from migrate_guard.commands.baseline import record

            return record(run, options.reason, options.python, options.against)
        if options.command == "fix":
            return _fix(run, options)
        if options.command == "scratch":
            from migrate_guard.commands.dump import dump

            return dump(run, VERSION, options.at, options.url, options.env, options.database, options.python)
        return _hooks(run, options.command)


def _fix(run, options):
    from migrate_guard.commands.fix import fix, hook
    from migrate_guard.findings.remedy import Request

    if options.hook:
        return hook(run, options.python)
    return fix(
        run,
        Request(
            options.message,
            options.head,
            options.staged,
            stage=not options.no_stage,
            draft=options.draft,
            dry_run=options.dry_run,
            sql=options.sql,
            amend=options.amend,
            environment=options.env,
            splice=options.splice,
            branch=options.branch,
            version_path=options.version_path,
            merge=None if options.merge is None else tuple(options.merge),
            answers=_parsed(options),
            include_old=options.include_old,
        ),
        options.python,
    )


def _parsed(options):
    from migrate_guard.questions.answers import parse

    return parse(
        options.rename, options.no_rename, options.default, options.backfill, options.allow_empty_only
    )


def _hooks(run, command):
    from migrate_guard.commands.install import install
    from migrate_guard.commands.uninstall import uninstall

    print((install if command == "install" else uninstall)(run.repo))
    return 0


def _failed(error, skip):
    from migrate_guard.advice import full_disk
    from migrate_guard.errors import GuardError

    error = full_disk.explained(error)
    if isinstance(error, GuardError):
        from migrate_guard.report.text import failure

        print(failure(error, skip=skip), file=sys.stderr)
        return 2
    from migrate_guard.machine.bug import write_report

    path = write_report(error, VERSION, os.environ)
    print(f"error: a bug in migrate-guard: {type(error).__name__}: {error}", file=sys.stderr)
    print(f"hint: please report it to the project, with {path}", file=sys.stderr)
    return 3
