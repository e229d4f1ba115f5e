// What somebody waits for before they see anything: the bytes of the first screen as they are sent, with nothing kept from before.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { launch } from './support/browser.mjs';
import { Server } from './support/server.mjs';

/** Scripts, styles and the page, compressed; fonts come after the text is seen. */
const FIRST_SCREEN_BYTES = 250_000;
const COUNTED = new Set(['Document', 'Script', 'Stylesheet']);

describe('the first screen', () => {
  let server, browser;

  before(async () => {
    server = await Server.start();
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  test('is below 250 kB, and everything in it is sent compressed', async () => {
    const page = await browser.newPage();
    const network = await page.context().newCDPSession(page);
    const answers = new Map();
    let bytes = 0;
    network.on('Network.responseReceived', ({ requestId, type, response }) => {
      if (COUNTED.has(type)) answers.set(requestId, { url: response.url, encoding: response.headers['content-encoding'] });
    });
    network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      if (answers.has(requestId)) bytes += encodedDataLength;
    });
    await network.send('Network.enable');
    await page.goto(server.link('annotator'));
    await page.getByRole('link', { name: 'Projects' }).first().waitFor();
    await page.waitForLoadState('networkidle');
    assert.ok(answers.size >= 3, `the page, a script and a style: ${answers.size} files`);
    for (const { url, encoding } of answers.values())
      if (url.includes('/assets/')) assert.match(encoding ?? 'none', /^(br|gzip)$/, url);
    assert.ok(bytes > 20_000 && bytes < FIRST_SCREEN_BYTES, `${bytes} bytes`);
    await page.close();
  });
});
