"""`aye setup`: from nothing to the first answer. Each step tells what it did and can be taken again alone."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

from skill import config
from skill.errors import AyeError, ConfigError
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
        if len(names) > 1 and answering.by_hand:
            _by_hand(setting, name, step)
        else:
            step(setting)
    if not args.step:
        _say(f'\nDone. The configuration is {setting.path}. Try: aye ask "which proposals are open"')
        for what, later in setting.left.items():
            _say(f"Before it can vote it needs {what}: `aye setup --step {later}`.")
        read = config.find(args.config, os.environ)
        if read is not None and read.resolve() != setting.path.resolve():
            _say(f"In this folder Aye reads {read} instead: go elsewhere, or give --config {setting.path}.")
    return 0


def _by_hand(setting: Setting, name: str, step: Callable[[Setting], None]) -> None:
    """A slip costs one step, not the way from the beginning. Raises what the person does not want to try again."""
    while True:
        try:
            step(setting)
            return
        except KeyboardInterrupt:
            _say(f"\nLeft. What is done is kept: `aye setup --step {name}` takes this step alone.")
            if name != "delegation":  # there it was said that control C goes on
                raise
            return
        except AyeError as error:
            _say(str(error))
            if not setting.answering.yes("", "Take this step again?", True):
                raise AyeError("The setup is not at its end.", "What is done is kept: `aye setup` goes on.") from None


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
