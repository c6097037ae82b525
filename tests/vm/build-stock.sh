#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Get Debian's unmodified 6.12 kernel for QEMU: download the package of the version that the installed headers are for, unpack
# it below build/stock (it is not installed), and make the small initramfs that mounts the host's root read-only.
# Usage: build-stock.sh. Does nothing when it is all there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
out=$top/build/stock
die() { echo "build-stock: $*" >&2; exit 1; }

version=$(dpkg-query -W -f '${Depends}' linux-headers-6.12-amd64 2>/dev/null | sed -n 's/.*linux-headers-\([^ ,]*\).*/\1/p')
[ "$version" ] || die "linux-headers-6.12-amd64 is not installed: make deps"
key=$(cat "$0" "$here/initrd-init" | sha256sum | cut -c1-16)-$version
[ "$(cat "$out/.key" 2>/dev/null)" != "$key" ] || exit 0

busybox=$(command -v busybox) || die "no busybox: make deps"
rm -rf "$out"
mkdir -p "$out/root"
cd "$out"
apt-get -q download "linux-image-$version" 2>/dev/null || die "cannot download linux-image-$version"
dpkg-deb -x linux-image-*.deb root
rm -f linux-image-*.deb
depmod -b root "$version"
ln -sf "root/boot/vmlinuz-$version" vmlinuz

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{bin,proc,sys,dev,mod,newroot,ro,rw}
cp "$busybox" "$work/bin/busybox"
for a in sh mount insmod mkdir switch_root cat sed; do
	ln -s busybox "$work/bin/$a"
done
for m in virtio_pci 9pnet_virtio 9p overlay; do
	modprobe -d root -S "$version" --show-depends "$m" | awk '$1 == "insmod" { print $2 }'
done | awk '!seen[$0]++' | while read -r f; do
	n=$(basename "${f%.xz}")
	case $f in
	*.xz) xz -dc "$f" > "$work/mod/$n" ;;
	*) cp "$f" "$work/mod/$n" ;;
	esac
	echo "$n" >> "$work/mod/order"
done
cp "$here/initrd-init" "$work/init"
chmod +x "$work/init"
(cd "$work" && find . | cpio -o -H newc --quiet | gzip -1) > initrd.gz
echo "$key" > .key
echo "build-stock: $version" >&2
