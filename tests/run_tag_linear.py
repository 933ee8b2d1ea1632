#!/usr/bin/python3
"""run_tag_linear - hostile texts cost the tagger at most four times the instructions a byte that articles cost, by valgrind."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

SIZE = 1 << 15
MOST = 4  # times what a byte of an article costs
ARTICLE = "tests/data/quotes/open.txt"
HOSTILE = {
    "no spaces": "abcdefghij", "all capitals": "THE BERG OF ANNA NEVER ", "capitals without spaces": "AbcDefGhi", "digits": "1234567890",
    "numbers": "12 ", "quote marks": '"', "marks that only open": "“", "marks in low and high": "„“", "single marks": "'", "marks that open single": "'a ",
    "a word in marks": '"A ', "a clause in marks": '"A b c d," ', "verbs": "said ", "sources": "according to ", "speakers": '"A b," he said. ',
    "pronouns": 'He said that she said ', "roles": "The envoy, the aide, said ", "quoted as": "quoted as saying ", "months": "May 5, ", "units": "a day a year ",
    "fractions": "one in five out of ", "dashes": "Aa-", "letters": "A-", "countries": "US ",
    "short names": "Abc ", "colons": "saying:\n\n", "lines": "\n", "paragraphs of one mark": "“A\n",
}


def instructions(program, text, folder):
    line = json.dumps({"key": "k", "text": text, "lang": {"value": "en", "basis": "text"}}) + "\n"
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, "--stdio", "--state", folder]
    done = subprocess.run(command, input=line.encode(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit("run_tag_linear: " + done.stderr.decode()[-1000:])
    return int(re.search(r"refs:\s+([\d,]+)", done.stderr.decode()).group(1).replace(",", ""))


def main():
    program = os.path.join(sys.argv[1], "wiredesk-tag")
    if b"__asan_init" in open(program, "rb").read():
        print("run_tag_linear: skipped, valgrind cannot run a program under AddressSanitizer")
        return 77
    if shutil.which("valgrind") is None:
        print("run_tag_linear: skipped, valgrind is not installed")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        article = re.sub(r"\{[^|]*\|([^}]*)\}", r"\1", open(ARTICLE, encoding="utf-8").read())
        text = (article * (SIZE // len(article) + 1))[:SIZE]
        start = instructions(program, "A.", folder)
        normal = (instructions(program, text, folder) - start) / len(text.encode())
        print(f"an article: {normal:.0f} instructions a byte")
        worst = []
        for name, part in HOSTILE.items():
            text = part * (SIZE // len(part.encode()))
            cost = (instructions(program, text, folder) - start) / len(text.encode())
            print(f"{name}: {cost:.0f} a byte, {cost / normal:.2f} of an article's")
            if cost > MOST * normal:
                worst.append(name)
        if worst:
            sys.exit("run_tag_linear: costs too much: " + ", ".join(worst))


sys.exit(main())
