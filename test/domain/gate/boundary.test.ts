import { describe, expect, it } from 'vitest';
import { boundary, findingsOf, own, role, saidOf } from './gate.ts';

const NoValue = { Ref: 'AWS::NoValue' };
const bounded = (PermissionsBoundary: unknown, context = {}) => saidOf(role({ PermissionsBoundary }), context);

describe('the permissions boundary of a role', () => {
  it.each([
    ['as it is documented', boundary, {}],
    [
      'joined',
      { 'Fn::Join': ['', ['arn:aws:iam::', { Ref: 'AWS::AccountId' }, ':policy/drawbridge/drawbridge-boundary']] },
      {},
    ],
    ['the same in both branches', { 'Fn::If': ['C', boundary, boundary] }, {}],
    [
      'of the account the template is for',
      'arn:aws-us-gov:iam::222222222222:policy/drawbridge/drawbridge-boundary',
      { account: '222222222222' },
    ],
  ])('%s', (_name, value, context) => {
    expect(bounded(value, context)).toEqual([]);
  });

  it('is asked of roles alone', () => {
    expect(saidOf({ Type: 'AWS::IAM::InstanceProfile', Properties: { Path: '/drawbridge/' } })).toEqual([]);
  });

  it.each([
    ['absent', undefined],
    ['nothing', NoValue],
  ])('%s is refused', (_name, value) => {
    expect(bounded(value)).toContain('The role has no PermissionsBoundary.');
  });

  it.each([
    ['another policy', own('policy/other')],
    ['a policy of the same name elsewhere', own('policy/drawbridge-boundary')],
    ['a policy whose name ends the same', own('policy/x/drawbridge/drawbridge-boundary')],
    ['the boundary of another account', 'arn:aws:iam::222222222222:policy/drawbridge/drawbridge-boundary'],
    ['a parameter', { Ref: 'Boundary' }],
    ['a parameter in the name', own('policy/drawbridge/${Name}')],
  ])('%s is refused', (_name, value) => {
    const written = typeof value === 'string' ? value : JSON.stringify(value);
    expect(bounded(value)).toEqual([`The role's permissions boundary ${written} is not drawbridge-boundary.`]);
  });

  it('that a condition takes away is refused', () => {
    expect(bounded({ 'Fn::If': ['C', boundary, NoValue] })).toEqual([
      'A condition can take the PermissionsBoundary of the role away.',
    ]);
  });

  it('that is another in one branch is refused there', () => {
    const [found] = findingsOf({
      Resources: { It: role({ PermissionsBoundary: { 'Fn::If': ['C', boundary, own('policy/other')] } }) },
    });
    expect(found).toMatchObject({
      code: 'GATE_BOUNDARY',
      pointer: '/Resources/It/Properties/PermissionsBoundary/Fn::If/2',
    });
  });

  it('comes with what to write', () => {
    const [found] = findingsOf({ Resources: { It: role({ PermissionsBoundary: undefined }) } });
    expect(found?.next).toContain(
      '!Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/drawbridge/drawbridge-boundary',
    );
  });
});

describe('names that Drawbridge keeps for itself', () => {
  it.each([
    ['RoleName', 'drawbridge-deploy'],
    ['RoleName', 'Drawbridge-Deploy'],
    ['RoleName', { 'Fn::Sub': 'drawbridge-${AWS::Region}' }],
    ['RoleName', { Ref: 'Name' }],
    ['RoleName', { 'Fn::Sub': 'draw${Rest}' }],
    ['RoleName', 'draw${Rest}'],
    ['Path', '/drawbridge/'],
    ['Path', '/drawbridge/orders/'],
    ['Path', { 'Fn::Sub': '/${Team}/' }],
    ['Path', { 'Fn::If': ['C', '/orders/', '/drawbridge/'] }],
  ])('%s %j', (name, value) => {
    expect(saidOf(role({ [name]: value }))).toEqual([
      expect.stringMatching(new RegExp(`^${name} .* can be one that Drawbridge keeps for itself\\.$`)),
    ]);
  });

  it.each([
    ['RoleName', 'orders-drawbridge-'],
    ['RoleName', 'drawbridge'],
    ['RoleName', { 'Fn::Sub': 'orders-${Name}' }],
    ['RoleName', { 'Fn::Sub': '${AWS::StackName}-worker' }],
    ['Path', '/'],
    ['Path', '/orders/drawbridge/'],
    ['Path', { 'Fn::Sub': '/orders/${Team}/' }],
  ])('not %s %j', (name, value) => {
    expect(saidOf(role({ [name]: value }))).toEqual([]);
  });
});

describe("what is Drawbridge's own", () => {
  const execution = own('role/drawbridge/drawbridge-execution');
  const taken = (type: string, written: unknown) => [
    `${type} uses ${typeof written === 'string' ? written : JSON.stringify(written)}, which Drawbridge keeps for itself.`,
  ];

  it.each([
    ['a function', 'AWS::Lambda::Function', { Role: execution }],
    ['a target of a rule', 'AWS::Events::Rule', { Targets: [{ Id: 'a', RoleArn: execution }] }],
    ['a task', 'AWS::ECS::TaskDefinition', { TaskRoleArn: { 'Fn::If': ['C', execution, { Ref: 'Role' }] } }],
    ['a project', 'AWS::CodeBuild::Project', { ServiceRole: execution }],
  ])('%s does not run as a role of it', (_name, Type, Properties) => {
    expect(saidOf({ Type, Properties })).toEqual(taken(Type, execution));
  });

  it('an instance profile does not hold a role of it', () => {
    const Type = 'AWS::IAM::InstanceProfile';
    expect(saidOf({ Type, Properties: { Roles: ['drawbridge-deploy'] } })).toEqual(taken(Type, 'drawbridge-deploy'));
    expect(saidOf({ Type, Properties: { Roles: [{ Ref: 'Worker' }, 'orders'] } }, {}, { Worker: role() })).toEqual([]);
  });

  it('the rule that forwards stack events is not declared anew', () => {
    const rule = (Name: unknown) => saidOf({ Type: 'AWS::Events::Rule', Properties: { Name } });
    expect(rule('drawbridge-stack-events')).toEqual(taken('AWS::Events::Rule', 'drawbridge-stack-events'));
    expect(rule('orders-events')).toEqual([]);
    expect(rule({ Ref: 'Name' })).toEqual([]);
  });

  it.each([
    ['a role of the template', { 'Fn::GetAtt': ['Worker', 'Arn'] }],
    ['another role of the account', own('role/legacy')],
    ['a role from a parameter', { Ref: 'Role' }],
    ['what is no ARN', 'drawbridge-execution'],
  ])('%s is not its own', (_name, Role) => {
    expect(saidOf({ Type: 'AWS::Lambda::Function', Properties: { Role } }, {}, { Worker: role() })).toEqual([]);
  });
});
