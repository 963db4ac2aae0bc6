"""A member who votes by words through the whole Aye, over a wire that fails, in a process that may be killed.

What is said to the member is written down, word by word, before anything further is said.
"""

from __future__ import annotations

import json
import os
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, TextIO

from skill.assistant import Assistant
from skill.building import connected
from skill.chain import Signer
from skill.config import Config, DaoConfig
from skill.dialogue import Dialogue, DialogueSettings
from skill.flow import Transcript
from skill.language import Language, load
from skill.language.names import Names
from skill.language.numbers import to_digits
from skill.store import open_store
from skill.understanding import Understanding

DAO = "garden"
CONVERSATION = "kitchen"
PATIENCE = 60
"""Times that the member tries one vote: more, and it waits for ever."""
HURRY = 4
"""So many times as fast as ours runs the clock of Aye, as the chain's does: what Aye asks once a block, or leaves alone
for a minute, it does as often in a vote as if the blocks came every twelve seconds.
"""


@dataclass(frozen=True)
class Member:
    """Who votes, where, and what it keeps."""

    name: str
    rpc: str
    chain_id: int
    governor: str
    key: bytes
    folder: Path
    began: float
    """Seconds since the epoch: where its clock starts, in each of its lives."""

    @property
    def store(self) -> Path:
        return self.folder / self.name / "aye.db"

    @property
    def heard(self) -> Path:
        """A line of JSON for each thing that was said."""
        return self.folder / self.name / "heard.jsonl"


@dataclass(frozen=True)
class Wish:
    """One ballot. Who does not `insist` gives up where it hears that it was surely not cast."""

    proposal: int
    choice: str
    insist: bool

    @property
    def words(self) -> str:
        """As it is said."""
        if self.choice == "abstain":
            return f"abstain on proposal {self.proposal}"
        return f"vote {self.choice} on proposal {self.proposal}"


CLAIMS = {
    "cast": ("{vote} is on the chain", "you have already voted {choice} {on}"),
    "unknown": ("taken {vote} back", "{vote} was sent but", "i sent {vote}", "i signed {vote} but"),
    "not cast": (
        *("{vote} did not go through", "{vote} was not sent", "{vote} was refused", "the chain refused {vote}"),
        "you have no vote {on}",
    ),
}


@cache
def _in_digits(text: str) -> str:
    return to_digits(text, "en").lower()


def meant(text: str, wish: Wish) -> str:
    """What a reply says of the wish, as the member understands it: the last claim in it; "": nothing of it.

    Compared without commas, as `to_digits` writes it.
    """
    said, on = _in_digits(text), f"on proposal {wish.proposal}"
    if on not in said:
        return ""
    choice = "to abstain" if wish.choice == "abstain" else wish.choice
    facts = {"vote": f"your vote {choice} {on}", "on": on, "choice": choice}
    found = [
        (match.start(), claim)
        for claim, forms in CLAIMS.items()
        for form in forms
        for match in re.finditer(re.escape(form.format(**facts)) + r"(?!\d)", said)
    ]
    return max(found)[1] if found else ""


@cache
def english() -> tuple[Language, Understanding]:
    """What is read from files and built from them: seconds of work, and the same in every life."""
    language = load(Config().intents_folder)
    understanding = Understanding(language, Names(members=(), titles=(), assets=(), daos=(DAO,)))
    understanding.meaning(Transcript("help"))
    return language, understanding


class Voter:
    """One life of the process."""

    def __init__(self, member: Member, out: TextIO) -> None:
        dao = DaoConfig(
            key=DAO, endpoint=member.rpc, chain_id=member.chain_id, governor=member.governor, max_fee_gwei=100
        )
        language, understanding = english()
        chance = random.Random(os.getpid())
        self.store = open_store(member.store)
        self.assistant = Assistant(
            understanding,
            Dialogue(language, DialogueSettings(daos=(DAO,)), lambda words: chance.choice(list(words))),
            {DAO: partial(connected, dao, Signer.from_secret(member.key))},
            self.store,
            (),
            _hurried(member.began),
        )
        self._out = out

    def say(self, words: str, wish: Wish) -> Any:
        """One turn; the reply, written down first."""
        reply = self.assistant.turn(CONVERSATION, Transcript(words))
        line = {"proposal": wish.proposal, "said": words, "reply": reply.text, "outcome": reply.outcome}
        self._out.write(json.dumps({**line, "at": time.time()}) + "\n")
        self._out.flush()
        return reply

    def vote(self, wish: Wish) -> str:
        """As a member would: again until it is known. Gives cast, or not cast."""
        for _ in range(PATIENCE):
            reply = self.say(wish.words, wish)
            known = meant(reply.text, wish)
            if known != "cast" and reply.outcome == "asked":
                reply = self.say(reply.expects.phrase, wish)
                known = meant(reply.text, wish) or str(reply.outcome).replace("_", " ")
            for _ in range(PATIENCE):
                if known in ("cast", "not cast"):
                    break
                reply = self.say(f"what happened to my vote on proposal {wish.proposal}", wish)
                known = meant(reply.text, wish)
            if known == "cast" or (known == "not cast" and not wish.insist):
                return known
        return "waits for ever"

    def hear(self, wish: Wish) -> None:
        """Whatever is still to be said."""
        for _ in range(PATIENCE):
            if not self.store.journal.untold(DAO):
                return
            self.say("help", wish)


def _hurried(began: float) -> Callable[[], float]:
    return lambda: began + (time.time() - began) * HURRY


def live(member: Member, wishes: list[Wish], done: Any) -> None:
    """Settles, then votes; sends that it begins, each wish with what the member heard at its end, and None."""
    with member.heard.open("a", encoding="utf-8") as out:
        voter = Voter(member, out)
        with voter.store:
            done.send((0, "begins"))
            voter.assistant.settle()
            for wish in wishes:
                done.send((wish.proposal, voter.vote(wish)))
    done.send(None)
