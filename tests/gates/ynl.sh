#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The generated netlink files are what the kernel's generator makes of uapi/specs/quic_offload.yaml.
#
#   ynl.sh             compare
#   ynl.sh --write     write them
set -uo pipefail
. "$(dirname "$0")/kernel-files"

tree=$(kernel_tree)
name=quic_offload
files=("uapi/linux/$name.h" offload/core/nl-gen.h offload/core/nl-gen.c)
modes=("uapi --header" "kernel --header" "kernel --source")

python3 -c 'import yaml, jsonschema' 2>/dev/null ||
	{ echo "python3-yaml and python3-jsonschema are needed"; exit 1; }
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
# The generator wants the kernel's layout around the spec, and stops searching at a MAINTAINERS file only.
mkdir -p "$scratch/Documentation/netlink/specs" "$scratch/tools/net"
touch "$scratch/MAINTAINERS"
cp "$tree"/Documentation/netlink/genetlink*.yaml "$scratch/Documentation/netlink/"
cp -r "$tree/tools/net/ynl" "$scratch/tools/net/"
cp uapi/specs/$name.yaml "$scratch/Documentation/netlink/specs/"

bad=0
for i in "${!files[@]}"; do
	out=$scratch/$(basename "${files[i]}")
	# shellcheck disable=SC2086 # two words
	(cd "$scratch" && timeout 60 python3 tools/net/ynl/ynl-gen-c.py --mode ${modes[i]} \
		--spec Documentation/netlink/specs/$name.yaml -o "$out") || { echo "generator failed for ${files[i]}"; exit 1; }
	# its include of itself is by the name of the output file
	if [ "${1:-}" = --write ]; then
		cp "$out" "${files[i]}"
	elif ! diff -u "${files[i]}" "$out"; then
		echo "${files[i]} differs from its spec: tests/gates/ynl.sh --write"
		bad=1
	fi
done
exit $bad
