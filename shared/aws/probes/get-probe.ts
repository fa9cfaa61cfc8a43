/** A page behind an output of a stack as a probe. */

import { stacksOf } from '#shared/domain/release/desired-stacks.ts';
import { type Asked, errorOf, httpAnswer } from '#shared/domain/verification/answer.ts';
import type { Probe } from '#shared/domain/verification/probe.ts';
import { probeUrl } from '#shared/domain/verification/probe-url.ts';
import { inTarget } from '../sessions.ts';
import { readOutputs } from '../stacks.ts';
import { getPage, type Outside } from './get-page.ts';
import type { ProbeContext } from './probe-context.ts';

type HttpProbe = Extract<Probe, { http: object }>;

/** Reads the output as the preview role, and gets the page. No header of the answer is kept. Throws what assuming the role and reading the stack may bring. */
export async function getProbe(probe: HttpProbe, context: ProbeContext, outside: Outside): Promise<Asked> {
  const output = await readOutput(probe, context);
  if (output.kind === 'missing') return errorOf(output.reason);
  const found = probeUrl(output.value, probe.http.path, outside.sandbox);
  if (found.kind === 'refused') return errorOf(found.reason);
  try {
    return httpAnswer(probe, await getPage(found.url, context.timeout, outside));
  } catch (error) {
    return errorOf((error as Error).message);
  }
}

type Output =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'missing'; readonly reason: string };

async function readOutput({ http }: HttpProbe, context: ProbeContext): Promise<Output> {
  const { target, promotion, environment, release } = context;
  const { stack, name } = http.output;
  const own = stacksOf(release, target).find((one) => one.name === stack);
  if (own === undefined) return { kind: 'missing', reason: `${target.name} does not get the stack ${stack}` };
  const stacks = [own.stackName];
  const purpose = { target, role: 'preview', promotion, environment, step: 'verify', kind: 'read', stacks } as const;
  const outputs = await inTarget(purpose, (session) => readOutputs(session, own.stackName));
  const value = outputs[name];
  return value === undefined
    ? { kind: 'missing', reason: `stack ${stack} has no output ${name}` }
    : { kind: 'value', value };
}
