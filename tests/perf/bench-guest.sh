#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In the stock guest with the instruction clock: bulk transfers, one line of JSON each in $RESULTS/runs.jsonl.
# Variables: ROWS, MTUS, SIZES, RUNS, SECONDS_EACH, STALL_RUNS (see bench.sh).
set -u
. tests/vm/guest-modules
bench=$BUILD/user/quic-bench
psk=/tmp/psk.txt
echo "bench:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" > $psk
out=$RESULTS/runs.jsonl
: > "$out"

die() { echo "bench: $*" >&2; exit 1; }

for m in veth tls aesni_intel gcm ccm chacha20poly1305; do modprobe $m || die "no module $m"; done
load_modules || die "modules do not load"

ip netns add c && ip netns add s || die "no namespaces"
ip -n c link set lo up && ip -n s link set lo up
ip link add veth0 netns c type veth peer name veth0 netns s
addr() { ip -n c addr replace 10.9.0.1/24 dev "$1" && ip -n s addr replace 10.9.0.2/24 dev "$1"; }
each() { local ns; for ns in c s; do "$@" $ns; done; }
veth_up() { ip -n "$1" link set veth0 up; }
each veth_up
addr veth0

# Two linked ports of the modelled NIC, made when the first row wants them; then the addresses move there.
nsim_made=
nsim_make() {
	local ns id=0 dev fd1 fd2
	[ -z "$nsim_made" ] || return 0
	nsim_made=1
	for ns in c s; do
		id=$((id + 1))
		ip netns exec $ns sh -c "echo '$id 1' > /sys/bus/netdevsim/new_device" || die "no netdevsim"
		dev=$(ip netns exec $ns ls "/sys/bus/netdevsim/devices/netdevsim$id/net")
		ip -n $ns link set "$dev" name nsim0
	done
	exec {fd1}</run/netns/c {fd2}</run/netns/s
	echo "$fd1:$(ip netns exec c cat /sys/class/net/nsim0/ifindex) $fd2:$(ip netns exec s cat /sys/class/net/nsim0/ifindex)" \
		> /sys/bus/netdevsim/link_device || die "ports do not link"
	for ns in c s; do
		ip -n $ns link set nsim0 up
		ip netns exec $ns "$BUILD/user/quicoffloadctl" dev set nsim0 on || die "offload does not go on"
	done
}

# Before a run: the link of its row, at that MTU, with or without segmentation offload. @link: veth0 or nsim0
link=
prepare() {
	local row=$1 mtu=$2 ns seg=on want=veth0
	case $row in quic_hw) want=nsim0; nsim_make ;; *_seg) seg=off ;; esac
	if [ "$link" != $want ]; then
		for ns in c s; do [ -z "$link" ] || ip -n $ns addr flush dev "$link"; done
		addr $want
		link=$want
	fi
	for ns in c s; do
		ip -n $ns link set $want mtu "$mtu"
		ip netns exec $ns ethtool -K $want tso $seg gso $seg tx-udp-segmentation $seg >/dev/null 2>&1
	done
	for _ in {1..50}; do ip netns exec c ping -q -c1 -W1 10.9.0.2 >/dev/null && return; done
	die "10.9.0.2 does not answer on $want"
}

# `ip netns exec` has a /sys of its own, without debugfs
debugfs=/tmp/debugfs
mkdir -p $debugfs && mount -t debugfs none $debugfs || die "no debugfs"
stats() { echo "$debugfs/netdevsim/netdevsim$1/ports/0/quic/stats"; }
sealed() { awk '$1 == "quic_tx_sealed_pkts" { n += $2 } END { print n + 0 }' "$(stats 1)" 2>/dev/null || echo 0; }

# What there is to know of a transfer that does not end
state() {
	local ns
	for ns in c s; do
		echo "bench: state of $ns"
		ip netns exec $ns cat /proc/net/quic/conns
		ip netns exec $ns awk '$2 > 0' /proc/net/quic/snmp
	done >&2
}

transfer() {
	local row=$1 mtu=$2 size=$3 seconds=$4 kind=$5 proto log=/tmp/receiver.log server code=0 sent marked engines=()
	case $row in tcp*) proto=tcp ;; ktls*) proto=ktls ;; *) proto=quic ;; esac
	prepare "$row" "$mtu"
	marked=$(sealed)
	[ "$link" != nsim0 ] || engines=(--engine "$(stats 1)" --engine "$(stats 2)")
	ip netns exec s "$bench" --listen 10.9.0.2 --proto $proto --psk $psk "${engines[@]}" > $log 2>&1 &
	server=$!
	for _ in {1..100}; do grep -q listening $log && break; sleep 0.02; done
	ip netns exec c timeout 300 "$bench" --connect 10.9.0.2 --proto $proto --psk $psk --size "$size" --seconds "$seconds" \
		> /tmp/sender.log 2>&1 || code=$?
	sent=$code
	for _ in {1..250}; do kill -0 $server 2>/dev/null || break; sleep 0.02; done
	! kill -0 $server 2>/dev/null || state
	kill $server 2>/dev/null && code=124
	wait $server || code=$?
	marked=$(($(sealed) - marked))
	[ $code = 0 ] || echo "bench: $row mtu $mtu size $size: sender $sent, receiver $code: $(cat $log /tmp/sender.log)" >&2
	printf '{"row":"%s","mtu":%s,"size":%s,"kind":"%s","code":%s,"sealed_pkts":%s,"result":%s}\n' "$row" "$mtu" "$size" \
		"$kind" $code "$marked" "$(grep '^{' $log || echo null)" >> "$out"
	tail -n 1 "$out"
}

# The guest's clock leaps while it waits for the host's files: first read all that a transfer needs, modules of ciphers among them.
for row in quic_sw ktls $ROWS; do
	case $row in quic_sw|ktls|quic_hw) transfer $row 1500 65536 0.02 warm-up ;; esac
done

for mtu in $MTUS; do
	for row in $ROWS; do
		for size in $SIZES; do
			for ((i = 0; i < RUNS; i++)); do
				transfer "$row" "$mtu" "$size" "$SECONDS_EACH" table
			done
		done
	done
done
for ((i = 0; i < STALL_RUNS; i++)); do
	transfer quic_sw 1500 65536 0.1 stall
done
exit 0
