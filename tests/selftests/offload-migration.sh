#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A connection whose keys lie in one NIC moves to another: the keys follow, and nothing crosses either link in clear.
# TIMEOUT: 200
. "$(dirname "$0")/lib.sh"
need_module quic quic_offload quic_netdevsim

ns_add a b
nsim_pair a b || bail
nsim_add 3 a eth1 && nsim_add 4 b eth1 && nsim_link a eth1 b eth1 && addr_add a eth1 1 8 && addr_add b eth1 2 8 || bail
wait_ping a 10.8.0.2 || bail
ip -n a rule add from 10.8.0.1 lookup 100
ip -n a route add 10.9.0.0/24 via 10.8.0.2 table 100
mkdir -p /tmp/in /tmp/got
marker=$(head -c 16 /dev/urandom | xxd -p)
check "canary file" canary-file --canary "$marker" --size 3000000 /tmp/up
for id in 1 2 3 4; do echo "$marker" > "$(nsim_debugfs $id quic/canary)"; done
for ns in a b; do
	for dev in eth0 eth1; do check "offload on: $dev in $ns" inns $ns ethtool -K $dev quic-hw-offload on; done
done

stat() { awk -v n="$2" '$1 == n { print $2 }' "$(nsim_debugfs "$1" quic/stats)"; }
more() { [ "$(stat "$1" "$2")" -ge "$3" ]; }
clean() { [ "$(tr '\n' ' ' < "$(nsim_debugfs "$1" quic/tables)")" = "dirs 0 tx_keys 0 rx_keys 0 filters 0 " ]; }

check "server starts" serve b 10.9.0.2 || done_testing
spawn /tmp/client.log client a 10.9.0.2 --put /tmp/up --rate 100k --migrate 10.8.0.1:0 --migrate-after USR2
client_pid=$spawned
check "the first device seals" wait_for 10 more 1 quic_tx_sealed_pkts 100
pkill -USR2 -x quic-client
check "the second device seals" wait_for 10 more 3 quic_tx_sealed_pkts 20
check "and the server's second device opens" wait_for 10 more 4 quic_rx_opened_pkts 20
hurry
check "the connection moves" wait_pid 60 "$client_pid" || diag "$(cat /tmp/client.log)"
like "to the other device's address" "$(cat /tmp/client.log)" 'local address is now 10\.8\.0\.1:'
is "the file is whole" "$(sha /tmp/out/up)" "$(sha /tmp/up)"
at_least "the second device goes on" "$(stat 3 quic_tx_sealed_pkts)" 100
at_least "the server's second device opens" "$(stat 4 quic_rx_opened_pkts)" 100
at_least "and seals" "$(stat 4 quic_tx_sealed_pkts)" 10
for id in 1 2 3 4; do
	is "device $id: no marker on the link" "$(stat $id canary_hits)" 0
	check "device $id forgot everything" wait_for 15 clean $id
done
kill "$server"
done_testing
