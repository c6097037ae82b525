#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# How many datagrams a handshake takes over a link without delay: levels share them, and no timer fires while TLS computes.
# TIMEOUT: 100
. "$(dirname "$0")/lib.sh"
need_module quic
need tshark tcpdump

ROUNDS=8

ns_add a b
veth_pair a b || bail
mkdir -p /tmp/in /tmp/got
random_file /tmp/in/down 100

check "server starts" serve b 10.9.0.2 || done_testing
capture_begin a /tmp/hs.pcap || bail "tcpdump starts"
fetch_all() {
	local i
	for ((i = 0; i < ROUNDS; i++)); do client a 10.9.0.2 --get down --out /tmp/got || return; done
}
check "connections, one after the other" fetch_all
capture_end
kill "$server"

# One line a datagram that has long headers: sender, types of its packets (0 Initial, 2 Handshake).
tshark -r /tmp/hs.pcap -d "udp.port==$port,quic" -Y quic.long.packet_type -T fields -e ip.src -e quic.long.packet_type > /tmp/long 2> /dev/null
count() { awk -v src="$1" -v types="$2" '$1 == src && $2 ~ types { n++ } END { print n + 0 }' /tmp/long; }
diag "of $ROUNDS handshakes, datagrams with long headers: $(count 10.9.0.1 .) of the clients, $(count 10.9.0.2 .) of the server"
sort /tmp/long | uniq -c | sed 's/^/#   /'
# RFC 9000 12.2
at_least "a server's flight: ServerHello and what follows in one datagram" "$(count 10.9.0.2 '^0,2')" "$ROUNDS"
done_testing
