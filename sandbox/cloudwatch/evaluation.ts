/** What happens to alarms by themselves: the first evaluation of a new one, and the faults of a rehearsal. */
import type { AlarmFault } from '../fault.ts';
import type { Sandbox } from '../kernel.ts';
import { sentence } from '../runtime/faults.ts';
import { changeState } from './change-state.ts';
import type { Alarm } from './state.ts';

/** What CloudWatch says of an alarm it has not evaluated yet. */
export const unchecked = 'Unchecked: Initial alarm creation';

const quiet = 'The sandbox has no metrics: it takes what a new alarm watches for quiet.';

/** A metric alarm is evaluated every minute or so; here that happens once. */
const firstEvaluation = 60_000;

/** Puts the first evaluation of an alarm in the queue. It does not keep the clock running. */
export function scheduleEvaluation(sandbox: Sandbox, arn: string): void {
  const at = sandbox.now() + firstEvaluation;
  sandbox.schedule({ at, service: 'monitoring', name: 'evaluate', payload: { arn }, background: true });
}

/** The job `evaluate`: an alarm that nobody set meanwhile is OK from now on. */
export function evaluate(sandbox: Sandbox, { arn }: { arn: string }): void {
  const alarm = sandbox.world.cloudwatch.alarms[arn];
  if (alarm?.state.reason === unchecked) changeState(sandbox, alarm, { value: 'OK', reason: quiet });
}

/** Payload of the job `strike`. */
export interface Strike {
  readonly arn: string;
  readonly fault: AlarmFault;
  readonly value: 'ALARM' | 'OK';
}

/** The faults that begin when an alarm is looked at. */
export function beginFault(sandbox: Sandbox, { arn, account, name }: Alarm): void {
  const fault = sandbox.faults.alarm({ account, alarm: name });
  if (fault === undefined) return;
  const strike = { arn, fault, value: 'ALARM' } as const;
  if (fault.after === 0) onStrike(sandbox, strike);
  else queue(sandbox, strike, fault.after);
}

/** The job `strike`: the alarm goes off, or comes back. */
export function onStrike(sandbox: Sandbox, { arn, fault, value }: Strike): void {
  const alarm = sandbox.world.cloudwatch.alarms[arn];
  if (alarm === undefined) return;
  if (value === 'ALARM') sandbox.record({ kind: 'fault', at: sandbox.now(), fault: sentence(fault) });
  changeState(sandbox, alarm, { value, reason: value === 'ALARM' ? fault.reason : quiet });
  if (value === 'ALARM' && fault.lasts !== undefined) queue(sandbox, { arn, fault, value: 'OK' }, fault.lasts);
}

function queue(sandbox: Sandbox, { arn, fault, value }: Strike, after: number): void {
  const payload = { arn, fault: { ...fault }, value };
  sandbox.schedule({ at: sandbox.now() + after, service: 'monitoring', name: 'strike', payload, background: true });
}
