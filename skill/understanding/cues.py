"""The last resort for questions: what is it about, and which words give away what is asked?

For a question or request whose every word is one of ours, that names one proposal or the treasury and holds no choice
and no word that turns it round. Its meaning is the one intent most of whose cue words it holds, with what the rules
`<said_period>`, `<said_direction>`, `<said_asset>` find in it. Never an act.
"""

from __future__ import annotations

from collections.abc import Mapping

from skill.flow import Meaning, SlotValue
from skill.language.network import Network
from skill.language.templates import BARE, Sentences, Template
from skill.language.words import Words
from skill.understanding.exact import Heard, longest
from skill.understanding.names import KnownNames

SCORE = 0.62
LONGEST = 20
"""Words of a question, at most."""
SAID = {"treasury_activity": ("period", "direction"), "treasury_balance": ("asset",)}
"""Intent -> the slots that are looked for in the whole question, each by the rule `<said_…>`."""


class Cues:
    """Reads questions by their cue words."""

    def __init__(self, sentences: Sentences, words: Words, vocabulary: frozenset[str]):
        self._words = words
        self._vocabulary = vocabulary | words.light
        self.named = self._of_rule("named", sentences)
        """The ways to name a proposal surely."""
        slots = {slot for found in SAID.values() for slot in found}
        self._said = {slot: self._of_rule(f"said_{slot}", sentences) for slot in slots}

    def _of_rule(self, name: str, sentences: Sentences) -> Network | None:
        rule = sentences.rules.get(name)
        bare = () if rule is None else (Template("", f"<{name}>", rule, {}, "", BARE),)
        return Network(bare, sentences, self._words) if bare else None

    def meaning(self, heard: Heard, known: KnownNames) -> Meaning | None:
        """What is asked, or None."""
        words = [token.text for token in heard.tokens]
        if not 3 <= len(words) <= LONGEST or words[0] not in self._words.asks:
            return None
        if any(word in self._words.sides for word in words):
            return None
        named = self._named(heard, known)
        if named is not None:
            proposal, start, end = named
            rest = words[:start] + words[end:]
            if self._turned(rest) or any(token.number for token in heard.tokens[:start] + heard.tokens[end:]):
                return None
            return self._most("proposal", rest, {"proposal": proposal})
        found = None if self._turned(words) else self._most("treasury", words, {})
        return self._topic(words) if found is None else self._filled(found, heard, known)

    def _filled(self, meaning: Meaning, heard: Heard, known: KnownNames) -> Meaning | None:
        """With the slots that the question holds; None where it holds two of one: it asks two things."""
        slots = dict(meaning.slots)
        for slot in SAID.get(meaning.intent, ()):
            values = self._values(slot, heard, known)
            if len(values) > 1:
                return None
            if values:
                slots[slot] = values.pop()
        return Meaning(meaning.intent, slots, meaning.score)

    def _values(self, slot: str, heard: Heard, known: KnownNames) -> set[SlotValue]:
        network = self._said[slot]
        found: set[SlotValue] = set()
        at = 0
        while network is not None and at < len(heard.tokens):
            end, ways = longest(heard, at, network, self._words, known)
            found |= {value for way in ways[:1] for name, value in way.slots if name == slot}
            at = max(end, at + 1)
        return found

    def _turned(self, words: list[str]) -> bool:
        return any(word in self._words.turning and word not in self._words.harmless for word in words)

    def _topic(self, words: list[str]) -> Meaning | None:
        held = frozenset(words)
        if not held <= self._vocabulary:
            return None
        turned = {word for word in words if self._turned([word])}
        found = next((topic for topic in self._words.topics if topic.fits(held) and turned <= topic.all), None)
        return None if found is None else Meaning(found.intent, found.slots, SCORE)

    def _named(self, heard: Heard, known: KnownNames) -> tuple[SlotValue, int, int] | None:
        """The one proposal that is named, and where: the longest run of words that names one."""
        if self.named is None:
            return None
        best: tuple[SlotValue, int, int] | None = None
        for start in range(len(heard.tokens)):
            end, found = longest(heard, start, self.named, self._words, known)
            plain = [path for path in found if not path.open_words and not path.sounds]
            if plain and end - start > (best[2] - best[1] if best else 1):
                best = next(value for slot, value in plain[0].slots if slot == "proposal"), start, end
        return best

    def _most(self, thing: str, words: list[str], slots: Mapping[str, SlotValue]) -> Meaning | None:
        """The intent with the most cue words, if one has more than all others and no word is strange."""
        cues = self._words.cues.get(thing, {})
        if not slots and thing not in words:
            return None
        if any(word not in self._vocabulary or (word.isdigit() and thing == "proposal") for word in words):
            return None
        counts = sorted(
            ((sum(word in found for word in words), intent) for intent, found in cues.items()), reverse=True
        )
        if not counts or not counts[0][0] or (len(counts) > 1 and counts[1][0] == counts[0][0]):
            return None
        return Meaning(counts[0][1], slots, SCORE)
