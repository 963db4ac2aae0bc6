"""Which hearing to believe: the one held to the grammar, or the free one.

The grammar finds a sentence of its own in any sound. What gives it away is the regret: at each step, how much less
likely the token it took was than the best of all. "no" and "yes" swallow a whole sentence with one step, so speech
that lasts longer than its tokens explain counts against them too:

    fit = regret / tokens - SLOW * unexplained seconds
    confidence = 1 / (1 + exp(-STEEP * (fit - EVEN)))

Tokens are counted with the end of text; `beam.unexplained` says which seconds are meant. The constants were fitted on half of the sentences and voices of `bench/sentences.py`, and measured on the other half.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from skill.flow import Transcript
from skill.hearing.beam import Held, unexplained

STEEP, EVEN = 4.0, -1.6
SLOW = 1.0
FOREIGN = 0.5
"""Below this confidence what was said is not in the grammar: the free transcript is the text."""
BEYOND = re.compile(r"\bthousand\b|\d{4}|\d,\d{3}", re.IGNORECASE)
"""A number that the grammar for sound may lack: it goes to 999."""


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


def confidence(held: Held, seconds: float) -> float:
    """The chance that a sentence of the grammar was said at all, 0 to 1."""
    tokens = len(held.tokens) + 1
    fit = held.regret / tokens - SLOW * unexplained(seconds, tokens)
    return 1 / (1 + math.exp(min(50.0, -STEEP * (fit - EVEN))))


def transcript(held: tuple[Held, ...], free: Free, seconds: float) -> Transcript:
    """One transcript of both hearings of `seconds` of sound.

    The text is the best held sentence where it is believed, else the free one, with the low confidence that the
    grammar's has; the other is the first alternative, then come the grammar's next best, each as much less likely as
    its score is lower.
    """
    freely = Transcript(free.text, free.confidence, spoken=True)
    if not held:
        return Transcript(free.text, 0.0, (freely,), spoken=True)
    top = confidence(held[0], seconds)
    ranked = tuple(
        Transcript(" ".join(one.words), top * math.exp(one.score - held[0].score), spoken=True) for one in held
    )
    if BEYOND.search(free.text) and not BEYOND.search(ranked[0].text):
        top = min(top, FOREIGN / 2)
        ranked = tuple(Transcript(one.text, min(one.confidence, top), spoken=True) for one in ranked)
    if top < FOREIGN:
        return Transcript(free.text, top, (freely, *ranked), spoken=True)
    return Transcript(ranked[0].text, top, (freely, *ranked[1:]), spoken=True)


def once(text: str) -> str:
    """`text` without its repetitions: on a short sound Whisper may say the sentence again and again."""
    words = text.split()
    plain = [re.sub(r"\W", "", word).lower() for word in words]
    for period in range(1, len(words) // 2 + 1):
        said = plain[:period]
        if (period > 1 or len(words) > 3) and all(word == said[at % period] for at, word in enumerate(plain)):
            return " ".join(words[:period])
    return text
