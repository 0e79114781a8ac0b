# drive-files.py: what the window saves: pictures, weights, copies, a new name
#
# SPDX-License-Identifier: GPL-3.0-or-later

import struct

from drive import run, wait_for


def size_of(path):
    """Width and height of a PNG."""
    head = path.read_bytes()[:24]
    assert head[:8] == b'\x89PNG\r\n\x1a\n', f'{path} is no PNG'
    return struct.unpack('>II', head[16:24])


def save_as(window, title, path):
    """Types a path into the file dialog of that title."""
    wait_for(lambda: window.geometry(title), f'the dialog “{title}”')
    window.key('ctrl+a')
    window.type(str(path))
    window.key('Return')
    window.alone()


def export_a_view(window):
    path = window.folder / 'network.png'
    window.key('ctrl+e')
    wait_for(lambda: window.geometry('Export'), 'the export window')
    window.press('Save…', 'push button')
    wait_for(lambda: len(window.windows()) == 3, 'the file dialog')
    window.key('ctrl+a')
    window.type(str(path))
    window.key('Return')
    window.alone()
    wait_for(path.exists, 'the picture')
    width, height = wait_for(lambda: path.stat().st_size > 1000 and size_of(path), 'all of it')
    assert width >= 480 and height >= 320, (width, height)
    window.find('“network.png” saved')


def curves_when_there_are_some(window):
    window.key('alt+3', 'ctrl+e')
    window.find('There is nothing to export here yet')


def train(window):
    window.key('ctrl+Return')
    wait_for(lambda: window.epochs() >= 1, 'an epoch')
    window.key('ctrl+shift+Return')
    window.find('Train', 'push button')


def export_all_views(window):
    window.key('ctrl+shift+e')
    wait_for(lambda: window.geometry('Choose Where'), 'the dialog')
    window.type(str(window.folder))
    window.key('Return')
    window.alone()
    folder = window.folder / 'welcome-pictures'
    window.find('Show')
    names = sorted(path.name for path in folder.iterdir())
    assert 'welcome-graph.png' in names and 'welcome-run1-curves.png' in names, names
    for path in folder.iterdir():
        assert size_of(path)[0] == 1200, path


def export_weights(window):
    path = window.folder / 'digits.safetensors'
    window.press(window_menu)
    window.press('Export the Weights…')
    save_as(window, 'Export the Weights', path)
    wait_for(path.exists, 'the weights')
    head = wait_for(lambda: path.stat().st_size > 1000 and path.read_bytes()[:2000], 'all of them')
    assert b'kernel' in head and b'F32' in head, head[:200]


def copy(window):
    path = window.folder / 'twin.lamina'
    window.key('ctrl+shift+s')
    save_as(window, 'Save a Copy', path)
    wait_for(path.exists, 'the copy')
    window.find('“twin.lamina” saved')


def rename(window):
    old = window.file
    window.press(window_menu)
    window.press('Rename…')
    window.find('Rename the Project')
    window.key('ctrl+a')
    window.type('a/b')
    window.find('A name cannot have “/” in it or begin with a dot.')
    window.key('ctrl+a')
    window.type('first steps')
    window.key('Return')
    window.file = old.with_name('first steps.lamina')
    wait_for(window.file.exists, 'the file under its new name')
    wait_for(lambda: window.geometry('first steps'), 'the window of it')
    assert not old.exists()
    assert window.runs() == 1, 'its run is gone'


def preferences(window):
    window.key('ctrl+comma')
    window.find('New networks flow')
    window.key('Escape')
    window.alone()


window_menu = 'Project'

run(export_a_view, curves_when_there_are_some, train, export_all_views, export_weights, copy, preferences, rename)
