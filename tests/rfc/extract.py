#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""List the requirements (sentences with MUST) of RFC texts in their Markdown source, one a line: ID, a tab, the sentence.

  tests/rfc/extract.py FOLDER

FOLDER holds rfcNNNN.md or rfcNNNN-draft.md. The ID is "RFC 9000 4.1#2": the second such sentence of section 4.1. The sentences
are for the eye: requirements.txt, which the coverage table is made of, says each in words of its own.
"""
import re
import sys
from pathlib import Path

RFCS = ("9000", "9001", "9002", "9221", "9287", "9368", "9369")
HEADING = re.compile(r"^(#+) +(.*?)(?: *\{.*\})? *$")
BOUNDARY = re.compile(r"(?<=[.:;])\s+(?=[A-Z*>\[(\"])")
KEYWORDS = "The key words"


def text_of(folder, rfc):
    for name in (f"rfc{rfc}.md", f"rfc{rfc}-draft.md"):
        if (folder / name).exists():
            return (folder / name).read_text()
    raise SystemExit(f"no rfc{rfc}.md in {folder}")


class Numbers:
    """Section numbers from the depth of headings; letters after `--- back`."""

    def __init__(self):
        self.count, self.back = [], False

    def enter(self, depth):
        self.count = self.count[:depth] + [0] * (depth - len(self.count))
        self.count[-1] += 1

    def start_appendices(self):
        self.count, self.back = [], True

    def __str__(self):
        if not self.count:
            return "0"
        first = chr(ord("A") + self.count[0] - 1) if self.back else str(self.count[0])
        return ".".join([first] + [str(n) for n in self.count[1:]])


def paragraphs(text):
    """(section, paragraph), code blocks left out."""
    numbers, lines, fenced, started = Numbers(), [], False, False
    for line in text.splitlines() + [""]:
        if line.startswith("--- "):
            started = started or line.startswith("--- middle")
            if line.startswith("--- back"):
                numbers.start_appendices()
            continue
        if not started:
            continue
        if re.match(r"^(~~~|```)", line):
            fenced = not fenced
            continue
        heading = not fenced and HEADING.match(line)
        item = not fenced and re.match(r"^\s*(\*|-|:|\d+\.)\s", line)
        if lines and (heading or item or not line.strip()):
            yield str(numbers), " ".join(part.strip() for part in lines)
            lines = []
        if heading:
            numbers.enter(len(heading.group(1)))
        elif line.strip() and not fenced:
            lines.append(line)


def requirements(folder):
    """(ID, sentence), in the order of the texts."""
    for rfc in RFCS:
        seen = {}
        for section, paragraph in paragraphs(text_of(folder, rfc)):
            for sentence in BOUNDARY.split(paragraph):
                if "MUST" not in sentence or sentence.startswith(KEYWORDS) or '"MUST"' in sentence:
                    continue
                seen[section] = seen.get(section, 0) + 1
                yield f"RFC {rfc} {section}#{seen[section]}", sentence


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    for ident, sentence in requirements(Path(sys.argv[1])):
        print(f"{ident}\t{sentence}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
