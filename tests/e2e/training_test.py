"""The main job in small: an experiment is trained on the real book, and everything that it leaves is there."""

import json
import math
import os
import pathlib
import re

from folio import SOURCE, FolioTest


class Training(FolioTest):
    def test_smoke_experiment_learns_from_the_real_book(self):
        done = self.runner(SOURCE / "experiments/smoke.yaml", timeout=120)
        for expected in ["***** train metrics *****", "train_runtime", "train_samples_per_second", "eval_loss",
                         "perplexity", "What the loss means", "blind guess", "unigram", "of the vocabulary",
                         "Next:", "./runner diff"]:
            self.assertIn(expected, done.stdout)
        self.assertIn("step 20/120", done.stderr)  # plain lines where there is no terminal
        run = self.json("show", "latest")
        self.assertEqual(run["state"], "finished")
        self.assertFalse(run["facts"]["stand_in"], "the book was not found")
        self.assertLess(run["metrics"]["eval_loss"], run["facts"]["unigram_loss"] + 0.5)
        self.assertLess(run["metrics"]["eval_loss"], 0.9 * math.log(1024))
        self.assertAlmostEqual(run["metrics"]["perplexity"], math.exp(run["metrics"]["eval_loss"]), places=6)

    def test_the_same_seed_gives_the_same_losses(self):
        experiment = self.experiment()
        first = self.runner(experiment, "training.max_steps=5")
        second = self.runner(experiment, "training.max_steps=5")
        third = self.runner(experiment, "training.max_steps=5", "training.seed=7")
        self.assertEqual(first.returncode + second.returncode + third.returncode, 0)
        losses = []
        for folder in sorted(self.run_folders(), key=lambda f: (f / "run.json").stat().st_mtime_ns):
            losses.append([e["metrics"]["loss"] for e in self.events(folder) if e["type"] == "points"])
        self.assertEqual(len(losses[0]), 5)
        self.assertEqual(losses[0], losses[1])
        self.assertNotEqual(losses[0], losses[2])

    def test_a_run_leaves_a_model_in_hugging_faces_layout(self):
        self.runner(self.experiment())
        model = self.run_folders()[0] / "model"
        config = json.loads((model / "config.json").read_text())
        self.assertEqual(config["model_type"], "gpt2")
        self.assertEqual(config["n_embd"], 32)
        tokenizer = json.loads((model / "tokenizer.json").read_text())
        self.assertEqual(tokenizer["model"]["type"], "BPE")
        self.assertTrue((model / "tokenizer_config.json").exists())
        with open(model / "model.safetensors", "rb") as file:
            size = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(size))
        self.assertEqual(header["transformer.h.0.attn.c_attn.weight"]["shape"], [32, 96])
        self.assertEqual(header["transformer.wte.weight"]["shape"], [400, 32])

    def test_it_writes_samples_on_the_way_and_learns_the_same(self):
        for model in ("gpt", "bert", "t5"):
            with self.subTest(model=model):
                file = self.experiment()
                usual = [f"model={model}", "model.hidden_size=32", "model.num_hidden_layers=1", "model.num_attention_heads=2"]
                weights = []
                for every in ([], ["training.sample_every=6"]):
                    done = self.runner(file, *usual, *every, "--json")
                    folder = self.results / "runs" / json.loads(done.stdout)["id"]
                    weights.append((folder / "model" / "model.safetensors").read_bytes())
                self.assertEqual(weights[0], weights[1])
                samples = [event for event in self.events(folder) if event["type"] == "sample"]
                self.assertEqual([sample["step"] for sample in samples], [6, 12, 18, 20])
                log = (folder / "log.txt").read_text()
                for sample in samples[:-1]:
                    self.assertIn(f"Sample after step {sample['step']}: {sample['prompt']}", log)
                self.assertEqual(self.json("show", folder.name)["sample"]["step"], 20)
        said = self.runner(self.experiment(), "training.sample_every=10").stderr
        self.assertEqual(said.count(" writes: "), 1)  # the end has one of its own
        self.assertIn("step 10 writes: and the sails ", said)

    def test_generation_continues_a_prompt_and_follows_its_seed(self):
        self.runner(self.experiment())
        texts = [self.json("generate", "latest", "-p", "the grey", "--max-new-tokens", 20, "--seed", seed)["text"]
                 for seed in (1, 1, 2)]
        self.assertTrue(texts[0])
        self.assertEqual(texts[0], texts[1])
        self.assertNotEqual(texts[0], texts[2])
        plain = self.runner("generate", "tiny", "-p", "the grey", "--temperature", 0, "--max-new-tokens", 5)
        self.assertTrue(plain.stdout.startswith("the grey"))
        several = self.runner("generate", "tiny", "-i", "--json", "--max-new-tokens", 20, "--seed", 1,
                              input="the grey\na wide\nthe grey\n").stdout.splitlines()
        answers = [json.loads(line) for line in several]
        self.assertEqual([answer["prompt"] for answer in answers], ["the grey", "a wide", "the grey"])
        self.assertEqual([answers[0]["text"], answers[2]["text"]], [texts[0], texts[0]])

    def test_two_runs_at_once_are_both_kept(self):
        experiment = self.experiment()
        runs = [self.start(experiment, "-n", f"run-{i}", "--json") for i in range(2)]
        for run in runs:
            out, err = run.communicate(timeout=120)
            self.assertEqual(run.returncode, 0, err)
            self.assertEqual(json.loads(out)["state"], "finished")
        names = {run["name"] for run in self.json("ls")["runs"] if not run["id"].startswith("baseline/")}
        self.assertEqual(names, {"run-0", "run-1"})

    def test_diff_compares_the_two_latest(self):
        experiment = self.experiment()
        self.runner(experiment)
        self.runner(experiment, "model.hidden_size=16")
        diff = self.json("diff")
        # Whether other programs kept the machine busy is not ours to say.
        self.assertEqual({reason["fact"] for reason in diff["reasons"]} - {"other work on the machine"}, set())
        self.assertEqual(diff["metrics"]["eval_loss"]["comparable"], "yes")
        self.assertIn("model.hidden_size", json.dumps(diff["settings"]))
        self.assertIn("eval_loss", json.dumps(diff["metrics"]))
        with_baseline = self.json("diff", "baseline/gpt", "latest")
        self.assertIsNot(with_baseline["comparable"], True)


class Threads(FolioTest):
    def test_one_openmp_runtime_with_a_thread_for_each_processor(self):
        """Two runtimes, or too many threads, would each make training slower than one thread alone."""
        run = self.start(self.experiment(), "training.max_steps=100000")
        folder = self.wait_for_steps(3)
        pid = self.worker_pid(folder)
        maps = pathlib.Path(f"/proc/{pid}/maps").read_text()
        runtimes = {line.split()[-1] for line in maps.splitlines() if re.search(r"lib(g|i)?omp[0-9.-]*\.so", line)}
        self.assertEqual(len(runtimes), 1, runtimes)
        # The training threads, and one of libtorch's for the backward pass.
        self.assertLessEqual(len(os.listdir(f"/proc/{pid}/task")), 2 * len(os.sched_getaffinity(0)) + 2)
        run.kill()
        os.kill(pid, 9)


class Check(FolioTest):
    def test_the_main_job_is_described_without_training(self):
        answer = self.json("check", SOURCE / "experiments/romeo.yaml")
        self.assertEqual(answer["parameters"]["total"], 124_439_808)
        self.assertEqual(sum(answer["parameters"]["by_part"].values()), 124_439_808)
        self.assertEqual(answer["data"]["samples"], 288)
        self.assertEqual(answer["plan"]["max_steps"], 216)
        self.assertEqual(answer["data"]["characters"], 147_917)
        self.assertEqual(answer["resolved"]["training"]["learning_rate"], 5e-5)
        self.assertFalse(self.run_folders())

    def test_every_shipped_experiment_is_in_order(self):
        files = set((SOURCE / "experiments").glob("*.yaml"))
        self.assertGreaterEqual(len(files), 3)
        pretrained = SOURCE / "experiments" / "romeo-bert-pretrained.yaml"
        self.assertIn("tokenizer.file: is required", self.runner("check", pretrained, code=3).stderr)
        files.remove(pretrained)
        for file in files:
            with self.subTest(file=file.name):
                self.assertIn("is valid", self.runner("check", file).stdout)
