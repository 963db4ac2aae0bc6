"""Peers that are held to the same grammar as Aye: PocketSphinx, whose English model comes in its wheel.

It gets the compiled grammar itself, written as a finite-state grammar of Sphinx: state by state what Aye's own
recogniser walks. PocketSphinx is in the extra `bench`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skill.hearing.endpoint import trim
from skill.language.grammar import Grammar


class PocketSphinx:
    """One decoder held to one grammar, all of whose words its dictionary must know (else it raises `RuntimeError`).

    Raises `ImportError` where the extra `bench` is not installed.
    """

    name = "PocketSphinx, same grammar"

    def __init__(self, grammar: Grammar) -> None:
        from pocketsphinx import Decoder  # only who asks for peers needs the extra

        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "grammar.fsg"
            file.write_text("".join(fsg(grammar)), encoding="ascii")
            self._decoder = Decoder(lm=None, fsg=str(file), dither=True, loglevel="FATAL")

    def hear(self, samples: NDArray[np.int16]) -> str:
        """The words of one recording, cut to its speech as Aye's are; "" where none of the grammar fits."""
        speech = trim(samples)
        self._decoder.start_utt()
        self._decoder.process_raw((speech if len(speech) else samples).tobytes(), no_search=False, full_utt=True)
        self._decoder.end_utt()
        found = self._decoder.hyp()
        return "" if found is None else found.hypstr


def fsg(grammar: Grammar) -> list[str]:
    """The lines of a grammar without parts in Sphinx's format, which has one final state.

    With the DAO's numbers and names written out, PocketSphinx would work on its grammar for many minutes.
    """
    end = len(grammar.arcs)
    lines = [f"TRANSITION {state} {to} 1.0 {word}\n" for state, arcs in enumerate(grammar.arcs) for word, to in arcs]
    lines += [f"TRANSITION {state} {end} 1.0\n" for state in sorted(grammar.final)]
    head = ["FSG_BEGIN aye\n", f"NUM_STATES {end + 1}\n", "START_STATE 0\n", f"FINAL_STATE {end}\n"]
    return [*head, *lines, "FSG_END\n"]
