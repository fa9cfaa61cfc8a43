/** Parameters, tags, outputs and settings of a stack, before and after. */
import { canonicalJson } from '../release/canonical-json.ts';
import { type Json, memberOf } from '../template/template.ts';
import type { Desired, Live } from './stack-facts.ts';
import type { ParameterChange, ValueChange } from './stack-plan.ts';
import {
  declaredParameter,
  isNoEcho,
  knownValue,
  presentEntries,
  type TemplateSide,
  valueText,
} from './template-values.ts';
import { hidden, refersToSecret, visibleText, visibleValue } from './visible-text.ts';

export interface RootSides {
  readonly before: TemplateSide | undefined;
  readonly after: TemplateSide | undefined;
}

/**
 * The parameters that change. One whose value is a secret has both sides masked; one that CloudFormation never shows is always among
 * them, since it cannot be compared.
 */
export function parameterChanges(desired: Desired, live: Live | undefined, sides: RootSides): ParameterChange[] {
  return changedValues(live?.parameters ?? {}, desired.parameters, (name) => isUnseen(name, sides, desired)).map(
    (change) => {
      const { name } = change;
      const masked = isUnseen(name, sides, desired) || [change.before, change.after].some(isSecret);
      const fromOutput = change.after === undefined ? undefined : memberOf(desired.fromOutput, name);
      return {
        ...mapSides(change, masked ? () => hidden : visibleValue),
        ...(fromOutput === undefined ? {} : { fromOutput }),
      };
    },
  );
}

export function tagChanges(desired: Desired, live: Live | undefined): ValueChange[] {
  return changedValues(live?.tags ?? {}, desired.tags).map((change) => mapSides(change, visibleValue));
}

/** The outputs as the templates say them: what they will be is known only once the stack is deployed. */
export function outputChanges({ before, after }: RootSides): ValueChange[] {
  return changedValues(outputTexts(before), outputTexts(after)).map((change) => mapSides(change, visibleText));
}

/** Each output's value, and under `<name> export` what it is exported as. */
export function outputTexts(side: TemplateSide | undefined): Record<string, string> {
  if (side === undefined) return {};
  return Object.fromEntries(
    presentEntries(side, 'Outputs').flatMap(([name, output]) => {
      const { Value: value = '', Export: exported } = knownValue(output, side) as { Value?: Json; Export?: Json };
      const as = exported as { Name?: Json } | undefined;
      const own: [string, string][] = [[name, valueText(value)]];
      return as?.Name === undefined ? own : [...own, [`${name} export`, valueText(as.Name)]];
    }),
  );
}

/** What stands beside the template. What the release says nothing about stays, and is not here. */
export function settingChanges(desired: Desired, live: Live | undefined): ValueChange[] {
  return changedValues(liveSettings(live), { ...liveSettings(live), ...wantedSettings(desired, live) });
}

/** Settings that are made by calls of their own; the others are part of a change set. */
export function isOwnCall({ name }: ValueChange): boolean {
  return name === protection || name === policy;
}

const protection = 'termination protection';
const policy = 'stack policy';

function liveSettings(live: Live | undefined): Record<string, string> {
  if (live === undefined) return {};
  return written({
    capabilities: listText(live.capabilities),
    'execution role': live.roleArn,
    notifications: listText(live.notificationArns),
    'rollback alarms': alarmsText(live.rollback),
    [policy]: policyText(live.stackPolicy),
    [protection]: protectionText(live.terminationProtection),
  });
}

/** Nothing is said about what CloudFormation does anyway when a stack is made. */
function wantedSettings(desired: Desired, live: Live | undefined): Record<string, string> {
  const creates = live === undefined;
  const worth = (text: string | undefined, usual: string) => (creates && text === usual ? undefined : text);
  const known = creates || live.rollback !== undefined;
  return written({
    capabilities: worth(listText(desired.capabilities), none),
    'execution role': desired.roleArn,
    notifications: worth(listText(desired.notificationArns), none),
    'on a failed creation': creates ? worth(desired.onCreateFailure, 'rollback') : undefined,
    'rollback alarms': known ? worth(alarmsText(desired.rollback), none) : undefined,
    [policy]: policyText(desired.stackPolicy),
    [protection]: worth(protectionText(desired.terminationProtection), 'off'),
  });
}

const none = 'none';

function listText(list: readonly string[] | undefined): string | undefined {
  if (list === undefined) return undefined;
  return list.length === 0 ? none : [...new Set(list)].sort().join(', ');
}

function alarmsText(rollback: Desired['rollback'] | undefined): string | undefined {
  if (rollback === undefined || rollback.alarms.length === 0) return rollback && none;
  const { monitorMinutes: minutes } = rollback;
  return `${listText(rollback.alarms)}, watched for ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} after`;
}

function protectionText(on: boolean | undefined): string | undefined {
  if (on === undefined) return undefined;
  return on ? 'on' : 'off';
}

/** CloudFormation gives a policy back as it was written; spelling is no difference. */
function policyText(text: string | undefined): string | undefined {
  try {
    return text && canonicalJson(JSON.parse(text));
  } catch {
    return text;
  }
}

function written(texts: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

type Values = Readonly<Record<string, string>>;

/** In the order of the names. `anyway` says of a value that is on both sides that it counts as changed. */
function changedValues(before: Values, after: Values, anyway: (name: string) => boolean = () => false): ValueChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    const [old, wanted] = [memberOf(before, name), memberOf(after, name)];
    if (old === wanted && !anyway(name)) return [];
    return [
      { name, ...(old === undefined ? {} : { before: old }), ...(wanted === undefined ? {} : { after: wanted }) },
    ];
  });
}

function mapSides<Change extends ValueChange>(change: Change, shown: (text: string) => string): Change {
  const { before, after } = change;
  return {
    ...change,
    ...(before === undefined ? {} : { before: shown(before) }),
    ...(after === undefined ? {} : { after: shown(after) }),
  };
}

/** NoEcho on either side. An opaque parameter is one unless its type says that its value is a name. */
function isUnseen(name: string, { before, after }: RootSides, desired: Desired): boolean {
  const declared = [before, after].map((side) => side && declaredParameter(side, name));
  if (declared.some(isNoEcho)) return true;
  const isName = declared.some((one) => String(one?.['Type']).startsWith('AWS::SSM::'));
  return desired.opaqueParameters.includes(name) && !isName;
}

const isSecret = (text: string | undefined): boolean => text !== undefined && refersToSecret(text);
