/** A GET that reaches the public internet and nothing else. The one request of Drawbridge that does not go to AWS. */
import { lookup } from 'node:dns/promises';
import { type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http';
import { request } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { HttpAnswer } from '#shared/domain/verification/answer.ts';
import { isPublicAddress } from '#shared/domain/verification/probe-url.ts';

/** Where rehearsals send every such request instead: to the sandbox, which answers in the place of whatever host. */
export interface Outside {
  /** Origin of the sandbox; absent in a deployment. */
  readonly sandbox?: string;
}

/** Bytes of a body that are read. */
const longestBody = 64 * 1024;

/**
 * Status and the beginning of the body, which is read as UTF-8. Redirects are not followed. A name is refused if any of its addresses is not a
 * public one, at the moment of connecting, so that it cannot be another one then. Throws an Error with the reason: refused, unreachable, too late.
 */
export async function getPage(url: URL, timeout: number, { sandbox }: Outside): Promise<HttpAnswer> {
  const signal = AbortSignal.timeout(timeout * 1000);
  try {
    return await answerOf(
      sandbox === undefined ? { url, ask: request, lookup: publicLookup } : standIn(url, sandbox),
      signal,
    );
  } catch (error) {
    if (signal.aborted) throw new Error(`it did not answer within ${timeout} seconds`);
    throw new Error(`it could not be reached: ${(error as Error).message}`, { cause: error });
  }
}

interface Way {
  readonly url: URL;
  readonly ask: typeof request;
  readonly lookup?: LookupFunction;
}

/** No rehearsal contacts the network. */
function standIn(url: URL, sandbox: string): Way {
  return { url: new URL(`/_outside/?url=${encodeURIComponent(url.href)}`, sandbox), ask: plainRequest };
}

function answerOf({ url, ask, lookup: find }: Way, signal: AbortSignal): Promise<HttpAnswer> {
  const options: RequestOptions = {
    method: 'GET',
    signal,
    headers: { 'user-agent': 'drawbridge-verify', accept: '*/*' },
    ...(find === undefined ? {} : { lookup: find }),
  };
  return new Promise((resolve, reject) => {
    const asking = ask(url, options, (incoming) => {
      bodyOf(incoming).then((body) => resolve({ status: incoming.statusCode ?? 0, body }), reject);
    });
    asking.on('error', reject);
    asking.end();
  });
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= longestBody) break;
  }
  // What is cut ends the connection: leaving the loop destroys the stream.
  return Buffer.concat(chunks).subarray(0, longestBody).toString('utf8');
}

const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { all: true }).then(
    (addresses) => {
      const inside = addresses.find(({ address }) => !isPublicAddress(address));
      const [first] = addresses;
      if (inside !== undefined || first === undefined)
        callback(new Error(`${hostname} is not at a public address`), '', 4);
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    },
    (error: Error) => callback(error, '', 4),
  );
};
