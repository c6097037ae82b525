#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Table of tests/perf/profile.sh: counts of blocks, by the function that they are in."""
import argparse
import bisect
import collections
import json
import pathlib

UNIT = 1440     # bytes: about a packet's


class Symbols:
    def __init__(self, path):
        found = []
        for line in path.read_text().splitlines():
            addr, kind, *name = line.split()
            if kind in "tTwW":
                found.append((int(addr, 16), " ".join(name)))
        found.sort()
        self.addrs = [a for a, _ in found]
        self.names = [n for _, n in found]

    def find(self, addr):
        """Name of the function, and whether @addr is its first instruction."""
        i = bisect.bisect_right(self.addrs, addr) - 1
        return (self.names[i], self.addrs[i] == addr) if i >= 0 else ("?", False)


def count(path, symbols):
    insns, calls = collections.Counter(), collections.Counter()
    for line in path.read_text().splitlines():
        addr, n, times = line.split()
        name, first = symbols.find(int(addr, 16)) if addr != "0" else ("user space", False)
        insns[name] += int(n) * int(times)
        calls[name] += int(times) if first else 0
    return insns, calls


def report(row, result, insns, calls, top):
    size, total = result["bytes"], sum(insns.values())
    print(f"{row}: {size} bytes, {total / size:.2f} instructions per byte")
    parts = collections.Counter()
    for name, n in insns.items():
        parts[name.split()[1] if " [" in name else "kernel"] += n
    for name, n in parts.most_common(10):
        print(f"  {n / size:8.3f}  {name}")
    print(f"  {'/byte':>8} {f'/{UNIT}':>8} {'calls':>7}  function")
    for name, n in insns.most_common(top):
        print(f"  {n / size:8.4f} {n / size * UNIT:8.1f} {calls[name] / size * UNIT:7.3f}  {name}")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--dir", type=pathlib.Path, required=True)
    p.add_argument("--top", type=int, default=60)
    p.add_argument("rows", nargs="+")
    args = p.parse_args()
    symbols = Symbols(args.dir / "kallsyms")
    runs = [json.loads(line) for line in (args.dir / "runs.jsonl").read_text().splitlines()]
    for i, run in enumerate(runs):
        if run["kind"] == "table" and run["row"] in args.rows:
            report(run["row"], run["result"], *count(args.dir / f"hist.{i}", symbols), args.top)


if __name__ == "__main__":
    main()
