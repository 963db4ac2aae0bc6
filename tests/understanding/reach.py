"""Writes samples for templates that no row of the tables reaches yet: `python -m tests.understanding.reach`.

Each sample is walked out of its template alone, with the slots that the walk filled; only those that the whole
understanding reads the same way are taken. A template that never wins is named: it is shadowed by another.
"""

from __future__ import annotations

import sys
from random import Random
from typing import Any

import yaml

from skill.flow import Transcript
from skill.language import Language, load
from skill.language.network import END, Network
from skill.language.templates import IGNORED, Template
from skill.understanding import Understanding
from tests.understanding.said import NAMES, ROOT, Row, tables
from tests.understanding.test_said import reached, templates_of

TRIES = 300
FILLED: dict[str, tuple[tuple[str, int | str], ...]] = {
    "number": (("four", 4), ("12", 12), ("one hundred and five", 105)),
    "ordinal": (("fourth", 4), ("third", 3)),
    "amount": (("five hundred", "500"), ("1.5", "1.5"), ("2,000", "2000")),
    "title": (("audit", "audit"), ("community grants", "community grants")),
    "member": (("Bob", "Bob"), ("Carol", "Carol")),
    "known_member": (("Alice", "Alice"), ("Bob", "Bob")),
    "reason": (("it is too expensive", "it is too expensive"),),
    "dao": (("garden", "garden"), ("moon base", "moon base")),
    "known_dao": (("harbor", "harbor"),),
    "word": (("seven", "seven"),),
    "other_asset": (("DAI", "DAI"),),
    "known_asset": (("UNI", "UNI"),),
}
KOREAN: dict[str, tuple[tuple[str, int | str], ...]] = {
    "number": (("4", 4), ("12", 12)),
    "word": (("칠", "칠"),),
}


def main() -> int:
    """Writes tests/said/<code>/reach_<topic>.yaml anew; 1 where a template is shadowed."""
    shadowed = 0
    for code in ("en", "ko"):
        for old in (ROOT / "tests" / "said" / code).glob("reach_*.yaml"):
            old.unlink()
        language = load(ROOT / "intents", code)
        understanding = Understanding(language, NAMES)
        known = reached(language, tables(code))
        by_topic: dict[str, list[dict[str, Any]]] = {}
        for template in language.sentences.templates:
            if template.expects is not None or template.text in known:
                continue
            block = _sample(template, language, understanding)
            if block is None:
                shadowed += 1
                print(f"shadowed: {template.topic}: {template.intent}: {template.text}")
            else:
                by_topic.setdefault(template.topic, []).append(block)
                known |= templates_of(block["said"], language)
        for topic, blocks in by_topic.items():
            file = ROOT / "tests" / "said" / code / f"reach_{topic}.yaml"
            head = (
                "# One sample for each template that no other table reaches. Written by tests/understanding/reach.py.\n"
            )
            body = "".join(
                f"- {yaml.safe_dump(block, default_flow_style=True, allow_unicode=True, width=1000).strip()}\n"
                for block in blocks
            )
            file.write_text(head + body, encoding="utf-8")
    return 1 if shadowed else 0


def _sample(template: Template, language: Language, understanding: Understanding) -> dict[str, Any] | None:
    network = Network((template,), language.sentences, language.words)
    random = Random(template.text)
    best: dict[str, Any] | None = None
    for _ in range(TRIES):
        said, slots = _walk(network, random, KOREAN if language.code == "ko" else FILLED)
        slots = {**template.slots, **slots}
        row = Row(said, (template.intent,), slots, "")
        shorter = best is None or len(said) < len(best["said"])
        if (
            shorter
            and row.fits(understanding.meaning(Transcript(said)))
            and template.text in templates_of(said, language)
        ):
            best = {"said": said, "intent": template.intent, **({"slots": slots} if slots else {})}
            if random.random() < 0.1:
                break
    return best


def _walk(
    network: Network, random: Random, filled: dict[str, tuple[tuple[str, int | str], ...]]
) -> tuple[str, dict[str, int | str]]:
    words: list[str] = []
    slots: dict[str, int | str] = {}
    state = network.start
    while state != END:
        ahead = network.ahead(state)
        if ahead.ends and random.random() < 0.6:
            slots.update({slot: value for tags in ahead.ends[:1] for slot, value in tags if slot and slot != IGNORED})
            break
        ways: list[tuple[str, int, tuple[tuple[str, int | str], ...]]] = [
            (word, target, tags) for word, found in ahead.words.items() for target, tags in found
        ]
        for wild in ahead.wild:
            for said, value in filled.get(wild.list, ()):
                ways += [(said, wild.target, (*wild.tags, (wild.slot, value)))] * 3
        if not ways:  # only a title in use could follow
            return "", {}
        word, state, tags = random.choice(ways)
        words.append(word)
        slots.update({slot: value for slot, value in tags if slot and slot != IGNORED})
    return " ".join(words).replace(" 's", "'s"), slots


if __name__ == "__main__":
    sys.exit(main())
