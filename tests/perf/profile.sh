#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Where a row of make bench spends its instructions, by function: every one is counted, nothing is sampled.
#
#   tests/perf/profile.sh [--mtu N] [--seconds S] [--top N] ROW...
#
# Rows are those of bench.sh. Figures: instructions per payload byte and per 1440 of them, calls per 1440 bytes.
# Writes build/profile/; the modules are built by tests/perf/bench.sh.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
cd "$top"

mtu=1500 seconds=0.2 lines=60 rows=()
while [ $# -gt 0 ]; do
	case $1 in
	--mtu) mtu=${2:?}; shift ;;
	--seconds) seconds=${2:?}; shift ;;
	--top) lines=${2:?}; shift ;;
	-*) sed -n '3,8s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
	*) rows+=("$1") ;;
	esac
	shift
done
[ ${#rows[@]} -gt 0 ] || rows=(quic_sw)

out=$top/build/profile
mkdir -p "$out/bin"
rm -f "$out"/hist.*
${CC:-cc} -O2 -Wall -Wextra -shared -fPIC -fvisibility=hidden -o "$out/profile.so" "$here/profile_plugin.c"
# qemu-run has no option for a plugin: it finds this QEMU first
printf '#!/bin/bash\nexec /usr/bin/qemu-system-x86_64 "$@" -plugin %q\n' "$out/profile.so,prefix=$out/hist" > "$out/bin/qemu-system-x86_64"
chmod +x "$out/bin/qemu-system-x86_64"
# names of the addresses, at the end of the run
# shellcheck disable=SC2016
sed 's|^exit 0|cat /proc/kallsyms > $RESULTS/kallsyms; exit 0|' "$here/bench-guest.sh" > "$out/guest.sh"
chmod +x "$out/guest.sh"
PATH=$out/bin:$PATH tests/vm/qemu-run -d -t 1800 -r "$out" -k nokaslr -e "ROWS=${rows[*]}" -e "MTUS=$mtu" -e SIZES=65536 -e RUNS=1 \
	-e "SECONDS_EACH=$seconds" -e STALL_RUNS=0 "$out/guest.sh" > "$out/guest.log" 2>&1 || { cat "$out/guest.log" >&2; exit 1; }
"$here/profile_report.py" --dir "$out" --top "$lines" "${rows[@]}"
