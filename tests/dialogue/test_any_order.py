"""Whatever is said and answered, in whatever order: no exception, and no signature without its phrase."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from skill.dao.requests import Commit
from skill.dialogue import DialogueSettings, Step
from skill.flow import Conversation, Expects, Meaning, Reply, Transcript
from tests.dialogue.facts import NOW, dialogue
from tests.dialogue.wild import answers, meanings, prepared, transcripts

PIN = "4711"
MARKS = re.compile(r"[()\[\]{}*_#`|<>~\\]|0x|https?:", re.I)
STORED: TypeAdapter[Conversation] = TypeAdapter(Conversation)
many = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


def fit_for_the_ear(reply: Reply) -> None:
    """No Markdown, no hexadecimal, no brackets; something to say unless it is silent."""
    assert not MARKS.search(reply.text), reply.text
    assert "\n" not in reply.text and "  " not in reply.text
    assert reply.silent == (not reply.text)
    assert 0.5 <= reply.rate <= 3
    if reply.meaning is not None and reply.meaning.intent == "cast_vote":
        assert {"choice", "proposal"} <= set(reply.meaning.slots), "a vote with something missing is start_vote"


phrase = st.just("the phrase")
pin = st.just("the pin")
pause = st.floats(0, 90)
moves = st.one_of(st.tuples(meanings, transcripts), prepared, answers, phrase, pin, pause, st.just("another room"))


@pytest.mark.slow
@many
@given(st.lists(moves, max_size=12), st.booleans(), st.randoms())
def test_nothing_is_signed_without_its_phrase(order: list[object], with_pin: bool, chance: object) -> None:
    """A `Commit` is exactly what was read back, after its phrase, in time, there; with a PIN after that too."""

    def pick(words: Sequence[str]) -> str:
        return chance.choice(words)  # type: ignore[attr-defined,no-any-return]  # a Random

    talk = dialogue(DialogueSettings(timezone="UTC", pin=with_pin, daos=("garden", "harbor")), pick, PIN.__eq__)
    rooms = {"kitchen": Conversation("kitchen", "garden"), "hall": Conversation("hall", "garden")}
    here, now = "kitchen", NOW
    for move in order:
        conversation = rooms[here]
        pending = conversation.pending
        asked: Expects | None = pending.expects if pending is not None and now <= pending.until else None
        said, free = Transcript(""), False
        if isinstance(move, float):
            now += move
            late = talk.expired(conversation, now)
            assert (late is not None) == (pending is not None and now > pending.until)
            if late is None:
                continue
            step: Step = late
        elif move == "another room":
            here = "hall" if here == "kitchen" else "kitchen"
            continue
        elif move == "the phrase":
            other = rooms["hall" if here == "kitchen" else "kitchen"].pending
            waiting = pending or other
            words = waiting.expects.phrase if waiting is not None and waiting.expects.phrase else "confirm castle"
            said = Transcript(words)
            free = asked is not None and asked.kind == "confirm" and asked.phrase == words and not with_pin
            meaning: Meaning | None = Meaning("confirm", {"word": words.split()[-1]})
            step = talk.plan(meaning, said, conversation, now)
        elif move == "the pin":
            said = Transcript("four seven one one")
            free = asked is not None and asked.kind == "pin"
            step = talk.plan(None, said, conversation, now)
        elif isinstance(move, tuple):
            meaning, said = move
            step = talk.plan(meaning, said, conversation, now)
        else:
            step = talk.tell(move, conversation, now)  # type: ignore[arg-type]  # an answer
        if isinstance(step.request, Commit):
            assert free, f"signed after {said.text!r}"
            assert pending is not None and step.request == pending.commit
            assert step.request.conversation == here
            assert step.request.prepared.dao == conversation.dao
            assert step.conversation.pending is None
        if step.reply is not None:
            fit_for_the_ear(step.reply)
            if asked is not None and asked.kind == "pin" and said.text.strip():
                assert step.reply.heard == "(pin)" and PIN not in step.reply.text
        rooms[here] = STORED.validate_json(STORED.dump_json(step.conversation))
        assert rooms[here].pending == step.conversation.pending


@pytest.mark.slow
@many
@given(answers, st.floats(0, 2e9))
def test_every_answer_can_be_heard(answer: object, now: float) -> None:
    """Whatever stands on the chain becomes words without signs, and its figures can be asked for exactly."""
    step = dialogue().tell(answer, Conversation("kitchen", "garden"), now)  # type: ignore[arg-type]  # any answer
    assert step.reply is not None
    fit_for_the_ear(step.reply)
    exact = dialogue().plan(Meaning("exact", {}), Transcript("exactly"), step.conversation, now)
    assert exact.reply is not None
    fit_for_the_ear(exact.reply)
    pieces = replace(step.conversation, pending=None)
    for _ in range(3):
        more = dialogue().plan(Meaning("more", {}), Transcript("go on"), pieces, now)
        assert more.reply is not None
        fit_for_the_ear(more.reply)
        pieces = more.conversation
