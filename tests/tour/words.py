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
    for course in glob.glob(root + "/content/courses/*/*.json"):
        pairs(json.load(open(course, encoding="utf-8")), words)
    for en in glob.glob(root + "/content/courses/*/*.en.gift"):
        words.update(zip(options(en), options(en.replace(".en.gift", ".gift"))))
    return words


def translate(label, words):
    if label in words:
        return words[label]
    for en, other in words.items():  # "0 of 3 done" is "%d of %d done"
        if "%" not in en:
            continue
        holes = re.findall(r"%(?:\d\$)?[ds]", en)
        pattern = re.sub(r"%(?:\d\\\$)?[ds]", "(.+)", re.escape(en).replace(r"\%", "%").replace("%%", "%"))
        m = re.fullmatch(pattern, label) if holes else None
        if m:
            values = list(m.groups())
            return re.sub(r"%(?:(\d)\$)?[ds]", lambda h: translate(values[int(h[1]) - 1] if h[1] else values.pop(0), words), other).replace("%%", "%")
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
