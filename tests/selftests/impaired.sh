#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Transfers under loss, duplication, reordering and corruption by netem arrive whole.
# TIMEOUT: 200
. "$(dirname "$0")/lib.sh"
need_module quic

ns_add a b
veth_pair a b || bail
mkdir -p /tmp/in /tmp/got
random_file /tmp/in/down 600000
random_file /tmp/up 600000

impaired() {
	local what=$1 ns
	shift
	for ns in a b; do
		inns $ns tc qdisc replace dev eth0 root netem limit 5000 "$@" || bail "netem $what"
	done
	rm -f /tmp/out/up /tmp/got/down
	check "$what: transfer" client a 10.9.0.2 --put /tmp/up --get down --out /tmp/got
	is "$what: sent file" "$(sha /tmp/out/up)" "$(sha /tmp/up)"
	is "$what: fetched file" "$(sha /tmp/got/down)" "$(sha /tmp/in/down)"
}

check "server starts" serve b 10.9.0.2 || done_testing
impaired "delay" delay 5ms
impaired "loss" delay 2ms loss 3%
impaired "duplication" delay 2ms duplicate 5%
impaired "reordering" delay 4ms 3ms
impaired "corruption" delay 2ms corrupt 1%
done_testing
