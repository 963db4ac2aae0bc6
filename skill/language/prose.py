"""Words of the outer world made fit to be said: a proposal's Markdown, a token's symbol, a server's message.

What comes out has letters, digits and the punctuation that makes pauses, nothing else: no Markdown, no hexadecimal, no
brackets, no address of a page. It is somebody else's words all the same: whoever says them marks them as such.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from skill.language.numbers import in_words

LONGEST = 40_000
"""Characters of a text that are looked at; nobody listens for longer than an hour."""
PIECE_WORDS = 60
"""A piece holds no more than this, about 25 seconds of speech."""
FEWEST_WORDS = 30
"""A heading begins a new piece where the one before has so many."""
SENTENCE_WORDS = 45
"""A sentence that is longer is cut: nobody can take it in, and a text without a full stop is one sentence."""
WORD_LETTERS = 40
SHOWN = 120
"""Letters of somebody's own name for something, on a terminal."""
FEWEST_DIGITS = 8
"""Of an address; shorter hexadecimal is some code, and left out."""

_FENCE = re.compile(r"^[ \t]*(?:```|~~~)")
_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]*(.*?)[ \t#]*$")
_UNDERLINE = re.compile(r"^[ \t]*(?:=+|-+|\*+|_+|(?:[-*_][ \t]+)+[-*_]?)[ \t]*$")
_TABLE_ROW = re.compile(r"^[ \t]*\|.*|^[^|\n]+\|[^|\n]+\|.*$")
_ITEM = re.compile(r"^[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?")
_QUOTE = re.compile(r"^[ \t]*(?:>[ \t]?)+")
_IMAGE = re.compile(r"!\[([^\[\]\n]{0,300})\]\([^()\s]{0,2000}[^()\n]{0,300}\)")
_LINK = re.compile(r"\[([^\[\]\n]{0,500})\](?:\([^()\n]{0,2000}\)|\[[^\[\]\n]{0,100}\])")
_URL = re.compile(
    r"(?:https?|ipfs|ipns|ftp|ar)://([^\s/?#<>()\[\]|]*)[^\s<>()\[\]|]*|\bwww\.([^\s/?#<>()\[\]|]+)[^\s<>()\[\]|]*",
    re.I,
)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,300}>")
_HEX = re.compile(r"0x([0-9a-fA-F]*)(?:(?:…|\.{2,3})([0-9a-fA-F]+))?", re.I)
_BARE_HEX = re.compile(r"\b(?=[0-9a-fA-F]*\d)(?=[0-9a-fA-F]*[a-fA-F])[0-9a-fA-F]{12,}\b")
_CODE_WORD = re.compile(r"\b[a-z]+(?:[A-Z][a-z0-9]+)+\b|\b\w+(?:_\w+)+\b")
_MONEY = re.compile(r"([$€£])\s?(\d[\d,.]*\d|\d)(\s?(?:k|m|bn|thousand|million|billion)\b)?", re.I)
_COINS = {"$": "dollars", "€": "euros", "£": "pounds"}
_SHORT = {"k": "thousand", "m": "million", "bn": "billion"}
_SIGNS = {"&": " and ", "@": " at ", "+": " plus ", "=": " equals ", "%": " percent", "§": " section ", "×": " times "}
_KEPT = frozenset(".,;:!?'\"-’‘“”。、")
_WITHIN = re.compile(r"[.!?。]+[\"'”’]?(?=\s)")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[.!?][\"'”’])\s+|(?<=。)")


@dataclass(frozen=True, slots=True)
class Told:
    """What takes the place of what cannot be said, in the language spoken. `{}` is where the name or the digits go."""

    address: str = "an address ending in {}"
    link: str = "a link to {}"
    code: str = "Some code is left out."
    table: str = "A table is left out."
    heading: str = "{}."
    code_of: str = "en"
    """Of the language whose digits spell an address."""


ENGLISH = Told()


def speakable(text: str, limit: int = 400, told: Told = ENGLISH) -> str:
    """One line, for a title, a name or a reason: cut after the word that reaches `limit` characters. May be empty."""
    line = _inline(" ".join(text[: limit * 20].split()), told)
    if len(line) <= limit:
        return line
    return line[:limit].rsplit(" ", 1)[0].rstrip(" ,;:-") or line[:limit]


def quoted(text: str, limit: int = 400, told: Told = ENGLISH) -> str:
    """As `speakable`, for what stands inside a sentence of Aye's own: it has no end of a sentence within it, so that
    nothing after it can pass for something that Aye itself says. May be empty.
    """
    line = speakable(text, limit, told)
    while (plain := _tidy(_WITHIN.sub(", ", line)).rstrip(".!?。 ,;:-")) != line:
        line = plain
    return line


def shown(text: str, limit: int = SHOWN) -> str:
    """One line for a terminal: nothing that steers it, or that turns the direction of writing. May be empty."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text[: limit * 20]).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def ending(address: str, code: str = "en") -> str:
    """The last four signs of an address, spelled: "0x…4C2a" -> "four c two a"."""
    signs = re.sub(r"[^0-9a-z]", "", address.lower())[-4:]
    return " ".join(in_words(int(sign), code) if sign.isdigit() else sign for sign in signs)


def pieces(markdown: str, told: Told = ENGLISH, first: int = PIECE_WORDS) -> tuple[str, ...]:
    """A long text in pieces that can be listened to, each a few sentences; a heading begins a new one. May be empty.

    `first`: words of the first piece, which may follow other words; a sentence is never cut for it.
    """
    found: list[str] = []
    words: list[str] = []
    count, last_heading = 0, False
    for heading, sentence in _sentences(markdown[:LONGEST], told):
        length = len(sentence.split())
        if words and (count >= FEWEST_WORDS if heading else count + length > (PIECE_WORDS if found else first)):
            at = len(words) - 1 if last_heading else len(words)  # a heading stays with what it is over
            found.append(" ".join(words[:at]) or words[0])
            words = words[at:] if at else []
            count = sum(len(word.split()) for word in words)
        words.append(sentence)
        count += length
        last_heading = heading
    if words:
        found.append(" ".join(words))
    return tuple(found)


def _sentences(markdown: str, told: Told) -> list[tuple[bool, str]]:
    found: list[tuple[bool, str]] = []
    for heading, block in _blocks(markdown, told):
        line = _inline(block, told)
        if not line:
            continue
        if line[-1] not in ".!?:;。\"”'":
            line += "."
        if heading:
            found.append((True, line if line[-1] in "?!" else told.heading.format(line.rstrip(".:;"))))
            continue
        for sentence in _SENTENCE.split(line):
            found.extend((False, part) for part in _cut(sentence) if part)
    return found


def _cut(sentence: str) -> list[str]:
    words = sentence.split()
    if len(words) <= SENTENCE_WORDS:
        return [sentence.strip()]
    parts = [" ".join(words[at : at + SENTENCE_WORDS]) for at in range(0, len(words), SENTENCE_WORDS)]
    return [part.rstrip(",;:-") + ("" if part[-1] in ".!?" else ",") for part in parts[:-1]] + [parts[-1]]


def _blocks(markdown: str, told: Told) -> list[tuple[bool, str]]:
    """Paragraphs, items and headings, (is a heading, its Markdown in one line)."""
    found: list[tuple[bool, str]] = []
    open_: list[str] = []
    code = table = False

    def close() -> None:
        if open_:
            found.append((False, " ".join(open_)))
            open_.clear()

    for raw in markdown.splitlines():
        if _FENCE.match(raw):
            close()
            if not code:
                found.append((False, told.code))
            code = not code
            continue
        if code:
            continue
        row = bool(_TABLE_ROW.match(raw))
        if row:
            close()
            if not table:
                found.append((False, told.table))
        table = row
        if row:
            continue
        line = _QUOTE.sub("", raw)
        heading = _HEADING.match(line)
        if heading:
            close()
            found.append((True, heading[1]))
        elif not line.strip() or _UNDERLINE.match(line):
            close()
        elif _ITEM.match(line):
            close()
            open_.append(_ITEM.sub("", line).strip())
        else:
            open_.append(line.strip())
    close()
    return found


def _inline(text: str, told: Told) -> str:
    text = unicodedata.normalize("NFKC", text)
    text = _IMAGE.sub(r" \1 ", text)
    text = _LINK.sub(r"\1", text)
    text = _URL.sub(lambda found: f" {told.link.format(_host(found[1] or found[2]))} ", text)
    text = _TAG.sub(" ", text)
    text = _HEX.sub(lambda found: _address(f"{found[1]}{found[2] or ''}", told), text)
    text = _BARE_HEX.sub(lambda found: _address(found[0], told), text)
    text = _CODE_WORD.sub(lambda found: re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", " ", found[0]), text)
    text = _MONEY.sub(_money, text)
    text = re.sub(r"#(?=\d)", " number ", text)
    text = re.sub(r"[()\[\]{}|]", ", ", text)
    text = re.sub(r"\s*[–—―]\s*|\s+-+\s+", ", ", text)
    text = text.replace("…", ". ")
    text = "".join(_SIGNS.get(letter, letter) for letter in text)
    text = "".join(letter if _sayable(letter) else " " for letter in text)
    text = " ".join(_short(word) for word in text.split())
    return _tidy(text)


def _sayable(letter: str) -> bool:
    return letter in _KEPT or unicodedata.category(letter)[0] in "LN" or unicodedata.category(letter) in ("Mn", "Mc")


def _short(word: str) -> str:
    """A word of any length would take the listener's day: it is cut, and joined again to what a 0x may have split."""
    word = word if len(word) <= WORD_LETTERS else word[:WORD_LETTERS]
    return re.sub(r"(?i)0(?=x)", "0 ", word)


def _tidy(text: str) -> str:
    text = re.sub(r"\s+([.,;:!?])", r"\1", text)
    text = re.sub(r"([.!?])[.,;:]+(?=\s|$)", r"\1", text)
    text = re.sub(r"([,;:])(?:\s*[,;:])+", r"\1", text)
    text = re.sub(r"[,;:]+\s*([.!?])", r"\1", text)
    return re.sub(r"\s+", " ", text).strip(" ,;:-")


def _host(host: str) -> str:
    name = host.split("@")[-1].split(":")[0].strip(".").removeprefix("www.")
    return " dot ".join(part for part in name.split(".") if part)[:60]


def _address(digits: str, told: Told) -> str:
    return f" {told.address.format(ending(digits, told.code_of))} " if len(digits) >= FEWEST_DIGITS else " "


def _money(found: re.Match[str]) -> str:
    scale = (found[3] or "").strip().lower()
    words = [found[2], _SHORT.get(scale, scale), _COINS[found[1]]]
    return " ".join(word for word in words if word)
