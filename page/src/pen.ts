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
  // Numbers, not points: millions of objects a second would have to be collected.
  private lowX = 0;
  private lowY = Infinity;
  private highX = 0;
  private highY = -Infinity;

  override to(x: number, y: number): void {
    if (!(Math.abs(y) < Infinity)) {
      this.flush();
      super.to(x, y);
      return;
    }
    const column = Math.floor(x / COLUMN);
    if (column !== this.column) {
      this.flush();
      this.column = column;
    }
    if (y < this.lowY) {
      this.lowX = x;
      this.lowY = y;
    }
    if (y > this.highY) {
      this.highX = x;
      this.highY = y;
    }
  }

  override end(): Path2D {
    this.flush();
    return this.path;
  }

  private flush(): void {
    if (this.lowY === Infinity) return;
    const lowFirst = this.lowX <= this.highX;
    super.to(lowFirst ? this.lowX : this.highX, lowFirst ? this.lowY : this.highY);
    if (this.lowY !== this.highY) super.to(lowFirst ? this.highX : this.lowX, lowFirst ? this.highY : this.lowY);
    this.lowY = Infinity;
    this.highY = -Infinity;
  }
}
