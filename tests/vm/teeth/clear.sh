#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Somebody puts clear text on the link: what looks for it there, in the way vm/offload does, has to turn this test red.
. "$(dirname "$0")/../../selftests/lib.sh"
need_module quic_netdevsim

ns_add a b
nsim_pair a b || bail
qa=$(nsim_debugfs 1 quic)
marker=$(head -c 16 /dev/urandom | xxd -p)
for id in 1 2; do
	check "device $id looks for the marker" eval 'echo "$marker" > "$(nsim_debugfs $id quic/canary)"'
done

say() { inns a bash -c 'cat > /dev/udp/10.9.0.2/4433' < "$1"; }
capture() {
	cat "$qa/tap" > /tmp/link.pcap &
	local tap=$!
	"$@"
	echo stop > "$qa/tap"
	wait $tap
}

head -c 1000 /dev/urandom > /tmp/noise
{ head -c 500 /tmp/noise; xxd -r -p <<< "$marker"; head -c 500 /tmp/noise; } > /tmp/clear
capture check "noise is sent" say /tmp/noise
marker_unseen "noise" "$marker"
marker_uncaptured "noise" "$marker" /tmp/link.pcap
capture check "the marker is sent" say /tmp/clear
# These two are to be red, and nothing else is.
marker_unseen "clear text" "$marker"
marker_uncaptured "clear text" "$marker" /tmp/link.pcap
done_testing
