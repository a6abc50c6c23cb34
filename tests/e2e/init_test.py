"""`runner init`: from a text to an experiment file that trains, whatever the model."""

import json

from folio import FolioTest, text_of_words


class Init(FolioTest):
    def init(self, *arguments, **options):
        """Few minutes, so that the experiments are small."""
        return self.runner("init", self.folder / "words.txt", "--minutes", "0.05", *arguments, **options)

    def test_the_file_that_is_written_trains_with_every_model(self):
        models = [plugin["id"] for plugin in self.json("plugins")["plugins"] if plugin["kind"] == "model"]
        self.assertGreaterEqual(len(models), 5)
        for model in models:
            with self.subTest(model):
                file = self.folder / f"{model}.yaml"
                said = self.init("--model", model, "-o", file).stdout
                self.assertIn(f"runner {file}", said)
                self.assertRegex(file.read_text(), r"hidden_size: \d+ +# how many numbers represent each token")
                run = self.json(file, "training.num_train_epochs=1", "training.max_steps=2")
                self.assertEqual((run["state"], run["metrics"]["global_step"]), ("finished", 2))

    def test_the_name_is_one_whatever_the_book_is_called(self):
        (self.folder / "latest.txt").write_text(text_of_words())
        file = self.folder / "x.yaml"
        self.runner("init", self.folder / "latest.txt", "--minutes", "0.05", "-o", file)
        self.assertEqual(self.json("check", file)["resolved"]["name"], "run-latest")

    def test_more_time_gives_a_longer_training(self):
        self.init("-o", self.folder / "short.yaml")
        self.runner("init", self.folder / "words.txt", "--minutes", "30", "-o", self.folder / "long.yaml")
        answers = [self.json("check", self.folder / name) for name in ["short.yaml", "long.yaml"]]
        work = [answer["parameters"]["total"] * answer["plan"]["max_steps"] for answer in answers]
        self.assertGreater(work[1], work[0])

    def test_json_lines_become_their_own_data_set(self):
        lines = self.folder / "lines.jsonl"
        lines.write_text("".join(json.dumps({"text": f"{line}\n"}) + "\n" for line in text_of_words().splitlines()))
        file = self.folder / "lines.yaml"
        self.runner("init", lines, "--minutes", "0.05", "-o", file)
        self.assertEqual(self.json("check", file)["resolved"]["dataset"]["type"], "jsonl")
        self.assertEqual(self.json(file, "training.num_train_epochs=1", "training.max_steps=2")["state"], "finished")
        self.assertIn("JSON Lines and some are not", self.init(lines, "-o", self.folder / "x.yaml", code=2).stderr)

    def test_too_little_text_is_refused(self):
        (self.folder / "hi.txt").write_text("hi\n")
        said = self.runner("init", self.folder / "hi.txt", "-o", self.folder / "hi.yaml", code=3).stderr
        self.assertIn("only 3 B of text", said)
        self.assertFalse((self.folder / "hi.yaml").exists())
        said = self.runner("init", self.folder / "words.txt", "--minutes", "0", code=2).stderr
        self.assertIn("expected a number above 0, got '0'", said)

    def test_a_file_that_is_there_stays_unless_forced(self):
        file = self.experiment("name: mine\n")
        self.assertIn("already exists", self.init("-o", file, code=2).stderr)
        self.assertEqual(file.read_text(), "name: mine\n")
        self.init("-o", file, "--force")
        self.assertIn("type: textbooks", file.read_text())

    def test_what_goes_wrong_leaves_no_file(self):
        file = self.folder / "new.yaml"
        said = self.runner("init", "romeo-and-juliett", "-o", file, code=3).stderr
        self.assertIn("did you mean 'romeo-and-juliet'", said)
        self.assertFalse(file.exists())
        self.assertIn("gptt", self.init("--model", "gptt", "-o", file, code=4).stderr)
        self.assertFalse(file.exists())
