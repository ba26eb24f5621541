"""words.py LANG SCRIPT: a tour written with the English labels, in the language the kiosk shows: the program's words from
its catalogue, those of the demo lessons from their sources. One tour so serves all languages, and nothing is missed in one."""
import glob, json, os, re, sys

root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def catalogue(path):
    words, entry = {}, {}
    field = None
    for line in open(path, encoding="utf-8").read().split("\n") + [""]:
        m = re.match(r'(msgid|msgid_plural|msgstr|msgstr\[0\]) (".*")$', line)
        if m:
            field = m[1]
            entry[field] = json.loads(m[2])
        elif line.startswith('"') and field:
            entry[field] += json.loads(line)
        elif not line:
            said = entry.get("msgstr") or entry.get("msgstr[0]")
            for key in ("msgid", "msgid_plural"):
                if said and entry.get(key):
                    words[entry[key]] = said
            entry, field = {}, None
    return words


def pairs(value, words):
    if isinstance(value, dict):
        if isinstance(value.get("en"), str) and isinstance(value.get("zh-CN"), str):
            words[value["en"]] = value["zh-CN"]
        for v in value.values():
            pairs(v, words)
    elif isinstance(value, list):
        for v in value:
            pairs(v, words)


def options(path):
    text = re.sub(r"^//.*$", "", open(path, encoding="utf-8").read(), flags=re.M)
    out = []
    for block in re.findall(r"(?<!\\)\{(.*?)(?<!\\)\}", text, flags=re.S):
        block = re.sub(r"####.*", "", block, flags=re.S)
        for part in re.split(r"(?<!\\)[=~]", block)[1:]:
            part = re.sub(r"^%-?[\d.]+%", "", part.split("#")[0].strip())
            out += [re.sub(r"\\(.)", r"\1", p.strip()) for p in part.split("->")]
    return out


def lessons():
    words = {}
    for course in glob.glob(root + "/content/courses/*/*.json") + glob.glob(root + "/content/written/*/*.json"):
        pairs(json.load(open(course, encoding="utf-8")), words)
    for en in glob.glob(root + "/content/courses/*/*.en.gift"):
        words.update(zip(options(en), options(en.replace(".en.gift", ".gift"))))
    return words


HOLE = r"%(?:\d\$)?[ds]"


def fill(other, values, words):
    def value(hole):
        place = re.match(r"%(\d)\$", hole[0])
        return translate(values[int(place[1]) - 1] if place else values.pop(0), words)
    return re.sub(HOLE, value, other).replace("%%", "%")


def translate(label, words):
    if label in words:
        return words[label]
    # "0 of 3 done" is "%d of %d done". Of two that fit, the one that says more: "Question %d of %d" before "%s of %s".
    for en, other in sorted(words.items(), key=lambda pair: -len(re.sub(HOLE, "", pair[0]))):
        holes = re.findall(HOLE, en) if "%" in en else []
        if not holes:
            continue
        pattern = "".join(("([-\\d.]+)" if part.endswith("d") else "(.+)") if i % 2 else re.escape(part.replace("%%", "%"))
                          for i, part in enumerate(re.split(f"({HOLE})", en)))
        m = re.fullmatch(pattern, label)
        if m:
            return fill(other, list(m.groups()), words)
    return label


lang, script = sys.argv[1:]
words = {}
if lang != "en":
    words = lessons()
    words.update(catalogue(root + "/assets/po/zh_CN.po"))
for line in open(script, encoding="utf-8").read().split("\n"):
    m = re.match(r"(tap|wait|gone|text) (.*?)( \d+)?$", line)
    if not m or lang == "en":
        print(line)
    elif m[1] in ("wait", "gone"):
        print(m[1], translate(m[2], words) + m[3])
    else:
        print(m[1], translate(m[2] + (m[3] or ""), words))
