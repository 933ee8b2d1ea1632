#!/usr/bin/python3
"""run_seeds_normalize.py - the five seed articles through wiredesk-normalize --stdio: furniture dropped, no body line lost, titles and outlets as labelled.
Skips when the labelled articles are not beside the repository."""
import base64, glob, json, os, subprocess, sys

SHARED = "../shared"
if not glob.glob(SHARED + "/seeds/*.txt"):
    print("skipped: no ../shared/seeds")
    sys.exit(77)
binary = sys.argv[1] + "/wiredesk-normalize"

raws = {os.path.basename(f)[:3]: open(f, "rb").read() for f in sorted(glob.glob(SHARED + "/seeds/*.txt"))}
lines = "".join(json.dumps({"key": k, "type": "text/plain", "raw": base64.b64encode(r).decode()}) + "\n" for k, r in raws.items())
ran = subprocess.run([binary, "--stdio"], input=lines.encode(), stdout=subprocess.PIPE, check=True)
docs = {d["key"]: d for d in map(json.loads, ran.stdout.decode().splitlines())}
wrong = []


def expect(ok, *what):
    if not ok: wrong.append(" ".join(map(str, what)))


for no, raw in raws.items():
    gold, d = json.load(open("%s/gold/%s.json" % (SHARED, no))), docs[no]
    text = d["text"].encode()
    cut = lambda s: text[s[0]:s[1]].decode() if s else None
    want = gold["title"] and gold["title"]["text"]
    expect(cut(d.get("title")) == want, no, "title", cut(d.get("title")))
    want = gold["standfirst"] and gold["standfirst"]["text"]
    expect(cut(d.get("standfirst")) == want, no, "standfirst", cut(d.get("standfirst")))
    outlet = (d.get("outlet") or {}).get("value")
    expect(outlet == gold["source"], no, "outlet", outlet)
    expect(d.get("url") == gold["url"], no, "url", d.get("url"))
    drops = {(x["b"], x["e"]) for x in d.get("dropped") or []}
    expect(drops == {(x["bstart"], x["bend"]) for x in gold["boilerplate_drop"]}, no, "dropped", drops)
    for t, s, n in d["map"]: expect(text[t:t + n] == raw[s:s + n], no, "map", t, s, n)
    rest = raw.decode()
    for x in gold["boilerplate_drop"]: rest = rest.replace(x["text"] + "\n", "\n") if x["text"] + "\n" in rest else rest.replace(x["text"], "")
    expect(rest.split() == d["text"].split(), no, "words differ from the source's")
for w in wrong: print(w)
sys.exit(1 if wrong else 0)
