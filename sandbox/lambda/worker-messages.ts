/** What the sandbox and the thread of a function say to each other. */

/** Given to a thread once, when it starts. */
export interface WorkerData {
  /** The bundle to load. */
  readonly file: string;
  /** One Float64: the virtual clock in epoch milliseconds. */
  readonly clock: SharedArrayBuffer;
  readonly functionArn: string;
  readonly functionName: string;
  readonly memoryMegabytes: number;
}

export interface Invocation {
  readonly requestId: string;
  /** JSON text. */
  readonly payload: string;
  /** Real milliseconds this invocation may take. */
  readonly limit: number;
}

/** `log`: a line the function printed. `answered`: JSON text of the result, or of `{errorType, errorMessage, trace}`. */
export type WorkerMessage =
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'answered'; readonly failed: boolean; readonly payload: string };
