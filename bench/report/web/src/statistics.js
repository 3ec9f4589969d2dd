// Small sums over lists of numbers.

export function median(values) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return NaN;
  const middle = sorted.length >> 1;
  return sorted.length % 2
    ? sorted[middle]
    : (sorted[middle - 1] + sorted[middle]) / 2;
}

// {min, median, max} of the numbers among them, or null.
export function spread(values) {
  const numbers = values.filter(Number.isFinite);
  if (numbers.length === 0) return null;
  let min = Infinity;
  let max = -Infinity;
  for (const value of numbers) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { min, median: median(numbers), max };
}

// A Map from key(item) to the items that have it, in order of appearance.
export function groupBy(items, key) {
  const groups = new Map();
  for (const item of items) {
    const name = key(item);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(item);
  }
  return groups;
}

// The different values, in order of appearance.
export function distinct(values) {
  return [...new Set(values)];
}
