"""Plugins that do wrong: each is told with its name and exit code 4, as the plugin guide promises. And plugins that
nobody should load: their code does not run."""

import os
import shutil
import unittest

from folio import BINARY, FolioTest

FIXTURES = BINARY / "tests" / "fixtures" / "plugins"
MODEL = "model plugin 'faulty_model'"

# What the model does wrong when it is made, and what is told of it by whatever makes it.
WHEN_MADE = {
    "exit_when_made": f"{MODEL} ended the process: it called exit(0)",
    "abort_when_made": f"{MODEL} crashed (Aborted)",
    "leave_when_made": "the worker exited with 0 before its work was done; only code of a plugin ends it so",
}
# What it does wrong in training, and what the run's error is.
IN_TRAINING = {
    "throw_in_loss": f"{MODEL}: failed in loss(): no more ink",
    "throw_number_in_loss": f"{MODEL}: failed in loss(): it threw something that is not an exception",
    "tensor_error_in_loss": f"{MODEL}: failed in loss(): mat1 and mat2",
    "exit_in_loss": f"{MODEL} ended the process: it called exit(0)",
    "abort_in_loss": f"{MODEL} crashed (Aborted)",
    "leave_in_loss": "the worker exited with 3 before its work was done",
    "wide_head": f"{MODEL}: what logits() gives has the shape [1, 8, 403], expected [1, 8, 400]",
    "narrow_head": f"{MODEL}: what logits() gives has the shape [1, 8, 9], expected [1, 8, 400]",
    "flat_head": f"{MODEL}: what logits() gives has the shape [8, 400], expected [1, 8, 400]",
    "loss_of_each": f"{MODEL}: what loss() gives has the shape [2], expected []",
    "double_loss": f"{MODEL}: what loss() gives is of the type Double, expected float32",
    "config_of_words": f"{MODEL}: what config_json() gives is no JSON object",
    "no_gradient": f"{MODEL}: what loss() gives has no gradient",
}


class FaultyModel(FolioTest):
    def setUp(self):
        super().setUp()
        self.known = ["--plugin-path", FIXTURES / "faulty_model"]
        self.file = self.experiment()

    def test_it_trains_where_it_does_no_wrong(self):
        self.runner(*self.known, self.file, "model=faulty_model", "training.max_steps=3")

    def test_what_it_does_wrong_when_it_is_made_is_told_by_every_command(self):
        for fault, message in WHEN_MADE.items():
            for command in (["check", self.file], ["data", self.file], ["params", self.file], [self.file]):
                if command[0] == "data":
                    continue  # makes no model
                with self.subTest(fault=fault, command=command[0]):
                    done = self.runner(*self.known, *command, "model=faulty_model", f"model.fault={fault}", code=4)
                    self.assertIn(message, done.stderr)

    def test_what_it_does_wrong_in_training_is_the_runs_error(self):
        for fault, message in IN_TRAINING.items():
            with self.subTest(fault=fault):
                done = self.runner(*self.known, self.file, "model=faulty_model", f"model.fault={fault}", "--json", code=4)
                self.assertIn(message, done.stdout)
                self.assertIn("faulty_model", done.stdout)
                shown = self.json("show", "latest")
                self.assertEqual((shown["state"], shown["error"]["kind"]), ("failed", "plugin"))

    def test_an_error_of_its_own_keeps_its_kind_and_gets_the_name(self):
        done = self.runner(*self.known, self.file, "model=faulty_model", "model.fault=throw_error_in_loss", code=1)
        self.assertIn(f"{MODEL}: no more paper", done.stderr)


class DamagedLibrary(FolioTest):
    def test_a_damaged_library_that_the_experiment_names_is_told_with_its_file(self):
        plugins = self.folder / "plugins"
        plugins.mkdir()
        whole = (FIXTURES / "faulty_model" / "fixture_faulty_model.so").read_bytes()
        aarch64 = whole[:18] + b"\xb7\x00" + whole[20:]
        for damaged, reason in ((whole[:9000], "is damaged or cut off"), (b"", "the file is empty"),
                                (aarch64, "is built for another machine: wanted 64-bit x86-64, found 64-bit AArch64"),
                                (b"#!/bin/sh\n", "does not begin like an ELF file")):
            library = plugins / "folio_model_faulty_model.so"
            library.write_bytes(damaged)
            for command in ([], ["check"], ["params"]):
                with self.subTest(reason=reason, command=command):
                    done = self.runner(*command, self.experiment(), "model=faulty_model", code=4)
                    self.assertIn(f"the model plugin 'faulty_model' cannot be used: {library}: ", done.stderr)
                    self.assertIn(reason, done.stderr)


class Untrusted(FolioTest):
    """A library beside the experiment that leaves a mark when its code runs."""

    def setUp(self):
        super().setUp()
        self.plugins = self.folder / "plugins"
        self.plugins.mkdir(mode=0o755)
        self.library = self.plugins / "fixture_good.so"
        shutil.copy(FIXTURES / "good" / "fixture_good.so", self.library)
        self.library.chmod(0o755)
        self.mark = self.folder / "mark"
        self.environment["FOLIO_FIXTURE_MARK"] = str(self.mark)
        self.file = self.experiment()

    def commands(self):
        return (["check", self.file], ["data", self.file], ["params", self.file], ["ls"], ["plugins"],
                ["completion", "--runs"], ["help", "seed"], ["schema"])

    def test_what_the_experiment_does_not_name_does_not_run(self):
        for command in (*self.commands(), [self.file, "training.max_steps=1"]):
            with self.subTest(command=command):
                self.runner(*command)
                self.assertFalse(self.mark.exists())

    def test_what_others_may_write_does_not_run_even_where_it_is_named(self):
        for path, mode in ((self.library, 0o777), (self.library, 0o775), (self.plugins, 0o777), (self.folder, 0o777)):
            before = path.stat().st_mode
            path.chmod(mode)
            for command in (["check", self.file], ["data", self.file], ["params", self.file], [self.file]):
                with self.subTest(path=path.name, command=command):
                    done = self.runner(*command, "dataset={type: good}", code=4)
                    self.assertFalse(self.mark.exists())
                    self.assertIn(f"{path} (mode 0{mode:o}, owner ", done.stderr)
                    self.assertIn(f"runner plugins trust '{self.library}'", done.stderr)
            for command in self.commands():
                self.runner(*command)
                self.assertFalse(self.mark.exists())
            path.chmod(before)

    @unittest.skipUnless(os.geteuid() == 0, "only root gives files away")
    def test_what_belongs_to_somebody_else_does_not_run(self):
        os.chown(self.library, 12345, 12345)
        done = self.runner(self.file, "dataset={type: good}", code=4)
        self.assertIn(f"{self.library} belongs to another user (mode 0755, owner user 12345)", done.stderr)
        self.assertFalse(self.mark.exists())

    def test_a_link_out_of_the_folder_does_not_run(self):
        outside = self.folder / "outside.so"
        self.library.rename(outside)
        self.library.symlink_to(outside)
        done = self.runner("check", self.file, "dataset={type: good}", code=4)
        self.assertIn("it is a symbolic link out of its folder", done.stderr)
        self.assertFalse(self.mark.exists())

    def test_what_is_on_the_list_runs_until_it_changes(self):
        self.library.chmod(0o777)
        trusted = self.runner("plugins", "trust", self.file).stdout
        self.assertFalse(self.mark.exists())
        self.assertIn(str(self.library), trusted)
        # It gets as far as the data set's one document, which is too short for a sample.
        done = self.runner("check", self.file, "dataset={type: good}", code=3)
        self.assertTrue(self.mark.exists())
        self.assertNotIn("trust", done.stderr)

        self.mark.unlink()
        self.library.write_bytes(self.library.read_bytes() + b"changed")
        done = self.runner("check", self.file, "dataset={type: good}", code=4)
        self.assertRegex(done.stderr, r"expected SHA-256 [0-9a-f]{64}, found [0-9a-f]{64}; if the change is yours: runner")
        self.assertFalse(self.mark.exists())
        self.assertIn("changed", self.runner("plugins", "trust", "--list").stdout)
        self.runner("plugins", "trust", "--forget", self.library)
        self.assertIn("others may write", self.runner("check", self.file, "dataset={type: good}", code=4).stderr)

    def test_a_relative_folder_in_the_search_path_is_refused(self):
        done = self.runner("plugins", environment={"FOLIO_PLUGIN_PATH": "plugins"}, code=2)
        self.assertIn("FOLIO_PLUGIN_PATH: 'plugins' is relative", done.stderr)


class Preloaded(FolioTest):
    def test_variables_of_the_loader_are_recorded_and_named_by_diff(self):
        file = self.experiment()
        plain = self.json(file, "training.max_steps=2")["id"]
        given = {"LD_LIBRARY_PATH": "/nowhere/at/all", "GLIBC_TUNABLES": "glibc.malloc.check=0"}
        other = self.json(file, "training.max_steps=2", environment=given)["id"]
        self.assertNotIn("GLIBC_TUNABLES", self.json("show", plain)["environment"]["variables"])  # the runner's own
        self.assertLessEqual(given.items(), self.json("show", other)["environment"]["variables"].items())
        self.assertIn("/nowhere/at/all", self.runner("show", other).stdout)
        said = self.runner("diff", plain, other).stdout
        self.assertIn("LD_LIBRARY_PATH=/nowhere/at/all", said)
        self.assertIn("LD_LIBRARY_PATH not set", said)
