# drive-canvas.py: real keys and a real pointer draw a network
#
# SPDX-License-Identifier: GPL-3.0-or-later

import json
import time

from drive import run, wait_for


def nodes(window):
    return {node['name']: node for node in json.loads(window.design() or '{}').get('nodes', [])}


def wires(window):
    """Pairs of names."""
    design = json.loads(window.design() or '{}')
    names = {node['id']: node['name'] for node in design.get('nodes', [])}
    return {(names[wire[0]], names[wire[2]]) for wire in design.get('wires', [])}


def cards(window):
    """(name, is selected, place on the screen)"""
    return [(element.name, 'selected' in element.states, element.box) for element in window.elements()
            if element.role == 'list item' and ', ' in element.name and element.box]


def card(window, name):
    """The place of a card."""
    return wait_for(lambda: [box for label, _, box in cards(window) if label.split(',')[0] == name], f'a card “{name}”')[0]


def edge(window, name, is_output):
    """The port of a card that has one on each side; flow is down."""
    x, y, width, height = card(window, name)
    return x + width // 2, y + (height if is_output else 0)


def middle(window, name):
    x, y, width, height = card(window, name)
    return x + width // 2, y + height // 2


def selected(window):
    return {label.split(',')[0] for label, is_selected, _ in cards(window) if is_selected}


def undo(window, n=1):
    for _ in range(n):
        window.key('ctrl+z')


def opens(window):
    wait_for(lambda: 'conv2d' in nodes(window), 'the network')
    x, y, _, height = card(window, 'conv2d')
    window.click(x - 80, y + height // 2)
    time.sleep(0.5)  # the window that has the focus may have other edges than one that has not


def click_selects(window):
    window.click(*middle(window, 'max_pooling2d'))
    wait_for(lambda: selected(window) == {'max_pooling2d'}, 'a selected card')
    with window.holding('shift'):
        window.click(*middle(window, 'conv2d'))
    wait_for(lambda: selected(window) == {'max_pooling2d', 'conv2d'}, 'two selected cards')


def marquee_selects(window):
    x, y, width, height = card(window, 'conv2d')
    below = card(window, 'max_pooling2d')
    window.drag(x - 40, y - 12, x + width + 30, below[1] + below[3] + 12)
    wait_for(lambda: selected(window) == {'conv2d', 'max_pooling2d'}, 'what the marquee touches')
    window.click(x - 60, y)
    wait_for(lambda: selected(window) == set(), 'nothing selected')


def drag_moves(window):
    before = nodes(window)['conv2d']['pos']
    x, y = middle(window, 'conv2d')
    window.drag(x, y, x + 190, y)
    wait_for(lambda: nodes(window)['conv2d']['pos'][0] > before[0] + 100, 'a moved card')
    assert nodes(window)['conv2d']['pos'][0] % 24 == 0, 'it does not lie on the grid'
    undo(window)
    wait_for(lambda: nodes(window)['conv2d']['pos'] == before, 'the old place')


def delete_heals(window):
    window.click(*middle(window, 'conv2d'))
    window.key('Delete')
    wait_for(lambda: ('input', 'max_pooling2d') in wires(window), 'a healed wire')
    assert 'conv2d' not in nodes(window)
    undo(window)
    wait_for(lambda: ('input', 'conv2d') in wires(window), 'conv2d again')


def wire_by_drag(window):
    """A wire pulled off its port is gone; drawn from port to port it is there again."""
    x, y = edge(window, 'conv2d', False)
    window.drag(x, y, x + 300, y - 20)
    wait_for(lambda: ('input', 'conv2d') not in wires(window), 'a wire less')
    window.drag(*edge(window, 'input', True), *edge(window, 'conv2d', False))
    wait_for(lambda: ('input', 'conv2d') in wires(window), 'the wire')
    undo(window, 2)
    wait_for(lambda: ('input', 'conv2d') in wires(window), 'the old wire')


def circle_is_refused(window):
    before = wires(window)
    window.drag(*edge(window, 'max_pooling2d', True), *edge(window, 'conv2d', False))
    assert wires(window) == before


def knife_cuts(window):
    x, y = edge(window, 'input', True)
    with window.holding('ctrl'):
        window.drag(x - 60, y + 18, x + 60, y + 22, button=3)
    wait_for(lambda: ('input', 'conv2d') not in wires(window), 'a cut wire')
    undo(window)
    wait_for(lambda: ('input', 'conv2d') in wires(window), 'the wire')


def card_on_a_wire(window):
    """A loose copy goes between input and conv2d."""
    window.click(*middle(window, 'max_pooling2d'))
    window.key('ctrl+d')
    copy = wait_for(lambda: next(iter(set(nodes(window)) - {'input', 'conv2d', 'max_pooling2d', 'conv2d_1', 'max_pooling2d_1', 'flatten', 'dropout', 'dense'}), None), 'a copy')
    x, y = edge(window, 'input', True)
    window.drag(*middle(window, copy), x, y + 16)
    wait_for(lambda: {('input', copy), (copy, 'conv2d')} <= wires(window), 'the copy on the wire')
    undo(window, 2)
    wait_for(lambda: copy not in nodes(window), 'no copy')


def cut_and_paste(window):
    window.click(*middle(window, 'conv2d'))
    window.key('ctrl+x')
    wait_for(lambda: 'conv2d' not in nodes(window), 'a cut card')
    window.key('ctrl+v')
    wait_for(lambda: 'conv2d' in nodes(window), 'a pasted card')
    undo(window, 2)
    wait_for(lambda: ('input', 'conv2d') in wires(window), 'all as before')


def group_opens_and_leaves(window):
    window.click(*middle(window, 'conv2d'))
    with window.holding('shift'):
        window.click(*middle(window, 'max_pooling2d'))
    window.key('ctrl+g')
    wait_for(lambda: any(node['kind'] == 'Block' for node in nodes(window).values()), 'a block')
    window.key('Return')
    card(window, 'conv2d')  # it is seen inside
    window.key('Escape')
    card(window, 'block')
    undo(window)
    wait_for(lambda: ('input', 'conv2d') in wires(window), 'no block')


def menu_bypasses(window):
    window.click(*middle(window, 'conv2d'), button=3)
    window.press('Bypass', 'menu item')
    wait_for(lambda: nodes(window)['conv2d'].get('bypassed'), 'a bypassed layer')
    undo(window)
    wait_for(lambda: not nodes(window)['conv2d'].get('bypassed'), 'no bypass')


def renames(window):
    window.click(*middle(window, 'conv2d'))
    window.key('F2')
    window.find('Name of the layer')
    window.type('stem')
    window.key('Return')
    wait_for(lambda: 'stem' in nodes(window), 'the name')
    undo(window)
    wait_for(lambda: 'conv2d' in nodes(window), 'the old name')


def keys_walk_and_wire(window):
    """Without a mouse: from conv2d, C offers what fits, Return wires."""
    window.click(*middle(window, 'conv2d'))
    window.key('Down')
    window.key('space')
    wait_for(lambda: selected(window) == {'max_pooling2d'}, 'the next card')
    window.key('Up', 'space')
    wait_for(lambda: selected(window) == {'conv2d'}, 'the card before')
    before = wires(window)
    window.key('c', 'Down', 'Return')
    wait_for(lambda: wires(window) != before, 'another wire')
    undo(window)
    wait_for(lambda: wires(window) == before, 'the old wires')


def keys_move(window):
    before = nodes(window)['conv2d']['pos']
    window.click(*middle(window, 'conv2d'))
    window.key('ctrl+Right', 'ctrl+Right')
    wait_for(lambda: nodes(window)['conv2d']['pos'][0] == before[0] + 48, 'two steps')
    undo(window)
    wait_for(lambda: nodes(window)['conv2d']['pos'] == before, 'one undo for both')


def zooms_and_fits(window):
    small = card(window, 'conv2d')
    window.click(*middle(window, 'conv2d'))
    window.key('ctrl+plus')
    wait_for(lambda: card(window, 'conv2d')[2] > small[2], 'a larger card')
    window.key('Home')
    wait_for(lambda: card(window, 'conv2d')[2] < small[2] + 2, 'all of it')


if __name__ == '__main__':
    run(opens, click_selects, marquee_selects, drag_moves, delete_heals, wire_by_drag, circle_is_refused, knife_cuts, card_on_a_wire,
        cut_and_paste, group_opens_and_leaves, menu_bypasses, renames, keys_walk_and_wire, keys_move, zooms_and_fits)
