// Exact numbers: fractions of whole numbers of any length, in lowest terms.

const divisor = (one, other) => (other ? divisor(other, one % other) : one < 0n ? -one : one);

export class Amount {
  constructor(above, under = 1n) {
    const common = divisor(above, under) || 1n;
    this.above = above / common;
    this.under = under / common;
  }

  /** Of a whole number, or of points written "n/d". */
  static of(written) {
    const [above, under] = String(written).split("/").map(BigInt);
    return new Amount(above, under);
  }

  plus = (other) => new Amount(this.above * other.under + other.above * this.under, this.under * other.under);
  minus = (other) => this.plus(new Amount(-other.above, other.under));
  times = (whole) => new Amount(this.above * whole, this.under);
  over = (other) => new Amount(this.above * other.under, this.under * other.above);

  /** Below, at or above zero. */
  compare(other) {
    const difference = this.above * other.under - other.above * this.under;
    return difference < 0n ? -1 : Number(difference > 0n);
  }

  isZero = () => this.above === 0n;

  /** As JSON of an outcome has it: a whole number, or "n/d" as text. */
  toJson = () => (this.under === 1n ? String(this.above) : `"${this.above}/${this.under}"`);
}

export const ZERO = new Amount(0n);
