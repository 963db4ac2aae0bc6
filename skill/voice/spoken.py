"""The last fitting of a text for espeak-ng: nothing comes out that it would read as signs.

Replies are written for the ear already; what reaches here unfit comes from outside (a proposal's title, a name).
Applying it twice changes nothing more. Meaning is never added: an address without a name is said to be one.
"""

from __future__ import annotations

import re
import unicodedata

_AS_SAID = {
    "DAO": "dow",
    "DAOs": "dows",
    "USDC": "U S D C",
    "USDT": "U S D T",
    "DAI": "dye",
    "ETH": "ether",
    "WETH": "wrapped ether",
    "BTC": "bitcoin",
    "NFT": "N F T",
    "NFTs": "N F T's",
    "ERC": "E R C",
    "EIP": "E I P",
    "ENS": "E N S",
    "IPFS": "I P F S",
    "API": "A P I",
    "TVL": "T V L",
    "FAQ": "F A Q",
    "KYC": "K Y C",
    "vs": "versus",
    "etc": "and so on",
    "approx": "about",
}
"""Abbreviations that espeak-ng reads as words, or in a way nobody says them."""
_SIGNS = {
    "&": "and",
    "@": "at",
    "+": "plus",
    "=": "equals",
    "§": "section",
    "°": "degrees",
    "×": "times",
    "→": "to",
    "≥": "at least",
    "≤": "at most",
    "≈": "about",
}
_COINS = {"$": "dollars", "€": "euros", "£": "pounds"}

_CODE_FENCE = re.compile(r"```[^\n`]*\n?|~~~[^\n]*\n?")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_URL = re.compile(r"(?:(?:https?|ipfs|ftp)://|www\.(?=\w))([^\s/?#<>()\[\]]*)[^\s<>()\[\]]*", re.I)
_HEX = re.compile(r"(?<!\d)0x[0-9a-fx]*(?:(?:…|\.{2,})[0-9a-f]+)?", re.I)  # but "10x" is ten times
_BARE_HEX = re.compile(r"\b(?=[0-9a-fA-F]*[0-9])(?=[0-9a-fA-F]*[a-fA-F])[0-9a-fA-F]{8,}\b")
_LINE_START = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+•][ \t]+|\|)+", re.M)
_RULE = re.compile(r"^[ \t|:*_=-]{3,}$", re.M)
_PARAGRAPH = re.compile(r"(?<![.!?:;,\s])[ \t]*\n\s*\n")
_COIN = re.compile(r"([$€£])[ ]?(\d[\d,]*(?:\.\d+)?)((?:[ ](?:thousand|million|billion))?)\b")
_PERCENT = re.compile(r"(\d)[ ]?%")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_WORD = re.compile(
    r"(?<![A-Za-z])(" + "|".join(sorted(_AS_SAID, key=len, reverse=True)) + r")(?![A-Za-z'])(\.(?= [a-z0-9]))?"
)
_NUMBER_SIGN = re.compile(r"#(?=\d)")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])\s*")


def for_voice(text: str, code: str = "en") -> str:
    """The text as the voice shall read it: one line, no Markdown, no hexadecimal, no brackets, no addresses of pages.

    Words are put in place of signs in English alone; for another language the signs are left out or to the voice.
    """
    text = unicodedata.normalize("NFKC", text)
    for _ in range(8):  # one rule may lay bare what another is for: a link in a heading in a quotation
        fitted = _fit(text, code)
        if fitted == text:
            break
        text = fitted
    return text


def sentences(text: str) -> tuple[str, ...]:
    """The text cut after its sentences, so that the first one can be heard while the next is made."""
    return tuple(part for piece in _SENTENCE_END.split(text) if (part := piece.strip()))


def _fit(text: str, code: str) -> str:
    english = code == "en"
    text = _CODE_FENCE.sub(" ", text)
    text = _RULE.sub("", text)
    text = _LINE_START.sub("", text)
    text = _LINK.sub(r"\1", text)
    text = _TAG.sub(" ", text)
    text = _URL.sub(_page if english else " ", text)
    text = _HEX.sub(_address if english else " ", text)
    text = _BARE_HEX.sub(_address if english else " ", text)
    text = _PARAGRAPH.sub(". ", text)
    text = _NUMBER_SIGN.sub("number " if english else " ", text)
    text = _CAMEL.sub(" ", text)
    if english:
        text = _COIN.sub(lambda found: f"{found[2]}{found[3]} {_COINS[found[1]]}", text)
        text = _PERCENT.sub(r"\1 percent", text)
        text = _WORD.sub(lambda found: _AS_SAID[found[1]], text)
        text = "".join(f" {_SIGNS[letter]} " if letter in _SIGNS else letter for letter in text)
    text = re.sub(r"[()\[\]{}]", ", ", text)
    text = re.sub(r"\s*[–—]\s*|\s+-+\s+", ", ", text)
    text = text.replace("…", ". ")
    text = "".join(letter if _speakable(letter, english) else " " for letter in text)
    return _tidied(text)


def _speakable(letter: str, english: bool) -> bool:
    if letter in ".,;:!?'\"-’“”":
        return True
    if not english and letter in "%$€£+&@":
        return True
    return unicodedata.category(letter)[0] in "LNM" or letter in "。、！？"


def _tidied(text: str) -> str:
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s+([.,;:!?])", r"\1", text)
    text = re.sub(r"([.!?])(?:[ ]?[.,;:])+(?=[ ]|$)", r"\1", text)
    text = re.sub(r"[,;:](?:[ ]?[,;:])*([.!?])", r"\1", text)
    text = re.sub(r"([,;:])(?:[ ]?[,;:])+", r"\1", text)
    return text.strip(" ,;:-")


def _page(found: re.Match[str]) -> str:
    host = found[1].removeprefix("www.").split("@")[-1].split(":")[0].strip(".")
    named = " dot ".join(part for part in host.split(".") if part)
    return f" a link to {named} " if named else " a link "


def _address(found: re.Match[str]) -> str:
    digits = re.sub(r"[^0-9a-f]", "", found[0].lower().removeprefix("0x"))
    return f" an address ending in {' '.join(digits[-4:]).upper()} " if len(digits) >= 8 else " a code "
