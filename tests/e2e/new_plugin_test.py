"""A plugin of one's own: what `runner new` writes builds outside the repository, is found, trained and compared."""

import pathlib
import re
import shutil
import subprocess

from folio import BINARY, RUNNER, SOURCE, FolioTest

BUILD_TIMEOUT = 300


class NewPlugin(FolioTest):
    def setUp(self):
        super().setUp()
        # Folio's folder as the guide has it: the runner and build/ in it.
        self.home = self.folder / "folio"
        self.home.mkdir()
        (self.home / "runner").symlink_to(RUNNER)
        (self.home / "build").symlink_to(BINARY)
        self.environment["FOLIO_HOME"] = str(self.home)
        if ccache := shutil.which("ccache"):
            self.environment["CMAKE_CXX_COMPILER_LAUNCHER"] = ccache
            self.environment.setdefault("CCACHE_DIR", str(pathlib.Path.home() / ".cache" / "ccache"))

    def shell(self, commands, folder):
        """As a person types them, each having to succeed."""
        done = subprocess.run(["bash", "-e", "-c", commands], cwd=folder, capture_output=True, text=True,
                              env=self.environment, stdin=subprocess.DEVNULL, timeout=BUILD_TIMEOUT)
        self.assertEqual(done.returncode, 0, f"{commands}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def test_the_guide_to_the_letter(self):
        guide = (SOURCE / "docs" / "plugin-guide.md").read_text()
        commands = re.search(r"```sh\n(FOLIO=.*?)```", guide, re.DOTALL).group(1)
        commands = commands.replace("~/", f"{self.folder}/own/")  # for nobody's home
        out = self.shell(commands, self.home)
        self.assertIn("100% tests passed", out)
        self.assertIn("mymodel 0.1, a model", out)
        self.assertIn("objective: causal", out)
        self.assertIn("training.seed", out)  # what diff says the two differ in
        self.assertIn("mymodel, trained with the objective 'causal'", out)
        runs = [run for run in self.json("ls")["runs"] if run["name"] == "mymodel"]
        self.assertEqual([run["state"] for run in runs], ["finished", "finished"])
        self.assertNotEqual(runs[0]["metrics"]["train_loss"], runs[1]["metrics"]["train_loss"])
        for name in ["CMakeLists.txt", "README.md", "mymodel.cpp", "mymodel_test.cpp"]:
            text = (self.folder / "own" / "mymodel" / name).read_text()
            self.assertNotRegex(text, "new_model|NewModel|@FOLIO", name)

    def test_a_tokenizer_and_a_dataset_from_the_readme_that_is_written(self):
        for kind in ["tokenizer", "dataset"]:
            folder = self.folder / f"my_{kind}"
            self.runner("new", kind, f"my_{kind}", "--folder", folder)
            readme = (folder / "README.md").read_text()
            commands = re.findall(r"^    (\S.*)$", readme, re.MULTILINE)
            self.assertEqual(len(commands), 7, readme)
            out = self.shell("\n".join(commands), folder)
            self.assertIn("100% tests passed", out)
            self.assertIn(f"my_{kind} 0.1, a {kind}", out)
            states = [run["state"] for run in self.json("ls")["runs"] if run["name"] == f"my_{kind}"]
            self.assertEqual(states, ["finished", "finished"])

    def test_what_cannot_be_written_is_told(self):
        (self.folder / "full").mkdir()
        (self.folder / "full" / "file").write_text("mine")
        self.assertIn("not empty", self.runner("new", "model", "mine", "--folder", self.folder / "full", code=2).stderr)
        self.assertIn("'My Model'", self.runner("new", "model", "My Model", code=2).stderr)
        self.assertIn("already", self.runner("new", "model", "gpt", code=2).stderr)
        self.assertIn("modle", self.runner("new", "modle", "mine", code=2).stderr)

