#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs the cells of a client and a server in a guest: network, middlebox, server, client. Leaves in $RESULTS, for each scenario: what the
programs said, captures, key log and outcome.json. Usage: guest.py CLIENT SERVER SCENARIO..."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import peers
import scenarios

BUILD = os.environ["BUILD"]
RESULTS = os.environ["RESULTS"]
# a copy: a build may go on meanwhile
USER = "/tmp/user"
ENV = dict(os.environ, PATH=f"{USER}:/usr/sbin:/usr/bin:/sbin:/bin", LD_LIBRARY_PATH=USER, HOME="/tmp", DENO_DIR="/tmp/deno",
           NO_COLOR="1")
NAMES_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
V4 = ("10.1.0", "10.2.0")
V6 = ("fd01:", "fd02:")


def sh(command):
    done = subprocess.run(command, shell=True, env=ENV, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stdout}{done.stderr}")
    return done.stdout


def set_up_network():
    """Namespaces client, box, server. The stations' neighbours are permanent: the middlebox answers no ARP."""
    for ns in ("client", "box", "server"):
        sh(f"ip netns add {ns}; ip -n {ns} link set lo up")
    for side, ns in enumerate(("client", "server"), 1):
        sh(f"ip link add eth0 netns {ns} address 02:00:00:00:0{side}:02 type veth peer name {ns} netns box address 02:00:00:00:0{side}:01")
        for where, dev in ((ns, "eth0"), ("box", ns)):
            for what in ("tx-udp-segmentation", "tso", "gso", "gro"):
                sh(f"ip netns exec {where} ethtool -K {dev} {what} off || true")
            sh(f"ip -n {where} link set {dev} up")
        sh(f"ip netns exec {ns} sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0")
        # the addresses that migration may use are there from the start
        for n in (2, 3, 4):
            sh(f"ip -n {ns} addr add {V4[side - 1]}.{n}/24 dev eth0; ip -n {ns} addr add {V6[side - 1]}:{n}/64 dev eth0 nodad")
        for gateway in (f"{V4[side - 1]}.1", f"{V6[side - 1]}:1"):
            sh(f"ip -n {ns} neigh add {gateway} lladdr 02:00:00:00:0{side}:01 dev eth0 nud permanent")
            sh(f"ip -n {ns} route add default via {gateway} dev eth0")


def remove_network():
    """What is left of a connection must not speak in the next cell."""
    for ns in ("client", "server"):
        sh(f"ip -n box link del {ns}")
    for ns in ("client", "box", "server"):
        sh(f"ip netns del {ns}")


def make_certificates():
    """A usual one, and one whose chain is longer than three datagrams."""
    sh("make-certs /tmp/certs server.test 10.2.0.2 fd02::2 >/tmp/certs.log 2>&1")
    shutil.copy("/tmp/certs/server.pem", "/tmp/certs/cert.pem")
    shutil.copy("/tmp/certs/server.key", "/tmp/certs/priv.key")
    shutil.copytree("/tmp/certs", "/tmp/long")
    names = "".join(f"dns_name = {i:03d}.{'long' * 12}.test\n" for i in range(60))
    with open("/tmp/long/template", "w", encoding="ascii") as f:
        f.write("cn = server.test\nserial = 77\nexpiration_days = 30\ntls_www_server\nsigning_key\ndns_name = server.test\n"
                "ip_address = 10.2.0.2\n" + names)
    sh("cd /tmp/long && certtool --generate-certificate --load-privkey server.key --load-ca-certificate ca.pem --load-ca-privkey ca.key "
       "--template template --outfile server.pem 2>certtool.log")
    shutil.copy("/tmp/long/server.pem", "/tmp/long/cert.pem")


def make_files(cell):
    """Random bytes, by name; the digests."""
    os.makedirs(cell.www)
    os.makedirs(cell.got)
    digests = {}
    for i, size in enumerate(cell.scenario.files):
        name = f"{NAMES_ALPHABET[i % 26]}{i}"
        data = os.urandom(size)
        with open(f"{cell.www}/{name}", "wb") as f:
            f.write(data)
        digests[name] = hashlib.sha256(data).hexdigest()
        cell.names.append(name)
    return digests


def wrong_files(cell, digests):
    wrong = []
    for name, digest in digests.items():
        try:
            with open(f"{cell.got}/{name}", "rb") as f:
                data = f.read()
        except OSError:
            wrong.append(f"{name} did not arrive")
            continue
        if hashlib.sha256(data).hexdigest() != digest:
            wrong.append(f"{name} differs, {len(data)} bytes")
    return wrong


class Process:
    """A program in a namespace, its output in a file."""

    def __init__(self, ns, command, log, keys=None):
        self.log = open(log, "ab")
        env = dict(ENV, SSLKEYLOGFILE=keys) if keys else ENV
        self.process = subprocess.Popen(["ip", "netns", "exec", ns, *command], env=env, stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=subprocess.STDOUT, start_new_session=True)

    def wait(self, limit_s):
        """Exit code; 124 when it took too long."""
        try:
            return self.process.wait(limit_s)
        except subprocess.TimeoutExpired:
            return 124

    def end(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            os.killpg(self.process.pid, how)
        if self.wait(5) == 124:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.wait(5)
        self.log.close()
        return self.process.returncode


def wait_until(limit_s, condition):
    end = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def port_bound():
    return subprocess.run("ip netns exec server ss -Hnlu 'sport = :443' | grep -q .", shell=True, check=False).returncode == 0


def log_has(path, text):
    with open(path, "rb") as f:
        return text in f.read()


def start_middlebox(cell, out):
    box = Process("box", ["middlebox", *cell.scenario.middlebox(), "--client-pcap", f"{out}/client.pcap", "--server-pcap",
                          f"{out}/server.pcap", "client", "server"], f"{out}/middlebox.log")
    if not wait_until(10, lambda: log_has(f"{out}/middlebox.log", b"forwarding")):
        raise RuntimeError("the middlebox does not start")
    return box


def counters(path):
    """Sum of both ways."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    result = {}
    for number, what in re.findall(r"(\d+) (forwarded|lost|corrupted|overflowed|stray)", text):
        result[what] = result.get(what, 0) + int(number)
    return {"lost": 0, "corrupted": 0, **result}


def start_rival(out):
    """TCP in the same direction as the files."""
    server = Process("client", ["iperf3", "-s", "-1", "-p", "5201"], f"{out}/iperf-server.log")
    time.sleep(0.3)
    client = Process("server", ["iperf3", "-c", "10.1.0.2", "-p", "5201", "-t", "60", "-J"], f"{out}/iperf-client.log")
    return server, client


def received_bytes():
    """Of all protocols, by the client."""
    text = sh("ip netns exec client cat /proc/net/netstat")
    lines = [line.split() for line in text.splitlines() if line.startswith("IpExt:")]
    table = dict(zip(lines[0][1:], lines[1][1:]))
    return int(table["InOctets"])


def run_clients(cell, client, out, keys):
    """Exit codes of the client's commands."""
    codes = []
    for command in client.client(cell):
        process = Process("client", command, f"{out}/client.log", keys)
        code = process.wait(cell.scenario.client_s)
        process.end()
        codes.append(code)
        if code:
            break
    return codes


def run_cell(client, server, scenario):
    out = f"{RESULTS}/{scenario.name}"
    folder = f"/tmp/cells/{scenario.name}"
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    os.makedirs(folder + "/keys")
    address = "fd02::2" if scenario.v6 else "10.2.0.2"
    cells = [peers.Cell(scenario, address, folder, other) for other in (server, client)]
    for cell in cells:
        cell.certs = "/tmp/long" if scenario.long_chain else "/tmp/certs"
    digests = make_files(cells[0])
    cells[1].names = cells[0].names
    set_up_network()
    outcome = {"files": dict(zip(digests, scenario.files)), "codes": [], "wrong": [], "rival_kbit": 0}
    running = [start_middlebox(cells[0], out)]
    rivals = []
    try:
        daemon = Process("server", server.server(cells[1]), f"{out}/server.log", f"{folder}/keys/server.log")
        running.append(daemon)
        if not wait_until(20, port_bound):
            outcome["wrong"].append("the server does not start")
            return
        if scenario.rival:
            rivals = start_rival(out)
        octets, start = received_bytes(), time.monotonic()
        outcome["codes"] = run_clients(cells[0], client, out, f"{folder}/keys/client.log")
        outcome["seconds"] = round(time.monotonic() - start, 2)
        # what was still under way, the closing of the connection above all
        time.sleep(0.1)
        if rivals:
            theirs = received_bytes() - octets - sum(scenario.files)
            outcome["rival_kbit"] = round(theirs * 8 / outcome["seconds"] / 1000)
        if scenario.name != "versions":
            wrong = wrong_files(cells[0], digests)
            outcome["wrong"] += wrong[:5] + ([f"and {len(wrong) - 5} more files"] if len(wrong) > 5 else [])
        if daemon.process.poll() is not None:
            outcome["wrong"].append(f"the server ended by itself, {daemon.process.returncode}")
    finally:
        for process in list(rivals) + running[::-1]:
            process.end()
        outcome["middlebox"] = counters(f"{out}/middlebox.log")
        with open(f"{out}/keys.log", "wb") as f:
            for name in sorted(os.listdir(folder + "/keys")):
                with open(f"{folder}/keys/{name}", "rb") as g:
                    f.write(g.read())
        with open(f"{out}/outcome.json", "w", encoding="utf-8") as f:
            json.dump(outcome, f, indent=1)
        shutil.rmtree(folder, ignore_errors=True)
        remove_network()


def module_users():
    with open("/proc/modules", encoding="ascii") as f:
        return [int(line.split()[2]) for line in f if line.startswith("quic ")][0]


def main():
    by_name = {c.name: c for c in peers.CLASSES}
    client, server = (by_name[name](BUILD) for name in sys.argv[1:3])
    wanted = [s for s in scenarios.SCENARIOS if s.name in sys.argv[3:]]
    os.makedirs("/tmp/cells")
    os.makedirs(USER)
    sh(f"cp -a {BUILD}/user/*.so* {BUILD}/user/quic-* {BUILD}/user/make-certs {BUILD}/user/middlebox {USER}/")
    make_certificates()
    for scenario in wanted:
        with open("/dev/kmsg", "w", encoding="ascii") as f:
            f.write(f"interop: begin {scenario.name}\n")
        try:
            run_cell(client, server, scenario)
        except (OSError, RuntimeError) as e:
            print(f"{scenario.name}: {e}")
        print(f"@@ {scenario.name}", flush=True)
    # a connection whose peer is gone lingers for ten seconds, and then closes for three PTO
    start = time.monotonic()
    if not wait_until(40, lambda: module_users() == 0):
        print(f"after 40 s {module_users()} connections are left")
        sys.exit(1)
    print(f"the last connection ended after {time.monotonic() - start:.1f} s")


main()
