// Writes ONNX models: protobuf by a few lines of our own, as much of onnx.proto as graphs of plain operators need.
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto

export const FLOAT = 1;
export const INT64 = 7;

const varint = (value) => {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
};
const number = (field, value) => Buffer.concat([varint(field * 8), varint(value)]);
const bytes = (field, value) => {
  const body = Buffer.from(value);
  return Buffer.concat([varint(field * 8 + 2), varint(body.length), body]);
};
const real = (field, value) => {
  const body = Buffer.alloc(4);
  body.writeFloatLE(value);
  return Buffer.concat([varint(field * 8 + 5), body]);
};

/** TensorProto. */
export function constant(name, type, dims, values) {
  const raw = Buffer.from(type === INT64 ? BigInt64Array.from(values, BigInt).buffer : Float32Array.from(values).buffer);
  return Buffer.concat([...dims.map((size) => number(1, size)), number(2, type), bytes(8, name), bytes(9, raw)]);
}

/** AttributeProto: a whole number, a real one, whole numbers, or a word. */
function attribute(name, value) {
  const head = bytes(1, name);
  if (Array.isArray(value)) return Buffer.concat([head, ...value.map((one) => number(8, one)), number(20, 7)]);
  if (typeof value === 'string') return Buffer.concat([head, bytes(4, value), number(20, 3)]);
  if (Number.isInteger(value)) return Buffer.concat([head, number(3, value), number(20, 2)]);
  return Buffer.concat([head, real(2, value), number(20, 1)]);
}

/** NodeProto. */
export const node = (op, inputs, outputs, attributes = {}) =>
  Buffer.concat([
    ...inputs.map((name) => bytes(1, name)),
    ...outputs.map((name) => bytes(2, name)),
    bytes(4, op),
    ...Object.entries(attributes).map(([name, value]) => bytes(5, attribute(name, value))),
  ]);

/** ValueInfoProto; a dimension that is free has a name. */
export function value(name, dims, type = FLOAT) {
  const shape = dims.map((size) => bytes(1, typeof size === 'number' ? number(1, size) : bytes(2, size)));
  const tensor = Buffer.concat([number(1, type), bytes(2, Buffer.concat(shape))]);
  return Buffer.concat([bytes(1, name), bytes(2, bytes(1, tensor))]);
}

/** ModelProto, whole. */
export function model({ nodes, constants = [], inputs, outputs }) {
  const graph = Buffer.concat([
    ...nodes.map((one) => bytes(1, one)),
    bytes(2, 'tiny'),
    ...constants.map((one) => bytes(5, one)),
    ...inputs.map((one) => bytes(11, one)),
    ...outputs.map((one) => bytes(12, one)),
  ]);
  const opset = Buffer.concat([bytes(1, ''), number(2, 17)]);
  return Buffer.concat([number(1, 8), bytes(2, 'tandem'), bytes(7, graph), bytes(8, opset)]);
}
