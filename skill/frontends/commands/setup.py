"""`aye setup`: from nothing to the first answer. Each step tells what it did and can be taken again alone."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

from skill import config
from skill.errors import ConfigError
from skill.frontends.cli import SETUP_STEPS
from skill.frontends.setup.answers import Terminal, read_answers
from skill.frontends.setup.chain_steps import delegation_step, gas_step, vote_step
from skill.frontends.setup.dao_step import dao_step
from skill.frontends.setup.key_step import key_step, pin_step
from skill.frontends.setup.setting import Setting, path_of
from skill.frontends.setup.trial_steps import answer_step, sound_step
from skill.frontends.setup.written import quoted

STEPS: Mapping[str, tuple[str, Callable[[Setting], None]]] = MappingProxyType(
    {
        "dao": ("The DAO", dao_step),
        "key": ("The speaker's own key", key_step),
        "delegation": ("The delegation", delegation_step),
        "gas": ("Money for fees", gas_step),
        "pin": ("Who may vote", pin_step),
        "sound": ("Speaker and microphone", sound_step),
        "vote": ("A vote, tried and not sent", vote_step),
        "answer": ("The first answer", answer_step),
    }
)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when the DAO answered, or the one step was taken."""
    answering = Terminal() if args.answers is None else read_answers(args.answers)
    setting = Setting(path_of(args.config), answering, _say, time.sleep, time.monotonic)
    _data(setting)
    names = (args.step,) if args.step else SETUP_STEPS
    for number, name in enumerate(names, 1):
        title, step = STEPS[name]
        _say(f"\n{number} of {len(names)}  {title}" if len(names) > 1 else title)
        step(setting)
    if not args.step:
        _say(f'\nDone. The configuration is {setting.path}. Try: aye ask "which proposals are open"')
        read = config.find(args.config, os.environ)
        if read is not None and read.resolve() != setting.path.resolve():
            _say(f"In this folder Aye reads {read} instead: go elsewhere, or give --config {setting.path}.")
    return 0


def _data(setting: Setting) -> None:
    """The data folder that the answers name comes first: key and journal go there."""
    data = getattr(setting.answering, "value", lambda _name: None)("data")
    if data is None:
        return
    if not data.is_absolute():
        raise ConfigError("`data` is a folder from the root on, such as /var/lib/aye.")
    if setting.settings.data_folder != data:
        setting.edit(
            lambda kept: (
                kept.insert(0, "data", quoted(data)) if "data" not in kept else kept.update({"data": quoted(data)})
            )
        )


def _say(text: str) -> None:
    print(text, flush=True)
