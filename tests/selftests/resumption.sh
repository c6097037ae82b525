#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Session tickets and 0-RTT: accepted, rejected, replayed, lost and reordered; client certificates. tshark sees what 0-RTT packets carry.
# TIMEOUT: 200
. "$(dirname "$0")/lib.sh"
need_module quic
need tshark tcpdump tc python3

ns_add a b
veth_pair a b || bail
mkdir -p /tmp/in /tmp/got
random_file /tmp/in/down 200000
# fits into the flight of its answer
random_file /tmp/in/small 2000
random_file /tmp/up 6000
addr=10.9.0.2
session=/tmp/session

# resume WHAT EARLY ARGUMENT...: a connection with the saved session, 0-RTT asked for; EARLY is what becomes of it.
resume() {
	local what=$1 early=$2 out
	shift 2
	if out=$(client a $addr --json --session $session --early-data "$@" 2>/tmp/client.err); then
		like "$what: early data $early" "$out" "\"early_data\":\"$early\""
	else
		fail "$what" "$out" "$(cat /tmp/client.err)"
	fi
}

first() { rm -f $session; resume "$1: first connection" none --get down --out /tmp/got; }

# whose packets are no part of it
stranger=7777
capture() {
	spawn /tmp/tcpdump.log ip netns exec a tcpdump -i eth0 --immediate-mode -U -s 0 -w "$1" udp and not port $stranger
	tcpdump_pid=$spawned
	wait_file 10 /tmp/tcpdump.log 'listening on'
}
capture_over() {
	kill -INT "$tcpdump_pid"
	wait_pid 10 "$tcpdump_pid"
}

for ns in a b; do for o in tx-udp-segmentation gso gro; do inns $ns ethtool -K eth0 $o off; done; done
head -c 32 /dev/urandom > /tmp/secret
check "server starts" serve b $addr --early-data --ticket-key /tmp/secret || done_testing
first "accepted"
# no certificate is checked in a handshake that resumes: what was proved to another name's satisfaction proves nothing
cp $session /tmp/session.other
check_fails "a session is not resumed under another name" 'ertificate' inns a quic-client --quiet --timeout 300 --ca "$certs/ca.pem" \
	--host other.test --session /tmp/session.other --get small --out /tmp/got "$addr:$port"
cp "$certs/ca.pem" /tmp/ca2.pem
cp $session /tmp/session.other
out=$(client a $addr --json --session /tmp/session.other --early-data --ca /tmp/ca2.pem --get small --out /tmp/got)
like "nor with other authorities" "$out" '"early_data":"none"'
check "capture of a ClientHello starts" capture /tmp/hello.pcap
# Again, by whoever recorded it: behind the headers of file and record, Ethernet, IP and UDP. As soon as it is recorded, since to GnuTLS
# what is ten seconds old is no early data, replayed or not; and again and again, while the id in it still leads to the first connection.
cat > /tmp/replay.py <<'END'
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", int(sys.argv[3])))
while True:
    hello = open("/tmp/hello.pcap", "rb").read()[24 + 16 + 14 + 20 + 8:][:1200]
    if len(hello) == 1200:
        s.sendto(hello, (sys.argv[1], int(sys.argv[2])))
    time.sleep(0.1)
END
spawn /tmp/replay.log ip netns exec a python3 /tmp/replay.py $addr "$port" $stranger
resume "GET in 0-RTT" accepted --get down --out /tmp/got
is "GET in 0-RTT: the file" "$(sha /tmp/got/down)" "$(sha /tmp/in/down)"
replayed() { [ "$(snmp b EarlyReplays)" -ge 1 ]; }
check "a replayed ClientHello is found out" wait_for 5 replayed || diag "$(cat /tmp/replay.log)"
kill "$spawned"
is "and its early data not accepted" "$(snmp b EarlyAccepted)" 1
capture_over
rm -f /tmp/keys.log /tmp/out/up
check "capture starts" capture /tmp/early.pcap
# 0-RTT packets go out before an answer can come; tshark knows them by the client's choice of connection id only
inns b tc qdisc add dev eth0 root netem delay 600ms
resume "GET in 0-RTT, far away" accepted --get small --out /tmp/got
is "GET in 0-RTT, far away: the file" "$(sha /tmp/got/small)" "$(sha /tmp/in/small)"
resume "PUT in 0-RTT" accepted --put /tmp/up
is "PUT in 0-RTT: the file" "$(sha /tmp/out/up)" "$(sha /tmp/up)"
capture_over
inns b tc qdisc del dev eth0 root
like "the server says so" "$(cat /tmp/server.log)" 'early data accepted'
is "and counts" "$(snmp b EarlyAccepted)/$(snmp a EarlyAccepted)" "3/3"
# one pass: type of a datagram's packets, their frames, what went wrong
tshark -r /tmp/early.pcap -o tls.keylog_file:/tmp/keys.log -d "udp.port==$port,quic" -T fields -E separator=';' -e quic.long.packet_type \
	-e quic.frame_type -e quic.decryption_failed -e _ws.malformed > /tmp/packets 2>/tmp/tshark.log
grep '^1;' /tmp/packets > /tmp/early
at_least "tshark: 0-RTT packets" "$(wc -l < /tmp/early)" 5
cut -d';' -f2 /tmp/early | tr ',' '\n' | xargs -n1 printf '%d\n' > /tmp/frames
at_least "tshark: with stream data" "$(grep -cxE '[89]|1[0-5]' /tmp/frames)" 5
unlike "tshark: no ACK, CRYPTO and so on in 0-RTT" "$(cat /tmp/frames)" '^(2|3|6|7|25|27|30)$'
is "tshark: none is malformed or not decrypted" "$(cut -d';' -f3- /tmp/packets | grep -c '[^;]')" 0

# a server with the same secret, another process: its tickets open, but 0-RTT needs one that is younger than the process
kill "$server"
check "server starts again" serve b $addr --early-data --ticket-key /tmp/secret
rm -f /tmp/out/up
resume "ticket of a process before" rejected --put /tmp/up
is "rejected, and sent again in 1-RTT: the file" "$(sha /tmp/out/up)" "$(sha /tmp/up)"
resume "with its own ticket" accepted --put /tmp/up
kill "$server"

head -c 32 /dev/urandom > /tmp/secret
check "server with another secret" serve b $addr --early-data --ticket-key /tmp/secret
rm -f /tmp/got/down
resume "changed key" rejected --get down --out /tmp/got
is "changed key: the file" "$(sha /tmp/got/down)" "$(sha /tmp/in/down)"
is "a client counts rejections" "$(snmp a EarlyRejected)" 2

inns a tc qdisc add dev eth0 root netem delay 5ms 4ms loss 10% reorder 30% 50%
for i in 1 2; do
	rm -f /tmp/out/up
	client a $addr --json --session $session --early-data --put /tmp/up > /tmp/lossy.$i 2>&1
	is "lost and reordered 0-RTT, $i: the file" "$(sha /tmp/out/up)" "$(sha /tmp/up)"
done
at_least "some of it was early" "$(cat /tmp/lossy.* | grep -c '"early_data":"accepted"')" 1
inns a tc qdisc del dev eth0 root
kill "$server"

check "server without early data" serve b $addr
first "no early data"
resume "a ticket without early data" none --get down --out /tmp/got
kill "$server"

make-certs /tmp/certs2 other.test 10.9.0.3 > /tmp/certs2.log 2>&1 || fail "certificates of strangers"
check "server that wants certificates" serve b $addr --client-ca $certs/ca.pem --require-client-cert
check "client with a certificate" client a $addr --cert $certs/client.pem --key $certs/client.key --get down --out /tmp/got
check_fails "client without one" 'failed|rotocol error|roken pipe' client a $addr --get down --out /tmp/got
check_fails "client with a stranger's" 'failed|rotocol error|roken pipe' client a $addr --cert /tmp/certs2/client.pem --key /tmp/certs2/client.key \
	--get down --out /tmp/got
kill "$server"
is "no packet failed to open" "$(snmp a PktDecDrop)/$(snmp b PktDecDrop)" "0/0"
done_testing
