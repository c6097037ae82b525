#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The socket ABI, call by call: options, messages, events, lifecycle and every errno (tests/abi/abi-sockets).
# TIMEOUT: 300
. "$(dirname "$0")/lib.sh"
need_module quic

ip link set lo up
abi-sockets > /tmp/log 2>&1
relay $? /tmp/log
done_testing
