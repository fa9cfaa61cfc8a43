import type { DescribeStateMachineInput, DescribeStateMachineOutput } from '@aws-sdk/client-sfn';
import { AwsError } from '#sandbox/aws-error.ts';
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

/** Logs and traces have no counterpart in the sandbox; tags change nothing an execution does. */
const ignored = ['LoggingConfiguration', 'TracingConfiguration', 'Tags'];
const supported = [
  ...ignored,
  'Definition',
  'DefinitionString',
  'DefinitionSubstitutions',
  'RoleArn',
  'StateMachineName',
  'StateMachineType',
];

/**
 * AWS::StepFunctions::StateMachine. Ref is the ARN; Arn, Name and StateMachineRevisionId are attributes. Running executions keep the
 * definition they started with; a changed name makes another machine. Throws InvalidDefinition naming state and field,
 * StateMachineAlreadyExists, ValidationException. Source: CloudFormation resource reference.
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
    const { roleArn } = wanted;
    const revisionId = newRevision(sandbox, wanted.definition);
    const machine = { arn, name, account, region, roleArn, revisionId, createdAt: sandbox.now() };
    sandbox.world.states.machines[arn] = machine;
    return resultOf(machine);
  },
  update: (request) => {
    const { sandbox } = request;
    const machine = sandbox.world.states.machines[request.physicalId ?? ''];
    const wanted = wantedMachine(request);
    if (!machine || (wanted.name !== undefined && wanted.name !== machine.name))
      return stateMachineProvider.create(request);
    machine.roleArn = wanted.roleArn;
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
  return { roleArn, definition, ...(typeof name === 'string' && { name }) };
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
