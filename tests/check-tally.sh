#!/bin/sh
# check-tally.sh: does tally.py count as it says?
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: check-tally.sh ROOT. Prints TAP.

set -eu
root=$(cd "$1" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
log=build/meson-logs/testlog.json
mkdir -p "$folder/build/meson-logs"
cases=0

# record RETURNCODE RESULT STDOUT: a line of the log, such as meson test writes; STDOUT in JSON's escapes
record ()
{
  printf '{"name": "lamina:unit / x", "stdout": "%s", "result": "%s", "returncode": %s}\n' "$3" "$2" "$1" >>"$folder/$log"
}

# expect TITLE STATUS LAST-LINE [OPTION...]: counts the log, and empties it
expect ()
{
  title=$1
  wanted="$2 $3"
  shift 3
  status=0
  got=$(cd "$folder" && python3 "$root/tests/tally.py" "$@" $log) || status=$?
  rm "$folder/$log"
  got="$status $(printf '%s\n' "$got" | tail -n 1)"
  cases=$((cases + 1))
  if [ "$got" = "$wanted" ]; then
    echo "ok $cases /tally/$title"
  else
    echo "# wanted $wanted"
    echo "# got $got"
    echo "not ok $cases /tally/$title"
  fi
}

echo 1..10
record 0 OK '1..2\nok 1 /a\nok 2 /b - words\n'
expect passed 0 '2 passed, 0 failed'
record 1 FAIL '1..2\nok 1 /a\nnot ok 2 /b\n'
expect failed 1 '1 passed, 1 failed'
record 0 OK '1..2\nok 1 /a\nok 2 /b # SKIP no data\n'
expect skipped 0 '1 passed, 0 failed'
record 0 SKIP '1..0 # SKIP no display\n'
record 0 OK '1..1\nok 1 /a\n'
expect skipped-program 0 '1 passed, 0 failed'
record -11 ERROR '1..4\nok 1 /a\n'
expect crashed 1 '1 passed, 3 failed'
record 0 OK '1..3\nok 1 /a\nok 2 /b\n'
expect fewer-than-planned 1 '2 passed, 1 failed'
record 3 ERROR '1..1\nok 1 /a\n'
expect bad-end 1 '1 passed, 1 failed'
record 0 ERROR '1..2\nok 1 /a\nok 1 /a\n'
expect wrong-numbers 1 '2 passed, 1 failed'
record 0 OK ''
expect nothing-said 1 '0 passed, 1 failed'
record 0 OK '1..1\nok 1 /a\n'
expect stopped-part 1 '1 passed, 1 failed' --stopped 1
