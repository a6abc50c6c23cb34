"""What reaches a terminal, a pipe and files: text from outside is shown and never obeyed, tables fit, names are names,
and no password is told."""

import csv
import fcntl
import io
import json
import os
import pty
import re
import struct
import subprocess
import termios
import unicodedata

from folio import RUNNER, SOURCE, FolioTest

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
NASTY = "a\x1b[2Jb\x1b]0;t\x07\r\x9b1mc\u202ed\u2066e\u200bf\x7f|g"


def width(line):
    return sum(0 if unicodedata.category(c) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


class Terminal(FolioTest):
    def on_terminal(self, *arguments, columns=80, code=0, environment=None, typed=""):
        """What the runner shows on a terminal of this width, in which this is typed."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        settings = {**self.environment, "TERM": "xterm", **(environment or {})}
        settings.pop("COLUMNS", None) if "COLUMNS" not in (environment or {}) else None
        process = subprocess.Popen([RUNNER, *map(str, arguments)], stdin=slave if typed else subprocess.DEVNULL,
                                   stdout=slave, stderr=slave, env=settings)
        os.write(master, typed.encode())
        os.close(slave)
        shown = b""
        while True:
            try:
                some = os.read(master, 65536)
            except OSError:  # its end
                break
            if not some:
                break
            shown += some
        os.close(master)
        self.assertEqual(process.wait(), code, shown)
        return shown.decode().replace("\r\n", "\n")

    def test_a_conversation_has_commands(self):
        self.runner(self.experiment())
        shown = COLOUR.sub("", self.on_terminal(
            "generate", "latest", "-i", "--max-new-tokens", "8",
            typed="/help\n/temperatur 1\n/temperature 500\n/temperature 0\nthe grey\nthe grey\n//x\n/quit\n"))
        self.assertIn("Type a prompt and press Enter. /max-new-tokens, /temperature, /top-k, /top-p and /seed change how the "
                      "model chooses, and /help explains them. Ctrl-C ends an answer; /quit or Ctrl-D quits.", " ".join(shown.split()))
        for wanted in ("/top-p N", "how much chance to allow", "/max-new-tokens 8  /temperature 0.8  /top-k 50",
                       "there is no command '/temperatur'; did you mean 'temperature'?",
                       "/temperature 500: expected a number from 0 to 100", "/max-new-tokens 8  /temperature 0  "):
            self.assertIn(wanted, shown)
        usual = self.json("generate", "latest", "--max-new-tokens", "8", "--temperature", "0", "-p", "the grey")["text"]
        self.assertEqual(shown.count(usual.strip()), 2)
        # From a pipe each line is a prompt.
        piped = self.runner("generate", "latest", "-i", "--json", "--max-new-tokens", "2", input="/help\n//x\n").stdout
        self.assertEqual([json.loads(line)["prompt"] for line in piped.splitlines()], ["/help", "//x"])

    def test_the_newest_sample_stands_below_the_bar(self):
        shown = self.on_terminal(self.experiment(), "training.sample_every=5", "training.max_steps=40", columns=60)
        below = re.findall(r"\n\rstep (\d+) writes: ([^\n\r]*)\x1b\[A", shown)
        self.assertTrue(below)
        for step, text in below:
            self.assertLess(width(f"step {step} writes: {text}"), 60)
        # Each of them stays to be read, once, when another takes its place or the run has ended. The last step has its own below the result.
        self.assertEqual(re.findall(r"(?:\x1b\[J|\n)step (\d+) writes: [^\n]+(?=\n)", shown), [str(step) for step in range(5, 40, 5)])
        self.assertNotIn(" writes: ", self.on_terminal(self.experiment(), "training.max_steps=5"))

    def imported(self, name="romeo", **more):
        file = self.folder / f"{len(list(self.folder.glob('*.json')))}.json"
        file.write_text(json.dumps({"name": name, "metrics": {"train_loss": 2.5, "eval_loss": 2.25, "train_runtime": 3},
                                    "points": {"loss": [[1, 3.0], [2, 2.5]]}, **more}))
        return self.json("import", file)["runs"][0]

    def assert_safe(self, shown):
        plain = COLOUR.sub("", shown).replace("\n", "").replace("\t", "")
        self.assertIsNone(HIDDEN.search(plain), repr(plain))
        self.assertNotIn("\x1b", plain)

    def test_nothing_from_outside_is_obeyed(self):
        for _ in range(2):
            run = self.imported(NASTY, note=NASTY, tags=[NASTY, "good"], settings={"model": {"type": NASTY, NASTY: NASTY}},
                                metrics={"train_loss": 2.0, NASTY: 3})
        commands = [["ls"], ["show", "latest"], ["compare"], ["diff"], ["ls", "--where", NASTY], ["show", NASTY], [NASTY],
                    ["compare", "--sort-by", NASTY], ["help", NASTY], ["metrics", NASTY], ["plugins", "show", NASTY],
                    ["tag", "latest", NASTY], ["note", "latest", NASTY], ["name", "latest", NASTY], ["ls", "--" + NASTY],
                    ["check", self.experiment(f"name: x\n{NASTY}: 1\n".replace("\x07", "").replace("\r", ""))],
                    ["import", self.folder / "no\x1b[31m\u202e.json"], ["compare", "--md"], ["diff", "--md"]]
        for command in commands:
            with self.subTest(command):
                for text in (subprocess.run([RUNNER, *command], env=self.environment, capture_output=True).stdout,
                             subprocess.run([RUNNER, *command], env=self.environment, capture_output=True).stderr):
                    self.assertNotIn(b"\x1b", text)
                    self.assert_safe(text.decode())
        for command in (["ls"], ["show", run["id"]], ["compare"], ["diff"]):
            with self.subTest(command):
                shown = self.on_terminal(*command)
                self.assert_safe(shown)
                self.assertIn("\x1b[", self.on_terminal("ls"))  # its own colours

    def test_all_output_goes_through_the_safe_streams(self):
        sources = [path for folder in ("cli", "runs", "experiment", "terminal") for path in (SOURCE / "framework" / folder).rglob("*.cpp")]
        self.assertGreater(len(sources), 100)
        other_way = re.compile(r"fmt::print\((?!\s*std::c)|\bf?puts\(|printf\(|\bfwrite\(|::write\(fd")
        found = {path.name for path in sources if other_way.search(path.read_text())}
        self.assertEqual(found, {"progress_bar.cpp", "live_screen.cpp", "export_file.cpp"})

    def test_json_keeps_the_text_and_shows_it_safely(self):
        run = self.imported(note="a\u202eb\x9bc", metrics={"x": 1})
        text = self.runner("show", run["id"], "--json").stdout
        self.assert_safe(text)
        sample = "\x1b[2J\u202e\x7f"
        file = self.folder / "sample.json"
        file.write_text(json.dumps({"name": "s", "metrics": {"x": 1}, "settings": {"text": sample}}))
        settings = self.json("show", self.json("import", file)["runs"][0]["id"])["settings"]
        self.assertEqual(settings["text"], sample)

    def test_a_table_of_markdown_keeps_its_rows(self):
        self.imported("one", settings={"a": "x|y\nz"})
        self.imported("two", settings={"a": "q"})
        rows = [line for line in self.runner("compare", "--md").stdout.splitlines() if line.startswith("|")]
        self.assertEqual(len(rows), 6)  # the heading, a line, these and the two that come with Folio
        self.assertEqual({len(re.findall(r"(?<!\\)\|", row)) for row in rows}, {len(re.findall(r"(?<!\\)\|", rows[0]))})

    def test_cells_of_csv_begin_no_formula(self):
        formulas = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1"]
        for formula in formulas:
            self.imported("run", settings={"a": formula, "number": -1.5}, metrics={"train_loss": -1.5, formula: 1})
        self.imported("run", settings={"a": "-1.5", "number": 2})
        rows = list(csv.reader(io.StringIO(self.runner("compare", "--csv", "--metrics", "train_loss," + formulas[0]).stdout)))
        cells = [cell for row in rows for cell in row]
        self.assertIn("'=1+1", cells)
        self.assertIn("-1.5", cells)
        for cell in cells:
            self.assertFalse(cell[:1] in ("=", "@", "\t", "\r"), cell)
            if cell[:1] in ("+", "-"):
                float(cell)

    def test_names_are_names_everywhere(self):
        run = self.imported("good")
        other = self.imported("other", metrics={"x": 2})
        experiment = self.experiment()
        for name in ["", "two words", "a/b", "line\nend", "\x1b[31m", "x" * 65, "latest", "baseline", "baseline/gpt", other["id"],
                     other["id"][:4], "romeo.yaml", "baseline-gpt", ".hidden", "-x"]:
            with self.subTest(name):
                self.assertRegex(self.runner("name", run["id"], "--", name, code=2).stderr,
                                 "cannot be named|without control characters")
                if name:
                    self.assertRegex(self.runner(experiment, f"--name={name}", code=2).stderr, "cannot be named|without control characters")
                    self.assertRegex(self.runner("-m", experiment, f"--name={name}", code=2).stderr, "cannot be named|without control characters")
        self.assertEqual(self.run_folders(), sorted(self.results / "runs" / each["id"] for each in (run, other)))
        self.runner("name", run["id"], "better_name-1.0")
        self.assertEqual(self.json("show", "better_name-1.0")["id"], run["id"])
        for name in ["latest", "3fa9b2c1"]:
            text = experiment.read_text().replace("name: tiny", f"name: {name}")
            self.assertIn("expected another name", self.runner("check", self.experiment(text, "x.yaml"), code=3).stderr)

    def test_an_imported_name_is_made_fit_and_kept(self):
        file = self.folder / "weird.json"
        file.write_text(json.dumps({"name": "two\nlines \x1b[31mred", "metrics": {"x": 1}}))
        told = self.runner("import", file)
        self.assertIn("is called 'two-lines-31mred' here", told.stderr)
        run = self.json("show", "two-lines-31mred")
        self.assertEqual(run["imported"]["name"], "two lines \ufffd[31mred")
        self.assertTrue(self.json("import", file)["runs"][0]["unchanged"])
        # A run folder of ours, from a Folio that allowed more.
        away = self.folder / "away"
        self.runner("export", run["id"], "--format", "folder", "--to", away)
        info = json.loads((away / "run.json").read_text())
        (away / "run.json").write_text(json.dumps({**info, "id": "0123abcd", "name": "latest"}))
        self.assertIn("is called 'run-latest' here", self.runner("import", away).stderr)
        self.assertTrue(self.json("import", away)["runs"][0]["unchanged"])
        self.assertEqual(self.json("show", "run-latest")["id"], "0123abcd")
        self.assertEqual(json.loads((self.results / "runs/0123abcd/run.json").read_text())["name"], "latest")

    def test_no_password_is_told_or_kept(self):
        secret = "se7cret"
        store = [f"postgresql://user:pa {secret}@host:port:x", f"postgres:/user:{secret}@host/db", f"postgresql://user:{secret}",
                 f"postgresql://user:{secret}@127.0.0.1:1/folio", f"host=x password={secret}", f"mysql://u:{secret}@h/d"]
        for address in store:
            for how in ({"environment": {"FOLIO_STORE": address}}, {}):
                for command in (["ls"], ["doctor"] if how and address == store[0] else ["ls", "--json"]):
                    with self.subTest((address, command)):
                        words = command if how else ["--store", address, *command]
                        done = subprocess.run([RUNNER, *words], capture_output=True, text=True, timeout=60,
                                              env={**self.environment, **how.get("environment", {})})
                        self.assertNotEqual(done.returncode, 0)
                        self.assertNotIn(secret, done.stdout + done.stderr)
        url = f"https://ann:{secret}@books.example.org/x"
        text = self.experiment().read_text()
        for file, overrides in ((self.experiment(text + f"description: from {url}\n", "a.yaml"), []),
                                (self.experiment(text + f"# {url}\n", "b.yaml"), []),
                                (self.experiment(), [f"description={url}"]),
                                (self.experiment(), [f"training.output={url}"])):
            for command in ("check", "run", "data"):
                done = self.runner(command, file, *overrides, code=3)
                self.assertIn("password", done.stderr)
                self.assertNotIn(secret, done.stdout + done.stderr)
        self.assertEqual(self.run_folders(), [])
        run = self.imported("run", note=f"see {url}", settings={"uri": url, "list": [url]}, tags=[url])
        self.assertNotIn(secret, self.runner("note", run["id"], url, code=2).stderr)
        self.assertNotIn(secret, self.runner("tag", run["id"], url, code=2).stderr)
        self.assertNotIn(secret, self.runner(f"./{url}", code=3).stderr)
        book = self.experiment(text.replace(str(self.folder / "words.txt"), "macbeth"), "book.yaml")
        mirror = {"FOLIO_BOOKS_URL": f"http://ann:{secret}@127.0.0.1:1", "FOLIO_DATA": str(self.folder), "FOLIO_HOME": str(self.folder)}
        for code, more in ((0, []), (1, ["dataset.stand_in=false"])):  # told and recorded as the stand-in's reason; an error
            done = self.runner(book, *more, code=code, environment=mirror)
            self.assertIn("http://ann:***@127.0.0.1:1", done.stderr)
            self.assertNotIn(secret, done.stdout + done.stderr)
        for file in (each for each in self.results.rglob("*") if each.is_file()):
            self.assertNotIn(secret.encode(), file.read_bytes(), file)

    def test_tables_fit_the_terminal(self):
        for i in range(3):
            self.imported(f"a-rather-long-name-of-a-run-{i}", tags=["good", "long", "nightly", "reference"],
                          note="what it was for, in a sentence that goes on for a while",
                          settings={"model": {"type": "gpt", "hidden_size": 64 * (i + 1)}, "text": "羅密歐與朱麗葉" * (i + 1)},
                          metrics={"train_loss": 2.5 + i, "eval_loss": 2.25 + i, "train_runtime": 3, "tokens_per_second": 1000 + i})
        commands = [["ls"], ["compare"], ["show", "latest"], ["diff"], ["plugins"], ["plugins", "show", "gpt"], ["metrics"],
                    ["metrics", "eval_loss"], ["cache"], ["params", "model=gpt"], ["doctor"], ["help", "training.learning_rate"],
                    ["params", "model=gpt", "--vary", "hidden_size=96,192"], ["check", SOURCE / "experiments/smoke.yaml"]]
        for command in commands:
            # A word that is longer than the line, as a path may be, is left whole.
            longest = max((len(word) for word in self.runner(*command).stdout.split()), default=0)
            for columns in (80, 40) if command[0] in ("check", "doctor", "params") else (100, 80, 60, 40):
                with self.subTest((command, columns)):
                    for line in COLOUR.sub("", self.on_terminal(*command, columns=columns)).split("\n"):
                        line = line.rsplit("\r", 1)[-1]
                        if len(line.split()) > 1 or longest <= columns:
                            self.assertLessEqual(width(line), columns, line)
        wide = COLOUR.sub("", self.on_terminal("ls", columns=200))
        self.assertNotIn("No room", wide)
        narrow = COLOUR.sub("", self.on_terminal("ls", columns=60))
        self.assertIn("No room for: ", narrow)
        self.assertIn("…", narrow)
        by_variable = COLOUR.sub("", self.on_terminal("ls", columns=200, environment={"COLUMNS": "60"}))
        self.assertEqual(by_variable, narrow)
        self.assertEqual(self.runner("show", "latest", environment={"COLUMNS": "40"}).stdout, self.runner("show", "latest").stdout)
        for command in (["ls"], ["compare"]):
            piped = self.runner(*command, environment={"COLUMNS": "40"}).stdout
            self.assertNotIn("…", piped)
            self.assertNotIn("No room", piped)

    def test_wide_letters_line_up(self):
        self.imported("one", settings={"a": "羅密歐"}, metrics={"train_loss": 1})
        self.imported("two", settings={"a": "e\u0301te\u0301"}, metrics={"train_loss": 2})
        self.imported("six", settings={"a": "abc"}, metrics={"train_loss": 3})
        # Of these terminals show some in one width and some in another, unless they are stripped of what decides that.
        for emoji in ("❤\ufe0f", "1\ufe0f\u20e3", "👍🏽", "🇩🇪", "👩\u200d👧", "한국", "ทุ"):
            self.imported("emoji", settings={"a": emoji}, tags=[emoji], metrics={"train_loss": 4})
        text = self.runner("compare", "--keep", "a,train_loss").stdout
        self.assertNotRegex(text, "[\ufe0f\U0001f3fd]")
        lines = text.splitlines()[:11]
        self.assertEqual(len({width(line) for line in lines}), 1, lines)

    def test_help_fits_the_terminal(self):
        for command in (["--help"], ["help"], ["ls", "--help"], ["generate", "--help"], ["compare", "--help"]):
            for columns in (120, 80, 60, 40):
                with self.subTest((command, columns)):
                    shown, examples = self.on_terminal(*command, columns=columns).split("\nExample", 1)
                    for line in shown.split("\n"):
                        self.assertLessEqual(width(line), columns, line)
                    if command == ["--help"] and columns >= 80:  # commands to copy are never broken
                        for line in examples.split("\n"):
                            self.assertLessEqual(width(line), columns, line)

    def test_a_terminal_is_coloured_where_it_may_be(self):
        self.imported("one")
        self.imported("two", points={"loss": [[1, 3.0], [2, 2.0]]})
        for command in (["ls"], ["show", "latest"], ["diff"], ["params", "model=gpt"], ["plugins"], ["help", "training.seed"]):
            with self.subTest(command):
                for plain in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
                    self.assertNotIn("\x1b", self.on_terminal(*command, environment=plain))
                self.assertNotIn("\x1b", self.runner(*command).stdout)
        self.assertIn("\x1b[", self.on_terminal("diff", environment={"NO_COLOR": ""}))
        for environment, colour in (({}, "\x1b[36m"), ({"COLORTERM": "truecolor"}, "\x1b[38;5;39m"),
                                    ({"TERM": "xterm-256color"}, "\x1b[38;5;39m")):
            self.assertIn(colour + "A", self.on_terminal("diff", environment={"COLORTERM": "", **environment}))

    def test_every_command_shows_its_own_examples(self):
        listed = self.runner("--help").stdout.split("Subcommands:\n")[1].split("\n\n")[0]
        commands = [[line.split()[0]] for line in listed.splitlines()]
        for command in commands:
            text = self.runner(*command, "--help").stdout
            self.assertIn("Example", text, command)
            self.assertIn(f"runner {' '.join(command)}" if command != ["run"] else "runner experiments", text)
            self.assertEqual(self.runner("help", *command).stdout, text)
            if "Subcommands:\n" in text:
                commands += [[*command, line.split()[0]] for line in text.split("Subcommands:\n")[1].split("\n\n")[0].splitlines()]
        self.assertIn(["plugins", "show"], commands)

    def test_unknown_words_are_told_the_nearest(self):
        for words, nearest in ((["ls", "--were", "x"], "--where"), (["smoke.yaml", "--nam", "x"], "--name"), (["ls", "--resluts", "x"], "--results"),
                               (["--nam", "x.yaml"], "--name"), (["--nam"], "--name"), (["tag", "--remve"], "--remove"), (["plugins", "shwo"], "show"), (["new", "modle", "x"], "model"), (["help", "comprae"], "compare"),
                               (["compare", "--metrcs=x"], "--metrics"), (["completion", "bsh"], "bash")):
            with self.subTest(words):
                self.assertIn(f"did you mean '{nearest}'?", self.runner(*words, code=2).stderr)
                if words[0] not in ("new", "completion"):  # which have no --json
                    self.assertIn("did you mean", self.json(*words, code=2)["error"]["message"])

    def completed(self, *words):
        """What bash offers for the last word."""
        script = self.folder / "completion.bash"
        if not script.exists():
            script.write_text(self.runner("completion", "bash").stdout)
        program = (f'source "{script}"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _folio_runner; '
                   'printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "-c", program, "bash", str(RUNNER), *words], env=self.environment, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.splitlines()

    def test_keys_metrics_and_plugins_are_completed(self):
        trap = self.folder / "trap"
        run = self.imported("run", metrics={"my_metric": 1, f"$(touch {trap})": 1, f"`touch {trap}`": 1})
        keys = self.completed("experiments/smoke.yaml", "training.")
        self.assertIn("training.learning_rate=", keys)
        self.assertEqual([key for key in keys if not key.startswith("training.")], [])
        self.assertIn("model=gpt", self.completed("check", "experiments/smoke.yaml", "model"))
        self.assertIn("model.hidden_size=", self.completed("-m", "x.yaml", "model.hid"))
        self.assertIn("eval_loss", self.completed("compare", "--metrics", ""))
        self.assertIn("train_loss,eval_loss", self.completed("compare", "--metrics", "train_loss,eval_l"))
        self.assertIn("my_metric", self.completed("compare", "--sort-by", "my"))
        self.assertEqual(self.completed("plugins", "show", "gp"), ["gpt"])
        self.assertEqual(self.completed("plugins", "sh"), ["show"])
        self.assertIn("tokens_per_second", self.completed("help", "tokens_per"))
        self.assertIn(run["id"], self.completed("show", run["id"][:3]))
        self.assertIn("--metrics", self.completed("compare", "--m"))
        self.assertIn("compare", self.completed("comp"))
        self.assertFalse(trap.exists())
        fish = self.runner("completion", "fish").stdout
        for words in ("completion --keys", "completion --metrics", "completion --plugins"):
            self.assertIn(words, fish)


