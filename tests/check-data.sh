#!/bin/sh
# check-data.sh: do desktop file, metainfo, schema, MIME type and icons hold up?
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: check-data.sh ROOT BUILD. Prints TAP.

set -eu
root=$1
data=$2/data
id=io.github.lamina.Lamina
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cases=0

# check TITLE PROGRAM COMMAND...: a case, skipped where PROGRAM is not installed
check ()
{
  cases=$((cases + 1))
  title=/data/$1
  program=$2
  shift 2
  if ! command -v "$program" >/dev/null; then
    echo "ok $cases $title # SKIP $program is not installed"
  elif "$@" >"$folder/log" 2>&1; then
    echo "ok $cases $title"
  else
    sed 's/^/# /' "$folder/log"
    echo "not ok $cases $title"
  fi
}

# content_type FILE: as the desktop sees it once Lamina is installed
content_type ()
{
  XDG_DATA_HOME=$folder/share gio info -a standard::content-type "$1" | sed -n 's/.*content-type: //p'
}

install_mime_type ()
{
  mkdir -p "$folder/share/mime/packages"
  cp "$data/$id.mime.xml" "$folder/share/mime/packages/"
  XDG_DATA_HOME=$folder/share update-mime-database "$folder/share/mime"
}

# database FILE APPLICATION-ID: an SQLite database that says it belongs to that application
database ()
{
  python3 - "$@" <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute(f'pragma application_id = {int(sys.argv[2], 0)}')
db.execute('create table meta (key, value)')
db.commit()
END
}

known_by_name ()
{
  install_mime_type
  printf lamina >"$folder/a.lamina"
  [ "$(content_type "$folder/a.lamina")" = application/x-lamina-project ]
}

known_by_content ()
{
  install_mime_type
  database "$folder/nameless" 0x4C4D4E41
  [ "$(content_type "$folder/nameless")" = application/x-lamina-project ]
}

other_databases_stay ()
{
  install_mime_type
  database "$folder/other" 0x12345678
  [ "$(content_type "$folder/other")" = application/vnd.sqlite3 ]
}

# GTK recolours rect, circle and path of a symbolic icon, by their fill, and nothing else.
icons_recolour ()
{
  python3 - "$root/data/icons" <<'END'
import pathlib, sys, xml.etree.ElementTree as tree
bad = 0
icons = sorted(pathlib.Path(sys.argv[1]).rglob('*-symbolic.svg'))
for path in icons:
    svg = tree.parse(path).getroot()
    if svg.get('viewBox') != '0 0 16 16':
        bad = 1
        print(f'{path.name}: not drawn on 16×16')
    for element in list(svg.iter())[1:]:
        tag = element.tag.split('}')[1]
        if tag not in ('path', 'rect', 'circle', 'g') or element.get('stroke') or element.get('style'):
            bad = 1
            print(f'{path.name}: {tag} would not be recoloured')
sys.exit(bad or not icons)
END
}

icons_render ()
{
  find "$root/data/icons" -name '*.svg' | while read -r icon; do
    rsvg-convert -w 64 "$icon" -o "$folder/icon.png" || exit 1
  done
}

german_inside ()
{
  grep -q '^Comment\[de\]=' "$data/$id.desktop" \
    && grep -q '<summary xml:lang="de">' "$data/$id.metainfo.xml" \
    && grep -q '<comment xml:lang="de">' "$data/$id.mime.xml"
}

echo 1..9
check desktop-file desktop-file-validate desktop-file-validate "$data/$id.desktop"
check metainfo appstreamcli appstreamcli validate --no-net "$data/$id.metainfo.xml"
check schema glib-compile-schemas glib-compile-schemas --strict --dry-run "$root/data"
check project-known-by-name update-mime-database known_by_name
check project-known-by-content update-mime-database known_by_content
check other-databases-stay-themselves update-mime-database other_databases_stay
check symbolic-icons-recolour python3 icons_recolour
check icons-render rsvg-convert icons_render
check translated sh german_inside
