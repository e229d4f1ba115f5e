/** Bytes to where a presigned request says. Rejects with `AbortError` when it was given up. */
export type Put = (
  request: { url: string; method: string; headers: Record<string, string> },
  body: Blob,
  onSent: (bytes: number) => void,
  signal: AbortSignal,
) => Promise<void>;

/** `fetch` tells nothing of an upload's progress; XMLHttpRequest does. */
export const putWithProgress: Put = (request, body, onSent, signal) =>
  new Promise((done, fail) => {
    const xhr = new XMLHttpRequest();
    xhr.open(request.method, request.url);
    for (const [name, value] of Object.entries(request.headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = (event) => onSent(event.loaded);
    xhr.onload = () => {
      if (xhr.status < 300) done();
      else fail(new Error(`The storage refused the file (${xhr.status}). Try it again.`));
    };
    xhr.onerror = () => fail(new Error('The connection broke off. Try it again.'));
    xhr.onabort = () => fail(new DOMException('cancelled', 'AbortError'));
    signal.addEventListener('abort', () => xhr.abort());
    xhr.send(body);
  });
