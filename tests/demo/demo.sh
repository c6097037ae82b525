#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A file crosses a QUIC connection whose 1-RTT keys live in the NIC. Boots the guest and shows what happens there.
#
#   tests/demo/demo.sh [FILE]     FILE: what the client sends (default: 64 random MiB; DEMO_SIZE_MIB)
#
# Leaves in build/demo: link.pcap handover.pcap keys.log canary.txt in/ out/ keys.json log.txt. Last line: DEMO OK.
set -euo pipefail
cd "$(dirname "$0")/../.."

out=build/demo
size=$((${DEMO_SIZE_MIB:-64} << 20))
file=${1:-}

die() { echo "demo: $*" >&2; exit 1; }

[ -z "$file" ] || [ -r "$file" ] || die "$file cannot be read"
rm -rf "$out"
mkdir -p "$out/in" "$out/out"
PATH=$PWD/build/user:$PATH
export LD_LIBRARY_PATH=$PWD/build/user

echo "Preparing the files: a marker of 16 random bytes stands in them at every 256th byte,"
echo "so every packet that carries file data carries it."
marker=$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')
echo "$marker" > "$out/canary.txt"
if [ "$file" ]; then
	cp "$file" "$out/in/up"
else
	canary-file --canary "$marker" --size "$size" "$out/in/up" > /dev/null
fi
for f in down up2 down2; do
	canary-file --canary "$marker" --size "$size" "$out/in/$f" > /dev/null
done

echo "Booting the guest: Linux 6.12 as a process, with this checkout's modules."
code=0
tests/vm/uml-run -v normal -t 1200 -m 3072M -r "$out" -e MARKER="$marker" tests/demo/guest.sh 2>&1 |
	tee "$out/log.txt" || code=$?
rm -f "$out"/job.* "$out"/rc
[ $code = 0 ] || die "$(tail -n 1 "$out/log.txt" | grep -o 'step .*' || echo "the guest ended with code $code"), see $out/log.txt"
grep -q '^== All steps done' "$out/log.txt" || die "the guest ended early, see $out/log.txt"
echo "DEMO OK" | tee -a "$out/log.txt"
