/**
 * Hot messages: one binary frame each. A kind byte, the channel as varuint, then the fields; bytes run to the end.
 * The table is in docs/protocol.md and `protocol/src/ws/hot.rs`; both sides are tested against `protocol/golden/frames.json`.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

import { FrameError } from './check.js';

/** A cursor in quarter image pixels; `at` null: the pointer left the image. */
export interface CursorAt {
  readonly peer: number;
  readonly at: readonly [x4: number, y4: number] | null;
}

export type ClientHot =
  | { readonly kind: 'update'; readonly channel: number; readonly seq: number; readonly bytes: Uint8Array }
  | { readonly kind: 'ghost'; readonly channel: number; readonly epoch: number; readonly bytes: Uint8Array }
  | { readonly kind: 'cursor'; readonly channel: number; readonly x4: number; readonly y4: number }
  | { readonly kind: 'cursor_gone'; readonly channel: number };

export type ServerHot =
  | { readonly kind: 'sync'; readonly channel: number; readonly bytes: Uint8Array }
  | { readonly kind: 'update'; readonly channel: number; readonly bytes: Uint8Array }
  | { readonly kind: 'ack'; readonly channel: number; readonly seq: number }
  | { readonly kind: 'ghost'; readonly channel: number; readonly epoch: number; readonly bytes: Uint8Array }
  | { readonly kind: 'cursors'; readonly channel: number; readonly cursors: readonly CursorAt[] };

const CLIENT = { update: 1, ghost: 2, cursor: 3, cursor_gone: 4 } as const;
const SERVER = { sync: 16, update: 17, ack: 18, ghost: 19, cursors: 20 } as const;

const UINT32 = 0xffff_ffff;

/** Zigzag: 0, -1, 1, -2 ... become 0, 1, 2, 3 ... */
const writeInt = (out: encoding.Encoder, value: number): void => encoding.writeVarUint(out, ((value << 1) ^ (value >> 31)) >>> 0);

function readInt(input: decoding.Decoder): number {
  const raw = readUint32(input);
  return (raw >>> 1) ^ -(raw & 1);
}

/** lib0 does not look at the size of a number's last byte. */
function readUint(input: decoding.Decoder): number {
  const value = decoding.readVarUint(input);
  if (!Number.isSafeInteger(value)) throw new FrameError('a number is too big for its field');
  return value;
}

function readUint32(input: decoding.Decoder): number {
  const value = readUint(input);
  if (value > UINT32) throw new FrameError('a number is too big for its field');
  return value;
}

const rest = (input: decoding.Decoder): Uint8Array => decoding.readTailAsUint8Array(input);

function frame(kind: number, channel: number): encoding.Encoder {
  const out = encoding.createEncoder();
  encoding.writeUint8(out, kind);
  encoding.writeVarUint(out, channel);
  return out;
}

export function encodeClientHot(message: ClientHot): Uint8Array<ArrayBuffer> {
  const out = frame(CLIENT[message.kind], message.channel);
  switch (message.kind) {
    case 'update':
      encoding.writeVarUint(out, message.seq);
      encoding.writeUint8Array(out, message.bytes);
      break;
    case 'ghost':
      encoding.writeVarUint(out, message.epoch);
      encoding.writeUint8Array(out, message.bytes);
      break;
    case 'cursor':
      writeInt(out, message.x4);
      writeInt(out, message.y4);
      break;
    case 'cursor_gone':
      break;
  }
  return encoding.toUint8Array(out);
}

export function encodeServerHot(message: ServerHot): Uint8Array<ArrayBuffer> {
  const out = frame(SERVER[message.kind], message.channel);
  switch (message.kind) {
    case 'sync':
    case 'update':
      encoding.writeUint8Array(out, message.bytes);
      break;
    case 'ack':
      encoding.writeVarUint(out, message.seq);
      break;
    case 'ghost':
      encoding.writeVarUint(out, message.epoch);
      encoding.writeUint8Array(out, message.bytes);
      break;
    case 'cursors':
      for (const { peer, at } of message.cursors) {
        encoding.writeVarUint(out, peer * 2 + (at ? 1 : 0));
        if (at) at.forEach((value) => writeInt(out, value));
      }
      break;
  }
  return encoding.toUint8Array(out);
}

function readCursors(input: decoding.Decoder): CursorAt[] {
  const cursors: CursorAt[] = [];
  while (decoding.hasContent(input)) {
    const head = readUint(input);
    const peer = Math.floor(head / 2);
    if (peer > UINT32) throw new FrameError('a number is too big for its field');
    cursors.push({ peer, at: head % 2 === 1 ? [readInt(input), readInt(input)] : null });
  }
  return cursors;
}

/** Runs a reader; whatever it stumbles over becomes a `FrameError`. */
function reading<T>(bytes: Uint8Array, read: (kind: number, channel: number, input: decoding.Decoder) => T): T {
  const input = decoding.createDecoder(bytes);
  try {
    return read(decoding.readUint8(input), readUint32(input), input);
  } catch (error) {
    if (error instanceof FrameError) throw error;
    throw new FrameError('the frame ends in the middle of a field, or a number is too big');
  }
}

/** @returns the message, or null for a kind this client does not know */
export const decodeServerHot = (bytes: Uint8Array): ServerHot | null =>
  reading(bytes, (kind, channel, input) => {
    switch (kind) {
      case SERVER.sync:
        return { kind: 'sync', channel, bytes: rest(input) };
      case SERVER.update:
        return { kind: 'update', channel, bytes: rest(input) };
      case SERVER.ack:
        return { kind: 'ack', channel, seq: readUint(input) };
      case SERVER.ghost:
        return { kind: 'ghost', channel, epoch: readUint32(input), bytes: rest(input) };
      case SERVER.cursors:
        return { kind: 'cursors', channel, cursors: readCursors(input) };
      default:
        return null;
    }
  });

/** The server's side; the test server reads with it. */
export const decodeClientHot = (bytes: Uint8Array): ClientHot | null =>
  reading(bytes, (kind, channel, input) => {
    switch (kind) {
      case CLIENT.update:
        return { kind: 'update', channel, seq: readUint(input), bytes: rest(input) };
      case CLIENT.ghost:
        return { kind: 'ghost', channel, epoch: readUint32(input), bytes: rest(input) };
      case CLIENT.cursor:
        return { kind: 'cursor', channel, x4: readInt(input), y4: readInt(input) };
      case CLIENT.cursor_gone:
        return { kind: 'cursor_gone', channel };
      default:
        return null;
    }
  });
