#!/bin/sh
# list-sources.sh: prints every file that holds something to translate, as POTFILES.in lists them
#
# SPDX-License-Identifier: GPL-3.0-or-later

set -eu
cd "$(dirname "$0")/.."

{
  ls data/*.in
  grep -rlE --include='*.c' --include='*.h' \
    '(^|[^A-Za-z_])(_|N_|C_|NC_|ngettext|g_dngettext|g_dpgettext2) ?\("' src || true
  grep -rl --include='*.ui' 'translatable="yes"' src || true
} | LC_ALL=C sort
