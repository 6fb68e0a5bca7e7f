"""``credroot batch outputs``: what learners get beside the JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from credroot.app.exit_codes import Exit
from credroot.app.settings.outputs import OUTPUT_KINDS, OUTPUT_LANGUAGES
from credroot.app.settings.settings import load_settings
from credroot.app.terminal import say
from credroot.issuer.batch.folder import BatchFolder, check_name

if TYPE_CHECKING:
    from credroot.issuer.outputs.making import Made

OUTPUTS_FORMAT = "credroot/batch-outputs/v1"


@click.command("outputs")
@click.argument("name")
@click.option("--png", is_flag=True, help="A badge picture with the credential in it, for each learner.")
@click.option("--svg", is_flag=True, help="The same as SVG.")
@click.option("--pdf", is_flag=True, help="An accessible PDF with the credential attached; needs credroot[pdf].")
@click.option("--mail", is_flag=True, help="A mail-merge table, and a draft of a message for each learner.")
@click.option("--page", metavar="URL", help="The verify page that links and QR codes lead to.")
@click.option("--language", type=click.Choice(OUTPUT_LANGUAGES), help="Of PDF and message; English if unset.")
@click.option(
    "--linkedin-link",
    is_flag=True,
    help="Give LinkedIn's form the private link, and so the whole credential, in place of the page's address.",
)
@click.option(
    "--theme",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file with the issuer's colours, logo and words.",
)
@click.option(
    "--fonts",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    multiple=True,
    help="A folder with fonts for the PDF, besides those of the system.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
@click.pass_obj
def outputs(
    workspace: Path | None,
    name: str,
    png: bool,
    svg: bool,
    pdf: bool,
    mail: bool,
    page: str | None,
    language: str | None,
    linkedin_link: bool,
    theme: Path | None,
    fonts: tuple[Path, ...],
    as_json: bool,
) -> int:
    """Make what learners get: pictures, a PDF, messages; and a report of the batch. Nothing is sent.

    What is made is set once under [outputs] in credroot.toml; options take its place. The files are private to you:
    they name people. It may be stopped at any moment; the same command goes on, and keeps what is there already.
    """
    from credroot.app.issuing.outputs import told_outputs, wanted_outputs, write_outputs

    settings = load_settings(workspace)
    batch = BatchFolder(settings.workspace / "batches" / check_name(name))
    asked = frozenset(kind for kind, is_on in zip(OUTPUT_KINDS, (png, svg, pdf, mail), strict=True) if is_on)
    set_up = settings.outputs
    wanted = wanted_outputs(
        settings,
        replace(
            set_up,
            make=asked or set_up.make,
            page=page or set_up.page,
            language=language or set_up.language,
            linkedin_link=linkedin_link or set_up.linkedin_link,
            theme=theme or set_up.theme,
            fonts=fonts or set_up.fonts,
        ),
    )
    for warning in wanted.theme.warnings():
        say(f"! theme: {warning}", err=True)
    try:
        made, folder = write_outputs(settings, batch, wanted)
    except (KeyboardInterrupt, click.Abort):
        click.echo("safe to stop: the same command goes on, and keeps what is there already", err=True)
        return Exit.PARTLY
    if as_json:
        click.echo(json.dumps(_wire(name, made, folder)))
    else:
        kept = f" ({made.kept:,} files were there already)" if made.kept else ""
        say(f"Wrote {told_outputs(made, wanted)}{kept}")
        say(f"Into  {folder}")
        if not wanted.kinds:
            click.echo("Only the report was asked for: add --png, --svg, --pdf or --mail, or set [outputs].", err=True)
    problems = [line for line in made.lines if line.problem]
    for line in problems:
        say(f"x row {line.row}  {line.problem}", err=True)
    return Exit.PROBLEM if problems else Exit.OK


def _wire(name: str, made: Made, folder: Path) -> dict[str, object]:
    return {
        "format": OUTPUTS_FORMAT,
        "batch": name,
        "folder": str(folder),
        "made": {kind: made.count(kind) for kind in OUTPUT_KINDS},
        "kept": made.kept,
        "problems": [
            {"row": line.row, "id": line.credential_id, "problem": line.problem} for line in made.lines if line.problem
        ],
    }
