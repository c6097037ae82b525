#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Socket calls at their edges: how a connection ended, poll and epoll, rights, io_uring, no copies.
# TIMEOUT: 300
. "$(dirname "$0")/lib.sh"
need_module quic

ip link set lo up
run() {
	"$BUILD/user/sock-$1" > "/tmp/$1.log" 2>&1
	relay $? "/tmp/$1.log" "$1"
}
for t in errors poll relisten rights uring zerocopy; do run $t; done
done_testing
