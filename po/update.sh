#!/bin/sh
# update.sh: brings POTFILES.in and every translation up to date with the sources
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Afterwards look for “fuzzy” and empty msgstr in the .po files.

set -eu
cd "$(dirname "$0")"

sh list-sources.sh >POTFILES.in
sh extract.sh lamina.pot
while read -r language; do
  [ -f "$language.po" ] || msginit --no-translator --locale "$language" --input lamina.pot --output "$language.po"
  msgmerge --quiet --update --backup=none --no-wrap --add-location=file "$language.po" lamina.pot
  printf '%s: ' "$language"
  msgfmt --check --statistics --output-file=/dev/null "$language.po"
done <LINGUAS
rm lamina.pot
