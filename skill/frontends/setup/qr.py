"""One transaction for a member's own wallet: as an EIP-681 link, as a QR code, as text.

https://eips.ethereum.org/EIPS/eip-681: `ethereum:<contract>@<chain>/<function>?<type>=<value>`; no value, no gas price.
"""

from __future__ import annotations

import io

import segno

NOBODY = "0x" + "0" * 40
"""Delegating to it takes the votes back and gives them to no one."""


def delegation_link(token: str, chain_id: int, to: str) -> str:
    """The call `delegate(to)` of a votes token."""
    return f"ethereum:{token}@{chain_id}/delegate?address={to}"


def qr_code(link: str) -> str:
    """Lines of half blocks, with the quiet zone that a camera needs."""
    out = io.StringIO()
    segno.make(link, error="m", micro=False).terminal(out, border=2, compact=True)
    return out.getvalue().rstrip("\n")
