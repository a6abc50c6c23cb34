// A server of made-up runs for what no real training can show in a test: a day of updates, fifty long curves. It serves
// the built page, and answers as runner serve does (docs/serve.md) where the page asks.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

const LONGEST_ADDRESS = 6 << 10; // half of what framework/serve/http/target.h allows
const TYPES = { html: "text/html", js: "text/javascript", css: "text/css", svg: "image/svg+xml" };
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export class Synthetic {
  constructor(pageFolder, { runs, points, running }) {
    this.pageFolder = pageFolder;
    this.version = 1;
    this.streams = new Set();
    this.requests = 0;
    this.port = 0;
    this.full = false; // no stream is free
    this.slow_ms = 0; // for the list of runs to be answered
    this.token = ""; // without which nothing is answered, where there is one
    this.plots = []; // the runs that each plot was asked of
    this.runs = Array.from({ length: runs }, (_, i) => this.makeRun(i, points, running));
  }

  /// On a free port, or after close() on the one that it had.
  async listen() {
    this.server = createServer((request, response) => this.answer(request, response));
    await new Promise((resolve) => this.server.listen(this.port, "127.0.0.1", resolve));
    this.port = this.server.address().port;
    return `http://127.0.0.1:${this.port}/`;
  }

  close() {
    for (const stream of this.streams) stream.destroy();
    this.server.close();
    this.server.closeAllConnections();
  }

  makeRun(index, points, running) {
    const id = (0x10000000 + index).toString(16);
    const run = { id, name: `run ${index}`, state: running ? "running" : "finished", points: [], log: "", samples: [] };
    run.resumed = 0;
    run.above = 0;
    for (let step = 1; step <= points; ++step) run.points.push(this.point(run, step));
    return run;
  }

  point(run, step) {
    const noise = Math.sin(step * 12.9898 + parseInt(run.id, 16) * 78.233) * 0.1;
    return [step, 3 + 4 / (1 + step / 100) + noise + run.above];
  }

  /// The run goes on from an earlier step, and does worse. Nobody is told.
  resume(run, step) {
    run.points.length = step;
    run.resumed += 1;
    run.above = 5;
  }

  /// So many more steps of these runs, and the news of them.
  advance(steps, runs = this.runs) {
    for (const run of runs) {
      for (let i = 0; i < steps; ++i) run.points.push(this.point(run, run.points.length + 1));
      const step = run.points.length;
      run.log += `step ${step} of a long run that writes to its log now and then\n`;
      run.samples.push({ step, prompt: "O woe, ", text: "the grey ship sails over a wide sea. ".repeat(10) });
      if (run.samples.length > 500) run.samples.shift();
    }
    this.tell(runs);
  }

  tell(runs) {
    ++this.version;
    const change = { version: this.version, changed: runs.map(({ id }) => id) };
    for (const stream of this.streams) stream.write(`event: runs\ndata: ${JSON.stringify(change)}\n\n`);
  }

  summary(run) {
    const [step, loss] = run.points[run.points.length - 1] ?? [0, 7];
    return {
      id: run.id,
      name: run.name,
      state: run.state,
      model: "gpt",
      created: "2026-01-01T00:00:00.000Z",
      metrics: { loss, train_loss: loss, global_step: step },
      progress: { step, steps: 1e7, seconds_left: 1e5 },
    };
  }

  plot(query) {
    const limit = Number(query.get("points") ?? 1000);
    const x = query.get("x") ?? "steps";
    this.plots.push(query.getAll("run"));
    const after = new Map(
      (query.get("after") ?? "")
        .split(",")
        .filter(Boolean)
        .map((part) => part.split(":")),
    );
    const curves = query.getAll("run").flatMap((id, color) => {
      const run = this.runs.find((one) => one.id === id);
      if (!run) return [];
      let points = after.has(id) ? run.points.slice(Number(after.get(id))) : run.points;
      const every = this.thin ? Math.max(1, Math.ceil(points.length / limit)) : 1;
      if (every > 1) points = points.filter((_, i) => i % every === 0);
      return [
        {
          label: `${run.name} ${id}`,
          color,
          runs: [id],
          points: x === "time" ? points.map(([step, y]) => [2 * step, y]) : points,
          total_points: run.points.length,
          thinned: every > 1,
          last_step: run.points.length,
        },
      ];
    });
    return {
      schema_version: 1,
      metric: "loss",
      unit: "nats per token",
      direction: "lower",
      x,
      x_title: x === "time" ? "time" : "step",
      y_title: "loss",
      curves,
      notes: [],
      resumed: Object.fromEntries(this.runs.map(({ id, resumed }) => [id, resumed])),
      cursor: curves.map((curve) => `${curve.runs[0]}:${curve.last_step}`).join(","),
    };
  }

  json(path, query) {
    const [, what, id, part] = path;
    if (what === "fields") {
      const metrics = ["loss", "train_loss"];
      return { metrics, of_whole_run: ["train_loss"], settings: [], other: ["id", "name", "created"] };
    }
    if (what === "metrics") return { metrics: [] };
    if (what === "plot") return this.plot(query);
    if (what !== "runs") return null;
    if (!id) {
      const from = Number(query.get("offset") ?? 0);
      return {
        total: this.runs.length,
        matching: this.runs.length,
        version: this.version,
        differing: [],
        runs: this.runs.slice(from, from + Number(query.get("limit") ?? 100)).map((run) => this.summary(run)),
      };
    }
    const run = this.runs.find((one) => one.id === id);
    if (!run) return null;
    if (part === "files") return { files: ["model.bin", "gone.bin"].map((path) => ({ path, bytes: 5 })) };
    if (part === "samples") return { samples: run.samples };
    if (part === "log") {
      const given = Number(query.get("from"));
      const from = given < 0 ? Math.max(0, run.log.length + given) : given;
      const to = Math.min(run.log.length, from + 262144);
      return { text: run.log.slice(from, to), from, to, size: run.log.length };
    }
    return { ...this.summary(run), settings: {}, origins: {}, sample: run.samples[run.samples.length - 1] };
  }

  answer(request, response) {
    ++this.requests;
    const url = new URL(request.url, "http://localhost");
    const path = url.pathname.split("/").slice(1).map(decodeURIComponent);
    if (path[0] !== "api") {
      const name = path[0] || "index.html";
      response.setHeader("Content-Type", TYPES[name.split(".").pop()] ?? "text/plain");
      response.setHeader("Content-Security-Policy", POLICY);
      response.end(readFileSync(join(this.pageFolder, name)));
      return;
    }
    const refuse = (status, message) => {
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(JSON.stringify({ error: { kind: "usage", message } }));
    };
    if (request.url.length > LONGEST_ADDRESS) return refuse(400, "the address is too long");
    if (this.token && request.headers.authorization !== `Bearer ${this.token}`) return refuse(403, "no token");
    if (path[1] === "stream" && this.full) return refuse(503, "all streams are taken");
    if (path[1] === "stream") {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.write(`event: runs\ndata: {"version":${this.version},"changed":[]}\n\n`);
      this.streams.add(response);
      response.on("close", () => this.streams.delete(response));
      return;
    }
    if (path[3] === "files" && path[4] === "model.bin") {
      response.writeHead(200, { "Content-Type": "application/octet-stream", "Content-Disposition": "attachment" });
      response.end("model");
      return;
    }
    const answer = path[4] ? null : this.json(path, url.searchParams);
    if (!answer) return refuse(404, "there is no such run or file");
    const send = () => {
      response.writeHead(200, { "Content-Type": "application/json" });
      response.end(JSON.stringify(answer));
    };
    setTimeout(send, path[1] === "runs" && !path[2] ? this.slow_ms : 0);
  }
}
