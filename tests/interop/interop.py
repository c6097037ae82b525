#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's QUIC against other implementations, both roles, judged as the public interop runner does.

usage: interop.py [options]

Boots a guest for each pair of client and server and runs the scenarios there; tshark judges the captures. Prints TAP and a table with
the clients in rows and the servers in columns; leaves results.json, table.md, and for each cell logs and captures in build/interop/.

  PEERS=a,b          peers to run against (default: all; the kernel itself is one: "kernel")
  SCENARIOS=a,b      by name or letter (default: all)
  JOBS=N             guests at a time (default: 2)
  KEEP=1             keep the captures of cells that passed
(in the environment, or as arguments)

  --list             scenarios, peers and what the peers cannot do
  --help

Exit: 0 when every cell that can be passed, 1 when one failed.
"""

import concurrent.futures
import json
import os
import re
import subprocess
import sys
import time

import peers
import scenarios
import trace as wire

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = f"{TOP}/build"
OUT = f"{BUILD}/interop"
PASSED, FAILED, FAULT, CANNOT = "passed", "failed", "fault", "cannot"


class Settings:
    """From the environment and the command line."""

    def __init__(self, arguments):
        values = dict(os.environ)
        for word in arguments:
            key, _, value = word.partition("=")
            if key not in ("PEERS", "SCENARIOS", "JOBS", "KEEP"):
                sys.exit(f"interop: what is '{word}'? Try --help.")
            values[key] = value
        self.peers = self.split(values.get("PEERS"), [c.name for c in peers.CLASSES])
        names = {s.letter.lower(): s.name for s in scenarios.SCENARIOS}
        known = [s.name for s in scenarios.SCENARIOS]
        wanted = [names.get(w.lower(), w) for w in self.split(values.get("SCENARIOS"), known, check=False)]
        for w in wanted:
            if w not in known:
                sys.exit(f"interop: no scenario '{w}'")
        self.scenarios = [s for s in scenarios.SCENARIOS if s.name in wanted]
        self.jobs = int(values.get("JOBS") or 2)
        self.keep = bool(values.get("KEEP"))

    @staticmethod
    def split(text, known, check=True):
        if not text:
            return known
        chosen = [w.strip() for w in text.split(",") if w.strip()]
        for w in chosen:
            if check and w not in known:
                sys.exit(f"interop: '{w}' is none of {', '.join(known)}")
        return chosen


def why_not(client, server, scenario):
    """Why a cell cannot be, or None."""
    if peers.protocol(client, server, scenario.name) is None:
        both = client if "h3" not in client.protocols else server
        return f"{both.name} has no HTTP/3 here" if scenario.name == "http3" else "no protocol in common"
    return client.refuses("client", scenario.name, server) or server.refuses("server", scenario.name, client)


def judge(folder, scenario, client):
    """(complaints, outcome, measurement)"""
    try:
        with open(f"{folder}/outcome.json", encoding="utf-8") as f:
            outcome = json.load(f)
    except OSError:
        return ["the guest did not get there"], {}, None
    wrong = list(outcome["wrong"])
    codes = outcome["codes"]
    # that client is content when it fails
    if scenario.name != "versions" and (not codes or any(codes)):
        wrong.append(f"the client's exit code is {codes[-1] if codes else 'none'}" + (" (time limit)" if 124 in codes else ""))
    # of two connections from the same port tshark decrypts the first
    lossy = "lost" if client.one_port and scenario.connections == "two" else scenario.lossy
    try:
        trace = wire.read(f"{folder}/{scenario.side}.pcap", f"{folder}/keys.log", lossy)
    except (OSError, RuntimeError, subprocess.TimeoutExpired) as e:
        return wrong + [str(e)], outcome, None
    bad = trace.bad()
    if bad:
        wrong.append(f"{len(bad)} datagrams are not in order: " + "; ".join(bad[:5]))
    wrong += scenario.judge(trace, outcome)
    return wrong, outcome, scenario.measure(trace, outcome) if scenario.measure else None


def verdict(client, server, scenario, wrong):
    """Failed, but for what is known to be the peer's fault."""
    if not wrong:
        return PASSED
    known = [p.faults.get((role, scenario.name)) for role, p in (("client", client), ("server", server))]
    known = [k for k in known if k]
    return FAULT if known and all(any(re.match(k, w) for k in known) for w in wrong) else FAILED


def splats(folder):
    """(scenario, line) of what the guest's kernel complained about."""
    found, now = [], "boot"
    try:
        with open(f"{folder}/kernel.log", encoding="utf-8", errors="replace") as f:
            for line in f:
                if "interop: begin " in line:
                    now = line.split()[-1]
                elif any(w in line for w in ("BUG:", "WARNING:", "Oops", "Kernel panic", "general protection")):
                    found.append((now, line.strip()))
    except OSError:
        pass
    return found


def run_pair(client, server, wanted, settings):
    """Boot a guest, run the scenarios, judge. Returns cells."""
    folder = f"{OUT}/{client.name}_{server.name}"
    os.makedirs(folder, exist_ok=True)
    limit = 120 + 150 * len(wanted)
    command = [f"{TOP}/tests/vm/uml-run", "-t", str(limit), "-m", "1280M", "-r", folder, f"{TOP}/tests/interop/guest.sh", client.name,
               server.name] + [s.name for s in wanted]
    with open(f"{folder}/guest.log", "w", encoding="utf-8") as log:
        code = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=TOP, check=False).returncode
    complaints = dict(splats(folder))
    cells = []
    for scenario in wanted:
        wrong, outcome, measured = judge(f"{folder}/{scenario.name}", scenario, client)
        if scenario.name in complaints:
            wrong.append(f"the kernel: {complaints[scenario.name]}")
        cells.append({"client": client.name, "server": server.name, "scenario": scenario.name, "letter": scenario.letter,
                      "result": verdict(client, server, scenario, wrong), "why": wrong, "seconds": outcome.get("seconds"), "measured": measured})
        if not wrong and not settings.keep:
            for side in ("client", "server"):
                if os.path.exists(f"{folder}/{scenario.name}/{side}.pcap"):
                    os.unlink(f"{folder}/{scenario.name}/{side}.pcap")
    if code and not any(c["result"] == FAILED for c in cells):
        cells[-1].update(result=FAILED, why=[f"the guest ended with code {code}, see {folder}/kernel.log"])
    return cells


def pairs(everyone):
    ours = everyone["kernel"] if "kernel" in everyone else peers.Ours(BUILD)
    result = [(ours, ours)] if "kernel" in everyone else []
    for peer in everyone.values():
        if peer.name != "kernel":
            result += [(ours, peer), (peer, ours)]
    return result


def plan(settings):
    """(what can be run, what cannot)"""
    everyone = {c.name: c(BUILD) for c in peers.CLASSES if c.name in settings.peers}
    todo, cannot = [], []
    for client, server in pairs(everyone):
        gone = client.missing() or server.missing()
        wanted = []
        for scenario in settings.scenarios:
            why = gone or why_not(client, server, scenario)
            if why:
                cannot.append({"client": client.name, "server": server.name, "scenario": scenario.name, "letter": scenario.letter,
                               "result": CANNOT, "why": [why], "seconds": None, "measured": None})
            else:
                wanted.append(scenario)
        if wanted:
            todo.append((client, server, wanted))
    return todo, cannot


def cell_text(cells):
    """As the public runner prints a cell: what passed; what failed; what cannot be."""
    parts = []
    for result, mark in ((PASSED, ""), (FAILED, "**FAIL:** "), (FAULT, "*peer's fault:* "), (CANNOT, "*cannot:* ")):
        words = []
        for c in cells:
            if c["result"] == result:
                words.append(c["letter"] + (f"={c['measured']} kbit/s" if c["measured"] and result == PASSED else ""))
        if words:
            parts.append(mark + " ".join(words))
    return "<br>".join(parts) or "-"


def table(cells):
    order = [c.name for c in peers.CLASSES]
    columns = sorted({c["server"] for c in cells}, key=order.index)
    rows = sorted({c["client"] for c in cells}, key=order.index)
    lines = ["| client \\ server | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for row in rows:
        texts = [cell_text([c for c in cells if c["client"] == row and c["server"] == column]) for column in columns]
        lines.append(f"| **{row}** | " + " | ".join(texts) + " |")
    return "\n".join(lines)


def versions():
    return {c.name: c(BUILD).version() for c in peers.CLASSES}


def report(cells, seconds):
    text = ["# Interoperation", "", f"Date: {time.strftime('%Y-%m-%d')}. " + ", ".join(f"{n}: {v}" for n, v in versions().items()) + ".", "",
            table(cells), ""]
    text += ["Letters: " + ", ".join(f"{s.letter} {s.what}" for s in scenarios.SCENARIOS) + ".", ""]
    for result, head in ((FAILED, "Failed"), (FAULT, "The peer's fault"), (CANNOT, "Cannot be")):
        lines = [f"* {c['client']} → {c['server']}, {c['letter']} ({c['scenario']}): " + "; ".join(c["why"])
                 for c in cells if c["result"] == result]
        if lines:
            text += [f"## {head}", "", *lines, ""]
    with open(f"{OUT}/table.md", "w", encoding="utf-8") as f:
        f.write("\n".join(text))
    with open(f"{OUT}/results.json", "w", encoding="utf-8") as f:
        json.dump({"versions": versions(), "seconds": round(seconds), "cells": cells}, f, indent=1)


def tap(number, cell):
    what = f"{cell['client']} -> {cell['server']}, {cell['letter']} {cell['scenario']}"
    if cell["result"] == CANNOT:
        print(f"ok {number} - {what} # SKIP {cell['why'][0]}")
        return
    took = f" ({cell['seconds']} s)" if cell["seconds"] else ""
    todo = " # TODO the peer's fault" if cell["result"] == FAULT else ""
    print(f"{'ok' if cell['result'] == PASSED else 'not ok'} {number} - {what}{took}{todo}")
    for why in cell["why"]:
        print(f"# {why}")


def show_list():
    for s in scenarios.SCENARIOS:
        print(f"{s.letter:4} {s.name:20} {s.what}")
    for c in peers.CLASSES:
        print(f"\n{c.name}: {c(BUILD).version()}")
        for (role, scenario), why in c.cannot.items():
            if why:
                print(f"    {role}, {scenario}: {why}")


def main():
    if "--help" in sys.argv:
        print(__doc__.strip())
        return 0
    if "--list" in sys.argv:
        show_list()
        return 0
    settings = Settings(sys.argv[1:])
    os.makedirs(OUT, exist_ok=True)
    start = time.monotonic()
    todo, cells = plan(settings)
    number = 0
    for cell in cells:
        number += 1
        tap(number, cell)
    with concurrent.futures.ThreadPoolExecutor(settings.jobs) as pool:
        waiting = [pool.submit(run_pair, client, server, wanted, settings) for client, server, wanted in todo]
        for done in concurrent.futures.as_completed(waiting):
            for cell in done.result():
                number += 1
                tap(number, cell)
                cells.append(cell)
            sys.stdout.flush()
    print(f"1..{number}")
    order = [s.name for s in scenarios.SCENARIOS]
    names = [c.name for c in peers.CLASSES]
    cells.sort(key=lambda c: (names.index(c["client"]), names.index(c["server"]), order.index(c["scenario"])))
    report(cells, time.monotonic() - start)
    print()
    print(table(cells).replace("<br>", " "))
    failed = sum(c["result"] == FAILED for c in cells)
    passed = sum(c["result"] == PASSED for c in cells)
    faults = sum(c["result"] == FAULT for c in cells)
    print(f"\n{passed} passed, {failed} failed, {faults} the peer's fault, {len(cells) - passed - failed - faults} cannot be; {time.monotonic() - start:.0f} s; "
          "build/interop/table.md")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
