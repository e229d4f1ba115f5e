/** The server's words for why edits are not accepted. */
const WHY_READ_ONLY: Readonly<Record<string, string>> = {
  role: 'your role may look but not edit here',
  project_archived: 'the project is archived',
};

/** Edits are not accepted here; `reason` is the machine word, the message says it in words. */
export class ReadOnlyError extends Error {
  override readonly name = 'ReadOnlyError';
  constructor(readonly reason: string) {
    super(WHY_READ_ONLY[reason] ?? reason);
  }
}

/** The server does not let us into a room, or did not take an edit. */
export class RoomError extends Error {
  override readonly name = 'RoomError';
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
