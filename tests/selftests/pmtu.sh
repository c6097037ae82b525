#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A path that takes less than its ends' interfaces: it says so, says nothing, changes in mid-transfer, or is lied about.
# TIMEOUT: 200
# ONLY: normal it is about sizes; the code runs on the debug kernel under ecn.sh and transfer.sh
. "$(dirname "$0")/lib.sh"
need_module quic
need nft tcpdump python3

ns_add a r b
routed a r b || bail
random_file /tmp/up 400000

forget() { ip -n a route flush cache; ip -n a -6 route flush cache; }

# --- nothing in the way: the whole of it, by one probe
serve b 10.9.0.2 || bail "server"
port4=$port
serve b '[fd09::2]' || bail "server on IPv6"
port6=$port
use4() { port=$port4; }
use6() { port=$port6; }
use4; upload "free" 10.9.0.2
is "free: size" "$(field mtu)" 1472
is "free: one probe" "$(field mtu_probes)" 1
use6; upload "free, IPv6" '[fd09::2]'
is "free, IPv6: size" "$(field mtu)" 1440

# --- the router says "packet too big" (RFC 9000 14.2.1)
ip -n r link set eth1 mtu 1380
use4; upload "told" 10.9.0.2
is "told: size" "$(field mtu)" 1344
like "told: the kernel knows" "$(ip -n a route get 10.9.0.2)" 'mtu 1380'
use6; upload "told, IPv6" '[fd09::2]'
is "told, IPv6: size" "$(field mtu)" 1328
ip -n r link set eth1 mtu 1500
forget

# --- the router drops and says nothing; only probes are too large for it
nft_r() { inns r nft -f -; }
silent() {
	nft_r <<-RULES
		table inet q {
			chain f {
				type filter hook forward priority 0; policy accept;
				meta l4proto udp meta length > $1 counter drop
			}
		}
	RULES
}
dropped() { inns r nft list table inet q | sed -nE 's/.*counter packets ([0-9]+).*/\1/p'; }
open_up() { inns r nft flush ruleset; }
for o in tx-udp-segmentation gso; do inns a ethtool -K eth0 $o off; inns b ethtool -K eth0 $o off; done
silent 1320
random_file /tmp/up 3000000		# long enough to find out
use4; upload "silent" 10.9.0.2
size=$(field mtu)
at_least "silent: size" "$size" 1264
is "silent: not above" "$((size + 28 <= 1320))" 1
at_least "silent: nothing but probes was dropped" "$((3 * 8 - $(dropped)))" 0
is "silent: no black hole" "$(field mtu_black_holes)" 0
use6; upload "silent, IPv6" '[fd09::2]'
size=$(field mtu)
at_least "silent, IPv6: size" "$size" 1248
is "silent, IPv6: not above" "$((size + 48 <= 1320))" 1
open_up
random_file /tmp/up 400000

# --- it begins to drop in the middle (RFC 8899 4.3)
use4
spawn /tmp/slow.err ip netns exec a sh -c "quic-client --json --quiet --timeout 300 --ca $certs/ca.pem --host server.test --rate 20k \
	--put /tmp/up 10.9.0.2:$port > /tmp/client.json"
rm -f /tmp/out/up
pid=$spawned
sent() { [ "$(inns a cat /sys/class/net/eth0/statistics/tx_bytes)" -ge "$1" ]; }
check "black hole: under way" wait_for 10 sent "$(($(inns a cat /sys/class/net/eth0/statistics/tx_bytes) + 50000))"
silent 1300
hurry
check "black hole: transfer" wait_pid 60 "$pid" || diag "$(cat /tmp/slow.err)"
check "black hole: file" cmp /tmp/out/up /tmp/up
is "black hole: found" "$(field mtu_black_holes)" 1
at_least "black hole: smaller than 1300" "$((1300 - 28 - $(field mtu)))" 0
open_up

# --- a lie: "552 bytes", from anybody (RFC 9000 14.2.1: ignored below 1200; a hint above)
lie() {
	inns r python3 - "$1" <<-'EOT'
		import socket, struct, sys
		def csum(b):
		    s = sum(struct.unpack("!%dH" % (len(b) // 2), b))
		    s = (s >> 16) + (s & 0xffff)
		    return ~(s + (s >> 16)) & 0xffff
		src, dst = socket.inet_aton("10.8.0.1"), socket.inet_aton("10.9.0.2")
		quoted = struct.pack("!BBHHHBBH4s4sHHHH", 0x45, 0, 1500, 1, 0x4000, 64, 17, 0, src, dst, 1, 2, 1480, 0)
		icmp = struct.pack("!BBHHH", 3, 4, 0, 0, int(sys.argv[1])) + quoted
		icmp = icmp[:2] + struct.pack("!H", csum(icmp)) + icmp[4:]
		socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).sendto(icmp, ("10.8.0.1", 0))
	EOT
}
lie 552
like "a lie: the kernel believes it" "$(ip -n a route get 10.9.0.2)" 'mtu 552'
upload "a lie" 10.9.0.2
is "a lie: size" "$(field mtu)" 1472
is "a lie: one probe" "$(field mtu_probes)" 1
forget
lie 1300
upload "a likely lie" 10.9.0.2
is "a likely lie: size" "$(field mtu)" 1472
is "a likely lie: tried first" "$(field mtu_probes)" 2
forget

# --- the administrator's word: the route's own MTU, and net.quic.plpmtud=0
ip -n a route replace 10.9.0.0/24 via 10.8.0.2 mtu 1300
upload "route" 10.9.0.2
is "route: size" "$(field mtu)" 1264
ip -n a route replace 10.9.0.0/24 via 10.8.0.2
inns a sysctl -qw net.quic.plpmtud=0
upload "switched off" 10.9.0.2
is "switched off: size" "$(field mtu)" 1472
is "switched off: no probe" "$(field mtu_probes)" 0
ip -n a link set eth0 mtu 1200
check_fails "an interface below 1200" 'Message too long' inns a quic-client --quiet --timeout 10 --ca $certs/ca.pem --host server.test \
	--put /tmp/up "10.9.0.2:$port"
done_testing
