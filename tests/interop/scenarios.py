# SPDX-License-Identifier: GPL-2.0-only
"""What is tried, and how it is judged: as the public interop runner does it, from the capture."""

from dataclasses import dataclass, field

import trace as wire

KIB = 1 << 10
MIB = 1 << 20
LINK = ["--delay", "15", "--bandwidth", "10000000", "--queue", "25"]
LINK_BITS = 10_000_000


@dataclass
class Scenario:
    """One row of the runner's list."""

    name: str
    letter: str
    what: str
    judge: object                       # judge(trace, outcome): list of complaints
    files: list = field(default_factory=lambda: [KIB])
    link: list = field(default_factory=list)
    connections: str = "one"            # one; each: one for each file; two: the first file, then the others
    client_s: int = 60                  # time limit
    v6: bool = False
    side: str = "client"                # whose capture is judged
    lossy: str = ""                     # see trace.read()
    long_chain: bool = False            # a certificate that does not fit into three datagrams
    rival: bool = False                 # a TCP connection competes
    measure: object = None              # measure(trace, outcome): a number for the table

    def middlebox(self):
        return LINK + self.link


def nothing(_trace, _outcome):
    return []


def one_connection(trace, _outcome):
    n = trace.connections()
    return [] if n == 1 else [f"{n} connections, want 1"]


def handshake(trace, outcome):
    wrong = one_connection(trace, outcome)
    if trace.count(False, "retry"):
        wrong.append("a Retry that nobody asked for")
    return wrong


def connection_each(trace, outcome):
    n, want = trace.connections(), len(outcome["files"])
    return [] if n >= want else [f"{n} connections, want {want}"]


def lost_some(trace, outcome):
    wrong = [] if outcome["middlebox"]["lost"] else ["the middlebox lost nothing"]
    return wrong + (connection_each(trace, outcome) if len(outcome["files"]) > 1 else [])


def corrupted_some(trace, outcome):
    wrong = [] if outcome["middlebox"]["corrupted"] else ["the middlebox corrupted nothing"]
    return wrong + (connection_each(trace, outcome) if len(outcome["files"]) > 1 else [])


def long_rtt(trace, outcome):
    wrong = one_connection(trace, outcome)
    first = [d.time for d in trace.of(False)][:1]
    if not first or first[0] < 1.4:
        wrong.append("the server answered sooner than the link allows")
    hellos = sum("initial" in d.packets for d in trace.of(True) if d.time < (first or [0])[0])
    if hellos < 2:
        wrong.append(f"{hellos} Initials before the first answer, want at least 2")
    return wrong


def chacha20(trace, _outcome):
    chosen = {c for d in trace.of(False) if 2 in d.messages for c in d.ciphers}
    return [] if chosen == {0x1303} else [f"the server chose {sorted(map(hex, chosen))}"]


def multiplexing(trace, outcome):
    wrong = one_connection(trace, outcome)
    limits = {n for d in trace.of(False) for n in d.max_streams}
    used = {s for d in trace.of(True) for s in d.streams if s % 4 == 0}
    if len(used) < len(outcome["files"]):
        wrong.append(f"{len(used)} streams for {len(outcome['files'])} files")
    if not limits or max(limits) > 1000:
        wrong.append(f"the server allows {sorted(limits)} streams from the start, want at most 1000")
    return wrong


def retry(trace, outcome):
    wrong = one_connection(trace, outcome)
    given = {t for d in trace.of(False) for t in d.retry_tokens}
    if trace.count(False, "retry") == 0:
        return wrong + ["no Retry"]
    if not given & {t for d in trace.of(True) for t in d.tokens}:
        wrong.append("the Retry's token did not come back")
    return wrong


def resumption(trace, outcome):
    wrong = two_connections(trace, outcome)
    certificates = sum(d.messages.count(wire.CERTIFICATE) for d in trace.of(False))
    if certificates != 1:
        wrong.append(f"{certificates} certificates, want 1: the second connection resumes the first")
    return wrong


def two_connections(trace, _outcome):
    n = trace.connections()
    return [] if n == 2 else [f"{n} connections, want 2"]


def zero_rtt(trace, outcome):
    wrong = two_connections(trace, outcome)
    early = [d for d in trace.of(True) if "0rtt" in d.packets]
    if not early:
        return wrong + ["no 0-RTT packet"]
    if not any(d.streams for d in early):
        wrong.append("no stream data in 0-RTT packets")
    certificates = sum(d.messages.count(wire.CERTIFICATE) for d in trace.of(False))
    if certificates != 1:
        wrong.append(f"{certificates} certificates, want 1")
    return wrong


def black_hole(trace, outcome):
    wrong = one_connection(trace, outcome)
    if not outcome["middlebox"]["lost"]:
        wrong.append("nothing was under way in the dark")
    if not any(d.time > 3.0 for d in trace.of(False)):
        wrong.append("it was over before the dark began")
    return wrong


def key_update(trace, outcome):
    wrong = one_connection(trace, outcome)
    for from_client, who in ((True, "client"), (False, "server")):
        ones = sum(d.phases.count(1) for d in trace.of(from_client))
        if not ones:
            wrong.append(f"the {who} sent nothing in key phase 1")
    if not any(1 in d.phases and d.streams for d in trace.of(False)):
        wrong.append("no data in key phase 1")
    return wrong


def ecn(trace, outcome):
    wrong = one_connection(trace, outcome)
    for from_client, who in ((True, "client"), (False, "server")):
        mine = trace.of(from_client)
        if not any(d.ecn in (1, 2, 3) for d in mine):
            wrong.append(f"the {who} marks nothing as ECT")
        if not any(wire.ACK_ECN in d.frames for d in mine):
            wrong.append(f"the {who} acknowledges without ECN counts")
    if not any(n for d in trace.of(True) for n in d.ce_counts):
        wrong.append("the client reports no CE")
    return wrong


def amplification(trace, outcome):
    wrong = one_connection(trace, outcome)
    received = sent = 0
    validated = False
    for d in trace.datagrams:
        if d.from_client:
            received += d.length
            validated = validated or "handshake" in d.packets
            continue
        if not validated and sent + d.length > 3 * received:
            return wrong + [f"the server sent {sent + d.length} bytes after {received}, before the client's address was validated"]
        sent += d.length
    if not outcome["middlebox"]["lost"]:
        wrong.append("the middlebox lost nothing")
    flight = sum(d.length for d in trace.of(False) if "initial" in d.packets or "handshake" in d.packets)
    if flight < 3 * 1300:
        wrong.append(f"the server's handshake had {flight} bytes: this was no test")
    return wrong


def ipv6(trace, outcome):
    return one_connection(trace, outcome) + ([] if all(d.v6 for d in trace.datagrams) else ["IPv4"])


def version_2(trace, outcome):
    """From version 1, without a round trip (RFC 9368 2.3)."""
    wrong = one_connection(trace, outcome)
    first = next((v for d in trace.of(True) for v in d.versions), None)
    if first != wire.V1:
        wrong.append(f"the client begins with version {first and hex(first)}")
    if trace.count(False, "versions"):
        wrong.append("Version Negotiation: that is the incompatible way")
    for from_client, who in ((True, "client"), (False, "server")):
        used = {v for d in trace.of(from_client) if "handshake" in d.packets for v in d.versions}
        if used != {wire.V2}:
            wrong.append(f"the {who}'s Handshake packets have version {sorted(map(hex, used))}")
    return wrong


def versions(trace, outcome):
    wrong = []
    answers = [d for d in trace.of(False) if "versions" in d.packets]
    if not answers:
        wrong.append("no Version Negotiation")
    elif not any(wire.V1 in d.offered for d in answers):
        wrong.append("it does not offer version 1")
    return wrong


def rebinding(trace, outcome):
    wrong = []
    paths = list(dict.fromkeys(d.client for d in trace.of(True)))
    if len(paths) < 2:
        return ["the client's address did not change"]
    for path in paths[1:]:
        there = [d for d in trace.datagrams if d.client == path]
        if sum(d.from_client for d in there) < 3:
            continue
        # of a client without connection IDs tshark cannot read what comes to the new address; but its answers it can
        readable = any(d.frames for d in there if not d.from_client)
        if readable and not any(wire.PATH_CHALLENGE in d.frames for d in there if not d.from_client):
            wrong.append(f"no PATH_CHALLENGE to {path}")
        elif not any(wire.PATH_RESPONSE in d.frames for d in there if d.from_client):
            wrong.append(f"no PATH_RESPONSE from {path}")
    return wrong


def migration(trace, outcome):
    wrong = []
    paths = list(dict.fromkeys(d.client for d in trace.of(True)))
    if len(paths) < 2:
        return ["the client's address did not change"]
    before = {c for d in trace.of(True) if d.client == paths[0] for c in d.dcids}
    there = [d for d in trace.datagrams if d.client == paths[1]]
    if not any(wire.PATH_CHALLENGE in d.frames for d in there if d.from_client):
        wrong.append("the client did not probe the new path")
    if not any(wire.PATH_RESPONSE in d.frames for d in there if not d.from_client):
        wrong.append("the server did not answer the probe")
    if before & {c for d in there if d.from_client for c in d.dcids}:
        wrong.append("the client used a connection ID on both paths")
    if not any(d.streams for d in there if not d.from_client):
        wrong.append("no data on the new path")
    return wrong


def preferred(trace, _outcome):
    """The client goes to the server's preferred address (RFC 9000 9.6)."""
    wrong = []
    mine = trace.of(True)
    there = [d for d in trace.datagrams if d.server != mine[0].server] if mine else []
    if not there:
        return ["the client stayed at the server's first address"]
    if not any(wire.PATH_CHALLENGE in d.frames for d in there if d.from_client):
        wrong.append("the client did not probe the preferred address")
    if not any(wire.PATH_RESPONSE in d.frames for d in there if not d.from_client):
        wrong.append("the server did not answer the probe")
    before = {c for d in mine if d.server == mine[0].server and "1rtt" in d.packets for c in d.dcids}
    if before & {c for d in there if d.from_client for c in d.dcids}:
        wrong.append("the client used a connection ID on both paths")
    if not any(d.streams for d in there if not d.from_client):
        wrong.append("no data from the preferred address")
    return wrong


def throughput_kbit(trace, outcome):
    """Payload of the files over the time from the first to the last packet."""
    data = [d.time for d in trace.of(False)]
    if len(data) < 2:
        return 0
    return round(sum(outcome["files"].values()) * 8 / (data[-1] - data[0]) / 1000)


def goodput(trace, outcome):
    kbit = throughput_kbit(trace, outcome)
    # less is a collapse; how much more it is the table tells
    return [] if kbit * 1000 > LINK_BITS / 10 else [f"{kbit} kbit/s on a link of {LINK_BITS // 1000}"]


def cross_traffic(trace, outcome):
    kbit = throughput_kbit(trace, outcome)
    wrong = [] if outcome["rival_kbit"] > 100 else [f"TCP was starved: {outcome['rival_kbit']} kbit/s"]
    return wrong + ([] if kbit > 500 else [f"{kbit} kbit/s beside TCP with {outcome['rival_kbit']}"])


SMALL = [KIB]
SCENARIOS = [
    Scenario("handshake", "H", "a handshake and a small file", handshake),
    Scenario("transfer", "DC", "three files at once", one_connection, files=[2 * MIB, MIB, MIB // 2]),
    Scenario("longrtt", "LR", "a handshake with a round trip of 1.5 s", long_rtt, link=["--delay", "750"]),
    Scenario("chacha20", "C20", "ChaCha20-Poly1305 only", chacha20, files=[MIB // 2]),
    Scenario("multiplexing", "M", "1000 files of 32 bytes", multiplexing, files=[32] * 1000),
    Scenario("retry", "S", "Retry", retry),
    Scenario("resumption", "R", "a connection that resumes another", resumption, files=[KIB] * 2, connections="two"),
    Scenario("zerortt", "Z", "0-RTT", zero_rtt, files=[32] * 12, connections="two"),
    Scenario("http3", "3", "HTTP/3, three files", one_connection, files=[MIB // 2, 100 * KIB, KIB]),
    Scenario("blackhole", "B", "nothing passes for two seconds", black_hole, files=[3 * MIB], link=["--dark", "1000-3000"]),
    Scenario("keyupdate", "U", "a key update by the client", key_update, files=[2 * MIB]),
    Scenario("ecn", "E", "ECN, some packets marked CE", ecn, files=[MIB // 2], link=["--ce", "s2c:20"]),
    Scenario("amplification", "A", "the anti-amplification limit, a long certificate chain, client packets lost", amplification,
             link=["--drop", "c2s:2-7"], side="server", long_chain=True),
    Scenario("handshakeloss", "L1", "handshakes with 30 % loss", lost_some, files=[KIB] * 6, connections="each",
             link=["--loss", "30"], client_s=240, lossy="lost"),
    Scenario("transferloss", "L2", "a file with 2 % loss", lost_some, files=[2 * MIB], link=["--loss", "2"]),
    Scenario("handshakecorruption", "C1", "handshakes with 30 % of the packets corrupted", corrupted_some, files=[KIB] * 6,
             connections="each", link=["--corrupt", "30"], client_s=240, lossy="damaged"),
    Scenario("transfercorruption", "C2", "a file with 2 % of the packets corrupted", corrupted_some, files=[2 * MIB],
             link=["--corrupt", "2"], lossy="damaged"),
    Scenario("ipv6", "6", "IPv6", ipv6, files=[MIB // 2], v6=True),
    Scenario("v2", "V2", "from version 1 to version 2", version_2),
    Scenario("versions", "V", "Version Negotiation", versions),
    Scenario("rebind-port", "BP", "a NAT gives the client other ports", rebinding, files=[4 * MIB], side="server",
             link=["--rebind", "port", "--rebind-at", "1000", "--rebind-again", "2500"]),
    Scenario("rebind-address", "BA", "a NAT gives the client other addresses", rebinding, files=[4 * MIB], side="server",
             link=["--rebind", "address", "--rebind-at", "1000", "--rebind-again", "2500"]),
    Scenario("migration", "CM", "the client migrates", migration, files=[3 * MIB]),
    Scenario("preferred", "PA", "the client goes to the server's preferred address", preferred, files=[2 * MIB]),
    Scenario("multiconnect", "MC", "ten connections one after the other", connection_each, files=[KIB] * 10, connections="each"),
    Scenario("goodput", "G", "goodput on a link of 10 Mbit/s", goodput, files=[6 * MIB], measure=throughput_kbit),
    Scenario("crosstraffic", "X", "goodput beside TCP", cross_traffic, files=[4 * MIB], rival=True, measure=throughput_kbit,
             client_s=90),
]
