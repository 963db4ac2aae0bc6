"""Which hearing to believe: the one held to the grammar, or the free one.

The grammar finds a sentence of its own in any sound. What gives it away is the regret: at each step, how much less
likely the token it took was than the best of all. Speech that lasts much longer than its words do counts against it
too, and likeness to the free words for it:

    confidence = 1 / (1 + exp(-(REGRET * regret / tokens + LIKENESS * likeness - MISFIT * misfit + BIAS)))

Tokens are counted with the end of text; `beam.misfit` says how the length is meant; likeness is the share of sounds
that both have in order, 0 to 1: numbers in words, and each word as it sounds, for what the free transcript writes
otherwise ("proposal for", "105") was said alike. The constants are a logistic regression on what was heard clean and
over noise (kitchen and pink noise, other people's talk): the DAO's sentences in seven synthetic voices and half of the
real people's recordings, against as much foreign talk, each with its grammar. Fitted on clean speech alone it refused
what the search had right over noise, for noise makes the free words worse sooner than the search; for the same reason
the length, which over other people's talk says little, counts less than the regression would have it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from rapidfuzz import fuzz

from skill.flow import Transcript
from skill.hearing.beam import Held, misfit
from skill.language.numbers import in_words
from skill.language.sounds import sound_key

REGRET, LIKENESS, MISFIT, BIAS = 4.28, 8.75, 2.0, -3.7
FOREIGN = 0.4
"""Below this confidence what was said is not in the grammar: the free transcript is the text."""
PULLED = 0.4
"""What is left of the confidence of sentences that are not believed: to be shown, not to be acted upon."""
BEYOND = re.compile(r"\bthousand\b|\d{4}|\d,\d{3}", re.IGNORECASE)
"""A number that the grammar for sound may lack: it goes to 999."""

NUMBER = re.compile(r"\d{1,6}")


@dataclass(frozen=True, slots=True)
class Free:
    """What was heard without a grammar."""

    text: str
    log_probability: float
    """Mean of the tokens, 0 or below."""

    @property
    def confidence(self) -> float:
        """The mean probability of a token, 0 to 1."""
        return math.exp(min(0.0, self.log_probability))


def confidence(held: Held, free: Free, seconds: float) -> float:
    """The chance that a sentence of the grammar was said at all, 0 to 1."""
    tokens = len(held.tokens) + 1
    likeness = fuzz.ratio(_sounds(" ".join(held.words)), _sounds(free.text)) / 100
    told = REGRET * held.regret / tokens + LIKENESS * likeness - MISFIT * misfit(seconds, held.words) + BIAS
    return 1 / (1 + math.exp(min(50.0, -told)))


def transcript(held: tuple[Held, ...], free: Free, seconds: float) -> Transcript:
    """One transcript of both hearings of `seconds` of sound.

    The text is the best held sentence where it is believed, else the free one, with the low confidence that the
    grammar's has. The free one is always the first alternative, then come the held ones, each as much less likely as
    its score is lower.
    """
    freely = Transcript(free.text, free.confidence, spoken=True)
    if not held:
        return Transcript(free.text, 0.0, (freely,), spoken=True)
    top = confidence(held[0], free, seconds)
    texts = [" ".join(one.words) for one in held]
    if BEYOND.search(free.text) and not BEYOND.search(texts[0]):
        top = min(top, FOREIGN / 2)
    believed = top >= FOREIGN
    shares = [top * math.exp(one.score - held[0].score) * (1.0 if believed else PULLED) for one in held]
    ranked = [Transcript(text, share, spoken=True) for text, share in zip(texts, shares, strict=True)]
    if believed:
        return Transcript(texts[0], top, (freely, *ranked[1:]), spoken=True)
    return Transcript(free.text, top, (freely, *ranked), spoken=True)


def once(text: str) -> str:
    """`text` without its repetitions: on a short sound Whisper may say a sentence, or its end, again and again.

    All of it said twice is cut, and a word or an end said three times; the last copy may be broken off.
    """
    words = [word for word in text.split() if _letters(word)]
    plain = [_letters(word) for word in words]
    for start in range(len(words)):
        for period in range(1, (len(words) - start) // 2 + 1):
            copies = (len(words) - start) // period
            tail, again = plain[start:-period], plain[start + period :]
            enough = 2 if start == 0 and period > 1 else 3
            if copies >= enough and tail[:-1] == again[:-1] and tail[-1].startswith(again[-1]):
                return " ".join(words[: start + period])
    return text


def _sounds(text: str) -> str:
    words = NUMBER.sub(lambda digits: in_words(int(digits[0])), _letters(text))
    return " ".join(map(sound_key, words.split()))


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9 ]", "", text.lower())
