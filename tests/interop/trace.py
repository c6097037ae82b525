# SPDX-License-Identifier: GPL-2.0-only
"""What was on the wire, according to tshark and the key logs."""

import subprocess
from dataclasses import dataclass, field

PORT = "443"
FIELDS = (
    "frame.number", "frame.time_relative", "frame.protocols", "ip.src", "ipv6.src", "udp.srcport", "udp.dstport", "udp.length",
    "ip.dsfield.ecn", "ipv6.tclass.ecn", "quic.header_form", "quic.long.packet_type", "quic.long.packet_type_v2", "quic.version",
    "quic.key_phase", "quic.frame_type", "quic.token", "quic.retry_token", "quic.stream.stream_id", "quic.scid", "quic.dcid",
    "quic.supported_version", "quic.ack.ecn_ce_count", "tls.handshake.type", "tls.handshake.ciphersuite",
    "tls.quic.parameter.initial_max_streams_bidi", "quic.decryption_failed", "_ws.malformed", "_ws.expert.severity", "quic.cc.error_code",
    "ip.dst", "ipv6.dst", "quic.fixed_bit",
)
V1 = 0x1
V2 = 0x6b3343cf
LONG_TYPES = ("initial", "0rtt", "handshake", "retry")
LONG_TYPES_V2 = ("retry", "initial", "0rtt", "handshake")
EXPERT_ERROR = 0x800000

PATH_CHALLENGE = 0x1a
PATH_RESPONSE = 0x1b
ACK_ECN = 0x03
CERTIFICATE = 11


@dataclass
class Datagram:
    """A UDP datagram with QUIC packets in it."""

    number: int
    time: float
    client: tuple               # the client's address and port
    server: str                 # the server's address
    from_client: bool
    length: int                 # of the UDP payload
    ecn: int
    packets: list               # their types, in order
    versions: list
    phases: list                # of the 1-RTT packets
    frames: set
    tokens: list
    retry_tokens: list
    streams: set
    scids: list
    dcids: list
    offered: list               # versions of a Version Negotiation
    ce_counts: list
    messages: list              # types of TLS messages
    ciphers: list
    max_streams: list
    close: list                 # error codes of CONNECTION_CLOSE
    bad: str                    # malformed, undecrypted or an error
    v6: bool


@dataclass
class Trace:
    """A capture."""

    datagrams: list = field(default_factory=list)

    def of(self, from_client):
        return [d for d in self.datagrams if d.from_client == from_client]

    def connections(self):
        """How many connections the client began: source connection IDs of its Initials, or the addresses where these are empty."""
        return len({(d.scids[0] if d.scids and d.scids[0] else d.client) for d in self.of(True)
                    if d.packets and d.packets[0] == "initial"})

    def count(self, from_client, packet):
        return sum(d.packets.count(packet) for d in self.of(from_client))

    def bad(self):
        return [f"datagram {d.number}: {d.bad}" for d in self.datagrams if d.bad]


def numbers(text, base=0):
    return [int(word, base) for word in text.split(",") if word]


def words(text):
    return [word for word in text.split(",") if word]


def packet_types(forms, types, types_v2, versions):
    """The packets of a datagram: header forms in order, and the types of the long ones."""
    result = []
    versions = list(versions)
    types, types_v2 = list(types), list(types_v2)
    for form in forms:
        if not form:
            result.append("1rtt")
            continue
        version = versions.pop(0) if versions else V1
        if version == 0:
            result.append("versions")
        elif types_v2 and (version == V2 or not types):
            result.append(LONG_TYPES_V2[types_v2.pop(0)])
        elif types:
            result.append(LONG_TYPES[types.pop(0)])
        else:
            result.append("unknown")
    return result


def why_bad(row, lossy):
    """lossy: "lost", datagrams with keys may lack; "damaged", nothing can be said."""
    if lossy == "damaged":
        return ""
    if "quic" not in row["frame.protocols"]:
        return "not QUIC"
    if row["_ws.malformed"]:
        return "malformed"
    if lossy == "lost":
        return ""
    if row["quic.decryption_failed"]:
        return "not decrypted"
    if EXPERT_ERROR in numbers(row["_ws.expert.severity"]):
        return "an error, says tshark"
    return ""


def datagram(row, lossy):
    src = row["ip.src"] or row["ipv6.src"]
    dst = row["ip.dst"] or row["ipv6.dst"]
    from_client = row["udp.dstport"] == PORT
    versions = numbers(row["quic.version"])
    forms = [int(f in ("1", "True")) for f in words(row["quic.header_form"])]
    return Datagram(
        number=int(row["frame.number"]),
        time=float(row["frame.time_relative"]),
        client=(src, row["udp.srcport"]) if from_client else (dst, row["udp.dstport"]),
        server=dst if from_client else src,
        from_client=from_client,
        length=int(row["udp.length"]) - 8,
        ecn=(numbers(row["ip.dsfield.ecn"]) + numbers(row["ipv6.tclass.ecn"]) + [0])[0],
        packets=packet_types(forms, numbers(row["quic.long.packet_type"]), numbers(row["quic.long.packet_type_v2"]), versions),
        versions=versions,
        phases=[int(p in ("1", "True")) for p in words(row["quic.key_phase"])],
        frames=set(numbers(row["quic.frame_type"])),
        tokens=words(row["quic.token"]),
        retry_tokens=words(row["quic.retry_token"]),
        streams=set(numbers(row["quic.stream.stream_id"])),
        scids=row["quic.scid"].split(","),
        dcids=row["quic.dcid"].split(","),
        offered=numbers(row["quic.supported_version"]),
        ce_counts=numbers(row["quic.ack.ecn_ce_count"]),
        messages=numbers(row["tls.handshake.type"]),
        ciphers=numbers(row["tls.handshake.ciphersuite"]),
        max_streams=numbers(row["tls.quic.parameter.initial_max_streams_bidi"]),
        close=numbers(row["quic.cc.error_code"]),
        bad=why_bad(row, lossy),
        v6=bool(row["ipv6.src"]),
    )


def read(pcap, keys, lossy):
    """lossy: "lost": the capture may lack what tshark needs to decrypt the rest; "damaged": what it has is not what was sent."""
    command = ["tshark", "-r", pcap, "-o", f"tls.keylog_file:{keys}", "-d", f"udp.port=={PORT},quic", "-Y", f"udp.port == {PORT}", "-T",
               "fields"]
    for name in FIELDS:
        command += ["-e", name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise RuntimeError("tshark: " + done.stderr.strip().splitlines()[-1])
    trace = Trace()
    for line in done.stdout.splitlines():
        row = dict(zip(FIELDS, line.split("\t")))
        trace.datagrams.append(datagram(row, lossy))
    return trace
