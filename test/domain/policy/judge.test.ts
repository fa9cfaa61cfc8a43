import { describe, expect, it } from 'vitest';
import type { PlannedChange, StackPlan } from '#shared/domain/plan/stack-plan.ts';
import { type JudgementContext, judge } from '#shared/domain/policy/judge.ts';
import type { ChangeGate, Policy } from '#shared/domain/policy/policy.ts';
import { aChange } from '#test/builders.ts';
import { aGate, aPlan, aPolicy, aStackPlan, aTargetPlan, notProduction } from './policy-builders.ts';

const context = (
  policies: readonly Policy[] = [],
  targets: JudgementContext['targets'] = [{ name: 'production', labels: { env: 'production' } }],
): JudgementContext => ({ policies, targets });
const judged = (change: Partial<PlannedChange>, policies: readonly Policy[] = []) =>
  judge(aPlan(aTargetPlan([aStackPlan([aChange(change)])])), context(policies));
const guard = (...changeGates: ChangeGate[]) => aPolicy('guard', { groups: { security: ['bob'] }, changeGates });

/** `denied by rule`, `asks group`, or nothing. */
function verdict({ denials, requirement }: ReturnType<typeof judge>): string {
  if (denials.length > 0) return `denied by ${denials.map(({ rule }) => rule).join(' and ')}`;
  if (requirement === undefined) return 'nothing';
  return `asks ${requirement.groups.join(' and ') || 'anybody else'}`;
}

const detail = (name: string, said: Partial<PlannedChange['details'][number]> = {}) => ({
  attribute: 'Properties',
  name,
  ...said,
});
const table = { type: 'AWS::DynamoDB::Table', logicalId: 'Orders' };

describe('the safe defaults', () => {
  it.each<[string, Partial<PlannedChange>, string]>([
    ['let data be added', { ...table, action: 'Add' }, 'nothing'],
    ['let it be modified', { ...table, action: 'Modify', replacement: 'False' }, 'nothing'],
    [
      'do not let it be deleted',
      { ...table, action: 'Remove', policyAction: 'Delete' },
      'denied by default/stateful-data',
    ],
    ['nor removed without a word on it', { ...table, action: 'Remove' }, 'denied by default/stateful-data'],
    ['let it be left behind', { ...table, action: 'Remove', policyAction: 'Retain' }, 'nothing'],
    ['ask when it becomes a snapshot', { ...table, action: 'Remove', policyAction: 'Snapshot' }, 'asks anybody else'],
    [
      'do not let it be replaced',
      { ...table, action: 'Modify', replacement: 'True' },
      'denied by default/stateful-data',
    ],
    ['nor perhaps', { ...table, action: 'Modify', replacement: 'Conditional' }, 'denied by default/stateful-data'],
    [
      'ask when the old one stays',
      { ...table, action: 'Modify', replacement: 'True', policyAction: 'ReplaceAndRetain' },
      'asks anybody else',
    ],
    [
      'ask when the old one becomes a snapshot',
      { ...table, action: 'Modify', replacement: 'Conditional', policyAction: 'ReplaceAndSnapshot' },
      'asks anybody else',
    ],
    ['do not let anything unknown happen to it', { ...table, action: 'Dynamic' }, 'denied by default/stateful-data'],
    ['judge an import as a removal', { ...table, action: 'Import' }, 'denied by default/stateful-data'],
    ['do not speak of what holds no data', { type: 'AWS::Lambda::Function', action: 'Remove' }, 'nothing'],
    ['nor of its replacement', { type: 'AWS::Lambda::Function', action: 'Modify', replacement: 'True' }, 'nothing'],
    [
      'count a nested stack as data',
      { type: 'AWS::CloudFormation::Stack', action: 'Remove' },
      'denied by default/stateful-data',
    ],
  ])('%s', (_name, change, expected) => {
    expect(verdict(judged(change))).toBe(expected);
    expect(verdict(judged(change, [notProduction]))).toBe('nothing');
  });

  it('ask when somebody may do more, and not when somebody may do less', () => {
    const permission = (effect: 'broadened' | 'narrowed') => ({
      ...{ effect, resource: 'Within/Role', type: 'AWS::IAM::Role', text: 'Allow s3:* on *' },
    });
    const plan = (effect: 'broadened' | 'narrowed') =>
      aPlan(aTargetPlan([aStackPlan([aChange()], { permissions: [permission(effect)] })]));
    expect(judge(plan('broadened'), context()).requirement).toEqual({
      groups: [],
      because: [
        'the safe default permissions asks for an approval of broaden of AWS::IAM::Role Within/Role in stack web on production',
      ],
    });
    expect(judge(plan('narrowed'), context()).requirement).toBeUndefined();
    expect(judge(plan('broadened'), context([notProduction])).requirement).toBeUndefined();
    const allowed = [guard(aGate({ effects: ['broaden'] }, 'allow'))];
    expect(judge(plan('broadened'), context(allowed)).requirement).toBeUndefined();
  });

  it('name resource and rule, in nested stacks too', () => {
    expect(judged({ ...table, action: 'Remove', within: 'Data/Inner' }).denials).toEqual([
      {
        target: 'production',
        stack: 'web',
        resource: 'Data/Inner/Orders',
        rule: 'default/stateful-data',
        text: 'the safe default stateful-data forbids delete of AWS::DynamoDB::Table Data/Inner/Orders in stack web on production',
      },
    ]);
  });
});

describe('settings of a stack', () => {
  const off = { name: 'termination protection', before: 'on', after: 'off', loosens: true } as const;
  const on = { name: 'termination protection', before: 'off', after: 'on' };
  const of = (setting: StackPlan['settings'][number], said: Partial<StackPlan> = {}) =>
    aPlan(aTargetPlan([aStackPlan([], { kind: 'settings', settings: [setting], ...said })]));

  it.each<[string, ReturnType<typeof of>, Policy[], string]>([
    ['that protect less need somebody', of(off), [], 'asks anybody else'],
    ['not where it is no production', of(off), [notProduction], 'nothing'],
    ['that protect more need nobody', of(on), [], 'nothing'],
    ['of a new stack need nobody', of(off, { operation: 'create' }), [], 'nothing'],
    ['can be denied', of(off), [guard(aGate({ effects: ['unprotect'] }))], 'denied by guard/gate'],
    [
      'can be asked for by name',
      of(on),
      [guard(aGate({ attributes: ['Settings/TerminationProtection'] }))],
      'denied by guard/gate',
    ],
    [
      'of another name are not meant',
      of(off),
      [guard(aGate({ attributes: ['Settings/StackPolicy'] }, 'allow'))],
      'asks anybody else',
    ],
    ['can be allowed', of(off), [guard(aGate({ effects: ['unprotect'] }, 'allow'))], 'nothing'],
    ['are not meant by gates about resources', of(on), [guard(aGate({ effects: ['modify', 'delete'] }))], 'nothing'],
    ['can be frozen', of(on), [guard(aGate({ effects: ['configure'] }))], 'denied by guard/gate'],
  ])('%s', (_name, plan, policies, expected) => {
    expect(verdict(judge(plan, context(policies)))).toBe(expected);
  });

  it('are named with what becomes of them', () => {
    expect(judge(of(off), context()).requirement?.because).toEqual([
      'the safe default protection asks for an approval of unprotect of AWS::CloudFormation::Stack termination protection in stack web on production',
    ]);
  });
});

describe('a change gate describes', () => {
  const removal = { ...table, action: 'Remove', policyAction: 'Delete' } as const;
  const modification: Partial<PlannedChange> = {
    ...table,
    action: 'Modify',
    replacement: 'False',
    details: [detail('Tags', { path: '/Properties/Tags/0/Value' })],
  };

  it.each<[string, ChangeGate['when'], Partial<PlannedChange>, boolean]>([
    ['a type', { types: ['AWS::DynamoDB::Table'] }, removal, true],
    ['not another type', { types: ['AWS::DynamoDB::GlobalTable'] }, removal, false],
    ['one of several types', { types: ['AWS::S3::Bucket', 'AWS::DynamoDB::Table'] }, removal, true],
    ['all types of a service', { types: ['AWS::DynamoDB::*'] }, removal, true],
    ['not those of a service whose name begins alike', { types: ['AWS::Dynamo::*'] }, removal, false],
    ['custom resources', { types: ['Custom::*'] }, { ...removal, type: 'Custom::Thing' }, true],
    ['every type', { types: ['*'] }, removal, true],
    ['types that hold data', { stateful: true }, removal, true],
    ['types that hold none', { stateful: false }, removal, false],
    ['types that hold none, too', { stateful: false }, { ...removal, type: 'AWS::Lambda::Function' }, true],
    ['an effect', { effects: ['delete'] }, removal, true],
    ['not another effect', { effects: ['modify', 'add'] }, removal, false],
    [
      'a replacement that is only possible, as one',
      { effects: ['replace'] },
      { action: 'Modify', replacement: 'Conditional' },
      true,
    ],
    ['not a certain one as possible', { effects: ['may-replace'] }, { action: 'Modify', replacement: 'True' }, false],
    ['what is not known yet', { effects: ['unknown'] }, { action: 'Dynamic' }, true],
    ['what is not known yet, as a replacement', { effects: ['replace'] }, { action: 'Dynamic' }, true],
    ['a PolicyAction', { policyActions: ['Delete'] }, removal, true],
    ['the PolicyAction that is not said', { policyActions: ['Delete'] }, { ...table, action: 'Remove' }, true],
    ['not another PolicyAction', { policyActions: ['Snapshot'] }, removal, false],
    ['no PolicyAction where there is none', { policyActions: ['Delete'] }, { action: 'Add' }, false],
    ['an attribute', { attributes: ['Properties/Tags'] }, modification, true],
    ['everything below an attribute', { attributes: ['Properties'] }, modification, true],
    ['a path inside it', { attributes: ['Properties/Tags/0'] }, modification, true],
    ['not another that begins alike', { attributes: ['Properties/Tag'] }, modification, false],
    [
      'an attribute that is no property',
      { attributes: ['Metadata'] },
      { ...modification, details: [{ attribute: 'Metadata' }] },
      true,
    ],
    ['no attribute where none is known', { attributes: ['Properties'] }, removal, false],
    ['only what all of its parts do', { types: ['AWS::DynamoDB::*'], effects: ['modify'] }, removal, false],
  ])('%s', (_name, when, change, described) => {
    const found = judged(change, [notProduction, guard(aGate(when))]);
    expect(verdict(found)).toBe(described ? 'denied by guard/gate' : 'nothing');
  });

  it('permissions by type and effect, and never by members', () => {
    const permissions = [{ effect: 'broadened', resource: 'Role', type: 'AWS::IAM::Role', text: '…' }] as const;
    const plan = aPlan(aTargetPlan([aStackPlan([], { kind: 'changes', permissions: [...permissions] })]));
    const of = (when: ChangeGate['when']) => verdict(judge(plan, context([notProduction, guard(aGate(when))])));
    expect(of({ types: ['AWS::IAM::*'] })).toBe('denied by guard/gate');
    expect(of({ effects: ['broaden'] })).toBe('denied by guard/gate');
    expect(of({ effects: ['broaden'], attributes: ['Properties'] })).toBe('nothing');
    expect(of({ effects: ['broaden'], policyActions: ['Delete'] })).toBe('nothing');
  });
});

describe('of several rules about one change', () => {
  const removal = { ...table, action: 'Remove' } as const;
  const all = { types: ['*'] };
  const ask = { requireApproval: ['security'] };

  it.each<[string, ChangeGate[], string]>([
    ['allow stands in place of the defaults', [aGate(all, 'allow')], 'nothing'],
    ['an approval stands in place of the defaults', [aGate(all, ask)], 'asks security'],
    ['an approval beats allow', [aGate(all, 'allow', 'a'), aGate(all, ask, 'b')], 'asks security'],
    ['deny beats both', [aGate(all, 'allow', 'a'), aGate(all, ask, 'b'), aGate(all, 'deny', 'c')], 'denied by guard/c'],
    [
      'two that deny are both named',
      [aGate(all, 'deny', 'a'), aGate(all, 'deny', 'b')],
      'denied by guard/a and guard/b',
    ],
    [
      'what no gate describes falls to the defaults',
      [aGate({ effects: ['add'] }, 'allow')],
      'denied by default/stateful-data',
    ],
  ])('%s', (_name, gates, expected) => {
    expect(verdict(judged(removal, [guard(...gates)]))).toBe(expected);
  });

  it('one that describes only a part of it does not stand in place of the defaults, and allows nothing', () => {
    const replaced: Partial<PlannedChange> = {
      ...table,
      action: 'Modify',
      replacement: 'True',
      details: [detail('Tags'), detail('TableName', { requiresRecreation: 'Always' })],
    };
    const tags = { attributes: ['Properties/Tags'] };
    expect(verdict(judged(replaced, [guard(aGate(tags, 'allow'))]))).toBe('denied by default/stateful-data');
    expect(verdict(judged(replaced, [guard(aGate(tags, ask))]))).toBe('denied by default/stateful-data');
    expect(verdict(judged(replaced, [guard(aGate(tags, 'deny'))]))).toBe(
      'denied by guard/gate and default/stateful-data',
    );
    const kept = { ...replaced, policyAction: 'ReplaceAndRetain' };
    expect(judged(kept, [guard(aGate(tags, ask))]).requirement?.because).toHaveLength(2);
    const unknown = { ...table, action: 'Dynamic' } as const;
    expect(verdict(judged(unknown, [guard(aGate({ effects: ['may-replace'] }, 'allow'))]))).toBe(
      'denied by default/stateful-data',
    );
    expect(verdict(judged(unknown, [guard(aGate({ effects: ['may-replace', 'unknown'] }, 'allow'))]))).toBe('nothing');
  });

  it('names gate and policy', () => {
    expect(judged(removal, [guard(aGate(all, 'deny', 'no-loss'))]).denials).toEqual([
      {
        ...{ target: 'production', stack: 'web', resource: 'Orders', rule: 'guard/no-loss' },
        text: 'gate no-loss of policy guard forbids delete of AWS::DynamoDB::Table Orders in stack web on production',
      },
    ]);
  });
});

describe('which policies speak', () => {
  const canary = aPolicy('canary', {
    selector: { matchLabels: { canary: 'yes' } },
    approval: {},
    changeGates: [aGate({ types: ['*'] })],
  });
  const targets = [
    { name: 'eu', labels: { canary: 'yes' } },
    { name: 'us', labels: {} },
  ];
  const change = aStackPlan([aChange({ type: 'AWS::Lambda::Function' })]);

  it('to a change: those about its target; to the whole: those about one of the targets', () => {
    const found = judge(aPlan(aTargetPlan([change], 'eu'), aTargetPlan([change], 'us')), context([canary], targets));
    expect(found.denials.map(({ target }) => target)).toEqual(['eu']);
    expect(found.requirement?.because).toEqual(['policy canary asks for an approval of every plan']);
  });

  it('a target that is not known has no labels', () => {
    expect(verdict(judge(aPlan(aTargetPlan([change], 'gone')), context([canary], targets)))).toBe('nothing');
  });
});

describe('an approval of the whole plan', () => {
  const byHand = aPolicy('by-hand', { groups: { release: ['bob'] }, approval: { groups: ['release'] } });
  const recovery = (approved: boolean): Partial<StackPlan> => ({
    kind: 'recover',
    recovery: { status: 'ROLLBACK_COMPLETE', action: 'delete', skip: [], approved },
  });

  it.each<[string, StackPlan, boolean]>([
    ['is asked for changes', aStackPlan([aChange({ type: 'AWS::Lambda::Function' })]), true],
    ['is asked for settings', aStackPlan([], { kind: 'settings' }), true],
    ['is asked for a recovery that nobody approved', aStackPlan([], recovery(false)), true],
    ['is not asked for a recovery that was', aStackPlan([], recovery(true)), false],
    ['is not asked where nothing changes', aStackPlan(), false],
    ['waits with what is not planned yet', aStackPlan([], { kind: 'unplanned', after: ['network'] }), false],
  ])('%s', (_name, stack, asked) => {
    const { requirement } = judge(aPlan(aTargetPlan([aStackPlan(), stack])), context([notProduction, byHand]));
    const because = ['policy by-hand asks for an approval of every plan'];
    expect(requirement).toEqual(asked ? { groups: ['release'], because } : undefined);
  });

  it('is one with those of the gates: each group once, and every rule with what it is about', () => {
    const gates = guard(aGate({ effects: ['modify'] }, { requireApproval: ['security'] }, 'changes'));
    const anybody = aPolicy('anybody', { approval: {} });
    const changes = [1, 2, 3, 4, 5, 6, 7].map((number) =>
      aChange({ action: 'Modify', replacement: 'False', logicalId: `Fn${number}`, type: 'AWS::Lambda::Function' }),
    );
    const { requirement } = judge(aPlan(aTargetPlan([aStackPlan(changes)])), context([gates, byHand, anybody]));
    const of = (number: number) => `modify of AWS::Lambda::Function Fn${number} in stack web on production`;
    expect(requirement).toEqual({
      groups: ['release', 'security'],
      because: [
        'policy anybody asks for an approval of every plan',
        'policy by-hand asks for an approval of every plan',
        `gate changes of policy guard asks for an approval of ${[1, 2, 3, 4, 5].map(of).join(', ')}, 2 more`,
      ],
    });
  });

  it('is waited for as long as the shortest applicable policy says, otherwise three days', () => {
    const expiring = (name: string, expires: string, environments = ['production']) =>
      aPolicy(name, { selector: { environments }, approval: { expires } });
    const seconds = (...policies: Policy[]) => judged({}, policies).expirySeconds;
    expect(seconds()).toBe(72 * 3600);
    expect(seconds(byHand)).toBe(72 * 3600);
    expect(seconds(expiring('a', '2h'), expiring('b', '30m'), expiring('c', '1m', ['pre-production']))).toBe(1800);
  });
});
