#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# sparse on the modules, against the UML kernel's headers (endianness, address spaces, lock annotations).
# NEEDS: modules-normal
set -uo pipefail
. "$(dirname "$0")/kernel-files"

n=$(kernel_files | tr -cd '\0' | wc -c)
[ "$n" -gt 0 ] || { echo "no code yet"; exit 77; }
out=$(JOBS=1 tests/vm/build-modules.sh normal -s C=2 CF='-D__CHECK_ENDIAN__ -Wno-bitwise-pointer' 2>&1)
code=$?
# What sparse says of the kernel's own headers is not ours to mend.
ours=$(grep -E '^(quic|offload|tests|uapi)/' <<< "$out")
if [ -n "$ours" ] || [ $code != 0 ]; then
	echo "${ours:-$out}"
	exit 1
fi
echo "$n files"
