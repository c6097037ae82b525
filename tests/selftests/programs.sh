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
code=$?
while read -r line; do
	case $line in
	"ok "*) pass "${line#*- }" ;;
	"not ok "*) fail "${line#*- }" ;;
	"#"*) echo "$line" ;;
	esac
done < /tmp/log
is "exit code" $code 0
done_testing
