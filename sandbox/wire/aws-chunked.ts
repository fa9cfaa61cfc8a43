import { AwsError } from '#sandbox/aws-error.ts';
import type { WireRequest } from './host.ts';

const LINE_END = '\r\n';

/**
 * Takes the chunks off a body sent as `aws-chunked` and turns its trailers into headers (S3 API reference, "Signature calculations:
 * including trailing headers"). Other bodies pass unchanged. Throws AwsError for a body that breaks the form, and for signed chunks, which
 * no SDK sends when it holds the whole body.
 */
export function withoutChunks(request: WireRequest): WireRequest {
  const declared = request.headers['x-amz-content-sha256'];
  if (declared !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return request;
  const { data, trailers } = decode(Buffer.from(request.body));
  const expected = request.headers['x-amz-decoded-content-length'];
  if (expected !== undefined && Number(expected) !== data.length) throw incomplete();
  const encoding = (request.headers['content-encoding'] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== 'aws-chunked')
    .join(',');
  const { 'content-encoding': _, ...headers } = request.headers;
  return {
    ...request,
    body: data,
    headers: {
      ...headers,
      ...trailers,
      'content-length': String(data.length),
      ...(encoding !== '' && { 'content-encoding': encoding }),
    },
  };
}

function decode(body: Buffer): { data: Uint8Array; trailers: Record<string, string> } {
  const chunks: Buffer[] = [];
  for (let offset = 0; ; ) {
    const lineEnd = body.indexOf(LINE_END, offset);
    const size = Number.parseInt(body.subarray(offset, Math.max(lineEnd, offset)).toString('latin1'), 16);
    if (lineEnd < 0 || Number.isNaN(size)) throw incomplete();
    const start = lineEnd + LINE_END.length;
    if (size === 0) return { data: Buffer.concat(chunks), trailers: trailersOf(body.subarray(start)) };
    if (body.subarray(start + size, start + size + LINE_END.length).toString('latin1') !== LINE_END) throw incomplete();
    chunks.push(body.subarray(start, start + size));
    offset = start + size + LINE_END.length;
  }
}

function trailersOf(rest: Buffer): Record<string, string> {
  const lines = rest
    .toString('latin1')
    .split(LINE_END)
    .filter((line) => line.includes(':'));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).trim().toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
}

const incomplete = (): AwsError => new AwsError('IncompleteBody', 'The request body terminated unexpectedly', 400);
