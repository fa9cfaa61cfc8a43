import type { Sandbox } from '../kernel.ts';
import { isProbe } from '../probe-name.ts';
import type { FunctionResult } from './run-function.ts';
import type { StoredFunction } from './state.ts';

/** What a function that is a probe answers, as its code never runs here: it passes, unless the rehearsal wants otherwise. Nothing for others. */
export function probeAnswer(sandbox: Sandbox, { account, name }: StoredFunction): FunctionResult | undefined {
  if (!isProbe(name)) return undefined;
  const fault = sandbox.faults.probe({ account, probe: name });
  if (fault?.outcome === 'error')
    return { failed: true, payload: JSON.stringify({ errorType: 'Error', errorMessage: fault.reason }) };
  const answer = fault === undefined ? { kind: 'passed' } : { kind: 'failed', reason: fault.reason };
  return { failed: false, payload: JSON.stringify(answer) };
}
