#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ECN through a router that marks congestion, removes marks, changes them or drops what is marked; with the keys in a NIC, too.
# TIMEOUT: 200
. "$(dirname "$0")/lib.sh"
need_module quic
need nft tshark tcpdump

ns_add a r b
routed a r b || bail
mkdir -p /tmp/in /tmp/got
random_file /tmp/up 400000

TESTING=1 CAPABLE=3 FAILED=4
# on_way RULE: for what goes from a to b; "ip" in it becomes "ip6" for the other family
on_way() {
	inns r nft flush ruleset
	inns r nft -f - <<-RULES
		table ip q {
			chain f {
				type filter hook forward priority 0
				iifname "eth0" ip protocol udp $1
			}
		}
		table ip6 q {
			chain f {
				type filter hook forward priority 0
				iifname "eth0" ip6 nexthdr udp ${1//ip /ip6 }
			}
		}
	RULES
}

serve b 10.9.0.2 || bail "server"
port4=$port
serve b '[fd09::2]' || bail "server on IPv6"
port6=$port

# --- both families: marked, counted, reported
for v in 4 6; do
	addr=10.9.0.2; port=$port4
	[ $v = 4 ] || { addr='[fd09::2]'; port=$port6; }
	on_way 'ip ecn ect0 counter accept'
	upload "IPv$v: clear" "$addr"
	is "IPv$v: clear: state" "$(field ecn)" $CAPABLE
	at_least "IPv$v: clear: the peer counted" "$(field acked_ect0)" 100
	is "IPv$v: clear: no congestion" "$(field acked_ce)" 0
	at_least "IPv$v: clear: the way back is marked, too" "$(field rx_ect0)" 5

	on_way 'ip ecn ect0 numgen inc mod 20 0 ip ecn set ce counter'
	upload "IPv$v: congested" "$addr"
	is "IPv$v: congested: state" "$(field ecn)" $CAPABLE
	at_least "IPv$v: congested: marks are reported" "$(field acked_ce)" 1
	is "IPv$v: congested: nothing was lost" "$(field lost_pkts)" 0
	unlike "IPv$v: congested: the window came down" "$(field ssthresh)" '^18446744073709551615$'

	# what the kernel does not do by family is seen with one
	[ $v = 4 ] || continue
	on_way 'ip ecn set not-ect'
	upload "IPv$v: bleached" "$addr"
	is "IPv$v: bleached: state" "$(field ecn)" $FAILED
	is "IPv$v: bleached: the peer saw no mark" "$(field acked_ect0)" 0

	on_way 'ip ecn ect0 ip ecn set ect1'
	upload "IPv$v: changed" "$addr"
	is "IPv$v: changed: state" "$(field ecn)" $FAILED
done

# --- dropped when marked: the handshake gets through without
port=$port4
on_way 'ip ecn != not-ect drop'
upload "dropped" 10.9.0.2
unlike "dropped: not in use" "$(field ecn)" "^($TESTING|$CAPABLE)$"

# --- switched off
on_way 'counter'
inns a sysctl -qw net.quic.ecn=0
upload "switched off" 10.9.0.2
is "switched off: state" "$(field ecn)" 0
is "switched off: nothing was marked" "$(field acked_ect0)" 0
inns a sysctl -qw net.quic.ecn=1
inns r nft flush ruleset

# --- sealed by a device: the mark is in the IP header of what it sends
if ! grep -q '^quic_netdevsim ' /proc/modules; then
	skip "offloaded" "the module is not loaded"
	done_testing
fi
ip -n a link del eth0
nsim_add 1 a eth0 && nsim_add 2 r eth0 && nsim_link a eth0 r eth0 && addr_add a eth0 1 8 && addr_add r eth0 2 8 || bail "devices"
ip -n a route add 10.9.0.0/24 via 10.8.0.2
wait_ping a 10.9.0.2 || bail "path"
check "ethtool -K on" inns a ethtool -K eth0 quic-hw-offload on
random_file /tmp/up 2000000
on_way 'ip ecn ect0 numgen inc mod 50 0 ip ecn set ce'
upload "offloaded" 10.9.0.2
is "offloaded: state" "$(field ecn)" $CAPABLE
at_least "offloaded: by the device" "$(field tx_dev_pkts)" 500
at_least "offloaded: the peer counted" "$(field acked_ect0)" 500
at_least "offloaded: congestion" "$(field acked_ce)" 1
at_least "offloaded: the full size" "$(field mtu)" 1472
on_way 'meta length > 1320 drop'
upload "offloaded, silent limit" 10.9.0.2
at_least "offloaded, silent limit: by the device" "$(field tx_dev_pkts)" 500
at_least "offloaded, silent limit: not above" "$((1320 - 28 - $(field mtu)))" 0
at_least "offloaded, silent limit: size" "$(field mtu)" 1264
done_testing
