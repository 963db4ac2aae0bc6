"""How a word sounds, roughly: words of one key are easily taken for one another.

After Lawrence Philips' Metaphone, much shortened: consonants by their sound, vowels kept as one sign each where they
are, so that "veto" and "vote" stay apart by their order. Letters of other scripts stay as they are.
"""

from __future__ import annotations

import re
from functools import lru_cache

_RULES = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^(kn|gn|pn)", "n"), (r"^wr", "r"), (r"^wh", "w"), (r"^x", "s"), (r"mb$", "m"),
        (r"tion|sion|tian|cian", "xn"), (r"tch|ch|sh", "x"), (r"ph", "f"), (r"gh(?=t|$)", ""), (r"th", "0"),
        (r"ck|q|qu", "k"), (r"c(?=[eiy])", "s"), (r"c", "k"), (r"g(?=[eiy])", "j"), (r"z", "s"), (r"v", "f"),
        (r"d(?=$)", "t"), (r"(?<=[aeiou])(l|r)e$", r"\1"), (r"(?<!^)[aeiouyw]+", "."), (r"^[aeiouy]+", "a"),
        (r"(.)\1+", r"\1"), (r"\.$", ""),
    )
)  # fmt: skip


@lru_cache(maxsize=8_192)
def sound_key(word: str) -> str:
    """The key of a word in lower case."""
    for pattern, sound in _RULES:
        word = pattern.sub(sound, word)
    return word
