import { areAllowed, areAllowedEverywhere, functionTraces } from '../iam/delivery-permissions.ts';
import type { Sandbox, World } from '../kernel.ts';
import { type ExecutionEnvironment, startEnvironment } from './execution-environment.ts';
import { functionSession } from './function-session.ts';
import type { StoredFunction } from './state.ts';

interface Warm {
  readonly environment: ExecutionEnvironment;
  /** What it was started with; an environment of anything else is stopped. */
  readonly startedFor: string;
}

const warmByWorld = new WeakMap<World, Map<string, Warm[]>>();

/** An idle environment of the function's present configuration and session; a cold start when there is none. */
export function environmentFor(sandbox: Sandbox, stored: StoredFunction, file: string): ExecutionEnvironment {
  const session = functionSession(sandbox, stored);
  const startedFor = [stored.revisionId, session.accessKeyId, sandbox.endpoint, file].join(' ');
  const all = warmByWorld.get(sandbox.world) ?? new Map<string, Warm[]>();
  warmByWorld.set(sandbox.world, all);
  const kept = (all.get(stored.arn) ?? []).filter((warm) => stillOf(startedFor, warm));
  const idle = kept.find(({ environment }) => environment.state() === 'idle');
  const chosen = idle ?? { startedFor, environment: coldStart(sandbox, stored, file) };
  all.set(stored.arn, idle ? kept : [...kept, chosen]);
  return chosen.environment;
}

/** Stops every thread of this sandbox. To be called when it closes. */
export async function closeWorkers(sandbox: Sandbox): Promise<void> {
  const all = [...(warmByWorld.get(sandbox.world)?.values() ?? [])].flat();
  warmByWorld.delete(sandbox.world);
  await Promise.all(all.map(({ environment }) => environment.stop()));
}

function stillOf(startedFor: string, warm: Warm): boolean {
  if (warm.environment.state() === 'gone') return false;
  if (warm.startedFor === startedFor || warm.environment.state() === 'busy') return true;
  void warm.environment.stop();
  return false;
}

function coldStart(sandbox: Sandbox, stored: StoredFunction, file: string): ExecutionEnvironment {
  const isLogged = mayDeliver(sandbox, stored);
  return startEnvironment({
    data: {
      file,
      clock: clockOf(sandbox),
      functionArn: stored.arn,
      functionName: stored.name,
      memoryMegabytes: stored.memoryMegabytes,
    },
    variables: environmentVariables(sandbox, stored),
    onLine: (line) => {
      if (isLogged) sandbox.record({ kind: 'log', at: sandbox.now(), source: stored.name, line });
    },
  });
}

/**
 * Logs and traces go out with the function's own role. Without the permission they are lost, and the invocation is none the worse (Lambda
 * Developer Guide, "Sending Lambda function logs to CloudWatch Logs").
 */
function mayDeliver(sandbox: Sandbox, stored: StoredFunction): boolean {
  const caller = sandbox.callerOf(functionSession(sandbox, stored).accessKeyId);
  if (caller === undefined) return false;
  if (stored.traced) areAllowedEverywhere(sandbox, caller, functionTraces);
  const group = `arn:aws:logs:${stored.region}:${stored.account}:log-group:/aws/lambda/${stored.name}`;
  return areAllowed(sandbox, caller, [
    { action: 'logs:CreateLogStream', resource: group },
    { action: 'logs:PutLogEvents', resource: `${group}:log-stream:sandbox/[$LATEST]${stored.name}` },
  ]);
}

/** The runtime mirrors its clock into shared memory; a sandbox without one stands still at the time of the cold start. */
function clockOf(sandbox: Sandbox): SharedArrayBuffer {
  const mirrored = (sandbox as { clockBuffer?: SharedArrayBuffer }).clockBuffer;
  if (mirrored) return mirrored;
  const standing = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  new Float64Array(standing)[0] = sandbox.now();
  return standing;
}

/** What a function finds in its environment: its own variables, its role's session, the way to the sandbox. */
export function environmentVariables(sandbox: Sandbox, stored: StoredFunction): Record<string, string> {
  const session = functionSession(sandbox, stored);
  return {
    ...stored.environment,
    TZ: ':UTC',
    _HANDLER: stored.handler,
    AWS_EXECUTION_ENV: `AWS_Lambda_${stored.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: stored.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(stored.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${stored.name}`,
    AWS_REGION: stored.region,
    AWS_DEFAULT_REGION: stored.region,
    AWS_ACCESS_KEY_ID: session.accessKeyId,
    AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
    AWS_SESSION_TOKEN: session.sessionToken,
    AWS_ENDPOINT_URL: sandbox.endpoint,
    // Nothing of the machine's own AWS configuration may be found.
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
}
