#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What one can see of connections from outside: sock_diag and quicss, /proc, counters.
# TIMEOUT: 200
# ONLY: normal it looks at a transfer while it runs, for which the debug kernel is too slow
. "$(dirname "$0")/lib.sh"
need_module quic
need quicss python3 nft "$MOD/quic_diag.ko"
[ "$VARIANT" != stock ] || modprobe -a inet_diag

ns_add a b
veth_pair a b || bail
mkdir -p /tmp/in /tmp/got
random_file /tmp/up 1500000
random_file /tmp/in/down 700000

# num FILE NAME: a number of its only "stats" (python3 checks once below that it is JSON)
num() { sed -n 's/.*"stats": *\({.*}\).*/\1/p' "$1" | grep -oE "\"$2\": *[0-9]+" | grep -oE '[0-9]+$'; }

check_fails "quicss without the module says so" 'quic_diag' inns a quicss
check "quic_diag loads" insmod "$MOD/quic_diag.ko"
like "quicss --help" "$(quicss --help)" 'Usage: quicss'
check_fails "a wrong filter is refused" "no filter" quicss nonsense
is "nobody there" "$(inns a quicss -aH)" ''

check "server starts" serve b 10.9.0.2 --json || done_testing
like "the listener" "$(inns b quicss -l)" "^LISTEN +0 +16 +10.9.0.2:$port +\*:\*"
is "not among the connected" "$(inns b quicss -H)" ''
# a packet is lost here and there, not a burst
inns a ethtool -K eth0 tx-udp-segmentation off
inns a tc qdisc add dev eth0 root netem loss 3%
client a 10.9.0.2 --json --put /tmp/up --get down --out /tmp/got --rate 100k > /tmp/client.json 2>/tmp/client.err &
pid=$!
lib_children+=("$pid")
established() { inns a quicss -H state established | grep -q .; }
moving() { inns a quicss -j dport "$port" > /tmp/a.json && grep -qE '"tx_data": *[0-9]{6}' /tmp/a.json; }
check "the connection shows" wait_for 20 established
check "and moves" wait_for 20 moving
# it stays as it is while one looks
pkill -STOP -x quic-client
settled() { inns a quicss -j dport "$port" | tr -d '\n ' | grep -q '"in_flight":0,'; }
check "and comes to rest" wait_for 20 settled
inns a quicss -j dport "$port" > /tmp/a.json
text=$(inns a quicss -ime)
inns b quicss -j sport "$port" > /tmp/b.json
local_port=$(sed -n 's/.*"local": *"10.9.0.1:\([0-9]*\)".*/\1/p' /tmp/a.json)
exact=$(inns a quicss -H exact 10.9.0.1 "$local_port" 10.9.0.2 "$port")
by_name=$(quicss -N a -H state established | wc -l)
conns=$(inns a cat /proc/net/quic/conns)
pkill -CONT -x quic-client
hurry
like "text: addresses" "$text" "^ESTAB +[0-9]+ +[0-9]+ +10.9.0.1:[0-9]+ +10.9.0.2:$port"
like "text: statistics" "$text" 'v1 aes(128|256)gcm [a-z]+ client rtt:[0-9.]+ rttvar:[0-9.]+ minrtt:[0-9.]+ mtu:[0-9]+ cwnd:[0-9]+'
like "text: counters" "$text" 'bytes_sent:[0-9]+ .*streams:1 credit:[0-9]+/[0-9]+ .*keygen:0/0 offload:none/none'
like "text: memory" "$text" 'mem:\(r[0-9]+,w[0-9]+,f[0-9]+,t[0-9]+\)'
check "JSON at both sides, of one connection" python3 -c 'import json
a, b = json.load(open("/tmp/a.json")), json.load(open("/tmp/b.json"))
assert len(a) == len(b) == 1 and b[0]["state"] == "ESTAB" and b[0]["stats"]["flags"] & 1
assert a[0]["local"] == b[0]["peer"] and a[0]["stats"]["state_name"] == "established"'
is "exact" "$(awk '{ print $4 }' <<< "$exact")" "10.9.0.1:$local_port"
check_fails "exact: no such socket" 'No such file' inns a quicss -H exact 10.9.0.1 "$local_port" 10.9.0.3 "$port"
is "another port" "$(inns a quicss -H dport 1)" ''
is "another family" "$(inns a quicss -6H)" ''
is "another state" "$(inns a quicss -H state handshake)" ''
is "another namespace" "$(quicss -aH)" ''
is "by name of namespace" "$by_name" 1
like "/proc/net/quic/conns" "$conns" "10.9.0.1:$local_port	10.9.0.2:$port	1	2"
like "/proc/net/quic/eps" "$(inns b cat /proc/net/quic/eps)" "10.9.0.2:$port	.*	10	"
check "the transfer ends well" wait_pid 20 $pid || diag "$(cat /tmp/client.err)"

final() { num /tmp/client.json "$1"; }
seen() { tr -d '\n' < /tmp/a.json > /tmp/a.line; num /tmp/a.line "$1"; }
for n in version cipher mtu cong_algo rx_max_streams_uni tx_gen; do
	is "quicss and the client agree: $n" "$(seen $n)" "$(final $n)"
done
for n in tx_pkts tx_bytes tx_data rx_pkts rx_bytes acks_rcvd; do
	at_least "and $n grew" "$(final $n)" "$(seen $n)"
done
at_least "lost packets" "$(final lost_pkts)" 3
at_least "frames sent again" "$(final retrans_frames)" 3
at_least "bytes sent again" "$(final retrans_bytes)" 2000
is "counted in the namespace as well" "$(snmp a FrmRetrans)" "$(final retrans_frames)"
at_least "every byte was sent" "$(final tx_data)" 1500000
at_least "and every byte came" "$(final rx_read)" 700000
is "it is over" "$(final tx_queued)" 0
check "the server tells, too" wait_file 10 /tmp/server.log '"event":"closed"'
is "same bytes at both ends" "$(num /tmp/server.log rx_read)/$(num /tmp/server.log tx_data)" "$(final tx_data)/$(final rx_read)"
kill "$server"

gone() { [ -z "$(quicss -N a -aH)$(quicss -N b -aH)" ]; }

# --- trace events, beside what tshark sees on the wire
t=/sys/kernel/tracing
if [ -d $t/events/quic ]; then
	check "server starts" serve b 10.9.0.2
	echo 8192 > $t/buffer_size_kb
	echo > $t/trace
	echo 1 > $t/events/quic/enable
	spawn /tmp/tcpdump.log ip netns exec a tcpdump -i eth0 -U -s 0 -w /tmp/a.pcap udp
	tcpdump_pid=$spawned
	wait_file 10 /tmp/tcpdump.log 'listening on' || bail "tcpdump starts"
	caught_up() {
		kill -USR1 "$tcpdump_pid"
		[ "$(tail -n 1 /tmp/tcpdump.log | sed -E 's/.* ([0-9]+) packets captured, ([0-9]+) packets received.*/\1-\2/' |
			bc)" = 0 ]
	}
	rm -f /tmp/keys.log
	# one packet in 25, where each is one: netem drops, or does not, whole bursts
	inns a tc qdisc del dev eth0 root
	check "packets get lost" inns b nft "table inet lossy {
		chain in { type filter hook input priority 0; udp dport $port numgen inc mod 25 7 drop; }; }"
	random_file /tmp/small 300000
	for o in tx-udp-segmentation gso gro; do inns a ethtool -K eth0 $o off; inns b ethtool -K eth0 $o off; done
	check "transfer, traced" client a 10.9.0.2 --put /tmp/small --get down --out /tmp/got --update-keys 5
	kill "$server"
	check "nobody is left there" wait_for 15 gone
	echo 0 > $t/events/quic/enable
	cat $t/trace > /tmp/trace
	check "tcpdump has read it all" wait_for 20 caught_up
	kill -INT "$tcpdump_pid"
	wait_pid 10 "$tcpdump_pid"
	is "no event was lost" "$(grep -c 'LOST' /tmp/trace)" 0
	# a packet each: coalesced ones and those of bursts are told apart by tshark
	tshark -r /tmp/a.pcap -o tls.keylog_file:/tmp/keys.log -d "udp.port==$port,quic" -Y "udp.srcport==$port" \
		-T fields -e quic.packet_number 2>/dev/null | tr ',' '\n' | grep -c . > /tmp/wire
	traced=$(grep -c 'quic_packet_sent:.*side=server' /tmp/trace)
	is "the server's packets: trace and tshark agree" "$traced" "$(cat /tmp/wire)"
	got=$(grep -c 'quic_packet_received:.*side=client' /tmp/trace)
	is "and the client received them" "$got" "$traced"
	at_least "keys were updated" "$(grep -c 'quic_key_updated:.*side=client' /tmp/trace)" 1
	at_least "their loss is traced" "$(grep -c 'quic_packet_lost:.*side=client' /tmp/trace)" 3
	check "qlog" quic-qlog --out /tmp/qlog /tmp/trace
	check "JSON-SEQ, a file for each end, with the same packets" python3 -c 'import json, glob, sys
packets = {}
for path in glob.glob("/tmp/qlog/*.sqlog"):
    records = open(path).read().split("\x1e")
    assert records[0] == ""
    head, *events = [json.loads(r) for r in records[1:]]
    side = head["trace"]["vantage_point"]["type"]
    assert head["qlog_format"] == "JSON-SEQ" and head["trace"]["common_fields"]["group_id"]
    times = [e["time"] for e in events]
    assert times == sorted(times) and times[0] == 0
    names = {e["name"] for e in events}
    assert {"transport:packet_sent", "recovery:metrics_updated", "connectivity:connection_state_updated",
            "security:key_updated", "transport:data_moved"} <= names, names
    for which in "packet_sent", "packet_received":
        packets[side, which] = {(e["data"]["header"]["packet_type"], e["data"]["header"]["packet_number"])
                                for e in events if e["name"] == "transport:" + which}
assert packets["server", "packet_sent"] == packets["client", "packet_received"]
assert packets["client", "packet_sent"] > packets["server", "packet_received"]'
	unlike "no payload in the trace" "$(cat /tmp/trace)" "$(head -c 16 /tmp/up | xxd -p)"
else
	skip "trace events" "no tracefs"
fi

check "nobody is left" wait_for 15 gone || diag "$(quicss -N a -aie; quicss -N b -aie)"
rmmod quic_diag
done_testing
