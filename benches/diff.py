#!/usr/bin/env python3
"""What `brief diff` takes, beside DeepDiff for the same two files, and what a redline takes beside its plain typesetting.

  python3 -m venv venv && venv/bin/pip install deepdiff pyyaml
  venv/bin/python benches/diff.py BRIEF [RUNS]      a brief that was built for release; default 5 runs, of which medians

BRIEF_TYPST names another typst program. Three books are made, each a git repository of two commits: a list of 550 nested
records in one file of 1.2 MB, a dozen changed, whose document has 187 pages; 10,000 records in as many files, 1 %
changed; and the same with records of 10 kB, 100 MB in all.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

WORDS = "force council ceasefire line report district mandate troops support border mission authority transition supply shelter winter".split()
SETTINGS = """title: Speed
as_of: 2025-11-05
language: en
collections:
  options: { key: id.code }
documents:
  - { id: book, template: book.md.jinja }
"""
SCHEMA = """type: object
additionalProperties: false
properties:
  id: { type: object, properties: { code: { type: string }, title: { type: string } } }
  name: { type: string }
  troops: { type: integer, x-claim: true }
  text: { type: string, format: markdown }
  steps:
    type: array
    x-key: code
    items: { type: object, properties: { code: { type: string }, title: { type: string }, text: { type: string }, days: { type: integer } } }
  tags: { type: array, uniqueItems: true, items: { type: string } }
"""
TEMPLATE = "# {{ book.title }}\n\n{% for o in options %}\n## {{ o.name }}\n\n{{ o.troops }}. {{ o.text }}\n\n{% endfor %}\n"


def sentence(count):
    return " ".join(random.choice(WORDS) for _ in range(count)).capitalize() + "."


def record(number, steps, words=60):
    lines = ["id:", f"  code: opt-{number:05}", f"  title: Option {number}", f"name: Option {number}"]
    lines += [f"troops: {{ value: {random.randint(100, 90000)}, source: report#{number % 40 + 1} }}", "text: >-"]
    lines += [f"  {sentence(min(30, words - at))}" for at in range(0, words, 30)] + ["steps:"]
    for step in range(steps):
        lines += [f"  - code: s{step}", f"    title: {sentence(4)}", f"    text: {sentence(22)}", f"    days: {random.randint(1, 90)}"]
    return lines + [f"tags: [{', '.join(random.sample(WORDS, 4))}]"]


def git(folder, *arguments):
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    return subprocess.run(["git", *identity, "-C", folder, *arguments], check=True, capture_output=True).stdout


def book(folder, files):
    """A book whose first commit holds the files' first texts, and its second their second ones."""
    fixed = {
        ".gitignore": "/output\n",
        "content/book.yaml": SETTINGS,
        "content/schemas/options.yaml": SCHEMA,
        "content/schemas/sources.yaml": "type: object\nproperties: { title: { type: string } }\n",
        "content/sources.yaml": "report: { title: The report }\n",
        "templates/book.md.jinja": TEMPLATE,
    }
    os.makedirs(folder)
    git(folder, "init", "-q", "-b", "main")
    for side in range(2):
        for path, text in [*fixed.items(), *((path, texts[side]) for path, texts in files.items())]:
            os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
            with open(os.path.join(folder, path), "w") as file:
                file.write(text)
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", str(side))
    return folder


def edited(lines, number):
    kind = number % 3
    if kind == 0:
        return [line.replace("value: ", "value: 1") for line in lines]
    if kind == 1:
        return [line.replace("Council", "Board", 1).replace("council", "board", 1) for line in lines]
    return [line.replace("days: ", "days: 1", 1) for line in lines]


def list_book(folder):
    records = [record(number, 7) for number in range(550)]
    changed = [edited(lines, number // 45) if number % 45 == 0 and number < 540 else lines for number, lines in enumerate(records)]
    listed = lambda all: "".join("- " + "\n  ".join(lines) + "\n" for lines in all)
    return book(folder, {"content/options.yaml": (listed(records), listed(changed))})


def folder_book(folder, words):
    files = {}
    for number in range(10_000):
        lines = record(number, 5, words)
        changed = edited(lines, 0) if number % 100 == 0 else lines
        files[f"content/options/opt-{number:05}.yaml"] = tuple("\n".join(text) + "\n" for text in (lines, changed))
    return book(folder, files)


def deepdiff(folder):
    import yaml
    from deepdiff import DeepDiff

    load = lambda revision: yaml.load(git(folder, "show", f"{revision}:content/options.yaml"), Loader=yaml.CSafeLoader)
    start = time.perf_counter()
    found = DeepDiff(load("HEAD~1"), load("HEAD"))
    return time.perf_counter() - start if found else None


def seconds(*command):
    before = os.times()
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall, after = time.perf_counter() - start, os.times()
    return wall, after.children_user + after.children_system - before.children_user - before.children_system


def median(what, measure, runs):
    times = [measure() for _ in range(runs)]
    times = [time if isinstance(time, tuple) else (time, time) for time in times]
    wall, processor = (statistics.median(column) for column in zip(*times))
    print(f"{what}: {wall:.2f} s, processor {processor:.2f} s", flush=True)
    return wall


def main():
    brief, runs = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5
    random.seed(4)
    with tempfile.TemporaryDirectory() as work:
        diff = lambda root, *more: seconds(brief, "diff", "HEAD~1", "HEAD", "--format", "markdown", "--root", root, *more)
        one = list_book(f"{work}/one")
        own = median("550 records in one file, git objects to Markdown", lambda: diff(one), runs)
        other = median("the same two files by DeepDiff", lambda: deepdiff(one), runs)
        print(f"  {other / own:.1f} × as long")
        plain = median("its document typeset", lambda: seconds(brief, "build", "--draft", "--root", one), runs)
        redline = median("its redline", lambda: diff(one, "--redline", f"{work}/redline.pdf"), runs)
        print(f"  {redline / plain:.2f} × the plain one")
        many = folder_book(f"{work}/many", 60)
        median("10,000 records, 1 % changed", lambda: diff(many), runs)
        large = folder_book(f"{work}/large", 1200)
        median("100 MB of records, 1 % changed", lambda: diff(large), 1)


main()
