#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# DATAGRAM frames (RFC 9221): there and back over veth, in bursts, and what becomes of those that find no room.
. "$(dirname "$0")/lib.sh"
need_module quic

ns_add a b
veth_pair a b || bail
check "server starts" serve b 10.9.0.2 --echo || done_testing
check "500 datagrams come back" client a 10.9.0.2 --datagrams 500
like "none is lost" "$(cat "$lib_out")" '^datagrams datagrams: [0-9]+ bytes in [0-9.]+ s, equal$'
unlike "nothing was said of a loss" "$(cat "$lib_out")" 'lost'
check "datagrams beside streams" client a 10.9.0.2 --echo 100000 --datagrams 100 --echo 100000
is "no receive queue overflowed" "$(snmp a FrmRcvBufDrop)/$(snmp b FrmRcvBufDrop)" 0/0
is "no frame error" "$(snmp a PktInvFrmDrop)/$(snmp b PktInvFrmDrop)" 0/0
kill "$server"

# a server that does not echo does not offer
check "server starts without offer" serve b 10.9.0.2
check_fails "sending is refused" 'Invalid argument' client a 10.9.0.2 --datagrams 1
kill "$server"
done_testing
