// The steps of the colours of percentages; style.css has --h0 and so on.

export const STEPS = [0, 10, 25, 50, 70, 80, 90, 100];

// The last step that a value reaches.
export function stepOf(value) {
  return Math.max(
    STEPS.findLastIndex((from) => value >= from),
    0,
  );
}
