#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Congestion control over a bottleneck of 20 Mbit/s and 20 ms (netem, tbf behind it): each algorithm is chosen by name,
# shown and paced. SO_MAX_PACING_RATE is kept on a path without any bottleneck, with and without fq.
# How much of the bottleneck is used is judged in virtual time (tests/goodput), not here, where other load would decide.
# TIMEOUT: 200
# ONLY: normal it takes the time of transfers, and under KASAN the CPU is the bottleneck
. "$(dirname "$0")/lib.sh"
need_module quic
need tc

# of the statistics that quic-client --json prints
field() { grep -oE "\"$1\":[0-9.]+" /tmp/json | tail -n 1 | cut -d: -f2; }

# millis: how long the transfer took
millis() { awk -v s="$(field seconds)" 'BEGIN { print int(s * 1000) }'; }

put() {
	local what=$1
	shift
	rm -f /tmp/out/up
	check "$what" client a 10.9.0.2 --put /tmp/up --json "$@" || return 1
	cp "$lib_out" /tmp/json
	is "$what: the file" "$(sha /tmp/out/up)" "$(sha /tmp/up)"
	diag "$(millis) ms, cwnd $(field cwnd), rtt $(field rtt) us, pacing $(field pacing_rate), lost $(field lost_pkts)"
}

ns_add a b
veth_pair a b || bail
mkdir -p /tmp/in
random_file /tmp/up 2000000
check "server starts" serve b 10.9.0.2 || done_testing

# 10 ms each way; the queue holds 50 ms
inns b tc qdisc add dev eth0 root netem delay 10ms limit 10000 || skip_all "netem is not there"
inns a tc qdisc add dev eth0 root handle 1: netem delay 10ms limit 10000
inns a tc qdisc add dev eth0 parent 1:1 handle 2: tbf rate 20mbit burst 5000 limit 125000 || skip_all "tbf is not there"
number=0
for algo in reno cubic bbr; do
	put "$algo" --congestion $algo || continue
	is "$algo: is in use" "$(field cong_algo)" $number
	number=$((number ? 64 : 1))
	# 0.8 s at the full rate
	at_least "$algo: is not faster than the bottleneck" "$(millis)" 760
	at_least "$algo: sees the delay" "$(field rtt_min)" 20000
	at_least "$algo: is paced" "$(field pacing_rate)" 100000
done
check_fails "an unknown name is refused" nosuch inns a quic-client --quiet --congestion nosuch --put /tmp/up "10.9.0.2:$port"

inns b tc qdisc del dev eth0 root
inns a tc qdisc del dev eth0 root
put "3 MB/s, own pacer" --pace 3000000
at_least "3 MB/s, own pacer: is kept" "$(millis)" 640
is "3 MB/s, own pacer: is shown" "$(field pacing_rate)" 3000000
inns a tc qdisc add dev eth0 root fq
put "3 MB/s, with fq" --pace 3000000
at_least "3 MB/s, with fq: is kept" "$(millis)" 640
put "unbounded, with fq"
kill "$server"
done_testing
