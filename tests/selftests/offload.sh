#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# 1-RTT keys in the NIC: what crosses the link was sealed and opened by the two devices, and never is clear text.
# TIMEOUT: 300
. "$(dirname "$0")/lib.sh"
need_module quic quic_offload quic_netdevsim
need tshark quicoffloadctl

ns_add a b
nsim_pair a b || bail
qa=$(nsim_debugfs 1 quic)
qb=$(nsim_debugfs 2 quic)
size=$((2 << 20))
mkdir -p /tmp/in /tmp/got
marker=$(head -c 16 /dev/urandom | xxd -p)
check "canary file up" canary-file --canary "$marker" --size $size /tmp/up
check "canary file down" canary-file --canary "$marker" --size $size /tmp/in/down

for n in a b; do
	check "ethtool -K on in $n" inns $n ethtool -K eth0 quic-hw-offload on
	like "ethtool -k shows it in $n" "$(inns $n ethtool -k eth0)" 'quic-hw-offload: on'
done
echo "$marker" > "$qa/canary"
echo "$marker" > "$qb/canary"

stat() { awk -v n="$2" '$1 == n { print $2 }' "$1/stats"; }
tables() { cat "$1/tables"; }
clean() { [ "$(tr '\n' ' ' < "$1/tables")" = "dirs 0 tx_keys 0 rx_keys 0 filters 0 " ]; }
transfer() {
	local what=$1
	shift
	rm -f /tmp/out/up /tmp/got/down
	check "$what: transfer" client a 10.9.0.2 --put /tmp/up --get down --out /tmp/got "$@"
	is "$what: sent file" "$(sha /tmp/out/up)" "$(sha /tmp/up)"
	is "$what: fetched file" "$(sha /tmp/got/down)" "$(sha /tmp/in/down)"
	marker_unseen "$what" "$marker"
}

check "server starts" serve b 10.9.0.2 || done_testing
rm -f /tmp/keys.log
cat "$qa/tap" > /tmp/link.pcap &
tap=$!
transfer "offloaded"
echo stop > "$qa/tap"
wait $tap
is "nothing was lost by the tap" "$(cat "$qa/tap_dropped")" 0
sealed_a=$(stat "$qa" quic_tx_sealed_pkts)
sealed_b=$(stat "$qb" quic_tx_sealed_pkts)
at_least "a's device sealed" "$sealed_a" 1000
at_least "b's device sealed" "$sealed_b" 1000
# a first window, 1 MiB or 745 packets, may all come before the receiver's keys are in its device
at_least "a's device opened" "$(stat "$qa" quic_rx_opened_pkts)" 600
at_least "b's device opened" "$(stat "$qb" quic_rx_opened_pkts)" 600
is "no verdict was rejected" "$(snmp a PktVerdictDrop)/$(snmp b PktVerdictDrop)" "0/0"
is "nothing failed to open" "$(snmp a PktDecDrop)/$(snmp b PktDecDrop)" "0/0"
dissect() { tshark -r /tmp/link.pcap -o tls.keylog_file:/tmp/keys.log -d "udp.port==$port,quic" "$@" 2>/tmp/tshark.log; }
is "tshark fails to decrypt none" "$(dissect -Y 'quic.decryption_failed || _ws.malformed' | wc -l)" 0
short=$(dissect -Y 'quic.header_form == 0' -T fields -e quic.packet_number | tr ',' '\n' | grep -c .)
at_least "tshark sees what was sealed" "$short" "$((sealed_a + sealed_b))"
marker_uncaptured "offloaded" "$marker" /tmp/link.pcap
check "a's device forgot everything" wait_for 15 clean "$qa" || diag "$(tables "$qa")"
check "b's device forgot everything" wait_for 15 clean "$qb" || diag "$(tables "$qb")"

# --- hand-over: off and on in the middle
toggled() {
	local what=$1 sec before
	shift
	rm -f /tmp/out/up /tmp/got/down
	spawn /tmp/client.log client a 10.9.0.2 --put /tmp/up --get down --out /tmp/got --rate 200k
	local pid=$spawned
	for sec in "$@"; do
		before=$(stat "$qb" link_rx_udp_frames)
		check "$what: packets flow" wait_for 10 more_udp "$before" 50
		check "$what: $sec" inns "${sec%%:*}" ethtool -K eth0 quic-hw-offload "${sec##*:}"
	done
	hurry
	check "$what: transfer" wait_pid 60 "$pid" || diag "$(cat /tmp/client.log)"
	is "$what: sent file" "$(sha /tmp/out/up)" "$(sha /tmp/up)"
	is "$what: fetched file" "$(sha /tmp/got/down)" "$(sha /tmp/in/down)"
	marker_unseen "$what" "$marker"
}
more_udp() { [ "$(($(stat "$qb" link_rx_udp_frames) - $1))" -ge "$2" ]; }

toggled "sender off, on" a:off a:on
toggled "receiver alone off, on" b:off b:on
toggled "both off, on" a:off b:off a:on b:on

# --- what netlink shows of it meanwhile
rm -f /tmp/out/up /tmp/got/down
spawn /tmp/client.log client a 10.9.0.2 --put /tmp/up --get down --out /tmp/got --rate 50k
watched=$spawned
more_opened() { [ "$(stat "$qb" quic_rx_opened_pkts)" -gt "$1" ]; }
check "packets flow through the device" wait_for 10 more_opened "$(stat "$qb" quic_rx_opened_pkts)"
ctl() { inns b quicoffloadctl "$@"; }
filters=$(ctl filter show eth0)
like "filter show: an ID of 8 bytes, in the device" "$filters" 'eth0 +[0-9]+ +[0-9a-f]{16} +8 +yes'
cid=$(grep -Eom1 ' [0-9a-f]{16} ' <<< "$filters" | tr -d ' ')
like "filter show --json" "$(ctl --json filter show | tr -d ' \n')" "\"cid\":\"$cid\",\"cid_bytes\":8,\"installed\":true"
hidden=$(inns b setpriv --bounding-set=-net_admin quicoffloadctl filter show)
like "without CAP_NET_ADMIN the ID is hidden" "$hidden" 'eth0 +[0-9]+ +hidden +8 +yes'
unlike "and nowhere else" "$(inns b setpriv --bounding-set=-net_admin quicoffloadctl --json filter show)" "cid\"|$cid"
like "dev show: the device's counters" "$(ctl dev show eth0)" 'device +sealed [1-9][0-9]* pkts, opened [1-9]'
like "dev show --json" "$(ctl --json dev show eth0 | tr -d ' \n')" '"device_sealed_pkts":[1-9].*"software_opened_why":.*"installs":[1-9]'
check_fails "filter show of a device that is not there" 'no such device' ctl filter show eth7
hurry
check "watched: transfer" wait_pid 60 "$watched" || diag "$(cat /tmp/client.log)"
no_filters() { [ "$(ctl --json filter show | tr -d ' \n')" = "[]" ]; }
check "watched: no filter is left" wait_for 15 no_filters

# --- faults of the device
echo 0 > "$qa/max_keys"
transfer "device full"
echo 4096 > "$qa/max_keys"
for op in dir_add key_add filter_add; do
	echo "$op 95 9" > "$qb/fail_op"
	transfer "$op refused"
	echo "$op 95 0" > "$qb/fail_op" 2>/dev/null
done

# --- the link damages packets: the device says so, software judges
echo 5 > "$qa/flip/permille"
before=$(stat "$qb" quic_rx_auth_fail)
transfer "flipped bits"
echo 0 > "$qa/flip/permille"
at_least "b's device found them" "$(($(stat "$qb" quic_rx_auth_fail) - before))" 1

check "devices forgot everything" wait_for 20 clean "$qa" || diag "$(tables "$qa")"
kill "$server"
done_testing
