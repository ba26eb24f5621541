#!/usr/bin/env python3
"""labels.py: the names of labels.sh for the benches (`import labels`, labels.WALL); run as a program it holds every label that a
script or a bench taps or waits for against what the kiosk can show, and names those that nothing shows any more."""
import glob
import json
import os
import re
import sys

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(here)


def text(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


named = dict(re.findall(r"^([A-Z_]+)='(.*)'$", text(f"{here}/labels.sh"), re.M))
globals().update(named)


def shown():
    """Every message of the catalogue in both languages, as a pattern: %s is anything, %d a number."""
    message = r'^(?:msgid|msgid_plural|msgstr|msgstr\[\d\]) ((?:".*"\n)+)'
    found = {"".join(json.loads(line) for line in block.splitlines()) for block in re.findall(message, text(f"{root}/assets/po/zh_CN.po"), re.M)}
    holes = lambda m: "".join(re.escape(part) if i % 2 == 0 else "(.+)" if part[-1] == "s" else r"(?:[\d.]+|%\w+)"
                              for i, part in enumerate(re.split(r"(%(?:\d\$)?l*[ds])", m)))
    return [re.compile(holes(m.replace("%%", "%"))) for m in found if m.strip() and not m.startswith("Project-Id")]


def only_holes(pattern):
    return not re.sub(r"\(\.\+\)|\(\?:.*?\)|\\?\W", "", pattern.pattern)


def lost(patterns):
    """WHERE, LABEL of each that no message of the program is."""
    patterns = [p for p in patterns if not only_holes(p)]
    for name, label in named.items():
        if not any(p.fullmatch(label) or p.pattern == re.escape(label) or p.fullmatch(label.replace("%s", "X")) for p in patterns):
            yield f"tests/labels.sh: {name}", label


STEP = re.compile(r"^[ \t]*(?:tap +(.+?)|(?:wait|gone) +(.+?)(?: +\d+)?)'?$", re.M)


def lost_in_scripts(patterns):
    """The same of the steps that stand in scripts: what they say is the program's, or is made by the script itself (its own lessons
    and people; what it composes is said in a comment there), or is of the demo village. ui_demo.sh looks at a program of its own."""
    patterns = [p for p in patterns if not only_holes(p)]
    demo = "".join(text(path) for pattern in ("courses/*/*.json", "courses/*/*.gift", "written/*/*.json", "village/*.csv")
                   for path in sorted(glob.glob(f"{root}/content/{pattern}")))
    source = "".join(text(path) for path in glob.glob(f"{root}/src/app/**/*.c", recursive=True))  # languages are not translated
    for path in sorted(set(glob.glob(f"{here}/e2e/*.sh")) - {f"{here}/e2e/ui_demo.sh"} | set(glob.glob(f"{here}/tour/*.script"))):
        rest = STEP.sub("", text(path)) + demo
        labels = {a or b for a, b in STEP.findall(text(path))}
        for label in sorted(m for m in labels if len(m) > 1 and "$" not in m and not re.fullmatch("[0-9 /]+", m)):
            if label not in rest and f'"{label}"' not in source and not any(p.fullmatch(label) for p in patterns):
                yield os.path.relpath(path, root), label


def main():
    found = list(lost(shown())) + list(lost_in_scripts(shown()))
    for where, label in found:
        print(f"{where}: nothing in assets/po/zh_CN.po says \"{label}\"")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
