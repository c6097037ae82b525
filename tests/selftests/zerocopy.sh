#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A file by sendfile(2): sealed from the page cache in software, copied for a device that seals; never clear on the link.
# TIMEOUT: 150
. "$(dirname "$0")/lib.sh"
need_module quic quic_offload quic_netdevsim

ns_add a b
nsim_pair a b || bail
mkdir -p /tmp/in /tmp/got
marker=$(head -c 16 /dev/urandom | xxd -p)
check "canary file" canary-file --canary "$marker" --size 2000000 /tmp/in/down
for id in 1 2; do echo "$marker" > "$(nsim_debugfs $id quic/canary)"; done
check "server starts" serve b 10.9.0.2 --sendfile || done_testing
sealed() { awk '$1 == "quic_tx_sealed_pkts" { print $2 }' "$(nsim_debugfs 2 quic/stats)"; }
fetch() {
	rm -f /tmp/got/down
	check "$1: transfer" client a 10.9.0.2 --get down --out /tmp/got
	is "$1: unchanged" "$(sha /tmp/got/down)" "$(sha /tmp/in/down)"
	marker_unseen "$1" "$marker"
}
fetch software
is "no device sealed" "$(sealed)" 0
for n in a b; do inns $n ethtool -K eth0 quic-hw-offload on; done
fetch device
at_least "the device sealed" "$(sealed)" 1000
kill "$server"
done_testing
