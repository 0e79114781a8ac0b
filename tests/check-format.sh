#!/bin/sh
# check-format.sh: are the sources formatted as .clang-format and .editorconfig say?
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: check-format.sh ROOT. Prints TAP. Looks at the files themselves, so it needs no git.

set -eu
cd "$1"

sources ()
{
  find src tests \( -name '*.c' -o -name '*.h' \) -type f | LC_ALL=C sort
}

texts ()
{
  sources
  find .ci data po src tests -type f \( -name '*.sh' -o -name '*.py' -o -name 'meson.build' -o -name '*.svg' \
    -o -name '*.ui' -o -name '*.css' -o -name '*.xml' -o -name '*.in' -o -name 'run' \) | LC_ALL=C sort
  ls run meson.build meson_options.txt
  find . -maxdepth 1 -name '*.md'
}

cases=0

# report TITLE FINDINGS: a case, failed if there are findings
report ()
{
  cases=$((cases + 1))
  if [ -z "$2" ]; then
    echo "ok $cases $1"
  else
    printf '%s\n' "$2" | head -n 40 | sed 's/^/# /'
    echo "not ok $cases $1"
  fi
}

echo 1..5

formatter=
for candidate in clang-format-14 clang-format; do
  if command -v $candidate >/dev/null && $candidate --version | grep -q ' version 14\.'; then
    formatter=$candidate
    break
  fi
done
if [ -n "$formatter" ]; then
  report /tree/clang-format "$(sources | xargs "$formatter" --style=file --dry-run -Werror 2>&1 | grep ': error:' || true)"
else
  cases=$((cases + 1))
  echo "ok $cases /tree/clang-format # SKIP clang-format 14 is not installed"
fi

report /tree/white-space "$(texts | xargs grep -n -P '[ \t]$|\r|\t' || true)"

report /tree/last-line "$(texts | while read -r file; do
  [ "$(tail -c 1 "$file" | wc -l)" = 1 ] || echo "$file: does not end with a newline"
done)"

report /tree/licence-line "$(sources | xargs grep -L 'SPDX-License-Identifier: GPL-3.0-or-later' || true)"

report /tree/unique-names "$(sources | sed 's,.*/,,' | sort | uniq -d)"
