"""What a file says to Python: two revisions that mean the same differ in nothing that an upgrade could show."""

import ast
import warnings


def meaning(text: bytes) -> str | bytes:
    """Equal for files that read the same apart from comments, docstrings, layout, annotations, and the order of their
    imports or names that they import and never use. The text itself where it is not valid Python.
    """
    module = parsed(text)
    if module is None:
        return text
    module = _Bare().visit(module)
    used = {node.id for node in ast.walk(module) if isinstance(node, ast.Name)}
    imports, rest = set(), []
    for statement in module.body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            imports.update(_imported(statement, used))
        else:
            rest.append(ast.dump(statement))
    return "\n".join([*sorted(imports), *rest])


def code(text: bytes) -> str | bytes:
    """Equal for files that differ in comments and layout alone: of models, an annotation is a type."""
    module = parsed(text)
    return text if module is None else ast.dump(module)


def parsed(text: bytes) -> ast.Module | None:
    """None where it is not valid Python of ours."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about escapes in the user's strings
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _imported(statement, used):
    place = "." * getattr(statement, "level", 0) + (getattr(statement, "module", None) or "")
    for name in statement.names:
        bound = name.asname or name.name.partition(".")[0]
        if bound in used or name.name == "*":
            yield f"{place} {name.name} {bound}"


def is_text(statement: ast.stmt) -> bool:
    """Whether it says something to people alone: a docstring, or a string elsewhere."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, (str, bytes))


class _Bare(ast.NodeTransformer):
    """Takes away what is said to people, and to type checkers."""

    def visit_Expr(self, node):
        return ast.Pass() if is_text(node) else self.generic_visit(node)

    def visit_AnnAssign(self, node):
        if node.value is None:
            return ast.Pass()
        return self.visit(ast.Assign([node.target], node.value))

    def visit_arg(self, node):
        return ast.arg(node.arg)

    def visit_FunctionDef(self, node):
        node.returns = None
        node = self.generic_visit(node)
        node.body = [part for part in node.body if not isinstance(part, ast.Pass)] or [ast.Pass()]
        return node

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Module(self, node):
        node = self.generic_visit(node)
        node.body = [part for part in node.body if not isinstance(part, ast.Pass)]
        return node
