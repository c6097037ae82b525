#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Debian's ngtcp2 client completes a handshake with quic-server.
. "$(dirname "$0")/lib.sh"
need_module quic
need gtlsclient

ns_add a b
veth_pair a b || bail
check "server starts" serve b 10.9.0.2 --alpn h3,quic-demo || done_testing
inns a timeout 20 gtlsclient --exit-on-all-streams-close --timeout 5s --ca "$certs/ca.pem" 10.9.0.2 "$port" \
	"https://server.test:$port/x" > /tmp/ngtcp2.log 2>&1 ||
inns a timeout 20 gtlsclient --exit-on-all-streams-close --timeout 5s 10.9.0.2 "$port" \
	"https://server.test:$port/x" > /tmp/ngtcp2.log 2>&1
log=$(cat /tmp/ngtcp2.log)
like "the client completes the handshake" "$log" 'Negotiated ALPN is h3|QUIC handshake has completed|ALPN: h3'
at_least "the server completed it" "$(snmp b ConnPassiveEstabs)" 1
kill "$server"
done_testing
