#!/usr/bin/env python3
"""jobs.py BUILD [MODE]: the list of all tests, one a line, in the order they begin: STAGE, NAME, NEEDS, COMMAND, with tabs between.
run.sh runs all of it, check.sh what is called so. STAGE is alone, first or rest; NEEDS names make's targets, files below BUILD.

A test is found by where it is: tests/unit/LAYER/test_x.c, tests/e2e/x.sh, tests/faults/NN_x.sh. What more there is to know of one
stands in its own first lines:
  runs: alone        it looks at a clock: before all others, and nothing beside it
  runs: early        it is long: among the first of its stage, so that it is not left over at the end
  runs: sanitizers   a sanitizer has something to say about it: MODE=asan and tsan run it too
  needs: TARGET…     what make must have made for it, beside the programs"""
import glob
import os
import re
import sys

build, mode = sys.argv[1], (sys.argv[2:] or ["release"])[0]
os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))


def text(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def said(path, word):
    head = "\n".join(text(path).split("\n")[:12])
    found = re.search(rf"^(?:#|/\*) {word}: ([\w ,./-]+)", head, re.M)
    return re.split(r"[ ,]+", found[1].strip()) if found else []


def name(path):
    return os.path.splitext(os.path.basename(path))[0]


def early_first(paths):
    return sorted(sorted(paths), key=lambda path: "early" not in said(path, "runs"))


def job(stage, called, needs, command):
    print(stage, called, " ".join(needs), command, sep="\t")


def units(stage, wanted):
    for path in early_first(glob.glob("tests/unit/*/test_*.c")):
        if ("alone" in said(path, "runs")) == wanted:
            job(stage, name(path)[5:], [f"test/{name(path)}"], f"unit '{build}/test/{name(path)}'")


def script(path):
    if mode == "release" or "sanitizers" in said(path, "runs"):
        job("rest", name(path), ["all"] + said(path, "needs"), f"script 'e2e/{name(path)}' bash '{path}' '{build}'")


def faults():
    """Row by row, so that all lanes share them. Open ones are known not to be met yet."""
    for row in text("tests/faults/rows.txt").splitlines():
        number, _, mark = (row + "|").split("|")[:3]
        if mark == "open":
            continue
        path = (glob.glob(f"tests/faults/{number}_*.sh") or [None])[0]
        source = text(path) if path else ""
        needs = sorted({f"test/{t}" for t in re.findall(r"^\s*unit (test_\w+)", source, re.M)})
        if re.search(r"^(cut|script) ", source, re.M):
            needs.append("powercut-tools")
        called = name(path) if path else f"{number}_missing"
        job("rest", called, ["all"] + needs, f"script 'faults/{called}' tests/faults/run.sh '{build}' test {number}")


units("alone", True)
if mode == "release":
    job("first", "village", ["village"], "village")
    job("first", "powercut", ["all", "powercut-tools"], f"script powercut tests/powercut/run.sh '{build}' slice")
units("first", False)
scripts = early_first(glob.glob("tests/e2e/*.sh"))
for path in scripts:
    if "early" in said(path, "runs"):
        script(path)
if mode == "release":
    job("rest", "fuzz", [], f"script fuzz tests/fuzz/run.sh '{build}' slice")
    faults()
    job("rest", "lint", [], "script lint tests/lint/test.sh")
for path in scripts:
    if "early" not in said(path, "runs"):
        script(path)
