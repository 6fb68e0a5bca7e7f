"""Which column of a roster holds what, told by the words of its header in four languages."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from credroot.roster.problems import Problem, Severity, excerpt


class Field(StrEnum):
    """What a column can hold; the value is the header in a corrected copy."""

    NAME = "name"
    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    EMAIL = "email"
    DID = "did"
    ISSUED_ON = "issued_on"
    EXPIRES_ON = "expires_on"
    RESULT = "result"
    EVIDENCE = "evidence"
    NARRATIVE = "narrative"


_WORDS: dict[Field, str] = {
    Field.NAME: (
        "name|full name|fullname|student|student name|learner|learner name|recipient|recipient name|participant"
        "|participant name|holder|display name|nombre|nombre completo|nombre y apellidos|nombre y apellido"
        "|apellidos y nombre|apellidos nombre|alumno|estudiante|participante|nom|nom complet|nom et prenom"
        "|nom prenom|prenom nom|prenom et nom|etudiant|eleve|beneficiaire|vollstandiger name|vor und nachname"
        "|vorname nachname|nachname vorname|name vorname|vorname name|teilnehmer|teilnehmerin|teilnehmer in"
        "|studierende|empfanger"
    ),
    Field.GIVEN_NAME: (
        "given name|given names|first name|firstname|forename|nombres|nombre de pila|primer nombre|prenom|prenoms"
        "|vorname|vornamen|rufname"
    ),
    Field.FAMILY_NAME: (
        "family name|last name|lastname|surname|apellido|apellidos|nom de famille|nachname|familienname|zuname"
    ),
    Field.EMAIL: (
        "email|e mail|mail|email address|e mail address|mail address|student email|recipient email|learner email"
        "|correo|correo electronico|correo e|direccion de correo|direccion de correo electronico|courriel"
        "|adresse e mail|adresse mail|adresse email|adresse electronique|adresse courriel|e mail adresse"
        "|emailadresse|email adresse|mailadresse|mail adresse"
    ),
    Field.DID: ("did|recipient did|subject did|holder did|wallet did|decentralized identifier"),
    Field.ISSUED_ON: (
        "issued on|issuedon|issued|issue date|issuedate|date issued|issuance date|issued at|date of issue"
        "|awarded on|award date|date awarded|awarded|awarded date|date|valid from|fecha|fecha de emision"
        "|fecha emision|fecha de expedicion|emitido el|expedido el|fecha de otorgamiento|otorgado el"
        "|date d emission|date de delivrance|date d obtention|delivre le|emis le|datum|ausstellungsdatum"
        "|ausgestellt am|ausgestellt|verliehen am|verleihungsdatum|ausgabedatum"
    ),
    Field.EXPIRES_ON: (
        "expires on|expireson|expires|expiry|expiry date|expiration|expiration date|valid until|valid to"
        "|expires at|caduca|caduca el|caducidad|fecha de caducidad|fecha de vencimiento|vencimiento|vence"
        "|vence el|valido hasta|date d expiration|expire le|valable jusqu au|valide jusqu au|fin de validite"
        "|date de fin|ablaufdatum|gultig bis|lauft ab am|ablauf"
    ),
    Field.RESULT: (
        "result|results|grade|score|mark|final grade|points|resultado|nota|calificacion|nota final|puntuacion"
        "|puntos|resultat|note|mention|note finale|ergebnis|endnote|punkte|bewertung|punktzahl"
    ),
    Field.EVIDENCE: (
        "evidence|evidence url|evidence link|evidence uri|portfolio|project url|evidencia|evidencias"
        "|enlace de evidencia|url evidencia|url de evidencia|preuve|preuves|lien preuve|url de la preuve"
        "|justificatif|nachweis|nachweise|beleg|nachweis url|nachweis link"
    ),
    Field.NARRATIVE: (
        "narrative|comment|comments|description|statement|remark|remarks|narrativa|comentario|comentarios"
        "|descripcion|observaciones|commentaire|commentaires|remarque|remarques|appreciation|kommentar|bemerkung"
        "|bemerkungen|beschreibung|anmerkung|anmerkungen"
    ),
}
_FIELD_OF: dict[str, Field] = {word: field for field, words in _WORDS.items() for word in words.split("|")}
_FIELD_OF |= {field.value.replace("_", " "): field for field in Field}


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is used."""

    index: int
    """Zero-based place in a row."""
    header: str
    """Its header as the file has it, without spaces around."""
    field: Field


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a roster, told from its header."""

    row: int
    """The header's row; 1 where no empty row stands before it."""
    width: int
    """Cells of the header."""
    columns: tuple[Column, ...]
    """The used columns in their order; no field twice."""
    ignored: tuple[str, ...]
    """Headers of the columns that are not used, empty ones left out."""

    def index(self, field: Field) -> int:
        """Give the place of `field` in a row, -1 where no column holds it."""
        return next((column.index for column in self.columns if column.field is field), -1)

    def name_of(self, field: Field) -> str:
        """Give the header of the column that holds `field`, or our name for it."""
        return next((column.header for column in self.columns if column.field is field), field.value)

    @property
    def is_usable(self) -> bool:
        """Whether name, date and one way to know the person are there."""
        has_name = (
            self.index(Field.NAME) >= 0 or self.index(Field.GIVEN_NAME) >= 0 or self.index(Field.FAMILY_NAME) >= 0
        )
        has_person = self.index(Field.EMAIL) >= 0 or self.index(Field.DID) >= 0
        return has_name and has_person and self.index(Field.ISSUED_ON) >= 0


def field_of(header: str) -> Field | None:
    """Give what a header names: case, accents, hyphens and underscores don't count."""
    bare = unicodedata.normalize("NFKD", header.casefold())
    kept = (" " if not character.isalnum() else character for character in bare if not unicodedata.combining(character))
    return _FIELD_OF.get(" ".join("".join(kept).split()))


def recognised(cells: Sequence[str]) -> int:
    """Count the headers among `cells` that name a field."""
    return sum(field_of(cell) is not None for cell in cells)


def match_columns(row: int, cells: Sequence[str]) -> Header:
    """Find the field of each column.

    Of two columns with one field the one that has our own name for it is used, and none where neither has, which
    `header_problems` reports. A column for names beside one for given names holds the family names, as in
    ``Name;Vorname``, and the other way round.
    """
    headers = [cell.replace("\ufeff", "").strip() for cell in cells]
    found: dict[Field, list[int]] = {}
    for index, header in enumerate(headers):
        field = field_of(header)
        if field is not None:
            found.setdefault(field, []).append(index)
    if Field.NAME in found and Field.GIVEN_NAME in found and Field.FAMILY_NAME not in found:
        found[Field.FAMILY_NAME] = found.pop(Field.NAME)
    elif Field.NAME in found and Field.FAMILY_NAME in found and Field.GIVEN_NAME not in found:
        found[Field.GIVEN_NAME] = found.pop(Field.NAME)
    used: dict[int, Field] = {}
    for field, places in found.items():
        own = places if len(places) == 1 else [index for index in places if headers[index].casefold() == field.value]
        if len(own) == 1:
            used[own[0]] = field
    columns = tuple(Column(index, headers[index], used[index]) for index in sorted(used))
    ignored = tuple(header for index, header in enumerate(headers) if header and index not in used)
    return Header(row, len(headers), columns, ignored)


def header_problems(header: Header) -> Iterator[Problem]:
    """Say what is wrong with a header: fields missing or twice (errors), columns that are not used (a warning)."""
    twice = [name for name in header.ignored if field_of(name) is not None]
    has_twice = {field_of(name) for name in twice} - {column.field for column in header.columns}
    wanted = (
        ("name", (Field.NAME, Field.GIVEN_NAME, Field.FAMILY_NAME), "a name"),
        ("email", (Field.EMAIL, Field.DID), "an e-mail address or a DID"),
        ("issued_on", (Field.ISSUED_ON,), "the day of issue"),
    )
    for column, fields, what in wanted:
        if any(header.index(field) >= 0 for field in fields) or has_twice.intersection(fields):
            continue
        message = f"no column holds {what}: the first row must name the columns, such as name, email, issued_on"
        yield Problem(header.row, column, Severity.ERROR, "column.missing", message)
    for name in twice:
        field = field_of(name)
        if field in has_twice:
            message = f"more than one column may be {field}: rename the right one to {field}"
            yield Problem(header.row, excerpt(name), Severity.ERROR, "column.twice", message)
    for name in header.ignored:
        if field_of(name) not in has_twice or field_of(name) is None:
            yield Problem(header.row, excerpt(name), Severity.WARNING, "column.ignored", "this column is not used")
