# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Completion of quicss for bash.

_quicss() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} w

	case $prev in
	state)		w="established handshake listening closed" ;;
	-N|--net)	w=$(ip netns list 2>/dev/null | cut -d' ' -f1) ;;
	sport|dport|exact) w="" ;;
	*)		w="state sport dport exact --listening --all --info --memory --extended --net --no-header --json --help --version" ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$w" -- "$cur")
}

complete -F _quicss quicss
