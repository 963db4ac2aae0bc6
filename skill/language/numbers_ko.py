"""Korean numbers (Sino-Korean, as proposals are counted): words to digits and back.

A number stands before its counter without a space, "사번", "4번에": it becomes two tokens, "4" and "번에".
Only a word that is number and counter together is read as a number: 이, 일, 사 alone are also other words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from skill.language.tokens import Token

DIGITS = {
    "영": "0",
    "공": "0",
    "일": "1",
    "이": "2",
    "삼": "3",
    "사": "4",
    "오": "5",
    "육": "6",
    "륙": "6",
    "칠": "7",
    "팔": "8",
    "구": "9",
}
SCALES = {"천": 1000, "백": 100, "십": 10}
_NAMES = ("", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구")
_ORDINAL_ONES = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
_ORDINAL_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_TH = "번째"
_COUNTED = re.compile(r"([영공일이삼사오육륙칠팔구십백천]+)(번.*)")
_NUMBER = re.compile(r"[일이삼사오육륙칠팔구십백천]+")


def read(word: str) -> tuple[str | None, bool]:
    """A word of two or more numerals ("십이"), or one before a counter: see `merge`."""
    value = _value(word) if len(word) > 1 else None
    return (None if value is None else str(value)), False


def merge(found: Sequence[Token]) -> list[Token]:
    """Tokens with "사번에" made "4" and "번에"; "사 번", "네 번째" and "네번째" made "4" and "번"."""
    merged: list[Token] = []
    for place, token in enumerate(found):
        counted = _COUNTED.fullmatch(token.text)
        value = _value(counted[1]) if counted else None
        ordinal = _ordinal(token.text)
        after = found[place + 1].text if place + 1 < len(found) else ""
        if counted and value is not None:
            digits = str(value)
            middle = token.start + len(counted[1])
            merged.append(Token(digits, token.start, middle, digits, cut=token.cut))
            merged.append(Token(counted[2], middle, token.end))
        elif after.startswith("번") and _value(token.text) is not None:
            digits = str(_value(token.text))
            merged.append(Token(digits, token.start, token.end, digits, cut=token.cut))
        elif ordinal and token.text.endswith(_TH):
            middle = token.end - len(_TH)
            merged.append(Token(str(ordinal), token.start, middle, str(ordinal), ordinal=True, cut=token.cut))
            merged.append(Token(_TH[0], middle, token.end))
        elif ordinal and after == _TH:
            merged.append(Token(str(ordinal), token.start, token.end, str(ordinal), ordinal=True, cut=token.cut))
        elif token.text == _TH and merged and merged[-1].ordinal:
            merged.append(Token(_TH[0], token.start, token.end))
        else:
            merged.append(token)
    return merged


def in_words(n: int) -> str:
    """105 -> "백오"; below zero with "마이너스" before it. Up to 99,999,999."""
    if n < 0:
        return f"마이너스 {in_words(-n)}"
    if n == 0:
        return "영"
    if n >= 10_000:
        many, rest = divmod(n, 10_000)
        return ("" if many == 1 else in_words(many)) + "만" + (f" {in_words(rest)}" if rest else "")
    words = ""
    for name, size in SCALES.items():
        count, n = divmod(n, size)
        if count:
            words += ("" if count == 1 else _NAMES[count]) + name
    return words + _NAMES[n]


def ordinal_in_words(n: int) -> str:
    """4 -> "네 번째", 1 -> "첫 번째": by the native numerals, which end at 99."""
    if n >= 100:
        return f"{in_words(n)} {_TH}"
    tens, ones = divmod(n, 10)
    special = {1: "첫", 20: "스무"}
    return f"{special.get(n, _ORDINAL_TENS[tens] + _ORDINAL_ONES[ones])} {_TH}"


_ORDINALS = {ordinal_in_words(n).removesuffix(f" {_TH}"): n for n in range(1, 100)}


def _ordinal(word: str) -> int | None:
    """Of "네" and of "네번째"."""
    return _ORDINALS.get(word.removesuffix(_TH))


def _value(word: str) -> int | None:
    if not _NUMBER.fullmatch(word):
        return None
    total, unit, last = 0, 0, 10_000
    for letter in word:
        if letter in SCALES:
            if SCALES[letter] >= last:
                return None
            last = SCALES[letter]
            total, unit = total + (unit or 1) * last, 0
        elif unit:
            return None
        else:
            unit = int(DIGITS[letter])
    return total + unit
