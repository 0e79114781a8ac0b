#!/bin/sh
# check-install.sh: does “meson install” give a whole tree?
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: check-install.sh ROOT BUILD. Prints TAP. Installs into a temporary folder.

set -eu
build=$2
id=io.github.lamina.Lamina
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

echo 1..4
if ! meson install -C "$build" --no-rebuild --destdir "$folder" >"$folder/log" 2>&1; then
  sed 's/^/# /' "$folder/log"
  echo 'Bail out! meson install failed'
  exit 1
fi

cases=0

# installed TITLE BUILT PATTERN...: a case; each pattern is the end of an installed file's path. Skipped
# if BUILT is not in the build folder, because then it is not part of this build.
installed ()
{
  cases=$((cases + 1))
  title=/install/$1
  built=$2
  shift 2
  missing=
  for pattern in "$@"; do
    [ -n "$(find "$folder" -path "*/$pattern" -type f)" ] || missing="$missing $pattern"
  done
  if ! [ -e "$build/$built" ]; then
    echo "ok $cases $title # SKIP not part of this build"
  elif [ -z "$missing" ]; then
    echo "ok $cases $title"
  else
    echo "# missing:$missing"
    echo "not ok $cases $title"
  fi
}

installed translations po share/locale/de/LC_MESSAGES/lamina.mo
installed command-line src/cli/lamina bin/lamina
installed app src/ui/lamina-app libexec/lamina-app
installed desktop data share/applications/$id.desktop share/metainfo/$id.metainfo.xml \
  share/mime/packages/$id.mime.xml share/glib-2.0/schemas/$id.gschema.xml \
  share/icons/hicolor/scalable/apps/$id.svg share/icons/hicolor/symbolic/apps/$id-symbolic.svg \
  share/icons/hicolor/scalable/mimetypes/application-x-lamina-project.svg
