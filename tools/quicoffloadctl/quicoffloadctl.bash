# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Completion of quicoffloadctl for bash.

_quicoffloadctl() {
	local cur=${COMP_WORDS[COMP_CWORD]} words=() w devs

	for w in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		[[ $w == -* ]] || words+=("$w")
	done
	devs=$(cd /sys/class/net 2>/dev/null && echo *)
	case "${#words[@]} ${words[*]}" in
	"0 "*)		w="dev key filter --json --help --version" ;;
	"1 dev")	w="show set" ;;
	"1 key"|"1 filter") w="show" ;;
	"2 dev set"|"2 dev show"|"2 key show"|"2 filter show") w=$devs ;;
	"3 dev set "*)	w="on off tapped-offload" ;;
	"4 dev set "*" tapped-offload") w="on off" ;;
	*)		w="" ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$w" -- "$cur")
}

complete -F _quicoffloadctl quicoffloadctl
