"""``credroot serve``: the verify API as a server."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import click

from credroot.app.settings.settings import load_settings
from credroot.core.errors import InputError

DEFAULT_PORT = 8787
BACKLOG = 2_048


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=DEFAULT_PORT,
    show_default=True,
    help="The port; 0 takes a free one.",
)
@click.option(
    "--rate",
    type=click.FloatRange(0),
    help="Requests a second that one client address may send in the long run; 0 for no limit.",
)
@click.option(
    "--behind-proxy",
    metavar="ADDRESSES",
    help="Addresses of proxies, with commas, that may name the client in X-Forwarded-For.",
)
@click.option(
    "--allow-origin",
    "allow_origins",
    multiple=True,
    metavar="ORIGIN",
    help="An origin whose pages may ask below /v1/, such as https://school.example, or '*' for every one; may be "
    "repeated. Without it those of the settings may: none unless [api] allow_origins names some.",
)
@click.option("--quiet", "-q", is_flag=True, help="Log no requests.")
@click.pass_obj
def serve(
    workspace: Path | None,
    host: str,
    port: int,
    rate: float | None,
    behind_proxy: str | None,
    allow_origins: tuple[str, ...],
    quiet: bool,
) -> None:
    """Serve the verify API until Ctrl-C: what this workspace pins and trusts, over HTTP.

    The URL goes to standard output, the log to standard error, one JSON object a line. Put a proxy with TLS before it
    where others are to reach it.
    """
    from dataclasses import replace

    from credroot.app.api.application import create_api
    from credroot.app.api.event_log import EventLog
    from credroot.app.api.limits import Limits
    from credroot.app.api.server import run
    from credroot.app.settings.api import read_origins

    settings = load_settings(workspace)
    limits = Limits()
    if rate is not None:
        limits = replace(limits, rate_per_s=rate, rate_burst=max(rate * 5, 1.0))
    log = EventLog(sys.stderr, requests=not quiet)
    origins = read_origins(allow_origins, source="--allow-origin") if allow_origins else None
    application = create_api(settings, limits, log, allow_origins=origins)
    with _listen(host, port) as listener:
        url = _url(host, listener.getsockname()[1])

        def announce() -> None:
            click.echo(url)
            sys.stdout.flush()

        run(application, listener, limits, log, trusted_proxies=behind_proxy, announce=announce)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        raise InputError(f"can't listen on {host} port {port}: {error.strerror}", code="serve.address") from error
    listener.set_inheritable(False)
    return listener


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
