#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The guest's side of the demo.
. "$(dirname "$0")/../selftests/lib.sh"
. tests/vm/guest-modules

step=set-up
say() { printf '\n== %s\n' "$*"; }
stop() { echo "step $step: $*"; tap_ended=1; exit 1; }
must() { "$@" > /tmp/must.log 2>&1 || stop "failed: $*: $(tail -n 5 /tmp/must.log)"; }
stat() { awk -v n="$2" '$1 == n { print $2 }' "$1/stats"; }
hits() { echo "$(($(stat "$qa" canary_hits) + $(stat "$qb" canary_hits)))"; }
same() { [ "$(sha "$1")" = "$(sha "$2")" ] || stop "$1 and $2 differ"; echo "   SHA-256 equal: $(sha "$1")  $(basename "$2")"; }

capture() { cat "$qa/tap" > "$1" & tap=$!; }
end_capture() {
	echo stop > "$qa/tap"
	wait "$tap"
	[ "$(cat "$qa/tap_dropped")" = 0 ] || stop "the tap lost frames"
}

# counts LABEL...: how many packets were sealed so far, by whom
count() {
	dev=$(($(stat "$qa" quic_tx_sealed_pkts) + $(stat "$qb" quic_tx_sealed_pkts)))
	soft=$(($(snmp a PktEncFastpaths) + $(snmp b PktEncFastpaths) + $(snmp a PktLateSealed) + $(snmp b PktLateSealed)))
}

# judge PCAP: tshark's packets against the counters since the last call
judge() {
	local was_dev=$dev was_soft=$soft total bad
	count
	tshark -r "$1" -o "tls.keylog_file:$RESULTS/keys.log" -d "udp.port==$port,quic" -Y quic -T fields \
		-e quic.packet_length -e quic.decryption_failed -e quic.version > /tmp/fields 2> /tmp/tshark.log ||
		stop "tshark: $(tail -n 3 /tmp/tshark.log)"
	total=$(cut -f1 /tmp/fields | tr ',' '\n' | grep -c .)
	bad=$(cut -f2 /tmp/fields | grep -c . || true)
	dev=$((dev - was_dev)) soft=$((soft - was_soft))
	echo "   tshark: $total QUIC packets, version $(cut -f3 /tmp/fields | tr ',' '\n' | grep . | sort -u | tr '\n' ' '), $bad not decrypted"
	echo "   sealed by the devices: $dev, by software: $soft, together $((dev + soft))"
	[ "$bad" = 0 ] || stop "tshark could not decrypt $bad packets"
	[ "$total" = $((dev + soft)) ] || stop "tshark counts $total packets, device and software $((dev + soft))"
	count
}

no_plaintext() {
	python3 tests/demo/find.py "$MARKER" "$1" || stop "the marker is in $1: clear text was on the link"
	[ "$(hits)" = 0 ] || stop "the link saw the marker in $(hits) frames"
	echo "   the marker is in no frame of $(basename "$1")"
}

load_modules || stop "modules do not load"
ns_add a b && nsim_pair a b || stop "the two netdevsim ports cannot be linked"
qa=$(nsim_debugfs 1 quic) qb=$(nsim_debugfs 2 quic)
echo "$MARKER" > "$qa/canary"
echo "$MARKER" > "$qb/canary"
in=$RESULTS/in out=$RESULTS/out

step=1
say "1. Two linked netdevsim ports, eth0 in namespaces a and b; QUIC offload on by ethtool"
for n in a b; do
	echo "   $n# ethtool -K eth0 quic-hw-offload on"
	must inns $n ethtool -K eth0 quic-hw-offload on
	echo "   $n# ethtool -k eth0 | grep quic:   $(inns $n ethtool -k eth0 | grep quic)"
	inns $n ethtool -k eth0 | grep -q 'quic-hw-offload: on' || stop "ethtool -k does not show it"
done

step=2
say "2. A server in b, a client in a, over libquic: certificate and host name verified, ALPN quic-demo"
capture "$RESULTS/link.pcap"
must certs_make
must serve b 10.9.0.2 --in "$in" --out "$out"
echo "   server: $(cat /tmp/server.log)"
if client a 10.9.0.2 --host other.test --get down --out /tmp > /tmp/other.log 2>&1; then
	stop "the certificate was accepted under another name"
fi
echo "   another host name is refused: $(grep -im1 certificate /tmp/other.log || tail -n 1 /tmp/other.log)"

transfer() {
	inns a env SSLKEYLOGFILE="$RESULTS/keys.log" quic-client --timeout 900 --ca $certs/ca.pem --host server.test \
		"$@" "10.9.0.2:$port"
}
rm -f "$RESULTS/keys.log" /tmp/keys.log
# what the refused handshake sealed is not what this capture is about
end_capture
count
capture "$RESULTS/link.pcap"

step=3
say "3. A file each way"
# slow until the keys have been looked at
transfer --put "$in/up" --get down --out "$out" --rate $(($(wc -c < "$in/up") / 60 + 1)) > /tmp/client.log 2>&1 &
pid=$!
shown=
next=0
while ! lib_gone $pid; do
	if [ ! "$shown" ] && [ "$(stat "$qb" quic_rx_opened_pkts)" -gt 300 ]; then
		inns a quicoffloadctl key show > /tmp/keys.txt 2>&1
		inns a quicoffloadctl --json key show > "$RESULTS/keys.json" 2>&1
		shown=1
		hurry
	fi
	if [ "$(now_ms)" -gt $next ]; then
		printf '   sealed by devices: %s packets\n' "$(($(stat "$qa" quic_tx_sealed_pkts) + $(stat "$qb" quic_tx_sealed_pkts)))"
		next=$(($(now_ms) + 2000))
	fi
	sleep 0.05
done
wait $pid || stop "the transfer failed: $(cat /tmp/client.log) $(cat /tmp/server.log)"
same "$in/up" "$out/up"
same "$in/down" "$out/down"

step=4
say "4. What lies in the devices: quicoffloadctl key show, taken during the transfer (no secrets), and dev show"
[ "$shown" ] || stop "the connection was over before its keys could be shown"
sed 's/^/   /' /tmp/keys.txt
grep -q ready /tmp/keys.txt || stop "no key was ready"
python3 -m json.tool "$RESULTS/keys.json" > /dev/null || stop "keys.json is no JSON"
for n in a b; do
	inns $n quicoffloadctl dev show > /tmp/dev.txt 2>&1 || stop "dev show: $(cat /tmp/dev.txt)"
	sed "s/^/   $n: /" /tmp/dev.txt
done

step=5
say "5. What was on the link itself, judged by tshark with the client's key log"
# the connection's end is on the link, too: wait until nobody holds keys
idle() { [ "$(tr '\n' ' ' < "$qa/tables")$(tr '\n' ' ' < "$qb/tables")" = "dirs 0 tx_keys 0 rx_keys 0 filters 0 dirs 0 tx_keys 0 rx_keys 0 filters 0 " ]; }
wait_for 30 idle || stop "the devices still hold keys: $(cat "$qa/tables" "$qb/tables")"
end_capture
judge "$RESULTS/link.pcap"
no_plaintext "$RESULTS/link.pcap"

step=6
say "6. Hand-over: off and on in the middle of a transfer, then the receiving device alone"
capture "$RESULTS/handover.pcap"
transfer --put "$in/up2" --get down2 --out "$out" --rate $(($(wc -c < "$in/up2") / 60 + 1)) > /tmp/client.log 2>&1 &
pid=$!
more_udp() { [ "$(($(stat "$qb" link_rx_udp_frames) - $1))" -ge "$2" ]; }
for what in a:off a:on b:off b:on; do
	was=$(stat "$qb" link_rx_udp_frames)
	wait_for 20 more_udp "$was" 100 || stop "no packets before $what"
	echo "   ${what%%:*}# ethtool -K eth0 quic-hw-offload ${what##*:}"
	must inns "${what%%:*}" ethtool -K eth0 quic-hw-offload "${what##*:}"
	s0=$(stat "$qa" quic_tx_sealed_pkts) o0=$(stat "$qb" quic_rx_opened_pkts)
	was=$(stat "$qb" link_rx_udp_frames)
	wait_for 20 more_udp "$was" 100 || stop "no packets after $what"
	echo "      of the next packets from a: $(($(stat "$qa" quic_tx_sealed_pkts) - s0)) sealed by a's device, $(($(stat "$qb" quic_rx_opened_pkts) - o0)) opened by b's"
done
hurry
wait $pid || stop "the transfer failed: $(cat /tmp/client.log) $(cat /tmp/server.log)"
same "$in/up2" "$out/up2"
same "$in/down2" "$out/down2"
wait_for 30 idle || stop "the devices still hold keys"
end_capture
judge "$RESULTS/handover.pcap"
no_plaintext "$RESULTS/handover.pcap"
for n in a b; do inns $n quicoffloadctl dev show | sed "s/^/   $n: /"; done

kill "$server"
wait "$server" 2>/dev/null
# the last connections stay for three PTO after their end (RFC 9000 10.2)
unused() { [ "$(awk '$1 == "quic" { print $3 }' /proc/modules)" = 0 ]; }
step=end
wait_for 30 unused || stop "sockets are left: $(inns a cat /proc/net/quic/conns; inns b cat /proc/net/quic/conns /proc/net/quic/eps)"
say "All steps done"
# shellcheck disable=SC2034 # lib.sh looks at it on exit
tap_ended=1
