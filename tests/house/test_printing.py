"""Lines for people go through one printer, so that nothing that is quoted in them makes a line of its own."""

from __future__ import annotations

import ast
from pathlib import Path

APP = Path(__file__).parents[2] / "src" / "credroot" / "app"


def printed_raw(tree: ast.AST) -> list[int]:
    """Return the lines of calls of ``click.echo`` that print a text which was put together."""
    return [
        call.lineno
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "echo"
        and call.args
        and any(isinstance(part, ast.JoinedStr) for part in ast.walk(call.args[0]))
        and not any(keyword.arg == "nl" for keyword in call.keywords)
    ]


def test_no_command_prints_what_was_put_together_but_by_the_printer() -> None:
    found = {
        f"{path.relative_to(APP)}:{line}"
        for path in APP.rglob("*.py")
        for line in printed_raw(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == set()


def test_the_rule_sees_what_it_is_about() -> None:
    assert printed_raw(ast.parse("click.echo(f'{name}: ' + rest, err=True)")) == [1]
    assert printed_raw(ast.parse("click.echo('Stopped.')\nsay(f'{name}')")) == []
