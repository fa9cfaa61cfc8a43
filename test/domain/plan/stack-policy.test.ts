import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deniedByStackPolicy } from '#sandbox/cloudformation/stack-policy.ts';
import type { StackRecord } from '#sandbox/cloudformation/state.ts';
import type { PlannedChange } from '#shared/domain/plan/stack-plan.ts';
import { refusedChanges } from '#shared/domain/plan/stack-policy.ts';
import { aChange } from '#test/builders.ts';

const policyOf = (...Statement: object[]) => JSON.stringify({ Statement });
const all = { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' };
const modified = (more: Partial<PlannedChange> = {}) =>
  aChange({ action: 'Modify', logicalId: 'Table', type: 'AWS::DynamoDB::Table', replacement: 'False', ...more });
const modify = { logicalId: 'Table', action: 'Update:Modify', maybe: false };

describe('a stack policy', () => {
  it.each<[string, string, PlannedChange, unknown[]]>([
    ['allows what a statement allows', policyOf(all), modified(), []],
    ['denies what none allows', policyOf(), modified(), [modify]],
    ['denies without any statement', '{}', modified(), [modify]],
    ['reads a single statement', JSON.stringify({ Statement: all }), modified(), []],
    ['denies what a statement denies', policyOf(all, { ...all, Effect: 'Deny' }), modified(), [modify]],
    ['does not refuse what is added', policyOf(), aChange(), []],
    [
      'refuses a removal',
      policyOf(all, { ...all, Effect: 'Deny', Action: ['Update:Delete'] }),
      modified({ action: 'Remove' }),
      [{ logicalId: 'Table', action: 'Update:Delete', maybe: false }],
    ],
    [
      'refuses a replacement',
      policyOf(all, { ...all, Effect: 'Deny', Action: 'Update:Replace' }),
      modified({ replacement: 'True' }),
      [{ logicalId: 'Table', action: 'Update:Replace', maybe: false }],
    ],
    [
      'may refuse what may be replaced',
      policyOf({ ...all, Action: 'Update:Modify' }),
      modified({ replacement: 'Conditional' }),
      [{ logicalId: 'Table', action: 'Update:Replace', maybe: true }],
    ],
    [
      'knows resources by their ids',
      policyOf(all, { ...all, Effect: 'Deny', Resource: ['LogicalResourceId/Tab*'] }),
      modified(),
      [modify],
    ],
    [
      'knows all but some resources',
      policyOf({ ...all, Resource: undefined, NotResource: 'LogicalResourceId/Other' }),
      modified(),
      [],
    ],
    [
      'that names neither an action nor one it is not about is about every action',
      policyOf({ ...all, Action: undefined }),
      modified(),
      [],
    ],
    ['knows all but some actions', policyOf({ ...all, Action: undefined, NotAction: 'Update:Delete' }), modified(), []],
    [
      'knows types',
      policyOf(all, {
        ...all,
        Effect: 'Deny',
        Condition: { StringEquals: { ResourceType: ['AWS::DynamoDB::Table'] } },
      }),
      modified(),
      [modify],
    ],
    [
      'knows patterns of types',
      policyOf(all, { ...all, Effect: 'Deny', Condition: { StringLike: { ResourceType: 'AWS::RDS::*' } } }),
      modified(),
      [],
    ],
    ['knows no other condition', policyOf({ ...all, Condition: { Bool: 'x', StringLike: {} } }), modified(), []],
    ['of the stack has no say in nested ones', policyOf(), modified({ within: 'Child' }), []],
    ['that is none refuses nothing', 'not JSON', modified(), []],
    ['that is a list refuses nothing', '[]', modified(), []],
  ])('%s', (_name, policy, change, expected) => {
    expect(refusedChanges(policy, [change])).toEqual(expected);
  });

  it('is read as the simulated CloudFormation reads it', () => {
    const oneOf = (...values: string[]) => fc.constantFrom(...values);
    const listOf = (...values: string[]) => fc.oneof(oneOf(...values), fc.subarray(values, { minLength: 1 }));
    const actions = listOf('Update:*', 'Update:Modify', 'Update:Replace', 'Update:Delete');
    const resources = listOf('*', 'LogicalResourceId/Table', 'LogicalResourceId/T*', 'LogicalResourceId/Queue');
    const statement = fc.record({
      Effect: oneOf('Allow', 'Deny'),
      element: fc.boolean(),
      actions,
      place: fc.boolean(),
      resources,
      Condition: fc.option(
        fc.record({
          operator: oneOf('StringEquals', 'StringLike'),
          type: listOf('AWS::DynamoDB::Table', 'AWS::SQS::*'),
        }),
      ),
    });
    const changes = [
      modified(),
      modified({ replacement: 'True' }),
      modified({ action: 'Remove' }),
      modified({ logicalId: 'Queue', type: 'AWS::SQS::Queue' }),
    ];
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 4 }), fc.constantFrom(...changes), (statements, change) => {
        const policy = policyOf(
          ...statements.map(({ Effect, element, actions: A, place, resources: R, Condition }) => ({
            Effect,
            Principal: '*',
            [element ? 'Action' : 'NotAction']: A,
            [place ? 'Resource' : 'NotResource']: R,
            ...(Condition && { Condition: { [Condition.operator]: { ResourceType: Condition.type } } }),
          })),
        );
        const action =
          change.action === 'Remove'
            ? 'Update:Delete'
            : change.replacement === 'True'
              ? 'Update:Replace'
              : 'Update:Modify';
        const { logicalId, type } = change;
        const denied = deniedByStackPolicy({ policy } as StackRecord, { logicalId, type, action }) !== undefined;
        expect(refusedChanges(policy, [change]).length > 0).toBe(denied);
      }),
      { seed: 21, numRuns: 500 },
    );
  });
});
