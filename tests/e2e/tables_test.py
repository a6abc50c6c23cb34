"""The cells of docs/results.md for notebooks, run as they stand there; pandas, DuckDB and PyArrow read what Folio exports.
The first call brings them into .deps."""

import csv
import io
import re
import subprocess
import sys
import unittest

from folio import BINARY, SOURCE, FolioTest, brought


class Tables(FolioTest):
    def setUp(self):
        super().setUp()
        self.packages = brought("tables")
        # A metric that needs quotes, numbers that are not finite, and more values than repeat in a row.
        (self.folder / "odd.csv").write_text('step,"a ""b"", c",loss\n' + "".join(
            f"{step},{step / 8},{value}\n" for step, value in enumerate(["nan", "inf", "-inf", 0.1, 3, 1e300])))
        for name in ["first", "second"]:
            (self.folder / f"{name}.csv").write_text(
                "step,loss,eval/loss\n" + "".join(f"{i * 10},{5 - i / 64},{6 - i / 32}\n" for i in range(300)))
        for name in ["odd", "first", "second"]:
            self.runner("import", self.folder / f"{name}.csv")

    def python(self, code):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=self.folder,
                              env={**self.environment, "PYTHONPATH": str(self.packages)})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_parquet_is_the_table_that_csv_has(self):
        for format, name in [("points-csv", "points.csv"), ("parquet", "points.parquet")]:
            self.runner("export", "--where", "state=finished and name!=baseline-gpt and name!=baseline-bert",
                        "--format", format, "--to", self.folder / name)
        text = (self.folder / "points.csv").read_text()
        rows = [[run, int(step), metric, repr(float(value))] for run, step, metric, value in csv.reader(io.StringIO(text))
                if run != "run"]
        self.assertEqual(len(rows), 12 + 2 * 600)
        self.assertIn('a "b", c', {row[2] for row in rows})
        read = {
            "pyarrow": "import pyarrow.parquet as pq; t = pq.read_table('points.parquet'); "
                       "rows = list(zip(*[c.to_pylist() for c in t.columns]))",
            "duckdb": "import duckdb; rows = duckdb.sql(\"FROM 'points.parquet'\").fetchall()",
            "pandas": "import pandas; rows = pandas.read_parquet('points.parquet').values.tolist()",
        }
        for name, code in read.items():
            out = self.python(code + "\nprint([[r, s, m, repr(float(v))] for r, s, m, v in rows])")
            self.assertEqual(eval(out), rows, name)
        types = self.python("import pyarrow.parquet as pq; print([str(f.type) for f in pq.read_schema('points.parquet')])")
        self.assertEqual(eval(types), ["string", "int64", "string", "double"])

    def test_the_cells_of_the_page_run(self):
        page = (SOURCE / "docs/results.md").read_text()
        cells = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
        self.assertEqual(len(cells), 3)
        runs = [run["id"] for run in self.json("ls")["runs"] if run["name"] in ("first", "second")]
        for cell in cells:
            out = self.python(cell.replace("./runner", str(BINARY / "bin/runner")))
            for expected in ["run", "step", "loss"] if "columns.tolist" in cell else runs:
                self.assertIn(expected, out, cell)


if __name__ == "__main__":
    unittest.main()
