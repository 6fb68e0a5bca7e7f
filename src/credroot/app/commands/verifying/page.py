"""``credroot page``: the verify page as files for any web server."""

from __future__ import annotations

from pathlib import Path

import click

from credroot.app.terminal import say


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--api", metavar="URL", required=True, help="The `credroot serve` that the page asks.")
def page(folder: Path, api: str) -> None:
    """Write the verify page into FOLDER as static files, in every language.

    `credroot serve` has the page already; this is for serving it from somewhere else.
    """
    from credroot.app.page.static_site import static_site

    made = static_site(api)
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in made.items():
        (folder / name).write_bytes(data)
    say(f"Wrote {len(made)} files into {folder}")
