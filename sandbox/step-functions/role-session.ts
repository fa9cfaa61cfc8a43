import { AwsError } from '#sandbox/aws-error.ts';
import { areAllowedEverywhere, machineTraces } from '#sandbox/iam/delivery-permissions.ts';
import type { Sandbox, SessionCaller } from '#sandbox/kernel.ts';
import type { Execution } from './state.ts';

type RoleSession =
  | { readonly kind: 'session'; readonly caller: SessionCaller }
  | { readonly kind: 'refused'; readonly failure: { readonly error: string; readonly cause: string } };

const sessionSeconds = 3600;

/** One session per hour and execution, shared with its children. A role that does not trust Step Functions ends the execution. */
export function roleSession(sandbox: Sandbox, asking: Execution): RoleSession {
  const execution = sandbox.world.states.executions[asking.child?.parent ?? ''] ?? asking;
  const known = execution.session === undefined ? undefined : sandbox.callerOf(execution.session);
  if (known && known.expiresAt > sandbox.now()) return { kind: 'session', caller: known };
  const { roleArn } = execution.run.facts;
  try {
    const opened = sandbox.openSession({
      roleArn,
      sessionName: sandbox.mint('states-session', 32),
      service: 'states.amazonaws.com',
      sourceArn: execution.machineArn,
      durationSeconds: sessionSeconds,
    });
    execution.session = opened.accessKeyId;
    // Denied, there is no trace, and the execution goes on (Step Functions Developer Guide, "Trace Step Functions requests with X-Ray").
    if (sandbox.world.states.machines[execution.machineArn]?.traced) {
      areAllowedEverywhere(sandbox, opened.caller, machineTraces);
    }
    return { kind: 'session', caller: opened.caller };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const cause = `Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role '${roleArn}': ${error.message}`;
    return { kind: 'refused', failure: { error: 'States.Runtime', cause } };
  }
}
