#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Who gets a connection: answers without state, Retry, tokens, secrets.
# TIMEOUT: 120
. "$(dirname "$0")/lib.sh"
need_module quic
need python3 quic-server quic-client

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

older_than() { [ $(($(date +%s) - $(stat -c %Y "$2"))) -gt "$1" ]; }

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
kill $server

# --- Retry: a client that follows it, and one with a token that does not have to. get: "ok" when a file came.
random_file /tmp/in.file 20000
mkdir -p /tmp/in && mv /tmp/in.file /tmp/in/file
get() { if client a 10.9.0.2 --get file --out /tmp/out "$@" > /tmp/client.log 2>&1; then echo ok; else cat /tmp/client.log; fi; }
retries() { snmp b PktRetries; }
secret=$(printf '5a%.0s' {1..32})

inns b sysctl -qw net.quic.token_secret="$secret"
check_fails "a secret has 32 bytes" "Invalid argument" inns b sysctl -w net.quic.token_secret=5a5a
check_fails "nobody reads it" "." inns b cat /proc/sys/net/quic/token_secret
check "a server that validates addresses" serve b 10.9.0.2 --retry
is "a client follows the Retry" "$(get --token-file /tmp/token)" ok
is "one Retry" "$(retries)" 1
like "the server gave a token" "$(cat /tmp/token)" '^00000001 36[0-9a-f]{30}'
cp /tmp/token /tmp/token.1
is "the token is good for the next connection" "$(get --token-file /tmp/token)" ok
is "no Retry for it" "$(retries)" 1
cp /tmp/token.1 /tmp/token
is "it is not good twice" "$(get --token-file /tmp/token)" ok
is "a Retry instead" "$(retries)" 2
sed 's/.....$/00000/' /tmp/token > /tmp/token.bad
is "a damaged token is ignored" "$(get --token-file /tmp/token.bad)" ok
is "there is a Retry" "$(retries)" 3
is "no token of another version is used" "$(get --version v2 --token-file /tmp/token)" ok
is "a Retry in version 2" "$(retries)" 4
cp /tmp/token /tmp/token.v2
inns b sysctl -qw net.quic.token_lifetime=0
check "the token grows old" wait_for 3 older_than 1 /tmp/token
is "an old token is ignored" "$(get --version v2 --token-file /tmp/token)" ok
is "so there is a Retry" "$(retries)" 5
inns b sysctl -qw net.quic.token_lifetime=86400
# RFC 9000 8.1.2: the Retry token's secret changes twice while the client is on its way back
kill $server
done_testing
