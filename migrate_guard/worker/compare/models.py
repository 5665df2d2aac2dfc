"""Where a table or a column is declared: file and line of the model."""

import ast
import inspect
import os
import sys
from typing import Any, Dict, Optional

from migrate_guard.worker.basis import compat
from migrate_guard.worker.basis.places import is_inside


class Models:
    """Looks through the mapped classes, then through the Table(...) calls of the snapshot's loaded modules."""

    def __init__(self, root):
        self._root = root
        self._trees: Dict[str, ast.Module] = {}
        self._classes: Dict[Optional[str], Any] = {}
        for mapper in compat.mappers():
            # Revisions may map classes of their own; their modules are not in sys.modules.
            if self._own_file(sys.modules.get(mapper.class_.__module__)):
                self._classes.setdefault(getattr(mapper.local_table, "fullname", None), mapper.class_)

    def place(self, table, column=None):
        """(path relative to the root, line) of ``table``'s declaration; ("", 0) where it is not found."""
        cls = self._classes.get(table)
        return self._in_class(cls, column) if cls else self._in_tables(table, column)

    def _in_class(self, cls, column):
        key = self._attribute(cls, column) if column else None
        for owner in cls.__mro__ if key else (cls,):
            path, node = self._definition(owner)
            line = _assigned(node, key) if node and key else getattr(node, "lineno", 0)
            if line:
                return path, line
        return self._in_class(cls, None) if key else ("", 0)

    @staticmethod
    def _attribute(cls, column):
        # not column_attrs, which configures every mapper there is: a finding must not depend on that
        for key, item in inspect.getattr_static(cls, "__mapper__").columns.items():
            if item.name == column:
                return key
        return None

    def _definition(self, cls):
        path = self._own_file(sys.modules.get(cls.__module__))
        for node in ast.walk(self._tree(path)) if path else ():
            if isinstance(node, ast.ClassDef) and node.name == cls.__name__:
                return path, node
        return "", None

    def _in_tables(self, table, column):
        name = table.rsplit(".", 1)[-1]
        for module in list(sys.modules.values()):
            path = self._own_file(module)
            for node in ast.walk(self._tree(path)) if path else ():
                if isinstance(node, ast.Call) and _is_call(node, "Table", name):
                    columns = [arg for arg in node.args if _is_call(arg, "Column", column)]
                    return path, (columns or [node])[0].lineno
        return "", 0

    def _own_file(self, module):
        file = getattr(module, "__file__", None) or ""
        return os.path.relpath(file, self._root) if is_inside(file, self._root) else ""

    def _tree(self, path):
        if path not in self._trees:
            with open(os.path.join(self._root, path), "rb") as file:
                self._trees[path] = ast.parse(file.read())
        return self._trees[path]


def _assigned(class_node, name):
    for node in class_node.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return node.lineno
    return 0


def _is_call(node, function, first):
    if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
        return False
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return called == function and node.args[0].value == first
