import type { Json } from '../kernel.ts';

/** Functions by ARN. A function's code is not part of the world: only Drawbridge's own bundles really run (see registry.ts). */
export interface LambdaState {
  functions: Record<string, StoredFunction>;
}

export interface StoredFunction {
  readonly arn: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  role: string;
  handler: string;
  runtime: string;
  timeoutSeconds: number;
  memoryMegabytes: number;
  environment: Record<string, string>;
  code: Json;
  tags: Record<string, string>;
  /** Epoch milliseconds. */
  lastModified: number;
  /** Changes with every update, so that a warm environment of the old configuration is given up. */
  revisionId: string;
  /** Statements of the resource policy, by statement id. */
  policy: Record<string, PolicyStatement>;
  versions: string[];
  /** Alias name to version. */
  aliases: Record<string, string>;
  asynchronous: AsynchronousInvocation;
  /** Active tracing with X-Ray. */
  traced?: boolean;
  /** The present session of the function's role. */
  session?: FunctionSession;
}

export interface FunctionSession {
  readonly revisionId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** One statement of a function's resource policy, in the form AddPermission gives it. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Principal: '*' | Readonly<Record<string, string>>;
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** How events are tried again; AWS's defaults are two retries within six hours. */
export interface AsynchronousInvocation {
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeSeconds: number;
  /** ARN of the queue for events that are given up. Other destinations are not simulated. */
  readonly onFailure?: string;
}

export const defaultAsynchronousInvocation: AsynchronousInvocation = {
  maximumRetryAttempts: 2,
  maximumEventAgeSeconds: 21_600,
};

export const emptyLambdaState = (): LambdaState => ({ functions: {} });
