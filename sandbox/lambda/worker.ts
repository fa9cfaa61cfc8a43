/** The entry of a function's own thread: loads the bundle once, then answers one invocation after the other. */
import { enableCompileCache } from 'node:module';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { Context } from 'aws-lambda';
import type { Invocation, WorkerData, WorkerMessage } from './worker-messages.ts';

type Handler = (event: unknown, context: Context) => unknown;

const data = workerData as WorkerData;
const tell = (message: WorkerMessage) => parentPort?.postMessage(message);

// A function's bundle is large and the same in every rehearsal: its compiled form is kept.
enableCompileCache();
useVirtualClock(new Float64Array(data.clock));
forwardOutput();
const loaded = load(data.file);
parentPort?.on('message', (invocation: Invocation) => void answer(invocation).then(tell));

/** `new Date()`, `Date()` and `Date.now()` read the sandbox's clock, so signatures and deadlines live in virtual time. */
function useVirtualClock(clock: Float64Array): void {
  const now = () => clock[0] ?? 0;
  globalThis.Date = new Proxy(Date, {
    construct: (target, parts, called) => Reflect.construct(target, parts.length === 0 ? [now()] : parts, called),
    apply: (target) => new target(now()).toString(),
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  });
}

/** Printed lines travel with the answers, in order; Node's own streams of a worker are not ordered against its messages. */
function forwardOutput(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.write = (chunk: string | Uint8Array) => {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
      for (const line of text.split('\n')) if (line !== '') tell({ kind: 'log', line });
      return true;
    };
}

async function load(file: string): Promise<Handler | Error> {
  try {
    const { handler } = (await import(pathToFileURL(file).href)) as { handler?: unknown };
    if (typeof handler === 'function') return handler as Handler;
    return named('Runtime.HandlerNotFound', `${file} exports no function named handler`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') return error as Error;
    return named('Runtime.ImportModuleError', (error as Error).message);
  }
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

async function answer(invocation: Invocation): Promise<WorkerMessage> {
  try {
    const handler = await loaded;
    if (typeof handler !== 'function') throw handler;
    const result = await handler(JSON.parse(invocation.payload), context(invocation));
    return { kind: 'answered', failed: false, payload: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    return { kind: 'answered', failed: true, payload: JSON.stringify(described(error)) };
  }
}

/** Lambda Developer Guide, "Using the Lambda context object to retrieve Node.js function information". */
function context({ requestId, limit }: Invocation): Context {
  const deadline = performance.now() + limit;
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: data.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: data.functionArn,
    memoryLimitInMB: String(data.memoryMegabytes),
    logGroupName: `/aws/lambda/${data.functionName}`,
    logStreamName: `sandbox/[$LATEST]${data.functionName}`,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
    done: refused,
    fail: refused,
    succeed: refused,
  };
}

function refused(): never {
  throw named('Runtime.CallbackHandlerDeprecated', 'Callbacks are gone since Node.js 24: return a promise');
}

/** The payload the Node.js runtime reports for what a handler threw. */
function described(error: unknown): { errorType: string; errorMessage: string; trace: string[] } {
  if (error instanceof Error)
    return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}
