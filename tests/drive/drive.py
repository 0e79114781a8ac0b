# drive.py: real keys and a real pointer on the real window; what the driven tests and the tour share
#
# SPDX-License-Identifier: GPL-3.0-or-later
"""A driven test is a Python file that calls run() with its cases:

    from drive import run, wait_for

    def trains(window):
        window.press('Train')
        wait_for(lambda: window.epochs() > 0, 'an epoch')

    run(trains)

The window is found through AT-SPI by the names that a screen reader says, and moved by
xdotool. Everything is waited for, nothing is timed. It needs a display with nobody else on it.
"""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback

PATIENCE = float(os.environ.get('DRIVE_PATIENCE', 60))  # seconds
STEP = 0.015  # between two motions of the pointer: about a frame

# GTK 4.8 itself warns while a screen reader looks on, so no warning may end the program here.
os.environ.pop('G_DEBUG', None)

LAUNCHERS = ('/usr/libexec/at-spi-bus-launcher', '/usr/lib/at-spi2-core/at-spi-bus-launcher')


def skip(reason):
    print(f'1..0 # SKIP {reason}')
    sys.exit(0)


def output(*words):
    return subprocess.run([*map(str, words)], capture_output=True, text=True).stdout


def wait_for(condition, what, patience=PATIENCE):
    """The first true value of condition ()."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f'waited {patience} s for {what}')


def remains(condition, what, seconds=1.5):
    """Holds from now on, as far as one can wait for it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert condition(), what
        time.sleep(0.1)


def plain(name):
    """What is read of “_Save Save”: GTK says a button's label with its access key, and again what labels it."""
    name = name.replace('_', '', 1)
    half = len(name) // 2
    return name[:half] if name[:half] == name[half + 1:] and name[half:half + 1] == ' ' else name


class Element:
    """What a screen reader sees of a widget: name, role, states, and where it is on the screen."""

    def __init__(self, path, name, role, states, box, description):
        self.path = path
        self.name = name
        self.role = role
        self.states = states
        self.box = box
        self.description = description

    @property
    def middle(self):
        x, y, width, height = self.box
        return x + width // 2, y + height // 2

    def __repr__(self):
        return f'{self.role} “{self.name}” {self.box} {sorted(self.states)}'


class Reader:
    """Asks a program what it tells screen readers: all widgets of a depth at once, which takes a tenth of one by one."""

    ACCESSIBLE = 'org.a11y.atspi.Accessible'
    ROOT = '/org/a11y/atspi/accessible/root'
    WINDOW = 1  # places are told from the window's corner; GTK 4 knows no others

    def __init__(self, pid):
        from gi.repository import Atspi, Gio, GLib

        self.Atspi, self.GLib = Atspi, GLib
        address = re.search(r'"(unix:[^"]*)"', output('xprop', '-root', 'AT_SPI_BUS'))[1]
        flags = Gio.DBusConnectionFlags
        self.bus = Gio.DBusConnection.new_for_address_sync(
            address, flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None)
        self.pid = pid
        self.name = None

    def ask(self, calls, name):
        """The answer to each of (path, interface, method, arguments), None where there is none."""
        answers = [None] * len(calls)
        left = len(calls)

        def answered(bus, result, i):
            nonlocal left
            left -= 1
            try:
                answers[i] = bus.call_finish(result).unpack()
            except self.GLib.Error:
                pass  # it went while we asked

        for i, (path, interface, method, arguments) in enumerate(calls):
            self.bus.call(name, path, interface, method, arguments, None, 0, 5000, None, answered, i)
        while left:
            self.GLib.MainContext.default().iteration(True)
        return answers

    def program(self):
        """Its name on the bus; None until it has one."""
        if self.name is None:
            bus = 'org.freedesktop.DBus'
            names = self.ask([('/org/freedesktop/DBus', bus, 'ListNames', None)], bus)[0][0]
            pids = self.ask([('/org/freedesktop/DBus', bus, 'GetConnectionUnixProcessID', self.GLib.Variant('(s)', (name,)))
                             for name in names], bus)
            self.name = next((name for name, pid in zip(names, pids) if pid == (self.pid,)), None)
        return self.name

    def look(self, paths):
        """(path, name, role, states, extents, description, children) of each that is there."""
        name, variant = self.program(), self.GLib.Variant
        window = variant('(u)', (self.WINDOW,))
        calls = []
        for path in paths:
            calls += [(path, 'org.freedesktop.DBus.Properties', 'GetAll', variant('(s)', (self.ACCESSIBLE,))),
                      (path, self.ACCESSIBLE, 'GetRole', None),
                      (path, self.ACCESSIBLE, 'GetState', None),
                      (path, 'org.a11y.atspi.Component', 'GetExtents', window),
                      (path, self.ACCESSIBLE, 'GetChildren', None)]
        answers = self.ask(calls, name)
        for i, path in enumerate(paths):
            properties, role, state, extents, children = answers[5 * i:5 * i + 5]
            if properties is None or role is None or state is None:
                continue
            bits = state[0][0] | state[0][1] << 32
            yield (path, properties[0].get('Name', ''), self.Atspi.role_get_name(self.Atspi.Role(role[0])),
                   {self.Atspi.StateType(bit).value_nick for bit in range(self.Atspi.StateType.LAST_DEFINED) if bits >> bit & 1},
                   extents[0] if extents else None, properties[0].get('Description', ''),
                   [child for _, child in children[0]] if children else [])


class Window:
    """A program with a window. Places are pixels of the screen."""

    def __init__(self, app, folder, arguments=(), env=None, title=None):
        self.folder = pathlib.Path(folder)
        self.file = self.folder / 'lamina' / 'projects' / 'welcome.lamina'
        self.reader = None
        self.log = open(self.folder / 'app.log', 'ab')
        whole = dict(os.environ, XDG_DATA_HOME=str(folder), GTK_A11Y='atspi', **(env or {}))
        self.process = subprocess.Popen([app, *map(str, arguments)], env=whole, stdout=self.log, stderr=self.log)
        wait_for(lambda: self.geometry(title) or self.process.poll() is not None, 'the window')
        assert self.process.poll() is None, f'the program ended at once: {self.said()}'
        output('xdotool', 'windowactivate', '--sync', self.geometry(title)[0])

    # --- windows of the screen ---------------------------------------------------

    def windows(self):
        """(id, x, y, width, height, title) of its managed windows, oldest first."""
        found = []
        for window in re.findall(r'0x[0-9a-f]+', output('xprop', '-root', '_NET_CLIENT_LIST')):
            info = output('xwininfo', '-id', window)
            props = output('xprop', '-id', window, '_NET_WM_PID', '_NET_WM_NAME')
            pid = re.search(r'_NET_WM_PID.*= (\d+)', props)
            if 'IsViewable' not in info or not pid or int(pid[1]) != self.process.pid:
                continue
            name = re.search(r'_NET_WM_NAME.*= "(.*)"', props)
            place = [int(re.search(key + r':\s+(-?\d+)', info)[1])
                     for key in ('Absolute upper-left X', 'Absolute upper-left Y', 'Width', 'Height')]
            found.append((window, *place, name[1] if name else ''))
        return found

    def geometry(self, title=None):
        """Of the newest window whose title has these words."""
        for window in reversed(self.windows()):
            if title is None or title in window[5]:
                return window
        return None

    def popovers(self):
        """(x, y, width, height) of popovers: windows that no manager touches."""
        found = []
        for line in re.finditer(r'^\s+(0x[0-9a-f]+) .*\("(?!Openbox|OPENBOX).*"\)\s+(\d+)x(\d+)',
                                output('xwininfo', '-root', '-children'), re.M):
            info = output('xwininfo', '-id', line[1])
            if int(line[2]) > 1 and 'IsViewable' in info and 'Override Redirect State: yes' in info:
                found.append(tuple(int(re.search(key + r':\s+(-?\d+)', info)[1])
                                   for key in ('Absolute upper-left X', 'Absolute upper-left Y', 'Width', 'Height')))
        return found

    def resize(self, width, height):
        window = self.geometry()[0]
        output('xdotool', 'windowsize', '--sync', window, width, height)
        output('xdotool', 'windowmove', '--sync', window, 0, 0)

    # --- what a screen reader sees -----------------------------------------------

    def elements(self):
        """All of them, those of an outer widget before those inside it."""
        windows, popovers = self.windows(), self.popovers()
        titles = {window[5] for window in windows}
        found = []
        if self.reader is None:
            self.reader = Reader(self.process.pid)
        if self.reader.program() is None:
            return found
        top = next(self.reader.look([Reader.ROOT]), None)
        level = [(path, None) for path in top[6]] if top else []
        depth = 1
        while level:
            origins = dict(level)
            below = []
            for path, name, role, states, extents, description, children in self.reader.look([path for path, _ in level]):
                origin, box = origins[path], None
                if depth == 1 and name not in titles:
                    continue
                if extents is not None:
                    x, y, *size = extents
                    # What is not on the screen (another page, a closed menu) has nothing in it that is.
                    if size[0] <= 0 and depth > 1:
                        continue
                    if origin is None:
                        origin = self._origin(windows, name, size)
                    # A popover is a window of its own, and its content is told from the wrong corner.
                    anchor = next((place for place in popovers if depth > 1 and list(place[2:]) == size), None)
                    if anchor is not None:
                        origin = anchor[0] - x, anchor[1] - y
                    if origin is not None and size[0] > 0:
                        box = (origin[0] + x, origin[1] + y, *size)
                found.append(Element(path, name, role, states, box, description))
                below += [(child, origin) for child in children]
            level = below
            depth += 1
        return found

    @staticmethod
    def _origin(windows, name, size):
        """Of a top-level: its window, less the border that the theme draws around it."""
        candidates = [window for window in windows if window[5] == name] or windows
        if not candidates:
            return None
        _, x, y, width, height, _ = min(candidates, key=lambda w: abs(w[3] - size[0]) + abs(w[4] - size[1]))
        return x + max(0, width - size[0]) // 2, y + max(0, height - size[1]) // 2

    def find_all(self, name, role=None):
        """Shown elements with that name (a text, without the mark of its access key, or a compiled pattern), and a place."""
        fits = name.search if hasattr(name, 'search') else lambda text: name in (text, plain(text))
        return [element for element in self.elements()
                if element.box and fits(element.name) and (role is None or element.role == role)
                and 'visible' in element.states]

    def find(self, name, role=None, patience=PATIENCE):
        return wait_for(lambda: self.settled() and self.find_all(name, role), f'“{name}” on the screen', patience)[0]

    def settled(self):
        """GTK 4.8 falls over questions about a window that is just going: none is asked while they come and go."""
        before = self.windows()
        time.sleep(0.2)
        return self.windows() == before

    def has(self, name, role=None):
        return bool(self.settled() and self.find_all(name, role))

    def alone(self):
        """Waits until its dialogs are gone."""
        wait_for(lambda: len(self.windows()) == 1, 'the end of the dialogs')

    def text_of(self, element):
        text, variant = 'org.a11y.atspi.Text', self.reader.GLib.Variant
        n = self.reader.ask([(element.path, 'org.freedesktop.DBus.Properties', 'Get', variant('(ss)', (text, 'CharacterCount')))],
                            self.reader.name)[0]
        answer = self.reader.ask([(element.path, text, 'GetText', variant('(ii)', (0, n[0])))], self.reader.name)[0] if n else None
        return answer[0] if answer else ''

    # --- hands -------------------------------------------------------------------

    def key(self, *keys):
        for key in keys:
            output('xdotool', 'key', '--clearmodifiers', key)
            time.sleep(0.02)

    def type(self, text):
        output('xdotool', 'type', '--delay', '20', text)

    @contextlib.contextmanager
    def holding(self, *keys):
        for key in keys:
            output('xdotool', 'keydown', key)
        try:
            yield
        finally:
            for key in keys:
                output('xdotool', 'keyup', key)

    @staticmethod
    def _path(x1, y1, x2, y2, n):
        words = []
        for i in range(1, n + 1):
            words += ['mousemove', round(x1 + (x2 - x1) * i / n), round(y1 + (y2 - y1) * i / n), 'sleep', STEP]
        return words

    def move(self, x, y):
        output('xdotool', 'mousemove', x - 2, y, 'sleep', STEP, 'mousemove', x, y, 'sleep', '0.05')

    def click(self, x, y, button=1, times=1):
        self.move(x, y)
        output('xdotool', *(['click', button, 'sleep', '0.05'] * times))

    def press(self, name, role=None):
        """A click into the middle of what is called so."""
        element = self.find(name, role)
        self.click(*element.middle)
        return element

    def drag(self, x1, y1, x2, y2, button=1, hold=0.15):
        """Leaves the threshold first, and moves twice over the target: drag and drop asks for both."""
        step = 12 if x2 >= x1 else -12
        output('xdotool', 'mousemove', x1, y1, 'sleep', '0.05', 'mousedown', button, 'sleep', '0.05',
               *self._path(x1, y1, x1 + step, y1, 4), *self._path(x1 + step, y1, x2, y2, 20),
               'mousemove', x2 + 1, y2, 'sleep', '0.03', 'mousemove', x2, y2, 'sleep', hold,
               'mouseup', button, 'sleep', '0.1')

    def scroll(self, x, y, clicks):
        self.move(x, y)
        output('xdotool', *(['click', 5 if clicks > 0 else 4, 'sleep', '0.03'] * abs(clicks)))

    def stroke(self, points, button=1):
        """A line through the points, the button held."""
        words = ['mousemove', *points[0], 'sleep', '0.05', 'mousedown', button, 'sleep', '0.05']
        for (x1, y1), (x2, y2) in zip(points, points[1:]):
            words += self._path(x1, y1, x2, y2, max(2, int(max(abs(x2 - x1), abs(y2 - y1)) / 8)))
        output('xdotool', *words, 'mouseup', button)

    def screenshot(self, path):
        """The whole screen, where ImageMagick is there; FALSE where it is not."""
        if shutil.which('import') is None:
            return False
        output('import', '-window', 'root', path)
        return True

    # --- the project file --------------------------------------------------------

    def query(self, sql, *values):
        try:
            with contextlib.closing(sqlite3.connect(f'file:{self.file}?mode=ro', uri=True)) as db:
                return db.execute(sql, values).fetchall()
        except sqlite3.Error:
            return []

    def runs(self):
        return len(self.query('select id from run'))

    def epochs(self):
        """Of all runs together."""
        return len(self.query('select distinct run, epoch from figure where epoch > 0'))

    def design(self):
        """The drawing as JSON text."""
        rows = self.query('select json from design')
        return rows[0][0] if rows else ''

    # --- the end -----------------------------------------------------------------

    def said(self):
        self.log.flush()
        return (self.folder / 'app.log').read_text(errors='replace')[-2000:]

    def ended(self):
        return self.process.poll() is not None

    def close(self):
        if not self.ended():
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
        if not self.ended():
            self.process.kill()
        self.log.close()


@contextlib.contextmanager
def desktop():
    """A window manager and the accessibility bus, as long as it lasts."""
    if 'DISPLAY' not in os.environ:
        skip('no display')
    for program in ('xdotool', 'openbox', 'xprop', 'xwininfo'):
        if shutil.which(program) is None:
            skip(f'{program} is not installed')
    launcher = next((path for path in LAUNCHERS if os.path.exists(path)), None)
    if launcher is None:
        skip('at-spi2-core is not installed')
    try:
        import gi

        gi.require_version('Atspi', '2.0')
    except (ImportError, ValueError):
        skip('python3-gi or gir1.2-atspi-2.0 is not installed')

    helpers = [subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
               for words in ([launcher, '--launch-immediately'], ['openbox', '--sm-disable'])]
    try:
        wait_for(lambda: '#' in output('xprop', '-root', '_NET_SUPPORTING_WM_CHECK'), 'the window manager')
        wait_for(lambda: 'unix:' in output('xprop', '-root', 'AT_SPI_BUS'), 'the accessibility bus')
        yield
    finally:
        for helper in helpers:
            helper.send_signal(signal.SIGTERM)


def run(*cases, arguments=(), env=None, title='Lamina', coach=False):
    """Each case is a function of the window; they follow each other on the same one. Prints TAP.

    The program is the first argument of the command line. A case that fails leaves its
    screenshot beside the log where DRIVE_PICTURES names a folder.
    """
    app = sys.argv[1]
    failed = False
    with desktop(), tempfile.TemporaryDirectory() as folder:
        print(f'1..{len(cases)}', flush=True)
        window = Window(app, folder, arguments, env, title)
        if not coach:
            window.press('Close the coach')
        try:
            for i, case in enumerate(cases, 1):
                name = '/drive/' + case.__name__.replace('_', '-')
                try:
                    case(window)
                    print(f'ok {i} {name}', flush=True)
                except Exception as error:  # whatever it is, the others are tried
                    failed = True
                    for line in [*traceback.format_exception_only(error), *traceback.format_tb(error.__traceback__)[-1:]]:
                        print('# ' + line.strip().replace('\n', '\n# '))
                    print(f'# the program{" ended with " + str(window.process.returncode) if window.ended() else ""} said: {window.said()}'.replace('\n', '\n# '))
                    print(f'not ok {i} {name}', flush=True)
                    if 'DRIVE_PICTURES' in os.environ:
                        window.screenshot(os.path.join(os.environ['DRIVE_PICTURES'], name.replace('/', '-')[1:] + '.png'))
        finally:
            window.close()
    sys.exit(failed)
