import type { Outcome } from './execution-environment.ts';
import type { StandIn, StandInContext } from './registry.ts';

export interface StandInRun {
  /** JSON text. */
  readonly payload: string;
  readonly context: StandInContext;
  /** Real milliseconds. One that takes longer is left to itself, and its answer is not waited for. */
  readonly limit: number;
}

/** Runs a stand-in as the thread of a bundle would run its handler. */
export async function runStandIn(standIn: StandIn, { payload, context, limit }: StandInRun): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'timed-out' }), limit);
  });
  try {
    return await Promise.race([late, answer(standIn, payload, context)]);
  } finally {
    clearTimeout(timer);
  }
}

async function answer(standIn: StandIn, payload: string, context: StandInContext): Promise<Outcome> {
  try {
    const result = await standIn(JSON.parse(payload), context);
    return { kind: 'answered', failed: false, payload: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: typeof error, message: String(error) };
    return { kind: 'answered', failed: true, payload: JSON.stringify({ errorType: name, errorMessage: message }) };
  }
}
