#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make soak: what takes longer than `make check` may. Ends with a summary, build/soak/summary.md, to be kept under docs/results/.
#
#   tests/perf/soak.sh [--seeds N] [--fuzz-minutes N] [--fuzz-jobs N] [--churn-minutes N] [PART...]
#
# Parts (default: all): sim (seeds of the simulator, 2000), fuzz (10 minutes a target, --fuzz-jobs at a time, 2), churn-debug (5 minutes of
# connects, closes, migrations and key updates on the kernel with KASAN, lockdep and kmemleak; half over veth, half over NICs
# that hold the keys), churn-stock (5 minutes on Debian's kernel with two CPUs). Exit 1 when any of them failed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
cd "$top"

seeds=2000 fuzz_min=10 fuzz_jobs=2 churn_min=5 parts=()
while [ $# -gt 0 ]; do
	case $1 in
	--seeds) seeds=${2:?}; shift ;;
	--fuzz-minutes) fuzz_min=${2:?}; shift ;;
	--fuzz-jobs) fuzz_jobs=${2:?}; shift ;;
	--churn-minutes) churn_min=${2:?}; shift ;;
	sim|fuzz|churn-debug|churn-stock) parts+=("$1") ;;
	*) sed -n '3,9s/^# \{0,1\}//p' "$0" >&2; [ "$1" = --help ] && exit 0; exit 2 ;;
	esac
	shift
done
[ ${#parts[@]} -gt 0 ] || parts=(sim fuzz churn-debug churn-stock)

out=$top/build/soak
mkdir -p "$out"
rows=$out/rows
bad=0
say() { echo "soak: $(date +%T) $*" >&2; }

# row PART RESULT FIGURES
row() {
	echo "| $1 | $2 | $3 |" >> "$rows"
	[ "$2" = ok ] || bad=1
	say "$1: $2: $3"
}
: > "$rows"

sim() {
	local log=$out/sim.log code=0
	make -s --no-print-directory -C tests sim
	say "sim: $seeds seeds"
	build/sim/sim 1 "$seeds" > "$log" 2>&1 || code=$?
	row "simulator, seeds 1..$seeds" "$([ $code = 0 ] && echo ok || echo FAILED)" \
		"$(grep -c '^ok' "$log" || true) checks passed, $(grep -c '^not ok' "$log" || true) failed"
}

fuzz_one() {
	local name=$1 log=$out/fuzz-$1.log code=0 runs
	mkdir -p "$out/corpus/$name" "tests/fuzz/corpus/$name"
	timeout $((fuzz_min * 60 + 300)) "build/fuzz/${name}_fuzz" -max_total_time=$((fuzz_min * 60)) -timeout=20 -rss_limit_mb=4096 \
		-print_final_stats=1 -artifact_prefix="$out/$name-" "$out/corpus/$name" "tests/fuzz/corpus/$name" > "$log" 2>&1 || code=$?
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
	echo "$code ${runs:-0} $(grep -oE 'cov: [0-9]+' "$log" | tail -n 1 | cut -d' ' -f2)" > "$out/fuzz-$name.end"
}

fuzz() {
	local name names code runs cov
	make -s --no-print-directory -C tests fuzz
	names=$(find build/fuzz -maxdepth 1 -name '*_fuzz' -printf '%f\n' | sed 's/_fuzz$//' | sort)
	say "fuzz: $(wc -w <<< "$names") targets, $fuzz_min minutes each, $fuzz_jobs at a time"
	for name in $names; do
		while [ "$(jobs -rp | wc -l)" -ge "$fuzz_jobs" ]; do wait -n || true; done
		fuzz_one "$name" &
	done
	wait
	for name in $names; do
		read -r code runs cov < "$out/fuzz-$name.end"
		row "fuzz $name, $fuzz_min min" "$([ "$code" = 0 ] && echo ok || echo FAILED)" "$runs inputs, coverage ${cov:-?} edges"
	done
}

# churn_on NAME WHAT RUNNER...: one guest
churn_on() {
	local dir=$out/$1 what=$2 code=0 figures
	shift 2
	rm -rf "$dir"
	"$@" -r "$dir" tests/selftests/churn.sh > "$dir.log" 2>&1 || code=$?
	figures=$(sed -n '/^{/{s/[{}"]//g; s/,/, /g; s/:/ /g; p}' "$dir/churn.json" 2>/dev/null || true)
	row "$what" "$([ $code = 0 ] && echo ok || echo "FAILED ($code)")" "${figures:-no figures, see ${dir#"$top"/}.log}"
}

churn-debug() {
	local half=$((churn_min * 30)) link
	tests/vm/build-uml.sh debug
	tests/vm/build-modules.sh debug -s
	make -s --no-print-directory user
	for link in veth nsim; do
		say "churn-debug: $link, $half s"
		churn_on "churn-debug-$link" "churn, debug kernel, $link" tests/vm/uml-run -v debug -t $((half + 400)) -e CHURN_LINK=$link \
			-e CHURN_SECONDS=$half
	done
}

churn-stock() {
	tests/vm/build-modules.sh stock -s
	make -s --no-print-directory user
	say "churn-stock: $((churn_min * 60)) s"
	churn_on churn-stock "churn, stock kernel, 2 CPUs" tests/vm/qemu-run -t $((churn_min * 60 + 600)) -e CHURN_SECONDS=$((churn_min * 60))
}

for part in "${parts[@]}"; do $part; done
{
	echo "| part | result | figures |"
	echo "|---|---|---|"
	cat "$rows"
	echo
	echo "Commit $(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown), $(date -u +%F). A splat, a leak or a module that does not unload fails its part."
} > "$out/summary.md"
cat "$out/summary.md"
exit $bad
