#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""find.py HEX FILE: status 1 when the bytes are anywhere in the file."""
import mmap
import sys

with open(sys.argv[2], "rb") as f, mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as m:
    sys.exit(1 if m.find(bytes.fromhex(sys.argv[1])) >= 0 else 0)
