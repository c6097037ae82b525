#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The kernel-doc comments of the kernel-side code parse, name every argument and document a return value.
set -uo pipefail
. "$(dirname "$0")/kernel-files"

tree=$(kernel_tree)
n=$(kernel_files | tr -cd '\0' | wc -c)
[ "$n" -gt 0 ] || { echo "no code yet"; exit 77; }
structs=$(kernel_files | xargs -0 sed -n 's/^\(struct\|union\|enum\) \([a-z0-9_]*\) {.*/\2/p' | sort -u)
out=$(kernel_files | xargs -0 "$tree/scripts/kernel-doc" -none -Wreturn -Wshort-desc 2>&1 |
	awk -v names="$structs" '
		BEGIN { split(names, n, "\n"); for (i in n) is_struct[n[i]] = 1 }
		# A member of a struct may carry an ordinary comment beside it; an argument may not stay undescribed.
		/not described in / { who = $NF; gsub(/\047/, "", who); if (is_struct[who]) next }
		{ print }')
if [ -n "$out" ]; then
	echo "$out"
	exit 1
fi
echo "$n files, $(kernel_files | xargs -0 grep -hc '^/\*\*$' | paste -sd+ | bc) comments"
