#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The life of keys (RFC 9001 6): updates by themselves before a limit, the end at one; and packets with either fixed bit (RFC 9287).
# TIMEOUT: 200
. "$(dirname "$0")/lib.sh"
need_module quic quic_offload quic_netdevsim

ns_add a b
nsim_pair a b || bail
qa=$(nsim_debugfs 1 quic)
for n in a b; do inns $n ethtool -K eth0 quic-hw-offload on || bail "offload"; done
random_file /tmp/up 1400000

# --- confidentiality limit: an update at half of it (6.6), again and again, with the keys in the NIC
check "server starts" serve b 10.9.0.2 || done_testing
inns a sysctl -qw net.quic.key_seal_pkts=600
# three PTO have to pass between two updates (6.5), and less than 300 packets: on a busy machine a PTO is long
upload "updates" 10.9.0.2 --rate 150k
at_least "updates: several" "$(field tx_gen)" 3
is "updates: followed" "$(($(field tx_gen) - $(field rx_gen) <= 1))" 1
at_least "updates: most packets by the device" "$(field tx_dev_pkts)" 500
is "updates: nothing failed to open" "$(snmp a PktDecDrop)/$(snmp b PktDecDrop)" 0/0
inns a sysctl -qw net.quic.key_seal_pkts=0
random_file /tmp/up 3000000

# --- integrity limit: the link damages packets, ten are enough
inns b sysctl -qw net.quic.key_open_pkts=10
echo 30 > "$qa/flip/permille"
closes=$(snmp b FrmOutCloses)
client a 10.9.0.2 --put /tmp/up > /tmp/damage.log 2>&1 && fail "damage: the transfer is to fail"
echo 0 > "$qa/flip/permille"
is "damage: the end" "$(($(snmp b FrmOutCloses) - closes))" 1
at_least "damage: packets failed to open" "$(snmp b PktDecDrop)" 10
at_least "damage: not many more" "$((10 + 48 - $(snmp b PktDecDrop)))" 0
inns b sysctl -qw net.quic.key_open_pkts=0

# --- RFC 9287: both ends announce it
for n in a b; do inns $n sysctl -qw net.quic.grease_quic_bit=1; done
kill "$server"
check "server starts again" serve b 10.9.0.2 || done_testing
cat "$qa/tap" > /tmp/link.pcap &
tap=$!
before=$(snmp b PktInvHdrDrop)
upload "grease" 10.9.0.2
echo stop > "$qa/tap"
wait $tap
is "grease: nothing was refused" "$(snmp b PktInvHdrDrop)" "$before"
at_least "grease: by the device" "$(field tx_dev_pkts)" 1000
# first bytes of UDP payload of 1-RTT packets (Ethernet, IPv4): the second bit
read -r ones zeros < <(python3 - /tmp/link.pcap <<-'EOT'
	import struct, sys
	data = open(sys.argv[1], "rb").read()
	at, n = 24, [0, 0]
	while at + 16 <= len(data):
	    size = struct.unpack_from("<I", data, at + 8)[0]
	    frame = data[at + 16:at + 16 + size]
	    at += 16 + size
	    if len(frame) > 42 and frame[12:14] == b"\x08\x00" and frame[23] == 17 and not frame[42] & 0x80:
	        n[0 if frame[42] & 0x40 else 1] += 1
	print(*n)
EOT
)
at_least "grease: packets with the bit" "$ones" 500
at_least "grease: packets without" "$zeros" 500
for n in a b; do inns $n sysctl -qw net.quic.grease_quic_bit=0; done
done_testing
