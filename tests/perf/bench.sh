#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make bench: goodput of QUIC beside TCP and kTLS on Debian's unmodified kernel under QEMU, where one instruction takes one
# nanosecond of guest time: the numbers are bits per instruction, the same on any machine and repeatable to about 1 %.
#
#   tests/perf/bench.sh [--quick] [--rows LIST] [--mtus LIST] [--sizes LIST] [--runs N] [--seconds S] [--stall N] [--check]
#
# --quick: 64 KiB writes, one run each, no stall runs. --check: exit 1 below the bars (0.50 of kTLS at MTU 1500, 0.75 at 9000, and
# no stalled run). Lists are blank-separated. Writes build/bench.json and the table build/bench.txt.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
cd "$top"

rows="tcp tcp_seg ktls ktls_seg quic_sw quic_sw_seg quic_hw" mtus="1500 9000" sizes="1024 16384 65536" runs=3 seconds=0.4 stall=30 check=
while [ $# -gt 0 ]; do
	case $1 in
	--quick) sizes=65536 runs=1 stall=0 ;;
	--rows) rows=${2:?}; shift ;;
	--mtus) mtus=${2:?}; shift ;;
	--sizes) sizes=${2:?}; shift ;;
	--runs) runs=${2:?}; shift ;;
	--seconds) seconds=${2:?}; shift ;;
	--stall) stall=${2:?}; shift ;;
	--check) check=--check ;;
	*) sed -n '3,9s/^# \{0,1\}//p' "$0" >&2; [ "$1" = --help ] && exit 0; exit 2 ;;
	esac
	shift
done

say() { echo "bench: $*" >&2; }

tests/vm/build-modules.sh stock -s
make -s --no-print-directory user
case " $rows " in *" quic_hw "*) "$here/build-nsim-stock.sh" ;; esac

results=$top/build/bench
mkdir -p "$results"
words() { wc -w <<< "$1"; }
total=$(($(words "$rows") * $(words "$mtus") * $(words "$sizes") * runs + stall))
say "$total transfers, $seconds s of guest time each; a few seconds to half a minute of yours"
done_n=0 code=0
while read -r line; do
	case $line in
	'{'*warm-up*) ;;
	'{'*) done_n=$((done_n + 1)); printf '\r%d/%d ' $done_n $total >&2 ;;
	*) echo "$line" >&2 ;;
	esac
done < <(tests/vm/qemu-run -d -t $((180 + total * 60)) -r "$results" -e "ROWS=$rows" -e "MTUS=$mtus" -e "SIZES=$sizes" -e "RUNS=$runs" \
	-e "SECONDS_EACH=$seconds" -e "STALL_RUNS=$stall" tests/perf/bench-guest.sh 2>&1 || echo "the guest ended with $?")
echo >&2
"$here/bench_report.py" $check --runs "$results/runs.jsonl" --json build/bench.json --expect "$total" | tee build/bench.txt || code=$?
exit $code
