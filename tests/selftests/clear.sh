#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# disable_1rtt_encryption: 1-RTT packets in clear when administrator and both applications want it, and never otherwise; no keys in
# devices that would take them.
# TIMEOUT: 120
. "$(dirname "$0")/lib.sh"
need_module quic quic_offload quic_netdevsim
need tcpdump python3 quicoffloadctl quicss "$MOD/quic_diag.ko"

ns_add a b
nsim_pair a b || bail
mkdir -p /tmp/in /tmp/got
marker=$(head -c 16 /dev/urandom | xxd -p)
early=$(head -c 16 /dev/urandom | xxd -p)
canary-file --canary "$marker" --size 100000 /tmp/up > /tmp/canary.log
canary-file --canary "$marker" --size 600000 /tmp/in/down >> /tmp/canary.log
canary-file --canary "$early" --size 3000 /tmp/early >> /tmp/canary.log
for n in 1 2; do
	echo "$marker" > "$(nsim_debugfs $n quic/canary)"
	inns "$(cut -c $n <<< ab)" ethtool -K eth0 quic-hw-offload on
done
hits() { awk '$1 == "canary_hits" { n += $2 } END { print n }' "$(nsim_debugfs 1 quic/stats)" "$(nsim_debugfs 2 quic/stats)"; }
sealed() { awk '$1 == "quic_tx_sealed_pkts" { n += $2 } END { print n }' "$(nsim_debugfs 1 quic/stats)" "$(nsim_debugfs 2 quic/stats)"; }
keys() { { inns a quicoffloadctl key show; inns b quicoffloadctl key show; } | grep -c eth0; }
clear() { echo "$(snmp a ConnClear)/$(snmp b ConnClear)"; }
clear_are() { [ "$(clear)" = "$1" ]; }
shows() { inns a quicss -i dport "$port" | grep -q CLEAR-1RTT; }
drops() { echo "$(snmp a PktClearDrop)/$(snmp a PktAddrDrop)"; }
drops_are() { [ "$(drops)" = "$1" ]; }
sent() { inns a quicss -i dport "$port" | grep -oE 'bytes_sent:[0-9]+' | cut -d: -f2; }
sent_more() { [ "$(sent)" -gt "$1" ]; }
allow() { inns "$1" sysctl -qw net.quic.allow_disable_1rtt_encryption="$2"; }
want=--no-1rtt-encryption

# transfer WHAT ARGUMENT...
transfer() {
	local what=$1
	shift
	rm -f /tmp/out/up /tmp/got/down
	check "$what: transfer" client a 10.9.0.2 --put /tmp/up --get down --out /tmp/got "$@"
	is "$what: the files" "$(sha /tmp/out/up)/$(sha /tmp/got/down)" "$(sha /tmp/up)/$(sha /tmp/in/down)"
}

# --- not by accident
check "a server" serve b 10.9.0.2
check_fails "a client may not, by default" "not permitted" client a 10.9.0.2 $want --get down --out /tmp/got
check_fails "nor may a server" "not permitted" \
	inns b quic-server --listen 10.9.0.2:0 --cert "$certs/server.pem" --key "$certs/server.key" $want
check_fails "it is 0 or 1" "Invalid argument" inns a sysctl -w net.quic.allow_disable_1rtt_encryption=2
allow a 1
allow b 1
# shellcheck disable=SC2154  # lib.sh sets it
kill "$server"

# --- by agreement
check "a server that wants it" serve b 10.9.0.2 $want --early-data
check "a capture" capture_begin a /tmp/clear.pcap
transfer "both want it" $want --session /tmp/session
is "a connection in clear on each side" "$(clear)" 1/1
at_least "the marker is on the link" "$(hits)" 300
rm -f /tmp/out/early
check "with a session: early data" client a 10.9.0.2 $want --session /tmp/session --early-data --put /tmp/early
is "it came" "$(sha /tmp/out/early)" "$(sha /tmp/early)"
is "as early data" "$(snmp a EarlyAccepted)/$(snmp b EarlyAccepted)" 1/1
inns a bash -c "echo -n end-of-capture > /dev/udp/10.9.0.2/9"
check "the capture has all" wait_for 10 grep -q end-of-capture /tmp/clear.pcap
capture_end
captured() { xxd -p /tmp/clear.pcap | tr -d '\n' | grep -c "$1"; }
is "in the capture: 1-RTT data" "$(captured "$marker")" 1
# the server's certificate and the client's early data
is "not in it: the handshake" "$(grep -c server.test /tmp/clear.pcap)" 0
is "not in it: 0-RTT data" "$(captured "$early")" 0

# --- one that lasts, as long as it is looked at
modprobe inet_diag 2>/dev/null
check "quic_diag loads" insmod "$MOD/quic_diag.ko"
# shellcheck disable=SC2154  # lib.sh sets it
spawn /tmp/slow.log ip netns exec a quic-client --quiet --timeout 100 --ca "$certs/ca.pem" --host server.test $want --rate 10000 \
	--put /tmp/in/down "10.9.0.2:$port"
slow=$spawned
check "a connection" wait_for 10 clear_are 3/3
check "quicss shows it" wait_for 10 shows
is "/proc/net/quic/conns shows it" "$(inns b awk 'NR > 1 && $3 == 1 { print $NF }' /proc/net/quic/conns)" 1
is "no key lies in a device" "$(keys)" 0
is "and none has sealed" "$(sealed)" 0

# To the client, once a packet to it was seen, as from the server: a header with protection on; half a frame; and, from another port, a
# packet that would close the connection.
cat > /tmp/inject.py <<'END'
import os, socket, struct, sys
port = int(sys.argv[1])
tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
tap.bind(("eth0", 0))
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
while True:
    p = tap.recv(65536)[14:]
    if len(p) > 36 and p[9] == 17 and struct.unpack("!H", p[20:22])[0] == port and not p[28] & 0x80:
        break
to, dcid = p[22:24], p[29:37]
def send(src, data):
    udp = struct.pack("!H", src) + to + struct.pack("!HH", 8 + len(data), 0) + data
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + p[12:20]
    raw.sendto(ip + udp, (socket.inet_ntoa(p[16:20]), 0))
send(port, b"\x5d" + dcid + os.urandom(60))
send(port, b"\x41" + dcid + b"\xff\xff\x01\x10")
send(port ^ 1, b"\x41" + dcid + b"\xff\xff\x1d\0\0")
END
check "strange packets are sent" inns b timeout 60 python3 /tmp/inject.py "$port"
check "and dropped" wait_for 10 drops_are 2/1 || diag "$(drops)"
check "the connection goes on" wait_for 20 sent_more "$(sent)"
is "no frame was wrong" "$(snmp a PktInvFrmDrop)/$(snmp b PktInvFrmDrop)" 0/0
kill "$slow"
wait_pid 10 "$slow"

# --- nor for one side alone
before=$(hits)
transfer "only the server wants it"
kill "$server"
check "a server that does not" serve b 10.9.0.2
transfer "only the client wants it" $want
kill "$server"

# --- what was allowed once is not for good
check "a server that wants it" serve b 10.9.0.2 $want
allow b 0
transfer "the administrator of its side takes it back" $want
is "of these none was in clear" "$(clear)/$(($(hits) - before))" 3/3/0
at_least "and the devices have sealed" "$(sealed)" 300
rmmod quic_diag
done_testing
