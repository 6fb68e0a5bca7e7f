"""The command line: which command lives where, and how every ending becomes an exit status.

Results go to standard output, everything meant for a person to standard error. Commands are imported when they are
called, because a verdict should not wait for the libraries that issuing needs.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from credroot.app.exit_codes import Exit, exit_of_error
from credroot.app.extras import missing_extra
from credroot.app.terminal import guard_terminal, say
from credroot.core.errors import CredrootError

_COMMANDS = {
    "audit": ("auditing.audit", "Read every event of the registry."),
    "batch": ("issuing.batch", "Plan, anchor, resume and list batches."),
    "chain": ("setup.chain", "Run the local chain."),
    "demo": ("setup.demo", "Show the whole job on a local chain, with nothing to set up."),
    "deploy": ("setup.deploy", "Put a registry on a network."),
    "evidence": ("verifying.evidence", "Save what the chain says about files, to be judged without it."),
    "init": ("setup.init", "Make this folder the workspace of an issuer."),
    "doctor": ("setup.doctor", "Say what works here and what does not."),
    "issuer": ("issuing.issuer", "Publish who the issuer is, say which keys act in its name, watch them."),
    "page": ("verifying.page", "Write the verify page as static files."),
    "reissue": ("issuing.succession", "Issue credentials anew, corrected, and revoke the old ones."),
    "renew": ("issuing.succession", "Issue credentials anew that have ended or soon will."),
    "reinstate": ("issuing.withdrawal", "Lift a suspension."),
    "revoke": ("issuing.withdrawal", "Withdraw credentials for ever."),
    "roster": ("setup.roster", "Check a roster before it is used."),
    "serve": ("verifying.serve", "Serve the verify API."),
    "suspend": ("issuing.withdrawal", "Withdraw credentials for the time being."),
    "verify": ("verifying.verify", "Check credentials and receipts."),
}
"""Command -> its module in `credroot.app.commands`, and the line that ``--help`` shows."""


class LazyGroup(click.Group):
    """A group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name every command."""
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command; `None` where there is none of that name."""
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"credroot.app.commands.{_COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in sorted(_COMMANDS.items())])


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        say(f"credroot {version('credroot')}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--workspace",
    "-w",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to work in; the current one.",
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Show the version and stop.",
)
@click.pass_context
def root(ctx: click.Context, workspace: Path | None) -> None:
    """Open Badges anchored on a chain: issue by the batch, verify without asking the issuer, audit every event.

    Exit status: 0 done or valid, 1 our fault, 2 usage, 3 a problem was found, 4 revoked or suspended, 5 expired or not
    yet valid, 6 could not check, 7 refused by a guard, 8 partly done.
    """
    ctx.obj = workspace


def main(arguments: list[str] | None = None) -> None:
    """Run one command and end the process with its exit status. A user's mistake never shows a stack trace."""
    try:
        status = _run(arguments)
        gc.freeze()  # the process ends: to look through everything for garbage would take as long as a verdict
        sys.exit(status)
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python must not try to flush it again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.OK)


def _run(arguments: list[str] | None) -> int:
    try:
        guard_terminal()
        result: Any = root.main(arguments, prog_name="credroot", standalone_mode=False)
        return int(result) if isinstance(result, int) else Exit.OK
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except click.ClickException as error:
        error.show()
        return Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return Exit.PARTLY
    except CredrootError as error:
        say(f"error: {error} [{error.code}]", err=True)
        return exit_of_error(error)
    except BrokenPipeError:
        raise
    except OSError as error:
        # A full disk, a missing folder, a file without permission: the user can mend it, and the message names it.
        say(f"error: {error.filename or 'system'}: {error.strerror or error}", err=True)
        return Exit.PROBLEM
    except Exception as error:
        extra = missing_extra(error)
        if extra is not None:
            say(f"error: not installed; do: pip install 'credroot[{extra}]', or [all] [install.{extra}]", err=True)
            return Exit.USAGE
        if os.environ.get("CREDROOT_DEBUG"):
            raise
        say(f"internal error: {type(error).__name__}: {error}; set CREDROOT_DEBUG=1 to see where", err=True)
        return Exit.INTERNAL
