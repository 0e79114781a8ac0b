# drive-window.py: real keys and a real pointer press Train in the real window
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: drive-window.py LAMINA-APP. Prints TAP. Needs xdotool and openbox; each is a reason to skip, no display too.

import contextlib
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

PATIENCE = 60  # seconds


def skip(reason):
    print(f'1..0 # SKIP {reason}')
    sys.exit(0)


def wait_for(condition, what):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError(f'waited {PATIENCE} s for {what}')


def xdotool(*words):
    return subprocess.run(['xdotool', *map(str, words)], capture_output=True, text=True).stdout.strip()


class Window:
    def __init__(self, app, folder):
        self.file = folder / 'lamina' / 'projects' / 'welcome.lamina'
        env = dict(os.environ, XDG_DATA_HOME=str(folder))
        self.process = subprocess.Popen([app], env=env)
        self.id = wait_for(lambda: xdotool('search', '--onlyvisible', '--name', 'welcome – Lamina'), 'the window').split()[0]
        xdotool('windowactivate', '--sync', self.id)

    def key(self, *keys):
        xdotool('key', '--clearmodifiers', *keys)

    def click(self, x, y):
        """At a place of the window; negative from its right edge."""
        shell = dict(line.split('=') for line in xdotool('getwindowgeometry', '--shell', self.id).splitlines())
        x += int(shell['WIDTH']) if x < 0 else 0
        xdotool('mousemove', '--window', self.id, x, y)
        time.sleep(0.2)
        xdotool('click', 1)

    def query(self, sql):
        try:
            with contextlib.closing(sqlite3.connect(f'file:{self.file}?mode=ro', uri=True)) as db:
                return db.execute(sql).fetchall()
        except sqlite3.Error:
            return []

    def runs(self):
        return len(self.query('select id from run'))

    def epochs(self):
        return len(self.query('select distinct epoch from figure where epoch > 0'))


def opens(window):
    assert window.file.exists(), 'there is no welcome project'


def keys_train(window):
    window.key('ctrl+Return')
    wait_for(lambda: window.runs() == 1, 'a run in the file')
    wait_for(lambda: window.epochs() >= 1, 'an epoch in the file')


def keys_stop(window):
    window.key('ctrl+shift+Return')
    time.sleep(2)
    n = window.epochs()
    time.sleep(3)
    assert window.epochs() == n, 'it still trains'


def pointer_trains(window):
    """The Train button is the widest thing left of menu and window buttons; the pointer feels its way to it."""
    for x in range(-150, -330, -30):
        window.click(x, 30)
        time.sleep(0.7)
        window.key('Escape')
        if window.runs() == 2:
            return
    wait_for(lambda: window.runs() == 2, 'a second run in the file')


def closing_asks(window):
    window.key('ctrl+w')
    time.sleep(1)
    assert window.process.poll() is None, 'it closed without asking'
    window.key('Return')  # Pause and Close
    wait_for(lambda: window.process.poll() is not None, 'the end of the program')
    assert window.process.returncode == 0, f'it ended with {window.process.returncode}'
    assert not pathlib.Path(str(window.file) + '-wal').exists(), 'the file was not closed'


def main():
    if 'DISPLAY' not in os.environ:
        skip('no display')
    for program in ('xdotool', 'openbox'):
        if shutil.which(program) is None:
            skip(f'{program} is not installed')
    cases = [opens, keys_train, keys_stop, pointer_trains, closing_asks]
    failed = False
    print(f'1..{len(cases)}')
    with tempfile.TemporaryDirectory() as folder:
        manager = subprocess.Popen(['openbox'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        window = Window(sys.argv[1], pathlib.Path(folder))
        try:
            for i, case in enumerate(cases, 1):
                try:
                    case(window)
                    print(f'ok {i} /drive/{case.__name__.replace("_", "-")}', flush=True)
                except AssertionError as error:
                    failed = True
                    print(f'# {error}\nnot ok {i} /drive/{case.__name__.replace("_", "-")}', flush=True)
        finally:
            if window.process.poll() is None:
                window.process.kill()
            manager.terminate()
    sys.exit(failed)


main()
