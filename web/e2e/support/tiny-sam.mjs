// A pair of ONNX models with the inputs and outputs of segment-anything's export, small enough for tests and computed for real: the embeddings are the
// picture's colors on a grid, and a mask is what has about the color at the points that belong to the thing, unless it is more like one that does not, within
// the box if there is one. Nothing is learned, so what a click finds can be told beforehand.
import { FLOAT, INT64, constant, model, node, value } from './onnx.mjs';

/** Side of the picture as the encoder sees it, and of the grid. */
export const SIDE = 256;
const GRID = 128;
/** Squared distance (of normalised colors) up to which two colors are about one. */
const ALIKE = 0.35;
const NEVER = 1e4;

/** @param order of colors: 'chw' normalised as SAM does, 'hwc' as the pixels are */
export function tinyEncoder(order = 'chw') {
  const output = [value('image_embeddings', [1, 3, GRID, GRID])];
  const pool = (from) => node('AveragePool', [from], ['image_embeddings'], { kernel_shape: [2, 2], strides: [2, 2] });
  if (order === 'chw') return model({ nodes: [pool('image')], inputs: [value('image', [1, 3, SIDE, SIDE])], outputs: output });
  return model({
    nodes: [
      node('Transpose', ['image'], ['colors'], { perm: [2, 0, 1] }),
      node('Unsqueeze', ['colors', 'first'], ['one']),
      node('Div', ['one', 'spread'], ['scaled']),
      pool('scaled'),
    ],
    constants: [constant('first', INT64, [1], [0]), constant('spread', FLOAT, [1], [57])],
    inputs: [value('image', [SIDE, SIDE, 3])],
    outputs: output,
  });
}

/** @param names other names than segment-anything's, by those */
export function tinyDecoder(names = {}) {
  const named = (name) => names[name] ?? name;
  const nodes = [];
  let made = 0;
  /** One operator more; its output is a name. */
  const op = (kind, inputs, attributes = {}) => {
    const output = `t${made++}`;
    nodes.push(node(kind, inputs, [output], attributes));
    return output;
  };
  const constants = [];
  const keep = (type, dims, values) => {
    const name = `c${constants.length}`;
    constants.push(constant(name, type, dims, values));
    return name;
  };
  const float = (one) => keep(FLOAT, [1], [one]);
  const whole = (...values) => keep(INT64, [values.length], values);
  const [coords, labels, embeddings, size] = ['point_coords', 'point_labels', 'image_embeddings', 'orig_im_size'].map(named);

  const is = (label) => op('Cast', [op('Equal', [labels, float(label)])], { to: FLOAT });
  const [isOutside, isInside, isCorner, isOpposite] = [is(0), is(1), is(2), is(3)];
  /** [1, 2]: the coordinates of the one point that is so, else zeros. */
  const only = (which) => op('ReduceSum', [op('Mul', [coords, op('Unsqueeze', [which, whole(2)])]), whole(1)], { keepdims: 0 });
  const hasBox = op('ReduceMax', [isCorner], { axes: [1], keepdims: 1 });
  const noBox = op('Sub', [float(1), hasBox]);
  const [low, high] = [only(isCorner), only(isOpposite)];
  const middle = op('Mul', [op('Add', [low, high]), float(0.5)]);

  // The middle of a box is a point of the thing.
  const points = op('Concat', [coords, op('Unsqueeze', [middle, whole(1)])], { axis: 1 });
  const inside = op('Concat', [isInside, hasBox], { axis: 1 });
  const outside = op('Concat', [isOutside, op('Mul', [hasBox, float(0)])], { axis: 1 });

  // [1, 3, points, 1]: the embeddings there; [1, points, GRID * GRID]: how alike each place is.
  const grid = op('Sub', [op('Mul', [points, float(2 / SIDE)]), float(1)]);
  const there = op('GridSample', [embeddings, op('Unsqueeze', [grid, whole(1)])], { mode: 'nearest', padding_mode: 'border' });
  const colors = op('Transpose', [there], { perm: [0, 1, 3, 2] });
  const places = op('Reshape', [embeddings, whole(1, 3, 1, GRID * GRID)]);
  const away = op('Sub', [places, colors]);
  const alike = op('Sub', [float(ALIKE), op('ReduceSum', [op('Mul', [away, away]), whole(1)], { keepdims: 0 })]);
  const best = (which) => {
    const left = op('Mul', [op('Sub', [which, float(1)]), float(NEVER)]);
    return op('ReduceMax', [op('Add', [alike, op('Unsqueeze', [left, whole(2)])])], { axes: [1], keepdims: 0 });
  };
  const toThing = best(inside);
  const color = op('Min', [toThing, op('Sub', [toThing, best(outside)])]);

  // Within the box: the least way to any of its sides is not negative.
  const across = keep(
    FLOAT,
    [1, GRID * GRID],
    Array.from({ length: GRID * GRID }, (_, i) => ((i % GRID) + 0.5) * (SIDE / GRID)),
  );
  const down = keep(FLOAT, [1, GRID * GRID], Array.from({ length: GRID * GRID }, (_, i) => (Math.floor(i / GRID) + 0.5) * (SIDE / GRID))); // prettier-ignore
  const side = (of, axis) => op('Gather', [of, whole(axis)], { axis: 1 });
  const free = op('Mul', [noBox, float(NEVER)]);
  const within = op('Min', [
    op('Sub', [across, side(low, 0)]),
    op('Sub', [side(high, 0), across]),
    op('Sub', [down, side(low, 1)]),
    op('Sub', [side(high, 1), down]),
  ]);
  // As far to either side, so that the border lies between two places.
  const bound = (one) => keep(FLOAT, [], [one]);
  const logits = op('Clip', [op('Min', [color, op('Add', [within, free])]), bound(-ALIKE), bound(ALIKE)]);
  const low_res = op('Reshape', [logits, whole(1, 1, GRID, GRID)]);

  // Without what was padded, in the size that was asked for.
  const longest = op('ReduceMax', [size], { axes: [0], keepdims: 1 });
  const filled = op('Cast', [op('Floor', [op('Add', [op('Div', [op('Mul', [size, float(GRID)]), longest]), float(0.5)])])], {
    to: INT64,
  });
  const cropped = op('Slice', [low_res, whole(0, 0), filled, whole(2, 3)]);
  const sizes = op('Concat', [whole(1, 1), op('Cast', [size], { to: INT64 })], { axis: 0 });
  nodes.push(node('Resize', [cropped, '', '', sizes], [named('masks')], { mode: 'linear' }));
  nodes.push(node('Identity', [low_res], ['low_res_masks']));
  // Surer, the further all places are from the border between thing and not.
  const sure = op('Tanh', [op('Mul', [op('Abs', [logits]), float(4)])]);
  nodes.push(node('ReduceMean', [sure], [named('iou_predictions')], { axes: [1], keepdims: 1 }));

  return model({
    nodes,
    constants,
    inputs: [
      value(embeddings, [1, 3, GRID, GRID]),
      value(coords, [1, 'points', 2]),
      value(labels, [1, 'points']),
      value(named('mask_input'), [1, 1, 4 * GRID, 4 * GRID]),
      value(named('has_mask_input'), [1]),
      value(size, [2]),
    ],
    outputs: [
      value(named('masks'), [1, 1, 'height', 'width']),
      value(named('iou_predictions'), [1, 1]),
      value('low_res_masks', [1, 1, GRID, GRID]),
    ],
  });
}
