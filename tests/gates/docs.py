#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What the documents name is there, and what has to be documented is.

Identifiers and files named in the documents; targets of make; sysctls; options, events and flags of quic(7); options of the tools.
"""
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
CODE = (".c", ".h", ".py", ".sh", ".yaml", ".map", ".txt", ".patch")
problems = []


def complain(where, what):
    problems.append(f"{where}: {what}")


def tracked():
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP, check=True, capture_output=True, text=True)
    return [line for line in out.stdout.splitlines() if (TOP / line).is_file()]


def is_document(path):
    return path in ("README.md", "CONTRIBUTING.md") or re.fullmatch(r"docs/[^/]*\.md|docs/man/.*|.*/man/.*|tools/.*\.8", path) \
        and path != "docs/rfc-coverage.md"


def words_of(paths):
    """Every word of the code; programs have no ending."""
    words = set()
    for path in paths:
        if is_document(path) or "/corpus/" in path or path.startswith(("docs/", "tests/mutations/")):
            continue
        words.update(re.findall(r"\w+", (TOP / path).read_text(errors="replace")))
    return words


def check_identifiers(path, words):
    """`like_this`, `like_this()` and like_this(); a pattern ends in "_" or "*"."""
    for number, line in enumerate((TOP / path).read_text().splitlines(), 1):
        named = re.findall(r"`([a-z]\w*_\w*)(?:\(\))?`", line) + re.findall(r"\b([a-z]\w*_\w*)\(\)", line)
        for name in sorted(set(named)):
            if name not in words and not name.endswith("_"):
                complain(f"{path}:{number}", f"{name} is nowhere in the tree")


def check_files(path, paths):
    """name.c, folder/name.sh: the end of some file's path."""
    for number, line in enumerate((TOP / path).read_text().splitlines(), 1):
        for name in re.findall(r"(?<![\w/.*<{-])((?:[a-z0-9_-]+/)*[a-z0-9_-]+\.(?:c|h|sh|py))\b", line):
            if not any(("/" + p).endswith("/" + name) for p in paths):
                complain(f"{path}:{number}", f"there is no {name}")


def check_targets(path):
    targets = set(re.findall(r"^([a-z][\w-]*):", (TOP / "Makefile").read_text(), re.M))
    for number, line in enumerate((TOP / path).read_text().splitlines(), 1):
        for name in re.findall(r"(?:^ +|`)make ([a-z][\w-]*)", line):
            if name not in targets:
                complain(f"{path}:{number}", f"make has no target {name}")


def compare(what, have, want):
    """Both ways."""
    for name in sorted(set(want) - set(have)):
        complain(what, f"{name} is not documented")
    for name in sorted(set(have) - set(want)):
        complain(what, f"{name} is documented, but not there")


def check_sysctls():
    code = re.findall(r'\.procname\s*=\s*"(\w+)"', (TOP / "quic/sysctl.c").read_text())
    compare("docs/sysctl.md", re.findall(r"^\| `(\w+)` \|", (TOP / "docs/sysctl.md").read_text(), re.M), code)


def check_abi():
    uapi = (TOP / "uapi/linux/quic.h").read_text()
    page = (TOP / "docs/man/quic.7").read_text()
    options = re.findall(r"^\tQUIC_SOCKOPT_(\w+)\s*= (\d+),", uapi, re.M)
    compare("docs/man/quic.7", re.findall(r'^\.BR QUIC_SOCKOPT_(\w+) " \((\d+)', page, re.M), options)
    events = [e for e in re.findall(r"^\tQUIC_EVENT_(\w+)\s*= (\d+),", uapi, re.M) if e[0] not in ("NONE", "MAX")]
    section = page[page.index(".SH EVENTS"):page.index(".SH ERRORS")]
    compare("docs/man/quic.7", re.findall(r"\b([A-Z_]+) \((\d+)\)", section), events)
    for flag in re.findall(r"^#define (MSG_QUIC_\w+)", uapi, re.M):
        if flag not in page:
            complain("docs/man/quic.7", f"{flag} is not documented")


def check_tools():
    """Long options by the program's own text, which its tests look at, and its man page."""
    for source, page in (("tools/quicss/main.c", "tools/quicss/quicss.8"),
                         ("tools/quic-qlog/quic-qlog", "tools/quic-qlog/quic-qlog.8"),
                         ("tools/quicoffloadctl/main.c", "tools/quicoffloadctl/quicoffloadctl.8")):
        # argparse has it by itself
        code = {"--help", *re.findall(r'[" ,](--[a-z][a-z-]+)', (TOP / source).read_text())}
        text = (TOP / page).read_text().replace("\\-", "-")
        compare(page, set(re.findall(r"--[a-z][a-z-]+", text)), code)


def main():
    paths = tracked()
    words = words_of(paths)
    for patch in sorted((TOP / "integration").glob("*.patch")):
        paths += re.findall(r"^ create mode \d+ (\S+)", patch.read_text(), re.M)
    documents = [p for p in paths if is_document(p)]
    for path in documents:
        check_identifiers(path, words)
        check_files(path, paths)
        if path.endswith(".md"):
            check_targets(path)
    check_sysctls()
    check_abi()
    check_tools()
    print("\n".join(problems) or f"{len(documents)} documents")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
