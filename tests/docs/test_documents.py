"""The documents are true: what they say can be said is understood, and every command in them is run or says why not."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from skill.flow import Expects, Transcript
from skill.frontends.cli import SETUP_STEPS, parser
from skill.language import load
from skill.language.names import Names
from skill.understanding import Understanding

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted((ROOT / "docs").glob("*.md"))
BLOCK = re.compile(
    r"(?:<!-- ci: (?P<mark>run|long|never)(?:: (?P<why>[^>]+))? -->\n)?```(?:sh|bash|console)\n(?P<text>.*?)```", re.S
)


@dataclass(frozen=True, slots=True)
class Block:
    """One block of commands in a document."""

    document: str
    number: int
    mark: str | None
    why: str | None
    text: str

    @property
    def name(self) -> str:
        return f"{self.document}:{self.number}"


def blocks() -> tuple[Block, ...]:
    """All blocks of shell commands in docs/."""
    return tuple(
        Block(file.name, number, found["mark"], found["why"], found["text"])
        for file in DOCUMENTS
        for number, found in enumerate(BLOCK.finditer(file.read_text(encoding="utf-8")), 1)
    )


def said() -> tuple[str, ...]:
    """The sentences between quotation marks in the member's page that are said to Aye."""
    text = (ROOT / "docs" / "say.md").read_text(encoding="utf-8")
    quoted = re.findall(r'"([^"]+)"', text)
    return tuple(sentence for sentence in quoted if sentence not in NOT_SENTENCES)


NOT_SENTENCES = {
    # Aye's own words, parts of a sentence, and what the page says is *not* a command.
    "no",
    "abstain",
    "To vote yes, say: confirm",
    "Done",
    "Yes",
    "should I vote yes on four?",
}


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    """Understanding as on a speaker of the demo DAO's household."""
    names = Names(
        members=("Alice", "Bob"), titles=("Fund a security audit of the treasury contracts",), assets=("USDC",), daos=()
    )
    return Understanding(load(ROOT / "intents", "en"), names)


@pytest.mark.parametrize("sentence", said())
def test_what_the_page_for_members_says_can_be_said_is_understood(sentence: str, understanding: Understanding) -> None:
    """A member who reads a sentence from the printed page is understood, and with more certainty than a guess."""
    meaning = understanding.meaning(Transcript(sentence), None)
    assert meaning is not None and meaning.score > 0.8, sentence


def test_the_page_says_truly_what_never_votes(understanding: Understanding) -> None:
    """The question on the page is no vote, and neither is a bare yes while a phrase is asked for."""
    meaning = understanding.meaning(Transcript("should I vote yes on four?"), None)
    assert meaning is None or meaning.intent != "cast_vote"
    awaited = Expects("confirm", "confirm seven")
    bare = understanding.meaning(Transcript("yes"), awaited)
    assert bare is None or "word" not in bare.slots


def test_every_block_of_commands_is_run_or_says_why_not() -> None:
    """No command in docs/ may rot unseen."""
    unmarked = [block.name for block in blocks() if block.mark is None]
    silent = [block.name for block in blocks() if block.mark == "never" and not block.why]
    assert not unmarked and not silent, f"without a mark: {unmarked}; never run, without a reason: {silent}"


def named() -> tuple[tuple[str, str], ...]:
    """Document and command, of each `aye …` named within a sentence or a table."""
    pages = [file for file in (*DOCUMENTS, ROOT / "README.md") if file.name != "commands.md"]
    return tuple(
        (file.name, command)
        for file in pages
        for command in re.findall(
            r"`(?:sudo )?(aye [^`\n]+)`", re.sub(r"```.*?```", "", file.read_text(encoding="utf-8"), flags=re.S)
        )
    )


@pytest.mark.parametrize(("document", "command"), sorted(set(named())), ids=lambda part: str(part))
def test_every_command_that_is_named_is_one(document: str, command: str) -> None:
    """As the parser takes it: a name alone (`aye key`) is a command, one with options is accepted as it stands."""
    words = shlex.split(command.replace("--step NAME", f"--step {SETUP_STEPS[0]}"))[1:]
    try:
        parser().parse_args(words if len(words) > 1 else [*words, "--help"])
    except SystemExit as ended:
        assert ended.code == 0, f"{document}: {command}"


def _run(block: Block, home: Path) -> None:
    environment = {
        "HOME": str(home),
        "PATH": f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}",
        "LANG": "C.UTF-8",
        "AYE_CONFIG": str(ROOT / "config.yaml"),
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.text],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, f"{block.name}\n{block.text}\n{done.stdout}\n{done.stderr}"


@pytest.mark.slow
@pytest.mark.parametrize("block", [b for b in blocks() if b.mark == "run"], ids=lambda b: b.name)
def test_the_commands_in_the_documents_work(block: Block, tmp_path: Path) -> None:
    """Typed as they stand in docs/, from the project's folder."""
    _run(block, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("block", [b for b in blocks() if b.mark == "long"], ids=lambda b: b.name)
def test_the_long_commands_in_the_documents_work(block: Block, tmp_path: Path) -> None:
    """Those that take minutes."""
    _run(block, tmp_path)
