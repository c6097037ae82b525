#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# BPF programs of a cgroup: one that watches what leaves sees it whoever would seal it; one that forbids to connect is asked.
# TIMEOUT: 60
# ONLY: normal nothing here that KASAN or lockdep would see and the other offload tests would not
. "$(dirname "$0")/lib.sh"
need_module quic quic_offload quic_netdevsim

mkdir -p /tmp/cgroup
mount -t cgroup2 cgroup2 /tmp/cgroup || skip_all "no cgroup2"
group=/tmp/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)/watched
mkdir -p "$group" || bail "a cgroup"
bpf() { "$BUILD/user/sock-cgroup" "$@" "$group"; }
bpf attach egress 1 || skip_all "no BPF for cgroups"
bpf detach egress 1

ns_add a b
nsim_pair a b || bail
mkdir -p /tmp/in /tmp/got
random_file /tmp/in/up 2000000
for n in a b; do inns $n ethtool -K eth0 quic-hw-offload on; done
check "server starts" serve b 10.9.0.2 --sendfile || done_testing
sealed() { awk '$1 == "quic_tx_sealed_pkts" { print $2 }' "$(nsim_debugfs 1 quic/stats)"; }
# fetch: as a process of the group
fetch() {
	rm -f /tmp/got/up
	(echo "$BASHPID" > "$group/cgroup.procs"; client a 10.9.0.2 --get up --out /tmp/got)
}
check "nobody watches: a transfer" fetch
before=$(sealed)
at_least "... and the device seals what the client says" "$before" 10
bpf attach egress 1
check "a program watches: a transfer" fetch
is "... and the device seals nothing" "$(sealed)" "$before"
bpf detach egress 1
bpf attach connect4 0
check_fails "a program forbids to connect" 'not permitted' fetch
bpf detach connect4 0
check "nothing forbids it any more" fetch
kill "$server"
done_testing
