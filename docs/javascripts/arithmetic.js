/**
 * The arithmetic of windows along one axis, as Keras has it, and its formulas as `convzoo calc
 * --explain` prints them. Tests hold both to convzoo's own.
 *
 * A window is {kernel, stride, dilation, padding}; its padding is "valid" or "same".
 */

/** How many inputs a kernel spans, the holes between its taps included. */
export function effectiveKernel({ kernel, dilation }) {
  return dilation * (kernel - 1) + 1;
}

/**
 * What a window makes of an axis of `size` inputs.
 *
 * Returns {effective, size, before, after, fits, excluded}: the effective kernel, the outputs, the
 * padding on both sides, whether the window fits, and whether its stride and dilation exclude each
 * other in Keras.
 */
export function slide(size, window) {
  const { stride, dilation, padding } = window;
  const effective = effectiveKernel(window);
  const excluded = stride > 1 && dilation > 1;
  if (padding === "same") {
    const outputs = Math.ceil(size / stride);
    const total = Math.max((outputs - 1) * stride + effective - size, 0);
    const before = Math.floor(total / 2);
    return { effective, size: outputs, before, after: total - before, fits: true, excluded };
  }
  const fits = effective <= size;
  const outputs = fits ? Math.floor((size - effective) / stride) + 1 : 0;
  return { effective, size: outputs, before: 0, after: 0, fits, excluded };
}

/** The places that output `unit` reads, one for each tap; those outside the input are padding. */
export function taps(size, window, unit) {
  const first = unit * window.stride - slide(size, window).before;
  return Array.from({ length: window.kernel }, (_, tap) => first + window.dilation * tap);
}

/** The formulas of a window: {effective, size, padding}, each with its result. */
export function slideFormulas(size, window) {
  const { kernel, stride, dilation } = window;
  const { effective, size: outputs, before, after } = slide(size, window);
  const spanned = `${dilation} x (${kernel} - 1) + 1`;
  if (window.padding === "same") {
    const needed = `(${outputs} - 1) x ${stride} + ${effective} - ${size}`;
    return {
      effective: `${spanned} = ${effective}`,
      size: `ceil(${size} / ${stride}) = ${outputs}`,
      padding: `max(${needed}, 0) = ${before + after}, ${before} before and ${after} after`,
    };
  }
  const kernelText = dilation > 1 ? `(${spanned})` : `${kernel}`;
  return {
    effective: `${spanned} = ${effective}`,
    size: `floor((${size} - ${kernelText}) / ${stride}) + 1 = ${outputs}`,
    padding: "none",
  };
}

/**
 * The windows of a stack such as "conv:3,1,2 pool:2 conv:3,same": kernel, stride, dilation. A bare
 * "same" or "valid" is the padding, wherever it stands. The stride of a pool is its kernel.
 */
export function readStack(text) {
  return text.split(/\s+/).filter(Boolean).map(readWindow);
}

function readWindow(word) {
  const [kind, list = "", ...rest] = word.split(":");
  const values = list.split(",");
  const padding = values.filter((value) => value === "same" || value === "valid");
  const numbers = values.filter((value) => !padding.includes(value));
  const most = { conv: 3, pool: 2 }[kind];
  const isRead =
    most &&
    rest.length === 0 &&
    padding.length < 2 &&
    numbers.length > 0 &&
    numbers.length <= most &&
    numbers.every((value) => /^[1-9]\d?$/.test(value));
  if (!isRead) {
    throw new RangeError(`'${word}' is no layer. Write conv:3, conv:3,2, conv:3,1,2 or pool:2.`);
  }
  const [kernel, stride = kind === "pool" ? kernel : 1, dilation = 1] = numbers.map(Number);
  return { kind, kernel, stride, dilation, padding: padding[0] ?? "valid" };
}

/**
 * What the units of each row see, the input first: {size, field, stride, start, fits, formulas}.
 * `field` is how many inputs a unit sees, `stride` how many lie from one unit to the next, `start`
 * the first that unit 0 sees. The rows end with the first window that does not fit.
 */
export function grow(size, stack) {
  const input = { field: 1, stride: 1, start: 0, fits: true, excluded: false, formulas: null };
  const rows = [{ size, ...input }];
  for (const window of stack) {
    const below = rows.at(-1);
    const { effective, size: outputs, before, fits, excluded } = slide(below.size, window);
    const field = below.field + (effective - 1) * below.stride;
    const stride = below.stride * window.stride;
    const start = below.start - before * below.stride;
    const formulas = {
      field: `${below.field} + (${effective} - 1) x ${below.stride} = ${field}`,
      stride: `${below.stride} x ${window.stride} = ${stride}`,
      start: `${below.start} - ${before} x ${below.stride} = ${start}`,
    };
    rows.push({ size: outputs, field, stride, start, fits, excluded, formulas });
    if (!fits) break;
  }
  return rows;
}

/** The units of each row, the input first, that one unit of the last row sees; padding left out. */
export function seen(size, stack, unit) {
  const rows = grow(size, stack);
  const found = [[unit]];
  for (let index = stack.length - 1; index >= 0; index -= 1) {
    const below = rows[index].size;
    const read = new Set(found[0].flatMap((above) => taps(below, stack[index], above)));
    found.unshift([...read].filter((place) => place >= 0 && place < below).sort((a, b) => a - b));
  }
  return found;
}

/** The smallest input from `size` to `most` that all windows fit into; `null` where none is. */
export function smallestInput(stack, size, most) {
  for (let candidate = size; candidate <= most; candidate += 1) {
    if (grow(candidate, stack).every((row) => row.fits)) return candidate;
  }
  return null;
}
