import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { fromBase64 } from '../src/wire/bytes.js';
import { FrameError } from '../src/wire/check.js';
import { decodeControl, encodeControl } from '../src/wire/control.js';
import {
  decodeClientHot,
  decodeServerHot,
  encodeClientHot,
  encodeServerHot,
  type ClientHot,
  type ServerHot,
} from '../src/wire/hot.js';
import type { ClientControl, ServerControl } from '../src/wire/types.js';
import { seeded } from './support.js';

interface Golden {
  client_control: { json: ClientControl }[];
  server_control: { json: ServerControl }[];
  client_hot: { json: string; means: string }[];
  server_hot: { json: string; means: string }[];
}

/** Written by the server's own codec. */
const golden = JSON.parse(readFileSync(new URL('../../protocol/golden/frames.json', import.meta.url), 'utf8')) as Golden;

const fromHex = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

const clientHot: ClientHot[] = [
  { kind: 'update', channel: 1, seq: 300, bytes: bytes(0, 0) },
  { kind: 'ghost', channel: 2_147_483_647, epoch: 4_294_967_295, bytes: bytes(1, 255) },
  { kind: 'cursor', channel: 1, x4: -1, y4: 9_000 },
  { kind: 'cursor', channel: 1, x4: 2_147_483_647, y4: -2_147_483_648 },
  { kind: 'cursor_gone', channel: 128 },
];

const serverHot: ServerHot[] = [
  { kind: 'sync', channel: 1, bytes: bytes(0, 0) },
  { kind: 'sync', channel: 1, bytes: bytes() },
  { kind: 'update', channel: 16_384, bytes: bytes(97, 98, 99) },
  { kind: 'ack', channel: 1, seq: Number.MAX_SAFE_INTEGER },
  { kind: 'ghost', channel: 7, epoch: 9, bytes: bytes(0) },
  {
    kind: 'cursors',
    channel: 1,
    cursors: [
      { peer: 3, at: null },
      { peer: 4_294_967_295, at: [-4, 70_000] },
      { peer: 0, at: [0, 0] },
    ],
  },
];

describe('golden frames', () => {
  it('of hot messages are written and read exactly as the server does', () => {
    expect(clientHot.map((message) => toHex(encodeClientHot(message)))).toEqual(golden.client_hot.map((frame) => frame.json));
    expect(golden.client_hot.map((frame) => decodeClientHot(fromHex(frame.json)))).toEqual(clientHot);
    expect(serverHot.map((message) => toHex(encodeServerHot(message)))).toEqual(golden.server_hot.map((frame) => frame.json));
    expect(golden.server_hot.map((frame) => decodeServerHot(fromHex(frame.json)))).toEqual(serverHot);
  });

  it.each(golden.server_control.map(({ json }) => [json.type, json] as const))('%s is read whole', (_type, message) => {
    expect(decodeControl(JSON.stringify(message))).toEqual(message);
  });

  it('cover every control message', () => {
    const types = new Set<string>(golden.server_control.map(({ json }) => json.type));
    // One of each `type` in the generated union; a new one fails to compile here.
    const all: Record<ServerControl['type'], true> = {
      welcome: true,
      refreshed: true,
      subscribed: true,
      presence_diff: true,
      ghosts_reset: true,
      task_changed: true,
      durability_changed: true,
      link_changed: true,
      rights_changed: true,
      project_diff: true,
      jobs_changed: true,
      workflow_state: true,
      workflow_diff: true,
      lease_changed: true,
      notified: true,
      error: true,
      pong: true,
      bye: true,
    };
    expect([...types].sort()).toEqual(Object.keys(all).sort());
  });

  it('of control messages are written as the server reads them', () => {
    for (const { json } of golden.client_control) expect(JSON.parse(encodeControl(json))).toEqual(json);
  });
});

describe('control messages', () => {
  it('of an unknown type are null', () => {
    expect(decodeControl('{"type":"fireworks"}')).toBeNull();
    expect(decodeControl('{"type":"__proto__"}')).toBeNull();
    expect(decodeControl('{"type":"toString"}')).toBeNull();
  });

  it('that are wrong say where', () => {
    expect(() => decodeControl('{"type":"pong","t":"soon","server_time":"x"}')).toThrow('pong.t: expected a whole number');
    expect(() => decodeControl('{"type":"bye","code":1}')).toThrow('bye.reason: expected a string');
    expect(() => decodeControl('{"type":"presence_diff","channel":1,"joined":[{}],"changed":[],"left":[]}')).toThrow(
      'presence_diff.joined[0].peer',
    );
    for (const text of ['', 'null', '[]', '1', '{}', '{"type":1}', '{'])
      expect(() => decodeControl(text), text).toThrow(FrameError);
  });

  it('may bring fields and words this client does not know', () => {
    const message = { type: 'task_changed', channel: 1, status: 'frozen', lease: null, since: 'yesterday' };
    expect(decodeControl(JSON.stringify(message))).toEqual({ type: 'task_changed', channel: 1, status: 'frozen', lease: null });
  });
});

describe('hot messages', () => {
  it('of an unknown kind are null', () => {
    expect(decodeServerHot(bytes(99, 1, 2))).toBeNull();
    expect(decodeServerHot(bytes(1, 1, 2))).toBeNull();
  });

  it('that end too early or hold numbers too big are refused', () => {
    for (const frame of [
      [],
      [18],
      [18, 1],
      [18, 0x80],
      [20, 1, 7, 2],
      [19, 1, 0xff, 0xff, 0xff, 0xff, 0x1f],
      [18, 1, 255, 255, 255, 255, 255, 255, 255, 127],
    ])
      expect(() => decodeServerHot(Uint8Array.from(frame)), String(frame)).toThrow(FrameError);
  });

  it('of garbage never do anything but parse, be unknown, or be refused', () => {
    const random = seeded(7);
    for (let round = 0; round < 5_000; round += 1) {
      const frame = Uint8Array.from({ length: Math.floor(random() * 24) }, () => Math.floor(random() * 256));
      if (frame.length > 0 && random() < 0.7) frame[0] = 16 + Math.floor(random() * 5);
      try {
        decodeServerHot(frame);
      } catch (error) {
        expect(error).toBeInstanceOf(FrameError);
      }
    }
  });
});

describe('base64', () => {
  it('that is none is refused on every platform alike', () => {
    expect(fromBase64('AQID')).toEqual(bytes(1, 2, 3));
    for (const text of ['A', 'AQI', 'AQ=D', '*QID', 'AQID\n']) expect(() => fromBase64(text), text).toThrow(FrameError);
  });
});
