#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every shell script passes shellcheck.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

scripts=()
while IFS= read -r -d '' f; do
	[ -f "$f" ] || continue
	if head -n 3 "$f" 2>/dev/null | tr -d '\0' | grep -qE '^#!(/usr)?/bin/(env )?(ba)?sh|^# shellcheck shell='; then
		scripts+=("$f")
	fi
done < <(git ls-files -z -co --exclude-standard)
# SC1091, SC2154: sourced files are named at run time, and what they assign (set -u watches that). SC2317: functions called by name ("check", traps) look unreachable.
shellcheck -S warning -x -e SC1091,SC2154,SC2317 "${scripts[@]}" || exit 1
echo "${#scripts[@]} scripts"
