# drive-design.py: real keys and a real pointer use what stands around the network
#
# SPDX-License-Identifier: GPL-3.0-or-later

import json
import re
import time

from drive import run, wait_for


def nodes(window):
    return {node['name']: node for node in json.loads(window.design() or '{}').get('nodes', [])}


def options(window, name):
    return nodes(window)[name].get('options', {})


def wires(window):
    """Pairs of names."""
    design = json.loads(window.design() or '{}')
    names = {node['id']: node['name'] for node in design.get('nodes', [])}
    return {(names[wire[0]], names[wire[2]]) for wire in design.get('wires', [])}


def card(window, name):
    """The place of a card, as a screen reader is told it."""
    return window.find(re.compile('^' + re.escape(name) + ','), 'list item').box


def middle(window, name):
    x, y, width, height = card(window, name)
    return x + width // 2, y + height // 2


def palette_row(window, kind):
    """Of the section it belongs to: the last of that name, since “Used here” stands above."""
    return wait_for(lambda: window.find_all(kind, 'list item'), kind)[-1].middle


def opens(window):
    wait_for(lambda: 'conv2d' in nodes(window), 'the network')
    wait_for(lambda: card(window, 'conv2d') == (time.sleep(1), card(window, 'conv2d'))[1], 'a window that stands still')


def search_and_return_add(window):
    window.press(re.compile(r'^Search \d+ layers$'), 'entry')
    window.type('dropout')
    window.key('Return')
    wait_for(lambda: 'dropout_1' in nodes(window), 'a new layer')
    window.key('Escape')
    window.key('ctrl+z')
    wait_for(lambda: 'dropout_1' not in nodes(window), 'one layer less')


def drag_onto_the_canvas_adds(window):
    x, y, width, height = card(window, 'max_pooling2d')
    window.drag(*palette_row(window, 'Dense'), x - 130, y)
    wait_for(lambda: 'dense_1' in nodes(window), 'a new layer')
    assert all('dense_1' not in pair for pair in wires(window)), 'it is wired'
    window.key('ctrl+z')
    wait_for(lambda: 'dense_1' not in nodes(window), 'one layer less')


def drag_onto_a_wire_inserts(window):
    x, y, width, height = card(window, 'conv2d')
    below = card(window, 'max_pooling2d')
    window.drag(*palette_row(window, 'Dense'), x + width // 2, (y + height + below[1]) // 2)
    wait_for(lambda: {('conv2d', 'dense_1'), ('dense_1', 'max_pooling2d')} <= wires(window), 'a layer on the wire')
    window.key('ctrl+z')
    wait_for(lambda: ('conv2d', 'max_pooling2d') in wires(window), 'the old wire')


def units_are_typed(window):
    window.click(*middle(window, 'conv2d'))
    window.press('Filters', 'spin button')
    time.sleep(0.3)
    window.type('24')
    window.key('Return')
    wait_for(lambda: options(window, 'conv2d').get('filters') == 24, '24 filters')


def a_size_is_typed(window):
    entry = window.find('Kernel size', 'text')
    window.click(*entry.middle)
    window.key('ctrl+a')
    window.type('5')
    window.key('Return')
    wait_for(lambda: options(window, 'conv2d').get('kernel_size') == [5, 5], 'a kernel of 5×5')
    window.key('Down')
    wait_for(lambda: options(window, 'conv2d').get('kernel_size') == [4, 4], 'both sides smaller')


def find_goes_to_a_layer(window):
    window.key('ctrl+f')
    window.find('Find a layer', 'entry')
    window.type('max_pooling2d_1')
    window.key('Return')
    name = window.find('Name of the layer')
    wait_for(lambda: window.text_of(window.find('Name of the layer')) == 'max_pooling2d_1', 'its name in the inspector')
    assert name


def a_new_name_is_typed(window):
    entry = window.find('Name of the layer')
    window.click(*entry.middle)
    window.key('ctrl+a')
    window.type('halved')
    window.key('Return')
    wait_for(lambda: 'halved' in nodes(window), 'the new name')


def activation_by_keyboard(window):
    window.click(*middle(window, 'conv2d_1'))
    window.press('Activation', 'combo box')
    window.type('tanh')
    time.sleep(0.5)
    window.key('Down', 'Return')
    wait_for(lambda: options(window, 'conv2d_1').get('activation') == 'tanh', 'tanh')
    window.key('ctrl+z')
    wait_for(lambda: options(window, 'conv2d_1').get('activation') == 'relu', 'relu again')


def a_mistake_is_mended(window):
    """The last Dense gets as many units as there are no classes; the bubble says so and puts it right."""
    window.key('ctrl+f')
    window.find('Find a layer', 'entry')
    window.key('ctrl+a')
    window.type('dense')
    window.key('Return')
    window.press('Units', 'spin button')
    time.sleep(0.3)
    window.key('ctrl+a')
    window.type('7')
    window.key('Return')
    wait_for(lambda: options(window, 'dense').get('units') == 7, '7 units')
    window.find(re.compile('dense gives 7 values, the target has 10 classes'))
    window.press('Set dense to 10 Units')
    wait_for(lambda: options(window, 'dense').get('units') == 10, '10 units')


def help_is_near(window):
    window.click(*middle(window, 'conv2d_1'))
    window.key('F1')
    window.find(re.compile('^Conv2D'), 'label')
    wait_for(lambda: len(window.windows()) == 2, 'a window of its own')
    window.key('Escape')
    window.alone()


run(opens, search_and_return_add, drag_onto_the_canvas_adds, drag_onto_a_wire_inserts, units_are_typed, a_size_is_typed,
    find_goes_to_a_layer, a_new_name_is_typed, activation_by_keyboard, help_is_near, a_mistake_is_mended)
