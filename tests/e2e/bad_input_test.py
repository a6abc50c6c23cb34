"""Every bad input ends in a clear error with the exit code of its kind, and nothing is lost or left behind."""

import os
import subprocess
import unittest

from folio import TINY, FolioTest


class BadExperiments(FolioTest):
    def expect(self, code, *parts, arguments=(), text=None, environment=None):
        done = self.runner(self.experiment(text), *arguments, code=code, environment=environment)
        for part in parts:
            self.assertIn(part, done.stderr)
        return done

    def test_unknown_keys_are_all_reported_at_once_with_the_nearest_name(self):
        text = TINY.format(book="macbeth").replace("hidden_size: 32", "hiden_size: 32")
        text = text.replace("logging_steps", "loging_steps")
        self.expect(3, "tiny.yaml:8:", "hiden_size", "hidden_size", "loging_steps", "logging_steps", text=text)
        self.assertFalse(self.run_folders())

    def test_an_unknown_plugin_is_named_with_the_nearest_and_the_folders_searched(self):
        done = self.expect(3, "gtp", "gpt", arguments=["model.type=gtp"])
        self.assertIn("plugins", done.stderr)

    def test_a_missing_file_is_a_usage_or_experiment_error(self):
        done = self.runner(self.folder / "none.yaml", code=3)
        self.assertIn("none.yaml", done.stderr)

    def test_broken_yaml_names_line_and_column(self):
        self.expect(3, "tiny.yaml:2:", text="name: x\n\tdataset: y\n")
        self.expect(3, "tiny.yaml:", text="name: [unclosed\n")

    def test_a_batch_larger_than_the_data_is_made_smaller_with_a_warning(self):
        for drop_last in "false", "true":
            self.expect(0, "warning: training.per_device_train_batch_size is 100000",
                        arguments=["training.per_device_train_batch_size=100000",
                                   f"training.dataloader_drop_last={drop_last}", "training.max_steps=2"])
        for run in self.run_folders():
            facts = next(event for event in self.events(run) if event["type"] == "facts")["values"]
            self.assertEqual(facts["batch_size"], facts["samples"])

    def test_what_cannot_begin_leaves_no_run(self):
        for part, *arguments in (
                ("training.eval_strategy is 'steps'", "training.eval_strategy=steps", "dataset.validation=0"),
                ("training.eval_strategy is 'epoch'", "training.eval_strategy=epoch", "dataset.validation=0"),
                ("training.eval_on_start is true", "training.eval_on_start=true", "dataset.validation=0"),
                ("training.eval_each_document is true", "training.eval_each_document=true", "dataset.validation=0"),
                ("training.load_best_model_at_end", "training.load_best_model_at_end=true"),
                ("training.early_stopping_patience", "training.early_stopping_patience=2"),
                ("training.lr_scheduler_kwargs.power", "training.lr_scheduler_kwargs.power=2"),
                ("training.warmup_ratio", "training.warmup_ratio=0.1", "training.warmup_steps=5"),
                ("dataset.shuffle is false", "training.train_sampling_strategy=group_by_length", "dataset.shuffle=false"),
                ("num_attention_heads", "model.num_attention_heads=5"),
                ("max_position_embeddings", "dataset.split.size=100"),
                ("did you mean 'macbeth'?", "dataset.books=[macbet]"),
                ("no-such-book", "dataset.books=[./no-such-book.txt]")):
            with self.subTest(arguments=arguments):
                self.expect(3, part, arguments=arguments)
        self.assertFalse(self.run_folders())

    def test_at_most_so_many_samples_are_evaluated(self):
        result = self.json("run", self.experiment(), "training.max_steps=2", "training.max_eval_samples=3")
        self.assertEqual(result["metrics"]["eval_samples"], 3)
        facts = next(event for event in self.events(self.run_folders()[0]) if event["type"] == "facts")["values"]
        self.assertEqual(facts["eval_samples"], 3)

    def test_a_vocabulary_smaller_than_the_alphabet(self):
        self.expect(3, "vocab_size", "257", arguments=["tokenizer.vocab_size=100"])

    def test_heads_that_do_not_divide_the_width(self):
        self.expect(3, "hidden_size", "num_attention_heads", arguments=["model.num_attention_heads=5"])

    def test_a_sample_longer_than_the_positions(self):
        self.expect(3, "max_position_embeddings", arguments=["dataset.split.size=100"])

    def test_a_sample_longer_than_the_text(self):
        self.expect(3, "split.size", arguments=["dataset.split.size=1000000",
                                                "model.max_position_embeddings=1000000"])

    def test_a_book_that_does_not_exist(self):
        self.expect(3, "no-such-book", arguments=["dataset.books=[./no-such-book.txt]"])

    def test_an_empty_book(self):
        (self.folder / "empty.txt").write_text("")
        self.expect(1, "empty.txt", arguments=[f"dataset.books=[{self.folder}/empty.txt]"])

    def test_invalid_utf8_names_file_and_offset(self):
        (self.folder / "bad.txt").write_bytes(b"good text " * 10 + b"\xff\xfe and more")
        self.expect(1, "bad.txt", "100", arguments=[f"dataset.books=[{self.folder}/bad.txt]"])

    def test_a_loss_that_becomes_nan(self):
        self.expect(1, "the loss became", arguments=["training.learning_rate=1e30", "training.max_grad_norm=0"])
        shown = self.json("show", "latest")
        self.assertEqual(shown["state"], "failed")

    def test_cuda_where_there_is_none(self):
        if os.path.exists("/dev/nvidia0"):
            self.skipTest("there is a CUDA device here")
        self.expect(3, "training.device", arguments=["training.device=cuda"])


class BadPlaces(FolioTest):
    def test_a_results_folder_that_cannot_be_written(self):
        (self.folder / "file").write_text("not a folder")
        done = self.runner("--results", self.folder / "file" / "results", self.experiment(), code=5)
        self.assertIn("file", done.stderr)

    @unittest.skipIf(os.geteuid() != 0, "mounting a small disk needs root")
    def test_a_full_disk_ends_the_run_with_its_reason_and_keeps_what_was_logged(self):
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", self.results],
                                 capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("no tmpfs can be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.results])
        done = self.runner(self.experiment(), "training.max_steps=200", "model.hidden_size=256", code=1)
        self.assertIn("No space left on device", done.stderr)
        folder = self.run_folders()[0]
        points = [e for e in self.events(folder) if e["type"] == "points"]
        self.assertGreater(len(points), 10)
        self.assertFalse(any(p.name.startswith("model.safetensors") for p in (folder / "model").glob("*")))


class BadCommands(FolioTest):
    def test_an_unknown_command_names_the_nearest(self):
        self.assertIn("did you mean 'show'", self.runner("shwo", code=2).stderr)

    def test_an_unknown_run_is_a_usage_error(self):
        self.assertIn("nothing-like-it", self.runner("show", "nothing-like-it", code=2).stderr)

    def test_no_name_makes_a_line_of_a_message(self):
        odd = "z\nerror: FAKE"
        (self.folder / f"{odd}.txt").write_text("text")
        globs = self.experiment(TINY.format(book=self.folder / "*.txt"), "globs.yaml")
        for command, environment, code in [
                ([odd], {}, 2), (["show", odd], {}, 2), (["run", odd + ".yaml"], {}, 2), (["--results", odd, "ls"], {}, 2),
                (["check", self.experiment(), f"{odd}=3"], {}, 2), (["ls"], {"FOLIO_RESULTS": odd}, 2),
                (["check", globs], {}, 3), (["import", self.folder / odd], {}, 2), (["ls", "--" + odd], {}, 2)]:
            with self.subTest(command=command):
                done = self.runner(*command, code=code, environment=environment)
                for line in (done.stdout + done.stderr).splitlines():
                    self.assertFalse(line.startswith("error: FAKE"), done.stderr)

    def test_what_is_no_file_where_the_store_should_be_is_told_in_plain_words(self):
        self.runner(self.experiment())
        store = self.results / "store.sqlite"
        store.unlink()
        store.symlink_to("/nowhere/store.sqlite")
        self.assertIn("is a symbolic link to /nowhere/store.sqlite, which does not exist", self.runner("ls").stderr)
        store.unlink()
        os.mkfifo(store)
        self.assertIn("is a pipe, expected a file", self.runner("ls").stderr)

    def test_a_damaged_store_is_a_store_error(self):
        self.runner(self.experiment())
        for file in self.results.glob("store.sqlite*"):
            file.write_bytes(b"this is no database" * 100)
        self.assertIn("store.sqlite", self.runner("ls", code=5).stderr)

    def test_a_store_from_a_newer_version_is_refused(self):
        self.runner(self.experiment())
        import sqlite3
        connection = sqlite3.connect(self.results / "store.sqlite")
        connection.execute("PRAGMA user_version = 9999")
        connection.commit()
        connection.close()
        self.assertIn("9999", self.runner("ls", code=5).stderr)
