"""From a transcript to its meaning: exactly, else nearly, else not at all."""

from __future__ import annotations

from types import MappingProxyType

from skill.flow import Expects, Meaning, SlotValue, Transcript
from skill.language import Language
from skill.language.names import Names
from skill.language.network import Network, without_context
from skill.language.templates import IGNORED, SLOT_VALUE
from skill.understanding.certainty import guarded
from skill.understanding.exact import Heard, Path, paths
from skill.understanding.names import NO_NAMES, KnownNames

LONGEST = 80
"""Words; whoever says more is not talking to Aye. A reason may make a vote long."""
LONGEST_TEXT = 1_000


class Understanding:
    """What is said -> what is meant, in one language, with the names in use.

    Holds what it worked out about its templates, so keep one; it has no other state.
    """

    def __init__(self, language: Language, names: Names = NO_NAMES, networks: dict[str | None, Network] | None = None):
        self._language = language
        self._words = language.words
        self._names = KnownNames(names, language.words)
        self._networks = {} if networks is None else networks

    def with_names(self, names: Names) -> Understanding:
        """The same with other names."""
        return Understanding(self._language, names, self._networks)

    def meaning(self, transcript: Transcript, expects: Expects | None = None) -> Meaning | None:
        """What is meant, or None where it is not for Aye. Never raises, whatever the text."""
        best = None
        for hearing in (transcript, *transcript.alternatives):
            found = self._of_text(hearing.text, expects)
            if found is not None and (best is None or found.score > best.score + 0.1):
                best = found
        return best

    def _of_text(self, text: str, expects: Expects | None) -> Meaning | None:
        if len(text) > LONGEST_TEXT:
            return None
        heard = Heard(text, self._words.tokens(text))
        if not 0 < len(heard.tokens) <= LONGEST:
            return None
        asked = expects.slot if expects is not None and expects.kind == "slot" else None
        network = self._network(asked)
        found = paths(heard, network, self._words, self._names)
        if not found:
            return None
        return self._choose(found, network)

    def _network(self, asked: str | None) -> Network:
        network = self._networks.get(asked)
        if network is None:
            sentences = self._language.sentences
            network = self._networks[asked] = Network(without_context(sentences, asked), sentences, self._words)
        return network

    def _choose(self, found: list[Path], network: Network) -> Meaning:
        def rank(path: Path) -> tuple[int, int, bool]:
            return path.open_words, path.sounds, self._meaning(path, network).intent != SLOT_VALUE

        ordered = sorted(found, key=rank)
        first = rank(ordered[0])[:2]
        rivals = [self._meaning(path, network) for path in ordered if rank(path)[:2] == first]
        return guarded(rivals[0], rivals[1:])

    def _meaning(self, path: Path, network: Network) -> Meaning:
        template = None
        slots: dict[str, SlotValue] = {}
        for slot, value in path.slots:
            if not slot:
                template = network.templates[int(value)]
                slots = dict(template.slots)
            elif slot != IGNORED:
                slots[slot] = self._names.resolve(slot, value)
        assert template is not None
        score = 0.99 - 0.02 * min(path.open_words, 5) - 0.02 * path.sounds
        return Meaning(template.intent, MappingProxyType(slots), round(score, 3))
