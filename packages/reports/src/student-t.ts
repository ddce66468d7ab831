/**
 * The t below which |T| stays with the probability `level`, for Student's t with `degrees` degrees of freedom: 12.706 at 0.95 and 1 degree.
 *
 *   θ = atan(t / √ν)      P(|T| ≤ t) = a finite sum of sines and cosines of θ          Abramowitz & Stegun 1964, 26.7.3 and 26.7.4
 *
 * solved for θ by bisection, since P rises with it. `level` in (0, 1), `degrees` a whole number from 1 on.
 */
export function studentT(level: number, degrees: number): number {
  let [low, high] = [0, Math.PI / 2];
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2;
    if (probability(middle, degrees) < level) low = middle;
    else high = middle;
  }
  return Math.sqrt(degrees) * Math.tan((low + high) / 2);
}

// --- helpers ---

/** Of an interval of length π/2, down to the last bit of a double. */
const HALVINGS = 53;

function probability(theta: number, degrees: number): number {
  const [sine, cosine] = [Math.sin(theta), Math.cos(theta)];
  const odd = degrees % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = degrees > 1 ? term : 0;
  for (let k = odd ? 3 : 2; k < degrees; k += 2) {
    term *= ((k - 1) / k) * cosine ** 2;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (theta + sine * sum) : sine * sum;
}
