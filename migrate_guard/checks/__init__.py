"""Pure: facts in, findings out; one module per question."""

from migrate_guard.checks.drift import drift
from migrate_guard.checks.graph import graph
from migrate_guard.checks.unstaged import unstaged
from migrate_guard.checks.upgrade import upgrade

CHECKS = (graph, upgrade, drift, unstaged)
