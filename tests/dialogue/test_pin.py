"""The PIN's hash."""

from __future__ import annotations

import pytest

from skill.dialogue.pin import checker, make_hash
from skill.errors import ConfigError

HASH = make_hash("4711", bytes(range(16)))


def test_the_right_digits_and_no_others() -> None:
    """The hash is all that is kept, and it does not show the PIN."""
    check = checker(HASH)
    assert check("4711")
    assert not any(check(wrong) for wrong in ("4712", "471", "", "47110"))
    assert "4711" not in HASH


def test_the_salt_makes_two_hashes_of_one_pin() -> None:
    """So that equal PINs are not seen to be equal."""
    assert make_hash("4711", bytes(16)) != HASH


@pytest.mark.parametrize(
    "kept", ["", "4711", "scrypt$zz$zz", "scrypt$00$00", HASH + "$", HASH.replace("scrypt", "md5")]
)
def test_a_hash_that_is_none_is_refused_at_once(kept: str) -> None:
    """With the command that makes one; what was there is not shown."""
    with pytest.raises(ConfigError) as error:
        checker(kept)
    assert "aye setup --pin" in str(error.value) and (not kept or kept not in str(error.value))
