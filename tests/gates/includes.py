#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Includes go one way only: drivers -> offload/core <- quic/ -> quic/core -> env.h. A .c includes its own header first."""
import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+([<"])([^>"]+)[>"]', re.M)

# who may include what of ours; the folder that is named longest wins
MAY = {
    "quic/core": {"quic/core"},
    "quic": {"quic", "quic/core", "offload/core", "uapi"},
    "offload/core": {"offload/core", "uapi"},
    "offload/drivers": {"offload/core", "uapi"},        # and its own folder
}
# uapi headers that a layer must not know
MUST_NOT = {"offload/core": {"linux/quic.h"}, "offload/drivers": {"linux/quic.h"}}
ENV = {"env.h", "env_user.h"}
GENERATED = re.compile(r"(^|[-_])gen\.[ch]$")


def layer(path):
    best = ""
    for name in [*MAY, "uapi"]:
        if path.startswith(name + "/") and len(name) > len(best):
            best = name
    return best


def resolve(source, quoted, name):
    """Path of an included file below the top folder, or None when it is not ours."""
    places = ([source.parent] if quoted else []) + [TOP, TOP / "uapi"]
    for place in places:
        path = (place / name).resolve()
        if path.is_file() and path.is_relative_to(TOP):
            return str(path.relative_to(TOP))
    return None


def driver(path):
    """offload/drivers/NAME"""
    return "/".join(path.split("/")[:3])


def complaints(source):
    here = str(source.relative_to(TOP))
    mine = layer(here)
    includes = [(m.group(1) == '"', m.group(2)) for m in INCLUDE.finditer(source.read_text())]
    own = source.with_suffix(".h")
    if source.suffix == ".c" and own.exists() and not GENERATED.search(source.name):
        first = resolve(source, *includes[0]) if includes else None
        if first != str(own.relative_to(TOP)):
            yield f"{here}: does not include {own.name} first"
    for quoted, name in includes:
        target = resolve(source, quoted, name)
        if mine == "quic/core" and source.name not in ENV:
            if not target or layer(target) != "quic/core":
                yield f"{here}: core includes {name}, which is not of quic/core"
            elif target.endswith("/env_user.h"):
                yield f"{here}: core includes env_user.h; only env.h may"
            continue
        if mine == "quic/core" and source.name == "env_user.h" and name.startswith("linux/"):
            yield f"{here}: user-space environment includes {name}"
        if name in MUST_NOT.get(mine, ()):
            yield f"{here}: {mine} includes {name}"
        if not target:
            if quoted:
                yield f"{here}: {name} is not there"
            continue
        theirs = layer(target)
        if theirs == "offload/drivers" and mine == theirs and driver(here) == driver(target):
            continue
        if theirs not in MAY[mine]:
            yield f"{here}: {mine} includes {target}"


def main():
    sources = [p for folder in ("quic", "offload") for p in sorted((TOP / folder).rglob("*.[ch]"))]
    if not sources:
        print("no kernel code yet")
        return 77
    bad = [c for source in sources for c in complaints(source)]
    print("\n".join(bad) if bad else f"{len(sources)} files")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
