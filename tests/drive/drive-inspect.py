# drive-inspect.py: a digit is drawn, layers are chosen by keys, a picture is dropped, all with the real window
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: drive-inspect.py LAMINA-APP. Prints TAP.

import pathlib
import re
import struct
import tempfile
import zlib

from drive import run, wait_for


def answers(window):
    """What the network says, and the words of the heatmap, as a screen reader has them: one look, for it takes long."""
    said = heat = ''
    for element in window.settled() and window.elements() or []:
        if element.name.startswith('The network says'):
            said = element.name
        if element.role == 'image' and element.name.startswith('What speaks for'):
            heat = element.description
    return said, heat


def png(path, side=56):
    """A white square on black."""
    rows = b''.join(b'\0' + bytes(255 if 20 < x < 36 and 8 < y < 48 else 0 for x in range(side)) for y in range(side))

    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))

    path.write_bytes(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', side, side, 8, 0, 0, 0, 0)) +
                     chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def looks_at_random_weights(window):
    window.resize(1400, 900)
    window.key('alt+5')
    window.press('Look Anyway')
    wait_for(lambda: all(answers(window)), 'an answer')


def a_run_is_looked_at(window):
    window.key('ctrl+Return')
    wait_for(lambda: window.epochs() >= 1, 'an epoch in the file')
    window.key('ctrl+shift+Return')
    window.key('alt+5')
    wait_for(lambda: window.has('Inspect'), 'the page')


def draws_a_digit(window):
    window.press('Draw')
    pad = window.find('Drawing pad, empty')
    before = answers(window)
    x, y = pad.middle
    window.stroke([(x - 45, y - 60), (x + 40, y - 60), (x + 5, y), (x - 15, y + 65)])

    def is_other():
        said, heat = answers(window)
        return said and said != before[0] and heat != before[1] and heat.endswith('drawn')

    wait_for(is_other, 'another answer and another heatmap')


def draws_by_keys(window):
    window.key('ctrl+Delete')
    wait_for(lambda: window.has('Drawing pad, empty'), 'an empty pad')
    window.key('space', *['Down'] * 8, 'space')
    wait_for(lambda: window.has('Drawing pad, drawn on'), 'something on the pad')


def chooses_layers_by_keys(window):
    strip = window.find(re.compile('^From input to output, layer 1 of'))
    window.click(strip.box[0] + 150, strip.box[1] + 60)
    window.key('Right')
    wait_for(lambda: window.has(re.compile('^From input to output, layer 2 of')), 'the second layer')
    window.key('End')
    wait_for(lambda: window.has(re.compile(r'^From input to output, layer (\d+) of \1')), 'the last layer')
    window.key('Home')
    wait_for(lambda: window.has(re.compile('^From input to output, layer 1 of')), 'the first layer')


def enlarges_a_tile(window):
    tiles = window.find(re.compile('conv2d · Conv2D, .*tile'))
    window.click(tiles.box[0] + 25, tiles.box[1] + 25)
    wait_for(lambda: window.has(re.compile('^conv2d, channel 0')), 'the tile, enlarged')
    window.key('Escape')
    wait_for(lambda: not window.has(re.compile('^conv2d, channel')), 'the end of it')
    window.key('Right', 'Return')
    wait_for(lambda: window.has(re.compile('^conv2d, channel 1')), 'the next one')
    window.key('Escape')


def finds_what_excites(window):
    window.press('What Excites It')
    wait_for(lambda: window.has(re.compile('what each filter looks for')), 'the pictures')
    wait_for(lambda: window.has(re.compile('gradient ascent, 30 steps')), 'the end of the search')
    window.press('Outputs')


def pins(window):
    window.press('Pin this sample')
    wait_for(lambda: window.query('select id from pin'), 'a pin in the file')


def opens_a_picture(window):
    path = pathlib.Path(tempfile.mkdtemp(dir=window.folder)) / 'square.png'
    png(path)
    window.press('File')
    window.press('Open a Picture…')
    wait_for(lambda: len(window.windows()) == 2, 'the dialog')
    window.type(str(path))
    window.key('Return')
    window.alone()
    wait_for(lambda: 'square.png' in answers(window)[1], 'its heatmap')


def exports(window):
    window.press('Export the heatmap')
    wait_for(lambda: len(window.windows()) == 2, 'the export window')
    window.key('Escape')
    window.alone()


def picks_the_next_one(window):
    window.press('Pick')
    window.press('Next sample')
    wait_for(lambda: window.has(re.compile('^validation 1, true label')), 'the next sample')


run(looks_at_random_weights, a_run_is_looked_at, draws_a_digit, draws_by_keys, chooses_layers_by_keys, enlarges_a_tile,
    finds_what_excites, pins, opens_a_picture, exports, picks_the_next_one)
