"""The names listened for: looked up beside the talk, never waited for."""

from __future__ import annotations

import threading

from skill.frontends.ears import NAMES_SECONDS, FreshNames
from skill.language.names import Names

OLD, NEW = Names(titles=("Old",)), Names(titles=("New",))


def test_old_names_are_looked_up_beside_the_talk() -> None:
    """Within a minute nobody looks; then the known ones serve until the newer have come, and one look is enough."""
    now, looks, slow = [0.0], [OLD, NEW], threading.Event()

    def look() -> Names:
        if len(looks) == 1:
            assert slow.wait(10)
        return looks.pop(0)

    names = FreshNames(look, lambda: now[0])
    now[0] = NAMES_SECONDS - 1
    assert names.now() is OLD and len(looks) == 1
    now[0] = NAMES_SECONDS + 1
    assert names.now() is OLD and names.now() is OLD
    slow.set()
    for thread in threading.enumerate():
        if thread.name == "aye-names":
            thread.join(10)
    assert names.now() is NEW and looks == []
