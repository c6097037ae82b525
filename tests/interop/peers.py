# SPDX-License-Identifier: GPL-2.0-only
"""The implementations: how each is started in the guest, and what it cannot do."""

import glob
import os
import re
import subprocess

PORT = 443
# What a scenario needs of an implementation, by the scenario's name; the rest needs nothing but files.
CHACHA20 = "TLS_CHACHA20_POLY1305_SHA256"


class Cell:
    """What a peer has to know of one run: a scenario and where things are in the guest."""

    def __init__(self, scenario, address, folder, peer):
        self.scenario = scenario
        self.address = address      # of the server; IPv6 without brackets
        self.folder = folder        # its own, in the guest
        self.www = folder + "/www"
        self.got = folder + "/got"
        self.certs = folder + "/certs"
        self.peer = peer            # the other implementation
        self.names = []

    @property
    def netloc(self):
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{PORT}"


class Peer:
    """One implementation. client() gives commands that run one after the other, server() one that runs until it is ended."""

    name = ""
    # protocols it speaks, the preferred one first
    protocols = ("hq",)
    # a client whose connections that resume come from the port of the first
    one_port = False
    # (role, scenario): why not
    cannot = {}
    # (role, scenario): a complaint of the judge's that is this implementation's fault, by regular expression
    faults = {}

    def __init__(self, build):
        self.build = build

    def version(self):
        raise NotImplementedError

    def missing(self):
        """Why it cannot be run at all, or None."""
        return None

    def refuses(self, role, scenario, other):
        """Why a cell cannot be, or None."""
        return self.cannot.get((role, scenario)) or self.cannot.get(("both", scenario))

    def client(self, cell):
        raise NotImplementedError

    def server(self, cell):
        raise NotImplementedError


def protocol(one, other, scenario):
    """What the two speak with each other: hq, h3 or None."""
    if scenario == "http3":
        return "h3" if "h3" in one.protocols and "h3" in other.protocols else None
    for p in one.protocols:
        if p in other.protocols:
            return p
    return None


def output(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        return done.stdout + done.stderr
    except OSError:
        return ""


def debian_version(package):
    return output("dpkg-query", "-W", "-f=${Version}", package) or "not installed"


class Ours(Peer):
    name = "kernel"
    protocols = ("hq", "h3")
    # options of the samples that a scenario needs, by role
    needs = {
        ("server", "retry"): "--retry",
        ("server", "v2"): "--version",
        ("client", "resumption"): "--session",
        ("client", "zerortt"): "--early-data",
        ("server", "zerortt"): "--early-data",
        ("server", "resumption"): "--early-data",
        ("client", "migration"): "--migrate",
        ("server", "preferred"): "--prefer",
    }

    def __init__(self, build):
        super().__init__(build)
        self.help = {}
        for role in ("client", "server"):
            self.help[role] = output(f"{build}/user/quic-{role}", "--help")

    def version(self):
        return output("git", "describe", "--always", "--dirty").strip()

    def missing(self):
        return None if self.help["client"] else "quic-client was not built"

    def refuses(self, role, scenario, other):
        need = self.needs.get((role, scenario))
        if need and need not in self.help[role]:
            return f"quic-{role} has no {need} yet"
        if role == "client" and scenario == "versions":
            return "quic-client offers versions that exist only"
        return super().refuses(role, scenario, other)

    def wants(self, role, scenario):
        return self.needs.get((role, scenario))

    def client(self, cell):
        speak = protocol(self, cell.peer, cell.scenario.name)
        base = ["quic-client", "--quiet", "--verbose", "--timeout", str(cell.scenario.client_s), "--ca",
                f"{cell.certs}/ca.pem", "--host", "server.test", f"--{speak}", "--out", cell.got]
        base += {
            "chacha20": ["--cipher", "chacha20poly1305"],
            "keyupdate": ["--update-keys", "300"],
            "migration": ["--migrate", "10.1.0.3:0", "--migrate-after", "500"],
            "resumption": ["--session", f"{cell.folder}/session"],
            "zerortt": ["--session", f"{cell.folder}/session", "--early-data"],
        }.get(cell.scenario.name, [])
        return [base + gets(names) + [cell.netloc] for names in groups(cell)]

    def server(self, cell):
        speak = protocol(self, cell.peer, cell.scenario.name)
        command = ["quic-server", "--listen", cell.netloc, "--cert", f"{cell.certs}/server.pem", "--key",
                   f"{cell.certs}/server.key", "--in", cell.www, "--verbose", f"--{speak}"]
        command += {
            "retry": ["--retry"],
            "v2": ["--version", "v2"],
            "preferred": ["--prefer", "10.2.0.3:443"],
        }.get(cell.scenario.name, [])
        if cell.scenario.name == "zerortt":
            command.append("--early-data")
        return command


def gets(names):
    return [word for name in names for word in ("--get", name)]


def groups(cell):
    """Files by connection: all on one, each on one of its own, or the first and then the others."""
    if cell.scenario.connections == "each":
        return [[name] for name in cell.names]
    if cell.scenario.connections == "two":
        return [cell.names[:1], cell.names[1:]]
    return [cell.names]


class Ngtcp2(Peer):
    name = "ngtcp2"
    protocols = ("h3",)
    cannot = {
        ("both", "v2"): "ngtcp2 0.12 has QUIC v2 with the number of a draft (0x709a50c4)",
    }
    ciphers = "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:"

    def version(self):
        return debian_version("ngtcp2-client")

    def missing(self):
        for path in ("/usr/bin/gtlsclient", "/usr/sbin/gtlsserver"):
            if not os.path.exists(path):
                return f"{path} is not there"
        return None

    def client(self, cell):
        base = ["gtlsclient", "-q", "--exit-on-all-streams-close", "--timeout", "30s", "--handshake-timeout", "30s", "--sni", "server.test",
                "--download", cell.got, "--no-quic-dump", "--no-http-dump"]
        base += {
            "chacha20": ["--ciphers", self.ciphers + "+CHACHA20-POLY1305"],
            "keyupdate": ["--key-update", "300ms"],
            "migration": ["--change-local-addr", "500ms"],
            "versions": ["--version", "0x1a2a3a4a"],
            "resumption": ["--session-file", f"{cell.folder}/session", "--tp-file", f"{cell.folder}/tp", "--disable-early-data"],
            "zerortt": ["--session-file", f"{cell.folder}/session", "--tp-file", f"{cell.folder}/tp"],
        }.get(cell.scenario.name, [])
        return [base + [cell.address, str(PORT)] + [f"https://server.test:{PORT}/{n}" for n in names] for names in groups(cell)]

    def server(self, cell):
        command = ["gtlsserver", "-q", "-d", cell.www, "--no-quic-dump", "--no-http-dump"]
        if cell.scenario.name == "retry":
            command.append("-V")
        if cell.scenario.name == "preferred":
            command.append("--preferred-ipv4-addr=10.2.0.3:443")
        return command + [cell.address, str(PORT), f"{cell.certs}/server.key", f"{cell.certs}/server.pem"]


class QuicGo(Peer):
    """quic-go's own programs for the public interop runner, which are in Debian's package as source. They want their files at /certs,
    /www and so on: they run in a small root of their own."""

    name = "quic-go"
    protocols = ("hq", "h3")
    cannot = {
        ("both", "v2"): "quic-go 0.29 has QUIC v2 with the number of a draft (0x709a50c4)",
        ("both", "ecn"): "quic-go 0.29 marks nothing",
        ("client", "migration"): "quic-go 0.29 cannot migrate",
        ("both", "preferred"): "quic-go 0.29 neither offers nor uses a preferred address",
        ("server", "migration"): "quic-go 0.29 goes on sending to the client's first address",
        ("server", "rebind-port"): "quic-go 0.29 goes on sending to the client's first address",
        ("server", "rebind-address"): "quic-go 0.29 goes on sending to the client's first address",
    }
    faults = {
        ("server", "amplification"): r"the server sent \d+ bytes after \d+, before",
    }
    cases = {"chacha20": "chacha20", "keyupdate": "keyupdate", "retry": "retry", "resumption": "resumption", "zerortt": "zerortt",
             "http3": "http3", "versions": "versionnegotiation"}

    def version(self):
        return debian_version("golang-github-lucas-clemente-quic-go-dev")

    def missing(self):
        if not os.path.exists(f"{self.build}/interop/quicgo-client"):
            return "it was not built: golang-github-lucas-clemente-quic-go-dev"
        return None

    def case(self, cell, role):
        """The runner's name of a test; its server knows fewer of them than its client."""
        if cell.scenario.connections == "each":
            return "multiconnect"
        if role == "server" and cell.scenario.name == "keyupdate":
            return "transfer"
        return self.cases.get(cell.scenario.name, "transfer")

    def jail(self, cell, role, links):
        """A command that enters a root with these folders and runs what follows."""
        return ["tests/interop/jail", f"{cell.folder}/{role}-root", f"{self.build}/interop/quicgo-{role}"] + links + ["--"]

    def client(self, cell):
        urls = [f"https://{cell.netloc}/{n}" for n in cell.names]
        return [["env", f"TESTCASE={self.case(cell, 'client')}"] + self.jail(cell, "client", [f"{cell.got}=/downloads"]) + urls]

    def server(self, cell):
        return ["env", f"TESTCASE={self.case(cell, 'server')}"] + self.jail(cell, "server", [f"{cell.www}=/www", f"{cell.certs}=/certs"])


class Deno(Peer):
    """Deno's QUIC is quinn; its programs are ours (deno/)."""

    name = "quinn"
    one_port = True
    protocols = ("hq",)
    cannot = {
        ("client", "chacha20"): "Deno has no way to choose the cipher",
        ("client", "keyupdate"): "Deno has no way to start a key update",
        ("server", "retry"): "Deno has no way to ask for a Retry",
        ("both", "v2"): "quinn has no QUIC v2",
        ("client", "migration"): "Deno has no way to migrate",
        ("server", "preferred"): "quinn goes on sending from its first address when it is spoken to at the preferred one (RFC 9000 9.6.2)",
        ("client", "preferred"): "quinn uses no preferred address",
        ("client", "versions"): "Deno has no way to choose the version",
    }

    def binary(self):
        """npm puts it into a package for the machine's architecture."""
        found = glob.glob(f"{self.build}/interop/npm/node_modules/@deno/*/deno")
        return found[0] if found else "deno"

    def version(self):
        text = output(self.binary(), "--version")
        found = re.search(r"deno (\S+)", text)
        return f"Deno {found.group(1)}" if found else "not installed"

    def missing(self):
        return None if self.binary() != "deno" else "it was not installed (npm)"

    def run(self, script, *arguments):
        return [self.binary(), "run", "--quiet", "--no-config", "--no-lock", "--cached-only", "--unstable-net", "-A",
                f"tests/interop/deno/{script}", *arguments]

    def client(self, cell):
        mode = {"each": "apart", "two": "again"}.get(cell.scenario.connections, "together")
        if cell.scenario.name == "zerortt":
            mode = "early"
        return [self.run("hq_client.mjs", mode, cell.address, str(PORT), f"{cell.certs}/ca.pem", cell.got, *cell.names)]

    def server(self, cell):
        early = {"zerortt": ["early"], "preferred": ["prefer", "10.2.0.3:443"]}.get(cell.scenario.name, [])
        return self.run("hq_server.mjs", cell.address, str(PORT), f"{cell.certs}/server.pem", f"{cell.certs}/server.key", cell.www, *early)


CLASSES = (Ours, Ngtcp2, QuicGo, Deno)
