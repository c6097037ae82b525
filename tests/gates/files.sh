#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Rules that hold for every file: an SPDX line, no path of one machine, no trailing blanks, not too long.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
bad=0

complain() { echo "$1"; bad=1; }

# Data that is compared byte by byte, or cannot carry a comment.
is_data() {
	case $1 in
	*/corpus/*|*.pem|*.json|*.bin|*.der|*.patch|*.golden|COPYING|LICENSES/*) return 0 ;;
	*) return 1 ;;
	esac
}

check_spdx() {
	case $1 in *.md) return ;; esac
	head -n 2 "$1" | grep -q 'SPDX-License-Identifier: ' || { complain "$1:1: no SPDX line"; return; }
	case $1 in
	uapi/linux/*) want='((GPL-2.0-only|GPL-2.0) WITH Linux-syscall-note)' ;;
	libquic/tests/*|libquic/Makefile) want='(LGPL-2.1-or-later|GPL-2.0-only)' ;;
	libquic/*) want='LGPL-2.1-or-later' ;;
	*) want='(GPL-2.0-only|\(\(GPL-2.0 WITH Linux-syscall-note\) OR BSD-3-Clause\)|LGPL-2.1-or-later)' ;;
	esac
	head -n 2 "$1" | grep -qE "SPDX-License-Identifier: .*$want" || complain "$1:1: licence is not $want"
}

check_text() {
	local n
	case $1 in *.md) ;; *) ! grep -nE '[ 	]+$' -- "$1" /dev/null || complain "$1: trailing blanks" ;; esac
	# the second pattern keeps this file itself out
	! grep -nE '(^|[^A-Za-z0-9_.$}/])/(work|farm|home|root)/|/tmp/(bash_job|brie)[f]?' -- "$1" /dev/null |
		grep -v '^tests/gates/files.sh:' || complain "$1: a path of one machine"
	case $1 in
	*.c|*.h)
		n=$(wc -l < "$1")
		[ "$n" -le 900 ] || grep -q 'tables and vectors' "$1" || complain "$1: $n lines; split by noun" ;;
	esac
}

while IFS= read -r -d '' f; do
	if [ ! -f "$f" ] || [ -L "$f" ]; then continue; fi
	is_data "$f" && continue
	check_spdx "$f"
	check_text "$f"
done < <(git ls-files -z -co --exclude-standard)
exit $bad
