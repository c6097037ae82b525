#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Debian's ngtcp2, both roles: its client fetches files from quic-server by HTTP/3, quic-client fetches them from its server;
# compared byte by byte, and again over a lossy link. tshark decrypts what was on the wire and finds nothing malformed.
. "$(dirname "$0")/lib.sh"
need_module quic
need gtlsclient gtlsserver tshark tcpdump

ns_add a b
veth_pair a b || bail
mkdir -p /tmp/in /tmp/got /tmp/theirs
random_file /tmp/in/large 1000000
for i in 1 2 3 4 5 6 7 8 9; do random_file /tmp/in/small$i $((i * 100)); done
names=(large small1 small2 small3 small4 small5 small6 small7 small8 small9)
certs_make || bail "certificates"
unset SSLKEYLOGFILE

same() {
	local n
	for n in "${names[@]}"; do cmp "/tmp/in/$n" "$1/$n" || return 1; done
}

# their_client OPTION...: Debian's client to quic-server, all files at once
their_client() {
	local uris
	uris=("${names[@]/#/https:\/\/server.test:$port\/}")
	rm -f /tmp/theirs/*
	inns a env SSLKEYLOGFILE=/tmp/keys.log timeout 300 gtlsclient -q --exit-on-all-streams-close --timeout 60s --download /tmp/theirs "$@" \
		10.9.0.2 "$port" "${uris[@]}"
}

our_client() {
	local gets=() n
	for n in "${names[@]}"; do gets+=(--get "$n"); done
	rm -f /tmp/got/*
	port=4433 client a 10.9.0.2 --h3 --out /tmp/got "${gets[@]}" "$@"
}

# lossy PERCENT: of what either side sends; the dice are the same every time
lossy() {
	local ns
	for ns in a b; do
		if [ "$1" = 0 ]; then ip netns exec $ns tc qdisc del dev eth0 root; continue; fi
		inns $ns tc qdisc replace dev eth0 root netem loss random "$1" delay 2ms
	done
}

check "quic-server starts, HTTP/3" serve b 10.9.0.2 --h3 || done_testing
spawn /tmp/gtlsserver.log ip netns exec b gtlsserver -q -d /tmp/in 10.9.0.2 4433 "$certs/server.key" "$certs/server.pem"
theirs=$spawned
port_bound() { inns b ss -Hnlu "sport = :$1" | grep -q .; }
wait_for 10 port_bound 4433 || bail "gtlsserver starts" "$(cat /tmp/gtlsserver.log)"

capture_begin a /tmp/a.pcap || bail "capture"
check "their client, our server: ten files" their_client
check "... are equal" same /tmp/theirs
at_least "... by a connection that the kernel accepted" "$(snmp b ConnPassiveEstabs)" 1
check "our client, their server: ten files" our_client
check "... are equal" same /tmp/got
at_least "... by a connection that the kernel opened" "$(snmp a ConnActiveEstabs)" 1
is "... and what it sent before we had keys has its addresses still" "$(snmp a PktAddrDrop)" 0
capture_end
capture_judge "on the wire" /tmp/a.pcap /tmp/keys.log "$port" 4433

check "their client, ChaCha20" their_client --ciphers 'NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+CHACHA20-POLY1305'
check "... are equal" same /tmp/theirs

check "a link that loses packets" lossy 3
check "their client, our server, with loss" their_client
check "... are equal" same /tmp/theirs
check "our client, their server, with loss" our_client
check "... are equal" same /tmp/got
kill "$theirs" "$server"
done_testing
