#!/usr/bin/python3
# tally.py: counts the cases of a test run
#
# SPDX-License-Identifier: GPL-3.0-or-later
"""Usage: tally.py [--stopped N] [--skipped WHAT] LOG.json…

Reads the logs that meson test writes and counts the TAP cases in them. A case that
was planned but never reported counts as failed, and so does a program that meson
found fault with although every case it reported passed. The last line is “N passed, N failed”; the exit
status is 1 if anything failed or nothing passed.
"""

import argparse
import json
import os
import re
import signal
import sys

CASE = re.compile(r'(not )?ok\b\s*(\d+)?\s*-?\s*([^#]*)(?:#\s*(skip|todo)\w*:?\s*(.*))?$', re.I)
PLAN = re.compile(r'1\.\.(\d+)\s*(?:#\s*skip\w*:?\s*(.*))?$', re.I)


def how_it_ended(record):
    code = record['returncode']
    if record['result'] == 'TIMEOUT':
        return 'out of time'
    if code < 0:
        return f'ended by {signal.Signals(-code).name}'
    if code > 0:
        return f'ended with status {code}'
    return 'its output is not proper TAP'


class Tally:
    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = []

    def count_program(self, name, record):
        """Counts the cases of one program, RECORD being its line in meson's log."""
        planned = None
        seen = 0
        end = how_it_ended(record)
        failed_before = len(self.failed)

        for line in record.get('stdout', '').splitlines():
            if plan := PLAN.match(line):
                planned = int(plan[1])
                if planned == 0:
                    self.skipped.append((name, plan[2] or 'no reason given'))
            elif case := CASE.match(line):
                seen += 1
                title = f'{name}: {case[3].strip() or case[2] or seen}'
                directive = (case[4] or '').lower()
                if directive == 'skip':
                    self.skipped.append((title, case[5].strip() or 'no reason given'))
                elif case[1] and directive != 'todo':
                    self.failed.append(title)
                else:
                    self.passed += 1
            elif line.lower().startswith('bail out!'):
                end += f'; {line[9:].strip()}'

        if planned is None:
            self.failed.append(f'{name}: no plan of its cases ({end})')
        elif seen != planned:
            for _ in range(max(planned - seen, 1)):
                self.failed.append(f'{name}: {planned} cases planned, {seen} reported ({end})')
        elif record['result'] not in ('OK', 'SKIP') and len(self.failed) == failed_before:
            self.failed.append(f'{name}: {end}, although every case passed')

    def count_log(self, path):
        folder = os.path.relpath(os.path.dirname(os.path.dirname(path)))
        with open(path, encoding='utf-8', errors='replace') as log:
            for line in log:
                record = json.loads(line)
                name = f'{folder} {record["name"].rsplit(" / ", 1)[-1]}'
                self.count_program(name, record)


def show(title, lines):
    if lines:
        print(f'{title}:')
    for line in dict.fromkeys(lines):
        times = lines.count(line)
        print(f'  {line}' + (f' (× {times})' if times > 1 else ''))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--stopped', type=int, default=0, metavar='N',
                        help='parts that could not run at all, each one failure')
    parser.add_argument('--skipped', action='append', default=[], metavar='WHAT',
                        help='a part that was skipped, with its reason')
    parser.add_argument('logs', nargs='*', metavar='LOG.json')
    options = parser.parse_args()

    tally = Tally()
    for path in options.logs:
        tally.count_log(path)
    tally.failed += ['a part of the tests could not run, see above'] * options.stopped

    show('Failed', tally.failed)
    show('Skipped', [f'{name} ({why})' for name, why in tally.skipped] + options.skipped)
    print(f'{tally.passed} passed, {len(tally.failed)} failed')
    return 1 if tally.failed or tally.passed == 0 else 0


if __name__ == '__main__':
    sys.exit(main())
