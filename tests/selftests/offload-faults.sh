#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Keys change, devices fail, go down or vanish under traffic: connections live, nothing is clear text, nothing stays behind.
# TIMEOUT: 400
. "$(dirname "$0")/lib.sh"
need_module quic quic_offload quic_netdevsim
need quicoffloadctl nft

ns_add a b
nsim_pair a b || bail
qa=$(nsim_debugfs 1 quic)
qb=$(nsim_debugfs 2 quic)
size=$((2 << 20))
mkdir -p /tmp/in /tmp/got
marker=$(head -c 16 /dev/urandom | xxd -p)
canary-file --canary "$marker" --size $size /tmp/up > /dev/null
canary-file --canary "$marker" --size $size /tmp/in/down > /dev/null
for n in a b; do inns $n ethtool -K eth0 quic-hw-offload on; done
echo "$marker" > "$qa/canary"
echo "$marker" > "$qb/canary"

stat() { awk -v n="$2" '$1 == n { print $2 }' "$1/stats"; }
empty() { [ "$(tr '\n' ' ' < "$1/tables")" = "dirs 0 tx_keys 0 rx_keys 0 filters 0 " ]; }
more_udp() { [ "$(($(stat "$qb" link_rx_udp_frames) - $1))" -ge "$2" ]; }
# half a minute, unless hurry comes first
slow="--rate 100k"
start() {
	rm -f /tmp/out/up /tmp/got/down
	spawn /tmp/client.log client a 10.9.0.2 --put /tmp/up --get down --out /tmp/got "$@"
	client_pid=$spawned
}
under_way() { check "$1: under way" wait_for 20 more_udp "$(stat "$qb" link_rx_udp_frames)" 50; }
finish() {
	check "$1: transfer" wait_pid 90 "$client_pid" || diag "$(cat /tmp/client.log)"
	is "$1: sent file" "$(sha /tmp/out/up)" "$(sha /tmp/up)"
	is "$1: fetched file" "$(sha /tmp/got/down)" "$(sha /tmp/in/down)"
	is "$1: no marker on the link" "$(stat "$qa" canary_hits)/$(stat "$qb" canary_hits)" "0/0"
}

check "server starts" serve b 10.9.0.2 || done_testing

# --- key updates: the server's side sees them as the peer's
updated() { [ "$(snmp b KeyUpdates)" -ge "$1" ]; }
start $slow --update-keys 1500
check "b follows key updates" wait_for 20 updated 2
# while it is slow: in a hurry the next update may come before the last one's key is in the device
opened=$(stat "$qb" quic_rx_opened_pkts) frames=$(stat "$qb" link_rx_udp_frames)
check "and further ones" wait_for 20 updated 5
opened=$(($(stat "$qb" quic_rx_opened_pkts) - opened)) frames=$(($(stat "$qb" link_rx_udp_frames) - frames))
like "software opened little" "$((opened * 10 / frames))" '^(8|9|10)$'
hurry
finish "key updates"
updates=$(sed -nE 's/.*keys updated ([0-9]+) times.*/\1/p' /tmp/client.log)
at_least "several updates" "$updates" 3
check "no key stays behind" wait_for 20 empty "$qb" || diag "$(cat "$qb/tables")"

# --- a packet that waits in a qdisc while offload goes off is never clear text
start $slow
under_way "qdisc"
echo 1 > "$qa/tx_paused"
inns a ethtool -K eth0 quic-hw-offload off
echo 0 > "$qa/tx_paused"
under_way "qdisc, off"
inns a ethtool -K eth0 quic-hw-offload on
hurry
finish "off with packets in the qdisc"

# --- verdicts that cannot be believed: after some of them software opens, until the device is switched on anew
says_verdict() { grep -qE ' rx .* absent .* verdict' <<< "$(inns b quicoffloadctl key show)"; }
more_opened() { [ "$(($(stat "$qb" quic_rx_opened_pkts) - $1))" -ge "$2" ]; }
echo 1 > "$qb/false_verdicts"
start $slow
check "false verdicts: the direction goes back to software" wait_for 20 says_verdict ||
	diag "$(inns b quicoffloadctl key show)"
dropped=$(snmp b PktVerdictDrop)
at_least "false verdicts: packets were dropped" "$dropped" 1
echo 0 > "$qb/false_verdicts"
under_way "false verdicts"
is "false verdicts: software opens" "$(snmp b PktVerdictDrop)" "$dropped"
check "false verdicts: not in the device" says_verdict
inns b ethtool -K eth0 quic-hw-offload off
inns b ethtool -K eth0 quic-hw-offload on
check "false verdicts: the device opens when it is switched on" wait_for 20 more_opened "$(stat "$qb" quic_rx_opened_pkts)" 50
hurry
finish "false verdicts"

# --- packets that are changed on their way to the device: they are not what it was told of, and dropped; software takes over. Of sealed
# packets the rule knows none: eight bytes of a file of "A"s.
head -c 400000 /dev/zero | tr '\0' A > /tmp/same
spoil() {
	inns a nft -f - <<- EOF
	table inet spoil {
		chain post { type filter hook postrouting priority 0; udp dport $port @th,640,64 0x4141414141414141 @th,67,1 set 1; }
	}
	EOF
}
says_lossy() { grep -qE ' tx .* absent .* verdict' <<< "$(inns a quicoffloadctl key show)"; }
check "lossy: a rule that changes clear headers" spoil
before=$(snmp a PktLateDrop)
# shellcheck disable=SC2086  # an option and its value
spawn /tmp/client.log client a 10.9.0.2 --put /tmp/same $slow
client_pid=$spawned
check "lossy: the direction goes back to software" wait_for 20 says_lossy || diag "$(inns a quicoffloadctl key show)"
check "lossy: transfer" wait_pid 90 "$client_pid" || diag "$(cat /tmp/client.log)"
is "lossy: the file" "$(sha /tmp/out/same)" "$(sha /tmp/same)"
at_least "lossy: packets were dropped before the device" $(($(snmp a PktLateDrop) - before)) 2
inns a nft delete table inet spoil
inns a ethtool -K eth0 quic-hw-offload off
inns a ethtool -K eth0 quic-hw-offload on

# --- who captures may be kept from seeing clear text
says_tapped() { grep -qE ' tx .* absent .* tapped' <<< "$(inns a quicoffloadctl key show)"; }
tap_a() {
	spawn /tmp/tap.log ip netns exec a tshark -q -i eth0 -w /tmp/tap.pcap
	tap=$spawned
	wait_file 20 /tmp/tap.log 'Capture started'
}
check "tapped-offload off" inns a quicoffloadctl dev set eth0 tapped-offload off
like "dev show has the policy" "$(inns a quicoffloadctl dev show)" 'offload on \(not while tapped\)'
check "a capture begins" tap_a || diag "$(cat /tmp/tap.log)"
start $slow
check "tapped: software seals" wait_for 20 says_tapped || diag "$(inns a quicoffloadctl key show)"
kill "$tap"
wait "$tap" 2>/dev/null
marker_uncaptured "tapped" "$marker" /tmp/tap.pcap
before=$(stat "$qa" quic_tx_sealed_pkts)
more_sealed() { [ "$(($(stat "$qa" quic_tx_sealed_pkts) - before))" -ge 50 ]; }
check "tapped no more: the device seals" wait_for 20 more_sealed
hurry
finish "tapped"
check "tapped-offload on" inns a quicoffloadctl dev set eth0 tapped-offload on

# --- down and up
start $slow
under_way "down and up"
check "a goes down" ip -n a link set eth0 down
check "and up" ip -n a link set eth0 up
hurry
finish "down and up"

# --- the model of the hardware goes: the device is unregistered under traffic
start $slow
under_way "unregistered"
check_fails "quic.ko cannot be unloaded with live sockets" 'in use' rmmod quic
check "the hardware's module is unloaded" rmmod quic_netdevsim
hurry
wait_pid 60 "$client_pid"
is "unregistered: transfer" $? 0
is "unregistered: sent file" "$(sha /tmp/out/up)" "$(sha /tmp/up)"
is "unregistered: fetched file" "$(sha /tmp/got/down)" "$(sha /tmp/in/down)"
is "no device is left" "$(inns a quicoffloadctl --json dev show | tr -d ' \n')" "[]"
insmod "$MOD/quic_netdevsim.ko"
echo "$marker" > "$qa/canary"
echo "$marker" > "$qb/canary"
for n in a b; do check "back in $n" inns $n ethtool -K eth0 quic-hw-offload on; done
start
finish "registered again"
at_least "a's device seals again" "$(stat "$qa" quic_tx_sealed_pkts)" 700

# --- a fence that does not end: the device is left alone
says_dead() { inns a quicoffloadctl dev show | grep -qE 'dead|fence'; }
echo "fence 110 9" > "$qa/fail_op"
start $slow --update-keys 200
check "fence times out: dev show says why" wait_for 20 says_dead || diag "$(inns a quicoffloadctl dev show)"
hurry
finish "fence times out"
kill "$server"
done_testing
