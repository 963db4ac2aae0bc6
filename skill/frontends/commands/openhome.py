"""`aye openhome build`, `aye openhome check`: the ability's zips, and whether this speaker can run it."""

from __future__ import annotations

import argparse
import json
import platform
from dataclasses import asdict

from skill.frontends.openhome import check, zips
from skill.frontends.openhome.sockets import sockets_of


def run(args: argparse.Namespace) -> int:
    """Exit code 1 where a rule is broken or something is missing."""
    return _build(args) if args.action == "build" else _check(args)


def _build(args: argparse.Namespace) -> int:
    built = zips.build(args.out)
    findings = [finding for one in built for finding in one.findings]
    if args.json:
        made = [
            {"kind": one.kind, "path": str(one.path), "findings": [asdict(finding) for finding in one.findings]}
            for one in built
        ]
        print(json.dumps({"ok": not findings, "zips": made, "rules": len(zips.RULES) + len(zips.ZIP_RULES)}))
        return 1 if findings else 0
    for one in built:
        for finding in one.findings:
            print(f"{one.path.name}: {finding}")
        if not one.findings:
            print(f"{one.path}: holds to all {len(zips.RULES) + len(zips.ZIP_RULES)} rules")
    if not findings:
        print("Upload the first as a new ability (category local, name AyeDao), the second as a release of it.")
    return 1 if findings else 0


def _check(args: argparse.Namespace) -> int:
    findings = list(check.examine(check.this_machine(platform.machine()), sockets_of(args.config)))
    if args.json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        for one in findings:
            print(f"{'ok   ' if one.ok else 'wrong'} {one.what}: {one.says}{f'. {one.mend}' if one.mend else ''}")
    return 0 if all(finding.ok for finding in findings) else 1
