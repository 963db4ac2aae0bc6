"""Calls that the configuration names: written as in Solidity or as an ABI's JSON, told whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from skill.building import setting_of
from skill.chain.effects import Action, Decoder
from skill.chain.named import by_selector, of_abi, read, written
from skill.chain.nested import Action as Nested
from skill.config import load
from skill.dao.effects import Argument, NamedCall
from skill.dao.nouns import Address, Asset, UnknownCall
from skill.errors import ConfigError

PLACE, WHO, GOVERNOR = ("0x" + digit * 40 for digit in "789")


def told(signature: str, data: bytes) -> object:
    named = {PLACE: by_selector([written(signature)])}
    (effect,) = Decoder(GOVERNOR, None, Asset("ETH", 18), {}, {}, named=named).effects([Action(PLACE, 0, data)])
    return effect


@pytest.mark.parametrize(
    "text",
    [
        "setFee(uint256 basisPoints)",
        "function setFee(uint basisPoints) external",
        "setFee( uint256  basisPoints )",
    ],
)
def test_a_signature_is_read_as_it_is_written(text: str) -> None:
    """With or without the words around it."""
    signature = written(text)
    assert signature.function.signature == "setFee(uint256)" and signature.names == ("basisPoints",)
    effect = told(text, signature.function.encode(250))
    assert effect == NamedCall(Address(PLACE), "setFee", (Argument("basisPoints", "number", 250),))


def test_every_kind_of_argument() -> None:
    """Numbers below zero, texts, bytes, lists; text is cut, lists and bytes are counted."""
    text = "set(int256 a, address b, bool c, string d, bytes e, uint256[] f, bytes32)"
    data = written(text).function.encode(-5, WHO, True, "x" * 900, b"123", [1, 2], bytes(32))
    effect = told(text, data)
    assert isinstance(effect, NamedCall)
    assert [(one.kind, one.value) for one in effect.arguments] == [
        ("number", -5), ("account", WHO), ("yes_no", 1), ("words", "x" * 500), ("data", 3), ("list", 2), ("data", 32),
    ]  # fmt: skip


def test_more_than_the_call_is_unknown() -> None:
    """Bytes behind it, or missing."""
    data = written("setFee(uint256)").function.encode(250)
    for wrong in (data + b"\0", data[:-1], data[:4]):
        assert told("setFee(uint256)", wrong) == UnknownCall(Address(PLACE), 0)


@pytest.mark.parametrize("text", ["", "setFee", "setFee(", "setFee(fee)", "setFee(uint257)", "9(uint256)!", "a(b(c))"])
def test_what_is_no_signature_is_refused(text: str) -> None:
    """With what is meant."""
    with pytest.raises(ValueError, match=r"setFee|no type"):
        written(text)


def test_an_abi_file_is_read(tmp_path: Path) -> None:
    """A compiler's artifact too; what only reads is left out; tuples are arguments."""
    rows = {"type": "tuple[]", "name": "rows", "components": [{"type": "address", "name": "to"}]}
    fine = {"type": "function", "name": "set", "stateMutability": "nonpayable", "inputs": [rows]}
    view = {**fine, "name": "get", "stateMutability": "view"}
    path = tmp_path / "abi.json"
    path.write_text(json.dumps({"abi": [fine, view, {"type": "constructor", "inputs": []}]}))
    (one,) = read("abi.json", tmp_path)
    assert one.function.signature == "set((address)[])" and one.names == ("rows",)
    assert Nested is Action
    for content in ("{", "[3]", "{}", "[]]"):
        path.write_text(content)
        with pytest.raises(ValueError, match=r"JSON|ABI"):
            read("abi.json", tmp_path)
    with pytest.raises(ValueError, match="cannot be read"):
        read("none.json", tmp_path)
    with pytest.raises(ValueError, match="no ABI"):
        of_abi(3)


DAO = f"daos:\n- key: a\n  endpoint: http://x\n  chain_id: 1\n  governor: '{GOVERNOR}'\n"


def test_the_configuration_of_a_treasury(tmp_path: Path) -> None:
    """All of it reaches the chain room."""
    path = tmp_path / "config.yaml"
    path.write_text(
        f"{DAO}  treasury: ['{WHO}']\n  ens: '{PLACE}'\n  abis: {{'{PLACE}': ['setFee(uint256 points)']}}\n"
        f"  prices: {{currency: EUR, hours: 2, feeds: {{coin: '{WHO}', '{PLACE}': '{WHO}'}}}}\n"
    )
    setting = setting_of(load(path).chain_daos[0])
    assert (setting.treasury, setting.ens, setting.currency, setting.oldest) == ((WHO,), PLACE, "EUR", 7200)
    assert setting.feeds == {"coin": WHO, PLACE: WHO}
    assert [one.name for one in setting.calls[PLACE]] == ["setFee"]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("  treasury: 0x12\n", ["line 6", "treasury", "list of addresses"]),
        ("  ens: aye.eth\n", ["line 6", "ens", "forty"]),
        ("  prices: {feeds: {ETH: '0x12'}}\n", ["line 6", "prices.feeds", "forty"]),
        ("  prices: {currency: dollars}\n", ["line 6", "prices.currency"]),
        (f"  abis: {{'{PLACE}': ['setFee']}}\n", ["line 6", "abis", "setFee(uint256 basisPoints)"]),
    ],
)
def test_a_wrong_line_of_it_is_named(tmp_path: Path, line: str, names: list[str]) -> None:
    """As any other."""
    path = tmp_path / "config.yaml"
    path.write_text(DAO + line)
    with pytest.raises(ConfigError) as error:
        load(path)
    for name in names:
        assert name in error.value.message + error.value.mend


def test_an_abi_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    """Found when the DAO is connected to."""
    path = tmp_path / "config.yaml"
    path.write_text(f"{DAO}  abis: {{'{PLACE}': {tmp_path / 'none.json'}}}\n")
    with pytest.raises(ConfigError, match="`abis:` of a cannot be read"):
        setting_of(load(path).chain_daos[0])
