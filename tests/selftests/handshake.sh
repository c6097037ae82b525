#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# How many datagrams a handshake takes over a link without delay: levels share them, and no timer fires while TLS computes.
# TIMEOUT: 100
. "$(dirname "$0")/lib.sh"
need_module quic
need tshark tcpdump

ROUNDS=16

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

# One line a datagram: sender, its bytes, type of its first packet (0 Initial) and bytes of that. Every second one goes unrecognised: the
# bit by which tshark knows a packet is greased (RFC 9287).
tshark -r /tmp/hs.pcap -d "udp.port==$port,quic" -Y udp -T fields -E occurrence=f -e ip.src -e udp.length -e quic.long.packet_type \
	-e quic.packet_length > /tmp/dgrams 2> /dev/null
from() { awk -v src="$1" '$1 == src { n++ } END { print n + 0 }' /tmp/dgrams; }
shared() { awk -F '\t' '$1 == "10.9.0.2" && $3 == "0" && $2 - 8 > $4 { n++ } END { print n + 0 }' /tmp/dgrams; }
diag "of $ROUNDS connections, datagrams: $(from 10.9.0.1) of the clients, $(from 10.9.0.2) of the server, $(shared) with ServerHello and more"
# RFC 9000 12.2
at_least "ServerHello and what follows in one datagram" "$(shared)" 1
done_testing
