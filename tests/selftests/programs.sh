#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The sample programs' own tests and a program written against the ABI alone, on kernel sockets.
# TIMEOUT: 200
. "$(dirname "$0")/lib.sh"
need_module quic
need certtool python3

ip link set lo up
export QUIC_SHIM='' OUT=$BUILD/user
top=$PWD
cd /tmp || bail
"$top/samples/tests/run" > /tmp/log 2>&1
relay $? /tmp/log
done_testing
