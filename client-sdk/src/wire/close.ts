/** Close codes of the protocol (`protocol/src/ws/close.rs`). */
export const CloseCode = {
  normal: 1000,
  tooBig: 1009,
  internal: 1011,
  restart: 1012,
  tryLater: 1013,
  tokenExpired: 4001,
  helloTimeout: 4002,
  idle: 4003,
  badFrame: 4400,
  unauthorized: 4401,
  forbidden: 4403,
  notFound: 4404,
} as const;

/** Whether to give up. The range speaks for codes this client does not know. */
export const isFinal = (code: number): boolean => code >= 4400 && code <= 4499;

/** The name of the protocol this client speaks. */
export const SUBPROTOCOL = 'tandem.v1.json';
