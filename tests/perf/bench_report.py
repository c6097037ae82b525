#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The table of `make bench` out of the lines that the guest wrote. Medians; bits per instruction; see bench.sh."""
import argparse
import json
import statistics
import sys
from collections import defaultdict

ROWS = ["tcp", "tcp_seg", "ktls", "ktls_seg", "quic_sw", "quic_sw_seg", "quic_hw", "quic_hw_noengine"]
BARS = {1500: 0.50, 9000: 0.75}  # quic_sw / ktls at 64 KiB writes
STALL_SHARE = 0.5  # a run below this share of the median of its kind stalled


def load(path):
    with open(path) as lines:
        return [json.loads(line) for line in lines]


def measured(run):
    """(bits per instruction, busy instructions per byte, idle share), or None for a run that failed."""
    res = run["result"]
    if run["code"] or not res or not res["bytes"] or not res["ns"]:
        return None
    idle = max(res["idle_ns"], 0)
    return res["bytes"] * 8 / res["ns"], (res["ns"] - idle) / res["bytes"], idle / res["ns"]


def without_engine(run):
    """The same run with the time that the modelled engines spent sealing and opening taken out."""
    res = dict(run["result"], ns=run["result"]["ns"] - run["result"]["engine_ns"])
    return dict(run, row="quic_hw_noengine", result=res)


def tabulate(runs):
    cells, failed = defaultdict(list), []
    for run in runs:
        values = measured(run)
        if not values or (run["row"] == "quic_hw" and not run["sealed_pkts"]):
            failed.append(run)
            continue
        cells[run["row"], run["mtu"], run["size"]].append(values)
        if run["row"] == "quic_hw":
            cells["quic_hw_noengine", run["mtu"], run["size"]].append(measured(without_engine(run)))
    return {key: tuple(statistics.median(column) for column in zip(*values)) for key, values in cells.items()}, failed


def nested(table, index):
    tree = {}
    for (row, mtu, size), values in sorted(table.items()):
        tree.setdefault(row, {}).setdefault(f"mtu{mtu}", {})[str(size)] = round(values[index], 4)
    return tree


def print_table(table):
    columns = sorted({(mtu, size) for _, mtu, size in table})
    print("bits per instruction (instructions per byte), both ends together; veth, quic_hw: two netdevsim ports; AES-128-GCM")
    print("".join([f"{'':18}"] + [f"{f'{mtu}/{size}':>16}" for mtu, size in columns]))
    for row in ROWS:
        if not any(key[0] == row for key in table):
            continue
        line = f"{row:18}"
        for column in columns:
            cell = table.get((row, *column))
            line += f"{f'{cell[0]:.3f} ({cell[1]:.2f})':>16}" if cell else f"{'-':>16}"
        print(line)
    for mtu, bar in BARS.items():
        ratio = share(table, mtu)
        if ratio:
            print(f"quic_sw / ktls, 64 KiB, MTU {mtu}: {ratio:.2f} (bar {bar:.2f})")


def share(table, mtu):
    quic, ktls = table.get(("quic_sw", mtu, 65536)), table.get(("ktls", mtu, 65536))
    return quic[0] / ktls[0] if quic and ktls else None


def stalled(runs):
    """Runs of the stall test far below the median, or that failed."""
    values = [measured(run) for run in runs]
    good = [v[0] for v in values if v]
    floor = STALL_SHARE * statistics.median(good) if good else 0
    return [i for i, v in enumerate(values) if not v or v[0] < floor]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", required=True, help="lines of JSON from the guest")
    parser.add_argument("--json", required=True, help="where the result goes")
    parser.add_argument("--expect", type=int, required=True, help="number of lines that there have to be")
    parser.add_argument("--check", action="store_true", help="exit 1 when a bar is missed")
    args = parser.parse_args()

    runs = [run for run in load(args.runs) if run["kind"] != "warm-up"]
    stall_runs = [run for run in runs if run["kind"] == "stall"]
    table, failed = tabulate([run for run in runs if run["kind"] == "table"])
    print_table(table)
    bad = []
    if stall_runs:
        stops = stalled(stall_runs)
        print(f"{len(stops)} of {len(stall_runs)} short runs stalled")
        if stops:
            bad.append("stalled runs")
    if failed or len(runs) != args.expect:
        print(f"{len(failed)} transfers failed, {len(runs)} of {args.expect} ran")
        bad.append("failed transfers")
    for mtu, bar in BARS.items():
        ratio = share(table, mtu)
        if ratio and ratio < bar:
            bad.append(f"MTU {mtu}")
    result = nested(table, 0)
    result["instructions_per_byte"] = nested(table, 1)
    result["idle_share"] = nested(table, 2)
    result["stalled_runs"] = {"stalled": len(stalled(stall_runs)), "runs": len(stall_runs)}
    with open(args.json, "w") as out:
        json.dump(result, out, indent=1)
        out.write("\n")
    if bad and args.check:
        print("below the bar: " + ", ".join(bad))
        return 1
    return 1 if not table else 0


if __name__ == "__main__":
    sys.exit(main())
