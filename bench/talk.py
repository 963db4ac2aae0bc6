"""What is said to the benches: commands, and talk that is not for the skill, of people in a room, of books, and of a
telephone's spoken prompts.

`household` comes from the sentences that strangers wrote to be refused (`tests/heldout/`); `fortunes` and `prompts` are
packages of Debian's (`fortunes`, `asterisk-core-sounds-en-wav`), left out where they are not installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import soundfile
import soxr
import yaml
from numpy.typing import NDArray

from bench.said import COMMANDS, FOREIGN
from bench.voices import RATE, Voice

HELD_OUT = Path(__file__).parents[1] / "tests" / "heldout"
FORTUNES = Path("/usr/share/games/fortunes")
PROMPTS = Path("/usr/share/asterisk/sounds")
SENTENCE = re.compile(r"[A-Z][A-Za-z ,;'-]*[.?!]")
FEWEST, MOST = 4, 22
"""Words of a sentence that is read aloud."""
TALK_PER_VOICE = 80
SHORTEST_SECONDS, LONGEST_SECONDS = 0.3, 15.0


def household(folder: Path = HELD_OUT) -> tuple[str, ...]:
    """What is said to other machines, on television, in families and meetings; near to the skill's own words too."""
    found: dict[str, None] = {}
    for file in sorted(folder.glob("foreign*.yaml")):
        for group in yaml.safe_load(file.read_text(encoding="utf-8")):
            found.update(dict.fromkeys([group] if isinstance(group, str) else group["said"]))
    return tuple(found)


def fortunes(folder: Path = FORTUNES) -> tuple[str, ...]:
    """Sentences of plain words, each once; none where the package is not installed."""
    found: dict[str, None] = {}
    for file in sorted(folder.glob("*")) if folder.is_dir() else ():
        if file.suffix or file.is_dir():
            continue
        for one in file.read_text(encoding="utf-8", errors="replace").split("\n%\n"):
            spoken = " ".join(re.sub(r"\n\s*--.*", "", one, flags=re.S).split())
            for sentence in re.split(r"(?<=[.?!])\s+", spoken):
                if FEWEST <= len(sentence.split()) <= MOST and SENTENCE.fullmatch(sentence):
                    found[sentence] = None
    return tuple(found)


def prompts(folder: Path = PROMPTS) -> tuple[Path, ...]:
    """Recordings of a person who speaks for a telephone exchange; none where the package is not installed."""
    return tuple(sorted(folder.rglob("*.wav"))) if folder.is_dir() else ()


def prompt(file: Path) -> NDArray[np.int16] | None:
    """One of them as 16 kHz mono samples; None where it is a click or a speech of its own."""
    sound, rate = soundfile.read(file, dtype="float32")
    if not SHORTEST_SECONDS <= len(sound) / rate <= LONGEST_SECONDS:
        return None
    return np.asarray(np.clip(soxr.resample(sound, rate, RATE), -1, 1) * 32767, np.int16)


def written(intent: str | None, slots: Mapping[str, int | str]) -> str:
    """A meaning as one comparable line; what is the default counts as said."""
    known = dict(slots)
    if intent == "list_proposals":
        known.setdefault("state", "active")
    return " ".join([str(intent), *(f"{name}={known[name]}" for name in sorted(known))])


def to_say(voices: Sequence[Voice], every: int = 1) -> Iterator[tuple[Voice, str, str]]:
    """Each voice with what it says and what that means. Of the strangers' sentences every second: the others are free
    to be tuned with.
    """
    talk = household()[1::2]
    for at, voice in enumerate(voices):
        mine = [(said, written(intent, slots)) for said, intent, slots in COMMANDS]
        mine += [(said, "None") for said in (*FOREIGN, *talk[at :: len(voices)][:TALK_PER_VOICE])]
        yield from ((voice, said, expected) for said, expected in mine[at % every :: every])
