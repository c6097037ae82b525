#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The modules load, give IPPROTO_QUIC sockets of both families, stay while a socket lives, and can go and come again.
# STOCK: this is how users of an unmodified kernel get them
. "$(dirname "$0")/lib.sh"
need python3

hold_socket() {
	spawn "/tmp/socket.$1" python3 -c "
import socket, sys
s = socket.socket(socket.$1, socket.SOCK_DGRAM, 261)
print('open', flush=True)
sys.stdin = open('/tmp/hold.$1')
sys.stdin.read()"
}

for m in quic_offload quic; do
	[ -f "$MOD/$m.ko" ] || skip_all "$m was not built"
	check "$m is loaded" grep -q "^$m " /proc/modules
done
for family in AF_INET AF_INET6; do
	mkfifo /tmp/hold.$family
	hold_socket $family
	holder=$spawned
	if ! wait_file 10 /tmp/socket.$family open; then
		fail "$family: a socket" "$(cat /tmp/socket.$family)"
		continue
	fi
	pass "$family: a socket"
	check_fails "$family: quic stays while it lives" "in use" rmmod quic
	: > /tmp/hold.$family
	check "$family: the socket is closed" wait_pid 10 "$holder"
done
for round in 1 2 3; do
	[ ! -f "$MOD/quic_netdevsim.ko" ] || check "round $round: quic_netdevsim goes" wait_for 10 rmmod quic_netdevsim
	check "round $round: quic goes" wait_for 10 rmmod quic
	check "round $round: quic_offload goes" wait_for 10 rmmod quic_offload
	check_fails "round $round: no socket without it" "not supported" python3 -c \
		'import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 261)'
	# shellcheck source=/dev/null
	. tests/vm/guest-modules
	check "round $round: they load again" load_modules
done
done_testing
