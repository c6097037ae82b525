#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Build the User Mode Linux kernel of the tests from Debian's linux-source-6.12 plus integration/*.patch.
#
#   build-uml.sh normal|debug|tree
#
# Products: build/uml-VARIANT/linux, build/uml-VARIANT/.config, .../netdevsim.ko. Does nothing when the kernel source
# version, the patches and the configuration are those of the last build. `tree` only prepares the patched source tree,
# build/src/linux-uml, which both variants share (each builds with O=).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
pkg=linux-source-6.12
tarball=/usr/src/$pkg.tar.xz
pristine=$top/build/src/$pkg
tree=$top/build/src/linux-uml
jobs=${JOBS:-$(nproc)}

say() { echo "build-uml: $*" >&2; }
die() { say "$*"; exit 1; }
digest() { sha256sum | cut -c1-16; }

variant=${1:-}
case $variant in normal|debug|tree) ;; *) die "usage: build-uml.sh normal|debug|tree" ;; esac

shopt -s nullglob
patches=("$top"/integration/*.patch)
own_patches=("$here"/patches/*.patch)	# what only the test kernels need
shopt -u nullglob

source_version() {
	dpkg-query -W -f '${Version}' "$pkg" 2>/dev/null || die "package $pkg is not installed: make deps"
}

unpack() {
	[ -f "$pristine/.unpacked" ] && [ "$(cat "$pristine/.unpacked")" = "$version" ] && return
	[ -f "$tarball" ] || die "no $tarball: make deps"
	say "unpacking $tarball"
	mkdir -p "$top/build/src"
	rm -rf "$pristine.new"
	mkdir "$pristine.new"
	tar -C "$pristine.new" --strip-components=1 -xf "$tarball"
	rm -rf "$pristine"
	mv "$pristine.new" "$pristine"
	echo "$version" > "$pristine/.unpacked"
}

# Files that a tree's patches touched, one a line.
patched_files() { cat "$1/.patched" 2>/dev/null || true; }

# The patched tree hard-links what it does not change, so that time stamps, and with them the objects of the last build,
# stay good for every file whose text is the same as before.
patch_tree() {
	local key new=$tree.new f p
	key=$( { echo "$version"; cat /dev/null ${patches[@]+"${patches[@]}"} ${own_patches[@]+"${own_patches[@]}"}; } | digest)
	[ -f "$tree/.key" ] && [ "$(cat "$tree/.key")" = "$key" ] && return
	unpack
	say "patching: ${#patches[@]} patches"
	rm -rf "$new"
	cp -al "$pristine" "$new"
	: > "$new/.patched"
	if [ ${#patches[@]} -gt 0 ]; then
		sed -n 's,^+++ b/\([^	]*\).*,\1,p' "${patches[@]}" >> "$new/.patched"
		# patch(1) renames over what it changes, so the pristine tree keeps its text.
		"$top/integration/apply" "$new" >&2 || die "integration/ does not apply"
	fi
	for p in ${own_patches[@]+"${own_patches[@]}"}; do
		sed -n 's,^+++ b/\([^	]*\).*,\1,p' "$p" >> "$new/.patched"
		patch -d "$new" -p1 -s --no-backup-if-mismatch < "$p" || die "$(basename "$p") does not apply"
	done
	sort -u -o "$new/.patched" "$new/.patched"
	if [ -d "$tree" ]; then
		{ patched_files "$tree"; patched_files "$new"; } | sort -u | while read -r f; do
			[ -f "$new/$f" ] || continue
			if cmp -s "$tree/$f" "$new/$f"; then
				cp -p "$tree/$f" "$new/$f.tmp"
			else
				cp "$new/$f" "$new/$f.tmp"
			fi
			mv "$new/$f.tmp" "$new/$f"
		done
		rm -rf "$tree"
	fi
	mv "$new" "$tree"
	echo "$key" > "$tree/.key"
}

fragments() {
	echo "$here/uml.config"
	[ "$variant" = normal ] || echo "$here/uml-debug.config"
}

kmake() { make -C "$tree" ARCH=um O="$out" CC="$cc" "$@"; }

configure() {
	local -a frag
	mapfile -t frag < <(fragments)
	kmake -s defconfig
	"$tree/scripts/kconfig/merge_config.sh" -m -O "$out" "$out/.config" "${frag[@]}" > "$out/merge.log"
	kmake -s olddefconfig
	check_config "${frag[@]}"
}

check_config() {
	local missing
	missing=$(cat "$@" | awk -v cfg="$out/.config" '
		BEGIN { while ((getline line < cfg) > 0) have[line] = 1 }
		/^CONFIG_/ { want[substr($0, 1, index($0, "=") - 1)] = $0 }
		/^# CONFIG_.* is not set/ { want[$2] = "" ; off[$2] = 1 }
		END {
			for (s in want) {
				if (want[s] != "" && !(want[s] in have))
					print want[s]
				if (want[s] == "" && ((s "=y") in have || (s "=m") in have))
					print s " should be off"
			}
		}' | sort)
	[ -z "$missing" ] && return
	say "these symbols did not take:"
	echo "$missing" >&2
	rm -f "$out/.config"
	exit 1
}

version=$(source_version)
# Patching wants the tree for itself; builds may share it.
mkdir -p "$top/build/src"
exec 9> "$top/build/src/.tree.lock"
flock 9
patch_tree
flock -s 9
[ "$variant" = tree ] && exit 0

out=$top/build/uml-$variant
mkdir -p "$out"
exec 8> "$out/.lock"
flock 8
cc=gcc
! command -v ccache >/dev/null || cc="ccache gcc"
mapfile -t frag < <(fragments)
cfgkey=$( { echo "$version"; cat "${frag[@]}"; } | digest)
key=$( { echo "$cfgkey"; cat "$tree/.key"; } | digest)
[ -f "$out/.key" ] && [ "$(cat "$out/.key")" = "$key" ] && { say "$variant: up to date"; exit 0; }

rm -f "$out/.key"
export KBUILD_BUILD_TIMESTAMP="1970-01-01" KBUILD_BUILD_USER=quic KBUILD_BUILD_HOST=build
if [ ! -f "$out/.config" ] || [ "$(cat "$out/.cfgkey" 2>/dev/null)" != "$cfgkey" ]; then
	configure
	echo "$cfgkey" > "$out/.cfgkey"
else
	kmake -s olddefconfig
fi
say "$variant: building with $jobs jobs (minutes when from nothing); log: ${out#"$top"/}/build.log"
start=$SECONDS
if ! kmake -j"$jobs" linux modules > "$out/build.log" 2>&1; then
	grep -E 'error|Error|undefined' -A3 "$out/build.log" | tail -40 >&2
	die "$variant: the build failed, see $out/build.log"
fi
echo "$key" > "$out/.key"
say "$variant: built in $((SECONDS - start)) s"
