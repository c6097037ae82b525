#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Build the modules for one kernel.
#
#   build-modules.sh normal|debug|stock [make arguments, e.g. W=1 C=1]
#
# The sources are copied to build/mod-VARIANT/src and built there, so that variants do not clobber each other and the checkout
# stays clean. Products: build/mod-VARIANT/*.ko (netdevsim.ko of the UML kernel too). A copy is taken only of what changed.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
variant=${1:?usage: build-modules.sh normal|debug|stock [make arguments]}
shift

case $variant in
normal|debug)
	kernel=$top/build/uml-$variant
	[ -f "$kernel/.key" ] || { echo "build-modules: no kernel; run tests/vm/build-uml.sh $variant" >&2; exit 2; }
	arch=(ARCH=um) ;;
stock)
	shopt -s nullglob
	found=(/usr/src/linux-headers-6.12*-amd64)
	[ ${#found[@]} -gt 0 ] || { echo "build-modules: no linux-headers-6.12-amd64: make deps" >&2; exit 2; }
	kernel=$(printf '%s\n' "${found[@]}" | sort -V | tail -n 1)
	arch=() ;;
*)
	echo "build-modules: unknown kernel $variant" >&2
	exit 2 ;;
esac

out=$top/build/mod-$variant
src=$out/src
mkdir -p "$src"
exec 8> "$out/.lock"
flock 8

# -t keeps make's view of what is newer.
rsync -rlt --delete --prune-empty-dirs \
	--filter='P *.o' --filter='P *.ko' --filter='P *.mod' --filter='P *.mod.c' --filter='P .*.cmd' \
	--filter='P modules.order' --filter='P Module.symvers' --filter='P .module-common.o' --filter='P *.a' \
	--include=/Kbuild --include='/quic/***' --include='/offload/***' --include='/uapi/***' \
	--include=/tests/ --include='/tests/kunit/***' --include=/tests/vm/ --include='/tests/vm/teeth/***' \
	--exclude='*' "$top/" "$src/"

# A new kernel build makes every object stale.
if ! cmp -s "$kernel/Module.symvers" "$out/.kernel" ; then
	find "$src" \( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' -o -name '.*.cmd' \) -delete
	cp "$kernel/Module.symvers" "$out/.kernel"
fi

cc=gcc
[ "$variant" != stock ] || cc=gcc-12
command -v $cc >/dev/null || cc=gcc
! command -v ccache >/dev/null || cc="ccache $cc"

# Messages name the file in the checkout.
code=0
make -C "$kernel" "${arch[@]}" CC="$cc" M="$src" -j"${JOBS:-$(nproc)}" "$@" modules 2>&1 |
	sed -u "s,$src/,,g; s,build/mod-$variant/src/,,g" || code=$?
[ $code = 0 ] || exit $code

rm -f "$out"/*.ko
# Only what this build made: older objects of other directories may still be there.
sed "s,\.o\$,.ko,; s,^$src/,,; s,^,$src/," "$src/modules.order" | xargs -r ln -sf -t "$out"
[ "$variant" = stock ] || ln -sf "$kernel/drivers/net/netdevsim/netdevsim.ko" "$out/netdevsim.ko"
