# drive-first-steps.py: the first minute of a newcomer, by keyboard alone
#
# SPDX-License-Identifier: GPL-3.0-or-later

import json
import re

from drive import plain, run, wait_for


def nodes(window):
    return {node['name']: node for node in json.loads(window.design() or '{}').get('nodes', [])}


def feeds(window, a, b):
    design = json.loads(window.design() or '{}')
    names = {node['id']: node['name'] for node in design['nodes']}
    return any((names[wire[0]], names[wire[2]]) == (a, b) for wire in design['wires'])


def focused(window):
    return next((plain(element.name) for element in window.elements() if 'focused' in element.states), '')


def tab_to(window, name, key='Tab', limit=40):
    """Presses Tab until what is called so has the focus."""
    for _ in range(limit):
        if focused(window) == name:
            return
        window.key(key)
    raise AssertionError(f'Tab does not come to “{name}”, it is at “{focused(window)}”')


def coach_welcomes(window):
    window.find('First Steps')
    window.find('Train it')


def trains(window):
    window.key('ctrl+Return')
    wait_for(lambda: window.epochs() >= 3, 'three epochs')
    window.find(re.compile(r'^9\d %\. Draw a digit and watch it think'))
    window.key('ctrl+shift+Return')


def draws_a_digit(window):
    window.key('alt+5')
    window.find('From Input to Output')
    tab_to(window, 'Close the coach', 'F6', 8)
    tab_to(window, 'Draw a Digit')
    window.key('space')
    window.find('Drawing pad, empty')
    wait_for(lambda: focused(window) == 'Drawing pad, empty', 'the focus on the pad')
    window.key('Up', 'Up', 'Up', 'space', *['Down'] * 12, 'space')
    window.find('Drawing pad, drawn on')
    window.find(re.compile('^The network says'))


def adds_a_dropout(window):
    before = len(nodes(window))
    window.key('alt+2')
    window.key('ctrl+f')
    window.find('Find a layer', 'entry')
    window.type('max_pooling2d_1')
    window.key('Return')
    window.key('shift+a')
    window.type('dropout')
    window.key('Return')
    wait_for(lambda: len(nodes(window)) == before + 1, 'a layer more')
    assert feeds(window, 'max_pooling2d_1', 'dropout_1') and feeds(window, 'dropout_1', 'flatten'), window.design()


def trains_again(window):
    window.key('ctrl+Return')
    wait_for(lambda: window.runs() == 2 and window.epochs() >= 5, 'a second run')
    window.key('ctrl+shift+Return')
    window.find('Run 2')


def exports_a_heatmap(window):
    window.key('alt+5')
    window.find(re.compile('^What speaks for'))
    window.key('ctrl+e')
    wait_for(lambda: window.geometry('Export'), 'the export window')
    window.key('Return')
    wait_for(lambda: len(window.windows()) == 3, 'the file dialog')
    path = window.folder / 'heat.png'
    window.key('ctrl+a')
    window.type(str(path))
    window.key('Return')
    window.alone()
    wait_for(path.exists, 'the picture')


run(coach_welcomes, trains, draws_a_digit, adds_a_dropout, trains_again, exports_a_heatmap, coach=True)
