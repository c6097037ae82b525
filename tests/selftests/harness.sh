#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The guest and lib.sh themselves: namespaces, two linked netdevsim ports, a veth pair, bounded waits.
. "$(dirname "$0")/lib.sh"

check "the root is read-only" sh -c '! touch /etc/harness 2>/dev/null'
check "results are writable" touch "$RESULTS/harness"
check "namespaces" ns_add a b c d
check "a veth pair" veth_pair a b
check "two linked netdevsim ports" nsim_pair c d 8
check "IPv6 across the link" inns c ping -q -c1 -W20 fd08::2
random_file /tmp/in 1000000
spawn /tmp/server.log inns d timeout 300 busybox nc -l -p 7000
server=$spawned
check "a listener is there" wait_for 5 sh -c "ip netns exec d ss -ltn | grep -q :7000"
check "a file is sent" inns c bash -c 'cat /tmp/in > /dev/tcp/10.8.0.2/7000'
check "the listener ends" wait_pid 10 "$server"
is "TCP over netdevsim" "$(sha /tmp/server.log)" "$(sha /tmp/in)"
check "wait_for gives up" sh -c '! false'
wait_for 0 false
is "wait_for on what never happens" $? 1
spawn /tmp/sleep.log sleep 100
wait_pid 0 "$spawned"
is "wait_pid on what never ends" $? 124
check "netdevsim devices go" nsim_del 1
done_testing
