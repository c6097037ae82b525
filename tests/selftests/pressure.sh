#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# All sockets together may hold next to nothing: transfers go through all the same, and everything is given back.
# TIMEOUT: 200
. "$(dirname "$0")/lib.sh"
need_module quic

# the limits are the machine's: only the first namespace shows them
global() { nsenter -t 1 -n sysctl -qw "net.quic.$1=$2"; }
get() { nsenter -t 1 -n sysctl -n "net.quic.$1" | tr '\t' ' '; }
held() { awk '$1 == "QUIC" { print $4 }' /proc/net/protocols; }
old=$(get quic_mem)
trap 'global quic_mem "$old"; lib_exit' EXIT

ns_add a b
veth_pair a b || bail
mkdir -p /tmp/in /tmp/got /tmp/got2
random_file /tmp/in/down 4000000
random_file /tmp/up 400000

check_fails "not to be seen in another namespace" 'No such file|cannot stat' inns a sysctl net.quic.quic_mem
before=$(held)
check "server starts" serve b 10.9.0.2 || done_testing
check "next to nothing" global quic_mem "16 32 64"

# a reader that stops: its window fills, and with it the machine's memory
shaped() { inns b tc qdisc replace dev eth0 root tbf rate "$1" burst 64k latency 50ms; }
shaped 1mbit
client a 10.9.0.2 --get down --out /tmp/got > /tmp/one.log 2>&1 &
one=$!
lib_children+=("$one")
some() { [ "$(cat /tmp/got/.*down* /tmp/got/down 2>/dev/null | wc -c)" -gt 100000 ]; }
check "a transfer begins" wait_for 20 some
pkill -STOP -x quic-client
shaped 40mbit
short() { [ "$(snmp a FrmRcvBufDrop)" -gt 0 ]; }
check "what the reader does not take is dropped" wait_for 30 short
inns b tc qdisc del dev eth0 root
at_least "memory is held" "$(held)" 1
check "another one goes through meanwhile" client a 10.9.0.2 --put /tmp/up
is "and arrives" "$(sha /tmp/out/up)" "$(sha /tmp/up)"
pkill -CONT -x quic-client
check "the first one goes on to its end" wait_pid 60 "$one" || diag "$(cat /tmp/one.log)"
is "unchanged" "$(sha /tmp/got/down)" "$(sha /tmp/in/down)"
check "two at a time" client a 10.9.0.2 --put /tmp/up --get down --out /tmp/got2
is "unchanged, too" "$(sha /tmp/got2/down)" "$(sha /tmp/in/down)"
kill "$server"
nobody() { [ "$(inns a cat /proc/net/quic/conns | wc -l)/$(inns b cat /proc/net/quic/conns | wc -l)" = 1/1 ]; }
check "everybody is gone" wait_for 15 nobody
# up to 1 MiB (256 pages) stays with the CPU
at_least "everything was given back" "$((before + 256 - $(held)))" 0
global quic_mem "$old"
is "as it was" "$(get quic_mem)" "$old"
done_testing
