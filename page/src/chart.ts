// Curves drawn with uPlot, each with an x axis of its own (uPlot's mode 2), so that runs that logged at different steps
// need no common table.

import uPlot from "uplot";
import { type Curve, lowerBound } from "./curve_data";
import { number } from "./format";
import { colorOf, dashOf, styleColor } from "./palette";
import { Pen, ThinningPen } from "./pen";

export interface ChartLook {
  xTitle: string;
  yTitle: string;
  logX: boolean;
  logY: boolean;
  seconds: boolean;
}

interface Range {
  min: number;
  max: number;
}

const HEIGHT = 330;
/// Beyond so many points lines are one pixel of the screen wide, which is drawn ten times as fast as any other width.
const MOST_WIDE_POINTS = 20_000;

export class Chart {
  private plot: uPlot | null = null;
  private curves: Curve[] = [];
  private look: ChartLook = { xTitle: "", yTitle: "", logX: false, logY: false, seconds: false };
  private zoom: { x: Range; y: Range } | null = null;
  private hidden = new Set<string>();
  private highlighted = "";
  private points = 0;
  private frame = 0;
  private readonly observer: ResizeObserver;

  /// Given the x under the pointer, or null when it has left; and whether a part is shown.
  onCursor: (x: number | null) => void = () => {};
  onZoom: (zoomed: boolean) => void = () => {};

  constructor(readonly host: HTMLElement) {
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(host);
  }

  close(): void {
    cancelAnimationFrame(this.frame);
    this.observer.disconnect();
    this.plot?.destroy();
    this.plot = null;
  }

  show(curves: Curve[], look: ChartLook): void {
    const kept = JSON.stringify(look) === JSON.stringify(this.look);
    if (!kept) this.resetZoom();
    this.look = look;
    this.curves = curves;
    this.build();
  }

  /// After points were added to the curves shown. Many calls in a frame draw once.
  refresh(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.plot?.setData(this.data()));
  }

  setHidden(keys: Set<string>): void {
    this.hidden = keys;
    this.refresh();
  }

  highlight(key: string): void {
    if (key === this.highlighted) return;
    this.highlighted = key;
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      this.curves.forEach((_, index) => this.style(index));
      this.plot?.redraw(false, false);
    });
  }

  resetZoom(): void {
    if (!this.zoom) return;
    this.zoom = null;
    this.onZoom(false);
    this.refresh();
  }

  private size(): { width: number; height: number } {
    const box = this.host.getBoundingClientRect();
    return { width: Math.max(200, Math.floor(box.width)), height: Math.max(180, Math.floor(box.height) || HEIGHT) };
  }

  private resize(): void {
    const size = this.size();
    if (this.plot && (this.plot.width !== size.width || this.plot.height !== size.height)) this.plot.setSize(size);
  }

  private data(): uPlot.AlignedData {
    this.points = this.curves.reduce((sum, curve) => sum + curve.x.length, 0);
    return [null, ...this.curves.map((curve) => [curve.x, curve.y])] as unknown as uPlot.AlignedData;
  }

  private visible(): Curve[] {
    const shown = this.curves.filter((curve) => !this.hidden.has(curve.key));
    return shown.length > 0 ? shown : this.curves;
  }

  private rangeX(): [number, number] {
    if (this.zoom) return [this.zoom.x.min, this.zoom.x.max];
    let min = Infinity;
    let max = -Infinity;
    for (const { x } of this.visible()) {
      const first = this.look.logX ? x[lowerBound(x, Number.MIN_VALUE)] : x[0];
      if (first !== undefined) min = Math.min(min, first);
      max = Math.max(max, x[x.length - 1] ?? -Infinity);
    }
    if (!Number.isFinite(min)) return this.look.logX ? [1, 10] : [0, 1];
    return max > min ? [min, max] : this.look.logX ? [min / 2, min * 2] : [min - 0.5, min + 0.5];
  }

  private rangeY(): [number, number] {
    if (this.zoom) return [this.zoom.y.min, this.zoom.y.max];
    const extent = { min: Infinity, max: -Infinity };
    const [from, to] = this.rangeX();
    for (const curve of this.visible()) {
      const start = lowerBound(curve.x, from);
      const end = Math.min(curve.x.length, lowerBound(curve.x, to) + 1);
      for (const values of [curve.y, curve.low, curve.high]) this.widen(extent, values, start, end);
    }
    if (!Number.isFinite(extent.min)) return this.look.logY ? [0.1, 1] : [0, 1];
    if (this.look.logY) {
      const pad = Math.max((extent.max / extent.min) ** 0.05, 1.02);
      return [extent.min / pad, extent.max * pad];
    }
    const pad = (extent.max - extent.min) * 0.06 || Math.abs(extent.max) * 0.05 || 0.5;
    return [extent.min - pad, extent.max + pad];
  }

  private widen(extent: Range, values: (number | null)[], from: number, to: number): void {
    const least = this.look.logY ? 0 : -Infinity;
    for (let i = from; i < Math.min(to, values.length); ++i) {
      const value = values[i] as number | null;
      if (value === null || value <= least) continue;
      if (value < extent.min) extent.min = value;
      if (value > extent.max) extent.max = value;
    }
  }

  private build(): void {
    this.plot?.destroy();
    this.plot = null;
    if (this.curves.length === 0) return; // uPlot makes no chart of none
    const options: uPlot.Options = {
      ...this.size(),
      mode: 2,
      legend: { show: false },
      scales: {
        x: { time: false, distr: this.look.logX ? 3 : 1, range: () => this.rangeX() },
        y: { distr: this.look.logY ? 3 : 1, range: () => this.rangeY() },
      },
      axes: this.axes(),
      series: [{}, ...this.curves.map((curve) => this.series(curve))],
      cursor: this.cursor(),
      padding: [8, 12, 0, 0],
      hooks: {
        drawAxes: [() => this.drawBands()],
        draw: [() => this.drawDots()],
        setSelect: [(plot) => this.select(plot)],
        setCursor: [(plot) => this.pointAt(plot)],
      },
    };
    this.plot = new uPlot(options, this.data(), this.host);
    this.plot.root.setAttribute("aria-hidden", "true"); // the legend has the values
  }

  private axes(): uPlot.Axis[] {
    const font = `11px ${getComputedStyle(document.body).fontFamily}`;
    const grid = { stroke: styleColor("--grid"), width: 1 };
    const axis = { stroke: styleColor("--muted"), font, grid, ticks: { show: false }, gap: 6 };
    return [
      {
        ...axis,
        label: this.look.xTitle,
        labelFont: font,
        labelSize: 18,
        size: 26,
        space: 70,
        values: (_plot, splits) => splits.map((value) => tick(value, this.look.seconds)),
      },
      {
        ...axis,
        size: (_plot, values) => 14 + 6.6 * Math.max(3, ...(values ?? []).map((value) => value.length)),
        values: (_plot, splits) => splits.map((value) => tick(value, false)),
      },
    ];
  }

  private series(curve: Curve): uPlot.Series {
    return {
      label: curve.label,
      stroke: colorOf(curve.color),
      facets: [
        { scale: "x", auto: true },
        { scale: "y", auto: true },
      ],
      points: { show: false },
      paths: (_plot: uPlot, index: number) => this.path(index - 1),
    };
  }

  private cursor(): uPlot.Cursor {
    const resetZoom = () => {
      this.resetZoom();
      return null;
    };
    return {
      drag: { x: true, y: true, uni: 24, setScale: false },
      points: { show: false },
      dataIdx: () => 0,
      bind: { dblclick: () => resetZoom },
    };
  }

  private select(plot: uPlot): void {
    const { left, top, width, height } = plot.select;
    if (width < 4 && height < 4) return;
    const whole = { x: plot.scales["x"], y: plot.scales["y"] };
    // A drag along one axis takes the other whole.
    const x = width < 4 ? [whole.x?.min, whole.x?.max] : [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
    const y = height < 4 ? [whole.y?.min, whole.y?.max] : [plot.posToVal(top + height, "y"), plot.posToVal(top, "y")];
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if ([...x, ...y].some((value) => value === undefined || value === null)) return;
    this.zoom = { x: { min: x[0] as number, max: x[1] as number }, y: { min: y[0] as number, max: y[1] as number } };
    this.onZoom(true);
    this.refresh();
  }

  private pointAt(plot: uPlot): void {
    const left = plot.cursor.left ?? -1;
    this.onCursor(left < 0 ? null : plot.posToVal(left, "x"));
  }

  /// Functions from values to pixels of the canvas.
  private projection(): { x: (value: number) => number; y: (value: number) => number } {
    const plot = this.plot as uPlot;
    const { left, top, width, height } = plot.bbox;
    const along = (scale: uPlot.Scale | undefined, log: boolean, origin: number, length: number) => {
      const move = log ? Math.log10 : (value: number) => value;
      const from = move(scale?.min ?? 0);
      const factor = length / (move(scale?.max ?? 1) - from || 1);
      return log
        ? (value: number) => origin + (Math.log10(value) - from) * factor
        : (value: number) => origin + (value - from) * factor;
    };
    return {
      x: along(plot.scales["x"], this.look.logX, left, width),
      y: along(plot.scales["y"], this.look.logY, top + height, -height),
    };
  }

  /// The points within the part shown, and one to each side.
  private shownRange(curve: Curve): [number, number] {
    const scale = this.plot?.scales["x"];
    const from = Math.max(0, lowerBound(curve.x, scale?.min ?? -Infinity) - 1);
    return [from, Math.min(curve.x.length, lowerBound(curve.x, scale?.max ?? Infinity) + 1)];
  }

  private path(index: number): uPlot.Series.Paths | null {
    const curve = this.curves[index];
    const plot = this.plot;
    if (!curve || !plot || this.hidden.has(curve.key)) return null;
    this.style(index);
    return {
      stroke: this.line(curve),
      fill: null,
      clip: null,
      band: null,
      gaps: [],
      flags: 1,
    } as unknown as uPlot.Series.Paths;
  }

  /// How a curve is drawn where another one is marked, or it is itself.
  private style(index: number): void {
    const curve = this.curves[index];
    const series = this.plot?.series[index + 1] as (uPlot.Series & { alpha: number }) | undefined;
    if (!curve || !series) return;
    const marked = this.highlighted === curve.key;
    const usual = this.points > MOST_WIDE_POINTS ? 1 / devicePixelRatio : this.curves.length > 12 ? 1.2 : 1.7;
    series.alpha = this.highlighted && !marked ? 0.18 : 1;
    series.width = marked ? 2.5 : usual;
    series.dash = dashOf(curve.color, this.curves.length);
  }

  private line(curve: Curve): Path2D {
    const { x, y } = this.projection();
    const pen = this.points > MOST_WIDE_POINTS ? new ThinningPen() : new Pen();
    const [from, to] = this.shownRange(curve);
    for (let i = from; i < to; ++i) {
      const value = curve.y[i] as number | null;
      pen.to(x(curve.x[i] as number), value === null ? NaN : y(value));
    }
    return pen.end();
  }

  private clipped(draw: (context: CanvasRenderingContext2D) => void): void {
    const plot = this.plot;
    if (!plot) return;
    const { left, top, width, height } = plot.bbox;
    plot.ctx.save();
    plot.ctx.beginPath();
    plot.ctx.rect(left, top, width, height);
    plot.ctx.clip();
    draw(plot.ctx);
    plot.ctx.restore();
  }

  private drawBands(): void {
    this.clipped((context) => {
      const { x, y } = this.projection();
      for (const curve of this.curves) {
        if (curve.low.length !== curve.x.length || this.hidden.has(curve.key)) continue;
        const [from, to] = this.shownRange(curve);
        context.beginPath();
        for (let i = from; i < to; ++i) this.corner(context, curve.x[i], curve.high[i], x, y);
        for (let i = to - 1; i >= from; --i) this.corner(context, curve.x[i], curve.low[i], x, y);
        context.fillStyle = colorOf(curve.color);
        context.globalAlpha = this.highlighted && this.highlighted !== curve.key ? 0.05 : 0.17;
        context.fill();
      }
    });
  }

  private corner(
    context: CanvasRenderingContext2D,
    at: number | undefined,
    value: number | null | undefined,
    x: (value: number) => number,
    y: (value: number) => number,
  ): void {
    if (at === undefined || value === null || value === undefined) return;
    if ((this.look.logY && value <= 0) || (this.look.logX && at <= 0)) return;
    context.lineTo(x(at), y(value));
  }

  /// Of few points each is marked: of one alone there is no line.
  private drawDots(): void {
    this.clipped((context) => {
      const { x, y } = this.projection();
      for (const curve of this.curves) {
        if (curve.x.length > 30 || this.hidden.has(curve.key)) continue;
        context.fillStyle = colorOf(curve.color);
        context.globalAlpha = this.highlighted && this.highlighted !== curve.key ? 0.2 : 1;
        curve.x.forEach((at, i) => {
          const value = curve.y[i];
          if (value === null || value === undefined) return;
          context.beginPath();
          context.arc(x(at), y(value), 3 * devicePixelRatio, 0, 2 * Math.PI);
          context.fill();
        });
      }
    });
  }
}

/// A value on an axis: short.
function tick(value: number | null, seconds: boolean): string {
  if (value === null) return "";
  if (seconds && Math.abs(value) >= 120) {
    return value >= 7200 ? `${short(value / 3600)} h` : `${short(value / 60)} min`;
  }
  const size = Math.abs(value);
  if (size >= 1e9) return `${short(value / 1e9)}G`;
  if (size >= 1e6) return `${short(value / 1e6)}M`;
  if (size >= 1e4) return `${short(value / 1e3)}k`;
  return size > 0 && size < 1e-3 ? value.toExponential(1).replace(/\.0e/, "e").replace("-", "−") : short(value);
}

function short(value: number): string {
  return Number.isInteger(value) ? number(value) : String(Number(value.toPrecision(4))).replace("-", "−");
}
