/** Operations with which a waiting task is answered. Their permission is on the state machine the token belongs to. */
import type {
  SendTaskFailureInput,
  SendTaskFailureOutput,
  SendTaskHeartbeatInput,
  SendTaskHeartbeatOutput,
  SendTaskSuccessInput,
  SendTaskSuccessOutput,
} from '@aws-sdk/client-sfn';
import { AwsError } from '#sandbox/aws-error.ts';
import type { Call, Json, Operation, Permission } from '#sandbox/kernel.ts';
import { payloadLimit } from './asl/state-failure.ts';
import { drive } from './drive.ts';
import { requireBounded } from './require-bounded.ts';
import type { TaskToken } from './state.ts';

/** Throws InvalidToken, InvalidOutput, TaskTimedOut, TaskDoesNotExist. Source: API reference, SendTaskSuccess. */
export const sendTaskSuccess: Operation<SendTaskSuccessInput, SendTaskSuccessOutput> = {
  permissions: (call) => permissionOn(call, 'states:SendTaskSuccess'),
  run: (call) => {
    const token = openToken(call, call.input.taskToken);
    const output = parsedOutput(call.input.output ?? '');
    answer(call, token, { kind: 'succeeded', output });
    return {};
  },
};

/** Throws InvalidToken, TaskTimedOut, TaskDoesNotExist, ValidationException. Source: API reference, SendTaskFailure. */
export const sendTaskFailure: Operation<SendTaskFailureInput, SendTaskFailureOutput> = {
  permissions: (call) => permissionOn(call, 'states:SendTaskFailure'),
  run: (call) => {
    const { error, cause } = call.input;
    requireBounded({ error, cause });
    const token = openToken(call, call.input.taskToken);
    answer(call, token, { kind: 'failed', error: error ?? '', cause: cause ?? '' });
    return {};
  },
};

/** Starts HeartbeatSeconds anew; TimeoutSeconds goes on. Throws as SendTaskFailure. Source: API reference, SendTaskHeartbeat. */
export const sendTaskHeartbeat: Operation<SendTaskHeartbeatInput, SendTaskHeartbeatOutput> = {
  permissions: (call) => permissionOn(call, 'states:SendTaskHeartbeat'),
  run: (call) => {
    const { execution, frame, attempt } = openToken(call, call.input.taskToken);
    drive(call.sandbox, execution, { kind: 'heartbeat', frame, attempt });
    return {};
  },
};

/** A token that was never issued has no machine to hold a permission on: it is refused as InvalidToken instead. */
function permissionOn(call: Call<{ taskToken: string | undefined }>, action: string): Permission[] {
  const { states } = call.sandbox.world;
  const execution = states.executions[states.tokens[call.input.taskToken ?? '']?.execution ?? ''];
  return execution ? [{ action, resource: execution.machineArn }] : [];
}

function openToken(call: Call<unknown>, text: string | undefined): TaskToken {
  const { states } = call.sandbox.world;
  const token = states.tokens[text ?? ''];
  const execution = token && states.executions[token.execution];
  if (!execution || execution.account !== call.account || execution.region !== call.region) {
    throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
  }
  if (states.machines[execution.machineArn] === undefined) {
    throw new AwsError('TaskDoesNotExist', "Task does not exist: 'Provided task does not exist'");
  }
  if (token.open) return token;
  throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
}

function parsedOutput(text: string): Json {
  if (Buffer.byteLength(text) > payloadLimit) {
    const limit = `Member must have length less than or equal to ${payloadLimit}`;
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'output' failed to satisfy constraint: ${limit}`,
    );
  }
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new AwsError('InvalidOutput', `Invalid Output: '${(error as Error).message}'`);
  }
}

type TokenAnswer =
  | { readonly kind: 'succeeded'; readonly output: Json }
  | { readonly kind: 'failed'; readonly error: string; readonly cause: string };

function answer(call: Call<unknown>, { execution, frame, attempt }: TaskToken, given: TokenAnswer): void {
  drive(call.sandbox, execution, { kind: 'answered', frame, attempt, answer: given });
}
