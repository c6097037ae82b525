#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The objects of quic/core need nothing but each other and what purity.allow lists.
# NEEDS: unit modules-normal
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
allow=tests/gates/purity.allow
bad=0 seen=0

# check KIND OBJECT...
check() {
	local kind=$1 names pattern
	shift
	pattern=$(awk -v k="$kind" '$1 == k { printf "%s(%s)", sep, $2; sep = "|" }' $allow)
	seen=$((seen + $#))
	names=$(comm -23 <(nm -uP "$@" | awk 'NF >= 2 && $2 == "U" { print $1 }' | sort -u) \
			<(nm -P --defined-only "$@" | awk 'NF > 2 { print $1 }' | sort -u) | grep -vxE "$pattern")
	[ -n "$names" ] || return
	bad=1
	for n in $names; do
		echo "$kind: core needs $n: $(nm -uA "$@" | awk -v n="$n" '$NF == n { sub(/:.*/, "", $1); print $1 }' | xargs -n1 basename | tr '\n' ' ')"
	done
}

shopt -s nullglob
sources=(quic/core/*.c)
[ ${#sources[@]} -gt 0 ] || { echo "no quic/core yet"; exit 77; }
make -s -C tests OUT="$PWD/build" plain || exit 1
objects=()
for s in "${sources[@]}"; do
	objects+=("build/obj/plain/${s%.c}.o")
done
check user "${objects[@]}"

# not while a build replaces them
exec 8>> build/mod-normal/.lock
flock -s 8
objects=()
for s in "${sources[@]}"; do
	o=build/mod-normal/src/${s%.c}.o
	[ ! -f "$o" ] || objects+=("$o")
done
[ ${#objects[@]} = 0 ] || check kernel "${objects[@]}"
[ $bad = 0 ] && echo "$seen objects"
exit $bad
