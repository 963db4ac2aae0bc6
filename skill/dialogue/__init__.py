"""What to ask back, confirm, remember and say. Knows no sound and no chain."""

from __future__ import annotations

from skill.dialogue.plan import Dialogue, OfHearing
from skill.dialogue.step import DialogueSettings, Step

__all__ = ["Dialogue", "DialogueSettings", "OfHearing", "Step"]
