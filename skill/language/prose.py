"""Text of the outer world made fit to be said: Markdown, addresses, links and code out, in pieces of one breath or few.

What comes out has no Markdown, no hexadecimal, no parentheses, no links and no control characters. It is still
somebody's words: the dialogue marks it as a quotation, and nobody obeys it.
"""

from __future__ import annotations

import re
import unicodedata

PIECE_WORDS = 55
"""About twenty seconds of speech."""

_FENCE = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1[^\n]*$|\Z)", re.M | re.S)
_TABLE = re.compile(r"(?:^[ \t]*\|.*(?:\n|\Z))+", re.M)
_IMAGE = re.compile(r"!\[([^\]\n]*)\]\([^)\n]*\)")
_LINK = re.compile(r"\[([^\]\n]+)\]\([^)\n]*\)")
_URL = re.compile(r"\b(?:https?|ftp|ipfs)://\S+|\bwww\.\S+", re.I)
_HEX = re.compile(r"\b0x[0-9a-fA-F]*\b|\b[0-9a-fA-F]{16,}\b|0[xX]")
_TAG = re.compile(r"<[^>\n]{0,200}>")
_HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]*(.*?)[ \t]*#*[ \t]*$", re.M)
_BULLET = re.compile(r"^[ \t]*(?:[-*+•]|\d+[.)])[ \t]+", re.M)
_QUOTE = re.compile(r"^[ \t]*>[ \t]?", re.M)
_RULE = re.compile(r"^[ \t]*(?:[-*_=][ \t]*){3,}$", re.M)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MARKS = re.compile(r"[*_#`|~^=\\<>\[\]{}]+")
_END = re.compile(r"(?<=[.!?…])[\"'”’]?\s+")


def title(text: str) -> str:
    """A proposal's title as it is said; "without a title" is for the caller to say where nothing is left."""
    return _line(_HEADING.sub(r"\1", text.replace("\n", " "))).rstrip(".:;,- ")


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a Markdown text as they are said, empty ones left out."""
    text = _FENCE.sub("\n\nSome code is left out here.\n\n", text)
    text = _TABLE.sub("\n\nA table is left out here.\n\n", text)
    text = _IMAGE.sub(r"\1", text)
    text = _LINK.sub(r"\1", text)
    text = _RULE.sub("\n\n", text)
    text = _QUOTE.sub("", text)
    text = _HEADING.sub(r"\n\n\1.\n\n", text)
    text = _BULLET.sub("\n\n", text)
    lines = (_line(part) for part in re.split(r"\n\s*\n", text))
    return tuple(_ended(line) for line in lines if re.search(r"\w", line))


def pieces(text: str, words: int = PIECE_WORDS) -> tuple[str, ...]:
    """The text in pieces of about `words` words, cut where a sentence ends; a longer sentence is cut at a word."""
    sentences = [
        part for paragraph in paragraphs(text) for sentence in _END.split(paragraph) for part in _cut(sentence, words)
    ]
    made: list[str] = []
    for sentence in sentences:
        if made and len(made[-1].split()) + len(sentence.split()) <= words:
            made[-1] = f"{made[-1]} {sentence}"
        else:
            made.append(sentence)
    return tuple(made)


def spelled(address: str) -> str:
    """The last four signs of an address, one by one: "four c two a"."""
    names = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return " ".join(names[int(sign)] if sign.isdigit() else sign for sign in address[-4:].lower())


def _line(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    text = "".join(sign if sign.isprintable() else " " for sign in text)
    text = _URL.sub("a link", text)
    text = _HEX.sub("an address", text)
    text = _TAG.sub(" ", text)
    text = _CAMEL.sub(" ", _MARKS.sub(" ", text))
    text = re.sub(r"\s*[()]\s*", ", ", text).replace("/", " ").replace("$", " dollars ").replace("&", " and ")
    text = re.sub(r"\s*,(?:\s*,)+", ",", text)
    text = re.sub(r"\s+([,.;:!?])", r"\1", text)
    text = re.sub(r",([.;:!?])", r"\1", text)
    return re.sub(r"\s+", " ", text).strip(" ,;-")


def _ended(line: str) -> str:
    line = re.sub(r"([.!?…])\.+$", r"\1", line)
    return line if line[-1] in ".!?…\"”'" else f"{line.rstrip(':;,')}."


def _cut(sentence: str, words: int) -> list[str]:
    said = sentence.split()
    return [" ".join(said[at : at + words]) for at in range(0, len(said), words)]
