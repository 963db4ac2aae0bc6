"""`aye understand`: no chain; for text no speech model either."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

from skill import config
from skill.flow import Meaning, Transcript
from skill.language import load as load_language
from skill.language.names import Names
from skill.understanding import Understanding

DEMO_MEMBERS = ("Alice", "Bob", "Carol")
"""The demo's address book, understood where no DAO of one's own is configured."""


def run(args: argparse.Namespace) -> int:
    """One JSON line for each sentence, in order, flushed."""
    settings = config.load(config.find(args.config, os.environ))
    language = load_language(settings.intents_folder, args.language or settings.language)
    members = tuple(settings.members) or (() if settings.daos else DEMO_MEMBERS)
    names = Names(members=members, titles=(), assets=(), daos=tuple(dao.key for dao in settings.daos))
    understanding = Understanding(language, names)
    if args.wav is not None:
        transcript = _heard(args, settings, names)
        print(as_line(transcript.text, understanding.meaning(transcript)), flush=True)
    elif args.text == "-":
        understanding.meaning(Transcript("help"))  # builds what the first line would else wait for
        for raw in sys.stdin.buffer:
            text = raw.decode("utf-8", errors="replace").rstrip("\r\n")
            print(as_line(text, understanding.meaning(Transcript(text))), flush=True)
    else:
        print(as_line(args.text, understanding.meaning(Transcript(args.text))), flush=True)
    return 0


def _heard(args: argparse.Namespace, settings: config.Config, names: Names) -> Transcript:
    from skill.frontends.ears import Ears  # only a recording needs a model

    return Ears(settings).hear(args.wav, names)


def as_line(text: str, meaning: Meaning | None) -> str:
    """The public line: `{"text", "intent", "slots", "score"}`."""
    line: dict[str, Any] = {
        "text": text,
        "intent": None if meaning is None else meaning.intent,
        "slots": {} if meaning is None else dict(meaning.slots),
        "score": 0.0 if meaning is None else round(meaning.score, 3),
    }
    return json.dumps(line, ensure_ascii=False)
