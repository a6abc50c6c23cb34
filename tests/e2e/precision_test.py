"""`precision: auto` takes what is faster here, says why and keeps it; a run's share of the machine is known or not."""

import json
import os
import subprocess
import sys

from folio import FolioTest

# Wide enough that products decide and not the overhead of each.
WIDE = ["training.precision=auto", "training.max_steps=2", "model.hidden_size=256", "model.num_hidden_layers=2",
        "model.max_position_embeddings=64", "training.per_device_train_batch_size=16"]


def has_avx512():
    with open("/proc/cpuinfo") as file:
        return "avx512f" in file.read()


class Auto(FolioTest):
    def environment_of(self, run="latest"):
        return self.json("show", run)["environment"]

    def test_the_faster_one_is_taken_with_its_reason_and_kept(self):
        experiment = self.experiment()
        first = self.runner(experiment, *WIDE)
        environment = self.environment_of()
        faster = environment["bfloat16_flops_per_second"] > 1.02 * environment["float32_flops_per_second"]
        self.assertEqual(environment["precision"], "bfloat16" if faster else "float32")
        self.assertIs(environment["precision_was_cached"], False)
        line = f"Precision: {environment['precision']}, since in a short test on this machine"
        self.assertIn(line, first.stderr)
        self.assertRegex(first.stderr, r"reached [0-9.,]+ GFLOP/s in float32 and [0-9.,]+ in bfloat16.* \(measured just now\)")
        self.assertIn(line, (self.run_folders()[0] / "log.txt").read_text())

        second = self.runner(experiment, *WIDE)
        self.assertIn("(measured earlier)", second.stderr)
        again = self.environment_of()
        self.assertIs(again["precision_was_cached"], True)
        for key in ["precision", "float32_flops_per_second", "bfloat16_flops_per_second"]:
            self.assertEqual(again[key], environment[key])
        self.assertIn("precision", {entry["kind"] for entry in self.json("cache")["entries"]})

    def test_check_tells_what_the_run_takes(self):
        experiment = self.experiment()
        checked = self.runner("check", experiment, *WIDE).stdout
        self.assertIn("(measured just now)", checked)
        line = next(line for line in checked.splitlines() if line.startswith("Precision: "))
        run = self.runner(experiment, *WIDE)
        self.assertIn(line.replace("just now", "earlier"), run.stderr)

    def test_a_precision_that_is_asked_for_is_not_measured(self):
        experiment = self.experiment()
        done = self.runner(experiment, "training.max_steps=2")  # in float32
        self.assertNotIn("Precision:", done.stderr)
        self.assertNotIn("precision_reason", self.environment_of())
        self.assertEqual(self.json("check", experiment)["precision_line"], "")
        self.assertFalse((self.folder / "cache/folio/precision").exists())

    def test_another_machine_is_measured_anew(self):
        """oneDNN held to AVX-512 without its bfloat16 stands for a processor on which bfloat16 is slow."""
        if not has_avx512():
            self.skipTest("the processor has no AVX-512")
        experiment = self.experiment()
        self.json("check", experiment, *WIDE)
        self.environment["ONEDNN_MAX_CPU_ISA"] = "AVX512_CORE"
        answer = self.json("check", experiment, *WIDE)
        self.assertIn("(measured just now)", answer["precision_line"])
        self.assertEqual(answer["precision"], "float32", answer["precision_line"])

    def test_a_damaged_entry_counts_as_absent_and_without_a_cache_it_is_measured(self):
        experiment = self.experiment()
        self.json("check", experiment, *WIDE)
        entry = next((self.folder / "cache/folio/precision").glob("*.json"))
        entry.write_text("{}")
        self.assertIn("(measured just now)", self.json("check", experiment, *WIDE)["precision_line"])
        self.assertIn("float32_flops_per_second", json.loads(entry.read_text()))
        self.assertIn("(measured earlier)", self.json("check", experiment, *WIDE)["precision_line"])
        self.environment["FOLIO_CACHE"] = "off"
        self.assertIn("(measured just now)", self.json("check", experiment, *WIDE)["precision_line"])

    def test_two_that_measure_at_once_take_the_same(self):
        experiment = self.experiment()
        checks = [self.start("check", experiment, *WIDE, "--json") for _ in range(2)]
        lines = []
        for check in checks:
            out, err = check.communicate(timeout=60)
            self.assertEqual(check.returncode, 0, err)
            lines.append(json.loads(out)["precision_line"].replace("just now", "earlier"))
        self.assertEqual(lines[0], lines[1])


class Share(FolioTest):
    def test_the_share_is_known_or_it_is_said_why_not(self):
        done = self.runner(self.experiment())
        run = self.json("show", "latest")
        explained = self.runner("show", "latest", "--explain").stdout
        self.assertGreater(run["environment"]["matmul_flops_per_second"], 0)
        if "matmul_share" in run["metrics"]:
            self.assertIsNot(run["environment"].get("machine_was_busy"), True)
            self.assertTrue(0 < run["metrics"]["matmul_share"] <= 1)
            self.assertIn("Training reached", explained)
        else:
            self.assertIn("matmul_share is not known", done.stdout)
            self.assertIn("Not known", explained)

    def test_a_busy_machine_is_noticed(self):
        processors = os.sched_getaffinity(0)
        self.addCleanup(os.sched_setaffinity, 0, processors)
        os.sched_setaffinity(0, {min(processors)})  # of this process and those that it starts
        for _ in range(2):
            busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            self.addCleanup(busy.wait)
            self.addCleanup(busy.kill)
        done = self.runner(self.experiment(), "training.max_steps=100", timeout=120)
        run = self.json("show", "latest")
        self.assertIs(run["environment"]["machine_was_busy"], True)
        self.assertNotIn("matmul_share", run["metrics"])
        self.assertIn("matmul_share is not known: the machine was busy", done.stdout)
        self.assertIn("Not known: the machine was busy", " ".join(self.runner("show", "latest", "--explain").stdout.split()))
