"""The interpreter's recursion limit survives the packages that change it."""

from __future__ import annotations

import subprocess
import sys

from credroot.chain.ethereum_packages import keep_recursion_limit


def test_py_ecc_raises_the_limit_and_the_guard_puts_it_back() -> None:
    program = (
        "import sys\n"
        "from credroot.chain.ethereum_packages import keep_recursion_limit\n"
        "before = sys.getrecursionlimit()\n"
        "with keep_recursion_limit():\n"
        "    import py_ecc.bn128\n"
        "    during = sys.getrecursionlimit()\n"
        "print(before, during, sys.getrecursionlimit())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    before, during, after = map(int, done.stdout.split())
    assert during >= 10_000
    assert before == after == 1000


def test_the_limit_is_restored_after_an_exception_too() -> None:
    before = sys.getrecursionlimit()
    try:
        with keep_recursion_limit():
            sys.setrecursionlimit(before + 1)
            raise ValueError
    except ValueError:
        assert sys.getrecursionlimit() == before
