/** The one place that says whose code runs in the sandbox. */
import { fileURLToPath } from 'node:url';
import type { Sandbox } from '../kernel.ts';
import type { StoredFunction } from './state.ts';

/** Where the build puts the bundled functions. */
export const functionsFolder = fileURLToPath(new URL('../../build/functions/', import.meta.url));

/**
 * Code that a test puts in the place of a function's own: it gets the event, and the variables the function would find in its environment,
 * credentials of its role and the sandbox's endpoint among them, so that it calls AWS over the wire as that role. What it throws is the
 * function's error.
 */
export type StandIn = (event: unknown, context: StandInContext) => unknown;

export interface StandInContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly invokedFunctionArn: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** By function name, or by ARN to mean the function of one account and region. */
export type StandIns = Readonly<Record<string, StandIn>>;

type FunctionCode =
  | { readonly kind: 'bundle'; readonly name: string }
  | { readonly kind: 'stand-in'; readonly run: StandIn }
  | { readonly kind: 'none' };

const standInsBySandbox = new WeakMap<Sandbox, StandIns>();

/** An option of `startSandbox`, for tests. A rehearsal never has any: code from a template does not run on the user's machine. */
export function useStandIns(sandbox: Sandbox, standIns: StandIns): void {
  standInsBySandbox.set(sandbox, standIns);
}

/** What runs when the function is invoked: a stand-in, one of Drawbridge's own bundles, or nothing. */
export function codeOf(sandbox: Sandbox, { arn, name, handler }: StoredFunction): FunctionCode {
  const standIns = standInsBySandbox.get(sandbox) ?? {};
  const key = [arn, name].find((one) => Object.hasOwn(standIns, one));
  const run = key === undefined ? undefined : standIns[key];
  if (run) return { kind: 'stand-in', run };
  const bundle = bundleName(handler);
  return bundle === undefined ? { kind: 'none' } : { kind: 'bundle', name: bundle };
}

const handlerPattern = /^build\/functions\/(?<name>[a-z0-9]+(?:-[a-z0-9]+)*)\.handler$/;

/**
 * The bundle of one of Drawbridge's own functions, from its handler as packaged (`build/functions/<name>.handler`), or undefined for a
 * function that somebody else wrote: such code does not run in the sandbox.
 */
export function bundleName(handler: string): string | undefined {
  return handlerPattern.exec(handler)?.groups?.['name'];
}
