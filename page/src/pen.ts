// Lines from point to point. A point that is nowhere (not finite) makes a gap.

export class Pen {
  protected readonly path = new Path2D();
  private down = false;

  to(x: number, y: number): void {
    if (!(Math.abs(x) < Infinity && Math.abs(y) < Infinity)) this.down = false;
    else if (this.down) this.path.lineTo(x, y);
    else {
      this.path.moveTo(x, y);
      this.down = true;
    }
  }

  end(): Path2D {
    return this.path;
  }
}

const COLUMN = 2; // pixels of the screen

/// Of the points in a narrow column draws the lowest and the highest alone, in their order: what is seen of them is the
/// same, and takes less time.
export class ThinningPen extends Pen {
  private column = NaN;
  private low = { x: 0, y: Infinity };
  private high = { x: 0, y: -Infinity };

  override to(x: number, y: number): void {
    const column = Math.floor(x / COLUMN);
    if (column !== this.column || !(Math.abs(y) < Infinity)) {
      this.flush();
      this.column = column;
    }
    if (!(Math.abs(y) < Infinity)) {
      super.to(x, y);
      return;
    }
    if (y < this.low.y) this.low = { x, y };
    if (y > this.high.y) this.high = { x, y };
  }

  override end(): Path2D {
    this.flush();
    return this.path;
  }

  private flush(): void {
    if (this.low.y === Infinity) return;
    const [first, second] = this.low.x <= this.high.x ? [this.low, this.high] : [this.high, this.low];
    super.to(first.x, first.y);
    if (second !== first && second.y !== first.y) super.to(second.x, second.y);
    this.low = { x: 0, y: Infinity };
    this.high = { x: 0, y: -Infinity };
  }
}
