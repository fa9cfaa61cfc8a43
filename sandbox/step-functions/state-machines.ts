import type { DescribeStateMachineInput, DescribeStateMachineOutput } from '@aws-sdk/client-sfn';
import { AwsError } from '#sandbox/aws-error.ts';
import { areAllowedEverywhere, machineLogs } from '#sandbox/iam/delivery-permissions.ts';
import type { Json, Operation, ResourceProvider, ResourceRequest, ResourceResult, Sandbox } from '#sandbox/kernel.ts';
import { machineArn } from './arns.ts';
import { parseDefinition, problemText } from './asl/parse-definition.ts';
import { drive } from './drive.ts';
import { machineOf } from './find.ts';
import type { StateMachine } from './state.ts';

/** Throws StateMachineDoesNotExist. Source: API reference, DescribeStateMachine. */
export const describeStateMachine: Operation<DescribeStateMachineInput, DescribeStateMachineOutput> = {
  permissions: ({ input }) => [{ action: 'states:DescribeStateMachine', resource: input.stateMachineArn ?? '*' }],
  run: (call) => {
    const machine = machineOf(call, call.input.stateMachineArn);
    return {
      stateMachineArn: machine.arn,
      name: machine.name,
      status: 'ACTIVE',
      definition: call.sandbox.world.states.definitions[machine.revisionId],
      roleArn: machine.roleArn,
      type: 'STANDARD',
      creationDate: new Date(machine.createdAt),
      loggingConfiguration: { level: 'OFF', includeExecutionData: false },
      tracingConfiguration: { enabled: false },
      revisionId: machine.revisionId,
    };
  },
};

const supported = [
  'Definition',
  'DefinitionString',
  'DefinitionSubstitutions',
  'RoleArn',
  'StateMachineName',
  'StateMachineType',
  'LoggingConfiguration',
  'TracingConfiguration',
  // They change nothing an execution does.
  'Tags',
];

/**
 * AWS::StepFunctions::StateMachine. Ref is the ARN; Arn, Name and StateMachineRevisionId are attributes. Running executions keep the
 * definition they started with; a changed name makes another machine. Throws InvalidDefinition naming state and field,
 * StateMachineAlreadyExists, ValidationException, and AccessDeniedException for a role that may not deliver the logs. Source: CloudFormation resource reference.
 */
export const stateMachineProvider: ResourceProvider = {
  create: (request) => {
    const { sandbox, account, region } = request;
    const wanted = wantedMachine(request);
    const name = wanted.name ?? `${request.logicalId}-${sandbox.mint('state-machine', 12)}`;
    const arn = machineArn(request, name);
    if (sandbox.world.states.machines[arn]) {
      throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
    }
    const { roleArn, traced } = wanted;
    requireLogDelivery(request, arn, wanted);
    const revisionId = newRevision(sandbox, wanted.definition);
    const machine = { arn, name, account, region, roleArn, revisionId, traced, createdAt: sandbox.now() };
    sandbox.world.states.machines[arn] = machine;
    return resultOf(machine);
  },
  update: (request) => {
    const { sandbox } = request;
    const machine = sandbox.world.states.machines[request.physicalId ?? ''];
    const wanted = wantedMachine(request);
    if (!machine || (wanted.name !== undefined && wanted.name !== machine.name))
      return stateMachineProvider.create(request);
    requireLogDelivery(request, machine.arn, wanted);
    machine.roleArn = wanted.roleArn;
    machine.traced = wanted.traced;
    if (sandbox.world.states.definitions[machine.revisionId] !== wanted.definition) {
      machine.revisionId = newRevision(sandbox, wanted.definition);
    }
    return resultOf(machine);
  },
  remove: ({ sandbox, physicalId = '' }) => {
    const { states } = sandbox.world;
    for (const { arn } of Object.values(states.executions).filter(({ machineArn }) => machineArn === physicalId)) {
      drive(sandbox, arn, { kind: 'stopped' });
    }
    delete states.machines[physicalId];
  },
};

interface WantedMachine {
  readonly name?: string;
  readonly roleArn: string;
  readonly definition: string;
  readonly logged: boolean;
  readonly traced: boolean;
}

function wantedMachine({ properties }: ResourceRequest): WantedMachine {
  for (const property of Object.keys(properties)) {
    if (!supported.includes(property)) throw invalid(`The sandbox does not support the property ${property}.`);
  }
  const { StateMachineName: name, StateMachineType: type = 'STANDARD', RoleArn: roleArn } = properties;
  if (type !== 'STANDARD') throw invalid(`The sandbox runs STANDARD state machines only, not ${JSON.stringify(type)}.`);
  if (typeof roleArn !== 'string') throw invalid('RoleArn is required.');
  const definition = definitionText(properties);
  const parsed = parseDefinition(definition);
  if (parsed.kind === 'invalid') {
    throw new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${problemText(parsed.problems)}'`);
  }
  const { Level = 'OFF' } = (properties['LoggingConfiguration'] ?? {}) as { Level?: string };
  const { Enabled: traced = false } = (properties['TracingConfiguration'] ?? {}) as { Enabled?: Json };
  const delivered = { logged: Level !== 'OFF', traced: String(traced) === 'true' };
  return { roleArn, definition, ...delivered, ...(typeof name === 'string' && { name }) };
}

/** Step Functions tries the role when logs have a destination, so a missing permission shows at once. */
function requireLogDelivery({ sandbox }: ResourceRequest, sourceArn: string, { roleArn, logged }: WantedMachine): void {
  if (!logged) return;
  const session = { roleArn, sessionName: 'log-delivery', service: 'states.amazonaws.com', sourceArn };
  const { caller } = sandbox.openSession({ ...session, durationSeconds: 900 });
  if (areAllowedEverywhere(sandbox, caller, machineLogs)) return;
  const message = 'The state machine IAM Role is not authorized to access the Log Destination';
  throw new AwsError('AccessDeniedException', message);
}

/** The definition with `${Key}` replaced from DefinitionSubstitutions, in strings of the object or anywhere in the text. */
function definitionText(properties: ResourceRequest['properties']): string {
  const { Definition: object, DefinitionString: text, DefinitionSubstitutions: given } = properties;
  const substitutions = (given ?? {}) as Record<string, Json>;
  if ((object === undefined) === (typeof text !== 'string')) {
    throw invalid('Exactly one of Definition and DefinitionString is required.');
  }
  return typeof text === 'string'
    ? substituted(text, substitutions)
    : JSON.stringify(object, (_, value) => (typeof value === 'string' ? substituted(value, substitutions) : value));
}

function substituted(text: string, substitutions: Record<string, Json>): string {
  return text.replace(/\$\{([A-Za-z0-9_-]+)\}/g, (_, key: string) => {
    if (Object.hasOwn(substitutions, key)) return String(substitutions[key]);
    throw new AwsError(
      'InvalidDefinition',
      `Invalid State Machine Definition: there is no substitution for \${${key}}`,
    );
  });
}

function newRevision(sandbox: Sandbox, definition: string): string {
  const revisionId = sandbox.uuid('state-machine-revision');
  sandbox.world.states.definitions[revisionId] = definition;
  return revisionId;
}

function resultOf({ arn, name, revisionId }: StateMachine): ResourceResult {
  return { physicalId: arn, attributes: { Arn: arn, Name: name, StateMachineRevisionId: revisionId } };
}

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);
