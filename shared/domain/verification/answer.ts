/** What the answer of a probe means. */
import * as z from 'zod';
import { cut, printable } from '../plan/printable.ts';
import type { ProbeOutcome } from './attempt.ts';
import { withoutSecrets } from './kept-output.ts';
import type { Probe } from './probe.ts';

/** How asking a probe once came out. `output` is what it answered, as it is kept. */
export type Asked =
  | { readonly kind: 'running' }
  | { readonly kind: ProbeOutcome; readonly reason?: string; readonly output?: string };

/** A reason in one line: the rest is in the output. */
const longestReason = 500;

/** Further members are for people. */
const Answer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('passed') }),
  z.object({ kind: z.literal('failed'), reason: z.string().optional() }),
]);

/** The answer of a function: JSON text. What is no such answer is an error, never a pass. */
export function functionAnswer(text: string): Asked {
  const parsed = Answer.safeParse(jsonOf(text));
  if (!parsed.success)
    return errorOf(
      `it answered ${quoted(text)} instead of {"kind": "passed"} or {"kind": "failed", "reason": "..."}`,
      text,
    );
  if (parsed.data.kind === 'passed') return { kind: 'passed', output: text };
  return { kind: 'failed', reason: reasonOf(parsed.data.reason ?? 'it gave no reason'), output: text };
}

/** A function that threw, or that Lambda ended: it did not say no. Of its error only the message: a stack trace is nothing for who reads this. */
export function functionFault(text: string): Asked {
  const said = z.object({ errorMessage: z.string() }).safeParse(jsonOf(text));
  const message = said.success ? said.data.errorMessage : 'it gave no reason';
  return errorOf(`it failed: ${reasonOf(message)}`, message);
}

export interface HttpAnswer {
  readonly status: number;
  /** The beginning of the body, as text. */
  readonly body: string;
}

/** A page: status and body decide. */
export function httpAnswer({ http }: Extract<Probe, { http: object }>, { status, body }: HttpAnswer): Asked {
  const statuses = http.statuses ?? [200];
  const output = `${status}\n${body}`;
  if (!statuses.includes(status))
    return { kind: 'failed', reason: `it answered ${status} instead of ${statuses.join(' or ')}`, output };
  if (http.contains !== undefined && !body.includes(http.contains))
    return { kind: 'failed', reason: `its body does not contain ${quoted(http.contains)}`, output };
  return { kind: 'passed', output };
}

export interface ExecutionAnswer {
  /** As DescribeExecution tells it. */
  readonly status: string;
  readonly output?: string | undefined;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

/** A state machine: what succeeds passes, what fails fails. One that was stopped or ran out of time said nothing about the target. */
export function executionAnswer({ status, output, error, cause }: ExecutionAnswer): Asked {
  if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return { kind: 'running' };
  const said = [error, cause].filter((part) => part !== undefined && part !== '').join(': ');
  const kept = `${status}\n${status === 'SUCCEEDED' ? (output ?? '') : said}`;
  if (status === 'SUCCEEDED') return { kind: 'passed', output: kept };
  const why = said === '' ? `its execution is ${status}` : `its execution is ${status}: ${reasonOf(said)}`;
  return { kind: status === 'FAILED' ? 'failed' : 'error', reason: reasonOf(why), output: kept };
}

/** What could not be asked. */
export function errorOf(reason: string, output?: string): Asked {
  return { kind: 'error', reason: reasonOf(reason), ...(output === undefined ? {} : { output }) };
}

function reasonOf(text: string): string {
  return cut(printable(withoutSecrets(text)), longestReason);
}

function quoted(text: string): string {
  return JSON.stringify(cut(printable(withoutSecrets(text)), 100));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
