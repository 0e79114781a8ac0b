# drive-window.py: real keys and a real pointer press Train in the real window
#
# SPDX-License-Identifier: GPL-3.0-or-later

import pathlib

from drive import remains, run, wait_for


def opens(window):
    assert window.file.exists(), 'there is no welcome project'


def keys_train(window):
    window.key('ctrl+Return')
    wait_for(lambda: window.runs() == 1, 'a run in the file')
    wait_for(lambda: window.epochs() >= 1, 'an epoch in the file')


def keys_stop(window):
    window.key('ctrl+shift+Return')
    window.find('Train', 'push button')  # it is there again when the run is over
    n = window.epochs()
    remains(lambda: window.epochs() == n, 'it still trains')


def pointer_trains(window):
    window.press('Train', 'push button')
    wait_for(lambda: window.runs() == 2, 'a second run in the file')


def closing_asks(window):
    window.find('Pause')
    window.key('ctrl+w')
    window.find('Pause and Close')
    assert not window.ended(), 'it closed without asking'
    window.key('Return')
    wait_for(window.ended, 'the end of the program')
    assert window.process.returncode == 0, f'it ended with {window.process.returncode}'
    assert not pathlib.Path(str(window.file) + '-wal').exists(), 'the file was not closed'


run(opens, keys_train, keys_stop, pointer_trains, closing_asks)
