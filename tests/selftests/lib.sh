# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the selftests share: TAP, namespaces, linked ports, bounded waits. A test is a script that begins with
#
#   #!/bin/bash
#   # SPDX-License-Identifier: GPL-2.0-only
#   # What it shows.
#   . "$(dirname "$0")/lib.sh"
#
# and ends with done_testing. It runs in a guest, in namespaces and a /tmp of its own, modules loaded. Optional header lines:
# "# TIMEOUT: seconds" (default 200; thrice that on the debug kernel), "# ONLY: normal|debug reason", "# STOCK: reason" to have it
# run on Debian's unmodified kernel too (QEMU, two CPUs, no netdevsim).

set -u
: "${BUILD:?}" "${MOD:?}" "${RESULTS:?}" "${VARIANT:?}"
# Tools of the checkout before those of the machine.
PATH=$BUILD/user:$BUILD/user/bin:$BUILD/user/sbin:$PATH
export LD_LIBRARY_PATH=$BUILD/user${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}

tap_points=0
tap_bad=0
tap_ended=
spawned=
lib_children=()
lib_out=/tmp/check.out

# --- TAP

diag() { printf '%s\n' "$@" | sed 's/^/# /'; }

pass() { tap_points=$((tap_points + 1)); echo "ok $tap_points - $1"; }

fail() {
	tap_points=$((tap_points + 1))
	tap_bad=$((tap_bad + 1))
	echo "not ok $tap_points - $1"
	shift
	[ $# = 0 ] || diag "$@"
}

# check DESCRIPTION COMMAND...: the command succeeds; else its output is shown.
check() {
	local what=$1 code=0
	shift
	# no subshell: the command may be a function that starts or waits for children
	"$@" > "$lib_out" 2>&1 || code=$?
	if [ $code = 0 ]; then pass "$what"; else fail "$what" "exit $code: $*" "$(cat "$lib_out")"; fi
	return $code
}

# check_fails DESCRIPTION PATTERN COMMAND...: the command fails and says PATTERN (extended regular expression).
check_fails() {
	local what=$1 pattern=$2 out
	shift 2
	if out=$("$@" 2>&1); then
		fail "$what" "succeeded: $*" "$out"
	elif ! grep -qE -- "$pattern" <<< "$out"; then
		fail "$what" "fails, but does not say '$pattern':" "$out"
	else
		pass "$what"
	fi
}

# is DESCRIPTION GOT WANT
is() { if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "got:  $2" "want: $3"; fi; }

# like DESCRIPTION TEXT PATTERN
like() { if grep -qE -- "$3" <<< "$2"; then pass "$1"; else fail "$1" "no '$3' in:" "$2"; fi; }

# unlike DESCRIPTION TEXT PATTERN
unlike() { if grep -qE -- "$3" <<< "$2"; then fail "$1" "'$3' is in:" "$2"; else pass "$1"; fi; }

# at_least DESCRIPTION GOT MINIMUM
at_least() { if [ "${2:--1}" -ge "$3" ] 2>/dev/null; then pass "$1"; else fail "$1" "got $2, want at least $3"; fi; }

skip() { tap_points=$((tap_points + 1)); echo "ok $tap_points - $1 # SKIP $2"; }

skip_all() { echo "1..0 # SKIP $*"; tap_ended=1; exit 0; }

bail() { fail "${1:-set-up}" "${@:2}"; done_testing; }

# relay CODE LOG [PREFIX]: the points of a program that printed TAP to LOG, and that it ended with 0
relay() {
	local line prefix=${3:+$3: }

	while read -r line; do
		case $line in
		"ok "*) pass "$prefix${line#*- }" ;;
		"not ok "*) fail "$prefix${line#*- }" ;;
		"#"*) echo "$line" ;;
		"1.."*) ;;
		*) diag "$line" ;;
		esac
	done < "$2"
	is "${prefix}exit code" "$1" 0
}

done_testing() {
	echo "1..$tap_points"
	tap_ended=1
	[ $tap_bad = 0 ]
	exit
}

lib_exit() {
	local code=$? pid
	for pid in ${lib_children[@]+"${lib_children[@]}"}; do
		kill "$pid" 2>/dev/null
	done
	[ "$tap_ended" ] || { echo "# the test ended early, exit $code"; exit 99; }
}
trap lib_exit EXIT

# need FILE_OR_COMMAND...: skip the test when one is not there.
need() {
	local n
	for n in "$@"; do
		[ -e "$n" ] || command -v "$n" >/dev/null || skip_all "$n is not there"
	done
}

# need_module NAME...: skip when it was not built or could not be loaded.
need_module() {
	local m
	for m in "$@"; do
		grep -q "^$m " /proc/modules || skip_all "module $m is not loaded"
	done
}

# --- waiting: poll for a condition, within a bound. Bounds are for what goes wrong: a machine that is several times slower, with other
# guests beside this one, must not reach them. Hence the factor, which is larger for the debug kernel.

now_ms() { local t=${EPOCHREALTIME/./}; echo $((t / 1000)); }

# wait_for SECONDS COMMAND...: until the command succeeds; 1 when it never did.
wait_for() {
	local limit=$1 end
	shift
	limit=$((limit * 4))
	[ "$VARIANT" = normal ] || limit=$((limit * 3))
	end=$(($(now_ms) + limit * 1000))
	while ! "$@" >/dev/null 2>&1; do
		[ "$(now_ms)" -lt $end ] || return 1
		sleep 0.02
	done
}

# wait_file SECONDS FILE PATTERN: until a line of FILE matches.
wait_file() { wait_for "$1" grep -qE -- "$3" "$2"; }

# wait_pid SECONDS PID: its exit code; 124 (and it is killed) when it takes longer.
wait_pid() {
	if ! wait_for "$1" lib_gone "$2"; then
		kill -KILL "$2" 2>/dev/null
		wait "$2" 2>/dev/null
		return 124
	fi
	wait "$2"
}
lib_gone() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status"; }

# spawn LOG COMMAND...: in the background, ended with the test. Sets $spawned to its pid.
spawn() {
	local log=$1
	shift
	"$@" </dev/null >"$log" 2>&1 &
	spawned=$!
	lib_children+=("$spawned")
}

# --- namespaces and links. Addresses: 10.N.0.1/.2 and fdN::1/::2, N given (default 9)

inns() { local ns=$1; shift; ip netns exec "$ns" "$@"; }

ns_add() {
	local ns
	for ns in "$@"; do
		ip netns add "$ns" || return 1
		ip -n "$ns" link set lo up
		inns "$ns" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
	done
}

# addr_add NS DEV SIDE [N]: both families, link up. SIDE is 1 or 2.
addr_add() {
	local ns=$1 dev=$2 side=$3 n=${4:-9}
	ip -n "$ns" addr add "10.$n.0.$side/24" dev "$dev" &&
	ip -n "$ns" addr add "fd0$n::$side/64" dev "$dev" nodad &&
	ip -n "$ns" link set "$dev" up
}

# veth_pair NS1 NS2 [N]: eth0 in both, addressed, reachable.
veth_pair() {
	ip link add eth0 netns "$1" type veth peer name eth0 netns "$2" &&
	addr_add "$1" eth0 1 "${3:-9}" && addr_add "$2" eth0 2 "${3:-9}" && wait_ping "$1" "10.${3:-9}.0.2"
}

# routed NS1 ROUTER NS2: NS1 and NS2 reach each other through a router: 10.8.0.1 -- eth0 ROUTER eth1 -- 10.9.0.2, and fd08::1, fd09::2.
routed() {
	ip link add eth0 netns "$1" type veth peer name eth0 netns "$2" &&
	ip link add eth1 netns "$2" type veth peer name eth0 netns "$3" &&
	addr_add "$1" eth0 1 8 && addr_add "$2" eth0 2 8 && routed_far "$@"
}
# The far half of it, when the near link is of another kind.
routed_far() {
	addr_add "$2" eth1 1 9 && addr_add "$3" eth0 2 9 &&
	inns "$2" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 &&
	ip -n "$1" route add 10.9.0.0/24 via 10.8.0.2 && ip -n "$1" route add fd09::/64 via fd08::2 &&
	ip -n "$3" route add 10.8.0.0/24 via 10.9.0.1 && ip -n "$3" route add fd08::/64 via fd09::1 &&
	wait_ping "$1" 10.9.0.2
}

wait_ping() { wait_for 5 inns "$1" ping -q -c1 -W1 "$2"; }

# nsim_add ID NS NAME: a netdevsim device with one port, which is NAME in NS.
nsim_add() {
	local id=$1 ns=$2 name=$3 dev
	inns "$ns" sh -c "echo '$id 1' > /sys/bus/netdevsim/new_device" || return 1
	wait_for 5 lib_nsim_dev "$id" "$ns" || return 1
	dev=$(lib_nsim_dev "$id" "$ns")
	[ "$dev" = "$name" ] || ip -n "$ns" link set "$dev" name "$name"
}
lib_nsim_dev() { inns "$2" ls "/sys/bus/netdevsim/devices/netdevsim$1/net" 2>/dev/null | grep .; }

nsim_del() { echo "$1" > /sys/bus/netdevsim/del_device; }

# nsim_link NS1 DEV1 NS2 DEV2: join two ports by a cable.
nsim_link() {
	local fd1 fd2 code=0
	exec {fd1}<"/run/netns/$1" {fd2}<"/run/netns/$3"
	echo "$fd1:$(ifindex "$1" "$2") $fd2:$(ifindex "$3" "$4")" > /sys/bus/netdevsim/link_device || code=1
	exec {fd1}<&- {fd2}<&-
	return $code
}

ifindex() { inns "$1" cat "/sys/class/net/$2/ifindex"; }

# nsim_pair NS1 NS2 [N]: two linked ports, eth0 in both namespaces, devices netdevsim1 and netdevsim2, reachable.
nsim_pair() {
	nsim_add 1 "$1" eth0 && nsim_add 2 "$2" eth0 && nsim_link "$1" eth0 "$2" eth0 &&
	addr_add "$1" eth0 1 "${3:-9}" && addr_add "$2" eth0 2 "${3:-9}" && wait_ping "$1" "10.${3:-9}.0.2"
}

# nsim_debugfs ID [FILE]: path below debugfs of a device's only port.
nsim_debugfs() { echo "/sys/kernel/debug/netdevsim/netdevsim$1/ports/0${2:+/$2}"; }

# marker_unseen WHAT MARKER: neither device of nsim_pair saw the marker (hex) leave by its port; both were told to look for it.
marker_unseen() {
	local id hits=
	for id in 1 2; do
		grep -qx "$2" "$(nsim_debugfs $id quic/canary)" || { fail "$1: no marker on the link" "device $id does not look"; return; }
		hits+=/$(awk '$1 == "canary_hits" { print $2 }' "$(nsim_debugfs $id quic/stats)")
	done
	is "$1: no marker on the link" "${hits#/}" 0/0
}

# marker_uncaptured WHAT MARKER FILE: the marker is not in the capture either.
marker_uncaptured() {
	if [ ! -s "$3" ]; then fail "$1: no marker in the capture" "$3 is empty"; return; fi
	is "$1: no marker in the capture" "$(xxd -p "$3" | tr -d '\n' | grep -c "$2")" 0
}

# --- data

# random_file PATH BYTES
random_file() { head -c "$2" /dev/urandom > "$1"; }
sha() { sha256sum < "$1" | cut -d' ' -f1; }

# --- QUIC: the sample programs; certificates in $certs, made once for a test

certs=/tmp/certs
certs_make() { [ -d $certs ] || make-certs $certs server.test 10.9.0.2 > /tmp/certs.log 2>&1; }

# serve NS ADDR ARGUMENT...: quic-server in the background on a port of its choice; sets $server and $port. Files: /tmp/in, /tmp/out.
serve() {
	local ns=$1 addr=$2
	shift 2
	mkdir -p /tmp/in /tmp/out
	certs_make || return 1
	# another server's would do for wait_file
	rm -f /tmp/server.log
	spawn /tmp/server.log ip netns exec "$ns" quic-server --listen "$addr:0" --cert $certs/server.pem --key $certs/server.key \
		--in /tmp/in --out /tmp/out "$@"
	# shellcheck disable=SC2034  # for the script that calls
	server=$spawned
	wait_file 10 /tmp/server.log 'listening' || { cat /tmp/server.log; return 1; }
	port=$(sed -nE 's/^.*listening.*:([0-9]+).*$/\1/p' /tmp/server.log)
}

# client NS ADDR ARGUMENT...: quic-client to the server of serve(). What is to be seen while it runs needs a transfer that cannot be over
# before: --rate, so low that it would last half a minute, and hurry when the thing was seen.
client() {
	local ns=$1 addr=$2
	shift 2
	inns "$ns" env SSLKEYLOGFILE=/tmp/keys.log quic-client --quiet --timeout 300 --ca $certs/ca.pem --host server.test "$@" "$addr:$port"
}

# upload WHAT ADDR ARGUMENT...: /tmp/up from a to the server of serve() at ADDR:$port in b. What the client printed is in /tmp/client.json.
upload() {
	local what=$1 addr=$2
	shift 2
	rm -f /tmp/out/up
	client a "$addr" --json --put /tmp/up "$@" > /tmp/client.json 2> /tmp/client.err
	cmp -s /tmp/out/up /tmp/up || diag "$(cat /tmp/client.err /tmp/server.log)"
	check "$what: file" cmp /tmp/out/up /tmp/up
}

# field NAME: a number of /tmp/client.json
field() { sed -nE "s/.*\"$1\":([0-9]+).*/\1/p" /tmp/client.json; }

# hurry: clients under --rate go as fast as they can from here on
hurry() { pkill -USR1 -x quic-client; }

# snmp NS NAME: a counter of /proc/net/quic/snmp
# shellcheck disable=SC2016  # $1 and $2 are awk's
snmp() { inns "$1" awk -v n="Quic$2" '$1 == n { print $2 }' /proc/net/quic/snmp; }

# --- captures, judged by tshark

# capture_begin NS FILE: capture UDP on eth0 of a namespace. Segmentation offloads of all namespaces' eth0 are off until capture_end: a
# datagram is cut out of a burst by its UDP length.
capture_begin() {
	capture_offloads off
	spawn /tmp/tcpdump.log ip netns exec "$1" tcpdump -i eth0 -B 16384 -U -s 0 -w "$2" udp
	capture_pid=$spawned
	wait_file 10 /tmp/tcpdump.log 'listening on'
}

capture_end() {
	kill -INT "$capture_pid"
	wait_pid 10 "$capture_pid"
	capture_offloads on
}

capture_offloads() {
	local ns o
	for ns in /run/netns/*; do
		for o in tx-udp-segmentation gso gro; do inns "${ns##*/}" ethtool -K eth0 $o "$1" 2>/dev/null; done
	done
	return 0
}

# dissect FILE KEYLOG "PORT..." ARGUMENT...: tshark on a capture
dissect() {
	local file=$1 keys=$2 ports=() p
	for p in $3; do ports+=(-d "udp.port==$p,quic"); done
	shift 3
	tshark -r "$file" -o "tls.keylog_file:$keys" "${ports[@]}" "$@" 2>/tmp/tshark.log
}

# capture_judge WHAT FILE KEYLOG PORT...: every datagram from or to these ports is QUIC that was decrypted, and nothing in it is malformed
# or an error in the eyes of tshark. Sets $judged_short and $judged_stream: datagrams with 1-RTT packets, and with stream data.
capture_judge() {
	local what=$1 file=$2 keys=$3 filter
	shift 3
	printf -v filter ' || udp.port == %s' "$@"
	dissect "$file" "$keys" "$*" -Y "${filter# || }" -T fields -e frame.number -e frame.protocols -e quic.decryption_failed \
		-e _ws.malformed -e _ws.expert.severity -e quic.short -e quic.stream.stream_id > /tmp/judged.txt
	at_least "$what: tshark sees QUIC packets" "$(grep -c ':quic' /tmp/judged.txt)" 10
	# severity: 0x800000 is an error
	is "$what: each is decrypted, none malformed" "$(awk -F '\t' \
		'$2 !~ /:quic/ || $3 != "" || $4 != "" || $5 ~ /8388608/' /tmp/judged.txt | head -n 20)" ""
	# shellcheck disable=SC2034  # for the script that calls
	judged_short=$(awk -F '\t' '$6 != ""' /tmp/judged.txt | wc -l) judged_stream=$(awk -F '\t' '$7 != ""' /tmp/judged.txt | wc -l)
}
