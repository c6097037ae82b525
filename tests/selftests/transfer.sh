#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Files cross a QUIC connection in software, over veth, with IPv4 and IPv6; tshark decrypts what was on the wire.
# TIMEOUT: 200
. "$(dirname "$0")/lib.sh"
need_module quic
need tshark tcpdump

ns_add a b
veth_pair a b || bail
mkdir -p /tmp/in /tmp/got
random_file /tmp/in/down 3000000
random_file /tmp/up 2000000

roundtrip() {
	local what=$1 addr=$2
	shift 2
	rm -f /tmp/out/up /tmp/got/down
	check "$what: transfer" client a "$addr" --put /tmp/up --get down --out /tmp/got "$@"
	is "$what: sent file" "$(sha /tmp/out/up)" "$(sha /tmp/up)"
	is "$what: fetched file" "$(sha /tmp/got/down)" "$(sha /tmp/in/down)"
}

check "server starts" serve b 10.9.0.2 || done_testing
rm -f /tmp/keys.log
capture_begin a /tmp/v4.pcap || bail "tcpdump starts"
roundtrip IPv4 10.9.0.2
capture_end
kill "$server"
capture_judge "on the wire" /tmp/v4.pcap /tmp/keys.log "$port"
at_least "datagrams with 1-RTT packets" "$judged_short" 3000
at_least "and with stream data" "$judged_stream" 2000

check "server starts on IPv6" serve b '[fd09::2]'
roundtrip IPv6 '[fd09::2]'
roundtrip "aes256gcm" '[fd09::2]' --cipher aes256gcm
roundtrip "chacha20" '[fd09::2]' --cipher chacha20poly1305
check_fails "another host name is refused" 'ertificate' inns a quic-client --quiet --timeout 300 --ca "$certs/ca.pem" \
	--host other.test --get down --out /tmp/got "[fd09::2]:$port"
check_fails "an unknown authority is refused" 'ertificate' inns a quic-client --quiet --timeout 300 --ca /dev/null \
	--host server.test --get down --out /tmp/got "[fd09::2]:$port"
is "no packet failed to open" "$(snmp a PktDecDrop)/$(snmp b PktDecDrop)" "0/0"
kill "$server"
done_testing
