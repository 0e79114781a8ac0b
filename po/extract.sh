#!/bin/sh
# extract.sh OUTPUT: writes the template of all messages that POTFILES.in leads to
#
# SPDX-License-Identifier: GPL-3.0-or-later

set -eu
output=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cd "$(dirname "$0")/.."

# The keywords are those of meson's preset “glib”.
xgettext --from-code=UTF-8 --add-comments=Translators --no-wrap --add-location=file --package-name=lamina \
  --keyword=_ --keyword=N_ --keyword=C_:1c,2 --keyword=NC_:1c,2 \
  --keyword=g_dcgettext:2 --keyword=g_dngettext:2,3 --keyword=g_dpgettext2:2c,3 \
  --files-from=po/POTFILES.in --output="$output"
