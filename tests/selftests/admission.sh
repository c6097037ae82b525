#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Who gets a connection: rates of answers without state.
. "$(dirname "$0")/lib.sh"
need_module quic
need python3 quic-server

# probe NS ADDR BYTES: sends them (hex) to $port as one datagram, prints the answer in hex, or "nothing".
probe() {
	inns "$1" python3 -c "
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout($4)
s.sendto(bytes.fromhex('$3'), ('$2', $port))
try: print(s.recv(2000).hex())
except TimeoutError: print('nothing')"
}

check "namespaces" ns_add a b
check "a link" veth_pair a b
inns a sysctl -qw net.quic.reset_rate=7
is "sysctls are a namespace's own" "$(inns a sysctl -n net.quic.reset_rate)/$(inns b sysctl -n net.quic.reset_rate)" 7/100
check_fails "a rate is not negative" "Invalid argument" inns a sysctl -w net.quic.reset_rate=-1
check "a server" serve b 10.9.0.2

# RFC 9000 10.3: shorter than what it answers
short=40$(head -c 49 /dev/zero | xxd -p -c0)
answer=$(probe a 10.9.0.2 "$short" 2)
like "a stateless reset" "$answer" '^[4-7]'
is "shorter than what it answers" $((${#answer} / 2 < 50 && ${#answer} / 2 >= 21)) 1
inns b sysctl -qw net.quic.reset_rate=0
is "none at rate 0" "$(probe a 10.9.0.2 "$short" 0.2)" nothing
done_testing
