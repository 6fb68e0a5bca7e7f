"""``credroot batch outputs``: what learners get beside the JSON."""

from __future__ import annotations

from pathlib import Path

import click

from credroot.app.exit_codes import Exit
from credroot.app.settings import load_settings
from credroot.core.errors import InputError
from credroot.issuer.batch_folder import BatchFolder, check_name


@click.command("outputs")
@click.argument("name")
@click.option("--png", is_flag=True, help="A badge picture with the credential in it, for each learner.")
@click.option("--svg", is_flag=True, help="The same as SVG.")
@click.option("--pdf", is_flag=True, help="An accessible PDF with the credential attached; needs credroot[pdf].")
@click.option("--mail", is_flag=True, help="A mail-merge table, and a draft of a message for each learner.")
@click.option("--page", metavar="URL", help="The verify page that links and QR codes lead to.")
@click.option(
    "--language",
    type=click.Choice(["en", "es", "fr", "de"]),
    default="en",
    show_default=True,
    help="Of PDF and message.",
)
@click.option(
    "--fonts",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    multiple=True,
    help="A folder with fonts for the PDF, besides those of the system.",
)
@click.pass_obj
def outputs(
    workspace: Path | None,
    name: str,
    png: bool,
    svg: bool,
    pdf: bool,
    mail: bool,
    page: str | None,
    language: str,
    fonts: tuple[Path, ...],
) -> int:
    """Make what learners get: pictures, a PDF, messages; and a report of the batch. Nothing is sent.

    The files are private to you: they name people. Without any option only the report is made.
    """
    from credroot.app.outputs import write_outputs
    from credroot.issuer.outputs.links import check_page
    from credroot.issuer.outputs.making import Wanted

    settings = load_settings(workspace)
    batch = BatchFolder(settings.workspace / "batches" / check_name(name))
    kinds = {"png": png, "svg": svg, "pdf": pdf, "mail": mail}
    if page is None and mail:
        raise InputError("messages need the verify page that their links lead to: --page URL", code="usage.options")
    wanted = Wanted(
        kinds=frozenset(kind for kind, is_wanted in kinds.items() if is_wanted),
        page=None if page is None else check_page(page),
        language=language,
        font_folders=fonts,
    )
    lines, folder = write_outputs(settings, batch, wanted)
    made = ", ".join(sorted(wanted.kinds)) or "the report"
    click.echo(f"Wrote {made} for {len(lines)} credentials into {folder}")
    problems = [line for line in lines if line.problem]
    for line in problems:
        click.echo(f"x row {line.row}  {line.problem}", err=True)
    return Exit.PROBLEM if problems else Exit.OK
