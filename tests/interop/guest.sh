#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The guest's side: modules, then guest.py.
. tests/vm/guest-modules
load_modules || exit 1
export PYTHONDONTWRITEBYTECODE=1 PATH=$BUILD/user:$PATH LD_LIBRARY_PATH=$BUILD/user
exec /usr/bin/python3 tests/interop/guest.py "$@"
