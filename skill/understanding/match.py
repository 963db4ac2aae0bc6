"""From a transcript to its meaning: exactly, else nearly, else not at all."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from types import MappingProxyType

from skill.flow import Expects, Meaning, SlotValue, Transcript
from skill.language import Language
from skill.language.names import Names
from skill.language.network import Network, in_context
from skill.language.templates import IGNORED, SLOT_VALUE, Sentences
from skill.language.words import Words
from skill.understanding.certainty import WANTS_TO_VOTE, exact_score, guarded, likely
from skill.understanding.cues import Cues
from skill.understanding.exact import Heard, Path, paths
from skill.understanding.fronted import apart
from skill.understanding.names import NO_NAMES, KnownNames
from skill.understanding.near import Nearby

LONGEST = 80
"""Words; whoever says more is not talking to Aye. A reason may make a vote long."""
LONGEST_TEXT = 1_000
HEARD = 0.2
"""A sentence that fits but was hardly heard so (the grammar finds one in any sound) means nothing."""
NEARLY = 0.73
"""A near match below this gives way to what the cue words of a question say."""
CLEARLY = 0.1
"""How much likelier another hearing must be than the first."""


class Understanding:
    """What is said -> what is meant, in one language, with the names in use.

    Holds what it worked out about its templates, so keep one; it has no other state. Threads may share it: they take
    turns, for the work is all Python's own.
    """

    def __init__(
        self,
        language: Language,
        names: Names = NO_NAMES,
        matchers: dict[str | None, Matcher] | None = None,
        turn: threading.Lock | None = None,
    ):
        self._language = language
        self._words = language.words
        self._several = frozenset(slot.name for slot in language.vocabulary.slots.values() if slot.several)
        self._names = KnownNames(names, language.words)
        self._matchers = {} if matchers is None else matchers
        self._turn = threading.Lock() if turn is None else turn

    @property
    def words(self) -> Words:
        """What the words of this language do on their own."""
        return self._words

    def with_names(self, names: Names) -> Understanding:
        """The same with other names."""
        return Understanding(self._language, names, self._matchers, self._turn)

    def meaning(self, transcript: Transcript, expects: Expects | None = None) -> Meaning | None:
        """What is meant, or None where it is not for Aye. Never raises, whatever the text.

        The text itself comes first; another hearing of the same sound is taken only where it says clearly more.
        """
        with self._turn:
            return self._meant(transcript, expects)

    def _meant(self, transcript: Transcript, expects: Expects | None) -> Meaning | None:
        asked = expects.slot if expects is not None and expects.kind == "slot" else None
        matcher = self._matcher(asked)
        best: Meaning | None = None
        for hearing in (transcript, *transcript.alternatives):
            found = self._of_text(hearing.text, matcher)
            if found is not None:
                found = Meaning(found.intent, found.slots, found.score * hearing.confidence)
            if found is not None and (best is None or found.score > best.score + CLEARLY):
                best = found
        return best if best is not None and best.score >= HEARD else None

    def _of_text(self, text: str, matcher: Matcher) -> Meaning | None:
        if len(text) > LONGEST_TEXT:
            return None
        heard = Heard(text, self._words.tokens(text))
        if not 0 < len(heard.tokens) <= LONGEST:
            return None
        exact = paths(heard, matcher.network, self._words, self._names)
        if exact:
            return self._choose([(self._meaning(path, matcher), _rank(path)) for path in exact])
        named = matcher.cues.named
        fronted = apart(
            heard, matcher.network, named, self._words, self._names, lambda path: self._meaning(path, matcher)
        )
        if fronted is not None:
            return fronted
        near = self._near(heard, matcher)
        if near is not None and near.score >= NEARLY:
            return near
        return matcher.cues.meaning(heard, self._names) or near

    def _near(self, heard: Heard, matcher: Matcher) -> Meaning | None:
        """The meanings of the utterance mended, where it is worth mending."""
        mended = matcher.nearby.mend(heard, self._names)
        found = [
            (self._meaning(path, matcher), (way.cost, *_rank(path)))
            for way in mended
            for path in paths(Heard(heard.text, way.tokens), matcher.network, self._words, self._names)
        ]
        if not found:
            return None
        sure = all(way.sure for way in mended)
        anchored = any(token.text in self._words.anchors for token in mended[0].tokens)
        best = self._choose(found)
        if best.intent in WANTS_TO_VOTE and not sure and heard.tokens[0].text in self._words.questions:
            return None
        return likely(best, mended[0].cost, len(heard.tokens), sure, anchored)

    def _matcher(self, asked: str | None) -> Matcher:
        matcher = self._matchers.get(asked)
        if matcher is None:
            sentences = self._language.sentences
            templates = in_context(sentences, asked)
            if asked is None:
                network = Network(templates, sentences, self._words)
            else:
                network = self._matcher(None).network.beside(templates)
            matcher = self._matchers[asked] = Matcher(network, sentences, self._words)
        return matcher

    def _choose(self, found: Sequence[tuple[Meaning, tuple[float, ...]]]) -> Meaning:
        ordered = sorted(found, key=lambda each: (each[1], each[0].intent != SLOT_VALUE))
        rivals = [meaning for meaning, rank in ordered if rank == ordered[0][1]]
        return guarded(rivals[0], rivals[1:])

    def _meaning(self, path: Path, matcher: Matcher) -> Meaning:
        intent, slots = "", dict[str, SlotValue]()
        for slot, value in path.slots:
            if not slot:
                template = matcher.network.templates[int(value)]
                intent = template.intent
                slots.update(template.slots)
            elif slot in self._several:
                slots[slot] = f"{slots[slot]}, {value}" if slot in slots else str(value)
            elif slot != IGNORED:
                slots[slot] = self._names.resolve(slot, value)
        return Meaning(intent, MappingProxyType(slots), exact_score(path.open_words, path.sounds))


class Matcher:
    """The templates in force, ready to be matched; what is seldom needed is made when it is."""

    def __init__(self, network: Network, sentences: Sentences, words: Words):
        self.network = network
        self._sentences = sentences
        self._words = words
        self._nearby: Nearby | None = None
        self._cues: Cues | None = None

    @property
    def nearby(self) -> Nearby:
        """The near match over the same network."""
        if self._nearby is None:
            self._nearby = Nearby(self.network, self._words)
        return self._nearby

    @property
    def cues(self) -> Cues:
        """Questions read by their cue words."""
        if self._cues is None:
            self._cues = Cues(self._sentences, self._words, self.network.vocabulary)
        return self._cues


def _rank(path: Path) -> tuple[int, int, int, int]:
    """Fewer open words, fewer sound-alikes, more slots ("today" is rather a period than politeness), a short reason."""
    reason = next((len(str(value)) for slot, value in path.slots if slot == "reason"), 0)
    return path.open_words, path.sounds, -len(path.slots), reason
