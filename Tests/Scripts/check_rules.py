#!/usr/bin/env python3
"""Comments and names of tests cite only what the repository holds: each rule that they name must be in RULES.md or ARCHITECTURE.md."""
import glob
import re
import sys

SUFFIXES = (".swift", ".py", ".sh", ".c", ".h", "/run", "/fuzz", "/simulate")
# Documents that aren't part of the repository.
ABSENT = re.compile(r"\b(?:DESIGN\b|peers\.md|house\.md|otlp-requirements|swift-style|[Rr]equirements (?:section )?\d)")
# Numbers that are no rules: of other documents, addresses, versions.
OTHERS = re.compile(r"RFC \d+(?:,? (?:section |§ ?)?[\d.]+(?:(?: and|,|;| to) (?=\d)[\d.]+)*)?|(?:\d+\.){3}\d+|(?:gRFC|v) ?\S+|\"[\d.]+\"")
RULE = re.compile(r"(?<![\w./])([1-7]\.\d{1,2}\.\d{1,2})(?![\d.]*\d|/)")
# A whole section stands alone: in parentheses, behind RULES, or as all of a comment.
SECTION = re.compile(r"\(([1-7]\.\d{1,2})\)|// ([1-7]\.\d{1,2})(?=$|[,;:])")
LISTED = re.compile(r"(?:RULES|ARCHITECTURE) ((?:[DP]?\d[\d.]*\d|[DP]?\d)(?:(?:,|;| and| to|, and) (?:[DP]?\d[\d.]*\d|[DP]?\d))*)")
NAMED = re.compile(r"\b([Tt]rap|[Pp]ain|[Aa]cceptance(?: test)?) (\d+)")
COMMENT = re.compile(r"(?:^|\s)//+.*$")
DEFINED = re.compile(r"^(?:- \*\*([^*]+)\*\*|#+ (\d\.\d+)\b)", re.M)


def files():
    found = [f for folder in ("Sources", "Tests", "Benchmarks", "Fixtures") for f in
             glob.glob(folder + "/**/*", recursive=True)]
    return sorted(f for f in found if f.endswith(SUFFIXES) and "/.build" not in f and not f.endswith("check_rules.py"))


def prose(path, line):
    """The part of a line that speaks to the reader."""
    if not path.endswith((".swift", ".c", ".h")):
        return line[line.index("#"):] if "#" in line else ""
    if re.search(r'@(?:Test|Suite)\(|^\s*"', line):
        return line
    comment = COMMENT.search(line)
    return comment.group(0) if comment else ""


def citations(path, line):
    """The rules that a line names."""
    text = OTHERS.sub("", prose(path, line))
    found = set(RULE.findall(text))
    found |= {a or b for a, b in SECTION.findall(text)}
    for listed in LISTED.findall(text):
        found |= set(re.findall(r"[DP]?\d[\d.]*\d|[DP]?\d", listed))
    found |= {f"{name.lower().split()[0]} {number}" for name, number in NAMED.findall(text)}
    return found


def main():
    rules = "".join(open(name, encoding="utf-8").read() for name in ("RULES.md", "ARCHITECTURE.md"))
    defined = {a or b for a, b in DEFINED.findall(rules)}
    faults = []
    for path in files():
        for number, line in enumerate(open(path, encoding="utf-8", errors="replace"), 1):
            line = line.rstrip("\n")
            if absent := ABSENT.search(prose(path, line)):
                faults.append(f"{path}:{number}: '{absent.group(0)}' is no document of the repository: cite RULES.md")
            faults += [f"{path}:{number}: no rule '{rule}' in RULES.md or ARCHITECTURE.md" for rule in sorted(citations(path, line) - defined)]
    print("\n".join(faults), file=sys.stderr, end="\n" if faults else "")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
