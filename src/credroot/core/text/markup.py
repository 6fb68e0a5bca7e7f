"""HTML from values: text is always escaped, and only what was built here counts as HTML."""

from __future__ import annotations

from html import escape

_VOID = frozenset({"br", "hr", "img", "input", "meta"})


class Markup(str):
    """A text that is HTML already."""

    __slots__ = ()


Child = str | Markup | None


def html_of(child: Child) -> str:
    """Give a child as HTML: markup as it is, text escaped, `None` as nothing."""
    if child is None:
        return ""
    return str(child) if isinstance(child, Markup) else escape(child)


def joined(*children: Child) -> Markup:
    """Put children behind each other."""
    return Markup("".join(html_of(child) for child in children))


def element(tag: str, /, *children: Child, **attributes: str | bool | None) -> Markup:
    """Build one element. ``class_`` is written ``class`` and ``aria_label`` ``aria-label``.

    An attribute of `True` stands without a value; `False` and `None` leave it out. There is no ``style``: the policy of
    the page forbids it.
    """
    parts = [f"<{tag}"]
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        label = name.rstrip("_").replace("_", "-")
        parts.append(f" {label}" if value is True else f' {label}="{escape(str(value))}"')
    parts.append(">")
    if tag in _VOID:
        return Markup("".join(parts))
    return Markup("".join(parts) + "".join(html_of(child) for child in children) + f"</{tag}>")
