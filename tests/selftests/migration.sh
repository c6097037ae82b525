#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A connection outlives its addresses: NAT rebinding, a client that moves, a server's preferred address.
# TIMEOUT: 150
. "$(dirname "$0")/lib.sh"
need_module quic
need tshark tcpdump nft

# a -- r -- b, and a second way from a to b that does not lead through r
ns_add a r b
ip link add eth0 netns a type veth peer name ra netns r
ip link add eth0 netns b type veth peer name rb netns r
ip link add eth1 netns a type veth peer name eth1 netns b
addr_add a eth0 2 1 && addr_add r ra 1 1 && addr_add r rb 1 2 && addr_add b eth0 2 2 || bail
addr_add a eth1 1 3 && addr_add b eth1 2 3 || bail
ip -n a route add 10.2.0.0/24 via 10.1.0.1
ip -n a route add fd02::/64 via fd01::1
ip -n b route add 10.1.0.0/24 via 10.2.0.1
ip -n b route add fd01::/64 via fd02::1
inns r sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
# from its second address a takes the second way
ip -n a rule add from 10.3.0.1 lookup 100
ip -n a route add 10.2.0.0/24 via 10.3.0.2 table 100
ip -n a -6 rule add from fd03::1 lookup 100
ip -n a -6 route add fd02::/64 via fd03::2 table 100
wait_ping a 10.2.0.2 || bail
wait_for 5 inns a ping -q -c1 -W1 fd02::2 || bail
mkdir -p /tmp/in /tmp/got
random_file /tmp/in/down 900000
random_file /tmp/up 450000
random_file /tmp/long 1500000

# moved RATE ADDR CLIENT-ARGUMENT...: a transfer in which something happens; first $up goes up, then a file comes down
up=/tmp/up
moved() {
	local rate=$1 addr=$2
	shift 2
	rm -f /tmp/out/* /tmp/got/down
	spawn /tmp/client.log client a "$addr" --put "$up" --get down --out /tmp/got --rate "$rate" "$@"
	client_pid=$spawned
}
arrived() {
	check "$1: transfer" wait_pid 60 "$client_pid" || diag "$(cat /tmp/client.log)"
	is "$1: sent file" "$(sha "/tmp/out/${up##*/}")" "$(sha "$up")"
	is "$1: fetched file" "$(sha /tmp/got/down)" "$(sha /tmp/in/down)"
}
# peer_is NS PATTERN: the remote address of its only connection
peer_is() { inns "$1" awk 'NR > 1 && $3 == 1 { print $2 }' /proc/net/quic/conns | grep -qE -- "$2"; }
count_up() { [ "$(snmp "$1" Migrations)" -gt "$2" ]; }
whole() { inns "$1" ethtool -K "$2" tx-udp-segmentation off gso off gro off; }

check "server starts" serve b '[::]' || done_testing
rm -f /tmp/keys.log
spawn /tmp/tcpdump.log ip netns exec b tcpdump -i any -U -s 0 -w /tmp/b.pcap udp
tcpdump_pid=$spawned
wait_file 10 /tmp/tcpdump.log 'listening on' || bail "tcpdump starts"
for dev in "a eth0" "a eth1" "r ra" "r rb" "b eth0" "b eth1"; do
	# shellcheck disable=SC2086  # two words
	whole $dev
done

# --- the client's NAT forgets and takes another port: it masquerades, so what it knew goes with the address
nat() {
	inns r nft -f - <<- EOF
	table inet nat {}
	delete table inet nat
	table inet nat {
		chain post { type nat hook postrouting priority 100; oifname rb meta l4proto udp masquerade to :$1; }
	}
	EOF
}
forget() {
	nat "$1" &&
	ip -n r addr del 10.2.0.1/24 dev rb && ip -n r addr add 10.2.0.1/24 dev rb &&
	ip -n r addr del fd02::1/64 dev rb && ip -n r addr add fd02::1/64 dev rb nodad
}

up=/tmp/long
for family in 4 6; do
	if [ $family = 4 ]; then addr=10.2.0.2; else addr='[fd02::2]'; fi
	check "IPv$family: a NAT" nat 4001
	what="IPv$family, NAT rebinding"
	before=$(snmp b Migrations)
	moved 300k "$addr"
	check "$what: the server sees the first port" wait_for 10 peer_is b ':4001$'
	# not all sent before the NAT forgot, however slow that is here
	pkill -STOP -x quic-client
	check "$what: the NAT forgets" forget 4002
	pkill -CONT -x quic-client
	check "$what: the server follows" wait_for 10 count_up b "$before"
	arrived "$what"
done
inns r nft flush ruleset
up=/tmp/up

# --- the client moves on its own; RFC 9000 5.1.1#2: to connection ids that the server issued
for family in 4 6; do
	if [ $family = 4 ]; then addr=10.2.0.2 to=10.3.0.1:0; else addr='[fd02::2]' to='[fd03::1]:0'; fi
	what="IPv$family, client moves"
	before=$(snmp b Migrations)/$(snmp a Migrations)
	moved 400k "$addr" --migrate "$to" --migrate-after 50
	arrived "$what"
	like "$what: to the other address" "$(tr -d '[]' < /tmp/client.log)" "local address is now $(tr -d '[]' <<< "${to%:0}")"
	is "$what: both ends count it" "$(snmp b Migrations)/$(snmp a Migrations)" "$((${before%/*} + 1))/$((${before#*/} + 1))"
done
what="another port"
moved 400k 10.2.0.2 --rebind --migrate-after 50
arrived "$what"
like "an address that is nobody's is refused" "$(client a 10.2.0.2 --get down --out /tmp/got --migrate 10.77.0.1:0 --migrate-after 0 2>&1)" \
	'refused: Cannot assign'
kill -INT "$tcpdump_pid"
wait_pid 10 "$tcpdump_pid"
kill "$server"

# --- what was on the wire
dissect() { tshark -r /tmp/b.pcap -o tls.keylog_file:/tmp/keys.log -d "udp.port==$port,quic" "$@" 2>/tmp/tshark.log; }
challenges=$(dissect -Y 'quic.frame_type == 0x1a' -T fields -e udp.length -e quic.dcid)
# RFC 9000 8.2.1: a server that heard little from there yet may send smaller ones, beside
at_least "tshark sees challenges of 1200 bytes" "$(cut -f1 <<< "$challenges" | grep -cE '[0-9]{4}')" 6
at_least "and responses" "$(dissect -Y 'quic.frame_type == 0x1b' | wc -l)" 6
at_least "the server sends to the NAT's second port" "$(dissect -Y 'quic.header_form == 0 && udp.dstport == 4002' | wc -l)" 20
# RFC 9000 9.5: no connection id is sent from, or to, two addresses; ports, which a NAT changes, aside
is "no connection id on two paths" "$(dissect -Y 'quic.header_form == 0 && ip.src == 10.2.0.2' -T fields -e ip.dst -e quic.dcid |
	sort -u | cut -f2 | sort | uniq -d | wc -l)" 0

# one pass for what is in clear: flow label, addresses, connection id; connection, spin bit
dissect -Y 'quic.header_form == 0' -T fields -e ipv6.flow -e ipv6.src -e ipv6.dst -e quic.dcid -e udp.stream -e quic.spin_bit > /tmp/clear
awk -F '\t' '$1 != "" { print $1, $2, $3, $4 }' /tmp/clear | sort -u > /tmp/labels
# RFC 9000 9.7#1: a label goes with addresses and connection id, so nothing says that two paths are of one connection
at_least "flow labels of two paths, both ways" "$(awk '$1 + 0 || $1 ~ /[1-9a-f]$/ { print $1 }' /tmp/labels | sort -u | wc -l)" 4
is "no flow label is on two paths" "$(awk '{ print $1, $2, $3 }' /tmp/labels | sort -u | cut -d' ' -f1 | uniq -d | wc -l)" 0
is "nor of two connection ids" "$(cut -d' ' -f1 /tmp/labels | uniq -d | wc -l)" 0
# RFC 9000 17.4: it turns in all connections but one in 16
at_least "connections whose spin bit turns" "$(awk -F '\t' '{ print $5, $6 }' /tmp/clear | sort -u | cut -d' ' -f1 | uniq -d | wc -l)" 3

# --- a server that prefers another address; RFC 9000 9.6.3#1: the client stays there
check "server with preferred addresses starts" serve b 10.2.0.2 --prefer 10.3.0.2:0
what="preferred address"
moved 150k 10.2.0.2
check "$what: the client goes there" wait_for 10 peer_is a '^10\.3\.0\.2:'
arrived "$what"
kill "$server"
check "server on IPv6 starts" serve b '[fd02::2]' --prefer '[fd03::2]:0'
what="IPv6 preferred address"
before=$(snmp a Migrations)
moved 400k '[fd02::2]'
check "$what: the client goes there" wait_for 10 count_up a "$before"
arrived "$what"
kill "$server"
# RFC 9000 9.6.1#1: what does not answer is not used
check "server on a dead preferred address starts" serve b 10.2.0.2 --prefer 10.3.0.2:0
check "which is dead" inns b nft "table ip dead { chain drops { type filter hook input priority 0; ip daddr 10.3.0.2 udp dport $port drop; }; }"
before=$(snmp a Migrations)
moved 400k 10.2.0.2
arrived "dead preferred address"
is "the client stays where it was" "$(snmp a Migrations)" "$before"
kill "$server"
done_testing
