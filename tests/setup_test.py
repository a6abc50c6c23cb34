"""Runs ./runner's set-up in small trees whose tools are fakes: each writes its call into a file and leaves what the
real one would. What the fakes do is decided by the environment variables that a test gives."""

import json
import os
import platform
import re
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent

FAKES = {
    "dpkg-query": 'for package in "${@:4}"; do [[ $package == "${MISSING:-}" ]] || echo "$package installed"; done',
    "apt-get": """
        for word; do
          [[ $word != "${FAIL_APT:-}" ]] || { echo "E: no such source"; exit 100; }
          case $word in
            --assume-no)
              [[ -n ${NO_LISTS:-} ]] || printf '%s\\n' "Need to get 11.5 MB/30 MB of archives." \\
                "After this operation, 48.2 MB of additional disk space will be used."
              exit 1 ;;
            install)
              for percent in 50 100; do echo "dlstatus:1:$percent.0:Retrieving"; sleep "${APT_SECONDS:-0}"; done
              echo "pmstatus:mold:20.0:Installing mold"; sleep "${APT_SECONDS:-0}" ;;
          esac
        done
    """,
    "sudo": '[[ $1 != -n ]] || shift; exec "$@"',
    "nvidia-smi": '[[ -n ${GPU:-} ]]',
    "cmake": 'mkdir -p build; touch build/build.ninja',
    # A program that prints its arguments in angle brackets.
    "ninja": """
        sleep "${NINJA_SECONDS:-0}"
        for ((i = 1; i < ${NINJA_PARTS:-1}; ++i)); do echo "[$i/$NINJA_PARTS] Building"; sleep 0.5; done
        [[ -z ${FAIL_NINJA:-} ]] || { echo "broken.cpp:1: error"; exit 1; }
        mkdir -p "$2/bin"
        printf '#!/bin/sh\\nprintf "home %%s" "$FOLIO_HOME"\\nprintf " <%%s>" "$@"\\n' >"$2/bin/runner"
        chmod +x "$2/bin/runner"
        echo "[1/1] Linking runner"
    """,
    "python3": """
        [[ $1 == -m ]] || exec "$REAL_PYTHON" "$@"
        while (($# > 0)); do
          case $1 in
            --dry-run) dry=1 ;;
            --report) report=$2 ;;
            --target) target=$2 ;;
          esac
          shift
        done
        if [[ -n ${dry:-} ]]; then echo "$PIP_REPORT" >"$report"; exit; fi
        [[ -n ${target:-} ]] || exit 0
        mkdir -p "$target/bin" "$target/torch"
        if [[ -n ${WHEEL_BYTES:-} ]]; then head -c "$WHEEL_BYTES" /dev/zero >"$TMPDIR/torch.whl"; sleep 2.5; fi
        [[ $target != */uv ]] || cp "$(dirname "$0")/fake-uv" "$target/bin/uv"
    """,
    "fake-uv": """
        [[ -z ${FAIL_UV:-} ]] || { echo "no route to host"; exit 1; }
        [[ -z ${WRONG_FILE:-} ]] || { echo "error: Hash mismatch for torch==2.13.0+cpu"; exit 1; }
        while [[ $1 != --target ]]; do shift; done
        mkdir -p "$2/torch"
    """,
}


def report(version, *requirements, url="file:///torch.whl"):
    metadata = {"name": "torch", "version": version, "requires_dist": list(requirements)}
    return json.dumps({"install": [{"download_info": {"url": url}, "metadata": metadata}]})


CPU_BUILD = report("2.13.0+cpu", "filelock")
CUDA_BUILD = report("2.13.0", "filelock", 'nvidia-cudnn-cu13==9; platform_system == "Linux"')


class FakeTree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        self.root = self.folder / "a tree"
        self.calls_file = self.folder / "calls"
        for name in ("framework", "plugins", "page", "cmake"):
            (self.root / name).mkdir(parents=True)
        for name in ("runner", "cmake/setup.sh", "cmake/progress.sh", "cmake/libtorch.sh", "cmake/node.sh",
                     "cmake/torch_wheel.py", "CMakePresets.json", "CMakeLists.txt"):
            shutil.copy(REPOSITORY / name, self.root / name)
        self.source = self.root / "framework/a.cpp"
        self.source.touch()
        (self.folder / "bin").mkdir()
        for name, text in FAKES.items():
            fake = self.folder / "bin" / name
            fake.write_text(f'#!/bin/bash\necho "$(basename "$0") $*" >>"$CALLS"\n{text}\n')
            fake.chmod(0o755)

    def environment(self, **more):
        real_python = shutil.which("python3")
        return {
            "PATH": f"{self.folder}/bin:/usr/bin:/bin",
            "CALLS": str(self.calls_file),
            "REAL_PYTHON": real_python,
            "PIP_REPORT": CPU_BUILD,
            **more,
        }

    def run_runner(self, *arguments, command=None, **environment):
        self.calls_file.write_text("")
        return subprocess.run(
            [command or self.root / "runner", *arguments],
            env=self.environment(**environment),
            cwd=self.folder,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    def calls(self, *tools):
        lines = self.calls_file.read_text().splitlines()
        return [line for line in lines if line.split()[0] in tools]

    def built(self):
        self.assertEqual(self.run_runner().returncode, 0)


class SetUpTest(FakeTree):
    def test_first_call_sets_up_and_passes_the_arguments_on(self):
        result = self.run_runner("two words", "", "--flag")
        self.assertEqual(result.stdout, f"home {self.root} <two words> <> <--flag>")
        self.assertEqual(result.returncode, 0)
        self.assertEqual(len(self.calls("cmake")), 1)
        self.assertEqual(len(self.calls("ninja")), 1)
        for stage in ("libtorch 2.13.0", "Node.js 24.19.0", "configure", "build"):
            self.assertRegex(result.stderr, rf"(?m)^{stage}.* \d+ s$")

    def test_second_call_goes_straight_to_the_program(self):
        self.built()
        result = self.run_runner("ls")
        self.assertEqual(self.calls(*FAKES), [])
        self.assertEqual((result.stdout, result.stderr), (f"home {self.root} <ls>", ""))

    def test_link_from_elsewhere_finds_the_tree(self):
        link = self.folder / "link"
        link.symlink_to(self.root / "runner")
        self.assertEqual(self.run_runner("ls", command=link).stdout, f"home {self.root} <ls>")

    def test_changed_source_is_built_without_configuring(self):
        self.built()
        later = time.time() + 1
        os.utime(self.source, (later, later))
        self.run_runner()
        self.assertEqual((len(self.calls("ninja")), self.calls("cmake")), (1, []))

    def test_removed_source_is_noticed(self):
        self.built()
        time.sleep(0.01)
        self.source.unlink()
        self.run_runner()
        self.assertEqual(len(self.calls("ninja")), 1)

    def test_given_torch_replaces_pip_and_configures_anew(self):
        self.built()
        torch = self.folder / "given torch"
        torch.mkdir()
        self.run_runner(FOLIO_TORCH="given torch")
        self.assertEqual(self.calls("python3"), [])
        self.assertIn(f"-DFOLIO_TORCH={torch}", self.calls("cmake")[0])
        self.run_runner(FOLIO_TORCH=str(torch))
        self.assertEqual(self.calls(*FAKES), [])
        self.run_runner()
        self.assertEqual(len(self.calls("cmake")), 1)

    def test_given_torch_that_is_no_folder_is_named(self):
        result = self.run_runner(FOLIO_TORCH="/no/such/folder")
        self.assertEqual((result.returncode, result.stderr), (1, "FOLIO_TORCH=/no/such/folder is not a folder.\n"))

    def test_moved_tree_is_configured_anew(self):
        self.built()
        moved = self.folder / "moved"
        self.root.rename(moved)
        self.root = moved
        self.assertEqual(self.run_runner("ls").stdout, f"home {moved} <ls>")
        self.assertEqual(len(self.calls("cmake")), 1)

    def test_failed_build_is_reported_and_done_again(self):
        result = self.run_runner(FAIL_NINJA="1")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn("broken.cpp:1: error", result.stderr)
        self.assertIn("setup.log", result.stderr)
        self.assertEqual(self.run_runner().returncode, 0)
        self.assertEqual(len(self.calls("ninja")), 1)

    def test_install_that_was_killed_is_done_again(self):
        (self.root / ".deps/python/torch").mkdir(parents=True)
        (self.root / ".deps/incoming/half").mkdir(parents=True)
        self.built()
        self.assertEqual(len([call for call in self.calls("python3") if "--no-compile" in call]), 1)
        self.assertFalse((self.root / ".deps/python/half").exists())

    def test_other_version_of_libtorch_is_replaced(self):
        self.built()
        (self.root / ".deps/python/.complete").write_text("2.12.0\n")
        self.built()
        self.assertEqual(len([call for call in self.calls("python3") if "--no-compile" in call]), 1)

    def test_node_is_brought_once_by_its_hash(self):
        self.built()
        install = [call for call in self.calls("python3") if "node.incoming" in call]
        self.assertEqual(len(install), 1)
        self.assertRegex(install[0], r"--no-deps .*--require-hashes -r .*/cmake/requirements/node\.txt$")
        self.assertEqual((self.root / ".deps/node/.complete").read_text(), "24.19.0\n")
        later = time.time() + 1
        os.utime(self.source, (later, later))
        self.built()
        self.assertEqual(self.calls("python3"), [])

    def test_node_that_was_killed_or_is_another_is_brought_again(self):
        self.built()
        shutil.rmtree(self.root / ".deps/node")
        (self.root / ".deps/node.incoming/half").mkdir(parents=True)
        self.built()
        self.assertFalse((self.root / ".deps/node/half").exists())
        (self.root / ".deps/node/.complete").write_text("22.20.0\n")
        self.built()
        self.assertEqual((self.root / ".deps/node/.complete").read_text(), "24.19.0\n")
        self.assertEqual(len([call for call in self.calls("python3") if "node.incoming" in call]), 1)

    def test_changed_page_is_built(self):
        self.built()
        later = time.time() + 1
        (self.root / "page/style.css").touch()
        os.utime(self.root / "page/style.css", (later, later))
        self.run_runner()
        self.assertEqual(len(self.calls("ninja")), 1)

    def test_cpu_build_is_taken_from_pip_alone(self):
        result = self.run_runner()
        install = [call for call in self.calls("python3") if "--no-compile" in call]
        self.assertRegex(install[0], r"--no-deps --require-hashes -r .*/cmake/requirements/torch-cpu\.txt$")
        self.assertNotIn(" uv", " ".join(self.calls("python3")))
        self.assertIn("CPU build", result.stderr)

    def test_cuda_build_without_a_gpu_is_replaced_by_pytorchs_cpu_build(self):
        self.run_runner(PIP_REPORT=CUDA_BUILD)
        self.assertRegex(self.calls("uv")[0], r"--torch-backend cpu .*--require-hashes -r .*/torch-cpu\.txt$")
        brings_uv = [call for call in self.calls("python3") if "/.deps/uv " in call]
        self.assertRegex(brings_uv[0], r"--require-hashes -r .*/cmake/requirements/uv\.txt$")
        self.assertEqual([call for call in self.calls("python3") if "--no-compile" in call], [])

    def test_cuda_build_is_taken_where_pytorchs_index_does_not_answer(self):
        result = self.run_runner(PIP_REPORT=CUDA_BUILD, FAIL_UV="1")
        self.assertEqual(result.returncode, 0)
        self.assertIn("does not answer, CUDA build", result.stderr)

    def test_cuda_build_is_taken_with_its_libraries_where_there_is_a_gpu(self):
        self.run_runner(PIP_REPORT=CUDA_BUILD, GPU="1")
        install = [call for call in self.calls("python3") if "--no-compile" in call]
        self.assertNotIn("--no-deps", install[0])
        self.assertRegex(install[0], r"--require-hashes -r .*/torch\.txt -r .*/torch-cuda\.txt$")

    def test_cpu_build_of_pypi_is_checked_by_its_own_hash(self):
        self.run_runner(PIP_REPORT=report("2.13.0", "filelock"))
        install = [call for call in self.calls("python3") if "--no-compile" in call]
        self.assertRegex(install[0], r"--no-deps --require-hashes -r .*/torch\.txt$")

    def test_another_file_than_the_one_expected_ends_the_set_up(self):
        result = self.run_runner(PIP_REPORT=CUDA_BUILD, WRONG_FILE="1")
        self.assertEqual(result.returncode, 1)
        self.assertIn("another file than the one expected (cmake/requirements)", result.stderr)
        self.assertEqual([call for call in self.calls("python3") if "--no-compile" in call], [])

    def start_runner(self, **environment):
        process = subprocess.Popen(
            [self.root / "runner", "ls"],
            env=self.environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.addCleanup(process.stdout.close)
        return process

    def wait_for_call(self, tool):
        for _ in range(6000):
            if self.calls_file.exists() and self.calls(tool):
                return
            time.sleep(0.01)
        self.fail(f"{tool} was not called")

    def test_two_at_once_build_once(self):
        both = [self.start_runner(NINJA_SECONDS="0.5") for _ in range(2)]
        self.assertEqual([process.communicate()[0] for process in both], [f"home {self.root} <ls>"] * 2)
        self.assertEqual((len(self.calls("cmake")), len(self.calls("ninja"))), (1, 1))

    def test_source_changed_during_the_build_is_built_by_the_next_call(self):
        process = self.start_runner(NINJA_SECONDS="0.5")
        self.wait_for_call("ninja")
        self.source.touch()
        process.communicate()
        self.run_runner()
        self.assertEqual(len(self.calls("ninja")), 1)

    def test_killed_set_up_is_waited_for_and_done_again(self):
        process = self.start_runner(NINJA_SECONDS="2")
        self.wait_for_call("ninja")
        process.kill()
        process.wait()  # its ninja goes on
        result = self.run_runner("ls")
        self.assertIn("waiting for it", result.stderr)
        self.assertEqual(result.stdout, f"home {self.root} <ls>")
        self.assertEqual(len(self.calls("ninja")), 1)


class RequirementsTest(unittest.TestCase):
    """What the set-up and the tests bring from package indexes is known by its hash."""

    def lists(self):
        lists = [*REPOSITORY.glob("cmake/requirements/*.txt"), *REPOSITORY.glob("tests/requirements/*.txt")]
        self.assertGreaterEqual(len(lists), 9)
        return lists

    def test_each_package_has_one_version_and_hashes(self):
        for path in self.lists():
            text = re.sub(r"(?m)^#.*\n", "", path.read_text()).replace("\\\n", "")
            for line in text.splitlines():
                with self.subTest(list=path.name, package=line.split()[0]):
                    self.assertRegex(line, r"^[\w.-]+==[\w.+]+(\s+--hash=sha256:[0-9a-f]{64})+$")

    def test_nothing_is_brought_without_them(self):
        sources = [*REPOSITORY.glob("cmake/*.sh"), *REPOSITORY.glob("tests/*"), *REPOSITORY.glob("tests/e2e/*.py")]
        for path in sources:
            # Those name a command of the documents, which a person types.
            if not path.is_file() or path.name in ("setup_test.py", "real_data_test.py", "documentation_test.py"):
                continue
            text = path.read_text()
            if re.search(r'pip"?,? "?install', text):
                with self.subTest(path=path.name):
                    self.assertIn("--require-hashes", text)

    def test_what_npm_brings_has_hashes_and_no_address(self):
        packages = json.loads((REPOSITORY / "page/package-lock.json").read_text())["packages"]
        self.assertGreater(len(packages), 5)
        for name, package in packages.items():
            if name:
                with self.subTest(package=name):
                    self.assertTrue(package["integrity"].startswith("sha512-"))
                    self.assertNotIn("resolved", package)

    def test_the_versions_are_those_that_the_scripts_name(self):
        version = re.search(r"(?m)^torch_version=(.*)$", (REPOSITORY / "cmake/libtorch.sh").read_text())[1]
        for name, suffix in (("torch", ""), ("torch-cpu", "+cpu")):
            self.assertIn(f"\ntorch=={version}{suffix} ", (REPOSITORY / f"cmake/requirements/{name}.txt").read_text())
        version = re.search(r"(?m)^node_version=(.*)$", (REPOSITORY / "cmake/node.sh").read_text())[1]
        self.assertIn(f"\nnodejs-wheel-binaries=={version} ", (REPOSITORY / "cmake/requirements/node.txt").read_text())
        for tool in ("format", "tidy"):
            version = re.search(r"(?m)^version=(.*)$", (REPOSITORY / "tests" / tool).read_text())[1]
            self.assertIn(f"\nclang-{tool}=={version} ", (REPOSITORY / f"tests/requirements/clang-{tool}.txt").read_text())


def is_debian_12():
    try:
        system = platform.freedesktop_os_release()
    except OSError:
        return False
    return (system["ID"], system.get("VERSION_ID")) == ("debian", "12")


@unittest.skipUnless(is_debian_12(), "the set-up calls apt on Debian 12 only")
class PackagesTest(FakeTree):
    def test_missing_package_alone_is_installed(self):
        result = self.run_runner(MISSING="libsoci-dev")
        self.assertEqual(result.returncode, 0)
        sizes, update, install = self.calls("apt-get")
        self.assertIn("--assume-no", sizes)
        self.assertTrue(update.endswith(" update"))
        self.assertTrue(install.endswith(" install --no-install-recommends libsoci-dev"))
        self.assertRegex(result.stderr, r"(?m)^system packages \(1\): \d+ s$")
        self.assertIn("system packages   1 from apt: 12 MB to download, 49 MB on disk", result.stderr)

    def test_sizes_are_those_measured_where_apt_has_no_lists(self):
        result = self.run_runner(MISSING="libsoci-dev", NO_LISTS="1")
        self.assertRegex(result.stderr, r"1 from apt: \d{3} MB to download, \d{3} MB on disk")

    def test_progress_of_apt_is_shown(self):
        setup = self.root / "cmake/progress.sh"
        setup.write_text(setup.read_text().replace("progress_seconds=30", "progress_seconds=1"))
        written = self.run_runner(MISSING="libsoci-dev", APT_SECONDS="1.2").stderr
        said = re.findall(r"(?m)^system packages \(1\): (\d+) %", written)
        self.assertEqual(said, sorted(said, key=int))
        self.assertLessEqual({"50", "60"}, set(said), written)

    def test_what_only_tests_need_is_not_installed(self):
        self.assertEqual(self.run_runner(MISSING="postgresql").returncode, 0)
        self.assertEqual(self.calls("apt-get"), [])

    def test_failing_apt_ends_with_its_last_words(self):
        result = self.run_runner(MISSING="mold", FAIL_APT="update")
        self.assertEqual(result.returncode, 1)
        self.assertIn("E: no such source", result.stderr)
        self.assertIn("apt-get update failed", result.stderr)
        self.assertEqual(self.calls("cmake"), [])


if __name__ == "__main__":
    unittest.main()
