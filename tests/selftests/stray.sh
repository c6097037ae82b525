#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Datagrams that no connection has asked for, and packets that somebody in between forged: what is answered, what is dropped and counted.
# TIMEOUT: 60
. "$(dirname "$0")/lib.sh"
need_module quic
need python3 quic-server quic-client

cat > /tmp/probe.py <<'END'
# probe.py SNMP-FILE [NAME=HEX[/BYTES] ...]: sends each (filled up with zeros to so many bytes) to ADDR PORT and prints its name, the
# answer or "nothing", and the server's counters that moved. Behind each goes a datagram whose answer is known: the path keeps the order, so
# that "nothing" has not to be waited for.
import os, socket, sys
addr, port, snmp = sys.argv[1], int(sys.argv[2]), sys.argv[3]
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect((addr, port))
s.settimeout(20)
END_ID = b"the end!"
last = (b"\xc0\x0a\x0a\x0a\x0a\x08" + b"whatever" + b"\x08" + END_ID).ljust(1200, b"\0")

def counters():
    with open(snmp) as f:
        return {k: int(v) for k, v in (line.split() for line in f)}

for probe in sys.argv[4:]:
    name, data = probe.split("=")
    data, _, size = data.partition("/")
    data = bytes.fromhex(data)
    before = counters()
    s.send(data.ljust(int(size or 0), b"\0"))
    s.send(last)
    answer = s.recv(2000)
    if answer[6:14] == END_ID and answer[0] & 0x80:
        answer = b""
    else:
        s.recv(2000)
    moved = {k: v - before[k] for k, v in counters().items() if v != before[k]}
    for k in ("QuicPktVersionDrop", "QuicPktVersionNegs"):
        moved[k] -= 1
    moved = "+".join(k[4:] for k, v in sorted(moved.items()) for _ in range(v))
    print(name, answer.hex() or "nothing", moved or "-", flush=True)
END
# probe NAME=HEX[/BYTES]...: fills /tmp/probes; answer_of and moved_of NAME tell
probe() { inns a python3 /tmp/probe.py 10.9.0.2 "$port" "/proc/$server/net/quic/snmp" "$@" > /tmp/probes || cat /tmp/probes; }
answer_of() { awk -v n="$1" '$1 == n { print $2 }' /tmp/probes; }
moved_of() { awk -v n="$1" '$1 == n { print $3 }' /tmp/probes; }
dropped() { is "$1" "$(answer_of "$2")/$(moved_of "$2")" "nothing/$3"; }

check "namespaces" ns_add a b
check "a link" veth_pair a b
check "a server" serve b 10.9.0.2
inns b sysctl -qw net.quic.version_rate=1000

ours=1111111111111111 theirs=2222222222222222
long() { echo "$1$2$(printf %02x $((${#3} / 2)))${3}08$theirs"; }
probe \
	small-version="$(long c0 1a2a3a4a $ours)/1199" large-version="$(long c0 1a2a3a4a $ours)/1200" \
	long-id="$(long c0 1a2a3a4a "$ours$ours$ours$ours")/1200" \
	negotiation="$(long 80 00000000 $ours)000000016b3343cf/1200" \
	small-initial="$(long c0 00000001 $ours)004495/1199" short-id="$(long c0 00000001 11111111111111)004496/1200" \
	junk-initial="$(long c0 00000001 $ours)004496/1200" small-initial-v2="$(long d0 6b3343cf $ours)004495/1199" \
	handshake="$(long e0 00000001 $ours)449e/1200" retry="$(long f0 00000001 $ours)/1200" retry-v2="$(long c0 6b3343cf $ours)/1200" \
	one-byte=40 tiny=40/20 no-reset=40/21 reset=40/22 too-long-id="$(long c0 00000001 "$ours$ours${ours}")/1200"

# RFC 9000 5.2.2#1, 6.1: what could not be a first Initial is not answered
dropped "an unknown version in 1199 bytes" small-version PktVersionDrop
like "in 1200 bytes: Version Negotiation" "$(answer_of large-version)" "^[89a-f].0000000008${theirs}08$ours(.{8})+$"
like "it offers both" "$(answer_of large-version)" '00000001.*6b3343cf|6b3343cf.*00000001'
like "also to an id longer than ours may be" "$(answer_of long-id)" "^[89a-f].0000000008${theirs}20$ours$ours$ours$ours"
# RFC 9000 6.1#1
dropped "Version Negotiation" negotiation PktNoSockDrop
# RFC 9000 14.1#3, 7.2
dropped "an Initial in 1199 bytes" small-initial PktShortInitialDrop
dropped "in version 2, too" small-initial-v2 PktShortInitialDrop
dropped "an Initial to an id of 7 bytes" short-id PktShortInitialDrop
dropped "one of 1200 bytes is looked at" junk-initial PktBadInitialDrop
# RFC 9000 5.2.2#2: fits no connection and begins none
dropped "a Handshake packet" handshake PktNoSockDrop
dropped "a Retry" retry PktNoSockDrop
dropped "a Retry of version 2" retry-v2 PktNoSockDrop
dropped "an id of 24 bytes in version 1" too-long-id PktInvHdrDrop
dropped "one byte" one-byte PktInvHdrDrop
dropped "20 bytes of a short header" tiny PktInvHdrDrop
# RFC 9000 10.3.3: an answer would have to be shorter
dropped "21 of them" no-reset PktNoSockDrop
is "22 are answered with a reset of 21" "$(answer_of reset | tr -d '\n' | wc -c)/$(moved_of reset)" 42/PktNoSockDrop+PktResetsSent

# --- RFC 9000 10.3.2#2: the token is that of the id, whose length follows from the listener at the address
token_of() { answer_of "$1" | tail -c 33; }
tokens() { # WHAT BYTES: of an id in so many bytes
	local id filler
	id=$(printf '3c%.0s' $(seq "$2"))
	filler=$(printf '%.0s00' {1..20})
	probe "one=40$id${filler}/60" "two=40$id${filler//00/ff}/60" "other=40${id%??}3d$filler/60"
	like "$1: a reset" "$(token_of one)" '^[0-9a-f]{32}$'
	is "$1: what follows the id does not matter" "$(token_of two)" "$(token_of one)"
	unlike "$1: its last byte does" "$(token_of other)" "^($(token_of one))?\$"
}
tokens "ids of 8 bytes" 8
kill "$server"
cat > /tmp/listen.py <<'END'
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 261)
s.setsockopt(288, 84, int(sys.argv[1]).to_bytes(4, sys.byteorder))
s.bind(("10.9.0.2", 0))
s.listen(1)
print("listening on", s.getsockname()[1], flush=True)
time.sleep(60)
END
listen_ids() {
	spawn /tmp/listen.log ip netns exec b python3 /tmp/listen.py "$1"
	server=$spawned
	wait_file 10 /tmp/listen.log listening && port=$(grep -oE '[0-9]+$' /tmp/listen.log)
}
for n in 5 20; do
	check "a listener with ids of $n bytes" listen_ids $n
	tokens "ids of $n bytes" $n
	kill "$server"
done

# --- a proxy that does not wish well: "retry" sends a Retry with another token before the true one, whose tag then is wrong; "again"
# sends the first ten 1-RTT packets of a client again, with another tag
cat > /tmp/proxy.py <<'END'
import select, socket, sys
mode, server = sys.argv[1], ("10.9.0.2", int(sys.argv[2]))
near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
near.bind(("10.9.0.2", 0))
far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
far.connect(server)
print("listening on 10.9.0.2:%d" % near.getsockname()[1], flush=True)
client, forged = None, 0

def change(d, at):
    return d[:at] + bytes([d[at] ^ 1]) + d[at + 1:]

while True:
    for s in select.select([near, far], [], [])[0]:
        if s is far:
            d = far.recv(65536)
            if mode == "retry" and d[0] & 0xf0 == 0xf0:
                near.sendto(change(d, len(d) - 20), client)
            near.sendto(d, client)
            continue
        d, peer = near.recvfrom(65536)
        if peer != client:
            print("first id %d %s" % (d[5], d[6:6 + d[5]].hex()), flush=True)
            client = peer
        far.send(d)
        if mode == "again" and not d[0] & 0x80 and forged < 10:
            far.send(change(d, len(d) - 1))
            forged += 1
            print("forged", forged, flush=True)
END
proxy() {
	spawn /tmp/proxy.log ip netns exec b python3 /tmp/proxy.py "$1" "$port"
	wait_file 10 /tmp/proxy.log listening && port=$(sed -nE 's/^listening.*:([0-9]+)$/\1/p' /tmp/proxy.log)
}
random_file /tmp/file 150000
put() { if client a 10.9.0.2 --put /tmp/file > /tmp/client.log 2>&1; then sha /tmp/out/file; else cat /tmp/client.log; fi; }

check "a server that validates addresses" serve b 10.9.0.2 --retry
check "a proxy that forges a Retry" proxy retry
before=$(snmp a PktStateDrop)
# RFC 9000 17.2.5.2#3: it would have led to a token that the server refuses
is "the client waits for the true one" "$(put)" "$(sha /tmp/file)"
is "the forged one was dropped" $(($(snmp a PktStateDrop) - before)) 1
is "no false token came to the server" "$(snmp b PktBadTokenDrop)" 0
is "another connection" "$(put)" "$(sha /tmp/file)"
# RFC 9000 7.2#1
is "a client's first id has 8 bytes" "$(awk '/^first id/ { print $3 }' /tmp/proxy.log | sort -u)" 8
is "and is another one each time" "$(awk '/^first id/ { print $4 }' /tmp/proxy.log | sort -u | wc -l)" 2
kill "$server" "$spawned"

# RFC 9001 9.5#1: packets are opened before anybody looks whether their number was there: what is wrong is the tag
check "a server" serve b 10.9.0.2
check "a proxy that repeats numbers" proxy again
before=$(snmp b PktDecDrop)
is "a file through it" "$(put)" "$(sha /tmp/file)"
is "each forgery was tried" $(($(snmp b PktDecDrop) - before)) "$(grep -c forged /tmp/proxy.log)"
at_least "there were some" "$(grep -c forged /tmp/proxy.log)" 5
kill "$server" "$spawned"
done_testing
