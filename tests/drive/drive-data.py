# drive-data.py: samples, steps, other data, mistakes and the seal, with real keys and a real pointer
#
# SPDX-License-Identifier: GPL-3.0-or-later

import re
import struct

from drive import remains, run, wait_for


def write_idx(folder):
    """Thirty pictures of 28×28 pixels of three classes, as MNIST's files have them."""
    folder.mkdir()
    pixels = bytes((i * 7) % 256 for i in range(30 * 28 * 28))
    (folder / 'train-images-idx3-ubyte').write_bytes(struct.pack('>4BIII', 0, 0, 8, 3, 30, 28, 28) + pixels)
    (folder / 'train-labels-idx1-ubyte').write_bytes(struct.pack('>4BI', 0, 0, 8, 1, 30) + bytes(i % 3 for i in range(30)))


def spec(window):
    found = re.search(r'"spec":\s*"([^"]*)"|"data":\s*"([^"]*)"', window.design())
    return (found[1] or found[2]) if found else ''


def grid(window):
    return window.find('Samples', 'image')


def page_shows_samples(window):
    window.resize(1590, 960)
    window.key('alt+1')
    window.find(re.compile('^All open 12,000'))
    window.find('No sample is in two parts')
    x, y, width, height = grid(window).box
    window.click(x + 40, y + 40)
    wait_for(lambda: grid(window).description.startswith('training 0, class'), 'what is chosen, in words')


def keys_walk_the_grid(window):
    window.key('Right', 'Right', 'Down')
    wait_for(lambda: grid(window).description.startswith('training 12,'), 'sample 12')
    window.key('End')
    wait_for(lambda: grid(window).description.startswith('validation 1999,'), 'the last open sample')
    window.key('Home')


def search_finds_a_class(window):
    window.key('ctrl+f')
    window.type('class:7')
    window.find(re.compile('samples of class 7$'))
    window.key('Return')
    window.key('Home')
    wait_for(lambda: grid(window).description.endswith('class 7'), 'a seven')
    window.press('Show All')
    wait_for(lambda: not window.has(re.compile('samples of class 7$')), 'all of them')


def a_step_is_added_and_moved(window):
    before = window.design()
    window.press('Add a Step')
    window.press('Standardize')
    wait_for(lambda: 'standardize' in window.design(), 'the step in the file')
    first = window.design().index('rescale') < window.design().index('standardize')
    assert first, 'a new step comes last'
    window.press('Standardize', 'list item')
    window.key('alt+Up')
    wait_for(lambda: window.design().index('standardize') < window.design().index('rescale'), 'the other order')
    window.key('ctrl+z', 'ctrl+z')
    wait_for(lambda: window.design() == before, 'the chain as it was')


def test_samples_stay_hidden(window):
    window.press(re.compile('^Test 2,000'))
    window.find('Open the test set?')
    window.key('Escape')
    window.alone()
    assert not window.query('select * from opening'), 'it was opened without a yes'
    window.find(re.compile('^All open 12,000'))


def files_are_refused_and_read(window):
    bad, good = window.folder / 'nothing', window.folder / 'idx'
    bad.mkdir()
    write_idx(good)
    for path in (bad, good):
        window.key('alt+1')
        if not window.geometry('Choose Data'):
            window.press('Other Data…')
            window.find('Use These Data')
            window.press('IDX Files')
        window.press('Folder…')
        wait_for(lambda: window.geometry('Choose a Folder'), 'the dialog of files')
        window.type(str(path))
        window.key('Return')
        wait_for(lambda: not window.geometry('Choose a Folder'), 'its end')
        window.press('Use These Data')
        if path == bad:
            window.find(re.compile('nothing.*(IDX|idx)'))
            remains(lambda: 'builtin' in window.design(), 'data that cannot be read were taken')
    window.alone()
    wait_for(lambda: 'idx:' in window.design(), 'the data in the file')
    window.find(re.compile('^All open 30'))
    window.key('ctrl+z')
    wait_for(lambda: 'idx:' not in window.design(), 'the digits again')
    window.find(re.compile('^All open 12,000'))


def mistakes_can_be_looked_at(window):
    window.key('alt+4')
    window.find('Nothing to Measure Yet')
    window.key('ctrl+Return')
    wait_for(lambda: window.epochs() >= 1, 'an epoch')
    window.key('ctrl+shift+Return')
    window.key('alt+4')
    window.find(re.compile('^Validation · 2,000 samples'))
    matrix = window.find('Confusion matrix')
    said = matrix.description
    x, y, width, height = matrix.box
    window.click(x + width // 3, y + height // 3)
    wait_for(lambda: window.find('Confusion matrix').description != said, 'another cell')
    window.key('Left', 'Up')
    window.press('Mistakes')
    window.find('Mistakes, the Worst First')
    x, y, width, height = window.find('Mistakes, the worst first', 'image').box
    window.click(x + 40, y + 40)
    wait_for(lambda: ', taken for' in window.find('Mistakes, the worst first', 'image').description, 'the worst mistake')
    window.press('Show in Data')
    wait_for(lambda: grid(window).description.startswith('validation'), 'the same sample on the Data page')


def the_seal_is_broken_once(window):
    window.key('alt+4')
    window.press('Open and Measure…')
    window.find('Open the test set?')
    window.press('Open', 'push button')
    window.alone()
    window.find(re.compile('^Test · 2,000 samples'))
    window.find('The test set is open')
    openings = wait_for(lambda: window.query('select * from opening'), 'the opening in the file')
    assert len(openings) == 1, openings
    assert any('accuracy' in str(value) for value in openings[0]), openings
    window.key('alt+1')
    window.find(re.compile('^All open 14,000'))


run(page_shows_samples, keys_walk_the_grid, search_finds_a_class, a_step_is_added_and_moved, test_samples_stay_hidden,
    files_are_refused_and_read, mistakes_can_be_looked_at, the_seal_is_broken_once)
