#!/usr/bin/python3
"""run_formats - archives, bombs and odd bytes through `wiredesk-ingest --stdio`: what comes out, what is refused, where and why, for how much memory."""
import base64, gzip, io, json, os, subprocess, sys, tarfile, tempfile, threading, zipfile

INGEST = os.path.abspath(os.path.join(sys.argv[1], "wiredesk-ingest"))
PAGE = "<!DOCTYPE html><title>Ferry stays</title><p>The council of Port Ellery voted to keep the night ferry.</p>"
MIB = 1 << 20
SANITIZED = b"__asan_init" in open(INGEST, "rb").read()  # its memory is not the product's
failed = 0


def check(name, ok, told=""):
    global failed
    if not ok:
        failed += 1
        print(f"FAILED {name}: {told}")


def feed(data, name, *options):
    """Documents, refusals, exit status and peak memory (MiB) of the filter over one file."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)
        p = subprocess.Popen([INGEST, "--stdio", *options, name], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        errors = []
        reader = threading.Thread(target=lambda: errors.append(p.stderr.read()))
        reader.start()
        out = p.stdout.read()
        reader.join()
        _, status, usage = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
        docs = [json.loads(line) for line in out.splitlines()]
        return docs, errors[0].decode(), p.returncode, usage.ru_maxrss / 1024


def write(out, data):
    """Bytes, text, or so many zeros, a MiB at a time: this process stays small, since its size counts for its children."""
    if isinstance(data, int):
        for _ in range(data // MIB):
            out.write(b"0" * MIB)
    else:
        out.write(data.encode() if isinstance(data, str) else data)


def zipped(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, data in members:
            with z.open(name, "w") as m:
                write(m, data)
    return out.getvalue()


def gzipped(data):
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="w", mtime=0) as z:
        write(z, data)
    return out.getvalue()


class Zeros:
    def read(self, n):
        return b"0" * n


def tarred(members, mode="w"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as t:
        for name, data in members:
            info = tarfile.TarInfo(name)
            data = data.encode() if isinstance(data, str) else data
            info.size = data if isinstance(data, int) else len(data)
            t.addfile(info, Zeros() if isinstance(data, int) else io.BytesIO(data))
    return out.getvalue()


MEMBERS = [("day/a.html", PAGE), ("day/b.txt", "Pool opens\n\nIt opened on Monday."), ("day/c.jsonl", '{"id":"c1","text":"one"}\n{"id":"c2","text":"two"}\n'),
           ("day/d.txt.gz", gzip.compress(b"Tram stops\n\nIt stopped.")), ("day/photo.png", b"\x89PNG\r\n\x1a\n0000"), (".DS_Store", b"\0\0\0\1Bud1")]
IDS = ["day/a.html", "day/b.txt", "c1", "c2", "day/d.txt.gz"]


def archives_give_their_members():
    for name, data in (("news.zip", zipped(MEMBERS)), ("stored.zip", zipped(MEMBERS, zipfile.ZIP_STORED)), ("news.tar", tarred(MEMBERS)),
                       ("news.tar.gz", tarred(MEMBERS, "w:gz")), ("news.tgz", tarred(MEMBERS, "w:gz")), ("unnamed", zipped(MEMBERS)), ("unnamed-tar", tarred(MEMBERS))):
        docs, errors, status, _ = feed(data, name)
        check(name, [d.get("id") for d in docs] == IDS and status == 0, f"{status} {errors} {[d.get('id') for d in docs]}")
        check(name + " skips", "2 of them no articles" in errors, errors)
    inner = zipped([("deep/e.txt", "Fair ends\n\nIt ended."), ("deep/f.tar", tarred([("g.txt", "Rain falls\n\nIt fell.")]))])
    docs, errors, status, _ = feed(zipped([("inner.zip", inner), ("h.txt", "Sun\n\nIt shone.")]), "outer.zip")
    check("archives within archives", [d["id"] for d in docs] == ["deep/e.txt", "g.txt", "h.txt"] and status == 0, errors)
    check("names say the way", docs[1]["name"] == "outer.zip/inner.zip/deep/f.tar/g.txt", docs)


def a_bad_member_is_refused_alone():
    bad = [("1.txt", "Good\n\nIt is."), ("2.pdf", "%PDF-1.4 ..."), ("3.txt", ""), ("4.jsonl", '{"text":"a"}\n{"text":\n'), ("5.txt", "Also good\n\nIt is.")]
    for name, data, places in (("z.zip", zipped(bad), True), ("t.tar", tarred(bad), True)):
        docs, errors, status, _ = feed(data, name)
        check(name, status == 65 and [("fail" in d) for d in docs] == [False, True, True, True, False], errors)
        at = [data.find(b"PK\3\4" if name == "z.zip" else m[0].encode()) for m in bad]
        if name == "z.zip":
            at = [i.header_offset for i in zipfile.ZipFile(io.BytesIO(data)).infolist()]
        for i in (1, 2, 3):
            check(f"{name} member {i + 1}", docs[i]["fail"]["detail"].startswith(f"record {i + 1} at byte {at[i]} ") and docs[i]["id"] == bad[i][0], docs[i]["fail"])
    whole = zipped(bad[:1] + bad[4:] + [("6.txt", "Third\n\n" + "abcdefgh " * 50)], zipfile.ZIP_STORED)
    flipped = whole.replace(b"Also good", b"Elso good")
    docs, errors, status, _ = feed(flipped, "crc.zip")
    check("a wrong checksum", [("fail" in d) for d in docs] == [False, True, False] and status == 65, errors)
    docs, errors, status, _ = feed(whole[:len(whole) // 2], "cut.zip")
    check("a ZIP cut off", len(docs) >= 2 and "fail" not in docs[0] and "fail" in docs[-1] and status == 65, errors)
    cut = tarred([("a.txt", "Good\n\n" + "x" * 3000), ("b.txt", "Lost\n\n" + "y" * 3000)])[:6000]
    docs, errors, status, _ = feed(cut, "cut.tar")
    check("a tar cut off", [("fail" in d) for d in docs] == [False, True] and status == 65, errors)
    docs, errors, status, _ = feed(b"PK\3\4" + b"\xff" * 400, "broken.zip")
    check("no ZIP behind its mark", status == 65 and not [d for d in docs if "fail" not in d] and "broken" in errors, errors)
    docs, errors, status, _ = feed(zipped([]), "none.zip")
    check("an archive of nothing", status == 65 and "empty" in errors, errors)
    docs, errors, status, _ = feed(zipped([("[Content_Types].xml", "<a/>"), ("word/document.xml", "<b/>")]), "letter.docx")
    check("an Office document", status == 65 and "Office" in errors and not docs, errors)


def bombs_are_refused_within_the_ceiling():
    zeros = 200 * MIB
    nested = zipped([("z.txt", 60 * MIB)])
    cases = [("gzip.txt.gz", gzipped(zeros), "too_big"), ("one.zip", zipped([("z.txt", zeros)]), "too_big"),
             ("many.zip", zipped([(f"{i}.txt", 2 * MIB) for i in range(60)]), "too_big"),
             ("nested.zip", zipped([(f"{i}.zip", nested) for i in range(8)]), "too_big"),
             ("packed.zip", zipped([("z.txt.gz", gzipped(zeros))]), "too_big"), ("bomb.tar.gz", tarred([("z.txt", zeros)], "w:gz"), "too_big")]
    deep = b"Deep\n\nIt is."
    for i in range(6):
        deep = zipped([(f"{i}.zip" if i else "d.txt", deep)])
    cases.append(("deep.zip", deep, "depth"))
    cases.append(("members.zip", zipped([(f"{i}.txt", "") for i in range(100001)], zipfile.ZIP_STORED), "too_big"))
    for name, data, want in cases:
        docs, errors, status, peak = feed(data, name)
        last = errors.strip().splitlines()[-1] if errors else ""
        good = [d for d in docs if "fail" not in d]
        check(name, status == 65 and not good and want in last and name in last, f"{status} {len(good)} {last}")
        check(name + " memory", peak < 400 or SANITIZED, f"{peak:.0f} MiB")


def odd_bytes_get_a_clear_answer():
    tags = "<html><body>" + "<div>" * 100000 + "It is deep." + "</div>" * 100000
    line = '{"text":"' + "word " * (10 * MIB // 5) + '"}\n'
    feed_deep = "<rss><channel><item><title>" + "<b>" * 100000 + "</title></item><item><title>Next</title></item></channel></rss>"
    cases = [("nothing.txt", b"", 65, "empty"), ("blank.txt", b" \n\t\n", 65, "empty"), ("nul.txt", b"abc\0def ghi" * 50, 65, "byte 3: unsupported: zero bytes"),
             ("half.txt", "Pool opens\n\nIt is a caf\u00e9".encode()[:-1], 0, ""), ("half.jsonl", b'{"text":"caf\xc3"}\n', 65, "utf8"), ("tags.html", tags.encode(), 0, ""),
             ("line.jsonl", line.encode(), 0, ""), ("deep.json", b"[" * 100000, 65, "depth"), ("deep.jsonl", b'{"a":' * 100000, 65, "depth"),
             ("deep.rss", feed_deep.encode(), 65, "nested too deep")]
    for name, data, want, word in cases:
        docs, errors, status, peak = feed(data, name)
        check(name, status == want and word in errors and (status == 0 or name in errors), f"{status} {errors[:300]}")
        check(name + " memory", peak < 300 or SANITIZED, f"{peak:.0f} MiB")
    docs, _, _, _ = feed(feed_deep.encode(), "deep.rss")
    check("the neighbour of a deep entry", docs[-1].get("meta", {}).get("title") == "Next", docs)


def a_type_that_was_said_is_the_last_word():
    lines = b'{"text":"one"}\n{"text":"two"}\n' * 40000
    docs, errors, status, _ = feed(lines, "a.jsonl", "--type", "text/plain")
    check("JSON Lines said to be a text", len(docs) == 1 and docs[0]["bytes"] == len(lines), f"{len(docs)} {errors}")
    docs, errors, status, _ = feed(lines, "a.txt", "--type", "application/x-ndjson")
    check("a text said to be JSON Lines", len(docs) == 80000, f"{len(docs)} {errors[:200]}")


NITF = """<?xml version="1.0"?>
<!DOCTYPE nitf SYSTEM "nitf.dtd">
<nitf><head><title>ferry-vote</title><docdata><doc-id id-string="nw.1.2" regsrc="NW"/><urgency ed-urg="3"/><date.issue norm="20260301T120000Z"/>
<date.release norm="20260301T130000Z"/><du-key key="ferry-vote" version="2"/></docdata><pubdata name="Harbour Post" position.section="Local"/></head>
<body><body.head><hedline><hl1>Council keeps the night ferry</hl1></hedline><byline>By <person>Ada Marsh</person><byttl>Staff Writer</byttl></byline>
<distributor>Northern Wire</distributor><dateline><location>PORT ELLERY</location>, <story.date>March 1</story.date></dateline></body.head>
<body.content><p>The council voted on Monday to keep it.</p><p>Caf&eacute; owners cheered.</p></body.content></body></nitf>"""
ITEM = """<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:newsml:nw.example:20260301:%(n)d" version="4" xml:lang="en">
<itemMeta><itemClass qcode="ninat:%(kind)s"/><provider qcode="nprov:NW"><name>Northern Wire</name></provider><versionCreated>2026-03-01T12:30:00Z</versionCreated>
<firstCreated>2026-03-01T12:00:00Z</firstCreated><embargoed>2026-03-01T14:00:00Z</embargoed><pubStatus qcode="stat:%(status)s"/></itemMeta>
<contentMeta><urgency>2</urgency><slugline>TRAM-STRIKE</slugline><headline>Tram strike ends</headline><by>By Kim Oster</by><dateline>VALE, March 1</dateline>
<language tag="en"/><subject type="cpnat:abstract" qcode="medtop:09000000"><name>Labour</name></subject></contentMeta>
<contentSet>%(content)s</contentSet></newsItem>"""
XHTML = '<inlineXML contenttype="application/xhtml+xml"><h:html xmlns:h="http://www.w3.org/1999/xhtml"><h:body><h:p>The strike ended.</h:p></h:body></h:html></inlineXML>'
PLAIN = '<inlineData contenttype="text/plain">The strike ended at noon.</inlineData>'
INNER = '<inlineXML contenttype="application/nitf+xml"><nitf><body><body.head><byline>By Lee Roe</byline></body.head><body.content><p>It ended.</p></body.content></body></nitf></inlineXML>'
PICTURE = '<remoteContent href="a.jpg" contenttype="image/jpeg"/>'
MESSAGE = ('<?xml version="1.0"?><newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><header><sent>2026-03-01T12:31:00Z</sent></header><itemSet>'
           + ITEM % {"n": 1, "kind": "text", "status": "usable", "content": XHTML} + ITEM % {"n": 2, "kind": "text", "status": "usable", "content": PLAIN}
           + ITEM % {"n": 3, "kind": "picture", "status": "usable", "content": PICTURE} + ITEM % {"n": 4, "kind": "text", "status": "canceled", "content": PLAIN}
           + ITEM % {"n": 5, "kind": "text", "status": "usable", "content": INNER} + "</itemSet></newsMessage>")
ML1 = """<?xml version="1.0"?><NewsML><NewsEnvelope/><NewsItem><Identification><NewsIdentifier><ProviderId>nw.example</ProviderId><NewsItemId>77</NewsItemId>
<RevisionId PreviousRevision="0" Update="N">1</RevisionId><PublicIdentifier>urn:newsml:nw.example:77</PublicIdentifier></NewsIdentifier></Identification>
<NewsManagement><FirstCreated>20260301T120000Z</FirstCreated><ThisRevisionCreated>20260301T121500Z</ThisRevisionCreated><Status FormalName="Usable"/><Urgency FormalName="4"/></NewsManagement>
<NewsComponent><NewsLines><HeadLine>Pool opens</HeadLine><ByLine>By Ane Lund</ByLine><DateLine>ASTER, March 1</DateLine><SlugLine>POOL</SlugLine></NewsLines>
<AdministrativeMetadata><Provider><Party FormalName="Northern Wire"/></Provider></AdministrativeMetadata><ContentItem><DataContent><p>It opened on Sunday.</p></DataContent></ContentItem>
</NewsComponent></NewsItem></NewsML>"""
NEWSITEM = """<?xml version="1.0" encoding="iso-8859-1"?><newsitem itemid="2286" date="1996-08-20" xml:lang="en"><title>VALE: Mine reopens</title><headline>Mine reopens</headline>
<byline>Ann Rask</byline><dateline>VALE 1996-08-20</dateline><text><p>The mine reopened.</p></text></newsitem>"""
NINJS = {"uri": "http://wire.example/n/1", "type": "text", "version": 3, "versioncreated": "2026-03-01T12:30:00Z", "firstcreated": "2026-03-01T12:00:00Z", "embargoed": "2026-03-01T14:00:00Z",
         "pubstatus": "usable", "urgency": 3, "language": "en", "headline": "Tram strike ends", "slugline": "TRAM-STRIKE", "byline": "Kim Oster", "located": "Vale",
         "subject": [{"code": "9", "name": "Labour"}], "infosource": [{"name": "Northern Wire"}], "body_xhtml": "<p>The strike ended.</p>", "description_text": "It is over."}


def the_wires_formats_say_headline_slug_byline_dateline_urgency_version_embargo_and_agency():
    def meta(d):
        m = d.get("meta", {})
        return (m.get("title"), m.get("slug"), m.get("byline"), m.get("dateline"), m.get("urgency"), m.get("version"), m.get("embargo"), m.get("agency"), m.get("section"))

    docs, errors, status, _ = feed(NITF.encode(), "a.xml")
    check("NITF", status == 0 and [d["id"] for d in docs] == ["nw.1.2"] and docs[0]["type"] == "application/nitf+xml" and meta(docs[0]) ==
          ("Council keeps the night ferry", "ferry-vote", ["Ada Marsh"], "PORT ELLERY, March 1", "3", "2", "20260301T130000Z", "Northern Wire", "Local"), f"{errors} {docs}")
    check("NITF is kept as it came", base64.b64decode(docs[0]["raw"]).decode() == NITF[NITF.index("<nitf>"):], docs)
    docs, errors, status, _ = feed(MESSAGE.encode(), "a.xml")
    want = ("Tram strike ends", "TRAM-STRIKE", ["By Kim Oster"], "VALE, March 1", "2", "4", "2026-03-01T14:00:00Z", "Northern Wire", "Labour")
    check("NewsML-G2", status == 65 and [d["id"][-1] for d in docs] == list("1245") and all(meta(d) == want for d in docs), f"{errors} {docs}")
    check("its texts", [(d.get("type"), base64.b64decode(d.get("raw", ""))) for d in docs if "fail" not in d] == [
        ("text/html; from=newsml", b'<html xmlns:h="http://www.w3.org/1999/xhtml"><body><p>The strike ended.</p></body></html>'), ("text/plain", b"The strike ended at noon."),
        ("application/nitf+xml", INNER[INNER.index("<nitf>"):INNER.index("</inlineXML>")].encode())], docs)
    check("what is withdrawn", "record 4 at byte" in docs[2]["fail"]["detail"] and "pubStatus" in docs[2]["fail"]["detail"], docs[2])
    check("a picture", "1 of them no articles" in errors, errors)
    docs, errors, status, _ = feed(MESSAGE.replace("<slugline>", "<slugline><broken", 1).encode(), "b.xml")
    check("a broken item", len(docs) == 4 and docs[1]["meta"]["title"] == "Tram strike ends" and "fail" not in docs[3], f"{errors} {docs}")
    docs, errors, status, _ = feed(ML1.encode(), "a.xml")
    check("NewsML 1", status == 0 and meta(docs[0]) == ("Pool opens", "POOL", ["By Ane Lund"], "ASTER, March 1", "4", "1", None, "Northern Wire", None)
          and docs[0]["id"] == "urn:newsml:nw.example:77", f"{errors} {docs}")
    docs, errors, status, _ = feed(NEWSITEM.encode(), "2286newsML.xml")
    check("newsitem", status == 0 and meta(docs[0])[:4] == ("Mine reopens", None, ["Ann Rask"], "VALE 1996-08-20") and docs[0]["meta"]["published"] == "1996-08-20", f"{errors} {docs}")
    picture = {**NINJS, "uri": "http://wire.example/n/2", "type": "picture", "body_xhtml": ""}
    second = {"uri": "http://wire.example/n/3", "type": "text", "versioncreated": "2026-03-01T12:30:00Z", "headlines": [{"role": "main", "value": "Pool opens"}],
              "bodies": [{"contenttype": "text/plain", "value": "It opened."}]}
    docs, errors, status, _ = feed(json.dumps([NINJS, picture, {**NINJS, "pubstatus": "canceled"}, second]).encode(), "a.json")
    want = ("Tram strike ends", "TRAM-STRIKE", ["Kim Oster"], "Vale", "3", "3", "2026-03-01T14:00:00Z", "Northern Wire", "Labour")
    check("ninjs", status == 65 and len(docs) == 3 and meta(docs[0]) == want and "fail" in docs[1] and "1 of them no articles" in errors, f"{errors} {docs}")
    check("ninjs 2", docs[2]["meta"]["title"] == "Pool opens" and base64.b64decode(docs[2]["raw"]) == b"It opened.", docs)
    docs, errors, status, _ = feed(b'<?xml version="1.0"?><packageItem/>', "a.xml")
    check("other XML", status == 65 and "packageItem" in errors, errors)


def what_the_wire_says_reaches_the_article():
    ingest = subprocess.run([INGEST, "--stdio"], input=NITF.encode(), capture_output=True)
    d = json.loads(subprocess.run([INGEST.replace("-ingest", "-normalize"), "--stdio"], input=ingest.stdout, capture_output=True).stdout)
    text = d["text"].encode()
    check("NITF's article", text[d["title"][0]:d["title"][1]] == b"Council keeps the night ferry" and d["byline"] == ["Ada Marsh"] and d["outlet"]["value"] == "Harbour Post"
          and d["published"]["value"].startswith("2026-03-01T12:00") and "Caf\u00e9 owners cheered." in d["text"], d)
    ingest = subprocess.run([INGEST, "--stdio"], input=MESSAGE.encode(), capture_output=True)
    docs = [json.loads(line) for line in subprocess.run([INGEST.replace("-ingest", "-normalize"), "--stdio"], input=ingest.stdout, capture_output=True).stdout.splitlines()]
    check("NewsML-G2's article", docs[0]["outlet"] == {"value": "Northern Wire", "basis": "meta"} and docs[0]["byline"] == ["Kim Oster"]
          and docs[0]["text"] == "Tram strike ends\n\nThe strike ended.", docs[0])


for test in (the_wires_formats_say_headline_slug_byline_dateline_urgency_version_embargo_and_agency, what_the_wire_says_reaches_the_article, a_type_that_was_said_is_the_last_word, archives_give_their_members, a_bad_member_is_refused_alone, bombs_are_refused_within_the_ceiling, odd_bytes_get_a_clear_answer):
    test()
print("failed" if failed else "ok")
sys.exit(1 if failed else 0)
