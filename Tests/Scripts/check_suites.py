#!/usr/bin/env python3
"""Every test belongs to a suite with the trait `.ownThreads`: none may block the pool that the others wait for."""
import glob
import re
import sys

SUITE = re.compile(r"^ *@Suite\b(\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))?", re.M)

faults = []
for path in sorted(glob.glob("Tests/**/*.swift", recursive=True)):
    text = open(path, encoding="utf-8").read()
    # Programs of users, which see nothing of ours but the products.
    if path.startswith("Tests/NameTests/"):
        continue
    # The README's examples stand as it shows them.
    if not re.search(r"^ *@Test\b(?! func theReadmes)", text, re.M) and not SUITE.search(text):
        continue
    # What is nested in a suite inherits its traits.
    if re.search(r"^ *extension \w*Tests \{", text, re.M):
        continue
    suites = SUITE.findall(text)
    if not suites:
        faults.append(f"{path}: tests without @Suite(.ownThreads)")
    faults += [f"{path}: @Suite{s} lacks .ownThreads" for s in suites if ".ownThreads" not in s]
print("\n".join(faults), file=sys.stderr, end="\n" if faults else "")
sys.exit(bool(faults))
