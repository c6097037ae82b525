#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Writes the seed corpora of the fuzzers: tests/fuzz/seeds.py [DIRECTORY], by default corpus/ beside this file.

Each x_fuzz.c says at its top what its input is made of. Same script, same files.
"""
import sys
from pathlib import Path

V1, V2 = 0x00000001, 0x6B3343CF
TOKEN = bytes(range(0xA0, 0xB0))
VARINT_MAX = (1 << 62) - 1


def varint(value, size=None):
    """RFC 9000 16; @size: more bytes than needed."""
    size = size or next(n for n in (1, 2, 4, 8) if value < 1 << (8 * n - 2))
    return (value | (size.bit_length() - 1) << (8 * size - 2)).to_bytes(size, "big")


def varints(*values):
    return b"".join(varint(v) for v in values)


def blob(data):
    return varint(len(data)) + data


# --- frames, RFC 9000 19

def ack(largest, delay, first, *pairs, ecn=None):
    body = varints(3 if ecn else 2, largest, delay, len(pairs), first)
    return body + b"".join(varints(*pair) for pair in pairs) + (varints(*ecn) if ecn else b"")


def stream(sid, data, offset=None, length=True, fin=False):
    kind = 0x08 | (4 if offset is not None else 0) | (2 if length else 0) | (1 if fin else 0)
    return varints(kind, sid) + (varint(offset) if offset is not None else b"") + (blob(data) if length else data)


def crypto(offset, data):
    return varints(6, offset) + blob(data)


def new_cid(seq, retire, cid):
    return varints(0x18, seq, retire) + bytes([len(cid)]) + cid + TOKEN


def close(code, text, app=False):
    return varints(0x1D, code) + blob(text) if app else varints(0x1C, code, 0x08) + blob(text)


PING, PADDING, DONE = b"\x01", bytes(40), b"\x1e"
CHALLENGE, RESPONSE = b"\x1a12345678", b"\x1b87654321"

FRAMES = {
    "padding": PADDING,
    "ping": PING,
    "ack": ack(0x1234, 0x400, 3, (9, 1), (2, 3), (0, 0)),
    "ack_ecn": ack(31, 5, 3, (0, 2), ecn=(7, 0xFFF, 0x10000)),
    "ack_below_zero": ack(10, 0, 2, (7, 0)),
    "reset_stream": varints(4, 8, 0x123, 0x12345),
    "stop_sending": varints(5, 8, 0x123),
    "crypto": crypto(0x100, b"hello"),
    "crypto_end": crypto(VARINT_MAX - 1, b"h"),
    "new_token": b"\x07" + blob(b"token"),
    "stream": b"".join(stream(4, b"hello", off, True, fin) for off in (None, 0xAAA) for fin in (0, 1)),
    "stream_to_end": PING + stream(4, b"hello", 5, False, True),
    "stream_end": stream(4, b"h", VARINT_MAX - 1),
    "max": varints(0x10, 1 << 40, 0x11, 8, 1 << 20, 0x12, 100, 0x13, 1 << 60),
    "blocked": varints(0x14, 1 << 20, 0x15, 8, 4711, 0x16, 3, 0x17, 3),
    "new_cid": new_cid(5, 3, b"12345678") + new_cid(6, 6, bytes(20)),
    "retire_cid": varints(0x19, 4),
    "path": CHALLENGE + RESPONSE,
    "close": close(10, b"bye"),
    "close_app": close(4711, b"", True),
    "done": DONE,
    "datagram": b"\x31" + blob(b"data") + b"\x30data",
    "overlong_type": varint(1, 2) + varint(1, 8),
    "overlong_fields": b"\x11" + varint(8, 8) + varint(4, 4),
    "unknown": b"\x1f\x40\x40",
}


def frame_seeds():
    for name, frame in FRAMES.items():
        yield name, frame
    yield "all", b"".join(FRAMES[n] for n in FRAMES if n not in ("unknown", "overlong_type", "stream_to_end",
                                                                           "ack_below_zero", "datagram"))


# --- headers, RFC 9000 17

def long_header(version, kind, dcid, scid, rest, token=None):
    bits = {"initial": 0, "0rtt": 1, "handshake": 2, "retry": 3}[kind]
    bits = bits if version != V2 else (bits + 1) % 4
    head = bytes([0xC3 | bits << 4]) + version.to_bytes(4, "big") + bytes([len(dcid)]) + dcid + bytes([len(scid)]) + scid
    if kind == "retry":
        return head + rest
    return head + (blob(token or b"") if kind == "initial" else b"") + blob(rest)


def header_seeds():
    a, b, body = b"12345678", b"abcdefgh", bytes(range(1, 41))
    start = b"\x08" + bytes.fromhex("437b9aec36")
    short = b"\x43" + a + body
    for name, version in (("v1", V1), ("v2", V2)):
        packets = {kind: long_header(version, kind, a, b, body) for kind in ("initial", "0rtt", "handshake")}
        yield f"coalesced_{name}", start + b"".join(packets.values()) + short
        yield f"token_{name}", start + long_header(version, "initial", a, b, body, b"a token" * 10)
        yield f"retry_{name}", start + long_header(version, "retry", b"", b, b"token" + TOKEN)
        yield f"long_ids_{name}", start + long_header(version, "handshake", bytes(20), bytes(21), body)
    yield "short", start + short
    yield "short_no_id", b"\x00" + start[1:] + short
    yield "short_sample", start + short[:29]
    yield "version_negotiation", start + long_header(0, "retry", a, b, b"\x00\x00\x00\x01\x6b\x33\x43\xcf")
    yield "other_version", start + long_header(0x1A2A3A4A, "initial", bytes(255), bytes(200), body)
    yield "length_lies", start + long_header(V1, "handshake", a, b, body)[:-1]
    yield "length_long", start + long_header(V1, "handshake", a, b, b"")[:-1] + varint(40, 8) + body


# --- transport parameters, RFC 9000 18

def param(key, value):
    return varint(key) + blob(value if isinstance(value, bytes) else varint(value))


CLIENT_PARAMS = {
    "idle": param(1, 30000), "payload": param(3, 1200), "data": param(4, 1 << 20), "bidi_local": param(5, 65536),
    "bidi_remote": param(6, 65536), "uni": param(7, 65536), "streams_bidi": param(8, 100), "streams_uni": param(9, 1 << 60),
    "exponent": param(0x0A, 20), "ack_delay": param(0x0B, (1 << 14) - 1), "no_migration": param(0x0C, b""),
    "cid_limit": param(0x0E, 2), "scid": param(0x0F, b"12345678"), "datagram": param(0x20, 65535),
    "versions": param(0x11, b"\x00\x00\x00\x01\x6b\x33\x43\xcf\x00\x00\x00\x01"), "grease_bit": param(0x2AB2, b""),
    "unknown": param(31 * 7 + 27, b"whatever"), "no_encryption": param(0xBAAD, b""),
}
SERVER_PARAMS = {
    "odcid": param(0, b"abcdefgh"), "reset_token": param(2, TOKEN), "retry_scid": param(0x10, bytes(20)),
    "preferred": param(0x0D, bytes(24) + b"\x08abcdefgh" + TOKEN),
}
BAD_PARAMS = {
    "payload": param(3, 1199), "exponent": param(0x0A, 21), "ack_delay": param(0x0B, 1 << 14), "cid_limit": param(0x0E, 1),
    "streams": param(8, (1 << 60) + 1), "twice": param(1, 5) * 2, "trailing": param(1, b"\x05\x05"),
    "scid": param(0x0F, bytes(21)), "truncated": param(1, 30000)[:-1], "version_zero": param(0x11, bytes(8)),
}


def tparam_seeds():
    for name, value in CLIENT_PARAMS.items():
        yield f"client_{name}", b"\x00" + value
    for name, value in SERVER_PARAMS.items():
        yield f"server_{name}", b"\x01" + value
    for name, value in BAD_PARAMS.items():
        yield f"bad_{name}", b"\x00" + value
    yield "client_all", b"\x00" + b"".join(CLIENT_PARAMS.values())
    yield "server_all", b"\x01" + b"".join([*SERVER_PARAMS.values(), *CLIENT_PARAMS.values()])


# --- interval sets

def ranges_seeds():
    add_nomem, del_nomem, add, delete, drop = 0, 1, 2, 3, 0xF0
    comb = b"".join(bytes([add, 4 * i, 1]) for i in range(40))
    for base in range(4):
        yield f"comb_{base}", bytes([base]) + comb + bytes([delete, 10, 60, drop, 3, 0, add, 0, 180])
    yield "downwards", b"\x00" + b"".join(bytes([add, 180 - 5 * i, 2]) for i in range(30))
    yield "split", b"\x01" + bytes([add, 0, 190]) + b"".join(bytes([delete, 3 * i, 0]) for i in range(30))
    yield "no_memory", b"\x02" + comb[:6] + bytes([add_nomem, 100, 3, del_nomem, 0, 0, del_nomem, 0, 90, drop, 9, 9])


# --- a connection

SERVER, HANDSHAKE, V2_BIT, NARROW, NO_CIDS, QUIET = 1, 2, 4, 8, 16, 32


def packet(payload, gap=0, phase=False, ce=False, kind="short"):
    op = {"short": 0, "initial": 0x40, "handshake": 0x48}[kind] | gap | (8 if phase else 0) | (0x10 if ce else 0)
    if len(payload) < 256:
        return bytes([op, len(payload)]) + payload
    return bytes([op | 0x20]) + len(payload).to_bytes(2, "big") + payload


def pause(steps):
    return bytes([0x80 | steps])


def write(length, uni=False, fin=False, sid=None, hold=False):
    """@length: in units of 64 bytes."""
    op = 0xA0 | (2 if uni else 0) | (4 if fin else 0) | (0x10 if hold else 0)
    return bytes([op, length]) if sid is None else bytes([op | 1, length, sid])


def act(what, arg=0, hold=False):
    return bytes([0xC0 | what | (0x10 if hold else 0), arg])


def send(eighths):
    """That much of the next burst gets out, the rest is given back."""
    return bytes([0xE0 | eighths])


READ, RESET, STOP, UPDATE, CLOSE, STATELESS, ACKED, EXTRA = range(8)
# arguments of EXTRA
DGRAM, NAGLE, RETIRE_THEIRS, USE_THEIRS, RETIRE_OURS = 0x40, 0x82, 0xC0, 0xD0, 0xE0


def acked(count, but_last=0):
    """The peer has that many of our packets, and not the last ones."""
    return act(ACKED, (count - 1) << 4 | but_last)


def no_memory(after):
    return bytes([0xE8 | after])


MEMORY = b"\xe7"


def conn_seeds():
    for server in (0, SERVER):
        role = "server" if server else "client"
        first = 0 if server else 1      # streams that the peer opens
        mine = 1 if server else 0       # and that we open
        for name, frame in FRAMES.items():
            yield f"{role}_{name}", bytes([server]) + packet(frame) + pause(2)
        data = bytes(range(200))
        yield f"{role}_transfer", bytes([server]) + write(200, fin=True) + acked(6) + packet(
            stream(first, data, 0)) + packet(stream(first, data, 200, True, True), gap=1) + act(READ, 255) + acked(16) + pause(5)
        yield f"{role}_gaps", bytes([server | NARROW]) + b"".join(
            packet(stream(first, data[:50], off), gap=1, ce=True) for off in (200, 0, 100, 50, 150)) + act(READ, 255)
        yield f"{role}_window", bytes([server | NARROW]) + write(255) + write(255, uni=True) + packet(
            varints(0x10, 1 << 30, 0x11, mine, 1 << 20)) + acked(2, 4) + pause(3) + acked(2)
        yield f"{role}_loss", bytes([server]) + write(255) + write(255) + acked(2) + pause(4) + acked(2, 4) + pause(20) + acked(16)
        yield f"{role}_reset", bytes([server]) + write(40) + act(RESET, mine) + acked(7) + packet(
            stream(first, data)) + act(STOP, first) + packet(varints(4, first, 7, 200)) + act(READ, 1)
        yield f"{role}_stop", bytes([server]) + write(40) + packet(varints(5, mine, 9)) + acked(4)
        yield f"{role}_uni", bytes([server]) + packet(stream(first | 2, data, 0, True, True)) + act(READ, 255) + write(
            9, uni=True, fin=True) + acked(7)
        yield f"{role}_ids", bytes([server]) + packet(new_cid(1, 0, b"11111111")) + packet(
            new_cid(2, 2, b"2222")) + acked(7) + packet(varints(0x19, 1)) + pause(3)
        yield f"{role}_datagrams", bytes([server]) + act(EXTRA, DGRAM | 0x3F, hold=True) * 3 + act(EXTRA, DGRAM | 9) + packet(
            b"\x31" + blob(data) + b"\x30" + data) + act(EXTRA, DGRAM, hold=True) + send(0) + acked(5, 1) + pause(3)
        yield f"{role}_datagram_too_large", bytes([server | NARROW]) + act(EXTRA, DGRAM | 0x3F) + packet(b"\x31" + blob(bytes(39)))
        yield f"{role}_ids_by_choice", bytes([server]) + b"".join(
            packet(new_cid(n, 0, bytes([n] * 8))) for n in (1, 2, 3)) + act(EXTRA, USE_THEIRS | 2) + act(
            EXTRA, RETIRE_THEIRS | 3) + packet(new_cid(1, 0, b"1" * 8)) + acked(9) + act(EXTRA, RETIRE_OURS | 2) + packet(
            varints(0x19, 0, 0x19, 1)) + acked(5) + pause(3)
        yield f"{role}_tails", bytes([server]) + act(EXTRA, NAGLE) + b"".join(write(1) for _ in range(5)) + acked(2) + act(
            EXTRA, NAGLE | 1) + write(1) + pause(20) + acked(4)
        yield f"{role}_update", bytes([server]) + acked(3) + act(UPDATE) + write(5) + packet(
            PING, phase=True) + acked(7) + packet(PING) + pause(31) + packet(PING, phase=True)
        yield f"{role}_close", bytes([server]) + act(CLOSE, 7) + packet(PING) * 4 + packet(close(0, b"")) + pause(31)
        yield f"{role}_stateless_reset", bytes([server]) + write(9) + act(STATELESS, 1) + act(STATELESS, 0x77) + packet(PING)
        yield f"{role}_handshake", bytes([server | HANDSHAKE | V2_BIT]) + packet(
            crypto(0, data) + ack(0, 0, 0), kind="initial") + packet(crypto(100, data), kind="handshake") + pause(
            8) + packet(crypto(0, data[:100]) + ack(1, 0, 1), kind="handshake") + pause(30)
        yield f"{role}_quiet", bytes([server | HANDSHAKE | QUIET]) + pause(6) + packet(
            ack(0, 0, 0), kind="initial") + pause(10) + packet(PING, kind="handshake") + pause(20) + pause(31)
        yield f"{role}_grants", bytes([server | NARROW]) + b"".join(
            packet(stream(first, data, off)) + act(READ, 255) + pause(1) for off in range(0, 1400, 200)) + acked(4) + pause(9) + pause(12)
        yield f"{role}_turnover", bytes([server | NARROW]) + b"".join(
            packet(stream(first + 4 * i, b"q", 0, True, True)) + write(0, fin=True, sid=first + 4 * i) + act(READ, 9) +
            acked(16) for i in range(4)) + pause(9)
        yield f"{role}_black_hole", bytes([server]) + write(255) + write(255) + pause(6) + pause(9) + pause(14) + pause(
            20) + acked(1) + acked(1) + write(90) + pause(3)
        yield f"{role}_given_back", bytes([server]) + packet(CHALLENGE + PING) + write(255, hold=True) + write(
            9, hold=True) + act(STOP, first, hold=True) + send(3) + send(0) + act(CLOSE, 1, hold=True) + send(0)
        yield f"{role}_stop_given_back", bytes([server]) + packet(stream(first, data)) + write(1, sid=first) + act(
            STOP, first, hold=True) + act(RESET, first, hold=True) + send(0) + acked(5) + pause(4)
        yield f"{role}_handshake_given_back", bytes([server | HANDSHAKE]) + act(CLOSE, 2, hold=True) + send(0) + send(5)
        yield f"{role}_blocked", bytes([server | NARROW]) + b"".join(write(40, uni=n & 1) for n in range(8)) + acked(6) + packet(varints(0x10, 1 << 14, 0x12, 3, 0x13, 9, 0x11, mine, 1 << 14)) + write(2) + pause(4)
        yield f"{role}_round_trips", bytes([server]) + b"".join(
            write(2, hold=True) + pause(0) + pause(1 + n % 2) + acked(1, n % 2) for n in range(12))
        yield f"{role}_handshake_wrong", bytes([server | HANDSHAKE]) + packet(stream(0, data), kind="handshake")
        yield f"{role}_no_memory", bytes([server]) + b"".join(
            no_memory(n) + packet(stream(first + 4 * n, data, 3 * n)) + write(20) + pause(1) + acked(3, n % 3)
            for n in range(8)) + MEMORY + act(READ, 255)
        yield f"{role}_reordered", bytes([server]) + b"".join(packet(PING, gap=g) for g in (3, 7, 7, 1, 6, 7, 0, 0))
        yield f"{role}_full_packet", bytes([server]) + packet(stream(first, bytes(1100), 0, False))
        yield f"{role}_idle", bytes([server | NARROW | NO_CIDS]) + write(3) + pause(31)


# --- address validation tokens, as they are before they are sealed

def token_seeds():
    head = V1.to_bytes(4, "big") + (1 << 33).to_bytes(8, "big") + b"\x04\x0a\x09\x00\x01"
    retry = b"\xb5" + head + b"\x11\x51" + b"\x08original" + b"\x08retryscd"
    head6 = V2.to_bytes(4, "big") + (1000).to_bytes(8, "big") + b"\x10" + bytes(16)
    return {"retry": retry, "retry_short": retry[:-1], "new": b"\x36" + head, "new6": b"\x36" + head6,
            "retry_empty": b"\xb5" + head + bytes(4)}


# --- ClientHellos; two bytes before them: where the first CRYPTO frame ends

def hello_seeds():
    def vec(size, data):
        return len(data).to_bytes(size, "big") + data

    def ext(kind, data):
        return kind.to_bytes(2, "big") + vec(2, data)

    sni = ext(0, vec(2, b"\0" + vec(2, b"server.test")))
    alpn = ext(16, vec(2, vec(1, b"h3") + vec(1, b"hq-interop")))
    head = b"\3\3" + bytes(32) + vec(1, b"") + vec(2, b"\x13\x01") + vec(1, b"\0")
    seeds = {}
    for name, exts in {"both": sni + alpn, "alpn": alpn, "none": b"", "late": ext(43, b"\2\3\4") + alpn + sni}.items():
        message = b"\1" + vec(3, head + vec(2, exts))
        seeds[name] = (len(message) // 2).to_bytes(2, "big") + message
    return seeds


def main():
    here = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent / "corpus"
    makers = {"header": header_seeds, "frame": frame_seeds, "tparam": tparam_seeds, "ranges": ranges_seeds,
              "conn": conn_seeds, "token": token_seeds,
              "hello": hello_seeds}
    for name, maker in makers.items():
        folder = here / name
        folder.mkdir(parents=True, exist_ok=True)
        seeds = dict(maker())
        for old in folder.iterdir():
            if old.name not in seeds:
                old.unlink()
        for seed, data in seeds.items():
            (folder / seed).write_bytes(data)


if __name__ == "__main__":
    main()
