#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# checkpatch.pl --strict on the kernel-side code.
set -uo pipefail
. "$(dirname "$0")/kernel-files"

ignore=(
	FILE_PATH_CHANGES		# about MAINTAINERS of a kernel tree
	SPDX_LICENSE_TAG		# gates/files.sh is stricter
	SPLIT_STRING MISSING_SPACE	# hex test vectors are as long as they are
	EMBEDDED_FUNCTION_NAME		# KUnit descriptions name what they test
	TYPO_SPELLING			# British spelling
	UNCOMMENTED_DEFINITION		# what a lock protects stands in the kernel-doc or DOC: block
)

tree=$(kernel_tree)
# env_user.h plays the kernel for libc, macros and all; generated files are the generator's.
# A trace header is laid out as those of the kernel are, which checkpatch does not understand.
list() {
	kernel_files 'tests/kunit/*.[ch]' 'tests/vm/*.[ch]' |
		grep -zvE '/env_user\.h$|^quic/trace\.h$|_vectors\.h$|nl-gen\.[ch]$'
}
n=$(list | tr -cd '\0' | wc -c)
[ "$n" -gt 0 ] || { echo "no code yet"; exit 77; }
trap 'rm -f .checkpatch-camelcase.*' EXIT
out=$(list | xargs -0 perl "$tree/scripts/checkpatch.pl" --no-tree --strict --terse -q --show-types --file \
	--max-line-length=100 --ignore "$(IFS=,; echo "${ignore[*]}")" 2>/dev/null | grep -v '^total:')
if [ -n "$out" ]; then
	echo "$out"
	echo "checkpatch: $(wc -l <<< "$out") complaints"
	exit 1
fi
echo "$n files"
