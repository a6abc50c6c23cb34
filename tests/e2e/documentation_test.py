"""What the documents and the helps show works: each command line in them is run as it stands, in a copy of Folio's
folder with runs that were made first. `./runner` is the built runner there, and shortens the training of the shipped
experiments. Options, settings and pieces of experiments that the documents name are held against what there is."""

import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import unittest

from documents import code_spans, fenced_blocks, scripts, variants
from folio import BINARY, RUNNER, SHORT, SOURCE, FolioTest, book_folder, text_of_words

sys.path.insert(0, str(SOURCE / "tests"))
from postgresql_server import Server  # noqa: E402

DOCUMENTS = [SOURCE / name for name in ("README.md", "CONTRIBUTING.md", "experiments/README.md")]
DOCUMENTS += sorted((SOURCE / "docs").glob("*.md"))

# Not run, and why. A pattern that nothing matches is an error, as in the tables below.
LEFT_OUT = {
    r"\./tests/run.*": "runs all tests, this one too",
    r"rm -rf build \.deps": "undoes the set-up, which setup_test.py tests",
    r"cmake --preset .*|bench/build.*": "sets a build up, or builds for minutes",
    r"tests/fuzz/run .*": "takes minutes for each target; the sanitized tests run each for ten seconds",
    r"tests/faults/run.*": "takes minutes for each fault; ctest runs each in a short form",
    r"tests/tidy .*": "brings clang-tidy, and takes a minute for some files",
    r"tests/format .*": "is a test of its own, and would change the sources",
    r"FOLIO_TEST_SERVE_REQUESTS=.*": "takes a minute; ctest runs the same with fewer requests",
    r"FOLIO_TEST_TEXT_MB=.*": "takes minutes; data_test.py runs the same with less text",
    r"runner (restore|rm|purge) 3fa9.*": "commands_test.py throws runs away and brings them back",
    r"(\./)?runner (mark|rm --force) .*|runner rm --force": "interrupt_test.py does so to a run that cannot say how it ended",
    r"runner import (~/elsewhere|gpt2-output|logs).*": "transfer_test.py imports all of these",
    r"python3 -m pip install duckdb|python3 -c \"import duckdb.*": "real_data_test.py runs it, where pip can bring DuckDB",
    r"createdb folio": "the server that this test starts has that database",
    r"PEERS/.*|bench/training\.py --peer-python .*|tests/reference/unigram_reference.py check": "needs other libraries",
}

BLOCK_LEFT_OUT = "FOLIO=$PWD"  # the plugin guide's that begins so: new_plugin_test.py runs it to the letter

# What the runs stand for whose ids the documents and the helps have.
RUNS = {
    "e4cbdeef": "experiments/smoke.yaml",
    "fec5b954": "experiments/smoke.yaml training.learning_rate=1e-3",
    "e22a1206": "experiments/smoke.yaml tokenizer.vocab_size=512",
    "e70dab32": "experiments/smoke.yaml training.trace=true",
    "212e24bb": "experiments/smoke.yaml training.trace=true training.learning_rate=1e-3",
    "7dab592d": "experiments/smoke-bert.yaml",
    "5a0e6b1c": "experiments/smoke-t5.yaml",  # nowhere, but below
    "3fa9": "experiments/smoke.yaml training.trace=true training.eval_strategy=steps training.eval_steps=1 --name traced",
    "77b1": "experiments/smoke.yaml training.trace=true training.seed=7",
    "b2c1": "experiments/smoke.yaml training.seed=7 training.eval_strategy=steps training.eval_steps=1",
}

# What stands for a placeholder, or makes a command short; applied in this order.
SUBSTITUTIONS = [
    (r"^runner\b", "./runner"),
    (r"^\./runner purge$", "./runner experiments/smoke.yaml && ./runner rm latest && ./runner purge -y"),
    (r"^\./runner export (?!.*--to)", 'cd "$(mktemp -d)" && runner export '),
    (r"^(\./runner) COMMAND --help", r"for command in {each_command}; do \1 $command --help; done"),
    (r"tokenize FILE", "tokenize macbeth.txt"),
    (r"(readelf --notes|strings) FILE", r"\1 build/plugins/folio_model_gpt.so"),
    (r"generate RUN --prompt \"the grey<", 'generate 5a0e6b1c --prompt "the grey<'),
    (r"(hamlet|letter)\.txt", "macbeth.txt"),
    (r"tag 3fa9 --remove", "tag 3fa9 long && ./runner tag 3fa9 --remove"),
    (r"\bFILE\b", "experiments/smoke.yaml"),
    (r"\bRUN\b", "e4cbdeef"),
    (r"\bBOOK\b", "romeo-and-juliet -o init.yaml"),
    (r"(?<=help )WORD\b", "training.learning_rate"),
    (r"init romeo-and-juliet$", "init romeo-and-juliet -o init.yaml"),
    (r"key=value", "training.seed=7"),
    (r"key=a,b", "training.seed=7,8"),
    (r"^\./runner resume (e4cbdeef|latest|3fa9)\b(?! training.max_steps)",
     "./runner experiments/smoke.yaml training.save_strategy=steps training.save_steps=1 training.eval_strategy=steps "
     "training.eval_steps=1 && ./runner resume latest training.max_steps=5"),
    (r"verify latest --steps 100", "verify latest --steps 1"),
    (r"(?<=verify latest --from checkpoint-)40( --steps 20)?", "1"),
    (r"^\./runner verify latest",
     "./runner experiments/smoke.yaml training.save_strategy=steps training.save_steps=1 && ./runner verify latest"),
    (r"^\./runner watch(?= --|$)", "./runner watch latest"),
    (r"diff A\b", "diff e4cbdeef"),
    (r"(?<=diff e4cbdeef )B\b", "fec5b954"),
    (r"TEXT\b", "'O Romeo'"),
    (r"metrics NAME", "metrics train_loss"),
    (r"show NAME", "show gpt"),
    (r"name (\w+) NAME", r"name \1 other"),
    (r"new (\w+) NAME", r"new \1 my_\1"),
    (r"import PATH", "import elsewhere/*"),
    (r"PATH/tokenizer.json", "$PWD/tokenizer.json"),
    (r"export --format", "export e4cbdeef --format"),
    (r"diff --trace$", "diff --trace e70dab32 212e24bb"),
    (r"(generate|-t) FOLDER", r"\1 downloads/distilgpt2"),
    (r"tests/reference/book_bodies.py FOLDER", "python3 tests/reference/book_bodies.py $FOLIO_DATA"),
    (r"plugins trust$", "plugins trust --list"),
    (r"plugins trust (PATH|~/mymodel/plugins)", "plugins trust build/tests/fixtures/plugins/lines"),
    (r"plugins show lines", "--plugin-path build/tests/fixtures/plugins/lines plugins show lines"),
    (r"postgresql://ann@db.example.org/folio", "{store}"),
    (r"reindex --forget node7:/data/results", "reindex --store {store} --forget {host}:{gone}"),
    (r"^\./runner((?: --store \S+)?) serve(?: --open)?(?: --port 0)?( --json)?$",
     r"timeout --preserve-status -s INT 2 ./runner\1 serve --port 0\2 || [[ $? == 130 ]]"),
    (r"dataset.split.size=126", "dataset.split.size=126 dataset.validation=0.005"),  # four books to evaluate on
    (r"bench/listing.py", "bench/listing.py --runs 50"),
    (r"bench/serve.py", "bench/serve.py --runs 60 --points 2000 --rounds 1 --requests 100 --pairs 0"),
    (r"bench/memory.py", "bench/memory.py --precision float32 experiments/smoke.yaml"),
    (r"insert \d+", "insert 2000"),
    (r"(?<=report )results/runs/", "$FOLIO_RESULTS/runs/"),
    (r"^(.* --list-tests)$", r'[[ $(\1) == *"test cases"* ]]'),  # Catch2 ends with their number
    (r"ninja -C", "ninja -n -C"),
    (r"ctest --test-dir", "ctest -N --test-dir"),
]

EXIT_CODES = {"runner check experiments/wrong.yaml training.sead=3": 3}

# As ./runner, which would set the machine up first. A word that is an experiment of Folio's, and no command's, trains.
STAND_IN = """\
#!/bin/bash
for word; do [[ $word == -* ]] || break; done
if [[ $word == experiments/*.yaml ]]; then
  given=" $* "
  for setting in {short}; do
    [[ $given == *" ${{setting%%=*}}="* ]] || set -- "$@" "$setting"
  done
fi
exec {runner} "$@"
"""

# experiments/wrong.yaml, of which docs/experiment-format.md shows all that is wrong.
WRONG = """\
dataset:
  type: textbooks
  books: macbeth
  split: {by: words}
model:
  type: gpt
  hiden_size: 384
  num_hidden_layers: 010
  learning_rate: 1e-4
training:
  seed: "5"
"""

# What the experiments in the documents read, beside the experiment.
WORDS = text_of_words().encode()
LINE = json.dumps({"title": "Ships", "meta": {"body": text_of_words()}}).encode()
FILES = {
    "texts/essay.txt": WORDS, "letters/first.txt": WORDS, "drafts/first.txt": WORDS,
    "wiki.jsonl": LINE,
    "news/today.jsonl.zst": LINE,  # what it holds decides, not its name
    "fineweb/fineweb_train_000001.bin": bytes(4000), "fineweb/fineweb_val_000000.bin": bytes(2000),
}


class DocumentationTest(FolioTest):
    @classmethod
    def setUpClass(cls):
        cls.books = book_folder()

    def setUp(self):
        super().setUp()
        self.home = self.folder / "folio"
        self.environment.update(FOLIO_DATA=str(self.books), FOLIO_BOOKS_URL="http://127.0.0.1:1",
                                HOME=str(self.folder), TMPDIR=str(self.folder),
                                PATH=f"{self.home}:{os.environ['PATH']}")
        self.commands = sorted(re.findall(r"^  (\w+)  ", self.runner("--help").stdout.split("Subcommands:")[1], re.M))
        self.assertGreaterEqual(len(self.commands), 26)

    def texts(self):
        self.assertGreaterEqual(len(DOCUMENTS), 12)
        return {str(path.relative_to(SOURCE)): path.read_text() for path in DOCUMENTS}

    # ---- Command lines

    def test_every_command_line_runs(self):
        self.copy_folder()
        self.make_runs()
        self.start_server()
        done, used = set(), set()
        for name, text in self.texts().items():
            for script in scripts(text, self.commands):
                with self.subTest(document=name, line=script.line):
                    self.run_script(script.commands, done, used)
        self.assertGreater(len(done), 100)
        for command in self.commands:
            examples = self.runner(command, "--help").stdout.partition("Example")[2]
            for line in re.findall(r"^  ((?:cat \S+ \| )?runner \S.*?)(?: {2,}.*)?$", examples, re.M):
                with self.subTest(help=command, example=line):
                    self.run_script([line], done, used)
        self.assertGreater(len(done), 150)
        tables = {BLOCK_LEFT_OUT, *LEFT_OUT, *(pattern for pattern, _ in SUBSTITUTIONS), *EXIT_CODES, *RUNS}
        self.assertEqual(tables - used, {"7dab592d"}, "nothing in the documents needs these any more")

    def copy_folder(self):
        self.home.mkdir()
        for path in SOURCE.iterdir():
            if path.name in ("bench", "docs", "experiments"):  # what is written into, or looks for its own folder
                shutil.copytree(path, self.home / path.name)
            elif path.name not in ("build", "results", "runner", "tests"):
                (self.home / path.name).symlink_to(path)
        (self.home / "tests").mkdir()
        for path in (SOURCE / "tests").iterdir():
            if path.name != "run":  # which would run this test too
                (self.home / "tests" / path.name).symlink_to(path)
        (self.home / "build").symlink_to(BINARY)
        (self.home / "runner").write_text(STAND_IN.format(
            runner=RUNNER, short=" ".join(f"{key}={value}" for key, value in {**SHORT, "training.logging_steps": 1}.items())))
        (self.home / "runner").chmod(0o755)
        (self.home / "experiments/wrong.yaml").write_text(WRONG)
        for book in self.books.glob("*.txt"):
            (self.home / book.name).symlink_to(book)

    def make_runs(self):
        self.ids = {}
        for shown, experiment in RUNS.items():
            self.ids[shown] = json.loads(self.shell(f"./runner {experiment} --json"))["id"]
        bert = self.results / "runs" / self.ids["7dab592d"]
        (self.home / "tokenizer.json").symlink_to(bert / "model/tokenizer.json")
        (self.home / "downloads").mkdir()
        (self.home / "downloads/distilgpt2").symlink_to(self.results / "runs" / self.ids["e4cbdeef"] / "model")
        self.shell("./runner experiments/smoke.yaml --results there && mv there/runs elsewhere")

    def start_server(self):
        server = Server()
        self.addCleanup(server.remove)
        server.start()
        server.sql("CREATE DATABASE folio")
        store, gone = server.address + "folio", self.folder / "gone"
        self.shell(f"./runner experiments/smoke.yaml --store {store} --results {gone} && rm -r {gone}")
        self.places = {"store": store, "gone": gone, "host": socket.gethostname(),
                       "each_command": " ".join(self.commands)}

    def run_script(self, commands, done, used):
        """Runs each form of these command lines that is not `done` yet; notes which entries of the tables it `used`."""
        commands = [re.sub(r"\s+# .*", "", command) for command in commands]
        if commands[0] == BLOCK_LEFT_OUT:
            used.add(BLOCK_LEFT_OUT)
            return
        for pattern in LEFT_OUT:
            kept = [command for command in commands if not re.fullmatch(pattern, command)]
            if len(kept) < len(commands):
                used.add(pattern)
            commands = kept
        for lines in itertools.product(*map(variants, commands)) if commands else []:
            text = "\n".join(self.substituted(line, used) for line in lines)
            if text in done:
                continue
            done.add(text)
            code = EXIT_CODES.get(lines[0], 0)
            used.update(set(lines) & set(EXIT_CODES))
            self.shell(text, code)

    def substituted(self, command, used):
        if lone := re.fullmatch(r"(?:\./)?runner ([a-z]+(?: show)?)", command):
            # Where it needs more, it is only spoken of.
            usage = self.runner(*lone[1].split(), "--help").stdout.partition("[OPTIONS]")[2].partition("\n")[0]
            if re.sub(r"\[.*?\]", "", usage).strip():
                return f"./runner {lone[1]} --help"
        for pattern, replacement in SUBSTITUTIONS:
            command, count = re.subn(pattern, replacement, command)
            if count:
                used.add(pattern)
        for name, place in self.places.items():
            command = command.replace("{" + name + "}", str(place))
        for shown, real in self.ids.items():
            if shown in command:
                used.add(shown)
                command = command.replace(shown, real)
        return command

    def shell(self, text, code=0):
        process = subprocess.Popen(["bash", "-e", "-u", "-o", "pipefail", "-c", text], cwd=self.home, text=True,
                                   env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, start_new_session=True)
        try:
            out, errors = process.communicate(timeout=300)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # what it started too
            out, errors = process.communicate()
        self.assertEqual(process.returncode, code, f"{text}\n{out}\n{errors}")
        return out

    # ---- Options and settings that are only named

    def test_every_option_that_is_named_is_there(self):
        known = {"-fopenmp"}
        for command in ([], ["plugins", "show"], ["plugins", "trust"], *([command] for command in self.commands)):
            known.update(re.findall(r"(?<![\w-])--?[a-z][\w-]*", self.runner(*command, "--help").stdout))
        for path in (SOURCE / "bench").iterdir():
            known.update(re.findall(r"(?<![\w-])--?[a-z][\w-]*", path.read_text()))
        named = 0
        for name, text in self.texts().items():
            for line, _, _, content in code_spans(text):
                if re.match(r"--?[a-z]", content):
                    with self.subTest(document=name, line=line, option=content):
                        self.assertEqual(set(re.findall(r"(?<!\S)--?[a-z][\w-]*", content)) - known, set())
                    named += 1
        self.assertGreater(named, 20)

    def test_every_setting_that_is_named_is_there(self):
        framework = json.loads((BINARY / "bin/framework.json").read_text())
        known = {f"{section}.{option['name']}" for section, options in framework.items() for option in options}
        for plugin in self.json("plugins")["plugins"]:
            known.update(f"{plugin['kind']}.{option['name']}" for option in plugin["options"])
        known.update(f"{kind}.type" for kind in ("dataset", "tokenizer", "model"))
        known.update({key.rpartition(".")[0] for key in known if key.count(".") == 2})  # dataset.split of split.size
        pattern = r"(?<![\w./-])(?:dataset|tokenizer|model|training)\.(?!json|safetensors|h\b)[a-z][\w.]*"
        named = 0
        for name, text in self.texts().items():
            for line, _, _, content in code_spans(text):
                for setting in re.findall(pattern, content):
                    with self.subTest(document=name, line=line, setting=setting):
                        self.assertTrue(setting in known, setting)
                    named += 1
        self.assertGreater(named, 25)

    # ---- Tables of options, and pieces of experiments

    def test_every_table_of_options_has_those_of_the_plugin(self):
        plugins = {plugin["id"]: plugin for plugin in self.json("plugins")["plugins"]}
        pattern = r"^## (\w+)$(?:(?!^## ).)*?^\| option \| default \|.*?\n\|[-|]+\n(.*?)(?=^[^|]|^$)"
        found = set()
        for name, text in self.texts().items():
            for heading, table in re.findall(pattern, text, re.M | re.S):
                with self.subTest(document=name, plugin=heading):
                    options = re.findall(r"^\| `(\w+)`", table, re.M)
                    self.assertEqual(options, [option["name"] for option in plugins[heading]["options"]])
                found.add(heading)
        self.assertGreaterEqual(found, {"textbooks", "jsonl", "tokens", "bpe", "wordpiece", "unigram"})

    def test_every_piece_of_an_experiment_is_taken(self):
        self.copy_folder()
        model = pathlib.Path(json.loads(self.shell("./runner experiments/smoke.yaml --json"))["folder"]) / "model"
        (self.home / "downloads").mkdir()
        (self.home / "downloads/distilgpt2").symlink_to(model)
        experiments = self.home / "experiments"
        for file, content in {**FILES, "gpt2/tokenizer.json": (model / "tokenizer.json").read_bytes()}.items():
            (experiments / file).parent.mkdir(exist_ok=True)
            (experiments / file).write_bytes(content)
        (self.home / "proverbs.txt").write_bytes(WORDS)
        found = 0
        for name, text in self.texts().items():
            for line, language, block in fenced_blocks(text):
                if language != "yaml":
                    continue
                found += 1
                with self.subTest(document=name, line=line):
                    (experiments / "piece.yaml").write_text(self.completed("\n".join(block) + "\n"))
                    self.shell("./runner --plugin-path build/tests/fixtures/plugins/lines check experiments/piece.yaml")
        self.assertGreaterEqual(found, 9)

    @staticmethod
    def completed(piece):
        """With the sections that it lacks, of such plugins as go with what it has."""
        if "extends:" in piece:
            return piece
        model, tokenizer = "gpt", "{type: bpe, vocab_size: 600}"
        if objective := re.search(r"objective: {type: (\w+)", piece):
            model, tokenizer = {"masked": "bert", "span_corruption": "t5"}[objective[1]], "{type: unigram}"
            piece = piece.replace("dataset:\n", "dataset:\n  type: textbooks\n")
        elif "type: tokens" in piece:
            tokenizer = "{type: pretrained, file: gpt2/tokenizer.json}"
        sections = {"dataset": "{type: textbooks}", "model": f"{{type: {model}}}", "tokenizer": tokenizer}
        return piece + "".join(f"{key}: {value}\n" for key, value in sections.items() if f"{key}:\n" not in piece)


if __name__ == "__main__":
    unittest.main()
