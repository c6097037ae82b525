#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""docs/rfc-coverage.md out of the citations "RFC 9000 19.8: ..." in code and tests.

  tests/gates/rfc_coverage.py [--write] [--texts FOLDER]

tests/rfc/requirements.txt has every MUST of the texts in words of our own: ID, a tab, the words and, for one that nothing cites, a tab
and the reason. A citation "RFC 9000 4.1" stands for all requirements of that section but those with a reason, "RFC 9000 4.1#2" for its
second one only. Fails when a requirement that code cites is cited by no test, when one that nothing cites has no reason, when one has a
reason and an exact citation in code, when an exact citation names no requirement, when the list lacks a requirement of the texts (if they
are there), or when the table is not up to date.
"""
import argparse
import re
import sys
from collections import defaultdict
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
LIST = TOP / "tests/rfc/requirements.txt"
TABLE = TOP / "docs/rfc-coverage.md"
CODE = ("quic", "libquic", "uapi", "offload")
TESTS = ("tests", "libquic/tests", "samples/tests")
SUFFIXES = {".c", ".h", ".sh", ".py"}
CITE = re.compile(r"RFC (9000|9001|9002|9221|9287|9368|9369) ((?:[0-9]+|[A-D])(?:\.[0-9]+)*(?:#[0-9]+)?"
                  r"(?:(?:, | and )(?!RFC)(?:[0-9]+(?:\.[0-9]+)+|[A-D]\.[0-9]+)(?:#[0-9]+)?)*)")
ONE = re.compile(r"(?:[0-9]+|[A-D])(?:\.[0-9]+)*(?:#[0-9]+)?")
C_NAME = re.compile(r"^[A-Za-z_].*?\b([a-z_][a-z0-9_]*)\(")
PY_NAME = re.compile(r"^\s*def ([a-z_]+)\(")
SH_NAME = re.compile(r"^([a-z_]+)\(\) ")
DATA_NAME = re.compile(r"^(?:static |const |extern )*(?:struct|enum|union)? ?[a-z_0-9 *]*?\b([a-z_0-9]+)(?:\[.*\])? = {|^#define ([A-Z_0-9]+)")


def files(folders, exclude=()):
    for folder in folders:
        for path in sorted((TOP / folder).rglob("*")):
            name = path.relative_to(TOP).as_posix()
            if path.suffix in SUFFIXES and not name.startswith(tuple(exclude)):
                yield name, path


def unwrap(lines, at):
    """The text from a line on, as if a comment were not wrapped."""
    text = lines[at]
    for line in lines[at + 1:at + 3]:
        if not re.match(r"^\s*(\*|#)\s", line):
            break
        text += " " + re.sub(r"^\s*(\*|#)\s+", "", line)
    return text


def owner(lines, at, suffix):
    """The function that a line is in, or that follows the comment that it is in."""
    pattern = {".py": PY_NAME, ".sh": SH_NAME}.get(suffix, C_NAME)
    inside = lines[at][:1] in ("\t", " ") and not lines[at].startswith(" *")
    order = range(at, -1, -1) if inside else range(at, len(lines))
    for i in order:
        match = pattern.match(lines[i]) or (suffix in (".c", ".h") and DATA_NAME.match(lines[i]))
        if match:
            return next(group for group in match.groups() if group)
        if not inside and lines[i].startswith("}"):
            break
    return ""


def citations(folders, exclude=()):
    """{"RFC 9000 4.1" or "RFC 9000 4.1#2": places}"""
    found = defaultdict(list)
    for name, path in files(folders, exclude):
        lines = path.read_text(errors="replace").splitlines()
        for at, line in enumerate(lines):
            if "RFC" not in line:
                continue
            for match in CITE.finditer(unwrap(lines, at)):
                if match.start() >= len(line):
                    continue
                for section in ONE.findall(match.group(2)):
                    where = owner(lines, at, path.suffix)
                    place = f"{name}: {where}" if where else name
                    places = found[f"RFC {match.group(1)} {section}"]
                    if place not in places:
                        places.append(place)
    return found


def load_list():
    rows = []
    for number, line in enumerate(LIST.read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        parts = line.split("\t")
        if len(parts) not in (2, 3) or not re.match(r"^RFC \d{4} [0-9A-D.]+#\d+$", parts[0]):
            raise SystemExit(f"{LIST.name}:{number}: ID, tab, words, and perhaps a tab and a reason")
        rows.append((parts[0], parts[1], parts[2] if len(parts) == 3 else ""))
    return rows


def places_of(ident, reason, cites):
    """An exact citation of the requirement, else those of its section, unless a reason says that they do not mean it."""
    return cites.get(ident) or ([] if reason else cites.get(ident.split("#")[0], []))


def render(rows, code, tests):
    lines = ["<!-- SPDX-License-Identifier: GPL-2.0-only -->", "<!-- made by tests/gates/rfc_coverage.py --write -->",
             "# Requirements of the RFCs, code and tests", "",
             "Each MUST and MUST NOT of the texts, in our words, by section; the number behind # counts them within it. Code and tests are"
             " what cites the section. Where nothing in the code does, the reason stands instead.", ""]
    current = None
    for ident, words, reason in rows:
        rfc = ident.split()[1]
        if rfc != current:
            current = rfc
            lines += [f"## RFC {rfc}", "", "| | requirement | code | tests |", "|---|---|---|---|"]
        by = places_of(ident, reason, code)
        shown = "; ".join(by) if by else f"*{reason}*"
        lines.append(f"| {ident.split()[2]} | {words} | {shown} | {'; '.join(places_of(ident, reason, tests))} |")
        if (ident, words, reason) == rows[-1] or rows[rows.index((ident, words, reason)) + 1][0].split()[1] != rfc:
            lines.append("")
    return "\n".join(lines)


def judge(rows, code, tests):
    bad = []
    for ident, _, reason in rows:
        by = places_of(ident, reason, code)
        if by and reason:
            bad.append(f"{ident}: {by[0]} cites it, and a reason says that nothing does")
        elif by and not places_of(ident, reason, tests):
            bad.append(f"{ident}: {by[0]} cites it, no test does")
        if not by and not reason:
            bad.append(f"{ident}: nothing cites it, and no reason is given")
    known = {row[0] for row in rows}
    return bad + [f"{ident}: no such requirement, {places[0]} cites it" for ident, places in (*code.items(), *tests.items())
                  if "#" in ident and ident not in known]


def missing_from_list(rows, folder):
    sys.path.insert(0, str(TOP / "tests/rfc"))
    import extract  # pylint: disable=import-outside-toplevel
    have = {row[0] for row in rows}
    return [f"{ident} is not in {LIST.name}" for ident, _ in extract.requirements(folder) if ident not in have]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the table")
    parser.add_argument("--texts", help="folder with the texts, to see that the list is complete")
    args = parser.parse_args()
    rows = load_list()
    code = citations(CODE, exclude=("libquic/tests",))
    tests = citations(TESTS, exclude=("tests/rfc", "tests/gates/rfc"))
    bad = judge(rows, code, tests)
    if args.texts:
        bad += missing_from_list(rows, Path(args.texts))
    table = render(rows, code, tests)
    if args.write:
        TABLE.write_text(table)
    elif not TABLE.exists() or TABLE.read_text() != table:
        bad.append(f"{TABLE.relative_to(TOP)} is not up to date: tests/gates/rfc_coverage.py --write")
    for line in bad:
        print(line)
    cited = sum(1 for ident, _, reason in rows if places_of(ident, reason, code))
    print(f"{len(rows)} requirements, {cited} with code and test, {len(rows) - cited} with a reason")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
