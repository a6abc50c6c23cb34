"""Holds the subject of each commit to CONTRIBUTING.md: the area, then what the commit does as an imperative, on a line of at
most 72 characters.

    commits_test.py              checks the commits since FIRST that HEAD has
    commits_test.py --self-test  checks the check
"""

import re
import subprocess
import sys
import unittest
from pathlib import Path

FIRST = "9d79200"  # the last commit before the rule was held by a test
LONGEST = 72
SUBJECT = re.compile(r"[a-z0-9_./*-]+(, [a-z0-9_./*-]+)*: (?P<verb>[A-Za-z]+)\b")
# Not verbs, though a subject may be tempted to begin with them.
OTHER_WORDS = set("a all an any as at each every for from how in it its more no not of on one only our some that the their "
                  "there these they this those to two what when where which who with without".split())
# What looks like another form of a verb and is its imperative.
IMPERATIVES = set("address bring bypass compress discuss embed exceed express feed focus need pass press process proceed "
                  "progress seed speed string stress suppress".split())


def problem_with(subject):
    """What is wrong with a subject; None where nothing is."""
    if len(subject) > LONGEST:
        return f"has {len(subject)} characters, and {LONGEST} are allowed"
    match = SUBJECT.match(subject)
    if not match:
        return "does not begin with an area and a verb ('store: pass over damaged folders')"
    verb = match["verb"].lower()
    if verb in OTHER_WORDS or (verb not in IMPERATIVES and re.search(r"(s|ed|ing)$", verb)):
        return f"'{match['verb']}' is not an imperative"
    return None


def git(*arguments):
    return subprocess.run(["git", "-C", Path(__file__).parent, *arguments], capture_output=True, text=True, check=False)


def main():
    if sys.argv[1:] == ["--self-test"]:
        unittest.main(argv=sys.argv[:1])
    if git("cat-file", "-e", f"{FIRST}^{{commit}}").returncode != 0:
        print(f"SKIPPED: no git history with {FIRST}")
        return
    log = git("log", "--no-merges", "--format=%h %s", f"{FIRST}..HEAD").stdout.splitlines()
    problems = [f"{line}: {problem}" for line in log if (problem := problem_with(line.split(" ", 1)[1]))]
    print(*problems, sep="\n", end="\n" if problems else "")
    print(f"{len(log)} commits, {len(problems)} problems")
    sys.exit(1 if problems else 0)


class CheckTest(unittest.TestCase):
    def test_good_subjects(self):
        for subject in ("store: pass over damaged folders", "nn, train: split what has two purposes",
                        "runs/record: seed names from the system", "x: " + "a" * 69):
            self.assertIsNone(problem_with(subject), subject)

    def test_long_subject(self):
        self.assertIn("73 characters", problem_with("x: " + "a" * 70))

    def test_subject_without_area(self):
        for subject in ("Fix it", "mend the store", "store:mend", ": mend"):
            self.assertIn("area", problem_with(subject), subject)

    def test_other_forms(self):
        for word in ("fixes", "fixed", "fixing", "the", "no"):
            self.assertIn("imperative", problem_with(f"store: {word} it"), word)


if __name__ == "__main__":
    main()
