"""Holds every #include under framework/ and plugins/ against the table of layers in docs/architecture.md, both ways: what
no row grants is refused, and so is a right that no include uses.

    layering_test.py              checks this repository
    layering_test.py --self-test  checks the check, on small trees with planted violations
"""

import re
import sys
import tempfile
import unittest
from dataclasses import dataclass
from pathlib import Path

# A walk that finds fewer sources than this went wrong, whatever it says of them.
FEWEST_SOURCES = 100
SOURCE_SUFFIXES = {".h", ".hpp", ".c", ".cc", ".cpp", ".inc"}
LIBTORCH_FOLDERS = {"ATen", "c10", "caffe2", "torch"}
TABLE_HEADING = ("layer", "may use", "libtorch")
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>|(.+))')


@dataclass
class Layer:
    name: str  # a folder in framework/, or plugins/<folder>
    may_use: set
    libtorch: set  # {"yes"}, set() for "no", or the only headers that may include it

    @property
    def is_plugins(self):
        return self.name.startswith("plugins/")

    @property
    def folder(self):
        return Path(self.name) if self.is_plugins else Path("framework", self.name)

    def may_include_libtorch(self, header):
        return "yes" in self.libtorch or header in self.libtorch


def read_layers(text):
    """The rows of the table whose heading is TABLE_HEADING, by layer; a row may stand for several layers."""
    layers = {}
    inside = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if tuple(cells) == TABLE_HEADING:
            inside = True
        elif not inside or set(line) <= set("|-: "):
            inside = inside and bool(line.strip())
        elif not line.startswith("|"):
            inside = False
        else:
            names, may_use, libtorch = (re.findall(r"[\w./-]*\w[\w./-]*", cell) for cell in cells)
            for name in names:
                layers[name] = Layer(name, set(may_use), set(libtorch) - {"no", "only"})
    return layers


def layer_of(path, layers):
    """The layer that a path relative to the repository lies in: the deepest folder of a row; None outside of all."""
    for folder in path.parents:
        for layer in layers.values():
            if folder == layer.folder:
                return layer
    return None


def includes_in(source):
    """(line number, quoted path or None, angled path or None, anything else or None) of each #include."""
    for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), start=1):
        match = INCLUDE.match(line)
        if match:
            yield number, *match.groups()


class Check:
    def __init__(self, root):
        self.root = Path(root).resolve()
        self.layers = read_layers((self.root / "docs/architecture.md").read_text(encoding="utf-8"))
        self.problems = []
        self.sources = 0
        self.used = {name: set() for name in self.layers}  # the rights that some include uses, by layer

    def run(self):
        self.check_table()
        for top in ("framework", "plugins"):
            for source in sorted((self.root / top).rglob("*")):
                if source.suffix in SOURCE_SUFFIXES and source.is_file():
                    self.sources += 1
                    self.check_source(source.relative_to(self.root))
        for layer in self.layers.values():
            if not (self.root / layer.folder).is_dir():
                continue  # check_table() names it
            for idle in sorted((layer.may_use & set(self.layers)) - self.used[layer.name]):
                self.problems.append(f"docs/architecture.md: {layer.name} may use {idle}, and no include does")
        if self.sources < FEWEST_SOURCES:
            self.problems.append(f"only {self.sources} sources found, expected {FEWEST_SOURCES} or more")
        return self.problems

    def check_table(self):
        houses = {layer.name.split("/")[0] for layer in self.layers.values() if "/" in layer.name and not layer.is_plugins}
        on_disk = {folder.name for folder in (self.root / "framework").iterdir() if folder.is_dir()} - houses
        on_disk |= {f"{house}/{room.name}" for house in houses for room in (self.root / "framework" / house).glob("*/")}
        on_disk |= {f"plugins/{folder.name}" for folder in (self.root / "plugins").iterdir() if folder.is_dir()}
        for name in sorted(on_disk - set(self.layers)):
            self.problems.append(f"docs/architecture.md: the table has no row for {name}")
        for layer in self.layers.values():
            if not (self.root / layer.folder).is_dir():
                self.problems.append(f"docs/architecture.md: the table has a row for {layer.name}, which is no folder")
            for used in sorted(layer.may_use - set(self.layers)):
                self.problems.append(f"docs/architecture.md: {layer.name} may use {used}, which is no layer")

    def check_source(self, source):
        layer = layer_of(source, self.layers)
        if layer is None:
            self.problems.append(f"{source}: lies in no layer of the table")
            return
        for line, quoted, angled, other in includes_in(self.root / source):
            where = f"{source}:{line}"
            if other:
                self.problems.append(f"{where} includes {other.strip()}, which this test cannot read")
                continue
            problem = self.problem_with(layer, source, quoted or angled, is_quoted=quoted is not None)
            if problem:
                self.problems.append(f"{where} includes {quoted or angled}{problem}")

    def problem_with(self, layer, source, included, is_quoted):
        """What is wrong when this source, of this layer, includes that; None when nothing is."""
        if Path(included).parts[0] in LIBTORCH_FOLDERS:
            return None if layer.may_include_libtorch(source.name) else f": {layer.name} may not see libtorch"
        path = self.resolve(layer, source, included)
        if path is None:
            return ", which is in no layer nor beside it" if is_quoted else None
        used = layer_of(path, self.layers)
        if used is layer:
            two_plugins = layer.is_plugins and path.parts[:3] != source.parts[:3]
            return ": a plugin may not use another" if two_plugins else None
        if used:
            self.used[layer.name].add(used.name)
        if used is None or used.name not in layer.may_use:
            return f": {layer.name} may use {', '.join(sorted(layer.may_use)) or 'no other layer'}"
        if path.name in used.libtorch and "yes" not in layer.libtorch:
            return f", which needs libtorch: {layer.name} may not see it"
        return None

    def resolve(self, layer, source, included):
        """The file, relative to the repository, from the folders that the compiler is given; None where it is not."""
        for base in (source.parent, Path("framework"), Path("framework/sdk/include"), layer.folder):
            path = (self.root / base / included).resolve()
            if path.is_file() and path.is_relative_to(self.root):
                return path.relative_to(self.root)
        return None


class CheckTest(unittest.TestCase):
    """Each tree has enough clean sources, and the files that a test plants."""

    TABLE = """
| layer | may use | libtorch |
|-|-|-|
| support | – | no |
| sdk | support | `model.h` only |
| experiment, runs/record | sdk, support | no |
| runs/store | runs/record | no |
| nn | sdk | yes |
| plugins/models | sdk, nn | yes |

| layer | may use | of another table |
|-|-|-|
| support | runs/record | no |
"""

    def problems(self, planted, fewest=FEWEST_SOURCES, table=TABLE):
        with tempfile.TemporaryDirectory() as folder:
            files = {f"framework/support/clean_{i}.cpp": "#include <string>\n" for i in range(fewest)}
            files |= {
                "docs/architecture.md": table,
                "framework/sdk/include/folio/model.h": "#include <ATen/core/Tensor.h>\n",
                "framework/sdk/error.h": '#include "support/clean.h"\n',
                "framework/support/clean.h": "",
                "framework/experiment/experiment.h": '#include "folio/plain.h"\n#include "support/clean.h"\n',
                "framework/sdk/include/folio/plain.h": "",
                "framework/runs/record/run.h": '#include "folio/plain.h"\n#include "support/clean.h"\n',
                "framework/runs/store/store.h": '#include "runs/record/run.h"\n',
                "framework/nn/attention.h": '#include <torch/torch.h>\n#include "folio/model.h"\n',
                "plugins/models/gpt/gpt.h": '#include "folio/model.h"\n#include "nn/attention.h"\n',
                "plugins/models/gpt/gpt.cpp": '#include "gpt/gpt.h"\n',
            }
            for name, text in (files | planted).items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return Check(folder).run()

    def test_clean_tree_has_no_problems(self):
        self.assertEqual(self.problems({"framework/experiment/a.cpp": '#include "experiment/experiment.h"\n#include "experiment.h"\n'}), [])

    def test_layer_that_is_not_allowed_is_named_with_line(self):
        self.assertEqual(
            self.problems({"framework/experiment/deep/a.cpp": '#include <map>\n\n  #  include "runs/record/run.h"\n'}),
            ["framework/experiment/deep/a.cpp:3 includes runs/record/run.h: experiment may use sdk, support"],
        )

    def test_right_that_no_include_uses_is_named(self):
        row = "| nn | sdk, support | yes |"
        self.assertEqual(
            self.problems({}, table=self.TABLE.replace("| nn | sdk | yes |", row)),
            ["docs/architecture.md: nn may use support, and no include does"],
        )

    def test_room_may_be_a_layer_of_its_own(self):
        self.assertEqual(
            self.problems({"framework/runs/record/a.cpp": '#include "runs/store/store.h"\n'}),
            ["framework/runs/record/a.cpp:1 includes runs/store/store.h: runs/record may use sdk, support"],
        )

    def test_angle_brackets_hide_nothing(self):
        self.assertEqual(
            self.problems({"framework/support/a.h": "#include <runs/record/run.h>\n"}),
            ["framework/support/a.h:1 includes runs/record/run.h: support may use no other layer"],
        )

    def test_relative_path_hides_nothing(self):
        self.assertEqual(
            self.problems({"framework/experiment/a.cpp": '#include "../runs/record/run.h"\n'}),
            ["framework/experiment/a.cpp:1 includes ../runs/record/run.h: experiment may use sdk, support"],
        )

    def test_framework_may_not_use_plugins(self):
        self.assertEqual(
            self.problems({"framework/nn/a.cpp": '#include "../../plugins/models/gpt/gpt.cpp"\n'}),
            ["framework/nn/a.cpp:1 includes ../../plugins/models/gpt/gpt.cpp: nn may use sdk"],
        )

    def test_plugin_may_not_use_another(self):
        self.assertEqual(
            self.problems({"plugins/models/bert/a.cpp": '#include "gpt/gpt.h"\n'}),
            ["plugins/models/bert/a.cpp:1 includes gpt/gpt.h: a plugin may not use another"],
        )

    def test_libtorch_is_found_by_its_folders(self):
        for header in ("torch/torch.h", "ATen/ops/linear.h", "c10/util/Half.h"):
            self.assertEqual(
                self.problems({"framework/runs/record/a.cpp": f"#include <{header}>\n"}),
                [f"framework/runs/record/a.cpp:1 includes {header}: runs/record may not see libtorch"],
            )

    def test_header_that_needs_libtorch_is_refused_where_libtorch_is(self):
        self.assertEqual(
            self.problems({"framework/experiment/a.cpp": '#include "folio/model.h"\n'}),
            ["framework/experiment/a.cpp:1 includes folio/model.h, which needs libtorch: experiment may not see it"],
        )

    def test_only_the_named_header_of_a_layer_may_see_libtorch(self):
        self.assertEqual(
            self.problems({"framework/sdk/options.cpp": "#include <ATen/core/Tensor.h>\n"}),
            ["framework/sdk/options.cpp:1 includes ATen/core/Tensor.h: sdk may not see libtorch"],
        )

    def test_include_that_leads_nowhere_or_is_a_macro_is_named(self):
        self.assertEqual(
            self.problems({"framework/experiment/a.cpp": '#include "gone.h"\n#include HEADER\n'}),
            [
                "framework/experiment/a.cpp:1 includes gone.h, which is in no layer nor beside it",
                "framework/experiment/a.cpp:2 includes HEADER, which this test cannot read",
            ],
        )

    def test_folder_without_a_row_is_named(self):
        self.assertEqual(
            self.problems({"framework/cloud/a.cpp": ""}),
            [
                "docs/architecture.md: the table has no row for cloud",
                "framework/cloud/a.cpp: lies in no layer of the table",
            ],
        )

    def test_row_without_a_folder_or_layer_is_named(self):
        row = "| nn | sdk | yes |\n| data | sdk, cloud | yes |\n"
        self.assertEqual(
            self.problems({}, table=self.TABLE.replace("| nn | sdk | yes |\n", row)),
            [
                "docs/architecture.md: the table has a row for data, which is no folder",
                "docs/architecture.md: data may use cloud, which is no layer",
            ],
        )

    def test_walk_that_finds_too_little_fails(self):
        self.assertEqual(self.problems({}, fewest=3), [f"only 13 sources found, expected {FEWEST_SOURCES} or more"])


def main():
    if sys.argv[1:] == ["--self-test"]:
        unittest.main(argv=sys.argv[:1])
    check = Check(Path(__file__).resolve().parent.parent)
    problems = check.run()
    print(*problems, sep="\n", end="\n" if problems else "")
    print(f"{check.sources} sources in {len(check.layers)} layers, {len(problems)} problems")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
