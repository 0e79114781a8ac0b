#!/bin/sh
# check-translation.sh: are all messages found, and are the translations sound?
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: check-translation.sh ROOT. Prints TAP.

set -eu
cd "$1"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cases=0

# report TITLE FINDINGS: a case, failed if there are findings
report ()
{
  cases=$((cases + 1))
  if [ -z "$2" ]; then
    echo "ok $cases /translation/$1"
  else
    printf '%s\n' "$2" | sed 's/^/# /'
    echo "not ok $cases /translation/$1"
  fi
}

if ! command -v xgettext >/dev/null || ! command -v msgmerge >/dev/null; then
  echo '1..0 # SKIP gettext is not installed'
  exit 0
fi

languages=$(cat po/LINGUAS)
# shellcheck disable=SC2086 # one word a language
set -- $languages
echo "1..$((3 + 2 * $#))"

sh po/list-sources.sh >"$folder/sources"
report every-source-is-listed "$(diff po/POTFILES.in "$folder/sources" >"$folder/diff" \
  || { echo 'POTFILES.in is out of date: run “sh po/update.sh”.'; cat "$folder/diff"; })"

report extraction "$(sh po/extract.sh "$folder/lamina.pot" 2>&1)"

# xgettext ends a message at a macro that it does not know, and the rest is never found again.
report messages-are-whole "$(xargs grep -nE '(^|[^A-Za-z_])(_|N_) ?\(".*" ?G_G[A-Z0-9_]*_FORMAT' <po/POTFILES.in \
  | sed 's/$/  <- use PRId64 and its like in messages/' || true)"

for language in "$@"; do
  report "$language/sound" "$(msgfmt --check --output-file=/dev/null "po/$language.po" 2>&1)"

  cases=$((cases + 1))
  msgmerge --quiet --no-fuzzy-matching "po/$language.po" "$folder/lamina.pot" --output-file="$folder/$language.po"
  statistics=$(LC_ALL=C msgfmt --statistics --output-file=/dev/null "$folder/$language.po" 2>&1)
  case $statistics in
    *untranslated* | *fuzzy*) echo "ok $cases /translation/$language/complete # SKIP so far $statistics" ;;
    *) echo "ok $cases /translation/$language/complete" ;;
  esac
done
