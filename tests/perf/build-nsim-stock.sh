#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# netdevsim with the hooks of integration/, and the modelled NIC, as modules for Debian's unmodified kernel: for benchmarks only. The
# feature bit has no name there; quicoffloadctl switches. Products: build/mod-stock/{netdevsim,quic_netdevsim}.ko
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
"$top/tests/vm/build-uml.sh" tree
tree=$top/build/src/linux-uml
out=$top/build/bench/nsim
mod=$top/build/mod-stock
headers=$(printf '%s\n' /usr/src/linux-headers-6.12*-amd64 | sort -V | tail -n 1)
mkdir -p "$out/netdevsim" "$out/include/linux" "$out/quic"
cp -u "$tree"/drivers/net/netdevsim/* "$out/netdevsim/"
cp -u "$tree/include/linux/nsim_model.h" "$out/include/linux/"
rsync -rlt "$top/offload" "$top/uapi" "$out/quic/"

cc=gcc-12
command -v $cc >/dev/null || cc=gcc
# the hooks name the bit, which has no name in these headers
flags="-I$out/include -DNETIF_F_HW_QUIC=0"
make -s -C "$headers" CC=$cc M="$out/netdevsim" CONFIG_NETDEVSIM=m KCFLAGS="$flags" -j"$(nproc)" modules
cat > "$out/quic/offload/drivers/netdevsim/Kbuild" <<-EOF
	ccflags-y := -I$out/quic -I$out/quic/uapi -I$out/include -DNETIF_F_HW_QUIC=0
	obj-m := quic_netdevsim.o
	quic_netdevsim-y := $(sed -n '/^quic_netdevsim-y/,/[^\\]$/p' "$top/offload/drivers/netdevsim/Kbuild" | tr -d '\\\n' | sed 's/.*:=//')
EOF
make -s -C "$headers" CC=$cc M="$out/quic/offload/drivers/netdevsim" KBUILD_EXTRA_SYMBOLS="$mod/src/Module.symvers $out/netdevsim/Module.symvers" \
	-j"$(nproc)" modules
ln -sf "$out/netdevsim/netdevsim.ko" "$out/quic/offload/drivers/netdevsim/quic_netdevsim.ko" "$mod/"
