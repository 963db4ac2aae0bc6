"""The real chain and DAO in a box: what `aye demo` opens on, and the tests' fixture."""

from __future__ import annotations

from skill.demo.anvil import Anvil, anvil
from skill.demo.deploy import DemoDao, demo_dao

__all__ = ["Anvil", "DemoDao", "anvil", "demo_dao"]
