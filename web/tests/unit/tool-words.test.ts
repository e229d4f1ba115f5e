import { describe, expect, test } from 'vitest';

import { COMMANDS } from '~/hotkeys/commands';
import { TOOL_NAMES } from '~/tools/tool';
import { TOOL_WORDS, toolInWords } from '~/tools/tool-words';

describe('what tools are called beside cursors', () => {
  test('each is called as it is among the keys', () => {
    for (const tool of TOOL_NAMES) expect(COMMANDS[tool].title.startsWith(TOOL_WORDS[tool]), tool).toBe(true);
  });

  test('whoever only points has nothing in hand, and of what another version has no id is shown', () => {
    expect(toolInWords('rotated_box')).toBe('Rotated box');
    for (const nothing of ['select', 'a_tool_to_come', 'toString', '', null, undefined]) expect(toolInWords(nothing)).toBe('');
  });
});
