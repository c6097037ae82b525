#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The KUnit modules: every suite they register ran, and no case failed.
# TIMEOUT: 300
. "$(dirname "$0")/lib.sh"

suites=/sys/kernel/debug/kunit
shopt -s nullglob
modules=("$MOD"/*_kunit.ko)
[ ${#modules[@]} -gt 0 ] || skip_all "no KUnit module was built"

run_module() {
	local name before suite
	name=$(basename "$1" .ko)
	before=$(ls $suites)
	check "$name loads" insmod "$1" || return
	for suite in "$suites"/*; do
		grep -qxF "${suite##*/}" <<< "$before" || show_suite "$name" "$suite/results"
	done
	check "$name unloads" rmmod "$name"
}

# One point per case; the results file is KTAP of one suite.
show_suite() {
	local line seen=0
	while read -r line; do
		case $line in
		'ok '*'# SKIP'*) skip "$1: ${line#ok * }" "${line##*# SKIP }"; seen=1 ;;
		'ok '*) pass "$1: ${line#ok }"; seen=1 ;;
		'not ok '*) fail "$1: ${line#not ok }" "$(grep -B 15 -F "$line" "$2")"; seen=1 ;;
		esac
	done < <(sed 's/^ *//' "$2")
	[ $seen = 1 ] || fail "$1: a suite without cases" "$(cat "$2")"
}

for m in "${modules[@]}"; do
	run_module "$m"
done
[ "$tap_points" -gt $((2 * ${#modules[@]})) ] || fail "some suite ran"
done_testing
