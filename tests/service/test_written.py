"""What docs/service.md says: its commands work against a service, and its lists are whole."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

import pytest
from starlette.routing import Route, WebSocketRoute

from skill.config import ServiceConfig
from skill.demo import DemoDao
from skill.frontends.service.app import router
from tests.docs.test_documents import ROOT, blocks
from tests.service.running import serving

PAGE = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
COMMANDS = [block for block in blocks() if block.document == "service.md" and "curl" in block.text]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
def test_the_commands_of_the_page_work(demo: DemoDao) -> None:
    """Typed as they stand there, but for the socket's place."""
    assert len(COMMANDS) == 2
    with serving(demo) as service:
        put = service.folder / "bin" / "aye"
        put.parent.mkdir()
        put.write_text(f'#!/bin/sh\nexec {sys.executable} -m skill --config {service.config} "$@"\n')
        put.chmod(0o755)
        for block in COMMANDS:
            text = block.text.replace("/run/aye/aye.sock", str(service.socket)).replace("aye say", f"{put} say")
            text = text.replace("question.wav", f"{service.folder}/question.wav")
            text = text.replace("answer.wav", f"{service.folder}/answer.wav")
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", text], cwd=ROOT, capture_output=True, timeout=120)
            assert done.returncode == 0, done.stderr
            if done.stdout:
                assert json.loads(done.stdout)["intent"] == "list_proposals"
        assert (service.folder / "answer.wav").read_bytes().startswith(b"RIFF")


def test_the_page_names_every_path_and_every_limit() -> None:
    """A route or a key that is added is added there too; the defaults are those there are."""
    for route in router.routes:
        assert isinstance(route, Route | WebSocketRoute)
        path = re.sub(r"^/v1/conversations/\{name\}/(?=spoken|expired)", "…/", route.path)
        assert path in PAGE, path
    for name, field in ServiceConfig.model_fields.items():
        if name in ("socket", "group", "listen"):
            assert name in PAGE
        else:
            assert f"`{name}` ({field.default:g})" in PAGE, name
