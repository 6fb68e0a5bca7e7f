"""``credroot issuer``: the issuer itself, its identity, what it publishes, whom it endorses."""

from __future__ import annotations

import click

from credroot.app.commands.issuer_documents import did, endorse, profile, status


@click.group()
def issuer() -> None:
    """Publish who the issuer is and what it withdrew; endorse others."""


for _command in (did, profile, status, endorse):
    issuer.add_command(_command)
