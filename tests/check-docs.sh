#!/bin/sh
# check-docs.sh: is what README and docs say still true?
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: check-docs.sh ROOT BUILD. Prints TAP.

set -eu
build=$2
cd "$1"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cases=0

# report TITLE FINDINGS: a case, failed if there are findings
report ()
{
  cases=$((cases + 1))
  if [ -z "$2" ]; then
    echo "ok $cases /docs/$1"
  else
    printf '%s\n' "$2" | sed 's/^/# /'
    echo "not ok $cases /docs/$1"
  fi
}

dead_links ()
{
  for page in *.md docs/*.md; do
    grep -oE '\]\([^)#: ]+\)' "$page" | tr -d '])(' | while read -r link; do
      [ -e "$(dirname "$page")/$link" ] || echo "$page: there is no $link"
    done
  done
}

# The layer of docs/adding-a-layer.md is compiled as it stands there.
example_layer ()
{
  awk '/^```/ { inside = !inside && $0 == "```c"; next } inside' docs/adding-a-layer.md >"$folder/layer.c"
  # shellcheck disable=SC2046 # flags are meant to be split
  ${CC:-cc} -std=gnu17 -Wall -Werror -fsyntax-only $(pkg-config --cflags glib-2.0) \
    -I"$build" -I"$build/src/engine/op-list" -Isrc/engine/core -Isrc/engine/kernels -Isrc/engine/graph \
    "$folder/layer.c" 2>&1 || true
}

unknown_calls ()
{
  sed -n 's/^    lamina \([a-z]*\).*/\1/p' README.md | sort -u | while read -r call; do
    "$build/src/cli/lamina" "$call" --help >/dev/null 2>&1 || echo "lamina $call --help fails"
  done
}

echo 1..3
report links-lead-somewhere "$(dead_links)"
report example-layer-compiles "$(example_layer)"
if [ -x "$build/src/cli/lamina" ]; then
  report calls-exist "$(unknown_calls)"
else
  echo 'ok 3 /docs/calls-exist # SKIP the command line is not part of this build'
fi
