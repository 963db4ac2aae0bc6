"""`aye models`: what there is to hear with."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from skill.frontends import vosk_words
from skill.frontends.session import settings_of, working
from skill.hearing import download


def run(args: argparse.Namespace) -> int:
    """List, check or fetch. Exit code 1 where a model that is there is broken."""
    settings = settings_of(args)
    if args.action == "fetch":
        console = Console(stderr=True)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("Fetching", total=None)

            def heard(done: int, total: int | None) -> None:
                progress.update(task, completed=done, total=total)

            folder = download.fetch(args.name or download.DEFAULT, settings.models, heard)
        print(f"The model is in {folder}.")
        return 0
    found = download.check(settings.models) if args.action == "check" else download.listed(settings.models)
    with working("Looking which words the models have…"):
        words = {model.name: vosk_words.of(model, settings) for model in found}
    if args.json:
        for model in found:
            print(json.dumps({**asdict(model), **vosk_words.line(words[model.name])}, default=str, ensure_ascii=False))
    else:
        table = Table("name", "engine", "language", "size", "licence", "state", "where")
        for model in found:
            table.add_row(
                model.name, model.engine, model.language, model.size, model.licence, model.state, str(model.where)
            )
        Console().print(table)
        for model in found:
            for told in vosk_words.told(model, words[model.name]):
                print(told)
        print("A Vosk model brought by hand goes into a folder of its own under", settings.models)
    return 1 if any(model.state.startswith("broken") for model in found) else 0
