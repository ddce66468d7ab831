import { niceStep } from './nice-step.ts';

/** Domain, ticks and label format of an axis of accuracies, with room above the highest for a line of text. */
export function accuracyAxis(values: readonly number[], height: number) {
  const lowest = Math.min(...values);
  const highest = Math.max(...values);
  const span = Math.max(highest - lowest, 0.001);
  const step = niceStep(span / 5);
  const domain = [lowest - 0.06 * span, highest + (LABEL_ROOM / height) * span * 1.2];
  const first = Math.ceil(lowest / step - 0.5);
  const count = Math.floor(Math.min(highest, 1) / step + 0.01) - first + 1;
  const ticks = Array.from({ length: Math.max(count, 1) }, (_, index) => (first + index) * step).filter(
    (tick) => tick >= (domain[0] as number),
  );
  const digits = Math.max(0, -Math.floor(Math.log10(step * 100) + 1e-9));
  return { domain, ticks, labelExpr: `format(datum.value * 100, '.${digits}f')` };
}

// --- helpers ---

const LABEL_ROOM = 16;
