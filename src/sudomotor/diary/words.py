"""Words of a cell: sites, sides, texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from sudomotor.diary.entry import ANODE_SIDES, SIDES, SITES
from sudomotor.diary.unread import Unread
from sudomotor.errors import nearest

# every blank that is not the plain one, and signs that look like others
_BLANKS = dict.fromkeys(map(ord, "\u00a0\u202f\u2007\u2009\u200a\u2002\u2003\u3000\t"), " ")
_NOTHING = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u2060\ufeff"), None)
_MINUS = dict.fromkeys(map(ord, "\u2212\u2010\u2011\u2013\u2014\ufe63\uff0d"), "-")
_PLAIN = {**_BLANKS, **_NOTHING, **_MINUS}
_QUOTES = {
    '"': '"',
    "\u201c": "\u201d",
    "\u201e": "\u201c\u201d",
    "\u2018": "\u2019",
    "\u00ab": "\u00bb",
    "'": "'",
}
_SITES = {
    "palms": ("palm", "palms", "hand", "hands", "palmar"),
    "soles": ("sole", "soles", "foot", "feet", "plantar"),
    "axillae": ("axilla", "axillae", "axillas", "axillary", "armpit", "armpits", "underarm", "underarms"),
}
_SITE_OF = {word: site for site, words in _SITES.items() for word in words}
_SIDE_OF = {**{word: word for word in SIDES}, "l": "left", "r": "right"}


def plain(text: str) -> str:
    """A cell's text with ordinary blanks and minus signs, and without quotation marks around it.

    >>> plain("\\u2212\\u00a05\\u202fmA"), plain("\\u201cpalms\\u201d")
    ('- 5 mA', 'palms')
    """
    return unquoted(text.translate(_PLAIN).strip()).strip()


def unquoted(text: str) -> str:
    """A text without a pair of quotation marks around the whole of it."""
    if len(text) > 1 and text[-1] in _QUOTES.get(text[0], ()):
        return text[1:-1]
    return text


def clean_text(text: str) -> str | None:
    """A text without blanks at its ends and with plain line ends; None if nothing is left.

    >>> clean_text(" dry \\r\\n cold "), clean_text("  ")
    ('dry \\n cold', None)
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").strip() or None


def hidden_character(text: str) -> str:
    """The first character of a text that is no part of writing, in words; "" if there is none.

    >>> hidden_character("dry\\nall day"), hidden_character("dry\\x07")
    ('', 'the control character U+0007')
    """
    if text.isprintable():  # the usual case, fast
        return ""
    for letter in text:
        kind = unicodedata.category(letter)
        if kind == "Cs" or (kind == "Cc" and letter not in "\n\r\t"):
            return f"the {'control' if kind == 'Cc' else 'broken'} character U+{ord(letter):04X}"
    return ""


def read_site(text: str) -> tuple[str, str | None]:
    """A site, and the side if the word says it.

    >>> read_site("Left hand"), read_site("feet")
    (('palms', 'left'), ('soles', None))
    """
    words = _words(text)
    side = None
    if len(words) == 2 and words[0] in _SIDE_OF:
        side, words = _SIDE_OF[words[0]], words[1:]
    if len(words) == 1 and words[0] in _SITE_OF:
        return _SITE_OF[words[0]], side
    if len({_SITE_OF[word] for word in words if word in _SITE_OF}) > 1:
        raise Unread(f"'{text}' is more than one site", "give each site a row of its own")
    raise _unknown("site", text, words, _SITE_OF, SITES)


def read_side(text: str) -> str:
    """A side: left, right or both; "left hand" and "l" are understood.

    >>> read_side("L"), read_side("both hands")
    ('left', 'both')
    """
    words = [word for word in _words(text) if word not in _SITE_OF]
    if len(words) == 1 and words[0] in _SIDE_OF:
        return _SIDE_OF[words[0]]
    if sorted(words) == ["and", "left", "right"]:
        return "both"
    raise _unknown("side", text, words, _SIDE_OF, SIDES)


def read_anode_side(text: str) -> str:
    """The side of the plus pole: left or right."""
    try:
        side = read_side(text)
    except Unread:
        raise _unknown("anode side", text, _words(text), ANODE_SIDES, ANODE_SIDES) from None
    if side not in ANODE_SIDES:
        raise Unread(
            f"the plus pole cannot be on {text!r}",
            "write left or right; if it was changed halfway, leave it empty and say so in note",
        )
    return side


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.lower())


def _unknown(kind: str, text: str, words: list[str], known: Iterable[str], shown: tuple[str, ...]) -> Unread:
    close = nearest(words[-1] if words else text, known)
    meant = {**_SITE_OF, **_SIDE_OF}.get(close or "", close)
    hint = f"did you mean '{meant}'? " if meant else ""
    return Unread(f"unknown {kind} '{text}'", f"{hint}known: {', '.join(shown)}")
