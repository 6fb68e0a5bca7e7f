"""What an IRI is: the grammar of RFC 3987, less every character that cannot be seen or that some program refuses.

Programs differ on what they take for an IRI, and one that does not take a node's identifier may drop the node without
a word. So only what all of them take counts as one here.
"""

from __future__ import annotations

import re

# RFC 3987's ucschar, which leaves out private use and noncharacters, without white space (U+00A0, U+1680, U+2000..)
# and without what is invisible or reorders its neighbours (U+00AD, U+061C, U+180E, U+200B.., U+FEFF, ...).
_BEYOND_ASCII = (
    "\xa1-\xac\xae-\u05ff\u0606-\u061b\u061d-\u06dc\u06de-\u070e\u0710-\u088f\u0892-\u08e1\u08e3-\u115e\u1161-\u167f"
    "\u1681-\u17b3\u17b6-\u180a\u1810-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u2fff\u3001-\u3163\u3165-\ud7ff"
    "\uf900-\ufdcf\ufdf0-\ufdff\ufe10-\ufefe\uff00-\uff9f\uffa1-\uffef"
    "\U00010000-\U000110bc\U000110be-\U000110cc\U000110ce-\U0001342f\U00013440-\U0001bc9f\U0001bca4-\U0001d172"
    "\U0001d17b-\U0001fffd\U00020000-\U0002fffd\U00030000-\U0003fffd"
)
_PLAIN = "A-Za-z0-9._~!$&'()*+,;=\\-"
_ESCAPED = "%[0-9A-Fa-f]{2}"


def _run(characters: str) -> str:
    """Give a pattern for any number of `characters` and escaped bytes, written so that it never goes back."""
    return f"[{characters}]*(?:{_ESCAPED}[{characters}]*)*"


def _rest(more: str) -> str:
    """Give a pattern for all that follows the scheme; `more` are the characters beyond ASCII."""
    word = _PLAIN + more
    path = _run(word + ":@/")
    authority = f"(?:{_run(word + ':')}@)?(?:\\[[0-9A-Fa-f:.]+\\]|{_run(word)})(?::[0-9]*)?"
    tail = _run(word + ":@/?")
    return f"(?://{authority}(?:/{path})?|(?!//){path})(?:\\?{tail})?(?:#{tail})?"


REST_OF_PLAIN_IRI = (
    f"(?://[A-Za-z0-9.\\-]++(?::[0-9]*+)?(?:/[{_PLAIN}:@/%]*+)?|(?!//)[{_PLAIN}:@/%]*+)(?:[?#][{_PLAIN}:@/?%]*+)?"
)
"""A pattern for what follows the scheme and its colon in the IRIs that nearly all documents have, in ASCII.

It is three times as fast as the whole grammar, and leaves open whether `BAD_ESCAPE` is found."""
BAD_ESCAPE = "%(?![0-9A-Fa-f]{2})"
_ABSOLUTE_IRI = re.compile(f"[A-Za-z][A-Za-z0-9+.-]*:{_rest(_BEYOND_ASCII)}")
# A property or type of another scheme is nearly always a compact IRI whose prefix no context defines.
_VOCABULARY_SCHEME = re.compile("https?://.|(?:urn|did|tag):.")


def is_absolute_iri(text: str) -> bool:
    """Answer whether `text` is an IRI with a scheme, for every implementation and to the eye."""
    return _ABSOLUTE_IRI.fullmatch(text) is not None


def is_vocabulary_iri(text: str) -> bool:
    """Answer whether `text` is an IRI that a context may give to a property or a type."""
    return _VOCABULARY_SCHEME.match(text) is not None and is_absolute_iri(text)
