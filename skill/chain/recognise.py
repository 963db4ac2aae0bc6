"""Which dialect a governor speaks: it is asked, all kinds' questions in one round trip."""

from __future__ import annotations

from skill.chain import dialect_alpha, dialect_bravo, dialect_nouns, dialect_oz
from skill.chain.dialect import Dialect
from skill.chain.node import Call, Node
from skill.chain.wire import checksum
from skill.errors import NotAGovernor

KINDS = (dialect_oz.KIND, dialect_nouns.KIND, dialect_alpha.KIND, dialect_bravo.KIND)
"""The first that knows it as its own takes it: Nouns answers to Bravo's questions too."""
MEND = "Set `governor:` in config.yaml."


def place_of(governor: str) -> str:
    """The address, EIP-55. Raises `NotAGovernor` where it is none."""
    try:
        return checksum(governor)
    except ValueError:
        raise NotAGovernor("The governor's address is no address.", MEND) from None


def questions(governor: str) -> list[Call]:
    """All that any kind asks."""
    functions = dict.fromkeys(question for kind in KINDS for question in kind.questions)
    return [Call(governor, function) for function in functions]


def recognise(node: Node, governor: str) -> Dialect:
    """What stands at the address. Raises `NotAGovernor`."""
    governor = place_of(governor)
    asked = questions(governor)
    said = dict(zip((call.function for call in asked), node.read(asked), strict=True))
    for kind in KINDS:
        dialect = kind.found(governor, said)
        if dialect is not None:
            return dialect
    if not node.has_code(governor):
        raise NotAGovernor(f"There is no contract at {governor} on this chain.", MEND)
    raise NotAGovernor(f"The contract at {governor} is no governor that Aye knows.", MEND)
