"""Models listed, checked and fetched, from a small server on this machine."""

from __future__ import annotations

import hashlib
import io
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from skill.errors import ModelError
from skill.hearing.download import CATALOG, DEFAULT, Known, check, fetch, listed

NAME = "vosk-model-tiny-en-test"
FILES = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/HCLr.fst", "graph/Gr.fst")
Serve = Callable[..., dict[str, Known]]


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


WHOLE = _zip({f"{NAME}/{name}": name.encode() * 1000 for name in FILES})


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves bytes as the model's zip; `cut` breaks off after so many, `sha256` is what the catalogue promises."""
    servers: list[ThreadingHTTPServer] = []

    def start(content: bytes, cut: int | None = None, sha256: str | None = None, status: int = 200) -> dict[str, Known]:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content[:cut])

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        digest = sha256 or hashlib.sha256(content).hexdigest()
        url = f"http://127.0.0.1:{server.server_port}/{NAME}.zip"
        return {NAME: Known(NAME, "en", "1 MB", "Apache-2.0", url, digest)}

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def _nothing_left(models: Path) -> bool:
    return not models.exists() or not list(models.iterdir())


def test_a_model_is_fetched_whole(serve: Serve, tmp_path: Path) -> None:
    """After one command the folder stands under its name, complete, with the progress shown on the way."""
    heard: list[tuple[int, int | None]] = []
    catalog = serve(WHOLE)
    folder = fetch(NAME, tmp_path / "models", lambda done, total: heard.append((done, total)), catalog)
    assert folder == tmp_path / "models" / NAME
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == set(FILES)
    assert (folder / "am/final.mdl").read_bytes() == b"am/final.mdl" * 1000
    assert [path.name for path in (tmp_path / "models").iterdir()] == [NAME]
    assert heard[0] == (0, len(WHOLE))
    assert heard[-1] == (len(WHOLE), len(WHOLE))


def test_a_broken_model_is_replaced(serve: Serve, tmp_path: Path) -> None:
    """Fetching mends what was damaged, and nothing of the old one stays."""
    (tmp_path / NAME / "am").mkdir(parents=True)
    (tmp_path / NAME / "am" / "old").write_text("old")
    fetch(NAME, tmp_path, catalog=serve(WHOLE))
    assert not (tmp_path / NAME / "am" / "old").exists()
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_download_that_breaks_off_leaves_nothing(serve: Serve, tmp_path: Path) -> None:
    """Half a download: one sentence, nothing half done."""
    with pytest.raises(ModelError, match="broke off"):
        fetch(NAME, tmp_path / "models", catalog=serve(WHOLE, cut=len(WHOLE) // 2))
    assert _nothing_left(tmp_path / "models")


def test_a_zip_of_another_hash_is_refused(serve: Serve, tmp_path: Path) -> None:
    """What is not byte for byte the model of the catalogue is never unpacked."""
    with pytest.raises(ModelError, match="SHA-256 is wrong") as caught:
        fetch(NAME, tmp_path / "models", catalog=serve(WHOLE, sha256="00" * 32))
    assert "unpack it into" in caught.value.mend
    assert _nothing_left(tmp_path / "models")


def test_without_network_the_sentence_says_how_to_bring_it_by_hand(tmp_path: Path) -> None:
    """No server: one sentence, the address and the folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/{NAME}.zip"
    with pytest.raises(ModelError, match=r"cannot be fetched from 127\.0\.0\.1") as caught:
        fetch(NAME, tmp_path / "models", catalog={NAME: Known(NAME, "en", "1 MB", "MIT", url, "00")})
    assert url in caught.value.mend
    assert str(tmp_path / "models") in caught.value.mend
    assert _nothing_left(tmp_path / "models")


def test_a_server_that_refuses_is_told(serve: Serve, tmp_path: Path) -> None:
    """Not found is told as that."""
    with pytest.raises(ModelError, match="404"):
        fetch(NAME, tmp_path / "models", catalog=serve(b"no", status=404))
    assert _nothing_left(tmp_path / "models")


@pytest.mark.parametrize(
    "content",
    [
        b"this is no zip",
        _zip({f"{NAME}/am/final.mdl": b"only this"}),
        _zip({f"{NAME}/{name}": b"x" for name in FILES} | {"../escaped": b"x"}),
        _zip({f"{NAME}/{name}": b"x" for name in FILES} | {f"{NAME}/../../escaped": b"x"}),
        _zip({f"{NAME}/{name}": b"x" for name in FILES} | {"/tmp/aye-escaped": b"x"}),
        _zip({f"{NAME}/{name}": b"x" for name in FILES} | {"elsewhere/file": b"x"}),
        WHOLE[:-30],
    ],
    ids=["no zip", "half a model", "escapes", "escapes deeper", "absolute", "another folder", "cut zip"],
)
def test_a_zip_that_is_not_a_model_puts_nothing_anywhere(serve: Serve, tmp_path: Path, content: bytes) -> None:
    """Even with the right hash: no file outside the model's own folder, no half model, one sentence."""
    with pytest.raises(ModelError, match="zip"):
        fetch(NAME, tmp_path / "models", catalog=serve(content))
    assert _nothing_left(tmp_path / "models")
    assert [path.name for path in tmp_path.iterdir()] == ["models"]
    assert not Path("/tmp/aye-escaped").exists()


def test_a_link_in_the_zip_is_refused(serve: Serve, tmp_path: Path) -> None:
    """A zip cannot make files that point elsewhere."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        link = zipfile.ZipInfo(f"{NAME}/am/final.mdl")
        link.external_attr = 0o120777 << 16
        packed.writestr(link, "/etc/passwd")
    with pytest.raises(ModelError, match="zip"):
        fetch(NAME, tmp_path / "models", catalog=serve(out.getvalue()))
    assert _nothing_left(tmp_path / "models")


def test_a_folder_that_cannot_be_written_is_told(serve: Serve, tmp_path: Path) -> None:
    """A file where the folder should be: one sentence."""
    (tmp_path / "models").write_text("a file")
    with pytest.raises(ModelError, match="cannot be written"):
        fetch(NAME, tmp_path / "models", catalog=serve(WHOLE))


def test_a_wrong_name_is_answered_with_the_right_one(tmp_path: Path) -> None:
    """A name half remembered is put right."""
    with pytest.raises(ModelError, match="no model 'vosk-small-en'") as caught:
        fetch("vosk-small-en", tmp_path)
    assert DEFAULT in caught.value.mend


def test_the_list_says_what_is_here_and_what_can_be(tmp_path: Path) -> None:
    """Whisper with its package, the English model to fetch, and one brought by hand, each with licence and place."""
    for name in FILES:
        (tmp_path / "ko" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "ko" / name).write_text("x")
    (tmp_path / "vosk-model-small-fr-0.22").mkdir()
    found = {model.name: model for model in listed(tmp_path)}
    assert found["whisper tiny.en"].state == "installed"
    assert (found[DEFAULT].state, found[DEFAULT].where) == ("not installed", tmp_path / DEFAULT)
    assert found[DEFAULT].sha256 == CATALOG[DEFAULT].sha256 != ""
    assert (found["ko"].state, found["ko"].language) == ("installed", "ko")
    assert found["vosk-model-small-fr-0.22"].state.startswith("broken: am/final.mdl")
    assert found["vosk-model-small-fr-0.22"].language == "fr"
    assert all(model.licence and model.size for model in found.values())


def test_the_check_finds_a_model_that_only_looks_whole(tmp_path: Path) -> None:
    """Files of rubbish have the right names: only loading them tells, and that does not end this process."""
    for name in FILES:
        (tmp_path / "ko" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "ko" / name).write_text("rubbish")
    found = {model.name: model.state for model in check(tmp_path)}
    assert found == {
        "whisper tiny.en": "installed",
        DEFAULT: "not installed",
        "ko": "broken: it cannot be loaded",
    }
